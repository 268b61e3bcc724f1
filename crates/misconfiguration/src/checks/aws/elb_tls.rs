//! Listener accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0047",
    aliases: ["AWS-0047", "aws-elb-use-secure-tls-policy", "CKV_AWS_103"],
    severity: Critical,
    title: "Listener accepts outdated TLS",
    remedy: "Set `ssl_policy` to a policy that begins at TLS 1.2, best ELBSecurityPolicy-TLS13-1-2-2021-06.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_lb_listener" "x" {
  ssl_policy = "ELBSecurityPolicy-2015-05"
}"#,
        r#"locals { value = "ELBSecurityPolicy-TLS13-1-1-2021-06" }
resource "aws_alb_listener" "x" {
  ssl_policy = local.value
}"#,
    ],
    good: [
        r#"resource "aws_lb_listener" "x" {
  ssl_policy = "other"
}"#,
        r#"resource "aws_alb_listener" "x" {}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_not_be(&["aws_lb_listener", "aws_alb_listener"], "ssl_policy", &["ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-2018-06", "ELBSecurityPolicy-FS-1-1-2019-08", "ELBSecurityPolicy-TLS-1-0-2015-04", "ELBSecurityPolicy-TLS-1-1-2017-01", "ELBSecurityPolicy-TLS13-1-0-2021-06", "ELBSecurityPolicy-TLS13-1-1-2021-06"], found);
}
