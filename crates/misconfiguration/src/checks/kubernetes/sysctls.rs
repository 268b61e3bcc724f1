//! Unsafe sysctl is set.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0026",
    aliases: ["KSV-0026", "kubernetes-no-unsafe-sysctl"],
    severity: Medium,
    title: "Unsafe sysctl is set",
    remedy: "Use safe sysctls only.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {sysctls: [{name: net.core.somaxconn, value: "1"}]}, containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: "1"}, {name: kernel.msgmax, value: "1"}]}, containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const SAFE: &[&str] = &[
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];
    for pod in manifests.pods() {
        let sysctls = pod.spec.at("securityContext.sysctls").map(Node::items).unwrap_or_default();
        for sysctl in sysctls {
            if let Some(name) = sysctl.text_at("name").filter(|name| !SAFE.contains(&&**name)) {
                found.add(&manifests.path, sysctl.line, pod.object.block, pod.message(format!("sets `{name}`")));
            }
        }
    }
}
