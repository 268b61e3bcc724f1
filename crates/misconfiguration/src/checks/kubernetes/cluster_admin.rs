//! Binding gives cluster-admin.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0111",
    aliases: ["KSV-0111", "kubernetes-no-user-with-cluster-admin"],
    severity: Medium,
    title: "Binding gives cluster-admin",
    remedy: "Bind a role that has only what is needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
roleRef: {kind: ClusterRole, name: cluster-admin}"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
roleRef: {kind: ClusterRole, name: admin}"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
roleRef: {kind: ClusterRole, name: view}"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cluster-admin}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for binding in manifests.of_kind(&["ClusterRoleBinding", "RoleBinding"]) {
        let role = binding.node.text_at("roleRef.name");
        if role.is_some_and(|role| matches!(&*role, "cluster-admin" | "admin" | "edit")) {
            let line = binding.node.line_of("roleRef.name");
            found.add(&manifests.path, line, binding.block, format!("{} `{}` binds a role of administrators", binding.kind, binding.name));
        }
    }
}
