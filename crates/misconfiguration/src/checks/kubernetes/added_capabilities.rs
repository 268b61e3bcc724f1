//! Container adds capabilities beyond the default ones.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0022",
    aliases: ["KSV-0022", "kubernetes-no-non-default-capabilities"],
    severity: Medium,
    title: "Container adds capabilities beyond the default ones",
    remedy: "Remove what is not needed from `securityContext.capabilities.add`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [NET_RAW]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [all]}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [NET_BIND_SERVICE, CAP_CHOWN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [NET_RAW]}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const DEFAULT: &[&str] = &[
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
        "SETPCAP", "SETUID", "SYS_CHROOT",
    ];
    for container in manifests.containers() {
        let added = container.capabilities("add");
        if let Some(name) = added.iter().find(|name| !DEFAULT.contains(&name.as_str())) {
            container.fail(manifests, "securityContext.capabilities.add", found, format!("adds the capability {name}"));
        }
    }
}
