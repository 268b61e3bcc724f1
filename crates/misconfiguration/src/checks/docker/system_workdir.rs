//! WORKDIR is a folder of the system.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0030",
    aliases: ["DS-0030", "docker-avoid-sys-workdir-mounts"],
    severity: High,
    title: "WORKDIR is a folder of the system",
    remedy: "Use a folder of the application's own.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
WORKDIR /proc/self"#,
        r#"FROM debian:12
WORKDIR "/dev/shm""#,
    ],
    good: [
        r#"FROM debian:12
WORKDIR /srv/proc"#,
        r#"FROM debian:12
WORKDIR /develop"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Workdir) {
        let text = instruction.text();
        let path = text.trim().trim_matches(['"', '\'']);
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        if path.starts_with('/') && matches!(first, "proc" | "sys" | "boot" | "dev" | "initrd" | "lost+found") {
            found.add(&file.path, instruction.line, stage.block(), format!("`{path}` belongs to the system"));
        }
    }
}
