# A load balancer with a certificate of ACM, where `load_balancer` asks for it. It ends HTTPS in the place of Caddy on the instance,
# which then serves nobody else.

locals {
  has_balancer = var.load_balancer != null
  # Zone and names are known while planning, and so they are the keys.
  own_certificate = local.has_balancer ? var.load_balancer.certificate_arn == null : false
  certified_hosts = local.own_certificate ? toset([var.vote_host, var.result_host]) : toset([])
  certificate_arn = local.own_certificate ? aws_acm_certificate_validation.this[0].certificate_arn : try(var.load_balancer.certificate_arn, null)

  # Each page: its port on the instance, the port there of its readiness, and its name.
  pages = local.has_balancer ? {
    vote   = { port = 8080, readiness = 9091, host = var.vote_host }
    result = { port = 8081, readiness = 9093, host = var.result_host }
  } : {}
  page_ports = toset([for it in flatten([for page in local.pages : [page.port, page.readiness]]) : tostring(it)])

  balancer_doors = local.has_balancer ? { for it in setproduct([80, 443], var.web_from) : "${it[0]} ${it[1]}" => { port = it[0], from = it[1] } } : {}
}

resource "aws_subnet" "balancer" {
  count = local.has_balancer ? 2 : 0

  vpc_id            = aws_vpc_ipv4_cidr_block_association.options[0].vpc_id
  cidr_block        = cidrsubnet(local.options_range, 2, 2 + count.index)
  availability_zone = local.zones[count.index]

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_route_table_association" "balancer" {
  count = length(aws_subnet.balancer)

  subnet_id      = aws_subnet.balancer[count.index].id
  route_table_id = aws_route_table.this.id
}

resource "aws_security_group" "balancer" {
  count = local.has_balancer ? 1 : 0

  name        = "${var.name}-balancer"
  description = "Voting and watching by HTTPS."
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  for_each = local.balancer_doors

  security_group_id = aws_security_group.balancer[0].id
  description       = "People who vote and watch."
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.from
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  for_each = local.page_ports

  security_group_id            = aws_security_group.balancer[0].id
  description                  = "The instance's pages and their readiness."
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  referenced_security_group_id = aws_security_group.this.id
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  for_each = local.page_ports

  security_group_id            = aws_security_group.this.id
  description                  = "The load balancer."
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.value)
  to_port                      = tonumber(each.value)
  referenced_security_group_id = aws_security_group.balancer[0].id
}

resource "aws_lb" "this" {
  count = local.has_balancer ? 1 : 0

  name               = var.name
  load_balancer_type = "application"
  subnets            = aws_subnet.balancer[*].id
  security_groups    = [aws_security_group.balancer[0].id]
  # A viewer's WebSocket is pinged within 30 s, so one that is silent for longer is dead.
  idle_timeout               = 60
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.load_balancer.deletion_protection

  depends_on = [aws_internet_gateway.this]
}

resource "aws_lb_target_group" "this" {
  for_each = local.pages

  name                 = "${var.name}-${each.key}"
  vpc_id               = aws_vpc.this.id
  protocol             = "HTTP"
  port                 = each.value.port
  deregistration_delay = 15

  # Readiness is on the management port, which the load balancer asks and never forwards to.
  health_check {
    path                = "/readyz"
    port                = each.value.readiness
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = local.pages

  target_group_arn = aws_lb_target_group.this[each.key].arn
  target_id        = aws_instance.this.id
}

resource "aws_lb_listener" "http" {
  count = local.has_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.has_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.certificate_arn

  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "No page has this name."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each = local.pages

  listener_arn = aws_lb_listener.https[0].arn

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    host_header {
      values = [each.value.host]
    }
  }
}

# With a zone of Route 53, the certificate is asked for and proven, and both names lead to the load balancer.

resource "aws_acm_certificate" "this" {
  count = local.own_certificate ? 1 : 0

  domain_name               = var.vote_host
  subject_alternative_names = [var.result_host]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  proofs = { for it in try(aws_acm_certificate.this[0].domain_validation_options, []) : it.domain_name => it }
}

resource "aws_route53_record" "proof" {
  for_each = local.certified_hosts

  zone_id         = var.load_balancer.zone_id
  name            = local.proofs[each.key].resource_record_name
  type            = local.proofs[each.key].resource_record_type
  records         = [local.proofs[each.key].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = local.own_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [for it in aws_route53_record.proof : it.fqdn]
}

resource "aws_route53_record" "page" {
  for_each = local.certified_hosts

  zone_id = var.load_balancer.zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = aws_lb.this[0].dns_name
    zone_id                = aws_lb.this[0].zone_id
    evaluate_target_health = false
  }
}
