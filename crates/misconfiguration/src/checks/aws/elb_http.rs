//! Listener answers over plain HTTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0054",
    aliases: ["AWS-0054", "aws-elb-http-not-used", "CKV_AWS_2"],
    severity: Critical,
    title: "Listener answers over plain HTTP",
    remedy: "Use HTTPS, or redirect to it.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_lb_listener" "x" { protocol = "HTTP" }"#,
        r#"Resources:
  L: {Type: "AWS::ElasticLoadBalancingV2::Listener", Properties: {Protocol: HTTP, DefaultActions: [{Type: forward}]}}"#,
    ],
    good: [
        r#"resource "aws_lb_listener" "x" {
  protocol = "HTTP"
  default_action {
    type = "redirect"
    redirect { protocol = "HTTPS" }
  }
}"#,
        r#"Resources:
  L: {Type: "AWS::ElasticLoadBalancingV2::Listener", Properties: {Protocol: HTTPS}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for listener in cloud.of(&["aws_lb_listener", "aws_alb_listener"]) {
        let balancer = cloud.referred(&listener.get("load_balancer_arn"), super::LOAD_BALANCERS);
        if balancer.is_some_and(|balancer| balancer.get("load_balancer_type").is_one_of(&["network", "gateway"])) {
            continue;
        }
        let actions = listener.get("default_action").items();
        let redirects = actions.iter().any(|action| {
            let protocol = action.get("redirect.protocol");
            let other = action.get("redirect_config.protocol");
            action.get("type").is_text("redirect") && (protocol.is_text("HTTPS") || other.is_text("HTTPS") || protocol.is_unknown())
        });
        if listener.get("protocol").is_text("HTTP") && !redirects {
            listener.get("protocol").fail(found, "`protocol` is `HTTP`");
        }
    }
}
