//! Pod shares the node's IPC.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0008",
    aliases: ["KSV-0008", "kubernetes-no-shared-ipc-namespace", "CKV_K8S_18"],
    severity: High,
    title: "Pod shares the node's IPC",
    remedy: "Remove `hostIPC: true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {hostIPC: true, containers: [{name: a}]}"#,
        r#"apiVersion: batch/v1
kind: Job
spec: {template: {spec: {hostIPC: true, containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {hostIPC: false, hostPID: true, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::shares_with_host("hostIPC", manifests, found);
}
