//! Container keeps capabilities that it may not need.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0003",
    aliases: ["KSV-0003", "kubernetes-drop-default-capabilities", "CKV_K8S_37"],
    severity: Low,
    title: "Container keeps capabilities that it may not need",
    remedy: "Drop `ALL` capabilities and add those that are needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [NET_RAW]}}}]}"#,
        r#"apiVersion: apps/v1
kind: StatefulSet
spec: {template: {spec: {containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [NET_RAW, all]}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if !container.capabilities("drop").iter().any(|name| name == "ALL") {
            container.fail(manifests, "securityContext.capabilities.drop", found, "does not drop ALL capabilities");
        }
    }
}
