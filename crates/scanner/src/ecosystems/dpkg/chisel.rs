//! The manifest of chiselled Ubuntu images (Chisel reference, Manifest): JSON objects, one a line, compressed with zstd.
//! It takes the place of dpkg's database and does not name source packages.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use model::{Ecosystem, Gap};
use serde::Deserialize;

use crate::found::{Evidence, Found, FoundPackage};
use crate::owned_files::OwnedFiles;
use crate::wanted_file::ReadFileError;

/// The longest manifest that is read, decompressed; real ones stay below a megabyte.
const LARGEST_BYTES: u64 = 64 << 20;

/// The longest line: an object has a few hundred bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// The largest window of a decompressor, as a power of two: 8 MiB.
const LARGEST_WINDOW: u32 = 23;

const FORMAT: &str = "manifest of a chiselled image";

/// One line, as far as it matters.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    arch: Option<Cow<'a, str>>,
    #[serde(borrow)]
    path: Option<Cow<'a, str>>,
    #[serde(borrow)]
    schema: Option<Cow<'a, str>>,
}

/// Reads the manifest at `path`.
pub(super) fn read(path: &str, stream: impl Read, found: &mut Found) -> Result<(), ReadFileError> {
    let mut decoder = zstd::stream::read::Decoder::new(stream)?;
    decoder.window_log_max(LARGEST_WINDOW)?;
    let mut lines = BufReader::new(decoder.take(LARGEST_BYTES));
    let mut line = Vec::new();
    let mut packages = Vec::new();
    let mut owned_files = OwnedFiles::default();
    let mut is_first = true;
    loop {
        line.clear();
        if (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let entry: Line<'_> = serde_json::from_slice(&line).map_err(|error| ReadFileError::malformed(FORMAT, error))?;
        if is_first && !entry.schema.as_deref().is_some_and(|schema| schema.starts_with("1.")) {
            return Err(ReadFileError::malformed(FORMAT, "its schema is not 1.x"));
        }
        is_first = false;
        match (&*entry.kind, entry.name, entry.version) {
            ("package", Some(name), Some(version)) if packages.len() < Found::LARGEST_PACKAGE_COUNT => {
                packages.push(FoundPackage {
                    architecture: entry.arch.map(Cow::into_owned),
                    ..FoundPackage::new(Ecosystem::Deb, Evidence::Installed, name, version)
                });
            }
            ("path", ..) => owned_files.add("", entry.path.as_deref().unwrap_or_default()),
            _ => {}
        }
    }
    if lines.get_ref().limit() == 0 {
        found.gap(path, format!("it is longer than {} MiB; the rest is unknown", LARGEST_BYTES >> 20));
    }
    if !packages.is_empty() {
        found.gap(path, Gap::NO_SOURCES);
    }
    owned_files.finish(path, found);
    found.append(packages);
    Ok(())
}
