//! Role may do everything with everything.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0044",
    aliases: ["KSV-0044", "kubernetes-no-wildcard-verb-resource-role"],
    severity: Critical,
    title: "Role may do everything with everything",
    remedy: "Name the resources and verbs that are needed.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules: [{apiGroups: ["", "*"], resources: [pods, "*"], verbs: [get, "*"]}]"#,
    ],
    good: [
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get]}]"#,
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules: [{apiGroups: ["apps"], resources: [deployments], verbs: ["*"]}]"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for (role, rule) in super::rules(super::ROLES, manifests) {
        if super::has(rule, "resources", "*") && super::has(rule, "verbs", "*") && super::has(rule, "apiGroups", "*") {
            found.add(&manifests.path, rule.line, role.block, format!("{} `{}` grants everything", role.kind, role.name));
        }
    }
}
