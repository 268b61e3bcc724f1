//! The configuration files of one folder or image: texts under paths.

use std::collections::BTreeMap;

use model::UntrustedPath;

use crate::file_kind::says_nothing;

/// Bytes of one file.
pub(crate) const LARGEST_FILE: usize = 4 << 20;
/// Bytes of all files of a tree.
const LARGEST_TREE: usize = 64 << 20;
/// Files of a tree.
const MOST_FILES: usize = 20_000;

/// The files of one folder, repository or image that may configure something, by path.
///
/// Files that belong together (the files of a Terraform module, the templates of a chart) have to be in one tree; files
/// that nothing refers to do no harm.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<UntrustedPath, String>,
    bytes: usize,
}

/// Why a file is not taken into a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTree {
    /// The file alone is too large.
    #[error("it is larger than the {} MiB that are read of a configuration file", LARGEST_FILE >> 20)]
    LargeFile,
    /// All files together are too large.
    #[error("the configuration files together are larger than {} MiB", LARGEST_TREE >> 20)]
    LargeTree,
    /// There are too many files.
    #[error("there are more than {MOST_FILES} configuration files")]
    ManyFiles,
    /// The file is no text.
    #[error("it is not text in UTF-8")]
    NotText,
}

impl Tree {
    /// A tree without files.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Takes a file in, in place of one of the same path. One of which [`kind_of`](crate::kind_of) could not say what it is,
    /// and which turns out to configure nothing, is not kept.
    ///
    /// # Errors
    /// When it is no text or goes beyond a limit; the tree is as before then, and the file is a gap of the scan.
    pub fn insert(&mut self, path: UntrustedPath, content: &[u8]) -> Result<(), InvalidTree> {
        if says_nothing(&path, content) {
            self.bytes -= self.files.remove(&path).map_or(0, |before| before.len());
            return Ok(());
        }
        if content.len() > LARGEST_FILE {
            return Err(InvalidTree::LargeFile);
        }
        if self.bytes + content.len() > LARGEST_TREE {
            return Err(InvalidTree::LargeTree);
        }
        if self.files.len() >= MOST_FILES {
            return Err(InvalidTree::ManyFiles);
        }
        let text = std::str::from_utf8(content).map_err(|_| InvalidTree::NotText)?;
        self.bytes += content.len();
        if let Some(before) = self.files.insert(path, text.to_owned()) {
            self.bytes -= before.len();
        }
        Ok(())
    }

    /// Whether no file was taken in.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files, sorted by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&UntrustedPath, &str)> {
        self.files.iter().map(|(path, text)| (path, text.as_str()))
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_beyond_a_limit_is_refused_and_changes_nothing() {
        let mut tree = Tree::new();
        assert_eq!(tree.insert("a".to_owned().into(), &vec![b' '; LARGEST_FILE + 1]), Err(InvalidTree::LargeFile));
        assert_eq!(tree.insert("a".to_owned().into(), b"\xff"), Err(InvalidTree::NotText));
        assert!(tree.is_empty());
        for number in 0..LARGEST_TREE / LARGEST_FILE {
            tree.insert(format!("f{number}").into(), &vec![b' '; LARGEST_FILE]).unwrap();
        }
        assert_eq!(tree.insert("b".to_owned().into(), b"x"), Err(InvalidTree::LargeTree));
    }

    #[test]
    fn long_files_that_configure_nothing_take_no_room() {
        let mut tree = Tree::new();
        let data = format!("{{\"a\": \"{}\"}}", "x".repeat(LARGEST_FILE));
        assert_eq!(tree.insert("a.json".to_owned().into(), data.as_bytes()), Ok(()));
        assert!(tree.is_empty());
        tree.insert("a.json".to_owned().into(), b"{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}").unwrap();
        assert_eq!(tree.insert("a.json".to_owned().into(), data.as_bytes()), Ok(()));
        assert!(tree.is_empty() && tree.bytes == 0);
        let list = format!("{{\"a\": \"{}\", \"apiVersion\": \"v1\", \"kind\": \"A\"}}", "x".repeat(LARGEST_FILE));
        assert_eq!(tree.insert("a.json".to_owned().into(), list.as_bytes()), Err(InvalidTree::LargeFile));
    }
}
