//! RUN changes the folder with cd.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0013",
    aliases: ["DS-0013", "docker-use-workdir-over-cd"],
    severity: Medium,
    title: "RUN changes the folder with cd",
    remedy: "Use WORKDIR; what `cd` changes ends with the RUN.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN make && cd /srv/app && make install"#,
        r#"FROM debian:12
RUN set -e; \
    cd src; \
    make"#,
    ],
    good: [
        r#"FROM debian:12
WORKDIR /srv
RUN make -C app && (cd /tmp && ls)"#,
        r#"FROM debian:12
RUN abcd /x && echo cd /y"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for command in commands {
            if command.words[0] == "cd" && command.words.len() > 1 && !command.is_nested {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
