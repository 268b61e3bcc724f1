//! Image was asked for without its digest.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0007",
    aliases: [],
    severity: Low,
    title: "Image was asked for without its digest",
    remedy: "Name the image with its digest where it is deployed.",
    rule: Image(find),
    bad: [
        "NAME alpine",
        "NAME registry.example/shop:1.2",
    ],
    good: [
        "NAME alpine@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "USER app",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    if let Some(name) = image.name.as_ref().filter(|name| !name.contains("@sha256:") && !name.contains("@sha512:")) {
        found.add(&ImageConfiguration::path(), 0, (0, 0), format!("`{name}` can be another image tomorrow"));
    }
}
