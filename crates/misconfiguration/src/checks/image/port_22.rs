//! Image exposes port 22.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0005",
    aliases: [],
    severity: Medium,
    title: "Image exposes port 22",
    remedy: "Remove port 22; containers are entered through the engine, not through SSH.",
    rule: Image(find),
    bad: [
        "EXPOSE 22/tcp",
        r#"EXPOSE 80/tcp
EXPOSE 22"#,
    ],
    good: [
        "EXPOSE 2222/tcp",
        "USER app",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    if image.facts.exposed_ports.iter().any(|port| matches!(port.split('/').next(), Some("22"))) {
        found.add(&ImageConfiguration::path(), 0, (0, 0), "port 22 is exposed");
    }
}
