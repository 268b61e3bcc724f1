//! Cluster of Redshift is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0084",
    aliases: ["AWS-0084", "aws-redshift-encryption-customer-key", "CKV_AWS_64"],
    severity: High,
    title: "Cluster of Redshift is not encrypted with a key of your own",
    remedy: "Set `encrypted` to true and `kms_key_id`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_redshift_cluster" "x" { encrypted = true }"#,
        r#"Resources:
  C: {Type: "AWS::Redshift::Cluster", Properties: {KmsKeyId: x}}"#,
    ],
    good: [
        r#"resource "aws_redshift_cluster" "x" {
  encrypted  = true
  kms_key_id = "arn:aws:kms:x"
}"#,
        r#"Resources:
  C: {Type: "AWS::Redshift::Cluster", Properties: {Encrypted: true, KmsKeyId: !Ref K}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_redshift_cluster"]) {
        if cluster.get("encrypted").is_off() {
            cluster.get("encrypted").must_be_true("encrypted", found);
        } else {
            cluster.get("kms_key_id").must_be_own_key("kms_key_id", found);
        }
    }
}
