//! Tags of the repository can be moved.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0031",
    aliases: ["AWS-0031", "aws-ecr-enforce-immutable-repository", "CKV_AWS_51"],
    severity: High,
    title: "Tags of the repository can be moved",
    remedy: "Set `image_tag_mutability` to IMMUTABLE.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecr_repository" "x" {
  image_tag_mutability = "other"
}"#,
        r#"resource "aws_ecr_repository" "x" {}"#,
    ],
    good: [
        r#"resource "aws_ecr_repository" "x" {
  image_tag_mutability = "IMMUTABLE"
}"#,
        r#"variable "unknown" {}
resource "aws_ecr_repository" "x" {
  image_tag_mutability = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_ecr_repository"], "image_tag_mutability", &["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"], found);
}
