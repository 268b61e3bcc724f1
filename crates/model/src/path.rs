//! Paths that come from an image and must never be opened on the host.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A path as an image, archive or layer names it: no leading slash, no `.` or `..` parts, `/` between parts.
///
/// It is text for reports and look-ups. It deliberately does not convert into `std::path::Path`, so that nothing opens
/// it on the host. Bytes that are not UTF-8 are replaced when it is made, which is safe because it is never opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct UntrustedPath(String);

impl UntrustedPath {
    /// Normalises raw bytes: drops empty and `.` parts, resolves `..` lexically without leaving the root.
    pub fn from_bytes(raw: &[u8]) -> UntrustedPath {
        UntrustedPath::normalise(&String::from_utf8_lossy(raw))
    }

    /// Normalises text the same way as [`UntrustedPath::from_bytes`].
    pub fn normalise(raw: &str) -> UntrustedPath {
        let mut normal = String::with_capacity(raw.len());
        for part in raw.split('/') {
            match part {
                "" | "." => {}
                ".." => normal.truncate(normal.rfind('/').unwrap_or(0)),
                name => {
                    if !normal.is_empty() {
                        normal.push('/');
                    }
                    normal.push_str(name);
                }
            }
        }
        UntrustedPath(normal)
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last slash.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds the file; empty for one at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Resolves `target` (of a symbolic or hard link) as seen from this path: absolute ones from the root, relative
    /// ones from the folder that holds this path.
    pub fn resolve(&self, target: &str) -> UntrustedPath {
        if target.starts_with('/') {
            UntrustedPath::normalise(target)
        } else {
            UntrustedPath::normalise(&format!("{}/{target}", self.parent()))
        }
    }
}

impl fmt::Display for UntrustedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for UntrustedPath {
    fn from(raw: String) -> UntrustedPath {
        UntrustedPath::normalise(&raw)
    }
}

impl Borrow<str> for UntrustedPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_never_leave_the_root() {
        for (raw, normal) in [
            ("./etc/passwd", "etc/passwd"),
            ("/../../etc//passwd", "etc/passwd"),
            ("a/b/../../../c", "c"),
            ("..", ""),
            ("a/./b/", "a/b"),
        ] {
            assert_eq!(UntrustedPath::normalise(raw).as_str(), normal, "{raw}");
        }
        assert_eq!(serde_json::from_str::<UntrustedPath>("\"../../etc\"").unwrap().as_str(), "etc");
    }

    #[test]
    fn links_resolve_from_their_folder() {
        let link = UntrustedPath::normalise("etc/os-release");
        assert_eq!(link.resolve("../usr/lib/os-release").as_str(), "usr/lib/os-release");
        assert_eq!(link.resolve("/lib/x").as_str(), "lib/x");
    }
}
