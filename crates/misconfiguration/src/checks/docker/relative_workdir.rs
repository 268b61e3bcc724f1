//! WORKDIR is not absolute.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};
use crate::node::PLACEHOLDER;

check! {
    id: "BHD-DOCKER-0009",
    aliases: ["DS-0009", "docker-user-absolute-workdir", "CKV_DOCKER_10"],
    severity: High,
    title: "WORKDIR is not absolute",
    remedy: "Write the whole path, from `/`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
WORKDIR app"#,
        r#"FROM debian:12
ENV DIR=src
WORKDIR ${DIR}/app"#,
    ],
    good: [
        r#"FROM debian:12
WORKDIR "/srv/my app""#,
        r#"FROM mcr.microsoft.com/windows/servercore:ltsc2022
WORKDIR C:\app
WORKDIR $UNKNOWN/x"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Workdir) {
        let text = instruction.text();
        let path = text.trim().trim_matches(['"', '\'']);
        let is_windows = path.chars().nth(1) == Some(':');
        if !path.starts_with(['/', '\\', '%', PLACEHOLDER]) && !is_windows {
            found.add(&file.path, instruction.line, stage.block(), format!("`{path}` depends on the folder before it"));
        }
    }
}
