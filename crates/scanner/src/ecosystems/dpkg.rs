//! Debian packages: dpkg's status file (dpkg(1), deb822(5)), the `status.d` folder of distroless images, the lists of
//! files that packages brought, the licenses in `usr/share/doc/PACKAGE/copyright`, and the manifest of chiselled Ubuntu
//! images.
//!
//! A package counts when any of its files are on the disk: every state but `not-installed` and `config-files`. A
//! paragraph in `status.d` names no state and counts; in the status file one without a state is a gap.

mod chisel;
mod copyright;
mod paragraphs;
mod stanzas;

use std::io::{BufRead, BufReader, Read};

use model::{Ecosystem as PackageEcosystem, counted};

use self::paragraphs::Paragraphs;
use self::stanzas::{Damage, Stanzas};
use crate::capabilities::Capabilities;
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Found, FoundPackage, Mark};
use crate::owned_files::OwnedFiles;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Debian packages.
pub(crate) struct Dpkg;

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_FOLDER: &str = "var/lib/dpkg/status.d";
const INFO_FOLDER: &str = "var/lib/dpkg/info";
const CHISEL_MANIFEST: &str = "var/lib/chisel/manifest.wall";

/// The longest database that is read; a desktop with everything has some 20 MB.
const LARGEST_STATUS_BYTES: u64 = 64 << 20;

/// Ends of names of what packages bring beside their description, which is none.
const OTHER_PARTS: &[&str] = &[
    ".conffiles",
    ".config",
    ".postinst",
    ".postrm",
    ".preinst",
    ".prerm",
    ".shlibs",
    ".symbols",
    ".templates",
    ".triggers",
];

/// What stands for the license of a package whose copyright file cannot be read, or has no license that can be made out.
const UNREADABLE: &str = "SEE LICENSE IN copyright";

impl Ecosystem for Dpkg {
    fn name(&self) -> &'static str {
        "dpkg"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Path(STATUS),
            Want::InFolder(STATUS_FOLDER, ""),
            Want::InFolder(INFO_FOLDER, ".list"),
            Want::Name("copyright"),
            Want::Path(CHISEL_MANIFEST),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let (folder, name) = (path.parent(), path.file_name());
        match (folder, name) {
            (_, "manifest.wall") => chisel::read(path.as_str(), file.stream(), found)?,
            (_, "copyright") => {
                let package = folder.strip_prefix("usr/share/doc/").filter(|package| !package.contains('/'));
                if let Some(package) = package {
                    let read = file.bytes().map(copyright::licenses_of_bytes);
                    // What declares a license and cannot be read is no package without one: its license is unknown.
                    let licenses = match &read {
                        Ok(Some(licenses)) if !licenses.is_empty() => licenses.clone(),
                        Ok(_) | Err(_) => vec![UNREADABLE.to_owned()],
                    };
                    found.licenses.push((PackageEcosystem::Deb, package.to_owned(), licenses));
                    match read {
                        Ok(Some(_)) => {}
                        Ok(None) => found.gap("", copyright::NO_TEXT.to_owned()),
                        Err(error) => return Err(error),
                    }
                }
            }
            (STATUS_FOLDER, name) if name.ends_with(".md5sums") => {
                read_lines(path.as_str(), file.stream(), found, |line, owned_files| {
                    if let Some((_sum, owned)) = line.split_once(char::is_whitespace) {
                        owned_files.add("", owned.trim().trim_start_matches("./"));
                    }
                })?;
            }
            (INFO_FOLDER, _) => read_lines(path.as_str(), file.stream(), found, |line, owned_files| {
                owned_files.add("", line);
            })?,
            (STATUS_FOLDER, name) if name.ends_with(".list") => {}
            (STATUS_FOLDER, _) => read_status(path.as_str(), file.stream(), State::Implied, found)?,
            _ => read_status(path.as_str(), file.stream(), State::Stated, found)?,
        }
        Ok(())
    }
}

/// The package that a list of files is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListedPackage<'a> {
    /// The one of this name.
    Named(&'a str),
    /// The one that the file at this path tells.
    At(&'a str),
}

/// The package whose files the list at a path has; nothing where it is no list of dpkg's.
pub(crate) fn listed_package(list: &str) -> Option<ListedPackage<'_>> {
    match list.rsplit_once('/')? {
        (INFO_FOLDER, name) => {
            let name = name.strip_suffix(".list")?;
            Some(ListedPackage::Named(name.split_once(':').map_or(name, |(name, _architecture)| name)))
        }
        (STATUS_FOLDER, _) => list.strip_suffix(".md5sums").map(ListedPackage::At),
        _ => None,
    }
}

