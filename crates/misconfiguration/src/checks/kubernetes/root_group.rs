//! Pod runs with the superuser's group.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0029",
    aliases: ["KSV-0029", "kubernetes-no-run-root-gid"],
    severity: Low,
    title: "Pod runs with the superuser's group",
    remedy: "Use group ids other than 0.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {supplementalGroups: [5, 0]}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsGroup: 0}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {fsGroup: 5, runAsGroup: 7}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        for key in ["runAsGroup", "fsGroup", "supplementalGroups"] {
            let path = format!("securityContext.{key}");
            let groups = pod.spec.at(&path).map(Node::items).unwrap_or_default();
            if groups.iter().any(|group| group.as_number() == Some(0.0)) {
                pod.fail(manifests, &path, found, format!("`{key}` is root's"));
            }
        }
    }
    for container in manifests.containers() {
        if container.security("runAsGroup").and_then(Node::as_number) == Some(0.0) {
            container.fail(manifests, "securityContext.runAsGroup", found, "runs with root's group");
        }
    }
}
