//! Apk has left its index or archives in the image.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};
use crate::left_over::LeftOver;

check! {
    id: "BHD-IMAGE-0012",
    aliases: ["DKL-DI-0004"],
    severity: Low,
    title: "Apk has left its index or archives in the image",
    remedy: "Install with `apk add --no-cache`.",
    rule: Image(find),
    bad: [
        "LEFT var/cache/apk/APKINDEX.tar.gz",
        "LEFT etc/apk/cache/curl.apk",
    ],
    good: [
        "LEFT var/lib/apt/lists/deb_Packages.lz4",
        "WRITABLE tmp",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::LeftOver(LeftOver::Apk) => Some("it is not empty".to_owned()),
        FileFact::LeftOver(_) | FileFact::SetId { .. } | FileFact::Capabilities(_) | FileFact::WritableFolder => None,
    });
}
