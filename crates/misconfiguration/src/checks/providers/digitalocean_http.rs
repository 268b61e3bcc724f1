//! Load balancer answers over plain HTTP.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-DIGITALOCEAN-0002",
    aliases: ["DIG-0002", "digitalocean-compute-enforce-https"],
    severity: Critical,
    title: "Load balancer answers over plain HTTP",
    remedy: "Use https, or set `redirect_http_to_https` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "digitalocean_loadbalancer" "x" {
  forwarding_rule { entry_protocol = "https" }
  forwarding_rule { entry_protocol = "http" }
}"#,
        r#"resource "digitalocean_loadbalancer" "x" {
  redirect_http_to_https = false
  forwarding_rule { entry_protocol = "http" }
}"#,
    ],
    good: [
        r#"resource "digitalocean_loadbalancer" "x" {
  forwarding_rule { entry_protocol = "http2" }
}"#,
        r#"resource "digitalocean_loadbalancer" "x" {
  redirect_http_to_https = true
  forwarding_rule { entry_protocol = "http" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for balancer in cloud.of(&["digitalocean_loadbalancer"]) {
        let redirect = balancer.get("redirect_http_to_https");
        for protocol in balancer.each("forwarding_rule.entry_protocol") {
            if protocol.is_text("http") && redirect.is_off() {
                protocol.fail(found, "`entry_protocol` is `http`");
            }
        }
    }
}
