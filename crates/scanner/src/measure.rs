//! Single ecosystems for the benches, which see only what is public.

use std::io::Read;

use crate::ecosystem::Ecosystem;
use crate::ecosystems;
use crate::found::Found;
use crate::wanted_file::WantedFile;

/// Reads one Java archive as the index does, and returns how many packages and gaps come out.
pub fn read_java_archive(path: &str, size_bytes: u64, content: &mut dyn Read) -> (usize, usize) {
    let path = model::UntrustedPath::normalise(path);
    let mut file = WantedFile::new(&path, size_bytes, 0o644, content);
    let mut found = Found::default();
    match ecosystems::java::Java.read(&mut file, &mut found) {
        Ok(()) => (found.packages.len(), found.gaps.len()),
        Err(_) => (found.packages.len(), found.gaps.len() + 1),
    }
}
