//! Container has the capability SYS_ADMIN.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0005",
    aliases: ["KSV-0005", "kubernetes-no-sysadmin-capability", "CKV_K8S_39"],
    severity: High,
    title: "Container has the capability SYS_ADMIN",
    remedy: "Remove SYS_ADMIN from `securityContext.capabilities.add`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {initContainers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [NET_ADMIN, SYS_ADMIN]}}}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [NET_ADMIN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [SYS_ADMIN]}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::adds_capability("SYS_ADMIN", manifests, found);
}
