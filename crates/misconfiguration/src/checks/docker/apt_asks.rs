//! apt-get install waits for an answer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::is_install;

check! {
    id: "BHD-DOCKER-0021",
    aliases: ["DS-0021", "docker-use-apt-auto-confirm"],
    severity: High,
    title: "apt-get install waits for an answer",
    remedy: "Add `-y` (or `--yes`).",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends curl"#,
        r#"FROM debian:12
RUN apt-get update; \
    apt install curl"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get -qqy install a && apt-get install --assume-yes b && apt-get install -qq c"#,
        r#"FROM debian:12
RUN apt-get -o Dpkg::Use-Pty=0 update"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        let is_configured = commands.iter().any(|command| command.words.iter().any(|word| word.contains("APT::Get::Assume-Yes")));
        for command in commands.iter().filter(|command| is_install(command, &["apt-get", "apt"])) {
            let says_yes = command.has_option(&["yes", "assume-yes", "quiet=2"], &['y'])
                || command.arguments().iter().any(|word| word == "-qq" || word == "-q=2" || word == "--force-yes");
            let operands = command.operands().count();
            if !says_yes && !is_configured && operands > 1 && command.operands().any(|word| word == "install") {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
