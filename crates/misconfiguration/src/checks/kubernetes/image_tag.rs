//! Image has no tag of its own or the tag latest.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0013",
    aliases: ["KSV-0013", "kubernetes-use-specific-tags", "CKV_K8S_14"],
    severity: Medium,
    title: "Image has no tag of its own or the tag latest",
    remedy: "Name the image's version, best with its digest.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "registry:5000/app"}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {initContainers: [{name: a, image: "app:latest"}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "registry:5000/app:1.2"}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        let Some(image) = container.node.text_at("image") else { continue };
        let name = image.rsplit('/').next().unwrap_or(&image);
        if !image.contains('@') && matches!(name.split_once(':'), None | Some((_, "latest" | ""))) {
            container.fail(manifests, "image", found, format!("runs `{image}`, which can be another image tomorrow"));
        }
    }
}
