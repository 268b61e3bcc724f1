//! The capabilities of the Pod Security Standard Restricted.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0106",
    aliases: ["KSV-0106", "kubernetes-drop-caps-add-bind-svc"],
    severity: Low,
    title: "Container does not drop all capabilities, or adds others than NET_BIND_SERVICE",
    remedy: "Drop `ALL` and add at most NET_BIND_SERVICE.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a}]}"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}]}"#,
        r#"apiVersion: v1
kind: Pod
spec: {containers: [{name: a, securityContext: {capabilities: {drop: [all]}}}]}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for container in manifests.containers().filter(|container| !container.pod.is_windows()) {
        let drops_all = container.capabilities("drop").iter().any(|name| name == "ALL");
        let adds_other = container.capabilities("add").iter().any(|name| name != "NET_BIND_SERVICE");
        if !drops_all || adds_other {
            container.fail(manifests, "securityContext.capabilities", found, "has more capabilities than the Restricted standard");
        }
    }
}
