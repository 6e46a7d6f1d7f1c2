# Parameters that the instance fills: the admin token, and with `root_in_ssm` what all credentials follow from. They are in no state, plan
# or user data: what stands here is a placeholder, and write-only arguments are not stored either. `destroy` removes the parameters.

locals {
  # setup.sh knows it, too.
  placeholder = "not made yet"
}

resource "aws_ssm_parameter" "admin_token" {
  name             = "/${var.name}/admin_token"
  description      = "Opens the control room. The instance writes it once it serves."
  type             = "SecureString"
  value_wo         = local.placeholder
  value_wo_version = 1
}

# setup.sh looks for the placeholder: it then writes what the instance made, and later brings that back to a new instance.
resource "aws_ssm_parameter" "root" {
  count = var.root_in_ssm ? 1 : 0

  name             = "/${var.name}/root"
  description      = "All credentials follow from it. The first instance writes it, and later ones read it."
  type             = "SecureString"
  value_wo         = local.placeholder
  value_wo_version = 1
}

resource "aws_iam_role" "this" {
  name = var.name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

# All that the instance may do in the account, without options. It can't even read what it wrote.
resource "aws_iam_role_policy" "write_admin_token" {
  name = "write-admin-token"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ssm:PutParameter"
      Resource = aws_ssm_parameter.admin_token.arn
    }]
  })
}

resource "aws_iam_role_policy" "options" {
  count = length(local.option_rights) > 0 ? 1 : 0

  name   = "options"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.option_rights })
}

locals {
  option_rights = concat(
    [for it in aws_ssm_parameter.root : {
      Effect = "Allow", Action = ["ssm:GetParameter", "ssm:PutParameter"], Resource = it.arn
    }],
    [for it in aws_db_instance.this : {
      Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = it.master_user_secret[0].secret_arn
    }],
  )
}

resource "aws_iam_instance_profile" "this" {
  name = var.name
  role = aws_iam_role.this.name
}
