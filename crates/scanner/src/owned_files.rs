//! The files that packages of the operating system brought, kept small: a server has half a million of them, and only
//! those that another ecosystem might read matter.

use std::borrow::Cow;

use crate::found::Found;

/// Collects the owned files of one package database, without those that no ecosystem ever reads, in bounded memory.
#[derive(Default)]
pub(crate) struct OwnedFiles {
    paths: Vec<String>,
    bytes: usize,
    seen: usize,
    is_full: bool,
}

/// Endings of files that no ecosystem reads, so that nobody asks who owns them.
const NEVER_READ: &[&str] = &[
    ".c", ".css", ".enc", ".gif", ".gmo", ".gz", ".h", ".hpp", ".htm", ".html", ".js", ".mo", ".pl", ".pm", ".png",
    ".po", ".py", ".pyc", ".pyi", ".pyo", ".rb", ".svg", ".ts", ".ttf", ".vim", ".xz", ".zst",
];

/// Top folders that are links into `usr` on a merged system; databases name files by either path.
const MERGED: &[&str] = &["bin/", "lib/", "lib32/", "lib64/", "libx32/", "sbin/"];

impl OwnedFiles {
    /// The most that the paths of one database take in memory.
    const LARGEST_BYTES: usize = 32 << 20;

    /// The longest path that Linux opens.
    const LONGEST_PATH: usize = 4096;

    /// The most files and folders of one database that are looked at.
    const MOST_SEEN: usize = 4 << 20;

    /// Whether there was more than fits, so that adding more is of no use.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Counts what costs time to look at, though it is not kept.
    pub(crate) fn see(&mut self, count: usize) {
        self.seen = self.seen.saturating_add(count);
        self.is_full |= self.seen > OwnedFiles::MOST_SEEN;
    }

    /// Adds a file, given by its folder and name, or by its whole path as name.
    pub(crate) fn add(&mut self, folder: &str, name: &str) {
        self.see(1);
        let folder = folder.trim_matches('/');
        let name = name.trim_matches('/');
        let length = folder.len() + 1 + name.len();
        if matches!(name, "" | ".") || length > OwnedFiles::LONGEST_PATH || is_never_read(name) {
            return;
        }
        let cost = length + size_of::<String>();
        if self.is_full || cost > OwnedFiles::LARGEST_BYTES - self.bytes {
            self.is_full = true;
            return;
        }
        self.bytes += cost;
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        self.paths.push(match owned_name(&path) {
            Cow::Borrowed(_) => path,
            Cow::Owned(merged) => merged,
        });
    }

    /// Hands the files over to the facts of the database at `path`.
    pub(crate) fn finish(mut self, path: &str, found: &mut Found) {
        self.paths.sort_unstable();
        self.paths.dedup();
        found.owned_files.append(&mut self.paths);
        if self.is_full {
            found.gap(
                path,
                format!(
                    "its packages own more than {} files or {} MiB of paths; packages in the files beyond may be \
                     listed twice",
                    OwnedFiles::MOST_SEEN,
                    OwnedFiles::LARGEST_BYTES >> 20
                ),
            );
        }
    }
}

/// The path by which an owned file is looked up: what lies in a top folder that a merged system links into `usr` is
/// named by its place there, whichever of the two names the database or the layer uses.
pub(crate) fn owned_name(path: &str) -> Cow<'_, str> {
    if MERGED.iter().any(|folder| path.starts_with(folder)) { Cow::Owned(format!("usr/{path}")) } else { path.into() }
}

fn is_never_read(name: &str) -> bool {
    match name.rfind('.') {
        Some(dot) => NEVER_READ.binary_search(&&name[dot..]).is_ok(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], owned: &[&str]) {
        let mut found = Found::default();
        let mut owned_files = OwnedFiles::default();
        for (folder, name) in files {
            owned_files.add(folder, name);
        }
        owned_files.finish("db", &mut found);
        assert_eq!(found.owned_files, owned);
    }

    #[test]
    fn files_that_nobody_reads_are_left_out() {
        assert!(NEVER_READ.is_sorted());
        check(
            &[("/usr/share/java/", "a.jar"), ("", "/usr/share/man/man1/ls.1.gz"), ("", "/usr/bin/ls"), ("", "/.")],
            &["usr/bin/ls", "usr/share/java/a.jar"],
        );
    }

    #[test]
    fn a_merged_system_has_one_name_for_a_file() {
        check(&[("/lib", "x.so"), ("/usr/lib", "x.so"), ("", "/library/x")], &["library/x", "usr/lib/x.so"]);
    }

    #[test]
    fn more_files_than_fit_are_a_gap() {
        let mut found = Found::default();
        let mut owned_files = OwnedFiles::default();
        let name = "n".repeat(4000);
        for _ in 0..9000 {
            owned_files.add("", &name);
        }
        owned_files.add("", &"n".repeat(5000));
        owned_files.finish("db", &mut found);
        assert_eq!((found.owned_files.len(), found.gaps.len()), (1, 1));
    }
}
