//! Symbolic links in the places where a system keeps what it says of itself and of its packages. What a scan does not find
//! there must not read as a system without packages.

use model::UntrustedPath;

/// Files that tell the distribution. One that leads to another is read there.
const RELEASES: &[&str] = &["etc/os-release", "usr/lib/os-release"];

/// Files that tell the packages of a system.
const DATABASES: &[&str] = &[
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/dpkg/status",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
];

/// Folders on the way to them, but for those that most systems have as links (`lib`).
const FOLDERS: &[&str] = &[
    "lib/apk",
    "lib/apk/db",
    "usr/lib/apk",
    "usr/lib/apk/db",
    "usr/lib/sysimage",
    "usr/lib/sysimage/rpm",
    "var",
    "var/lib",
    "var/lib/dpkg",
    "var/lib/dpkg/status.d",
    "var/lib/rpm",
];

/// What a symbolic link means to a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SystemLink {
    /// Nothing: it lies elsewhere, or leads to a file that is read anyway.
    None,
    /// The file that it leads to is to be read under the link's name.
    File(UntrustedPath),
    /// The packages of the system may be behind it. That is a gap for this reason, unless they are found elsewhere, as where
    /// a link leads from the place of old to the new one.
    Packages(String),
}

impl SystemLink {
    /// What the link at `path` to `target` means.
    pub(crate) fn of(path: &UntrustedPath, target: &str) -> SystemLink {
        let resolved = path.resolve(target);
        let is_among = |path: &UntrustedPath, known: &[&str]| known.contains(&path.as_str());
        if is_among(path, RELEASES) {
            return if is_among(&resolved, RELEASES) { SystemLink::None } else { SystemLink::File(resolved) };
        }
        if is_among(path, DATABASES) && !is_among(&resolved, DATABASES) {
            return SystemLink::File(resolved);
        }
        if is_among(path, DATABASES) || is_among(path, FOLDERS) {
            let reason =
                format!("it is a symbolic link to {target}, which is not followed: packages behind it are not seen");
            return SystemLink::Packages(reason);
        }
        SystemLink::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, target: &str) -> SystemLink {
        SystemLink::of(&UntrustedPath::normalise(path), target)
    }

    #[test]
    fn most_links_mean_nothing() {
        for (path, target) in [
            ("etc/os-release", "../usr/lib/os-release"),
            ("bin", "usr/bin"),
            ("lib", "usr/lib"),
            ("usr/share/java/a.jar", "a-1.jar"),
        ] {
            assert_eq!(link(path, target), SystemLink::None, "{path}");
        }
    }

    #[test]
    fn files_elsewhere_are_read_under_the_name_of_the_link() {
        for (path, target, resolved) in
            [("etc/os-release", "os/rel", "etc/os/rel"), ("var/lib/dpkg/status", "/opt/status", "opt/status")]
        {
            assert_eq!(link(path, target), SystemLink::File(UntrustedPath::normalise(resolved)), "{path}");
        }
    }

    #[test]
    fn packages_may_be_behind_linked_folders_and_behind_other_databases() {
        for (path, target) in [
            ("var/lib/dpkg", "/opt/dpkg"),
            ("var", "/opt/var"),
            ("var/lib/dpkg/status.d", "/opt/status.d"),
            ("var/lib/rpm", "../../usr/lib/sysimage/rpm"),
            ("var/lib/dpkg/status", "status"),
            ("var/lib/dpkg/status", "/lib/apk/db/installed"),
        ] {
            let SystemLink::Packages(reason) = link(path, target) else { panic!("{path} means nothing") };
            assert!(reason.contains(target), "{reason}");
        }
    }
}
