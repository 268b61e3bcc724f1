//! etcd does not authenticate its clients.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0043",
    aliases: ["KCV-0043"],
    severity: Low,
    title: "etcd does not authenticate its clients",
    remedy: "Set `--client-cert-auth=true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/etcd], args: ["--client-cert-auth=other"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [etcd, --client-cert-auth=true]}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [other]}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "etcd", "--client-cert-auth", Flag::Is("true"), found);
}
