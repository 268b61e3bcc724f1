//! Seccomp profile is not the runtime's default.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0030",
    aliases: ["KSV-0030", "kubernetes-use-default-seccomp", "CKV_K8S_31"],
    severity: Low,
    title: "Seccomp profile is not the runtime's default",
    remedy: "Set `securityContext.seccompProfile.type: RuntimeDefault`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {seccompProfile: {type: RuntimeDefault}}, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}}
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if !super::has_seccomp_profile(&container, &["RuntimeDefault", "Localhost"]) {
            container.fail(manifests, "securityContext.seccompProfile", found, "has no seccomp profile of the runtime");
        }
    }
}
