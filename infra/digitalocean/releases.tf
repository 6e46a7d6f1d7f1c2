# What runs in the cluster, by Helm: Traefik for HTTPS, Prometheus and Grafana, the roles of Postgres with its nightly dump, and Tallyroom.

resource "helm_release" "traefik" {
  name             = "traefik"
  namespace        = "traefik"
  create_namespace = true
  repository       = "https://traefik.github.io/charts"
  chart            = "traefik"
  version          = "37.4.0"

  values = [yamlencode({
    # One, as it keeps its certificates in a volume.
    deployment     = { replicas = 1 }
    updateStrategy = { type = "Recreate", rollingUpdate = null }
    persistence    = { enabled = true, size = "1Gi" }
    # The file of the certificates must stay its owner's alone, or Traefik refuses it.
    podSecurityContext = { fsGroup = 65532, fsGroupChangePolicy = "OnRootMismatch" }
    service = {
      spec = { externalTrafficPolicy = "Local" }
      annotations = {
        "service.beta.kubernetes.io/do-loadbalancer-name"                  = var.name
        "service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol" = "true"
      }
    }
    # The load balancer, which is in the network, says by the PROXY protocol where somebody comes from.
    additionalArguments = concat([
      "--entrypoints.web.proxyprotocol.trustedips=${var.ip_range}",
      "--entrypoints.websecure.proxyprotocol.trustedips=${var.ip_range}",
      "--entrypoints.web.http.redirections.entrypoint.to=:443",
      "--entrypoints.web.http.redirections.entrypoint.scheme=https",
      "--entrypoints.websecure.http.tls=true",
      "--entrypoints.websecure.http.tls.certresolver=letsencrypt",
      "--entrypoints.websecure.transport.respondingtimeouts.readtimeout=30s",
      "--certificatesresolvers.letsencrypt.acme.storage=/data/acme.json",
      "--certificatesresolvers.letsencrypt.acme.tlschallenge=true",
    ], var.acme_email == null ? [] : ["--certificatesresolvers.letsencrypt.acme.email=${var.acme_email}"])
  })]
}

data "kubernetes_service_v1" "traefik" {
  metadata {
    name      = "traefik"
    namespace = helm_release.traefik.namespace
  }

  # All that it names is known before: without this it would be looked for while planning.
  depends_on = [helm_release.traefik]
}

locals {
  address     = data.kubernetes_service_v1.traefik.status[0].load_balancer[0].ingress[0].ip
  vote_host   = coalesce(var.vote_host, "vote.${replace(local.address, ".", "-")}.sslip.io")
  result_host = coalesce(var.result_host, "results.${replace(local.address, ".", "-")}.sslip.io")
}

locals {
  # What the chart itself has there: Helm replaces a list as a whole.
  stack_inhibit_rules = [
    {
      source_matchers = ["severity = critical"]
      target_matchers = ["severity =~ warning|info"]
      equal           = ["namespace", "alertname"]
    },
    {
      source_matchers = ["severity = warning"]
      target_matchers = ["severity = info"]
      equal           = ["namespace", "alertname"]
    },
    {
      source_matchers = ["alertname = InfoInhibitor"]
      target_matchers = ["severity = info"]
      equal           = ["namespace"]
    },
    { target_matchers = ["alertname = InfoInhibitor"] },
  ]
  # One outage is one page: the rules of compose's Alertmanager.
  tallyroom_inhibit_rules = yamldecode(file("${path.module}/../../monitoring/alertmanager/alertmanager.yaml")).inhibit_rules
}

resource "helm_release" "monitoring" {
  name       = "kube-prometheus-stack"
  namespace  = kubernetes_namespace_v1.monitoring.metadata[0].name
  repository = "https://prometheus-community.github.io/helm-charts"
  chart      = "kube-prometheus-stack"
  version    = "78.2.1"
  timeout    = 900

  values = [yamlencode({
    alertmanager = { config = { inhibit_rules = concat(local.stack_inhibit_rules, local.tallyroom_inhibit_rules) } }
    grafana      = { admin = { existingSecret = kubernetes_secret_v1.grafana.metadata[0].name } }
    # DigitalOcean runs these, and nobody else can look at them.
    kubeControllerManager = { enabled = false }
    kubeEtcd              = { enabled = false }
    kubeScheduler         = { enabled = false }
    prometheus = { prometheusSpec = {
      retention = "14d"
      storageSpec = { volumeClaimTemplate = { spec = {
        accessModes = ["ReadWriteOnce"]
        resources   = { requests = { storage = "20Gi" } }
      } } }
    } }
  })]
}

resource "helm_release" "roles" {
  name          = "roles"
  namespace     = kubernetes_namespace_v1.tallyroom.metadata[0].name
  chart         = "${path.module}/roles"
  wait_for_jobs = true

  values = [yamlencode({
    secretsRevision = local.secrets_revision
    postgresCidr    = var.ip_range
    backupImage     = "${var.images.from}/backup:${var.images.tag}"
    backup = {
      to       = "s3://${digitalocean_spaces_bucket.backups.name}/tallyroom"
      endpoint = "https://${var.region}.digitaloceanspaces.com"
      region   = var.region
    }
  })]

  depends_on = [
    digitalocean_database_firewall.postgres,
    kubernetes_secret_v1.backup_storage,
    kubernetes_secret_v1.managed_stores,
    kubernetes_secret_v1.postgres_owner,
    kubernetes_secret_v1.store_files,
  ]
}

resource "helm_release" "tallyroom" {
  name      = "tallyroom"
  namespace = kubernetes_namespace_v1.tallyroom.metadata[0].name
  chart     = "${path.module}/../../charts/tallyroom"
  timeout   = 900

  values = [yamlencode({
    images = { for app in ["vote", "worker", "result", "backup"] : app => "${var.images.from}/${app}:${var.images.tag}" }
    expose = {
      kind           = "ingress"
      hosts          = { vote = local.vote_host, result = local.result_host }
      proxyNamespace = helm_release.traefik.namespace
      trustedProxies = digitalocean_kubernetes_cluster.this.cluster_subnet
      ingress = {
        className   = "traefik"
        annotations = { "traefik.ingress.kubernetes.io/router.entrypoints" = "websecure" }
      }
    }
    postgres = { enabled = false, managedCidrs = [var.ip_range] }
    monitoring = {
      namespace      = helm_release.monitoring.namespace
      serviceMonitor = true
      alerts         = true
      labels         = { release = helm_release.monitoring.name }
      dashboard      = { enabled = true, namespace = helm_release.monitoring.namespace }
    }
  })]

  depends_on = [helm_release.roles]
}
