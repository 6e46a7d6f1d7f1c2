# What the cluster must know. Passwords that are made here are ephemeral and written by write-only arguments: they are in the cluster
# alone, in no state or plan. Raise a revision to make new ones; all of a revision are made in one apply.

ephemeral "random_password" "worker" {
  length  = 32
  special = false
}

ephemeral "random_password" "result" {
  length  = 32
  special = false
}

ephemeral "random_password" "grafana" {
  length  = 32
  special = false
}

locals {
  secrets_revision = 1
  database = join("", [
    "${digitalocean_database_cluster.postgres.private_host}:${digitalocean_database_cluster.postgres.port}",
    "/${digitalocean_database_db.tallyroom.name}?sslmode=verify-full&sslrootcert=/run/stores/ca.pem",
  ])
}

# Pod security as k8s-deployment/00-namespace.yaml has it.
resource "kubernetes_namespace_v1" "tallyroom" {
  metadata {
    name = "tallyroom"
    labels = {
      "app.kubernetes.io/part-of"          = "tallyroom"
      "pod-security.kubernetes.io/enforce" = "restricted"
      "pod-security.kubernetes.io/warn"    = "restricted"
      "pod-security.kubernetes.io/audit"   = "restricted"
    }
  }
}

resource "kubernetes_namespace_v1" "monitoring" {
  metadata {
    name = "monitoring"
  }
}

# What the chart's Job hands on to worker and result.
resource "kubernetes_secret_v1" "managed_stores" {
  metadata {
    name      = "managed-stores"
    namespace = kubernetes_namespace_v1.tallyroom.metadata[0].name
  }
  data_wo = {
    DATABASE_URL        = "postgres://tallyroom_worker:${ephemeral.random_password.worker.result}@${local.database}"
    RESULT_DATABASE_URL = "postgres://tallyroom_result:${ephemeral.random_password.result.result}@${local.database}"
  }
  data_wo_revision = local.secrets_revision
}

resource "kubernetes_secret_v1" "store_files" {
  metadata {
    name      = "store-files"
    namespace = kubernetes_namespace_v1.tallyroom.metadata[0].name
  }
  data = { "ca.pem" = data.digitalocean_database_ca.postgres.certificate }
}

# For the Job `roles` alone. DigitalOcean makes this password, so the state has it.
resource "kubernetes_secret_v1" "postgres_owner" {
  metadata {
    name      = "postgres-owner"
    namespace = kubernetes_namespace_v1.tallyroom.metadata[0].name
  }
  data = {
    PGHOST     = digitalocean_database_cluster.postgres.private_host
    PGPORT     = digitalocean_database_cluster.postgres.port
    PGDATABASE = digitalocean_database_db.tallyroom.name
    PGUSER     = digitalocean_database_cluster.postgres.user
    PGPASSWORD = digitalocean_database_cluster.postgres.password
  }
}

resource "kubernetes_secret_v1" "backup_storage" {
  metadata {
    name      = "backup-storage"
    namespace = kubernetes_namespace_v1.tallyroom.metadata[0].name
  }
  data = {
    aws_access_key_id     = digitalocean_spaces_key.backup.access_key
    aws_secret_access_key = digitalocean_spaces_key.backup.secret_key
  }
}

resource "kubernetes_secret_v1" "grafana" {
  metadata {
    name      = "grafana-admin"
    namespace = kubernetes_namespace_v1.monitoring.metadata[0].name
  }
  data_wo = {
    admin-user     = "admin"
    admin-password = ephemeral.random_password.grafana.result
  }
  data_wo_revision = local.secrets_revision
}
