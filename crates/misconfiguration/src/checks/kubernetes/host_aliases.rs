//! Pod changes /etc/hosts.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0007",
    aliases: ["KSV-0007", "kubernetes-no-hostaliases"],
    severity: Low,
    title: "Pod changes /etc/hosts",
    remedy: "Remove `hostAliases`; names belong to the cluster's DNS.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {hostAliases: [{ip: 127.0.0.1, hostnames: [a.example]}], containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {hostAliases: [{ip: 10.0.0.1}], containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {hostAliases: [], containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        if pod.spec.get("hostAliases").is_some_and(|aliases| !aliases.items().is_empty()) {
            pod.fail(manifests, "hostAliases", found, "adds names to /etc/hosts");
        }
    }
}
