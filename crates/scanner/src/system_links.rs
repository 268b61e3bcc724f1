//! Symbolic links in the places where a system keeps what it says of itself and of its packages. What a scan does not find
//! there must not read as a system without packages.

use model::{Gap, UntrustedPath};

/// Files that tell the distribution or its packages.
const FILES: &[&str] = &[
    "etc/os-release",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "usr/lib/os-release",
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/dpkg/status",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
];

/// Folders in which such files lie.
const FOLDERS: &[&str] =
    &["lib/apk", "lib/apk/db", "usr/lib/apk", "usr/lib/apk/db", "usr/lib/sysimage/rpm", "var/lib/dpkg", "var/lib/rpm"];

/// What a symbolic link means to a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SystemLink {
    /// Nothing: it lies elsewhere, or leads to a place that is read anyway.
    None,
    /// The file that it leads to is to be read under the link's name.
    File(UntrustedPath),
    /// It leads to a folder that is not looked for: this is not to be passed over.
    Unread(Gap),
}

impl SystemLink {
    /// What the link at `path` to `target` means.
    pub(crate) fn of(path: &UntrustedPath, target: &str) -> SystemLink {
        let is_file = FILES.contains(&path.as_str());
        if !is_file && !FOLDERS.contains(&path.as_str()) {
            return SystemLink::None;
        }
        let resolved = path.resolve(target);
        if FILES.contains(&resolved.as_str()) || FOLDERS.contains(&resolved.as_str()) {
            return if resolved == *path { SystemLink::unread(path, target) } else { SystemLink::None };
        }
        if is_file { SystemLink::File(resolved) } else { SystemLink::unread(path, target) }
    }

    fn unread(path: &UntrustedPath, target: &str) -> SystemLink {
        let reason =
            format!("it is a symbolic link to {target}, which is not followed: packages behind it are not seen");
        SystemLink::Unread(Gap::new(path.as_str(), reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, target: &str) -> SystemLink {
        SystemLink::of(&UntrustedPath::normalise(path), target)
    }

    #[test]
    fn links_of_real_systems_lead_to_what_is_read_anyway() {
        for (path, target) in [
            ("etc/os-release", "../usr/lib/os-release"),
            ("var/lib/rpm", "../../usr/lib/sysimage/rpm"),
            ("usr/lib/apk", "/lib/apk"),
            ("bin", "usr/bin"),
            ("usr/share/java/a.jar", "a-1.jar"),
        ] {
            assert_eq!(link(path, target), SystemLink::None, "{path}");
        }
    }

    #[test]
    fn files_elsewhere_are_read_and_folders_elsewhere_are_gaps() {
        assert_eq!(link("etc/os-release", "os/rel"), SystemLink::File(UntrustedPath::normalise("etc/os/rel")));
        let SystemLink::Unread(gap) = link("var/lib/dpkg", "/opt/dpkg") else { panic!("it is read") };
        assert!(gap.reason.contains("/opt/dpkg"), "{}", gap.reason);
        assert!(matches!(link("var/lib/dpkg/status", "status"), SystemLink::Unread(_)));
    }
}
