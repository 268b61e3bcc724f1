//! The last stage, or one that it builds on, says a user that is not the superuser.

use model::ImageFacts;

use crate::check::{Found, check};
use crate::dockerfile::{Base, Dockerfile, Instruction, Keyword};
use crate::node::PLACEHOLDER;

check! {
    id: "BHD-DOCKER-0002",
    aliases: ["DS-0002", "docker-least-privilege-user", "CKV_DOCKER_3", "CKV_DOCKER_8"],
    severity: High,
    title: "Container runs as the superuser",
    remedy: "Add `USER name` with a user that is not root to the last stage.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM alpine:3.20
USER app
USER 0:0"#,
        r#"FROM golang:1.22 AS build
USER app
FROM debian:12
COPY --from=build /app /app"#,
        r#"FROM debian:12
ONBUILD USER app"#,
        r#"FROM debian:12
USER 00"#,
        r#"FROM debian:12
USER root:app"#,
        r#"FROM debian:12
USER app
ONBUILD USER root"#,
    ],
    good: [
        r#"FROM debian:12 AS base
USER 1000:1000
FROM base
CMD ["/app"]"#,
        r#"FROM gcr.io/distroless/static:nonroot
COPY app /"#,
        r#"FROM debian:12
ARG UID
USER ${UID}"#,
        r#"FROM debian:12
USER app
ONBUILD USER root
ONBUILD RUN apk upgrade
ONBUILD USER app"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    let Some(last) = file.last_stage() else { return };
    // Whoever builds on the image is left with the last of those that wait for it.
    let waiting = last.all(Keyword::User).filter(|instruction| instruction.is_onbuild).last();
    if let Some((user, name)) = waiting.and_then(|user| Some((user, superuser(user)?))) {
        found.add(&file.path, user.line, last.block(), format!("builds on the image go on as `{name}`"));
    }
    for stage in file.lineage() {
        let user = stage.all(Keyword::User).filter(|instruction| !instruction.is_onbuild).last();
        if let Some(user) = user {
            if let Some(name) = superuser(user) {
                found.add(&file.path, user.line, stage.block(), format!("the last USER is `{name}`"));
            }
            return;
        }
        if let Base::Image(image) = &stage.base
            && image.contains("nonroot")
        {
            return;
        }
    }
    found.add(&file.path, last.from.line, last.block(), "no USER is set");
}

/// The superuser that an instruction names.
fn superuser(user: &Instruction) -> Option<String> {
    let text = user.text();
    let name = ImageFacts::user_without_group(text.trim().trim_matches(['"', '\'']));
    let is_superuser = !name.is_empty() && !name.contains(PLACEHOLDER) && ImageFacts::names_superuser(name);
    is_superuser.then(|| name.to_owned())
}
