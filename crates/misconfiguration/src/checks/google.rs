//! Checks of Google Cloud.

use crate::check::folder;

folder!(
    bigquery_public,
    disk_key,
    disk_plain_key,
    dnssec,
    firewall_all_ports,
    firewall_default_rule,
    firewall_egress,
    firewall_ingress,
    firewall_port_range,
    firewall_rdp,
    firewall_ssh,
    folder_default_account,
    folder_impersonation,
    gke_alias_ips,
    gke_authorized_networks,
    gke_auto_repair,
    gke_auto_upgrade,
    gke_labels,
    gke_legacy_abac,
    gke_legacy_authentication,
    gke_legacy_metadata,
    gke_logging,
    gke_monitoring,
    gke_network_policy,
    gke_node_metadata,
    gke_private,
    gke_public_networks,
    gke_service_account,
    gke_shielded_nodes,
    instance_default_account,
    instance_disk_key,
    instance_integrity,
    instance_project_keys,
    instance_public_ip,
    instance_secure_boot,
    instance_serial_port,
    instance_vtpm,
    ip_forwarding,
    kms_rotation,
    organization_default_account,
    organization_impersonation,
    os_login_override,
    privileged_account,
    project_audit,
    project_default_account,
    project_default_network,
    project_impersonation,
    project_os_login,
    sql_backup,
    sql_local_infile,
    sql_log_checkpoints,
    sql_log_connections,
    sql_log_disconnections,
    sql_log_errors,
    sql_log_lock_waits,
    sql_ownership_chaining,
    sql_public,
    sql_temp_files,
    sql_tls,
    ssl_policy,
    storage_key,
    storage_log,
    storage_public,
    storage_uniform_access,
    subnetwork_flow_log,
    subnetwork_logging,
    subnetwork_private_access,
);
use crate::check::Found;
use crate::cloud::{Attribute, Cloud, Resource};

/// Purposes of subnetworks whose flows cannot be logged.
const PROXIES: &[&str] =
    &["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER", "PRIVATE_SERVICE_CONNECT"];

fn is_everywhere(network: &str) -> bool {
    matches!(network, "0.0.0.0/0" | "::/0")
}

/// The members of a grant, with a placeholder for what is not known.
fn members(grant: &Resource) -> Vec<String> {
    let lists = ["member", "members"].map(|name| grant.get(name));
    let texts =
        lists.iter().flat_map(Attribute::items).filter_map(|item| item.partial_text().map(|text| text.into_owned()));
    texts.collect()
}

fn must_not_be_for_everybody(cloud: &Cloud, kinds: &[&str], found: &mut Found) {
    for grant in cloud.of(kinds) {
        for list in ["member", "members"].map(|name| grant.get(name)) {
            if list.texts().iter().any(|member| matches!(&**member, "allUsers" | "allAuthenticatedUsers")) {
                list.fail(found, "everybody is a member");
            }
        }
    }
}

fn must_not_be_default_account(cloud: &Cloud, kinds: &[&str], found: &mut Found) {
    for grant in cloud.of(kinds) {
        for list in ["member", "members"].map(|name| grant.get(name)) {
            let by_name = list.texts().iter().any(|member| {
                member.ends_with("-compute@developer.gserviceaccount.com")
                    || member.ends_with("@appspot.gserviceaccount.com")
            });
            let by_reference = list.refers_to_kind("google_compute_default_service_account")
                || list.refers_to_kind("google_app_engine_default_service_account");
            if by_name || by_reference {
                list.fail(found, "is a default service account");
            }
        }
    }
}

fn must_not_impersonate(cloud: &Cloud, kinds: &[&str], found: &mut Found) {
    cloud.must_not_be(kinds, "role", &["roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator"], found);
}

