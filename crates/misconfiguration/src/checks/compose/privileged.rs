//! Service is privileged.

use crate::check::{Found, check};
use crate::compose::Project;
use crate::node::Node;

check! {
    id: "BHD-COMPOSE-0001",
    aliases: [],
    severity: High,
    title: "Service is privileged",
    remedy: "Remove `privileged`; add the capabilities that are needed.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", privileged: true}}"#,
        r#"services:
  a: &a {image: "x:1", privileged: true}
  b: *a"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", privileged: false}}"#,
        r#"services: {a: {image: "x:1"}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        if service.node.get("privileged").and_then(Node::as_bool) == Some(true) {
            service.fail(project, "privileged", found, "is privileged");
        }
    }
}
