# Which tools read this folder, and how each provider is logged in. `do_token` is the only login that a person gives.
terraform {
  required_version = ">= 1.11.0"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = ">= 2.71.0, < 3.0.0"
    }
    helm = {
      source  = "hashicorp/helm"
      version = ">= 3.1.0, < 4.0.0"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.38.0, < 3.0.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.7.0, < 4.0.0"
    }
  }
}

provider "digitalocean" {
  token = var.do_token
}

# Buckets are made by Spaces' own login, which the token makes first.
provider "digitalocean" {
  alias             = "spaces"
  token             = var.do_token
  spaces_access_id  = digitalocean_spaces_key.owner.access_key
  spaces_secret_key = digitalocean_spaces_key.owner.secret_key
}

# These two are logged in to a cluster that the same apply makes. What must be minded then: docs/decisions/17-infrastructure.md
provider "kubernetes" {
  host                   = local.kubernetes.host
  token                  = local.kubernetes.token
  cluster_ca_certificate = local.kubernetes.ca
}

provider "helm" {
  kubernetes = {
    host                   = local.kubernetes.host
    token                  = local.kubernetes.token
    cluster_ca_certificate = local.kubernetes.ca
  }
}

locals {
  kubernetes = {
    host  = digitalocean_kubernetes_cluster.this.endpoint
    token = digitalocean_kubernetes_cluster.this.kube_config[0].token
    ca    = base64decode(digitalocean_kubernetes_cluster.this.kube_config[0].cluster_ca_certificate)
  }
}
