//! Admission plugin AlwaysAdmit is on.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0011",
    aliases: ["KCV-0011"],
    severity: Low,
    title: "Admission plugin AlwaysAdmit is on",
    remedy: "Remove AlwaysAdmit from `--enable-admission-plugins`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --enable-admission-plugins=AlwaysAdmit]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--enable-admission-plugins=Other,AlwaysAdmit"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --enable-admission-plugins=Other]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: ["--enable-admission-plugins=AlwaysAdmit"]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--enable-admission-plugins", Flag::HasNot("AlwaysAdmit"), found);
}
