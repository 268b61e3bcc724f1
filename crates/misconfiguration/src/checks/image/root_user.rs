//! Image runs as the superuser.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0001",
    aliases: ["CIS-DI-0001"],
    severity: High,
    title: "Image runs as the superuser",
    remedy: "Build it with `USER name`.",
    rule: Image(find),
    bad: [
        "USER 0:0",
        "ENV A=b",
    ],
    good: [
        "USER 1000",
        "USER app:app",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    // Without a configuration, as in the archive of a root file system, nobody says as whom its programs run.
    let Some(user) = &image.facts.user else { return };
    let user = user.split(':').next().unwrap_or_default();
    if matches!(user, "" | "root" | "0") {
        let said = if user.is_empty() { "no user is set".to_owned() } else { format!("the user is `{user}`") };
        found.add(&ImageConfiguration::path(), 0, (0, 0), said);
    }
}
