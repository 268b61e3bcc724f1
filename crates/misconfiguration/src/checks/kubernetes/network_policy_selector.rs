//! Network policy selects no pods.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-KUBERNETES-0038",
    aliases: ["KSV-0038", "kubernetes-selector-usage-in-network-policies"],
    severity: Medium,
    title: "Network policy selects no pods",
    remedy: "Say with `podSelector` which pods it is for.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: x}"#,
        r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec: {policyTypes: [Ingress]}"#,
    ],
    good: [
        r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec: {podSelector: {}, policyTypes: [Ingress]}"#,
        r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec: {podSelector: {matchLabels: {a: b}}, ingress: []}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for policy in manifests.of_kind(&["NetworkPolicy"]) {
        let spec = policy.node.get("spec");
        let selects = spec.is_some_and(|spec| spec.entry("podSelector").is_some() || names_peers(spec));
        if !selects {
            let line = policy.node.line_of("spec");
            found.add(&manifests.path, line, policy.block, format!("NetworkPolicy `{}` has no selector", policy.name));
        }
    }
}

/// Whether rules say by a selector whom they are about.
fn names_peers(spec: &Node) -> bool {
    let rules = ["ingress", "egress"].into_iter().filter_map(|list| spec.get(list)).flat_map(Node::items);
    let mut peers = rules.flat_map(|rule| ["from", "to"].into_iter().filter_map(|list| rule.get(list)).flat_map(Node::items));
    peers.any(|peer| peer.entry("podSelector").is_some() || peer.entry("namespaceSelector").is_some())
}
