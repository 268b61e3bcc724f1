//! Exposed port is out of range.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0008",
    aliases: ["DS-0008", "docker-port-out-of-range"],
    severity: Critical,
    title: "Exposed port is out of range",
    remedy: "Use a port from 0 to 65535.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
EXPOSE 65536"#,
        r#"FROM debian:12
EXPOSE 80 70000/udp"#,
    ],
    good: [
        r#"FROM debian:12
EXPOSE 65535/tcp 0"#,
        r#"FROM debian:12
EXPOSE 8000-8010"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Expose) {
        for word in instruction.words() {
            let ports = word.split('/').next().unwrap_or_default();
            if ports.split('-').any(|port| port.parse().is_ok_and(|port: u64| port > 65_535)) {
                found.add(&file.path, instruction.line, stage.block(), format!("there is no port `{ports}`"));
            }
        }
    }
}
