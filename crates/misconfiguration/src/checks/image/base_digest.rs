//! Base image is named without its digest.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0016",
    aliases: [],
    severity: Low,
    title: "Base image is named without its digest",
    remedy: "Pin the base (`FROM name@sha256:…`), and let the builder write `org.opencontainers.image.base.digest`.",
    rule: Image(find),
    bad: [
        "LABEL org.opencontainers.image.base.name=docker.io/library/debian:12",
        r#"LABEL org.opencontainers.image.base.name=alpine
USER app"#,
    ],
    good: [
        r#"LABEL org.opencontainers.image.base.name=alpine:3.20
LABEL org.opencontainers.image.base.digest=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"#,
        "LABEL org.opencontainers.image.base.name=alpine@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "USER app",
    ],
}

/// OCI image-spec, annotations.md.
const NAME: &str = "org.opencontainers.image.base.name";
const DIGEST: &str = "org.opencontainers.image.base.digest";

fn find(image: &ImageConfiguration, found: &mut Found) {
    let says = |key| image.facts.annotations.get(key).or_else(|| image.facts.labels.get(key)).filter(|text| !text.is_empty());
    if let Some(name) = says(NAME).filter(|name| !name.contains('@'))
        && says(DIGEST).is_none()
    {
        let name: String = name.chars().take(200).collect();
        found.add(&ImageConfiguration::path(), 0, (0, 0), format!("the base is `{name}`, which can be another image tomorrow"));
    }
}
