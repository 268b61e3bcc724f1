//! Pod sees the node's processes.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0010",
    aliases: ["KSV-0010", "kubernetes-no-host-pid", "CKV_K8S_17"],
    severity: High,
    title: "Pod sees the node's processes",
    remedy: "Remove `hostPID: true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {hostPID: true, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: Pod, spec: {hostPID: true, containers: [{name: a}]}}]"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {hostPID: false, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {shareProcessNamespace: true, containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::shares_with_host("hostPID", manifests, found);
}
