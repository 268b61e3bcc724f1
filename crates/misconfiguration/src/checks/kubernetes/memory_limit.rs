//! Container has no memory limit.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0018",
    aliases: ["KSV-0018", "kubernetes-limit-memory", "CKV_K8S_13"],
    severity: Low,
    title: "Container has no memory limit",
    remedy: "Set `resources.limits.memory`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {limits: {cpu: 1}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {memory: 1Gi}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {limits: {memory: 1Gi}}}]}"#,
        r#"apiVersion: v1
kind: Service
spec: {}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_resource("resources.limits.memory", manifests, found);
}
