# Where people go, and how the admin token is read.

output "address" {
  description = "Where both names must lead: an address, or with a load balancer its name (with zone_id they do already)."
  value       = local.has_balancer ? aws_lb.this[0].dns_name : aws_eip.this.public_ip
}

output "vote_url" {
  description = "Where people vote."
  value       = local.has_https ? "https://${var.vote_host}/" : "http://${aws_eip.this.public_ip}:8080/"
}

output "result_url" {
  description = "Where people watch; /admin is the control room."
  value       = local.has_https ? "https://${var.result_host}/" : "http://${aws_eip.this.public_ip}:8081/"
}

output "admin_token_command" {
  description = "Prints the admin token, once the instance serves."
  value       = "aws ssm get-parameter --region ${var.region} --with-decryption --name ${aws_ssm_parameter.admin_token.name} --query Parameter.Value --output text"
}
