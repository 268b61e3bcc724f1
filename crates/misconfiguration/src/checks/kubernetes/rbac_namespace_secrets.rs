//! Role may read all secrets of its namespace.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0113",
    aliases: ["KSV-0113", "kubernetes-no-manage-ns-secrets"],
    severity: Medium,
    title: "Role may read all secrets of its namespace",
    remedy: "Name the secrets in `resourceNames`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: ["*"], resources: [pods, secrets], verbs: ["*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [a], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let verbs = &["create", "delete", "deletecollection", "impersonate", "get", "list", "update", "watch", "patch", "*"];
    super::grants(&["Role"], &["secrets"], verbs, manifests, found);
}
