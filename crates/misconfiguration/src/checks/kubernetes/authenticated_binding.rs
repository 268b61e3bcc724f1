//! Everybody who has logged in is given rights.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0123",
    aliases: ["KSV-0123", "kubernetes-no-system-authenticated-group-bind"],
    severity: Critical,
    title: "Everybody who has logged in is given rights",
    remedy: "Name the groups that need them.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
subjects: [{kind: Group, name: "system:authenticated"}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
subjects: [{kind: User, name: a}, {kind: Group, name: "system:authenticated"}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
subjects: [{kind: Group, name: team}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "system:authenticated"}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::binds(&["system:authenticated"], manifests, found);
}
