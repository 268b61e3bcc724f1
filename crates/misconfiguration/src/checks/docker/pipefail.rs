//! The status of a pipe's first commands is lost.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Instruction, Keyword};

check! {
    id: "BHD-DOCKER-0032",
    aliases: ["DS-0032", "docker-pipefail"],
    severity: Low,
    title: "The status of a pipe's first commands is lost",
    remedy: "Begin the RUN with `set -o pipefail`, or use `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN curl -sSf https://x.example | tar xz"#,
        r#"FROM debian:12
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN a | b
SHELL ["/bin/sh", "-c"]
RUN a | b"#,
    ],
    good: [
        r#"FROM debian:12
RUN set -eo pipefail; a | b"#,
        r#"FROM debian:12
SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]
RUN a | b
RUN a || b && echo "x | y""#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        let mut is_set = false;
        for instruction in &stage.instructions {
            match instruction.keyword {
                Keyword::Shell => is_set = shell_keeps_status(instruction),
                Keyword::Run if !is_set => {
                    let commands = instruction.commands();
                    let sets = |words: &[String]| words.first().is_some_and(|word| word == "set") && words.iter().any(|word| word == "pipefail");
                    if commands.iter().any(|command| sets(&command.words)) {
                        continue;
                    }
                    if let Some(pipe) = commands.iter().find(|command| command.pipes_on) {
                        let message = format!("a failure of `{}` goes unnoticed", pipe.program());
                        found.add(&file.path, pipe.line, stage.block(), message);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Shells with the option, and those that have no such pipes (PowerShell, cmd).
fn shell_keeps_status(instruction: &Instruction) -> bool {
    let words = instruction.words();
    let name = words.first().map_or("", |word| word.rsplit(['/', '\\']).next().unwrap_or(word)).to_ascii_lowercase();
    ["pwsh", "powershell", "cmd"].iter().any(|other| name.starts_with(other)) || words.iter().any(|word| word == "pipefail")
}
