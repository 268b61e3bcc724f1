//! Security group lets everything out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-OPENSTACK-0004",
    aliases: ["OPNSTK-0004", "openstack-networking-no-public-egress"],
    severity: Medium,
    title: "Security group lets everything out",
    remedy: "Set `remote_ip_prefix` to the network that is needed.",
    rule: Cloud(find),
    bad: [
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "egress"
  remote_ip_prefix = "::/0"
}"#,
        r#"locals { all = "0.0.0.0/0" }
resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "egress"
  remote_ip_prefix = local.all
}"#,
    ],
    good: [
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "ingress"
  remote_ip_prefix = "0.0.0.0/0"
}"#,
        r#"resource "openstack_networking_secgroup_rule_v2" "x" {
  direction        = "egress"
  remote_ip_prefix = "10.0.0.0/8"
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    super::openstack_must_not_be_everywhere(cloud, "egress", found);
}
