//! Container can gain more privileges.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0001",
    aliases: ["KSV-0001", "kubernetes-no-self-privesc", "CKV_K8S_20"],
    severity: Medium,
    title: "Container can gain more privileges",
    remedy: "Set `securityContext.allowPrivilegeEscalation: false`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: a, securityContext: {allowPrivilegeEscalation: true}}]}}}"#,
        r#"apiVersion: v1
kind: Pod
spec:
  initContainers: [{name: i}]
  containers: [{name: a, securityContext: {allowPrivilegeEscalation: false}}]"#,
    ],
    good: [
        r#"apiVersion: batch/v1
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, securityContext: {allowPrivilegeEscalation: false}}]}}}}}"#,
        r#"apiVersion: v1
kind: Pod
spec: {os: {name: windows}, containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if container.security("allowPrivilegeEscalation").is_none_or(|value| value.as_bool() == Some(true)) {
            container.fail(manifests, "securityContext.allowPrivilegeEscalation", found, "may gain privileges");
        }
    }
}
