//! Cluster role may read all secrets.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0041",
    aliases: ["KSV-0041", "kubernetes-no-manage-secrets"],
    severity: Critical,
    title: "Cluster role may read all secrets",
    remedy: "Name the secrets in `resourceNames`, or use a role of one namespace.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}, {apiGroups: ["*"], resources: [configmaps, secrets], verbs: ["*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [one], verbs: [get]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let verbs = &["create", "delete", "deletecollection", "impersonate", "get", "list", "update", "watch", "patch", "*"];
    super::grants(&["ClusterRole"], &["secrets"], verbs, manifests, found);
}
