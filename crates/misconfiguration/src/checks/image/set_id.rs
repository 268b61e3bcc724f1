//! Program runs with the rights of its owner or group.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};

check! {
    id: "BHD-IMAGE-0008",
    aliases: ["CIS-DI-0008", "CIS-DOCKER-4.8"],
    severity: Low,
    title: "Program runs with the rights of its owner or group",
    remedy: "Take the bit away (`chmod a-s`) where nobody needs the program, or build on an image without it.",
    rule: Image(find),
    bad: [
        "SETUID usr/bin/su",
        "SETGID usr/bin/wall",
    ],
    good: [
        "CAPABILITY usr/bin/ping",
        "WRITABLE srv/data",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::SetId { user: true, group: true } => Some("it is set-uid and set-gid".to_owned()),
        FileFact::SetId { user: true, group: false } => Some("it is set-uid".to_owned()),
        FileFact::SetId { user: false, group: _ } => Some("it is set-gid".to_owned()),
        FileFact::Capabilities(_) | FileFact::WritableFolder | FileFact::LeftOver(_) => None,
    });
}
