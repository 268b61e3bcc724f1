//! Service adds capabilities that own the host.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0004",
    aliases: [],
    severity: High,
    title: "Service adds capabilities that own the host",
    remedy: "Add only the capabilities that are needed.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", cap_add: [SYS_ADMIN]}}"#,
        r#"services: {a: {image: "x:1", cap_add: [CHOWN, cap_sys_module]}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", cap_drop: [ALL], cap_add: [NET_BIND_SERVICE]}}"#,
        r#"services: {a: {image: "x:1", cap_drop: [SYS_ADMIN]}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    const POWERFUL: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "DAC_READ_SEARCH", "NET_ADMIN", "SYS_RAWIO", "BPF"];
    for service in &project.services {
        for (line, name) in service.texts("cap_add") {
            let name = name.to_ascii_uppercase();
            if POWERFUL.contains(&name.trim_start_matches("CAP_")) {
                found.add(&project.path, line, service.block, format!("service `{}` adds {name}", service.name));
            }
        }
    }
}
