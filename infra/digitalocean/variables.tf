# What can be chosen. The token alone has no default.

variable "do_token" {
  description = "A token of DigitalOcean's API that may read and write. Give it as TF_VAR_do_token, never in a file."
  type        = string
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = length(var.do_token) > 0
    error_message = "do_token must be a token of DigitalOcean's API: export TF_VAR_do_token=…"
  }
}

variable "region" {
  description = "The region, which must have Kubernetes, databases and Spaces."
  type        = string
  default     = "fra1"

  validation {
    condition     = can(regex("^[a-z]{3}[0-9]$", var.region))
    error_message = "region must be the short name of a region, such as fra1."
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
  description = "More tags for the cluster, its nodes and Postgres."
  type        = list(string)
  default     = []
}

variable "ip_range" {
  description = "The network of nodes, load balancer and Postgres. No other network of the account may overlap it."
  type        = string
  default     = "10.42.0.0/20"

  validation {
    condition     = can(cidrnetmask(var.ip_range)) && try(tonumber(split("/", var.ip_range)[1]) >= 16 && tonumber(split("/", var.ip_range)[1]) <= 24, false)
    error_message = "ip_range must be an IPv4 network from /16 to /24, such as 10.42.0.0/20."
  }
}

variable "kubernetes_version" {
  description = "The minor version with which the cluster starts. DigitalOcean raises its patches by itself."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.(29|[3-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.29 on, such as 1.34."
  }
}

variable "node_size" {
  description = "Size of a node. To change it later, destroy first: the provider makes a new cluster."
  type        = string
  default     = "s-4vcpu-8gb"
}

variable "nodes" {
  description = "How many nodes."
  type        = number
  default     = 3

  validation {
    condition     = var.nodes >= 2 && var.nodes <= 50 && floor(var.nodes) == var.nodes
    error_message = "nodes must be a whole number from 2 to 50: the apps run twice, on two nodes."
  }
}

variable "api_from" {
  description = "Networks from which the cluster's API may be reached, such as [\"203.0.113.7/32\"], yours among them. With none it is open to all who can log in."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for it in var.api_from : can(cidrnetmask(it))])
    error_message = "api_from must hold IPv4 networks, such as 203.0.113.7/32."
  }
}

variable "postgres_size" {
  description = "Size of each machine of the managed Postgres."
  type        = string
  default     = "db-s-2vcpu-4gb"
}

variable "postgres_nodes" {
  description = "How many machines the managed Postgres has: with two or three, another takes the place of one that fails."
  type        = number
  default     = 2

  validation {
    condition     = contains([1, 2, 3], var.postgres_nodes)
    error_message = "postgres_nodes must be 1, 2 or 3."
  }
}

variable "vote_host" {
  description = "The name under which people vote. Without it, a name of sslip.io that has the address in it: for a trial."
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
  description = "The name under which people watch. Without it, a name of sslip.io."
  type        = string
  default     = null

  validation {
    condition     = var.result_host == null ? true : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.result_host))
    error_message = "result_host must be a full name in lower case, such as results.example.org."
  }
}

variable "acme_email" {
  description = "Where Let's Encrypt writes to when a certificate runs out. Without it nobody is told."
  type        = string
  default     = null

  validation {
    condition     = var.acme_email == null ? true : can(regex("^[^@ ]+@[^@ ]+\\.[a-z]+$", var.acme_email))
    error_message = "acme_email must be an address of e-mail."
  }
}

variable "images" {
  description = "Where the images vote, worker, result and backup are, and their tag. The cluster must be able to read them without a login, or they are in `registry`."
  type        = object({ from = string, tag = string })
  default     = { from = "ghcr.io/tallyroom", tag = "0.1.0" }

  validation {
    condition     = can(regex("^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+$", var.images.from)) && can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]*$", var.images.tag))
    error_message = "images must name a registry with a path and a tag, such as { from = \"registry.digitalocean.com/acme\", tag = \"0.1.0\" }."
  }
}

variable "registry" {
  description = "The name of a container registry to make, unique at DigitalOcean. An account can have one; without this none is made."
  type        = string
  default     = null

  validation {
    condition     = var.registry == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.registry))
    error_message = "registry must be 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "backup_bucket" {
  description = "The name of the bucket for backups, unique in its region. Without it, one is made up."
  type        = string
  default     = null

  validation {
    condition     = var.backup_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.backup_bucket))
    error_message = "backup_bucket must be 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "destroy_backups" {
  description = "Whether destroy also removes a bucket that holds backups. Without it, destroy stops at one."
  type        = bool
  default     = false
}
