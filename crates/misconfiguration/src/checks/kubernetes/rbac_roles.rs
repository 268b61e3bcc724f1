//! Role may change roles and bindings.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0050",
    aliases: ["KSV-0050", "kubernetes-no-manage-rbac-resources"],
    severity: Critical,
    title: "Role may change roles and bindings",
    remedy: "Leave the rights of others to administrators.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [bind]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, list]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let resources = &["roles", "rolebindings", "clusterroles", "clusterrolebindings"];
    super::grants(super::ROLES, resources, &["create", "update", "patch", "delete", "deletecollection", "impersonate", "bind", "escalate", "*"], manifests, found);
}
