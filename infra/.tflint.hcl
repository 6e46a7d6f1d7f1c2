# Rules of tflint for both folders: those for the language, all of them. Rules for AWS are a plugin, which check:infra does not install.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# One file a subject reads better than all variables, outputs and resources in main.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
