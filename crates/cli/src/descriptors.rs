//! Paths that stand for what this process has open: `/dev/stdin`, `/dev/stdout`, `/dev/fd/N`, and what shells make of `<(…)`.

use std::path::{Path, PathBuf};

/// The most links that are followed, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Where the symbolic links at the end of a path lead, whether or not something is there; `None` where that is no place of
/// its own but something that a process has open, or where the way there cannot be followed.
pub(crate) fn end_of_links(path: &Path) -> Option<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder_of(&place).canonicalize().ok()?;
        if folder.starts_with("/proc") {
            return None;
        }
        match place.read_link() {
            Ok(target) => place = folder.join(target),
            Err(_) => return Some(place),
        }
    }
    None
}

/// The folder that holds what the path names.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_places_and_not_to_what_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let link = |target: &str, name: &str| symlink(target, root.join(name)).unwrap();
        link("b", "a");
        link("file", "b");
        link("/dev/stdout", "out");
        link("round", "round");
        for (name, end) in
            [("file", Some("file")), ("a", Some("file")), ("none/file", None), ("out", None), ("round", None)]
        {
            assert_eq!(end_of_links(&root.join(name)), end.map(|end| root.join(end)), "{name}");
        }
        for open in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            assert_eq!(end_of_links(Path::new(open)), None, "{open}");
        }
        assert_eq!(end_of_links(Path::new("/dev/null")), Some("/dev/null".into()));
        assert_eq!(end_of_links(Path::new("name")), Some("name".into()));
    }
}
