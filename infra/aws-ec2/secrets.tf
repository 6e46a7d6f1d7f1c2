# The admin token, in a parameter that the instance fills. It is in no state, plan or user data: what stands here is a placeholder,
# and write-only arguments are not stored either. `destroy` removes the parameter.

resource "aws_ssm_parameter" "admin_token" {
  name             = "/${var.name}/admin_token"
  description      = "Opens the control room. The instance writes it once it serves."
  type             = "SecureString"
  value_wo         = "not made yet"
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

# All that the instance may do in the account. It can't even read what it wrote.
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

resource "aws_iam_instance_profile" "this" {
  name = var.name
  role = aws_iam_role.this.name
}
