//! Repository is not encrypted with a key of your own.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0033",
    aliases: ["AWS-0033", "aws-ecr-repository-customer-key", "CKV_AWS_136"],
    severity: Low,
    title: "Repository is not encrypted with a key of your own",
    remedy: "Set `encryption_configuration` with KMS and a key.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecr_repository" "x" {
  encryption_configuration { encryption_type = "AES256" }
}"#,
        r#"Resources:
  R: {Type: "AWS::ECR::Repository", Properties: {EncryptionConfiguration: {EncryptionType: KMS}}}"#,
    ],
    good: [
        r#"resource "aws_kms_key" "k" {}
resource "aws_ecr_repository" "x" {
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.k.arn
  }
}"#,
        r#"Resources:
  R: {Type: "AWS::ECR::Repository", Properties: {EncryptionConfiguration: {EncryptionType: KMS, KmsKey: !GetAtt K.Arn}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for repository in cloud.of(&["aws_ecr_repository"]) {
        let kind = repository.get("encryption_configuration.encryption_type");
        if kind.is_missing() || kind.is_text("AES256") {
            kind.fail(found, "is encrypted with AES256");
        } else {
            repository.get("encryption_configuration.kms_key").must_be_own_key("kms_key", found);
        }
    }
}
