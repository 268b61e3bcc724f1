//! Container listens on a port that only the superuser may open.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0117",
    aliases: ["KSV-0117", "kubernetes-no-privilege-port-binding"],
    severity: Medium,
    title: "Container listens on a port that only the superuser may open",
    remedy: "Use a port of 1024 or more.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 8080}, {containerPort: 1023}]}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, ports: [{containerPort: 1024}]}]}"#,
        r#"apiVersion: v1
kind: Service
spec: {ports: [{port: 80}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        for port in container.ports() {
            let number = port.get("containerPort").and_then(Node::as_number);
            if let Some(number) = number.filter(|number| *number > 0.0 && *number < 1024.0) {
                let message = container.pod.message(format!("container `{}` listens on port {number}", container.name()));
                found.add(&manifests.path, port.line_of("containerPort"), container.pod.object.block, message);
            }
        }
    }
}
