//! Container has no CPU limit.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0011",
    aliases: ["KSV-0011", "kubernetes-limit-cpu", "CKV_K8S_11"],
    severity: Low,
    title: "Container has no CPU limit",
    remedy: "Set `resources.limits.cpu`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {limits: {memory: 1Gi}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}, {name: b, resources: {limits: {cpu: 1}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {limits: {cpu: "2"}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {resources: {limits: {cpu: 1}}, containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_resource("resources.limits.cpu", manifests, found);
}
