# What is planned for which variables, on providers that make nothing. `random` is real: it needs no cloud, and mocks know nothing ephemeral.

mock_provider "digitalocean" {
  mock_resource "digitalocean_kubernetes_cluster" {
    defaults = {
      endpoint       = "https://cluster.example"
      cluster_subnet = "10.244.0.0/16"
      kube_config    = [{ token = "token", cluster_ca_certificate = "Y2E=", client_certificate = "", client_key = "", expires_at = "", host = "", raw_config = "" }]
    }
  }
  mock_resource "digitalocean_database_cluster" {
    defaults = { private_host = "private-db.example", port = 25060, user = "doadmin", password = "owner's" }
  }
}

mock_provider "digitalocean" {
  alias = "spaces"
}

mock_provider "helm" {}

mock_provider "kubernetes" {
  mock_data "kubernetes_service_v1" {
    defaults = { status = [{ load_balancer = [{ ingress = [{ ip = "203.0.113.9", hostname = "" }] }] }] }
  }
}

variables {
  do_token = "a token"
}

run "a_token_alone_deploys_everything" {
  command = apply

  assert {
    condition     = digitalocean_kubernetes_cluster.this.region == "fra1" && digitalocean_database_cluster.postgres.region == "fra1" && digitalocean_spaces_bucket.backups.region == "fra1"
    error_message = "All must be in fra1."
  }
  assert {
    condition     = output.vote_url == "https://vote.203-0-113-9.sslip.io/" && output.result_url == "https://results.203-0-113-9.sslip.io/"
    error_message = "Without names, people vote under a name of the address."
  }
  assert {
    condition     = length(digitalocean_container_registry.this) == 0
    error_message = "An account has one registry: none is made unless it is named."
  }
}

run "postgres_is_reached_by_the_cluster_alone" {
  command = apply

  assert {
    condition     = [for it in digitalocean_database_firewall.postgres.rule : [it.type, it.value]] == [["k8s", digitalocean_kubernetes_cluster.this.id]]
    error_message = "The firewall must let in the cluster and nobody else."
  }
  assert {
    condition     = digitalocean_database_cluster.postgres.private_network_uuid == digitalocean_vpc.this.id
    error_message = "Postgres must be in the network of the cluster."
  }
  assert {
    condition     = yamldecode(helm_release.tallyroom.values[0]).postgres.managedCidrs == ["10.42.0.0/20"]
    error_message = "The apps may reach the network in which Postgres is."
  }
}

run "passwords_made_here_are_in_no_state" {
  command = apply

  assert {
    condition     = kubernetes_secret_v1.managed_stores.data_wo == null && kubernetes_secret_v1.grafana.data_wo == null
    error_message = "Passwords must be write-only."
  }
  assert {
    condition     = [for it in digitalocean_spaces_key.backup.grant : [it.bucket, it.permission]] == [[local.bucket, "readwrite"]] && startswith(local.bucket, "tallyroom-backups-")
    error_message = "The cluster's key must reach one bucket alone."
  }
}

run "the_apps_are_behind_traefik" {
  command = apply

  variables {
    vote_host   = "vote.example.org"
    result_host = "results.example.org"
    acme_email  = "me@example.org"
  }

  assert {
    condition = yamldecode(helm_release.tallyroom.values[0]).expose == {
      kind           = "ingress"
      hosts          = { vote = "vote.example.org", result = "results.example.org" }
      proxyNamespace = "traefik"
      trustedProxies = "10.244.0.0/16"
      ingress = {
        className   = "traefik"
        annotations = { "traefik.ingress.kubernetes.io/router.entrypoints" = "websecure" }
      }
    }
    error_message = "The apps must be behind Traefik, by HTTPS alone."
  }
  assert {
    condition     = contains(yamldecode(helm_release.traefik.values[0]).additionalArguments, "--certificatesresolvers.letsencrypt.acme.email=me@example.org")
    error_message = "Let's Encrypt must know whom to write to."
  }
}

run "one_outage_is_one_page" {
  command = plan

  assert {
    condition     = length(local.tallyroom_inhibit_rules) > 0 && slice(yamldecode(helm_release.monitoring.values[0]).alertmanager.config.inhibit_rules, length(local.stack_inhibit_rules), length(local.stack_inhibit_rules) + length(local.tallyroom_inhibit_rules)) == local.tallyroom_inhibit_rules
    error_message = "Alertmanager must hold back what follows from an outage, as in compose."
  }
  assert {
    condition     = contains([for it in yamldecode(helm_release.monitoring.values[0]).alertmanager.config.inhibit_rules : it.target_matchers[0]], "alertname = InfoInhibitor")
    error_message = "The stack's own rules must stay."
  }
}

run "a_registry_of_ones_own" {
  command = plan

  variables {
    registry = "acme"
    images   = { from = "registry.digitalocean.com/acme", tag = "0.1.0" }
  }

  assert {
    condition     = digitalocean_kubernetes_cluster.this.registry_integration && yamldecode(helm_release.roles.values[0]).backupImage == "registry.digitalocean.com/acme/backup:0.1.0"
    error_message = "The cluster must read its images from the registry."
  }
}

run "one_name_alone_is_refused" {
  command = plan
  variables {
    vote_host = "vote.example.org"
  }
  expect_failures = [var.vote_host]
}

run "a_cluster_of_one_node_is_refused" {
  command = plan
  variables {
    nodes = 1
  }
  expect_failures = [var.nodes]
}

run "a_network_that_is_none_is_refused" {
  command = plan
  variables {
    ip_range = "10.42.0.0"
  }
  expect_failures = [var.ip_range]
}

run "no_token_is_refused" {
  command = plan
  variables {
    do_token = ""
  }
  expect_failures = [var.do_token]
}
