//! Service shares a namespace of the host.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0002",
    aliases: [],
    severity: High,
    title: "Service shares a namespace of the host",
    remedy: "Remove `host` from `network_mode`, `pid`, `ipc` and `userns_mode`.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", network_mode: host}}"#,
        r#"services: {a: {image: "x:1", pid: "host"}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", network_mode: "service:b"}}"#,
        r#"services: {a: {image: "x:1", networks: [host]}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    for service in &project.services {
        for key in ["network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup"] {
            if service.node.text_at(key).is_some_and(|mode| mode == "host") {
                service.fail(project, key, found, &format!("has `{key}: host`"));
            }
        }
    }
}
