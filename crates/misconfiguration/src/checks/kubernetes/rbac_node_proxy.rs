//! Role may reach the kubelets through the API server.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0047",
    aliases: ["KSV-0047", "kubernetes-no-privilege-escalation-from-node-proxy"],
    severity: High,
    title: "Role may reach the kubelets through the API server",
    remedy: "Remove `nodes/proxy`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [nodes, nodes/proxy], verbs: [list, create]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [nodes], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [""], resources: [nodes/proxy], verbs: [watch]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::grants(super::ROLES, &["nodes/proxy"], &["get", "create", "*"], manifests, found);
}
