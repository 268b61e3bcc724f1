//! A package manager of rpm has left its cache in the image.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};
use crate::left_over::LeftOver;

check! {
    id: "BHD-IMAGE-0013",
    aliases: [],
    severity: Low,
    title: "A package manager of rpm has left its cache in the image",
    remedy: "Clean up in the RUN that installs (`dnf clean all`, `yum clean all`, `zypper clean --all`).",
    rule: Image(find),
    bad: [
        "LEFT var/cache/dnf/baseos.solv",
        "LEFT var/cache/zypp/raw/x.rpm",
    ],
    good: [
        "LEFT var/cache/apk/APKINDEX.tar.gz",
        "WRITABLE tmp",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::LeftOver(LeftOver::Rpm) => Some("it is not empty".to_owned()),
        FileFact::LeftOver(_) | FileFact::SetId { .. } | FileFact::Capabilities(_) | FileFact::WritableFolder => None,
    });
}
