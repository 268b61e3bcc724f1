//! Load balancer passes invalid headers on.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0052",
    aliases: ["AWS-0052", "aws-elb-drop-invalid-headers", "CKV_AWS_131"],
    severity: High,
    title: "Load balancer passes invalid headers on",
    remedy: "Set `drop_invalid_header_fields` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_lb" "x" { load_balancer_type = "application" }"#,
        r#"Resources:
  B: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: {Type: application}}"#,
    ],
    good: [
        r#"resource "aws_alb" "x" { drop_invalid_header_fields = true }"#,
        r#"Resources:
  B:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {LoadBalancerAttributes: [{Key: routing.http.drop_invalid_header_fields.enabled, Value: "true"}]}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for balancer in cloud.of(super::LOAD_BALANCERS) {
        let kind = balancer.get("load_balancer_type");
        if kind.is_missing() || kind.is_text("application") {
            balancer.get("drop_invalid_header_fields").must_be_true("drop_invalid_header_fields", found);
        }
    }
}
