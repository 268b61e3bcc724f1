//! Single ecosystems for the benches and the fuzz targets, which see only what is public.

use std::io::Read;

use crate::ecosystems::ECOSYSTEMS;
use crate::found::Found;
use crate::wanted_file::WantedFile;

/// Offers a file to the ecosystem of this name as the index does, and returns how many packages and gaps come out;
/// nothing where there is no such ecosystem.
pub fn read_file(ecosystem: &str, path: &str, size_bytes: u64, content: &mut dyn Read) -> Option<(usize, usize)> {
    let ecosystem = ECOSYSTEMS.iter().find(|listed| listed.name() == ecosystem)?;
    let path = model::UntrustedPath::normalise(path);
    let mut file = WantedFile::new(&path, size_bytes, content);
    let mut found = Found::default();
    let unreadable = usize::from(ecosystem.read(&mut file, &mut found).is_err());
    Some((found.packages.len(), found.gaps.len() + unreadable))
}
