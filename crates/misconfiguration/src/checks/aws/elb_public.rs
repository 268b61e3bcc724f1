//! Load balancer is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0053",
    aliases: ["AWS-0053", "aws-elb-alb-not-public"],
    severity: High,
    title: "Load balancer is public",
    remedy: "Set `internal` to true unless it is to serve the internet.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_alb" "x" { internal = false }"#,
        r#"Resources:
  B: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: {Scheme: internet-facing}}"#,
    ],
    good: [
        r#"resource "aws_lb" "x" { internal = true }"#,
        r#"resource "aws_lb" "x" { load_balancer_type = "gateway" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for balancer in cloud.of(super::LOAD_BALANCERS) {
        let internal = balancer.get("internal");
        if internal.is_off() && !balancer.get("load_balancer_type").is_text("gateway") {
            internal.fail(found, "is not internal");
        }
    }
}
