//! Role may change config maps.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0049",
    aliases: ["KSV-0049", "kubernetes-no-manage-configmaps"],
    severity: Medium,
    title: "Role may change config maps",
    remedy: "Name the config maps in `resourceNames`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [configmaps], verbs: [update]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: [secrets, configmaps], verbs: [delete]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [leader], verbs: [update]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::grants(super::ROLES, &["configmaps"], &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"], manifests, found);
}