/// The flags of a name of databases whose version begins with a word; none where they cannot be known.
fn sql_flags<'a>(database: &'a Resource, version: &str, name: &str) -> Option<Vec<Attribute<'a>>> {
    let is_of_version = database.get("database_version").text().is_some_and(|text| text.starts_with(version));
    let flags = database.each("settings.database_flags");
    let is_unknown = flags.iter().any(|flag| flag.get("name").is_unknown());
    let named = flags.into_iter().filter(|flag| flag.get("name").is_text(name)).map(|flag| flag.get("value")).collect();
    (is_of_version && !is_unknown).then_some(named)
}

fn sql_flag_must_be(cloud: &Cloud, version: &str, name: &str, allowed: &[&str], found: &mut Found) {
    for database in cloud.of(&["google_sql_database_instance"]) {
        let Some(flags) = sql_flags(database, version, name) else { continue };
        match flags.last() {
            None => database.get("settings.database_flags").fail(found, format!("the flag `{name}` is not set")),
            Some(value) => value.must_be_one_of(name, allowed, found),
        }
    }
}

fn sql_flag_must_not_be(cloud: &Cloud, version: &str, name: &str, forbidden: &[&str], found: &mut Found) {
    for database in cloud.of(&["google_sql_database_instance"]) {
        for value in sql_flags(database, version, name).unwrap_or_default() {
            if value.is_one_of(forbidden) {
                value.fail(found, format!("the flag `{name}` is `{}`", value.text().unwrap_or_default()));
            }
        }
    }
}

/// Rules of a direction that allow something and are not switched off.
fn firewalls<'a>(cloud: &'a Cloud, direction: &'static str) -> impl Iterator<Item = &'a Resource> {
    cloud.of(&["google_compute_firewall"]).filter(move |firewall| {
        let stated = firewall.get("direction");
        let is_direction = stated.is_text(direction) || (stated.is_missing() && direction == "INGRESS");
        is_direction && !firewall.get("disabled").is_true() && !firewall.get("allow").is_missing()
    })
}

/// The ranges of a rule that are every address, which they are also where nothing limits the rule.
fn open_ranges<'a>(firewall: &'a Resource, path: &str) -> Option<Attribute<'a>> {
    let ranges = firewall.get(path);
    let is_limited =
        ["source_tags", "source_service_accounts", "target_tags"].iter().any(|name| firewall.get(name).is_set());
    let is_open = ranges.is_missing() || ranges.texts().iter().any(|range| is_everywhere(range));
    (is_open && !is_limited).then_some(ranges)
}

fn must_not_open(cloud: &Cloud, port: u32, found: &mut Found) {
    for firewall in firewalls(cloud, "INGRESS") {
        let Some(ranges) = open_ranges(firewall, "source_ranges") else { continue };
        let opens = firewall.get("allow").items().iter().any(|allow| {
            let ports = allow.get("ports");
            let is_tcp = allow.get("protocol").is_one_of(&["tcp", "6", "all"]);
            is_tcp && (ports.is_missing() || ports.texts().iter().any(|range| covers(range, port)))
        });
        if opens {
            ranges.fail(found, format!("every address may reach port {port}"));
        }
    }
}

fn ends(range: &str) -> Option<(u32, u32)> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

fn covers(range: &str, port: u32) -> bool {
    ends(range).is_some_and(|(first, last)| first <= port && port <= last)
}

/// How many ports follow the first of a range.
fn size(range: &str) -> u32 {
    match ends(range) {
        // Port 0 is none that could be used: from 1 is from the first.
        Some((first, 65_535)) if first <= 1 => 65_535,
        Some((first, last)) => last.saturating_sub(first),
        None => 0,
    }
}

fn must_log_flows(cloud: &Cloud, found: &mut Found) {
    for network in cloud.of(&["google_compute_subnetwork"]) {
        let log = network.get("log_config");
        let is_proxy = network.get("purpose").is_one_of(PROXIES);
        if log.is_missing() && network.get("enable_flow_logs").is_off() && !is_proxy {
            log.fail(found, "`log_config` is not set");
        }
    }
}
