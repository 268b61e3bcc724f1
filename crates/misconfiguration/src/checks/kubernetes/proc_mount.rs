//! Masks of /proc are taken off.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0027",
    aliases: ["KSV-0027", "kubernetes-no-custom-proc-mask"],
    severity: Medium,
    title: "Masks of /proc are taken off",
    remedy: "Remove `procMount`, or set it to Default.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {initContainers: [{name: a, securityContext: {procMount: Unmasked}}]}"#,
        r#"apiVersion: batch/v1
kind: Job
spec: {template: {spec: {containers: [{name: a, securityContext: {procMount: Unmasked}}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {procMount: Default}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.security("procMount").and_then(Node::as_text).is_some_and(|mount| mount != "Default") {
            container.fail(manifests, "securityContext.procMount", found, "sees all of /proc");
        }
    }
}
