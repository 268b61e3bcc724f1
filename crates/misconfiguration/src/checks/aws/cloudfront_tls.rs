//! Distribution accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0013",
    aliases: ["AWS-0013", "aws-cloudfront-use-secure-tls-policy", "CKV_AWS_174"],
    severity: High,
    title: "Distribution accepts outdated TLS",
    remedy: "Set `minimum_protocol_version` to TLSv1.2_2021.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_cloudfront_distribution" "x" {
  viewer_certificate { minimum_protocol_version = "TLSv1" }
}"#,
        r#"Resources:
  D:
    Type: AWS::CloudFront::Distribution
    Properties: {DistributionConfig: {ViewerCertificate: {MinimumProtocolVersion: TLSv1.1_2016}}}"#,
    ],
    good: [
        r#"resource "aws_cloudfront_distribution" "x" {
  viewer_certificate { minimum_protocol_version = "TLSv1.2_2021" }
}"#,
        r#"resource "aws_cloudfront_distribution" "x" {
  viewer_certificate { cloudfront_default_certificate = true }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for distribution in cloud.of(&["aws_cloudfront_distribution"]) {
        if distribution.get("viewer_certificate.cloudfront_default_certificate").is_true() {
            continue;
        }
        let version = distribution.get("viewer_certificate.minimum_protocol_version");
        version.must_be_one_of("minimum_protocol_version", &["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"], found);
    }
}
