//! Image has no health check.

use model::Healthcheck;

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0004",
    aliases: ["CIS-DI-0006"],
    severity: Low,
    title: "Image has no health check",
    remedy: "Build it with `HEALTHCHECK`, where the orchestrator does not ask itself.",
    rule: Image(find),
    bad: [
        "USER app",
        "ENV A=b",
    ],
    good: [
        "HEALTHCHECK yes",
        r#"USER app
HEALTHCHECK yes"#,
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    match image.facts.healthcheck {
        Healthcheck::Absent => found.add(&ImageConfiguration::path(), 0, (0, 0), "no health check is set"),
        Healthcheck::Unknown | Healthcheck::Set => {}
    }
}
