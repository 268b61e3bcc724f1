//! Pod mounts a folder that belongs to the node's system.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0121",
    aliases: ["KSV-0121", "kubernetes-no-disallowed-volumes"],
    severity: High,
    title: "Pod mounts a folder that belongs to the node's system",
    remedy: "Mount a folder made for the purpose, or none.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /etc/}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /}}], containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /srv/data}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, configMap: {name: etc}}], containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const SYSTEM: &[&str] = &["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var/lib/docker", "/root"];
    for pod in manifests.pods() {
        for volume in pod.volumes() {
            let Some(path) = volume.text_at("hostPath.path") else { continue };
            let path = if path.len() > 1 { path.trim_end_matches('/') } else { &path };
            if SYSTEM.contains(&path) {
                found.add(&manifests.path, volume.line_of("hostPath.path"), pod.object.block, pod.message(format!("mounts `{path}` of the node")));
            }
        }
    }
}
