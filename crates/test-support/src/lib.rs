#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod image;
mod tar_writer;

use std::path::PathBuf;

pub use image::{Blob, Storage, TestImage, TestImages};
pub use tar_writer::{TarWriter, pax_record};

/// The file or folder `path` of the full test data (`BULKHEAD_TEST_DATA`, else `../shared/data` beside the checkout).
///
/// Says SKIPPED on standard error and returns nothing when the data are not here; the caller then returns.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests find their data by the environment and say what they skip"
)]
pub fn test_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BULKHEAD_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED: {} is not here; set BULKHEAD_TEST_DATA to the folder of the full test data", found.display());
    None
}
