//! Controllers share one credential.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use super::{Flag, must};

check! {
    id: "BHD-CLUSTER-0035",
    aliases: ["KCV-0035"],
    severity: Low,
    title: "Controllers share one credential",
    remedy: "Set `--use-service-account-credentials=true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-controller-manager]}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a, command: [/usr/bin/kube-controller-manager], args: ["--use-service-account-credentials=other"]}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [kube-controller-manager, --use-service-account-credentials=true]}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {namespace: kube-system}
spec: {containers: [{name: a, command: [other]}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    must(manifests, "kube-controller-manager", "--use-service-account-credentials", Flag::Is("true"), found);
}
