//! Distribution serves over plain HTTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0012",
    aliases: ["AWS-0012", "aws-cloudfront-enforce-https", "CKV_AWS_34"],
    severity: Critical,
    title: "Distribution serves over plain HTTP",
    remedy: "Set `viewer_protocol_policy` to redirect-to-https or https-only.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudfront_distribution" "x" {
  default_cache_behavior { viewer_protocol_policy = "allow-all" }
}"#,
        r#"Resources:
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        DefaultCacheBehavior: {ViewerProtocolPolicy: https-only}
        CacheBehaviors: [{ViewerProtocolPolicy: redirect-to-https}, {ViewerProtocolPolicy: allow-all}]"#,
    ],
    good: [
        r#"resource "aws_cloudfront_distribution" "x" {
  default_cache_behavior { viewer_protocol_policy = "https-only" }
  ordered_cache_behavior { viewer_protocol_policy = "redirect-to-https" }
}"#,
        r#"variable "policy" {}
resource "aws_cloudfront_distribution" "x" {
  default_cache_behavior { viewer_protocol_policy = var.policy }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for distribution in cloud.of(&["aws_cloudfront_distribution"]) {
        let default = distribution.get("default_cache_behavior.viewer_protocol_policy");
        let ordered = distribution.each("ordered_cache_behavior.viewer_protocol_policy");
        if default.is_missing() {
            default.fail(found, "`viewer_protocol_policy` is not set");
        }
        for policy in ordered.into_iter().chain([default]).filter(|policy| policy.is_text("allow-all")) {
            policy.fail(found, "`viewer_protocol_policy` is `allow-all`");
        }
    }
}
