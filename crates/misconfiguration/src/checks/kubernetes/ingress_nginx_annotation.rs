//! Annotations that ingress-nginx writes into its configuration unchecked (CVE-2025-1097, -1098, -24514).

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;

check! {
    id: "BHD-CLUSTER-0093",
    aliases: ["KCV-0093", "kubernetes-insecure-ingress-nginx"],
    severity: Critical,
    title: "Annotation can inject configuration into ingress-nginx",
    remedy: "Update ingress-nginx to 1.11.5 or 1.12.1 or later, and remove signs other than those of an address or name.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {annotations: {nginx.ingress.kubernetes.io/auth-url: "http://a.example/;load_module /tmp/x.so"}}"#,
        r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {annotations: {nginx.ingress.kubernetes.io/auth-tls-match-cn: "CN=a #(}"}}"#,
    ],
    good: [
        r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {annotations: {nginx.ingress.kubernetes.io/auth-url: "https://$host/oauth2/auth?a=b&c=%20"}}"#,
        r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {annotations: {nginx.ingress.kubernetes.io/auth-tls-match-cn: "CN=client.example"}}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    const ANNOTATIONS: &[(&str, bool)] = &[
        ("nginx.ingress.kubernetes.io/auth-url", true),
        ("nginx.ingress.kubernetes.io/mirror-target", true),
        ("nginx.ingress.kubernetes.io/mirror-host", true),
        ("nginx.ingress.kubernetes.io/auth-tls-match-cn", false),
    ];
    for ingress in manifests.of_kind(&["Ingress"]) {
        let Some(annotations) = ingress.node.at("metadata.annotations") else { continue };
        for (name, is_address) in ANNOTATIONS {
            let Some(value) = annotations.get(name).and_then(Node::as_text) else { continue };
            let is_clean = if *is_address { is_clean_address(&value) } else { is_clean_name(&value) };
            if !is_clean {
                let line = annotations.line_of_key(name);
                found.add(&manifests.path, line, ingress.block, format!("`{name}` has signs that end a directive"));
            }
        }
    }
}

/// The signs of a URI (RFC 3986), and nginx' variables; none that ends a directive or begins a comment.
fn is_clean_address(value: &str) -> bool {
    value.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._~:/?[]@!$&'()*+,=%".contains(sign))
}

/// `CN=` and a pattern of a name.
fn is_clean_name(value: &str) -> bool {
    value.strip_prefix("CN=").is_some_and(|name| name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._*@ =,+()^$\\".contains(sign)))
}
