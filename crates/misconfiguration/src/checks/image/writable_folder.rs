//! Everybody may replace files in a folder.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};

check! {
    id: "BHD-IMAGE-0010",
    aliases: [],
    severity: Medium,
    title: "Everybody may replace files in a folder",
    remedy: "Give the folder to the user who needs it, or set its sticky bit (`chmod 1777`).",
    rule: Image(find),
    bad: [
        "WRITABLE srv/data",
        "WRITABLE tmp",
    ],
    good: [
        "SETUID usr/bin/su",
        "LEFT var/cache/apk/a",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::WritableFolder => Some("everybody may write to it, and it has no sticky bit".to_owned()),
        FileFact::SetId { .. } | FileFact::Capabilities(_) | FileFact::LeftOver(_) => None,
    });
}
