//! A door for fuzz targets, for the replay of their corpora and for benches, which all stand outside of the crate.
//!
//! It is no interface of the scanner: nothing else may use it, and it changes without notice.

mod archives;
mod families;
mod layers;
mod owners;

use std::io::Read;

use model::{Purl, UntrustedPath};

use crate::ecosystem::Ecosystem;
use crate::ecosystems::{self, ECOSYSTEMS};
use crate::found::Found;
use crate::purls::purl_of;
use crate::wanted_file::WantedFile;
use families::FAMILIES;

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.target).chain([LAYERS, NESTED_ARCHIVES, OWNERS, RPM_HEADER])
}

const LAYERS: &str = "layers";
const NESTED_ARCHIVES: &str = "nested_archives";
const OWNERS: &str = "owners";
const RPM_HEADER: &str = "rpm_header";

/// Does with the bytes what the target of this name is there to try. For the files of an ecosystem the first byte
/// chooses the path, and the others are the file.
///
/// # Panics
/// When there is no such target, and when a reader has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    if let Some(family) = FAMILIES.iter().find(|family| family.target == target) {
        let Some((choice, content)) = bytes.split_first() else { return };
        let path = family.paths[usize::from(*choice) % family.paths.len()];
        let found = read(ecosystem(family.ecosystem), path, content.len() as u64, &mut { content });
        if family.is_streamed {
            let dripped = read(ecosystem(family.ecosystem), path, content.len() as u64, &mut Drip(content));
            assert!(found == dripped, "what is found depends on how the bytes arrive");
        }
        check_found(&found);
        return;
    }
    match target {
        LAYERS => layers::run(bytes),
        NESTED_ARCHIVES => archives::run(bytes),
        OWNERS => owners::run(bytes),
        RPM_HEADER => check_found(&ecosystems::read_rpm_header(bytes)),
        _ => panic!("there is no target {target}"),
    }
}

/// Reads a file as the ecosystem of this name does, and lists what is found: packages as `ecosystem name version`, gaps
/// as `gap: reason`.
///
/// # Panics
/// When there is no ecosystem of this name, and when the ecosystem has a mistake.
pub fn read_file(name: &str, path: &str, size_bytes: u64, content: &mut dyn Read) -> Vec<String> {
    let found = read(ecosystem(name), path, size_bytes, content);
    let packages = found.packages.iter();
    let listed = packages.map(|package| format!("{} {} {}", package.ecosystem, package.name, package.version));
    listed.chain(found.gaps.iter().map(|gap| format!("gap: {}", gap.reason))).collect()
}

fn ecosystem(name: &str) -> &'static dyn Ecosystem {
    let known = ECOSYSTEMS.iter().find(|known| known.name() == name);
    *known.expect("the caller names an ecosystem of the list")
}

/// Reads a file; what makes it unreadable becomes a gap, as in a scan.
pub(crate) fn read(ecosystem: &dyn Ecosystem, path: &str, size_bytes: u64, content: &mut dyn Read) -> Found {
    let path = UntrustedPath::normalise(path);
    let mut found = Found::default();
    let mut file = WantedFile::new(&path, size_bytes, content);
    let read = ecosystem.read(&mut file, &mut found);
    match (read, file.damage()) {
        (_, Some(damage)) => found.gap(path.as_str(), damage),
        (Err(error), None) => found.gap(path.as_str(), error.to_string()),
        (Ok(()), None) => {}
    }
    found.drop_nameless(path.as_str());
    found
}

/// What holds of the facts of any file, whatever its bytes are.
fn check_found(found: &Found) {
    assert!(found.packages.len() <= Found::LARGEST_PACKAGE_COUNT, "a file names more packages than one may");
    for package in &found.packages {
        assert!(!package.name.is_empty() && !package.version.is_empty(), "{package:?} lacks a name or a version");
        let places = package.dependencies.iter();
        assert!(places.copied().all(|place| (place as usize) < found.packages.len()), "{package:?} needs nobody");
        let purl = purl_of(package, None);
        assert_eq!(purl.to_string().parse::<Purl>().as_ref(), Ok(&purl), "the purl of {package:?}");
    }
    let kept = postcard::to_stdvec(found).expect("facts are plain data");
    assert!(postcard::from_bytes::<Found>(&kept).as_ref() == Ok(found), "the cache changes the facts");
}

/// Gives bytes in pieces of changing, odd lengths.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let piece = (self.0.len() % 7 * 61 + 1).min(buffer.len());
        self.0.read(&mut buffer[..piece])
    }
}
