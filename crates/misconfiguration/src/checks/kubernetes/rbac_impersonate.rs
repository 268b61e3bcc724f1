//! Role may act as others.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0043",
    aliases: ["KSV-0043", "kubernetes-no-impersonate-privileged-groups"],
    severity: Critical,
    title: "Role may act as others",
    remedy: "Remove the verb `impersonate`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: ["*"], resources: [groups], verbs: [impersonate]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [users, serviceaccounts], verbs: [get, impersonate]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [groups], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [groups], resourceNames: [team], verbs: [impersonate]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::grants(super::ROLES, &["groups", "users", "serviceaccounts", "*"], &["impersonate"], manifests, found);
}
