//! Role may make and change workloads.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0048",
    aliases: ["KSV-0048", "kubernetes-no-create-update-malicious-pod"],
    severity: Medium,
    title: "Role may make and change workloads",
    remedy: "Give the right to deploy to few, and in one namespace.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [update]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [apps], resources: [statefulsets], verbs: [get, create]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [services], verbs: [create]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const WORKLOADS: &[&str] = &[
        "pods", "deployments", "jobs", "cronjobs", "statefulsets", "daemonsets", "replicasets", "replicationcontrollers",
    ];
    super::grants(super::ROLES, WORKLOADS, &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"], manifests, found);
}
