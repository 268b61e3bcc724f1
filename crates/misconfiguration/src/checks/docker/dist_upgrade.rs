//! apt-get dist-upgrade is used.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0024",
    aliases: ["DS-0024", "docker-no-dist-upgrade", "CKV_DOCKER_9"],
    severity: High,
    title: "apt-get dist-upgrade is used",
    remedy: "Take a base image of the wanted release.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update && apt-get -y dist-upgrade"#,
        r#"FROM debian:12
RUN apt full-upgrade -y"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get update && apt-get upgrade -y && apt-get install -y dist-upgrade-helper"#,
        r#"FROM debian:12
RUN echo apt-get dist-upgrade"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for command in commands {
            let is_apt = matches!(command.program(), "apt-get" | "apt" | "aptitude");
            if is_apt && matches!(command.operands().next(), Some("dist-upgrade" | "full-upgrade")) {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
