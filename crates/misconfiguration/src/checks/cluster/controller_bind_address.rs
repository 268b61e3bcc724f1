//! Controller manager listens on every address.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0039",
    aliases: ["KCV-0039"],
    severity: Low,
    title: "Controller manager listens on every address",
    remedy: "Set `--bind-address=127.0.0.1`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-controller-manager]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-controller-manager], args: ["--bind-address=other"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-controller-manager, --bind-address=127.0.0.1]}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [other]}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-controller-manager", "--bind-address", Flag::Is("127.0.0.1"), found);
}
