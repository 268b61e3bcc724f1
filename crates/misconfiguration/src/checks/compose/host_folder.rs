//! Service mounts a folder that belongs to the host's system.

use crate::check::{Found, check};
use crate::compose::Project;

check! {
    id: "BHD-COMPOSE-0008",
    aliases: [],
    severity: High,
    title: "Service mounts a folder that belongs to the host's system",
    remedy: "Mount a folder made for the purpose, or a volume.",
    rule: Compose(find),
    bad: [
        r#"services: {a: {image: "x:1", volumes: ["/:/host:ro"]}}"#,
        r#"services: {a: {image: "x:1", volumes: [{type: bind, source: /etc/, target: /e}]}}"#,
    ],
    good: [
        r#"services: {a: {image: "x:1", volumes: ["./etc:/etc", "data:/data"]}}"#,
        r#"services: {a: {image: "x:1", volumes: ["/srv/shop:/data"]}}"#,
    ],
}

fn find(project: &Project, found: &mut Found) {
    const SYSTEM: &[&str] = &["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/root", "/var/lib/docker", "/var/run", "/run"];
    for service in &project.services {
        for (line, path) in service.mounted_paths() {
            let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { &path };
            if SYSTEM.contains(&trimmed) {
                found.add(&project.path, line, service.block, format!("service `{}` mounts `{path}`", service.name));
            }
        }
    }
}
