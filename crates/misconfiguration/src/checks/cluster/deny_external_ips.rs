//! Admission plugin DenyServiceExternalIPs is not on.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0003",
    aliases: ["KCV-0003"],
    severity: Low,
    title: "Admission plugin DenyServiceExternalIPs is not on",
    remedy: "Add DenyServiceExternalIPs to `--enable-admission-plugins`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--enable-admission-plugins=Other"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, "--enable-admission-plugins=A,DenyServiceExternalIPs"]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: []}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--enable-admission-plugins", Flag::Has("DenyServiceExternalIPs"), found);
}
