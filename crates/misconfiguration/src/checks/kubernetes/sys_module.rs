//! Container has the capability SYS_MODULE.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0120",
    aliases: ["KSV-0120", "kubernetes-no-sysmodule-capability"],
    severity: High,
    title: "Container has the capability SYS_MODULE",
    remedy: "Remove SYS_MODULE from `securityContext.capabilities.add`.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [SYS_MODULE]}}}]}"#,
        r#"apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {initContainers: [{name: a, securityContext: {capabilities: {add: [CAP_SYS_MODULE]}}}]}}}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {add: [SYS_TIME]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    super::adds_capability("SYS_MODULE", manifests, found);
}
