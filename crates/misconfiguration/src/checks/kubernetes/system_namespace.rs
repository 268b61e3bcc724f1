//! Workload stands in the cluster's own namespace.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0037",
    aliases: ["KSV-0037", "kubernetes-no-user-resources-in-system-namespace"],
    severity: Medium,
    title: "Workload stands in the cluster's own namespace",
    remedy: "Give it a namespace of its own.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: apps/v1
kind: DaemonSet
metadata: {namespace: kube-system}
spec: {template: {spec: {containers: [{name: a}]}}}"#,
        r#"apiVersion: batch/v1
kind: Job
metadata: {name: x, namespace: "kube-system"}
spec: {template: {spec: {containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system-tools}
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system, labels: {tier: control-plane}}
spec: {containers: [{name: kube-apiserver}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        let labels = pod.metadata.and_then(|metadata| metadata.get("labels"));
        let is_of_the_cluster = labels.is_some_and(|labels| labels.text_at("tier").is_some_and(|tier| tier == "control-plane"));
        if manifests.namespace_of(pod.object).as_deref() == Some("kube-system") && !is_of_the_cluster {
            let line = pod.object.node.line_of("metadata.namespace");
            found.add(&manifests.path, line, pod.object.block, pod.message("is in kube-system".to_owned()));
        }
    }
}
