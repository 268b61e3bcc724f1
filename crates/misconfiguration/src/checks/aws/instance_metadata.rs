//! Instance gives its metadata without a token.

use crate::check::{Found, check};
use crate::cloud::{Cloud, Language};

check! {
    id: "BHD-AWS-0028",
    aliases: ["AWS-0028", "aws-ec2-enforce-http-token-imds", "CKV_AWS_79"],
    severity: High,
    title: "Instance gives its metadata without a token",
    remedy: "Set `metadata_options.http_tokens` to required.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_instance" "x" {
  metadata_options { http_tokens = "optional" }
}"#,
        r#"resource "aws_instance" "x" { ami = "ami-1" }"#,
    ],
    good: [
        r#"resource "aws_instance" "x" {
  metadata_options { http_tokens = "required" }
}"#,
        r#"resource "aws_instance" "x" {
  metadata_options { http_endpoint = "disabled" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for instance in cloud.of(&["aws_instance"]).filter(|instance| instance.language == Language::Terraform) {
        super::must_require_token(instance, found);
    }
}
