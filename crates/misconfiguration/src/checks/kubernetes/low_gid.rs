//! Container runs with a low group id.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0021",
    aliases: ["KSV-0021", "kubernetes-use-high-gid"],
    severity: Low,
    title: "Container runs with a low group id",
    remedy: "Set `securityContext.runAsGroup` to more than 10000, an id that the node gives to nobody.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsGroup: 0}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsUser: 20000}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsGroup: 20000}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsGroup: 10001}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_high_id("runAsGroup", manifests, found);
}
