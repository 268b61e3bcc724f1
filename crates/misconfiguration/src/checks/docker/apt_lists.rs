//! The package lists of apt stay in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::{is_install, mounts_or_removes};

check! {
    id: "BHD-DOCKER-0104",
    aliases: [],
    severity: Low,
    title: "The package lists of apt stay in the layer",
    remedy: "Remove them in the same RUN (`rm -rf /var/lib/apt/lists/*`), or mount the folder as a cache.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update && apt-get install -y curl"#,
        r#"FROM debian:12
RUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"#,
        r#"FROM debian:12
RUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, run, commands) in file.runs() {
        let Some(install) = commands.iter().position(|command| is_install(command, &["apt-get", "apt"])) else { continue };
        let cleans = |folder| mounts_or_removes(run, &commands[install..], folder);
        let clears_lists = commands[install..].iter().any(|command| {
            command.program() == "rm" && command.operands().any(|word| word.starts_with("/var/lib/apt"))
        });
        if !clears_lists && !cleans("/var/lib/apt") {
            let line = commands[install].line;
            found.add(&file.path, line, stage.block(), format!("`{}` leaves its lists", commands[install].words.join(" ")));
        }
    }
}
