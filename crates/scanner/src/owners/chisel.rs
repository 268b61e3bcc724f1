//! Files of chiselled Ubuntu images (Chisel reference, Manifest): JSON objects, one a line, compressed with zstd. One of
//! kind `path` has the slices that brought the file, `PACKAGE_SLICE`, and its digest.

use std::borrow::Cow;
use std::io::Read;

use model::Ecosystem;
use serde::Deserialize;

use super::dpkg::for_each_line;
use super::{DigestHead, OwnerName, Owners};

/// The largest window of a decompressor, as a power of two: 8 MiB.
const LARGEST_WINDOW: u32 = 23;

/// One line, as far as it matters.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    slices: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    sha256: Option<Cow<'a, str>>,
    /// Of a file that a script changed after it was cut out.
    #[serde(borrow)]
    final_sha256: Option<Cow<'a, str>>,
}

/// Whether the file is such a manifest.
pub(super) fn lists_files(path: &str) -> bool {
    path == "var/lib/chisel/manifest.wall"
}

/// Reads the manifest.
pub(super) fn read(content: impl Read, owners: &mut Owners) -> std::io::Result<()> {
    let mut decoder = zstd::stream::read::Decoder::new(content)?;
    decoder.window_log_max(LARGEST_WINDOW)?;
    let mut known: Option<(String, u32)> = None;
    for_each_line(decoder, |text| {
        // What is no line of a manifest is told by whoever reads packages from it.
        let Ok(line) = serde_json::from_str::<Line<'_>>(text) else { return };
        let Some((name, _)) = line.slices.first().and_then(|slice| slice.split_once('_')) else { return };
        if line.kind != "path" {
            return;
        }
        let place = match &known {
            Some((last, place)) if last == name => *place,
            _ => {
                let owner = OwnerName::Named {
                    ecosystem: Ecosystem::Deb,
                    name: name.to_owned(),
                    version: None,
                    architecture: None,
                };
                let place = owners.package(owner);
                known = Some((name.to_owned(), place));
                place
            }
        };
        let digest = line.final_sha256.or(line.sha256);
        owners.file(place, &line.path, digest.and_then(|digest| DigestHead::of_hex(&digest)));
    })
}
