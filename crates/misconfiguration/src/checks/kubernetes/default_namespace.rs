//! Workload stands in the namespace default.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0110",
    aliases: ["KSV-0110", "kubernetes-default-namespace-should-not-be-used", "CKV_K8S_21"],
    severity: Low,
    title: "Workload stands in the namespace default",
    remedy: "Give it a namespace of its own.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {name: x, namespace: default}
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec: {template: {spec: {containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {name: x, namespace: shop}
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Namespace
metadata: {name: default}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        if manifests.namespace_of(pod.object).map_or(!manifests.is_installed, |namespace| namespace == "default") {
            let line = pod.object.node.line_of("metadata.namespace");
            found.add(&manifests.path, line, pod.object.block, pod.message("is in the namespace `default`".to_owned()));
        }
    }
}
