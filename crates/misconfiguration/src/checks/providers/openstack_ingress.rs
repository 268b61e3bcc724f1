//! Security group lets everybody in.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-OPENSTACK-0003",
    aliases: ["OPNSTK-0003", "openstack-networking-no-public-ingress"],
    severity: Medium,
    title: "Security group lets everybody in",
    remedy: "Set `remote_ip_prefix` to the network that needs it.",
    rule: Cloud(find),
    bad: [
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "ingress"
  remote_ip_prefix = "0.0.0.0/0"
}"#,
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "ingress"
  remote_ip_prefix = "::/0"
}"#,
    ],
    good: [
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "ingress"
  remote_ip_prefix = "192.0.2.0/24"
}"#,
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction       = "ingress"
  remote_group_id = "a"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::openstack_must_not_be_everywhere(cloud, "ingress", found);
}
