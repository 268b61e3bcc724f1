//! Checks of the flags of the control plane, in the manifests of its pods (CIS Kubernetes Benchmark, sections 1 and 2).

use crate::check::folder;

folder!(
    always_admit,
    always_pull_images,
    anonymous_auth,
    apiserver_profiling,
    apiserver_tls,
    audit_log_age,
    audit_log_backups,
    audit_log_path,
    audit_log_size,
    authorization_always,
    authorization_node,
    authorization_rbac,
    client_ca,
    controller_account_key,
    controller_bind_address,
    controller_credentials,
    controller_profiling,
    controller_root_ca,
    deny_external_ips,
    encryption_provider,
    etcd_auto_tls,
    etcd_ca,
    etcd_certificate,
    etcd_client_auth,
    etcd_peer_auth,
    etcd_peer_auto_tls,
    etcd_peer_tls,
    etcd_tls,
    event_rate_limit,
    garbage_collection,
    kubelet_ca,
    kubelet_https,
    namespace_lifecycle,
    node_restriction,
    scheduler_bind_address,
    scheduler_profiling,
    secure_port,
    service_account_key,
    service_account_lookup,
    service_account_plugin,
    token_auth_file,
);
use crate::check::Found;
use crate::kubernetes::Manifests;

/// What a flag has to be.
#[derive(Debug, Clone, Copy)]
enum Flag {
    Is(&'static str),
    IsNot(&'static str),
    Set,
    Unset,
    /// An item of its list.
    Has(&'static str),
    HasNot(&'static str),
    AtLeast(f64),
}

/// Containers that run a program of the control plane must give it a flag.
fn must(manifests: &Manifests, program: &str, name: &str, wanted: Flag, found: &mut Found) {
    for container in manifests.containers() {
        let words = container.words();
        if !words.iter().any(|word| word.rsplit('/').next() == Some(program)) {
            continue;
        }
        let value = words.iter().rev().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let is_right = match wanted {
            Flag::Is(expected) => value == Some(expected),
            Flag::IsNot(forbidden) => value != Some(forbidden),
            Flag::Set => value.is_some_and(|value| !value.is_empty()),
            Flag::Unset => value.is_none(),
            Flag::Has(item) => value.is_some_and(|list| list.split(',').any(|known| known == item)),
            Flag::HasNot(item) => value.is_none_or(|list| list.split(',').all(|known| known != item)),
            Flag::AtLeast(least) => {
                value.and_then(|value| value.parse().ok()).is_some_and(|number: f64| number >= least)
            }
        };
        if !is_right {
            let said = value.map_or_else(|| format!("does not set `{name}`"), |value| format!("has `{name}={value}`"));
            container.fail(manifests, "command", found, said);
        }
    }
}
