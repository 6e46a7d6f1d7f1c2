# Where people go, and how the rest is reached.

output "address" {
  description = "The load balancer's address, to which both names must lead."
  value       = local.address
}

output "vote_url" {
  description = "Where people vote."
  value       = "https://${local.vote_host}/"
}

output "result_url" {
  description = "Where people watch; /admin is the control room."
  value       = "https://${local.result_host}/"
}

output "kubeconfig_command" {
  description = "Lets kubectl at the cluster."
  value       = "doctl kubernetes cluster kubeconfig save ${digitalocean_kubernetes_cluster.this.id}"
}

output "admin_token_command" {
  description = "Prints the admin token."
  value       = "kubectl -n tallyroom get secret result -o jsonpath='{.data.ADMIN_TOKEN}' | base64 -d"
}

output "backup_to" {
  description = "Where the nightly dumps are."
  value       = "s3://${digitalocean_spaces_bucket.backups.name}/tallyroom"
}
