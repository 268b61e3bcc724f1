//! Package lists are updated without an installation after it.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::{MANAGERS, is_install, is_update};

check! {
    id: "BHD-DOCKER-0017",
    aliases: ["DS-0017", "docker-no-orphan-package-update", "CKV_DOCKER_5"],
    severity: High,
    title: "Package lists are updated without an installation after it",
    remedy: "Update and install in one RUN; a cached layer of the update alone installs old packages.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update
RUN apt-get install -y curl"#,
        r#"FROM alpine:3.20
RUN apk add --no-cache a && apk update"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get -q update && apt-get install -y curl"#,
        r#"FROM opensuse/leap:15.6
RUN zypper --non-interactive update && zypper in -y git && git submodule update"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for (names, _) in MANAGERS {
            let Some(update) = commands.iter().rposition(|command| is_update(command, names)) else { continue };
            if !commands[update..].iter().any(|command| is_install(command, names)) {
                let message = format!("`{}` is followed by no installation", commands[update].words.join(" "));
                found.add(&file.path, commands[update].line, stage.block(), message);
            }
        }
    }
}
