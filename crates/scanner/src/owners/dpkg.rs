//! Files of Debian packages: dpkg's lists (`info/NAME.list`, `info/NAME.md5sums`), those of distroless images
//! (`status.d/NAME.md5sums`), and diversions (dpkg-divert(1)).
//!
//! The sums leave configuration files out, and the lists have no sums: both are read.

use std::io::{BufRead, BufReader, Read};

use model::Ecosystem;

use super::{DigestHead, Diversion, LARGEST_LIST_BYTES, LONGEST_LINE, OwnerName, Owners};
use crate::owned_files::owned_name;
use crate::path_set::path_hash;

const FOLDER: &str = "var/lib/dpkg/";
const DIVERSIONS: &str = "var/lib/dpkg/diversions";

/// The most diversions; a system has some tens.
const MOST_DIVERSIONS: usize = 10_000;

/// Whether the file lists files of Debian packages.
pub(super) fn lists_files(path: &str) -> bool {
    let Some(rest) = path.strip_prefix(FOLDER) else { return false };
    match rest.split_once('/') {
        Some(("info", name)) => name.ends_with(".list") || name.ends_with(".md5sums"),
        Some(("status.d", name)) => name.ends_with(".md5sums"),
        Some(_) => false,
        None => rest == "diversions",
    }
}

/// Reads such a file.
pub(super) fn read(path: &str, content: impl Read, owners: &mut Owners) -> std::io::Result<()> {
    if path == DIVERSIONS {
        return read_diversions(content, owners);
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let has_sums = name.ends_with(".md5sums");
    let name = name.trim_end_matches(".md5sums").trim_end_matches(".list");
    // Packages that may be installed for several architectures have theirs in the name of the file.
    let (name, architecture) = match name.split_once(':') {
        Some((name, architecture)) => (name, Some(architecture.to_owned())),
        None => (name, None),
    };
    let owner = OwnerName::Named { ecosystem: Ecosystem::Deb, name: name.to_owned(), version: None, architecture };
    let package = owners.package(owner);
    for_each_line(content, |line| {
        if !has_sums {
            owners.file(package, line, None);
        } else if let Some((sum, file)) = line.split_once(' ') {
            owners.file(package, file.trim_start_matches([' ', '*']), DigestHead::of_hex(sum));
        }
    })
}

/// Three lines each: what other packages call the file, where it lies instead, and the package that wants it so (`:` for
/// the administrator).
fn read_diversions(content: impl Read, owners: &mut Owners) -> std::io::Result<()> {
    let mut waiting: Vec<String> = Vec::with_capacity(3);
    for_each_line(content, |line| {
        waiting.push(line.to_owned());
        if let [from, to, by] = &waiting[..] {
            let hash = |path: &str| path_hash(&owned_name(path.trim_matches('/')));
            if owners.diversions.len() < MOST_DIVERSIONS {
                let by = Some(by.clone()).filter(|by| by != ":");
                owners.diversions.push(Diversion { from: hash(from), to: hash(to), by });
            }
            waiting.clear();
        }
    })
}

/// Hands over each line without its end.
pub(super) fn for_each_line(content: impl Read, mut each: impl FnMut(&str)) -> std::io::Result<()> {
    let mut lines = BufReader::with_capacity(64 << 10, content.take(LARGEST_LIST_BYTES));
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
    }
}
