//! The files that a package's header lists, with their digests (RPM V4 Package Format, File Information).

use super::header::{Header, Tag};
use crate::found::FoundPackage;
use crate::owners::{DigestHead, OwnerName, Owners};

/// A file that the package claims but does not bring.
pub(super) const GHOST: u32 = 1 << 6;

/// The most folders of one package.
pub(super) const MOST_FOLDERS: usize = 1 << 18;

/// The longest path that Linux opens.
pub(super) const LONGEST_PATH: usize = 4096;

/// Notes the files of a package. Digests of algorithms other than MD5, SHA-1 and SHA-256 are as good as none.
pub(super) fn note_owners(header: &Header<'_>, package: FoundPackage, owners: &mut Owners) {
    let place = owners.package(OwnerName::Named {
        ecosystem: package.ecosystem,
        name: package.name,
        version: Some(package.version),
        architecture: package.architecture,
    });
    let folders: Vec<_> = header.texts(Tag::DirNames).take(MOST_FOLDERS).collect();
    let flags = header.numbers(Tag::FileFlags).chain(std::iter::repeat(0));
    // Of the length of a digest there is only one algorithm that rpm uses, so that FILEDIGESTALGO need not be asked.
    let digests = header.texts(Tag::FileDigests).map(Some).chain(std::iter::repeat(None));
    let files = header.texts(Tag::BaseNames).zip(header.numbers(Tag::DirIndexes)).zip(flags).zip(digests);
    for (((name, folder), flags), digest) in files {
        let Some(folder) = folders.get(folder as usize) else { continue };
        if flags & GHOST == 0 && folder.len() + name.len() <= LONGEST_PATH {
            owners.file(place, &format!("{folder}{name}"), digest.and_then(|digest| DigestHead::of_hex(&digest)));
        }
    }
}
