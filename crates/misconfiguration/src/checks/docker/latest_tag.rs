//! Builds that name no version are not the same tomorrow.

use crate::check::{Found, check};
use crate::dockerfile::{Base, Dockerfile};

check! {
    id: "BHD-DOCKER-0001",
    aliases: ["DS-0001", "docker-use-specific-tags", "CKV_DOCKER_7"],
    severity: Medium,
    title: "Base image has no tag of its own or the tag latest",
    remedy: "Name the version of the base image, best with its digest (`image:1.2.3@sha256:…`).",
    rule: Dockerfile(find),
    bad: [
        "FROM debian",
        r#"ARG TAG=latest
FROM registry:5000/team/app:${TAG}"#,
    ],
    good: [
        r#"FROM debian:12 AS build
FROM build
FROM scratch"#,
        r#"ARG TAG
FROM registry:5000/team/app:${TAG}
FROM x@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for stage in &file.stages {
        let Base::Image(image) = &stage.base else { continue };
        if image.contains('@') {
            continue;
        }
        let name = image.rsplit('/').next().unwrap_or(image);
        if matches!(name.split_once(':'), None | Some((_, "latest"))) {
            found.add(&file.path, stage.from.line, stage.block(), format!("`{image}` can be another image tomorrow"));
        }
    }
}
