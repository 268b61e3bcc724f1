//! Apt has left lists or archives in the image.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};
use crate::left_over::LeftOver;

check! {
    id: "BHD-IMAGE-0011",
    aliases: ["DKL-DI-0005"],
    severity: Low,
    title: "Apt has left lists or archives in the image",
    remedy: "Remove them in the RUN that installs (`rm -rf /var/lib/apt/lists/*`), or mount the folder as a cache.",
    rule: Image(find),
    bad: [
        "LEFT var/lib/apt/lists/deb_Packages.lz4",
        "LEFT var/cache/apt/archives/curl.deb",
    ],
    good: [
        "LEFT var/cache/apk/APKINDEX.tar.gz",
        "WRITABLE tmp",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::LeftOver(LeftOver::Apt) => Some("it is not empty".to_owned()),
        FileFact::LeftOver(_) | FileFact::SetId { .. } | FileFact::Capabilities(_) | FileFact::WritableFolder => None,
    });
}
