//! Image has no HEALTHCHECK.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0026",
    aliases: ["DS-0026", "docker-no-healthcheck", "CKV_DOCKER_2"],
    severity: Low,
    title: "Image has no HEALTHCHECK",
    remedy: "Add a HEALTHCHECK that asks the service for an answer, or `HEALTHCHECK NONE` where the orchestrator does it.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
CMD a"#,
        r#"FROM debian:12
HEALTHCHECK CMD a
FROM alpine:3.20"#,
    ],
    good: [
        r#"FROM debian:12 AS x
HEALTHCHECK CMD a
FROM x"#,
        r#"FROM debian:12
HEALTHCHECK NONE"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    let Some(last) = file.last_stage() else { return };
    if !file.lineage().iter().any(|stage| stage.all(Keyword::Healthcheck).any(|check| !check.is_onbuild)) {
        found.add(&file.path, last.from.line, last.block(), "no HEALTHCHECK is set");
    }
}
