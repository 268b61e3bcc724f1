//! Members of etcd sign their own certificates.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0047",
    aliases: ["KCV-0047"],
    severity: Low,
    title: "Members of etcd sign their own certificates",
    remedy: "Remove `--peer-auto-tls=true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd, --peer-auto-tls=true]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/etcd], args: ["--a=b", "--peer-auto-tls=true"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: ["--peer-auto-tls=true"]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "etcd", "--peer-auto-tls", Flag::IsNot("true"), found);
}
