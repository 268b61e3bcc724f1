//! API server has no certificate of its own.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0027",
    aliases: ["KCV-0027"],
    severity: Low,
    title: "API server has no certificate of its own",
    remedy: "Set `--tls-cert-file` and `--tls-private-key-file`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--v=2"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --tls-cert-file=/x]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: []}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--tls-cert-file", Flag::Set, found);
}
