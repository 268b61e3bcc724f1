//! Role may delete the logs of pods.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0042",
    aliases: ["KSV-0042", "kubernetes-no-delete-pod-logs"],
    severity: Medium,
    title: "Role may delete the logs of pods",
    remedy: "Remove `delete` on `pods/log`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods/log], verbs: [delete]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: [pods, pods/log], verbs: ["*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods/log], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [delete]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::grants(super::ROLES, &["pods/log"], &["delete", "deletecollection", "*"], manifests, found);
}
