//! The files that packages of the operating system brought, kept small: a server has half a million of them, and only
//! those that another ecosystem might read matter.

use std::borrow::Cow;

use crate::dotnet_projects;
use crate::found::{Found, Mark};
use crate::path_set::path_hash;

/// Collects the owned files of one package database as hashes, without those that no ecosystem ever reads.
#[derive(Default)]
pub(crate) struct OwnedFiles {
    hashes: Vec<u64>,
    path: String,
    seen: usize,
}

/// Endings of files that no ecosystem reads, so that nobody asks who owns them.
const NEVER_READ: &[&str] = &[
    ".c", ".enc", ".gif", ".gmo", ".gz", ".h", ".hpp", ".htm", ".html", ".js", ".mo", ".pl", ".pm", ".png", ".po",
    ".py", ".pyc", ".pyi", ".pyo", ".rb", ".svg", ".ts", ".ttf", ".vim", ".xz", ".zst",
];

/// Names with such an ending that are read all the same: manifests.
const READ_NAMES: &[&str] = &["gems.rb", "setup.py"];

/// Top folders that are links into `usr` on a merged system; databases name files by either path.
const MERGED: &[&str] = &["bin", "lib", "lib32", "lib64", "libx32", "sbin"];

/// Whether a file tells packages, or that they are unknown, and one of the system may own it.
pub(crate) fn tells_of_languages(path: &str, found: &Found) -> bool {
    !found.inexact.is_empty()
        || dotnet_projects::is_project(path)
        || matches!(found.mark, Some(Mark::Versionless(_)))
        || found.packages.iter().any(|package| !package.ecosystem.is_operating_system())
}

impl OwnedFiles {
    /// The most files and folders of one database that are looked at.
    const MOST_SEEN: usize = 4 << 20;

    /// The longest path that Linux opens.
    const LONGEST_PATH: usize = 4096;

    /// Whether there was more than is looked at, so that adding more is of no use.
    pub(crate) fn is_full(&self) -> bool {
        self.seen > OwnedFiles::MOST_SEEN
    }

    /// Counts what costs time to look at, though it is not kept.
    pub(crate) fn see(&mut self, count: usize) {
        self.seen = self.seen.saturating_add(count);
    }

    /// Adds a file, given by its folder and name, or by its whole path as name.
    pub(crate) fn add(&mut self, folder: &str, name: &str) {
        self.see(1);
        let folder = folder.trim_matches('/');
        let name = name.trim_matches('/');
        let is_path = !matches!(name, "" | ".") && folder.len() + 1 + name.len() <= OwnedFiles::LONGEST_PATH;
        if self.is_full() || !is_path || is_never_read(name) {
            return;
        }
        self.path.clear();
        if is_merged(if folder.is_empty() { name } else { folder }) {
            self.path.push_str("usr/");
        }
        if !folder.is_empty() {
            self.path.push_str(folder);
            self.path.push('/');
        }
        self.path.push_str(name);
        self.hashes.push(path_hash(&self.path));
    }

    /// Hands the files over to the facts of the database at `path`.
    pub(crate) fn finish(mut self, path: &str, found: &mut Found) {
        found.owned_files.append(&mut self.hashes);
        if self.is_full() {
            found.gap(
                path,
                format!(
                    "its packages own more than {} files; packages in the files beyond may be listed twice",
                    OwnedFiles::MOST_SEEN
                ),
            );
        }
    }
}

/// The path by which an owned file is looked up: what lies in a top folder that a merged system links into `usr` is
/// named by its place there, whichever of the two names the database or the layer uses.
pub(crate) fn owned_name(path: &str) -> Cow<'_, str> {
    if is_merged(path) { Cow::Owned(format!("usr/{path}")) } else { path.into() }
}

/// Whether the first part of a path, or all of it, is a top folder that a merged system links into `usr`.
fn is_merged(path: &str) -> bool {
    MERGED.contains(&path.split('/').next().unwrap_or_default())
}

fn is_never_read(name: &str) -> bool {
    match name.rfind('.') {
        Some(dot) => {
            NEVER_READ.binary_search(&&name[dot..]).is_ok() && !READ_NAMES.iter().any(|read| name.ends_with(read))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::Want;
    use crate::ecosystems::ECOSYSTEMS;

    fn check(files: &[(&str, &str)], owned: &[&str]) {
        let mut found = Found::default();
        let mut owned_files = OwnedFiles::default();
        for (folder, name) in files {
            owned_files.add(folder, name);
        }
        owned_files.finish("db", &mut found);
        assert_eq!(found.owned_files, owned.iter().map(|path| path_hash(path)).collect::<Vec<_>>());
    }

    #[test]
    fn files_that_nobody_reads_are_left_out() {
        assert!(NEVER_READ.is_sorted());
        check(
            &[("/usr/share/java/", "a.jar"), ("", "/usr/share/man/man1/ls.1.gz"), ("", "/usr/bin/ls"), ("", "/.")],
            &["usr/share/java/a.jar", "usr/bin/ls"],
        );
        check(
            &[("/usr/share/x", "a.py"), ("/usr/share/x", "setup.py"), ("", "/usr/share/x/gems.rb")],
            &["usr/share/x/setup.py", "usr/share/x/gems.rb"],
        );
    }

    #[test]
    fn no_ecosystem_wants_what_is_left_out() {
        for want in ECOSYSTEMS.iter().flat_map(|ecosystem| ecosystem.wants()) {
            let ending = match *want {
                Want::Path(ending)
                | Want::InFolder(_, ending)
                | Want::Name(ending)
                | Want::Suffix(ending)
                | Want::OwnSuffix(ending)
                | Want::Around(_, ending)
                | Want::NameInFolder(_, ending)
                | Want::SuffixInFolder(_, ending)
                | Want::InChildOf(_, ending) => ending,
                Want::Executable => continue,
            };
            assert!(!is_never_read(ending), "{want:?}");
        }
    }

    #[test]
    fn a_merged_system_has_one_name_for_a_file() {
        check(
            &[("/lib", "x.so"), ("", "/lib/x.so"), ("/usr/lib", "x.so"), ("", "/library/x")],
            &["usr/lib/x.so", "usr/lib/x.so", "usr/lib/x.so", "library/x"],
        );
        assert_eq!(owned_name("lib/x.so"), "usr/lib/x.so");
        assert_eq!(owned_name("srv/lib/x.so"), "srv/lib/x.so");
    }

    #[test]
    fn more_files_than_are_looked_at_are_a_gap() {
        let mut found = Found::default();
        let mut owned_files = OwnedFiles::default();
        owned_files.add("", &"n".repeat(5000));
        owned_files.add("", "n");
        owned_files.see(5_000_000);
        owned_files.add("", "m");
        owned_files.finish("db", &mut found);
        assert_eq!((found.owned_files.len(), found.gaps.len()), (1, 1));
    }
}
