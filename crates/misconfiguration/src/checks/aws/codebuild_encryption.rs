//! Artifacts of the build are not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0018",
    aliases: ["AWS-0018", "aws-codebuild-enable-encryption", "CKV_AWS_78"],
    severity: High,
    title: "Artifacts of the build are not encrypted",
    remedy: "Remove `encryption_disabled`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_codebuild_project" "x" {
  artifacts { encryption_disabled = true }
}"#,
        r#"resource "aws_codebuild_project" "x" {
  secondary_artifacts {}
  secondary_artifacts { encryption_disabled = "true" }
}"#,
    ],
    good: [
        r#"resource "aws_codebuild_project" "x" {
  artifacts { type = "S3" }
}"#,
        r#"Resources:
  P: {Type: "AWS::CodeBuild::Project", Properties: {Artifacts: {EncryptionDisabled: false}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for path in ["artifacts.encryption_disabled", "secondary_artifacts.encryption_disabled"] {
        cloud.must_not_be_true(&["aws_codebuild_project"], path, found);
    }
}
