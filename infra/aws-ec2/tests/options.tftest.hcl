# What each option makes, alone and together, on a provider that makes nothing.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
  mock_resource "aws_db_instance" {
    defaults = {
      address            = "db.abc.eu-central-1.rds.amazonaws.com"
      port               = 5432
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:owner", kms_key_id = "", secret_status = "active" }]
    }
  }
  mock_resource "aws_ssm_parameter" {
    defaults = { arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/tallyroom/root" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/tallyroom/0", dns_name = "tallyroom.elb.amazonaws.com" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/tallyroom/0/0" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/tallyroom/0" }
  }
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0"
      domain_validation_options = [
        { domain_name = "vote.example.org", resource_record_name = "_v.vote.example.org.", resource_record_type = "CNAME", resource_record_value = "v.acm-validations.aws." },
        { domain_name = "results.example.org", resource_record_name = "_r.results.example.org.", resource_record_type = "CNAME", resource_record_value = "r.acm-validations.aws." },
      ]
    }
  }
}

variables {
  repository = "https://git.example.org/tallyroom.git"
}

run "rds_is_reached_by_the_instance_alone" {
  command = apply
  variables {
    postgres = {}
  }

  assert {
    condition     = !aws_db_instance.this[0].publicly_accessible && aws_db_instance.this[0].storage_encrypted && aws_db_instance.this[0].backup_retention_period == 7
    error_message = "RDS must be private, encrypted and backed up."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.postgres[0].referenced_security_group_id == aws_security_group.this.id && aws_vpc_security_group_ingress_rule.postgres[0].cidr_ipv4 == null
    error_message = "Only the instance's group may reach Postgres."
  }
  assert {
    condition     = length(aws_route_table.postgres[0].route) == 0 && toset(aws_subnet.postgres[*].cidr_block) == toset(["10.42.1.0/26", "10.42.1.64/26"])
    error_message = "Postgres is in subnets without a way out."
  }
  assert {
    condition     = contains([for it in aws_db_parameter_group.this[0].parameter : "${it.name}=${it.value}"], "rds.force_ssl=1")
    error_message = "Postgres must refuse connections without TLS."
  }
  assert {
    condition     = aws_db_instance.this[0].manage_master_user_password && aws_db_instance.this[0].password == null && aws_db_instance.this[0].password_wo == null
    error_message = "AWS must make the owner's password, so that no state has it."
  }
  assert {
    condition     = aws_db_instance.this[0].deletion_protection && aws_db_instance.this[0].skip_final_snapshot && aws_db_instance.this[0].delete_automated_backups
    error_message = "Votes are protected until somebody says otherwise, and then nothing is left."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.options[0].policy).Statement == [{
      Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:owner"
    }]
    error_message = "The role may read the owner's password and nothing more."
  }
  assert {
    condition     = strcontains(yamldecode(aws_instance.this.user_data).write_files[0].content, "POSTGRES_ADDRESS=db.abc.eu-central-1.rds.amazonaws.com:5432\n")
    error_message = "The instance must be told where Postgres is."
  }
  assert {
    condition     = yamldecode(aws_instance.this.user_data).write_files[1].content == "COMPOSE_FILE=compose.yaml:infra/aws-ec2/compose.rds.yaml\n"
    error_message = "compose must leave its own Postgres out."
  }
  assert {
    condition     = length(aws_lb.this) == 0 && toset([for it in aws_vpc_security_group_ingress_rule.web : it.from_port]) == toset([8080, 8081])
    error_message = "RDS alone changes nothing of how people come in."
  }
}

run "the_protection_of_rds_can_be_taken_off" {
  command = plan
  variables {
    postgres = { deletion_protection = false, multi_az = true, disk_gb = 50 }
  }

  assert {
    condition     = !aws_db_instance.this[0].deletion_protection && aws_db_instance.this[0].multi_az && aws_db_instance.this[0].allocated_storage == 50
    error_message = "The option's own fields must count."
  }
}

