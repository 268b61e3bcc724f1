//! Container runs with the superuser's id.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0105",
    aliases: ["KSV-0105", "kubernetes-no-run-root-uid"],
    severity: Low,
    title: "Container runs with the superuser's id",
    remedy: "Set `runAsUser` to an id other than 0.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsUser: 0}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsUser: 5}, containers: [{name: a, securityContext: {runAsUser: 0}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsUser: 0}, containers: [{name: a, securityContext: {runAsUser: 5}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.inherited_security("runAsUser").and_then(Node::as_number) == Some(0.0) {
            container.fail(manifests, "securityContext.runAsUser", found, "runs with the user id 0");
        }
    }
}
