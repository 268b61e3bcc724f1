//! Role may open a shell in pods.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0053",
    aliases: ["KSV-0053", "kubernetes-no-getting-shell-pods"],
    severity: High,
    title: "Role may open a shell in pods",
    remedy: "Remove `create` on `pods/exec`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: ["*"], resources: [pods/exec], verbs: [create]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods, pods/exec], verbs: ["*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods/exec], verbs: [list]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::grants(super::ROLES, &["pods/exec"], &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"], manifests, found);
}
