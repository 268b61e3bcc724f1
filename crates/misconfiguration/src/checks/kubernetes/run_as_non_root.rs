//! Container may run as the superuser.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0012",
    aliases: ["KSV-0012", "kubernetes-no-root", "CKV_K8S_23"],
    severity: Medium,
    title: "Container may run as the superuser",
    remedy: "Set `securityContext.runAsNonRoot: true`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsNonRoot: true}, containers: [{name: a, securityContext: {runAsNonRoot: false}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {runAsNonRoot: true}, containers: [{name: a}], initContainers: [{name: b}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {runAsUser: 1000}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        let must_not = container.inherited_security("runAsNonRoot").is_some_and(|value| value.as_bool() != Some(false));
        let is_other = container.inherited_security("runAsUser").is_some_and(|value| value.as_number() != Some(0.0));
        if !must_not && !is_other {
            container.fail(manifests, "securityContext.runAsNonRoot", found, "may run as root");
        }
    }
}
