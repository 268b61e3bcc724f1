//! Checks of smaller providers: CloudStack, DigitalOcean, GitHub, NIFCLOUD, OpenStack, Oracle.

use crate::check::folder;

folder!(
    cloudstack_user_data,
    digitalocean_auto_upgrade,
    digitalocean_egress,
    digitalocean_force_destroy,
    digitalocean_http,
    digitalocean_ingress,
    digitalocean_spaces_acl,
    digitalocean_ssh_keys,
    digitalocean_surge,
    digitalocean_versioning,
    github_alerts,
    github_plain_secret,
    github_public,
    github_signed_commits,
    nifcloud_certificate,
    nifcloud_db_backup,
    nifcloud_db_ingress,
    nifcloud_db_network,
    nifcloud_db_public,
    nifcloud_dns_record,
    nifcloud_elb_network,
    nifcloud_instance_network,
    nifcloud_router_group,
    nifcloud_router_network,
    nifcloud_tls,
    nifcloud_vpn_group,
    openstack_egress,
    openstack_ingress,
    oracle_public_ip,
);
use crate::check::Found;
use crate::cloud::Cloud;

fn must_not_be_everywhere(cloud: &Cloud, kinds: &[&str], path: &str, found: &mut Found) {
    for network in cloud.of(kinds).flat_map(|resource| resource.each(path)) {
        if network.is_one_of(&["0.0.0.0/0", "::/0"]) {
            network.fail(found, format!("`{path}` is every address"));
        }
    }
}

fn openstack_must_not_be_everywhere(cloud: &Cloud, direction: &str, found: &mut Found) {
    for rule in cloud.of(&["openstack_networking_secgroup_rule_v2"]) {
        let network = rule.get("remote_ip_prefix");
        if rule.get("direction").is_text(direction) && network.is_one_of(&["0.0.0.0/0", "::/0"]) {
            network.fail(found, "`remote_ip_prefix` is every address");
        }
    }
}
