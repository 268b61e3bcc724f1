//! Profiling of the API server is on.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0018",
    aliases: ["KCV-0018"],
    severity: Low,
    title: "Profiling of the API server is on",
    remedy: "Set `--profiling=false`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--profiling=other"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --profiling=false]}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [other]}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--profiling", Flag::Is("false"), found);
}
