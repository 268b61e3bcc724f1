//! A door for fuzz targets and benches, which stand outside of the crate: one file read by one ecosystem.
//!
//! It is no interface of the scanner; nothing else may use it.

use std::io::Read;

use model::UntrustedPath;

use crate::ecosystems::ECOSYSTEMS;
use crate::found::Found;
use crate::wanted_file::WantedFile;

/// Reads a file as the ecosystem of this name does, and lists what is found: packages as `ecosystem name version`, gaps
/// as `gap: reason`.
///
/// # Panics
/// When there is no ecosystem of this name, and when the ecosystem has a mistake.
pub fn read_file(ecosystem: &str, path: &str, size_bytes: u64, content: &mut dyn Read) -> Vec<String> {
    let ecosystem = ECOSYSTEMS.iter().find(|known| known.name() == ecosystem).expect("the caller names a known one");
    let path = UntrustedPath::normalise(path);
    let mut found = Found::default();
    let outcome = ecosystem.read(&mut WantedFile::new(&path, size_bytes, content), &mut found);
    let packages = found.packages.iter();
    let mut listing: Vec<String> =
        packages.map(|package| format!("{} {} {}", package.ecosystem, package.name, package.version)).collect();
    listing.extend(found.gaps.iter().map(|gap| format!("gap: {}", gap.reason)));
    listing.extend(outcome.err().map(|error| format!("gap: {error}")));
    listing
}
