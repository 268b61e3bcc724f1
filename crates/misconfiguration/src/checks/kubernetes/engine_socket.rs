//! Socket of the container engine is mounted.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0006",
    aliases: ["KSV-0006", "kubernetes-no-docker-sock-mount", "CKV_K8S_27"],
    severity: High,
    title: "Socket of the container engine is mounted",
    remedy: "Remove the volume; who can write to the socket owns the node.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /run/docker.sock}}], containers: [{name: a}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: a}], volumes: [{name: v, hostPath: {path: /run/containerd/containerd.sock}}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /var/log}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: docker.sock, emptyDir: {}}], containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        for volume in pod.volumes() {
            let Some(path) = volume.text_at("hostPath.path") else { continue };
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            if matches!(name, "docker.sock" | "containerd.sock" | "crio.sock" | "cri-dockerd.sock" | "podman.sock") {
                let line = volume.line_of("hostPath.path");
                found.add(&manifests.path, line, pod.object.block, pod.message(format!("mounts `{path}`")));
            }
        }
    }
}
