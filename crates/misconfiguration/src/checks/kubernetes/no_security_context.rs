//! Security context is left at its defaults.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0118",
    aliases: ["KSV-0118", "kubernetes-no-default-security-context", "CKV_K8S_30"],
    severity: High,
    title: "Security context is left at its defaults",
    remedy: "Set the `securityContext` of the pod and of its containers.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {}, containers: [{name: a, securityContext: {runAsNonRoot: true}}, {name: b}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsNonRoot: true}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {privileged: false}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        let is_set = |node: Option<&Node>| node.and_then(Node::as_map).is_some_and(|entries| !entries.is_empty());
        let of_pod = is_set(pod.spec.get("securityContext"));
        for container in pod.containers() {
            if !of_pod && !is_set(container.node.get("securityContext")) {
                container.fail(manifests, "securityContext", found, "has no security context");
            }
        }
    }
}
