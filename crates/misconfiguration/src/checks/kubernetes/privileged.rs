//! Container is privileged.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0017",
    aliases: ["KSV-0017", "kubernetes-no-privileged-containers", "CKV_K8S_16"],
    severity: High,
    title: "Container is privileged",
    remedy: "Remove `privileged: true`; add the capabilities that are needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {ephemeralContainers: [{name: a, securityContext: {privileged: true}}], containers: [{name: b}]}"#,
        r#"apiVersion: apps/v1
kind: ReplicaSet
spec: {template: {spec: {containers: [{name: a, securityContext: {privileged: true}}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {privileged: false}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.security("privileged").and_then(Node::as_bool) == Some(true) {
            container.fail(manifests, "securityContext.privileged", found, "is privileged");
        }
    }
}
