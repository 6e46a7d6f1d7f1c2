# What is planned for which variables, on a provider that makes nothing.

mock_provider "aws" {}

variables {
  repository = "https://git.example.org/tallyroom.git"
}

run "plain_http_is_open_and_ssh_is_closed" {
  command = plan

  assert {
    condition     = toset([for it in aws_vpc_security_group_ingress_rule.web : it.from_port]) == toset([8080, 8081])
    error_message = "Without names, 8080 and 8081 alone are open."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.ssh) == 0 && length(aws_key_pair.this) == 0
    error_message = "SSH must be closed unless a network is named."
  }
}

run "options_are_off" {
  command = plan

  assert {
    condition     = length(aws_db_instance.this) + length(aws_lb.this) + length(aws_ssm_parameter.root) + length(aws_iam_role_policy.options) == 0
    error_message = "RDS, a load balancer and the root in SSM are made only where they are asked for."
  }
  assert {
    condition     = length(aws_vpc_ipv4_cidr_block_association.options) + length(data.aws_availability_zones.this) == 0
    error_message = "Without options the network is the instance's alone."
  }
}

run "the_instance_is_hardened" {
  command = plan

  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required" && aws_instance.this.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2 must be required, and out of a container's reach."
  }
  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted
    error_message = "The disk must be encrypted."
  }
}

run "names_bring_https" {
  command = apply

  variables {
    vote_host      = "vote.example.org"
    result_host    = "results.example.org"
    ssh_from       = ["203.0.113.7/32"]
    ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@example.org"
  }

  assert {
    condition     = toset([for it in aws_vpc_security_group_ingress_rule.web : it.from_port]) == toset([80, 443])
    error_message = "With names, 80 and 443 alone are open."
  }
  assert {
    condition     = [for it in aws_vpc_security_group_ingress_rule.ssh : it.cidr_ipv4] == ["203.0.113.7/32"]
    error_message = "SSH must be open to the named network alone."
  }
  assert {
    condition     = strcontains(yamldecode(aws_instance.this.user_data).write_files[1].content, "BIND_ADDRESS=127.0.0.1\n")
    error_message = "Behind the proxy the apps' ports must be closed to others."
  }
  assert {
    condition     = output.vote_url == "https://vote.example.org/"
    error_message = "People vote by HTTPS."
  }
}

run "the_role_may_write_one_parameter" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role_policy.write_admin_token.policy).Statement == [{
      Effect = "Allow", Action = "ssm:PutParameter", Resource = aws_ssm_parameter.admin_token.arn
    }]
    error_message = "The role must allow nothing but writing the admin token."
  }
  assert {
    condition     = aws_ssm_parameter.admin_token.type == "SecureString" && aws_ssm_parameter.admin_token.value_wo == null
    error_message = "The admin token must be encrypted, and absent from the state."
  }
}

run "ssh_open_to_everybody_is_refused" {
  command = plan
  variables {
    ssh_from       = ["0.0.0.0/0"]
    ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@example.org"
  }
  expect_failures = [var.ssh_from]
}

run "ssh_without_a_key_is_refused" {
  command = plan
  variables {
    ssh_from = ["203.0.113.7/32"]
  }
  expect_failures = [var.ssh_from]
}

run "one_name_alone_is_refused" {
  command = plan
  variables {
    vote_host = "vote.example.org"
  }
  expect_failures = [var.vote_host]
}

run "a_name_that_is_an_address_is_refused" {
  command = plan
  variables {
    vote_host   = "https://vote.example.org/"
    result_host = "results.example.org"
  }
  expect_failures = [var.vote_host]
}

run "a_machine_that_is_too_small_is_refused" {
  command = plan
  variables {
    instance_type = "t3.micro"
  }
  expect_failures = [var.instance_type]
}

run "arm_is_refused" {
  command = plan
  variables {
    instance_type = "t4g.medium"
  }
  expect_failures = [var.instance_type]
}

run "a_repository_with_a_login_is_refused" {
  command = plan
  variables {
    repository = "https://me:secret@git.example.org/tallyroom.git"
  }
  expect_failures = [var.repository]
}
