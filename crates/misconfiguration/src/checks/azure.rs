//! Checks of Microsoft Azure.

use crate::check::folder;

folder!(
    aks_authorized_ranges,
    aks_disk_encryption,
    aks_log,
    aks_network_policy,
    aks_policy,
    aks_private,
    aks_rbac,
    app_authentication,
    app_client_certificate,
    app_ftps,
    app_http2,
    app_https,
    app_identity,
    app_php,
    app_python,
    app_tls,
    data_factory_public,
    data_lake_encryption,
    disk_encryption,
    flow_log_off,
    flow_log_retention,
    interface_public_ip,
    log_activities,
    log_regions,
    log_retention,
    network_ingress,
    network_rdp,
    network_sensitive_port,
    network_ssh,
    postgres_log_checkpoints,
    postgres_log_connections,
    postgres_throttling,
    role_of_roles,
    role_wildcard,
    security_center_tier,
    security_contact_alerts,
    security_contact_mail,
    security_contact_off,
    security_contact_phone,
    sql_audit,
    sql_audit_retention,
    sql_firewall,
    sql_public,
    sql_ssl,
    sql_threat_alerts,
    sql_threat_mail,
    sql_tls,
    storage_account_public,
    storage_bypass,
    storage_default_action,
    storage_infrastructure_encryption,
    storage_key,
    storage_public,
    storage_queue_log,
    storage_replication,
    storage_soft_delete,
    storage_tls,
    storage_transit,
    synapse_network,
    vault_content_type,
    vault_key_expiry,
    vault_network,
    vault_purge,
    vault_secret_expiry,
    vm_password,
    vm_without_security_group,
);
use crate::check::Found;
use crate::cloud::{Attribute, Cloud};

const WEB_APPS: &[&str] = &["azurerm_linux_web_app", "azurerm_windows_web_app"];

/// The network rules of storage accounts, within them or on their own.
fn network_rules(cloud: &Cloud) -> Vec<Attribute<'_>> {
    let within = cloud.of(&["azurerm_storage_account"]).flat_map(|account| account.get("network_rules").items());
    within.chain(cloud.of(&["azurerm_storage_account_network_rules"]).map(|rules| rules.whole())).collect()
}

/// Every server of PostgreSQL needs a configuration of this name that is on.
fn postgres_must_have_on(cloud: &Cloud, name: &str, found: &mut Found) {
    for (servers, configurations, reference) in [
        ("azurerm_postgresql_server", "azurerm_postgresql_configuration", "server_name"),
        ("azurerm_postgresql_flexible_server", "azurerm_postgresql_flexible_server_configuration", "server_id"),
    ] {
        for server in cloud.of(&[servers]) {
            let is_on = cloud.that_refer(&[configurations], reference, server).any(|configuration| {
                let value = configuration.get("value");
                let called = configuration.get("name");
                (called.is_text(name) || called.is_unknown()) && (value.is_text("on") || value.is_unknown())
            });
            if !is_on {
                server.whole().fail(found, format!("`{name}` is not on"));
            }
        }
    }
}

/// Rules that allow traffic of a direction, within security groups or on their own. A rule that says neither direction
/// nor access is one that lets in, as other scanners take it.
fn security_rules<'a>(cloud: &'a Cloud, direction: &str) -> Vec<Attribute<'a>> {
    let within = cloud.of(&["azurerm_network_security_group"]).flat_map(|group| group.get("security_rule").items());
    let separate = cloud.of(&["azurerm_network_security_rule"]).map(|rule| rule.whole());
    let is_wanted = |rule: &Attribute<'_>| {
        let (stated, access) = (rule.get("direction"), rule.get("access"));
        let is_direction = stated.is_text(direction) || (stated.is_missing() && direction == "Inbound");
        is_direction && (access.is_text("Allow") || access.is_missing())
    };
    within.chain(separate).filter(is_wanted).collect()
}

/// The source of a rule that is the whole internet.
fn public_source<'a>(rule: &Attribute<'a>) -> Option<Attribute<'a>> {
    let is_public = |text: &str| {
        matches!(text.to_ascii_lowercase().as_str(), "*" | "0.0.0.0/0" | "::/0" | "0.0.0.0" | "internet" | "any")
    };
    let sources = ["source_address_prefix", "source_address_prefixes"].map(|name| rule.get(name));
    sources.into_iter().find(|source| source.texts().iter().any(|text| is_public(text)))
}

/// No rule may let the internet reach one of these ports over TCP.
fn must_not_open(cloud: &Cloud, ports: &[u32], found: &mut Found) {
    for rule in security_rules(cloud, "Inbound") {
        let protocol = rule.get("protocol");
        let is_tcp = protocol.is_missing() || protocol.is_one_of(&["*", "tcp", "any"]);
        let Some(source) = public_source(&rule).filter(|_| is_tcp) else { continue };
        let ranges = ["destination_port_range", "destination_port_ranges"].map(|name| rule.get(name));
        let opened =
            ranges.iter().flat_map(Attribute::texts).find_map(|range| ports.iter().find(|port| covers(&range, **port)));
        if let Some(port) = opened {
            source.fail(found, format!("every address may reach port {port}"));
        }
    }
}

fn covers(range: &str, port: u32) -> bool {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let within = first.trim().parse().ok().zip(last.trim().parse().ok());
    range == "*" || within.is_some_and(|(first, last): (u32, u32)| first <= port && port <= last)
}
