//! Container requests no CPU.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0015",
    aliases: ["KSV-0015", "kubernetes-no-unspecified-cpu-requests", "CKV_K8S_10"],
    severity: Low,
    title: "Container requests no CPU",
    remedy: "Set `resources.requests.cpu`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {memory: 1Gi}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {cpu: 100m}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, resources: {requests: {cpu: "1"}, limits: {cpu: 2}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::needs_resource("resources.requests.cpu", manifests, found);
}
