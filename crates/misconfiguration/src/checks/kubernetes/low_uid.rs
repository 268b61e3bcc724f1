//! Container runs with a low user id.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0020",
    aliases: ["KSV-0020", "kubernetes-use-high-uid", "CKV_K8S_40"],
    severity: Low,
    title: "Container runs with a low user id",
    remedy: "Set `securityContext.runAsUser` to more than 10000, an id that the node gives to nobody.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsUser: 10000}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsUser: 20000}, containers: [{name: a, securityContext: {runAsUser: 1}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsUser: 20000}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsUser: 10001}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_high_id("runAsUser", manifests, found);
}
