//! Container drops no capability.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0004",
    aliases: ["KSV-0004", "kubernetes-drop-unused-capabilities"],
    severity: Low,
    title: "Container drops no capability",
    remedy: "Drop the capabilities that are not needed, best `ALL`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [CHOWN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: []}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [NET_RAW]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: all}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if container.capabilities("drop").is_empty() {
            container.fail(manifests, "securityContext.capabilities", found, "drops no capability");
        }
    }
}
