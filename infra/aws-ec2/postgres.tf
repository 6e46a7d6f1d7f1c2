# Postgres by RDS, where `postgres` asks for it: in subnets that lead nowhere, reached by the instance alone and by TLS alone.
# AWS makes its owner's password and keeps it in Secrets Manager, so that it is in no state, plan or user data.

locals {
  has_rds = var.postgres != null
}

resource "aws_subnet" "postgres" {
  count = local.has_rds ? 2 : 0

  vpc_id            = aws_vpc_ipv4_cidr_block_association.options[0].vpc_id
  cidr_block        = cidrsubnet(local.options_range, 2, count.index)
  availability_zone = local.zones[count.index]

  # Another order of the zones would move it, and with it the database.
  lifecycle {
    ignore_changes = [availability_zone]
  }
}

# No way out, and none in but from the network itself.
resource "aws_route_table" "postgres" {
  count = local.has_rds ? 1 : 0

  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "postgres" {
  count = length(aws_subnet.postgres)

  subnet_id      = aws_subnet.postgres[count.index].id
  route_table_id = aws_route_table.postgres[0].id
}

resource "aws_db_subnet_group" "this" {
  count = local.has_rds ? 1 : 0

  name       = var.name
  subnet_ids = aws_subnet.postgres[*].id
}

resource "aws_security_group" "postgres" {
  count = local.has_rds ? 1 : 0

  name        = "${var.name}-postgres"
  description = "Postgres, for the instance alone."
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "postgres" {
  count = local.has_rds ? 1 : 0

  security_group_id            = aws_security_group.postgres[0].id
  description                  = "The instance."
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.this.id
}

resource "aws_vpc_security_group_egress_rule" "postgres" {
  count = local.has_rds ? 1 : 0

  security_group_id            = aws_security_group.this.id
  description                  = "Postgres."
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.postgres[0].id
}

resource "aws_db_parameter_group" "this" {
  count = local.has_rds ? 1 : 0

  name_prefix = "${var.name}-"
  family      = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # As compose.yaml has it: nobody's vote in a log, not even in that of an error.
  parameter {
    name  = "log_error_verbosity"
    value = "terse"
  }

  parameter {
    name  = "log_parameter_max_length_on_error"
    value = "0"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  count = local.has_rds ? 1 : 0

  identifier     = var.name
  engine         = "postgres"
  engine_version = "17"
  instance_class = var.postgres.instance_class
  multi_az       = var.postgres.multi_az

  storage_type      = "gp3"
  allocated_storage = var.postgres.disk_gb
  storage_encrypted = true

  db_name                     = "tallyroom"
  username                    = "tallyroom_owner"
  manage_master_user_password = true

  db_subnet_group_name   = aws_db_subnet_group.this[0].name
  vpc_security_group_ids = [aws_security_group.postgres[0].id]
  parameter_group_name   = aws_db_parameter_group.this[0].name
  publicly_accessible    = false

  backup_retention_period    = var.postgres.backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true

  # With the protection off, `destroy` takes all: the database, its backups, and its owner's password.
  deletion_protection      = var.postgres.deletion_protection
  delete_automated_backups = true
  skip_final_snapshot      = true
}
