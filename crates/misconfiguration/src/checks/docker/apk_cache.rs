//! The index of apk stays in the layer.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;
use super::packages::mounts_or_removes;

check! {
    id: "BHD-DOCKER-0025",
    aliases: ["DS-0025", "docker-use-apk-no-cache"],
    severity: High,
    title: "The index of apk stays in the layer",
    remedy: "Add `--no-cache` to `apk add`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM alpine:3.20
RUN apk add curl"#,
        r#"FROM alpine:3.20
RUN apk update && apk add --virtual .build gcc && make"#,
    ],
    good: [
        r#"FROM alpine:3.20
RUN apk --no-cache add curl && apk add --no-cache git"#,
        r#"FROM alpine:3.20
RUN --mount=type=cache,target=/var/cache/apk apk add curl
RUN apk add git && rm -rf /var/cache/apk/*"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, run, commands) in file.runs() {
        for (place, command) in commands.iter().enumerate() {
            let is_add = command.program() == "apk" && command.operands().next() == Some("add");
            if is_add && !command.has_option(&["no-cache"], &[]) && !mounts_or_removes(run, &commands[place..], "/var/cache/apk") {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}
