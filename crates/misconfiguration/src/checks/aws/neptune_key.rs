//! Neptune is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0128",
    aliases: ["AWS-0128", "aws-neptune-encryption-customer-key", "CKV_AWS_280"],
    severity: High,
    title: "Neptune is not encrypted with a key of your own",
    remedy: "Set the key of the cluster.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_neptune_cluster" "x" { storage_encrypted = true }"#,
        r#"Resources:
  C: {Type: "AWS::Neptune::DBCluster", Properties: {KmsKeyId: alias/aws/rds}}"#,
    ],
    good: [
        r#"resource "aws_neptune_cluster" "x" { kms_key_arn = "arn:aws:kms:x" }"#,
        r#"Resources:
  C: {Type: "AWS::Neptune::DBCluster", Properties: {KmsKeyId: !Ref K}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_neptune_cluster"]) {
        if cluster.get("kms_key_arn").is_missing() {
            cluster.get("kms_key_id").must_be_own_key("kms_key_arn", found);
        }
    }
}
