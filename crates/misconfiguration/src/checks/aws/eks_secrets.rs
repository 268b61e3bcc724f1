//! Secrets of the cluster are not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0039",
    aliases: ["AWS-0039", "aws-eks-encrypt-secrets", "CKV_AWS_58"],
    severity: High,
    title: "Secrets of the cluster are not encrypted",
    remedy: "Set `encryption_config` for secrets with a key.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_eks_cluster" "x" {
  encryption_config { resources = ["secrets"] }
}"#,
        r#"Resources:
  C: {Type: "AWS::EKS::Cluster", Properties: {EncryptionConfig: [{Resources: [other], Provider: {KeyArn: x}}]}}"#,
    ],
    good: [
        r#"resource "aws_eks_cluster" "x" {
  encryption_config {
    resources = ["secrets"]
    provider { key_arn = "arn:aws:kms:x" }
  }
}"#,
        r#"Resources:
  C: {Type: "AWS::EKS::Cluster", Properties: {EncryptionConfig: [{Resources: [secrets], Provider: {KeyArn: !GetAtt K.Arn}}]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_eks_cluster"]) {
        let configurations = cluster.get("encryption_config");
        let encrypts = configurations.items().iter().any(|configuration| {
            let resources = configuration.get("resources");
            let is_for_secrets = !resources.is_known_list() || resources.texts().iter().any(|resource| resource == "secrets");
            is_for_secrets && !configuration.get("provider.key_arn").is_missing()
        });
        if !encrypts && !configurations.is_unknown() {
            configurations.fail(found, "secrets are not encrypted with a key");
        }
    }
}
