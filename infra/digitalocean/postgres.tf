# The managed Postgres, which the cluster alone reaches, inside the network. It makes a backup each day and keeps a week by itself.

resource "digitalocean_database_cluster" "postgres" {
  name                 = var.name
  engine               = "pg"
  version              = "17"
  region               = var.region
  size                 = var.postgres_size
  node_count           = var.postgres_nodes
  private_network_uuid = digitalocean_vpc.this.id
  tags                 = local.tags

  maintenance_window {
    day  = "sunday"
    hour = "05:00:00"
  }
}

resource "digitalocean_database_firewall" "postgres" {
  cluster_id = digitalocean_database_cluster.postgres.id

  rule {
    type  = "k8s"
    value = digitalocean_kubernetes_cluster.this.id
  }
}

resource "digitalocean_database_db" "tallyroom" {
  cluster_id = digitalocean_database_cluster.postgres.id
  name       = "tallyroom"
}

data "digitalocean_database_ca" "postgres" {
  cluster_id = digitalocean_database_cluster.postgres.id
}
