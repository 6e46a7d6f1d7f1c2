# A private bucket for backups: the owner's key makes it, and the cluster has another one, which reaches this bucket alone.

resource "random_id" "bucket" {
  byte_length = 4
}

locals {
  bucket = coalesce(var.backup_bucket, "${var.name}-backups-${random_id.bucket.hex}")
}

resource "digitalocean_spaces_key" "owner" {
  name = "${var.name}-owner"

  grant {
    bucket     = ""
    permission = "fullaccess"
  }
}

resource "digitalocean_spaces_bucket" "backups" {
  provider = digitalocean.spaces

  name          = local.bucket
  region        = var.region
  acl           = "private"
  force_destroy = var.destroy_backups
}

resource "digitalocean_spaces_key" "backup" {
  name = "${var.name}-backup"

  grant {
    bucket     = digitalocean_spaces_bucket.backups.name
    permission = "readwrite"
  }
}
