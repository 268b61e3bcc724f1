//! Pod uses the node's network.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0009",
    aliases: ["KSV-0009", "kubernetes-no-host-network", "CKV_K8S_19"],
    severity: High,
    title: "Pod uses the node's network",
    remedy: "Remove `hostNetwork: true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {hostNetwork: true, containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {hostNetwork: true, containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {hostNetwork: false, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Service
spec: {hostNetwork: true}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::shares_with_host("hostNetwork", manifests, found);
}
