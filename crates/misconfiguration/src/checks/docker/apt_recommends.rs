//! apt-get installs recommended packages.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::is_install;

check! {
    id: "BHD-DOCKER-0029",
    aliases: ["DS-0029", "docker-use-apt-no-install-recommends"],
    severity: High,
    title: "apt-get installs recommended packages",
    remedy: "Add `--no-install-recommends`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update && apt-get install -y curl"#,
        r#"FROM debian:12
RUN ["apt-get", "install", "-y", "curl"]"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get install -y --no-install-recommends curl"#,
        r#"FROM debian:12
RUN apt-get -o APT::Install-Recommends=false install -y curl && apt-get update"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        let is_configured = commands.iter().any(|command| command.words.iter().any(|word| word.contains("Install-Recommends")));
        for command in commands.iter().filter(|command| is_install(command, &["apt-get"])) {
            let is_plain = command.operands().any(|word| word == "install") && command.operands().count() > 1;
            if is_plain && !is_configured && !command.has_option(&["no-install-recommends"], &[]) {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
