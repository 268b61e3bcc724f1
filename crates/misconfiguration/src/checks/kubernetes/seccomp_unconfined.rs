//! Container has no seccomp profile.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0104",
    aliases: ["KSV-0104", "kubernetes-no-unconfined-seccomp"],
    severity: Medium,
    title: "Container has no seccomp profile",
    remedy: "Set `securityContext.seccompProfile.type: RuntimeDefault`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}}
spec: {containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {seccompProfile: {type: Localhost, localhostProfile: x}}}]}"#,
        r#"apiVersion: v1
kind: Pod
metadata: {annotations: {container.seccomp.security.alpha.kubernetes.io/a: runtime/default}}
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if !super::has_seccomp_profile(&container, &["RuntimeDefault", "Localhost"]) {
            container.fail(manifests, "securityContext.seccompProfile", found, "may make every system call");
        }
    }
}
