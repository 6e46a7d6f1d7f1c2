# A network of its own, the cluster in it, and where its images may be.

resource "digitalocean_vpc" "this" {
  name     = var.name
  region   = var.region
  ip_range = var.ip_range
}

resource "digitalocean_container_registry" "this" {
  count = var.registry == null ? 0 : 1

  name                   = var.registry
  region                 = var.region
  subscription_tier_slug = "basic"
}

data "digitalocean_kubernetes_versions" "this" {
  version_prefix = "${var.kubernetes_version}."
}

resource "digitalocean_kubernetes_cluster" "this" {
  name                 = var.name
  region               = var.region
  vpc_uuid             = digitalocean_vpc.this.id
  version              = data.digitalocean_kubernetes_versions.this.latest_version
  auto_upgrade         = true
  surge_upgrade        = true
  registry_integration = length(digitalocean_container_registry.this) > 0
  tags                 = local.tags
  # The load balancer and the volumes, which nobody else would remove. The votes are in the managed Postgres.
  destroy_all_associated_resources = true

  node_pool {
    name       = "${var.name}-nodes"
    size       = var.node_size
    node_count = var.nodes
    tags       = local.tags
  }

  maintenance_policy {
    day        = "sunday"
    start_time = "04:00"
  }

  dynamic "control_plane_firewall" {
    for_each = length(var.api_from) > 0 ? [var.api_from] : []
    content {
      enabled           = true
      allowed_addresses = control_plane_firewall.value
    }
  }

  # DigitalOcean raises it. A version that a plan reads as older would replace the cluster.
  lifecycle {
    ignore_changes = [version]
  }
}

locals {
  tags = concat(["tallyroom", var.name], var.tags)
}
