//! Token of the service account is mounted.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0036",
    aliases: ["KSV-0036", "kubernetes-no-auto-mount-service-token"],
    severity: Medium,
    title: "Token of the service account is mounted",
    remedy: "Set `automountServiceAccountToken: false` unless the pod asks the API server.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {automountServiceAccountToken: true, containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, volumeMounts: [{name: t, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {automountServiceAccountToken: false, containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: a, volumeMounts: [{name: t, mountPath: /data}]}]}}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        if pod.spec.get("automountServiceAccountToken").and_then(Node::as_bool) == Some(true) {
            pod.fail(manifests, "automountServiceAccountToken", found, "mounts the service account's token");
        }
        for container in pod.containers() {
            let mounts = container.node.get("volumeMounts").map(Node::items).unwrap_or_default();
            for mount in mounts {
                if mount.text_at("mountPath").is_some_and(|path| path.starts_with("/var/run/secrets/kubernetes.io/serviceaccount")) {
                    found.add(&manifests.path, mount.line, pod.object.block, pod.message("mounts a service account's token".to_owned()));
                }
            }
        }
    }
}
