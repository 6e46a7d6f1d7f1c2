# What can be chosen. None of it is secret: the instance makes every credential itself.

variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of a region, such as eu-central-1."
  }
}

variable "name" {
  description = "Names everything that is made, so that one account can hold several."
  type        = string
  default     = "tallyroom"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 32 lower-case letters, digits and hyphens, with a letter first and no hyphen last."
  }
}

variable "tags" {
  description = "More tags for everything that is made."
  type        = map(string)
  default     = {}
}

variable "instance_type" {
  description = "An x86-64 type. The images are built on the instance, which needs 4 GB of memory."
  type        = string
  default     = "t3.medium"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*[0-9][a-z0-9-]*\\.(medium|[0-9]*x?large|metal)$", var.instance_type))
    error_message = "instance_type must be a type from medium on, such as t3.medium: a smaller one has too little memory to build the images."
  }

  validation {
    condition     = !can(regex("^([a-z]+[0-9]+g[a-z]*|a1)\\.", var.instance_type))
    error_message = "instance_type must be an x86-64 type, as the instance starts from an image for x86-64: t3.medium and not t4g.medium."
  }
}

variable "disk_gb" {
  description = "Size of the encrypted disk in GB. It holds the system, the images and all votes."
  type        = number
  default     = 30

  validation {
    condition     = var.disk_gb >= 20 && var.disk_gb <= 1000 && floor(var.disk_gb) == var.disk_gb
    error_message = "disk_gb must be a whole number from 20 to 1000."
  }
}

variable "ssh_from" {
  description = "Networks from which SSH is open, such as [\"203.0.113.7/32\"] for your own address. With none, port 22 is closed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for it in var.ssh_from : can(cidrnetmask(it)) && try(tonumber(split("/", it)[1]) >= 8, false)])
    error_message = "ssh_from must hold IPv4 networks of /8 or smaller: SSH is never open to everybody. Your own address is ADDRESS/32."
  }

  validation {
    condition     = length(var.ssh_from) == 0 || var.ssh_public_key != null
    error_message = "ssh_from opens port 22 and needs ssh_public_key, by which you log in."
  }
}

variable "ssh_public_key" {
  description = "The public key with which you log in as admin, in the form of a line of id_ed25519.pub."
  type        = string
  default     = null

  validation {
    condition     = var.ssh_public_key == null ? true : can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$", var.ssh_public_key))
    error_message = "ssh_public_key must be a public key, ssh-ed25519 or ssh-rsa."
  }
}

variable "web_from" {
  description = "Networks from which people may vote and watch."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.web_from) > 0 && alltrue([for it in var.web_from : can(cidrnetmask(it))])
    error_message = "web_from must hold at least one IPv4 network, such as 0.0.0.0/0."
  }
}

variable "vote_host" {
  description = "The name under which people vote, by HTTPS. Without it voting is plain HTTP on port 8080."
  type        = string
  default     = null

  validation {
    condition     = var.vote_host == null ? true : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.vote_host))
    error_message = "vote_host must be a full name in lower case, such as vote.example.org."
  }

  validation {
    condition     = var.vote_host == null ? var.result_host == null : var.result_host != null && var.result_host != var.vote_host
    error_message = "vote_host and result_host are two different names, or neither is given."
  }
}

variable "result_host" {
  description = "The name under which people watch, by HTTPS. Without it watching is plain HTTP on port 8081."
  type        = string
  default     = null

  validation {
    condition     = var.result_host == null ? true : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.result_host))
    error_message = "result_host must be a full name in lower case, such as results.example.org."
  }
}

variable "repository" {
  description = "The Git repository to deploy, which the instance must be able to read without a login."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+/[A-Za-z0-9._/-]+$", var.repository))
    error_message = "repository must be an https address without a login in it."
  }
}

variable "revision" {
  description = "The branch or tag to deploy."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.revision))
    error_message = "revision must be the name of a branch or tag."
  }
}

variable "root_in_ssm" {
  description = "Keeps the root of all credentials in an encrypted parameter of SSM, from which a new instance gets the same ones."
  type        = bool
  default     = false
}

variable "postgres" {
  description = "A Postgres by RDS in the place of the instance's own, such as {}. Choose it before the first vote: votes don't move by themselves."
  type = object({
    instance_class      = optional(string, "db.t4g.small")
    disk_gb             = optional(number, 20)
    multi_az            = optional(bool, false)
    backup_days         = optional(number, 7)
    deletion_protection = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.postgres == null ? true : can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.postgres.instance_class))
    error_message = "postgres.instance_class must be a class of RDS, such as db.t4g.small."
  }

  validation {
    condition     = var.postgres == null ? true : var.postgres.disk_gb >= 20 && var.postgres.disk_gb <= 1000 && floor(var.postgres.disk_gb) == var.postgres.disk_gb
    error_message = "postgres.disk_gb must be a whole number from 20 to 1000."
  }

  validation {
    condition     = var.postgres == null ? true : contains(range(1, 36), var.postgres.backup_days)
    error_message = "postgres.backup_days must be a whole number from 1 to 35: RDS without backups loses all votes with its disk."
  }
}

variable "load_balancer" {
  description = "A load balancer that ends HTTPS for vote_host and result_host: zone_id of a public zone of Route 53 that holds both names, or certificate_arn of a certificate of ACM for both."
  type = object({
    zone_id             = optional(string)
    certificate_arn     = optional(string)
    deletion_protection = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.load_balancer == null ? true : var.vote_host != null
    error_message = "load_balancer needs vote_host and result_host, by which it tells the two pages apart."
  }

  validation {
    condition     = var.load_balancer == null ? true : (var.load_balancer.zone_id == null) != (var.load_balancer.certificate_arn == null)
    error_message = "load_balancer needs either zone_id or certificate_arn."
  }

  validation {
    condition     = try(var.load_balancer.zone_id, null) == null ? true : can(regex("^Z[A-Z0-9]{5,31}$", var.load_balancer.zone_id))
    error_message = "load_balancer.zone_id must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ."
  }

  validation {
    condition     = try(var.load_balancer.certificate_arn, null) == null ? true : can(regex("^arn:aws[a-z-]*:acm:${var.region}:[0-9]{12}:certificate/[0-9a-f-]+$", var.load_balancer.certificate_arn))
    error_message = "load_balancer.certificate_arn must be a certificate of ACM in the same region."
  }

  # A target group's name has 32 characters at most.
  validation {
    condition     = var.load_balancer == null ? true : length(var.name) <= 25
    error_message = "load_balancer needs a name of at most 25 characters."
  }
}