run "a_balancer_ends_https" {
  command = apply
  variables {
    vote_host     = "vote.example.org"
    result_host   = "results.example.org"
    load_balancer = { zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.web) == 0
    error_message = "Behind the load balancer the instance is open to nobody else."
  }
  assert {
    condition     = alltrue([for it in aws_vpc_security_group_ingress_rule.from_balancer : it.referenced_security_group_id == aws_security_group.balancer[0].id && it.cidr_ipv4 == null])
    error_message = "Pages and readiness are open to the load balancer alone."
  }
  assert {
    condition     = toset([for it in aws_vpc_security_group_ingress_rule.from_balancer : it.from_port]) == toset([8080, 8081, 9091, 9093])
    error_message = "The load balancer reaches both pages and both readiness ports."
  }
  assert {
    condition     = aws_lb_listener.http[0].default_action[0].redirect[0].protocol == "HTTPS" && aws_lb_listener.https[0].default_action[0].type == "fixed-response"
    error_message = "HTTP goes to HTTPS, and other names to nobody."
  }
  assert {
    condition     = { for app, it in aws_lb_listener_rule.this : app => one([for c in it.condition : tolist(c.host_header[0].values)[0]]) } == { vote = "vote.example.org", result = "results.example.org" }
    error_message = "Each name must lead to its own page."
  }
  assert {
    condition     = alltrue([for it in aws_lb_target_group.this : it.health_check[0].path == "/readyz"]) && aws_lb_target_group.this["vote"].health_check[0].port == "9091"
    error_message = "The load balancer must ask for readiness, on the management port."
  }
  assert {
    condition     = toset(keys(aws_route53_record.proof)) == toset(["vote.example.org", "results.example.org"]) && toset(keys(aws_route53_record.page)) == toset(["vote.example.org", "results.example.org"])
    error_message = "Both names are proven, and lead to the load balancer."
  }
  assert {
    condition     = !contains(keys(local.compose_settings), "COMPOSE_PROFILES") && local.compose_settings.TRUSTED_PROXIES == "10.42.1.128/26,10.42.1.192/26"
    error_message = "Caddy stays out, and the apps believe the load balancer who their visitors are."
  }
  assert {
    condition     = output.vote_url == "https://vote.example.org/" && output.address == "tallyroom.elb.amazonaws.com"
    error_message = "People are led to the load balancer."
  }
}

run "a_balancer_takes_a_certificate_that_is_there" {
  command = plan
  variables {
    vote_host     = "vote.example.org"
    result_host   = "results.example.org"
    load_balancer = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b" }
  }

  assert {
    condition     = aws_lb_listener.https[0].certificate_arn == "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b" && length(aws_acm_certificate.this) + length(aws_route53_record.page) == 0
    error_message = "With a certificate of one's own, none is asked for and no name is touched."
  }
}

run "the_root_is_kept_in_ssm" {
  command = apply
  variables {
    root_in_ssm = true
  }

  assert {
    condition     = aws_ssm_parameter.root[0].type == "SecureString" && aws_ssm_parameter.root[0].value_wo == null
    error_message = "The root must be encrypted, and absent from the state."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.options[0].policy).Statement == [{
      Effect = "Allow", Action = ["ssm:GetParameter", "ssm:PutParameter"], Resource = aws_ssm_parameter.root[0].arn
    }]
    error_message = "The role may read and write the root, and nothing more."
  }
  assert {
    condition     = strcontains(file("setup.sh"), "placeholder='${local.placeholder}'")
    error_message = "setup.sh must know the placeholder of secrets.tf."
  }
}

run "all_options_together" {
  command = apply
  variables {
    vote_host     = "vote.example.org"
    result_host   = "results.example.org"
    load_balancer = { zone_id = "Z0123456789ABCDEFGHIJ" }
    postgres      = {}
    root_in_ssm   = true
  }

  assert {
    condition     = local.compose_settings.COMPOSE_FILE == "compose.yaml:infra/aws-ec2/compose.rds.yaml:infra/aws-ec2/compose.balancer.yaml"
    error_message = "compose reads a file for each option."
  }
  assert {
    condition     = length(distinct(concat(aws_subnet.postgres[*].cidr_block, aws_subnet.balancer[*].cidr_block))) == 4 && length(jsondecode(aws_iam_role_policy.options[0].policy).Statement) == 2
    error_message = "Each has its own subnets and rights."
  }
}

run "a_balancer_without_names_is_refused" {
  command = plan
  variables {
    load_balancer = { zone_id = "Z0123456789ABCDEFGHIJ" }
  }
  expect_failures = [var.load_balancer]
}

run "a_balancer_without_a_certificate_is_refused" {
  command = plan
  variables {
    vote_host     = "vote.example.org"
    result_host   = "results.example.org"
    load_balancer = {}
  }
  expect_failures = [var.load_balancer]
}

run "a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    vote_host     = "vote.example.org"
    result_host   = "results.example.org"
    load_balancer = { certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b" }
  }
  expect_failures = [var.load_balancer]
}

run "rds_without_backups_is_refused" {
  command = plan
  variables {
    postgres = { backup_days = 0 }
  }
  expect_failures = [var.postgres]
}

run "rds_of_an_unknown_class_is_refused" {
  command = plan
  variables {
    postgres = { instance_class = "t4g.small" }
  }
  expect_failures = [var.postgres]
}
