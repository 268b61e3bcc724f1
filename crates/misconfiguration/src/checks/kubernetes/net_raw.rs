//! Container has the capability NET_RAW.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0119",
    aliases: ["KSV-0119", "kubernetes-no-net-raw", "CKV_K8S_28"],
    severity: High,
    title: "Container has the capability NET_RAW",
    remedy: "Remove NET_RAW from `securityContext.capabilities.add`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [NET_RAW]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [cap_net_raw]}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [NET_RAW]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::adds_capability("NET_RAW", manifests, found);
}
