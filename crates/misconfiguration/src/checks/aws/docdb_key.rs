//! DocumentDB is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0022",
    aliases: ["AWS-0022", "aws-documentdb-encryption-customer-key", "CKV_AWS_182"],
    severity: Low,
    title: "DocumentDB is not encrypted with a key of your own",
    remedy: "Set `kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_docdb_cluster" "x" {}"#,
        r#"resource "aws_docdb_cluster" "x" {
  kms_key_id = "alias/aws/service"
}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "k" {}
resource "aws_docdb_cluster" "x" {
  kms_key_id = aws_kms_key.k.arn
}"#,
        r#"variable "unknown" {}
resource "aws_docdb_cluster" "x" {
  kms_key_id = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_use_own_key(&["aws_docdb_cluster"], "kms_key_id", found);
}
