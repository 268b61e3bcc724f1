//! Container opens a port of the node.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0024",
    aliases: ["KSV-0024", "kubernetes-no-host-port-access", "CKV_K8S_26"],
    severity: High,
    title: "Container opens a port of the node",
    remedy: "Remove `hostPort`; use a Service.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 80}, {hostPort: 443}]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 1, hostPort: 1}]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 0}]}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        for port in container.ports() {
            if let Some(number) = port.get("hostPort").and_then(Node::as_number).filter(|number| *number > 0.0) {
                let message = container.pod.message(format!("container `{}` opens port {number} of the node", container.name()));
                found.add(&manifests.path, port.line_of("hostPort"), container.pod.object.block, message);
            }
        }
    }
}
