//! Helm's Tiller is deployed.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0102",
    aliases: ["KSV-0102", "kubernetes-no-tiller", "CKV_K8S_34"],
    severity: Critical,
    title: "Helm's Tiller is deployed",
    remedy: "Use Helm 3, which needs nothing in the cluster.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "gcr.io/kubernetes-helm/tiller:v2.16.1"}]}"#,
        r#"apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: a, image: "mirror.example/tiller@sha256:1"}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "tillers/app:1"}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: tiller, image: "app:1"}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers() {
        if container.node.text_at("image").is_some_and(|image| image.rsplit('/').next().unwrap_or_default().starts_with("tiller")) {
            container.fail(manifests, "image", found, "is Tiller, which does whatever it is asked");
        }
    }
}
