//! Volume is of a kind that binds the pod to its surroundings.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0028",
    aliases: ["KSV-0028", "kubernetes-no-non-ephemeral-volumes"],
    severity: Low,
    title: "Volume is of a kind that binds the pod to its surroundings",
    remedy: "Use a persistent volume claim, or a volume of an ephemeral kind.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, nfs: {server: a, path: /}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, gitRepo: {repository: x}}], containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, persistentVolumeClaim: {claimName: x}}, {name: w, csi: {driver: x}}], containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {volumes: [{name: v, configMap: {name: x}}], containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const BINDING: &[&str] = &[
        "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs",
        "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume", "scaleIO", "storageos",
    ];
    for pod in manifests.pods() {
        for volume in pod.volumes() {
            if let Some(kind) = BINDING.iter().find(|kind| volume.get(kind).is_some()) {
                found.add(&manifests.path, volume.line_of(kind), pod.object.block, pod.message(format!("has a volume of kind `{kind}`")));
            }
        }
    }
}
