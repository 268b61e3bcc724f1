//! Load balancer accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0020",
    aliases: ["NIF-0020", "nifcloud-network-use-secure-tls-policy"],
    severity: Critical,
    title: "Load balancer accepts outdated TLS",
    remedy: "Set `ssl_policy_name` to Standard Ciphers D ver1 or later.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_load_balancer" "x" { load_balancer_port = 443 }"#,
        r#"resource "nifcloud_load_balancer" "x" {
  load_balancer_port = "443"
  ssl_policy_name    = "Standard Ciphers B ver1"
}"#,
    ],
    good: [
        r#"resource "nifcloud_load_balancer" "x" { load_balancer_port = 80 }"#,
        r#"resource "nifcloud_load_balancer" "x" {
  load_balancer_port = 443
  ssl_policy_name    = "Standard Ciphers D ver1"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const OUTDATED: &[&str] = &[
        "Standard Ciphers A ver1",
        "Standard Ciphers B ver1",
        "Standard Ciphers C ver1",
        "Ats Ciphers A ver1",
        "Ats Ciphers B ver1",
    ];
    for balancer in cloud.of(&["nifcloud_load_balancer"]).filter(|it| it.get("load_balancer_port").is_text("443")) {
        let policy = balancer.get("ssl_policy_name");
        let other = balancer.get("ssl_policy_id");
        if (policy.is_missing() && other.is_missing()) || policy.is_one_of(OUTDATED) {
            policy.fail(found, "accepts outdated TLS");
        }
    }
}
