//! Pod mounts a folder of the node.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0023",
    aliases: ["KSV-0023", "kubernetes-no-mounted-hostpath"],
    severity: Medium,
    title: "Pod mounts a folder of the node",
    remedy: "Use a volume of another kind.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, hostPath: {path: /data}}], containers: [{name: a}]}"#,
        r#"apiVersion: batch/v1
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {volumes: [{name: w, emptyDir: {}}, {name: v, hostPath: {path: /}}], containers: [{name: a}]}}}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, emptyDir: {}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: PersistentVolume
spec: {hostPath: {path: /data}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for pod in manifests.pods() {
        for volume in pod.volumes().iter().filter(|volume| volume.get("hostPath").is_some()) {
            let path = volume.text_at("hostPath.path").unwrap_or_default();
            found.add(&manifests.path, volume.line_of("hostPath"), pod.object.block, pod.message(format!("mounts `{path}` of the node")));
        }
    }
}
