//! AppArmor profile is not the runtime's default.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0002",
    aliases: ["KSV-0002", "kubernetes-use-default-apparmor-profile"],
    severity: Low,
    title: "AppArmor profile is not the runtime's default",
    remedy: "Set `securityContext.appArmorProfile.type: RuntimeDefault` (or the annotation with `runtime/default` before Kubernetes 1.30).",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}}
spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}}}]}"#,
    ],
    good: [
        r#"apiVersion: apps/v1
kind: DaemonSet
spec:
  template:
    metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: runtime/default}}
    spec: {containers: [{name: a}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {securityContext: {appArmorProfile: {type: RuntimeDefault}}, containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
    for container in manifests.containers() {
        let annotations = container.pod.metadata.and_then(|metadata| metadata.get("annotations"));
        let annotation = annotations.and_then(|annotations| annotations.get(&format!("{ANNOTATION}{}", container.name())));
        let profile = container.inherited_security("appArmorProfile.type");
        let is_confined = match (annotation, profile) {
            (Some(annotation), _) => annotation.as_text().is_none_or(|text| text == "runtime/default" || text.starts_with("localhost/")),
            (None, Some(profile)) => profile.as_text().is_none_or(|text| text != "Unconfined"),
            (None, None) => false,
        };
        if !is_confined {
            container.fail(manifests, "securityContext.appArmorProfile", found, "has no AppArmor profile of the runtime");
        }
    }
}
