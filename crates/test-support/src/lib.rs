#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod broken;
mod corpus;
mod http_mock;
mod image;
mod layer_with_contents;
mod postgres;
mod real_registry;
mod tar_writer;

use std::io::Read;
use std::path::PathBuf;

pub use broken::{broken, english_left};
pub use corpus::replay_corpora;
pub use http_mock::{HttpAnswer, HttpMock, HttpRequest};
pub use image::{Blob, Storage, TestImage, TestImages};
pub use layer_with_contents::{LayerEntry, LayerWithContents, estargz_footer};
pub use postgres::{OwnPostgres, can_mount, postgres_database};
pub use real_registry::{RealRegistry, free_port, is_installed};
pub use tar_writer::{TarWriter, pax_record};

/// The folder of the checkout whose tests run. Cargo says so when it starts them; what it said when they were compiled may be
/// another checkout's that uses the same target folder.
#[expect(clippy::disallowed_methods, reason = "tests find their checkout by the environment")]
pub fn checkout() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).unwrap_or(&package).to_owned()
}

/// The file or folder `path` of the full test data (`BULKHEAD_TEST_DATA`, else `../shared/data` beside the checkout).
///
/// Says SKIPPED on standard error and returns nothing when the data are not here; the caller then returns.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests find their data by the environment and say what they skip"
)]
pub fn test_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BULKHEAD_TEST_DATA").map_or_else(|| checkout().join("../shared/data"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED: {} is not here; set BULKHEAD_TEST_DATA to the folder of the full test data", found.display());
    None
}

/// The regular files of an archive of the full test data (tar, plain or compressed with gzip or zstd), each with its path
/// without leading `./`. Says SKIPPED and returns nothing as [`test_data`] does.
///
/// # Panics
/// When the archive cannot be read: test data are as they should be, or absent.
pub fn test_files(path: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let bytes = std::fs::read(test_data(path)?).expect("test data can be read");
    let mut tar = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_end(&mut tar).expect("test data are whole");
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::stream::read::Decoder::new(&*bytes)
            .and_then(|mut decoder| decoder.read_to_end(&mut tar))
            .expect("test data are whole");
    } else {
        tar = bytes;
    }
    Some(regular_files(&tar))
}

/// Reads just enough of the tar format (POSIX ustar) for archives that are known to be good.
fn regular_files(mut tar: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
    };
    let mut files = Vec::new();
    let mut long_name = None;
    while tar.len() >= 512 && tar[0] != 0 {
        let (head, rest) = tar.split_at(512);
        let size = usize::from_str_radix(&text(&head[124..136]), 8).expect("sizes are octal");
        let content = &rest[..size];
        let prefix = if &head[257..263] == b"ustar\0" { text(&head[345..500]) } else { String::new() };
        let name = long_name.take().unwrap_or_else(|| match prefix.as_str() {
            "" => text(&head[..100]),
            prefix => format!("{prefix}/{}", text(&head[..100])),
        });
        match head[156] {
            b'L' => long_name = Some(text(content)),
            b'0' | 0 => files.push((name.trim_start_matches("./").to_owned(), content.to_vec())),
            _ => {}
        }
        tar = &rest[size.div_ceil(512) * 512..];
    }
    files
}
