//! Anonymous users are given rights.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0122",
    aliases: ["KSV-0122", "kubernetes-no-anonymous-user-bind"],
    severity: Critical,
    title: "Anonymous users are given rights",
    remedy: "Remove `system:anonymous` and `system:unauthenticated` from the binding.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
subjects: [{kind: User, name: "system:anonymous"}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
subjects: [{kind: User, name: a}, {kind: Group, name: "system:unauthenticated"}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
subjects: [{kind: User, name: jane}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
subjects: [{kind: Group, name: "system:masters"}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::binds(&["system:anonymous", "system:unauthenticated"], manifests, found);
}
