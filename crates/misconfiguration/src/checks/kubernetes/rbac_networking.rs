//! Role may change the network of the cluster.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0056",
    aliases: ["KSV-0056", "kubernetes-no-manage-networking-resources"],
    severity: High,
    title: "Role may change the network of the cluster",
    remedy: "Leave services, policies and ingresses to few.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: ["*"], resources: [services], verbs: [create]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [delete]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [services, endpoints], verbs: [get, watch]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    let resources = &["services", "endpoints", "endpointslices", "networkpolicies", "ingresses"];
    super::grants(super::ROLES, resources, &["create", "update", "patch", "delete", "deletecollection", "impersonate", "*"], manifests, found);
}
