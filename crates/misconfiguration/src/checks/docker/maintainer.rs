//! MAINTAINER is deprecated.

use crate::check::{Found, check};
use crate::dockerfile::{Dockerfile, Keyword};

check! {
    id: "BHD-DOCKER-0022",
    aliases: ["DS-0022", "docker-no-maintainer", "CKV_DOCKER_6"],
    severity: High,
    title: "MAINTAINER is deprecated",
    remedy: "Use `LABEL org.opencontainers.image.authors=\"…\"`.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
MAINTAINER a@b.example"#,
        r#"FROM debian:12 AS x
maintainer "Some One"
FROM x"#,
    ],
    good: [
        r#"FROM debian:12
LABEL maintainer="a@b.example""#,
        r#"FROM debian:12
LABEL org.opencontainers.image.authors="a@b.example""#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, instruction) in file.instructions().filter(|(_, instruction)| instruction.keyword == Keyword::Maintainer) {
        found.add(&file.path, instruction.line, stage.block(), "the image's author is a label");
    }
}
