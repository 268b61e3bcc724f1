//! Storage of the database is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0080",
    aliases: ["AWS-0080", "aws-rds-encrypt-instance-storage-data", "CKV_AWS_16"],
    severity: High,
    title: "Storage of the database is not encrypted",
    remedy: "Set `storage_encrypted` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" { storage_encrypted = false }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {Engine: mysql}}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" { storage_encrypted = true }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {StorageEncrypted: true}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["aws_db_instance"]) {
        let is_of_cluster = database.get("replicate_source_db").is_set() || database.get("db_cluster_identifier").is_set();
        if !is_of_cluster {
            database.get("storage_encrypted").must_be_true("storage_encrypted", found);
        }
    }
}
