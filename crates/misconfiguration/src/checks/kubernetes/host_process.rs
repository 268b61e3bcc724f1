//! Windows container runs as a process of the node.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0103",
    aliases: ["KSV-0103", "kubernetes-no-hostprocess-containers"],
    severity: High,
    title: "Windows container runs as a process of the node",
    remedy: "Remove `windowsOptions.hostProcess: true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {windowsOptions: {hostProcess: true}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {windowsOptions: {hostProcess: false}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.inherited_security("windowsOptions.hostProcess").and_then(Node::as_bool) == Some(true) {
            container.fail(manifests, "securityContext.windowsOptions.hostProcess", found, "runs as a process of the node");
        }
    }
}
