//! Pip or npm has left its cache in the image.

use crate::check::{Found, check};
use crate::image::{FileFact, ImageConfiguration};
use crate::left_over::LeftOver;

check! {
    id: "BHD-IMAGE-0014",
    aliases: [],
    severity: Low,
    title: "Pip or npm has left its cache in the image",
    remedy: "Install with `pip install --no-cache-dir`, and run `npm cache clean --force` in the RUN that installs, or mount the folder as a cache.",
    rule: Image(find),
    bad: [
        "LEFT root/.cache/pip/http-v2/a",
        "LEFT root/.npm/_cacache/content-v2/a",
    ],
    good: [
        "LEFT var/lib/apt/lists/deb_Packages.lz4",
        "WRITABLE tmp",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    image.add_files(found, |fact| match fact {
        FileFact::LeftOver(LeftOver::Pip | LeftOver::Npm) => Some("it is not empty".to_owned()),
        FileFact::LeftOver(_) | FileFact::SetId { .. } | FileFact::Capabilities(_) | FileFact::WritableFolder => None,
    });
}
