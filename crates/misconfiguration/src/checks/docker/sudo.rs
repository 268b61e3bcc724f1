//! RUN uses sudo.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0010",
    aliases: ["DS-0010", "docker-no-sudo-run", "CKV2_DOCKER_1"],
    severity: Critical,
    title: "RUN uses sudo",
    remedy: "Commands of a build run as the stage's USER: switch to root with USER and back again.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN apt-get update && sudo apt-get install -y curl"#,
        r#"FROM debian:12
RUN <<EOF
set -e
sudo -E make install
EOF"#,
    ],
    good: [
        r#"FROM debian:12
RUN apt-get update && apt-get install -y sudo && echo "a ALL=(ALL) ALL" > /etc/sudoers.d/a"#,
        r#"FROM debian:12
RUN echo "use sudo" && make sudo-check"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for command in commands {
            if command.is_run_through("sudo") {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
