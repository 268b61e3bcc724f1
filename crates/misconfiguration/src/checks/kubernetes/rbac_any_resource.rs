//! Role may change every resource.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0046",
    aliases: ["KSV-0046", "kubernetes-no-wildcard-resource-role"],
    severity: Critical,
    title: "Role may change every resource",
    remedy: "Name the resources that are needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [delete]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: ["*"], verbs: [watch, update]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [pods], verbs: [delete]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{nonResourceURLs: ["*"], verbs: [get]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let verbs = &["create", "update", "delete", "deletecollection", "impersonate", "*", "list", "get"];
    super::grants(super::ROLES, &["*"], verbs, manifests, found);
}
