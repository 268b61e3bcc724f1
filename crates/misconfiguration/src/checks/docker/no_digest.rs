//! Base image is not pinned by its digest.

use crate::check::{Found, check};
use crate::dockerfile::{Base, Dockerfile};

check! {
    id: "BHD-DOCKER-0102",
    aliases: [],
    severity: Low,
    title: "Base image is not pinned by its digest",
    remedy: "Name the base image with its digest (`image:1.2.3@sha256:…`).",
    rule: Dockerfile(find),
    bad: [
        "FROM debian:12",
        r#"ARG V=12
FROM debian:${V} AS a
FROM a"#,
    ],
    good: [
        "FROM debian@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "FROM scratch",
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        if let Base::Image(image) = &stage.base
            && !image.contains('@')
        {
            found.add(&file.path, stage.from.line, stage.block(), format!("`{image}` has no digest"));
        }
    }
}
