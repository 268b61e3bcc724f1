//! Checks of Kubernetes manifests.

use crate::check::folder;

folder!(
    added_capabilities,
    anonymous_binding,
    apparmor,
    authenticated_binding,
    cluster_admin,
    config_map_secret,
    cpu_limit,
    cpu_request,
    default_namespace,
    drop_all,
    drop_any,
    engine_socket,
    external_ips,
    host_aliases,
    host_ipc,
    host_network,
    host_path,
    host_pid,
    host_port,
    host_process,
    image_tag,
    ingress_nginx_annotation,
    low_gid,
    low_uid,
    memory_limit,
    memory_request,
    net_raw,
    network_policy_selector,
    no_security_context,
    privilege_escalation,
    privileged,
    privileged_port,
    proc_mount,
    rbac_any_resource,
    rbac_any_verb,
    rbac_config_maps,
    rbac_everything,
    rbac_exec,
    rbac_impersonate,
    rbac_namespace_secrets,
    rbac_networking,
    rbac_node_proxy,
    rbac_pod_logs,
    rbac_roles,
    rbac_secrets,
    rbac_webhooks,
    rbac_workloads,
    read_only_root,
    restricted_capabilities,
    root_group,
    root_supplemental_group,
    root_user_id,
    run_as_non_root,
    seccomp_default,
    seccomp_unconfined,
    selinux,
    service_account_token,
    sys_admin,
    sys_module,
    sysctls,
    system_folder,
    system_namespace,
    tiller,
    volume_types,
);

use crate::check::Found;
use crate::kubernetes::{Container, Manifests, Object};
use crate::node::Node;

/// The kinds of objects that grant rights.
const ROLES: &[&str] = &["ClusterRole", "Role"];

fn adds_capability(capability: &str, manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.capabilities("add").iter().any(|name| name == capability) {
            let message = format!("adds the capability {capability}");
            container.fail(manifests, "securityContext.capabilities.add", found, message);
        }
    }
}

fn shares_with_host(key: &str, manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        if pod.spec.get(key).and_then(Node::as_bool) == Some(true) {
            pod.fail(manifests, key, found, format!("`{key}` is true"));
        }
    }
}

/// A resource that each container, or its pod as a whole, has to name.
fn needs_resource(path: &str, manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        let is_named = container.node.at(path).is_some() || container.pod.spec.at(path).is_some();
        if !is_named {
            container.fail(manifests, path, found, format!("does not set `{path}`"));
        }
    }
}

fn needs_high_id(key: &str, manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        let id = container.inherited_security(key);
        if id.is_none_or(|id| id.as_number().is_some_and(|id| id <= 10_000.0)) {
            let message = format!("does not set `{key}` to more than 10000");
            container.fail(manifests, &format!("securityContext.{key}"), found, message);
        }
    }
}

/// Whether a profile is set: by the security contexts, or by the annotations that came before them.
fn has_seccomp_profile(container: &Container<'_>, allowed: &[&str]) -> bool {
    if let Some(profile) = container.inherited_security("seccompProfile.type") {
        return profile.as_text().is_none_or(|profile| allowed.contains(&&*profile));
    }
    let annotations = container.pod.metadata.and_then(|metadata| metadata.get("annotations"));
    let of_container = format!("container.seccomp.security.alpha.kubernetes.io/{}", container.name());
    let annotation = annotations.and_then(|annotations| {
        annotations.get(&of_container).or_else(|| annotations.get("seccomp.security.alpha.kubernetes.io/pod"))
    });
    annotation.is_some_and(|value| value.as_text().is_none_or(|value| value != "unconfined"))
}

/// The rules of roles, but for those that name the objects they are about.
fn rules<'a>(kinds: &'static [&'static str], manifests: &'a Manifests) -> impl Iterator<Item = (&'a Object, &'a Node)> {
    manifests.of_kind(kinds).flat_map(|role| {
        let rules = role.node.get("rules").map(Node::items).unwrap_or_default();
        rules.iter().filter(|rule| rule.get("resourceNames").is_none()).map(move |rule| (role, rule))
    })
}

fn has(rule: &Node, list: &str, word: &str) -> bool {
    rule.get(list)
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .any(|item| item.as_text().is_some_and(|text| text == word))
}

/// Roles that allow one of the verbs on one of the resources.
fn grants(
    kinds: &'static [&'static str],
    resources: &[&str],
    verbs: &[&str],
    manifests: &Manifests,
    found: &mut Found,
) {
    for (role, rule) in rules(kinds, manifests) {
        let resource = resources.iter().find(|resource| has(rule, "resources", resource));
        let verb = verbs.iter().find(|verb| has(rule, "verbs", verb));
        if let (Some(resource), Some(verb)) = (resource, verb) {
            let message = format!("{} `{}` grants `{verb}` on `{resource}`", role.kind, role.name);
            found.add(&manifests.path, rule.line, role.block, message);
        }
    }
}

/// Bindings that give rights to one of the subjects.
fn binds(names: &[&str], manifests: &Manifests, found: &mut Found) {
    for binding in manifests.of_kind(&["ClusterRoleBinding", "RoleBinding"]) {
        for subject in binding.node.get("subjects").map(Node::items).unwrap_or_default() {
            if let Some(name) = subject.text_at("name").filter(|name| names.contains(&&**name)) {
                let message = format!("{} `{}` gives rights to `{name}`", binding.kind, binding.name);
                found.add(&manifests.path, subject.line, binding.block, message);
            }
        }
    }
}
