//! etcd signs its own certificates.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0044",
    aliases: ["KCV-0044"],
    severity: Low,
    title: "etcd signs its own certificates",
    remedy: "Remove `--auto-tls=true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd, --auto-tls=true]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/etcd], args: ["--a=b", "--auto-tls=true"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: ["--auto-tls=true"]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "etcd", "--auto-tls", Flag::IsNot("true"), found);
}