/// Whether paragraphs say the state of their package.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Stated,
    Implied,
}

fn read_status(path: &str, stream: impl Read, state: State, found: &mut Found) -> Result<(), ReadFileError> {
    let mut packages = Vec::new();
    let mut without_version = (0, None);
    let mut damage = Damage::default();
    let mut is_blank = true;
    let mut capabilities = Capabilities::default();
    let mut stream = stream.take(LARGEST_STATUS_BYTES);
    let mut paragraphs = Paragraphs::new(&mut stream);
    'paragraphs: loop {
        let paragraph = match paragraphs.next() {
            Ok(Some(paragraph)) => paragraph,
            Ok(None) => break,
            Err(error) => match packages.last() {
                Some(FoundPackage { name, .. }) => {
                    found.gap(path, format!("packages after {name} are unknown: {error}"));
                    break;
                }
                None => return Err(error),
            },
        };
        is_blank = false;
        for fields in Stanzas::of(&paragraph, state, &mut damage) {
            if packages.len() >= Found::LARGEST_PACKAGE_COUNT {
                found.gap(path, format!("it lists more than {} packages; the rest is unknown", packages.len()));
                break 'paragraphs;
            }
            if fields.version.is_empty() {
                without_version.0 += 1;
                without_version.1.get_or_insert_with(|| fields.name.to_owned());
                continue;
            }
            let place = packages.len() as u32;
            capabilities.provide(place, fields.name);
            fields.provides.split(',').filter_map(relation_name).for_each(|name| capabilities.provide(place, name));
            for relations in [fields.depends, fields.pre_depends] {
                let names = relations.split([',', '|']).filter_map(relation_name);
                names.for_each(|name| capabilities.require(place, name));
            }
            let mut package = fields.package();
            if state == State::Implied {
                // Each package has a file of its own there.
                let relations = [fields.depends, fields.pre_depends].into_iter();
                let alternatives = relations.flat_map(|list| list.split([',', '|']));
                package.needs = alternatives.filter_map(relation_name).collect();
            }
            packages.push(package);
        }
    }
    if let (count, Some(name)) = without_version {
        let count = counted(count, "of its packages has no version", "of its packages have no version");
        found.gap(path, format!("{count}, the first is {name}"));
    }
    if is_blank && state == State::Implied && !path.contains("/.") {
        damage.note_empty();
    }
    let is_other_part = state == State::Implied && OTHER_PARTS.iter().any(|end| path.ends_with(end));
    if !is_other_part || !packages.is_empty() {
        damage.hand_over(path, found);
    }
    // A system without any package is one whose database was emptied to save room.
    if packages.is_empty() && without_version.0 == 0 && state == State::Stated {
        found.mark = Some(Mark::NoPackages("it lists no package that is installed".to_owned()));
    }
    if stream.limit() == 0 {
        found.gap(path, format!("it is longer than {} MiB; the rest is unknown", LARGEST_STATUS_BYTES >> 20));
    }
    if !capabilities.resolve(&mut packages) {
        found.gap(path, "its packages have too many relations; some dependencies are unknown");
    }
    found.append(packages);
    Ok(())
}

/// The package's name in one relation: `libc6` of `libc6:any (>= 2.36) [amd64] <!nocheck>`.
fn relation_name(relation: &str) -> Option<&str> {
    let name = relation.trim_start().split([' ', '\t', '\n', '(', ':', '[', '<']).next()?;
    (!name.is_empty()).then_some(name)
}

/// Reads a list of files, one a line.
fn read_lines(
    path: &str,
    stream: impl Read,
    found: &mut Found,
    mut each: impl FnMut(&str, &mut OwnedFiles),
) -> Result<(), ReadFileError> {
    const LONGEST_LINE: u64 = 16 << 10;
    let mut lines = BufReader::new(stream);
    let mut owned_files = OwnedFiles::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']), &mut owned_files);
        if owned_files.is_full() {
            break;
        }
    }
    owned_files.finish(path, found);
    Ok(())
}

#[cfg(test)]
mod tests;
