//! Role may do everything with a sensitive resource.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0045",
    aliases: ["KSV-0045", "kubernetes-no-wildcard-verb-role"],
    severity: Critical,
    title: "Role may do everything with a sensitive resource",
    remedy: "Name the verbs that are needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [secrets], verbs: ["*"]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [apps], resources: [deployments, daemonsets], verbs: [get, "*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [example.org], resources: [widgets], verbs: ["*"]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const SENSITIVE: &[&str] = &[
        "secrets", "pods", "deployments", "daemonsets", "statefulsets", "replicationcontrollers", "replicasets", "cronjobs", "jobs",
        "roles", "clusterroles", "rolebindings", "clusterrolebindings", "users", "groups",
    ];
    super::grants(super::ROLES, SENSITIVE, &["*"], manifests, found);
}
