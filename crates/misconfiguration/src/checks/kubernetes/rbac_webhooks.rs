//! Role may change admission webhooks.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0114",
    aliases: ["KSV-0114", "kubernetes-no-manage-webhook"],
    severity: Critical,
    title: "Role may change admission webhooks",
    remedy: "Leave them to administrators.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: [validatingwebhookconfigurations], verbs: ["*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods], verbs: [patch]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let resources = &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
    super::grants(super::ROLES, resources, &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"], manifests, found);
}
