# One instance, which sets itself up by cloud-init (setup.sh). Its disk holds all votes.

# Debian 13 as Debian publishes it.
data "aws_ssm_parameter" "debian" {
  name = "/aws/service/debian/release/13/latest/amd64"
}

locals {
  # Read by compose. TRUSTED_PROXIES is known only on the instance, which adds it.
  compose_settings = merge(
    local.has_https ? {
      VOTE_URL   = "https://${var.vote_host}"
      RESULT_URL = "https://${var.result_host}"
    } : {},
    local.has_proxy ? {
      COMPOSE_PROFILES = "proxy"
      VOTE_HOST        = var.vote_host
      RESULT_HOST      = var.result_host
      BIND_ADDRESS     = "127.0.0.1"
    } : {},
    local.has_balancer ? { TRUSTED_PROXIES = join(",", aws_subnet.balancer[*].cidr_block) } : {},
    local.has_options ? {
      COMPOSE_FILE = join(":", concat(
        ["compose.yaml"],
        local.has_rds ? ["infra/aws-ec2/compose.rds.yaml"] : [],
        local.has_balancer ? ["infra/aws-ec2/compose.balancer.yaml"] : [],
      ))
    } : {},
  )

  # Where each secret is, and none of them itself.
  setup_settings = merge(
    {
      REPOSITORY            = var.repository
      REVISION              = var.revision
      AWS_REGION            = var.region
      ADMIN_TOKEN_PARAMETER = aws_ssm_parameter.admin_token.name
    },
    var.root_in_ssm ? { ROOT_PARAMETER = aws_ssm_parameter.root[0].name } : {},
    local.has_rds ? {
      POSTGRES_ADDRESS = "${aws_db_instance.this[0].address}:${aws_db_instance.this[0].port}"
      POSTGRES_SECRET  = aws_db_instance.this[0].master_user_secret[0].secret_arn
      POSTGRES_CA_URL  = "https://truststore.pki.rds.amazonaws.com/${var.region}/${var.region}-bundle.pem"
    } : {},
  )

  cloud_config = {
    write_files = [
      { path = "/etc/tallyroom/setup.env", content = join("", [for name, value in local.setup_settings : "${name}=${value}\n"]) },
      { path = "/etc/tallyroom/compose.env", content = join("", [for name, value in local.compose_settings : "${name}=${value}\n"]) },
      { path = "/usr/local/sbin/tallyroom-setup", permissions = "0755", content = file("${path.module}/setup.sh") },
    ]
    runcmd = [["/usr/local/sbin/tallyroom-setup"]]
  }
}

resource "aws_key_pair" "this" {
  count = var.ssh_public_key == null ? 0 : 1

  key_name   = var.name
  public_key = var.ssh_public_key
}

resource "aws_instance" "this" {
  ami                    = data.aws_ssm_parameter.debian.insecure_value
  instance_type          = var.instance_type
  subnet_id              = aws_subnet.this.id
  vpc_security_group_ids = [aws_security_group.this.id]
  iam_instance_profile   = aws_iam_instance_profile.this.name
  key_name               = one(aws_key_pair.this[*].key_name)
  ebs_optimized          = true
  # It reaches Debian's archive from its first moment on; the address that stays takes this one's place.
  associate_public_ip_address = true
  user_data                   = "#cloud-config\n${yamlencode(local.cloud_config)}"

  # One hop: no container reaches the credentials of the role.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = var.disk_gb
  }

  # Either would replace the instance or stop it, and with a new instance all votes were gone.
  lifecycle {
    ignore_changes = [ami, user_data]
  }

  depends_on = [
    aws_iam_role_policy.options,
    aws_iam_role_policy.write_admin_token,
    aws_route_table_association.this,
    aws_vpc_security_group_egress_rule.postgres,
    aws_vpc_security_group_egress_rule.web,
    aws_vpc_security_group_ingress_rule.postgres,
  ]
}

resource "aws_eip" "this" {
  domain     = "vpc"
  instance   = aws_instance.this.id
  depends_on = [aws_internet_gateway.this]
}
