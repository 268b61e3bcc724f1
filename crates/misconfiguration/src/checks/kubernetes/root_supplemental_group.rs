//! Pod has the superuser's group as a further one.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0116",
    aliases: ["KSV-0116", "kubernetes-no-root-supplemental-groups"],
    severity: Low,
    title: "Pod has the superuser's group as a further one",
    remedy: "Use ids of at least 1 in `supplementalGroups` and `fsGroup`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {supplementalGroups: [0]}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {fsGroup: 0}, containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {supplementalGroups: [7], fsGroup: 8}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        for key in ["supplementalGroups", "fsGroup"] {
            let path = format!("securityContext.{key}");
            let groups = pod.spec.at(&path).map(Node::items).unwrap_or_default();
            if groups.iter().any(|group| group.as_number() == Some(0.0)) {
                pod.fail(manifests, &path, found, format!("`{key}` has root's group"));
            }
        }
    }
}
