//! SELinux options are not the allowed ones.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0025",
    aliases: ["KSV-0025", "kubernetes-no-custom-selinux-options"],
    severity: Medium,
    title: "SELinux options are not the allowed ones",
    remedy: "Remove `user` and `role`, and use one of the types container_t, container_init_t, container_kvm_t.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {seLinuxOptions: {type: spc_t}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {seLinuxOptions: {user: system_u}}, containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {seLinuxOptions: {type: container_t, level: "s0:c1,c2"}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        let Some(options) = container.inherited_security("seLinuxOptions") else { continue };
        let is_allowed = options.get("type").is_none_or(|kind| {
            kind.as_text().is_none_or(|kind| matches!(&*kind, "" | "container_t" | "container_init_t" | "container_kvm_t" | "container_engine_t"))
        });
        let is_set = |name: &str| options.text_at(name).is_some_and(|value| !value.is_empty());
        if !is_allowed || is_set("user") || is_set("role") {
            container.fail(manifests, "securityContext.seLinuxOptions", found, "sets SELinux options of its own");
        }
    }
}
