//! Program is given capabilities by its file.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};

check! {
    id: "BHD-IMAGE-0009",
    aliases: [],
    severity: Low,
    title: "Program is given capabilities by its file",
    remedy: "Take them away (`setcap -r`) where the program does not need them, and give the container those that it does.",
    rule: Image(find),
    bad: [
        "CAPABILITY usr/bin/ping",
        "CAPABILITY app/server",
    ],
    good: [
        "SETUID usr/bin/su",
        "USER app",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::Capabilities(names) => Some(format!("it is given {}", names.join(", "))),
        FileFact::SetId { .. } | FileFact::WritableFolder | FileFact::LeftOver(_) => None,
    });
}
