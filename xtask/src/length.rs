//! A file of more than 600 lines says at its top why it is one file.

use std::path::{Path, PathBuf};

use crate::Complaint;

const MOST_LINES: usize = 600;
const REASON: &str = "// long: ";

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for path in source_files(root)? {
        let text = std::fs::read_to_string(&path)?;
        let lines = text.lines().count();
        let has_reason = text.lines().take(20).any(|line| line.starts_with(REASON));
        if lines > MOST_LINES && !has_reason {
            let place = path.strip_prefix(root).unwrap_or(&path).display();
            complaints
                .push(format!("{place} has {lines} lines; find the second thing in it, or say why with `{REASON}…`"));
        }
    }
    Ok(complaints)
}

/// Every Rust file of the workspace, sorted.
pub(crate) fn source_files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("xtask"), root.join("fuzz")];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in folder.read_dir()? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if entry.file_name() != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
