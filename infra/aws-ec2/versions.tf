# Which tools read this folder: Terraform and OpenTofu alike, from the versions on that know write-only arguments.
terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.90.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Project = "tallyroom", Name = var.name, ManagedBy = "infra/aws-ec2" }, var.tags)
  }
}
