//! Root filesystem can be written.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0014",
    aliases: ["KSV-0014", "kubernetes-use-read-only-filesystem", "CKV_K8S_22"],
    severity: High,
    title: "Root filesystem can be written",
    remedy: "Set `securityContext.readOnlyRootFilesystem: true` and mount volumes where something is written.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {readOnlyRootFilesystem: false}}]}"#,
        r#"apiVersion: v1
kind: ReplicationController
spec: {template: {spec: {containers: [{name: a}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {readOnlyRootFilesystem: true}}]}"#,
        r#"apiVersion: v1
kind: ConfigMap
data: {a: b}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        if container.security("readOnlyRootFilesystem").is_none_or(|value| value.as_bool() == Some(false)) {
            container.fail(manifests, "securityContext.readOnlyRootFilesystem", found, "can write to its root filesystem");
        }
    }
}
