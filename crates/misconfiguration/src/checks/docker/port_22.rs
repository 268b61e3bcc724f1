//! Port 22 is exposed.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0004",
    aliases: ["DS-0004", "docker-no-ssh-port", "CKV_DOCKER_1"],
    severity: Medium,
    title: "Port 22 is exposed",
    remedy: "Remove port 22; containers are entered through the engine, not through SSH.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
EXPOSE 80 22/tcp"#,
        r#"FROM debian:12
EXPOSE 20-25"#,
    ],
    good: [
        r#"FROM debian:12
EXPOSE 80 2222/tcp"#,
        r#"FROM debian:12
ARG PORT
EXPOSE ${PORT}"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Expose) {
        for word in instruction.words() {
            let ports = word.split('/').next().unwrap_or_default();
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let is_within = |first: u32, last: u32| first <= 22 && 22 <= last;
            if first.parse().ok().zip(last.parse().ok()).is_some_and(|(first, last)| is_within(first, last)) {
                found.add(&file.path, instruction.line, stage.block(), format!("EXPOSE opens port 22 (`{word}`)"));
            }
        }
    }
}
