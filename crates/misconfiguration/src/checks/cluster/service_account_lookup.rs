//! Tokens of deleted service accounts are accepted.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0024",
    aliases: ["KCV-0024"],
    severity: Low,
    title: "Tokens of deleted service accounts are accepted",
    remedy: "Remove `--service-account-lookup=false`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --service-account-lookup=false]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--a=b", "--service-account-lookup=false"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: ["--service-account-lookup=false"]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--service-account-lookup", Flag::IsNot("false"), found);
}
