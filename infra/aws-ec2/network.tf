# A network of its own, which touches nothing else in the account, and the doors into it.

locals {
  has_https = var.vote_host != null
  # Caddy on the instance, unless a load balancer ends HTTPS before it.
  has_proxy = local.has_https && !local.has_balancer
  web_ports = local.has_balancer ? [] : local.has_https ? [80, 443] : [8080, 8081]

  # Each port with each network: one rule each.
  web_doors = { for it in setproduct(local.web_ports, var.web_from) : "${it[0]} ${it[1]}" => { port = it[0], from = it[1] } }
}

resource "aws_vpc" "this" {
  cidr_block           = "10.42.0.0/24"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

# What RDS and a load balancer need: a range and subnets in two zones of their own, so that the instance's subnet stays as it is.
locals {
  options_range = "10.42.1.0/24"
  has_options   = local.has_rds || local.has_balancer
  zones         = local.has_options ? data.aws_availability_zones.this[0].names : []
}

resource "aws_vpc_ipv4_cidr_block_association" "options" {
  count = local.has_options ? 1 : 0

  vpc_id     = aws_vpc.this.id
  cidr_block = local.options_range
}

# Local zones, which have neither, must be opted in to.
data "aws_availability_zones" "this" {
  count = local.has_options ? 1 : 0

  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# AWS makes this group with the network; without any rule it lets nothing in or out.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = aws_vpc.this.cidr_block
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this.id
  route_table_id = aws_route_table.this.id
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Voting and watching; SSH from named networks alone."
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  for_each = local.web_doors

  security_group_id = aws_security_group.this.id
  description       = "People who vote and watch."
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.from
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each = toset(var.ssh_from)

  security_group_id = aws_security_group.this.id
  description       = "Who operates it."
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = each.value
}

# Debian's archive, the repository, images, certificates and AWS itself. Names and time come from AWS past this group.
resource "aws_vpc_security_group_egress_rule" "web" {
  for_each = toset(["80", "443"])

  security_group_id = aws_security_group.this.id
  description       = "HTTP and HTTPS to anywhere."
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
  cidr_ipv4         = "0.0.0.0/0"
}
