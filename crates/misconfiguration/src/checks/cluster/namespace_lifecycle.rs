//! Admission plugin NamespaceLifecycle is off.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0015",
    aliases: ["KCV-0015"],
    severity: Low,
    title: "Admission plugin NamespaceLifecycle is off",
    remedy: "Remove NamespaceLifecycle from `--disable-admission-plugins`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --disable-admission-plugins=NamespaceLifecycle]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-apiserver], args: ["--disable-admission-plugins=Other,NamespaceLifecycle"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-apiserver, --disable-admission-plugins=Other]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/other], args: ["--disable-admission-plugins=NamespaceLifecycle"]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-apiserver", "--disable-admission-plugins", Flag::HasNot("NamespaceLifecycle"), found);
}
