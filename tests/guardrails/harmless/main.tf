variable "db_password" { sensitive = true }
resource "aws_db_instance" "db" {
  password          = var.db_password
  kms_key_id        = aws_kms_key.db.arn
  master_password   = random_password.db.result
}
resource "aws_key_pair" "deploy" { public_key = file("~/.ssh/id_ed25519.pub") }
data "aws_secretsmanager_secret" "x" { name = "prod/db/password" }
