//! Repository does not scan what is pushed.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0030",
    aliases: ["AWS-0030", "aws-ecr-enable-image-scans", "CKV_AWS_163"],
    severity: High,
    title: "Repository does not scan what is pushed",
    remedy: "Set `image_scanning_configuration.scan_on_push` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecr_repository" "x" {
  image_scanning_configuration {
    scan_on_push = false
  }
}"#,
        r#"resource "aws_ecr_repository" "x" {
  image_scanning_configuration {}
}"#,
    ],
    good: [
        r#"resource "aws_ecr_repository" "x" {
  image_scanning_configuration {
    scan_on_push = true
  }
}"#,
        r#"variable "on" { default = true }
resource "aws_ecr_repository" "x" {
  image_scanning_configuration {
    scan_on_push = var.on
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_ecr_repository"], "image_scanning_configuration.scan_on_push", found);
}
