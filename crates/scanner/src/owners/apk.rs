//! Files of Alpine packages (apk-installed(5)): `F:` begins a folder, `R:` a file in it, and `Z:` is that file's checksum,
//! `Q1` with SHA-1 or `Q2` with SHA-256 in base64. A link's checksum is that of its target's name, and links are not asked
//! about.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Ecosystem;

use super::dpkg::for_each_line;
use super::{DigestHead, OwnerName, Owners};

/// Whether the file is such a database.
pub(super) fn lists_files(path: &str) -> bool {
    matches!(path, "lib/apk/db/installed" | "usr/lib/apk/db/installed")
}

/// Reads the database.
pub(super) fn read(content: impl Read, owners: &mut Owners) -> std::io::Result<()> {
    let mut package = Paragraph::default();
    for_each_line(content, |line| {
        let Some((field, value)) = line.split_once(':') else {
            package.end(owners);
            return;
        };
        match field {
            "P" => value.clone_into(&mut package.name),
            "V" => value.clone_into(&mut package.version),
            "A" => package.architecture = Some(value.to_owned()),
            "F" => {
                package.end_file(owners);
                value.clone_into(&mut package.folder);
            }
            "R" => {
                package.end_file(owners);
                package.file = Some((value.to_owned(), None));
            }
            "Z" => {
                if let Some((_, digest)) = &mut package.file {
                    *digest = checksum(value);
                }
            }
            _ => {}
        }
    })?;
    package.end(owners);
    Ok(())
}

/// The package that is being read.
#[derive(Default)]
struct Paragraph {
    name: String,
    version: String,
    architecture: Option<String>,
    folder: String,
    file: Option<(String, Option<DigestHead>)>,
    place: Option<u32>,
}

impl Paragraph {
    fn end_file(&mut self, owners: &mut Owners) {
        let Some((name, digest)) = self.file.take() else { return };
        if self.name.is_empty() {
            return;
        }
        let place = *self.place.get_or_insert_with(|| {
            owners.package(OwnerName::Named {
                ecosystem: Ecosystem::Apk,
                name: self.name.clone(),
                version: Some(self.version.clone()).filter(|version| !version.is_empty()),
                architecture: self.architecture.clone(),
            })
        });
        owners.file(place, &format!("{}/{name}", self.folder), digest);
    }

    fn end(&mut self, owners: &mut Owners) {
        self.end_file(owners);
        *self = Paragraph::default();
    }
}

fn checksum(value: &str) -> Option<DigestHead> {
    let text = value.strip_prefix("Q1").or_else(|| value.strip_prefix("Q2"))?;
    DigestHead::of(&STANDARD.decode(text.get(..text.len().min(64))?).ok()?)
}
