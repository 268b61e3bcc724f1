//! Container requests no memory.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0016",
    aliases: ["KSV-0016", "kubernetes-no-unspecified-memory-requests", "CKV_K8S_12"],
    severity: Low,
    title: "Container requests no memory",
    remedy: "Set `resources.requests.memory`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {memory: 100Mi}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_resource("resources.requests.memory", manifests, found);
}
