//! Service takes over external addresses.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;

check! {
    id: "BHD-KUBERNETES-0108",
    aliases: ["KSV-0108", "kubernetes-no-svc-with-extip"],
    severity: High,
    title: "Service takes over external addresses",
    remedy: "Remove `externalIPs` (CVE-2020-8554); use a load balancer or an ingress.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: Service
spec: {externalIPs: [80.1.2.3]}"#,
        r#"apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: Service, spec: {type: ClusterIP, externalIPs: [1.2.3.4]}}]"#,
    ],
    good: [
        r#"apiVersion: v1
kind: Service
spec: {type: LoadBalancer}"#,
        r#"apiVersion: v1
kind: Service
spec: {externalIPs: []}"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for service in manifests.of_kind(&["Service"]) {
        if service.node.at("spec.externalIPs").is_some_and(|addresses| !addresses.items().is_empty()) {
            let line = service.node.line_of("spec.externalIPs");
            found.add(&manifests.path, line, service.block, format!("Service `{}` has external addresses", service.name));
        }
    }
}
