//! By which digests the packages of the system know their files, as far as a layer's paths tell.

/// The digests beside SHA-256 that are wanted of a file that can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DigestKinds {
    pub(crate) md5: bool,
    pub(crate) sha1: bool,
}

/// The package managers whose traces a layer has shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenManagers {
    lists_md5: bool,
    lists_sha1: bool,
    /// Whether a package manager may be where this layer does not show it: in a lower one, or of a system that it shows.
    may_be_hidden: bool,
}

/// Where dpkg and rpm, which list MD5 (rpm in old packages), leave their traces: in folders that archives have before most
/// programs.
const LISTS_MD5: &[&str] = &["etc/debian_version", "etc/dpkg/", "var/lib/dpkg/", "etc/redhat-release", "etc/rpm/"];

/// Where apk, which lists SHA-1, leaves its traces.
const LISTS_SHA1: &[&str] = &["etc/apk/", "lib/apk/", "usr/lib/apk/"];

/// What every system has that comes with a package manager (os-release(5)).
const SYSTEMS: &[&str] = &["etc/os-release", "usr/lib/os-release"];

impl SeenManagers {
    /// None so far, in a layer with or without others below.
    pub(crate) fn of_layer(is_base: bool) -> SeenManagers {
        SeenManagers { lists_md5: false, lists_sha1: false, may_be_hidden: !is_base }
    }

    /// Takes note of a path.
    pub(crate) fn note(&mut self, path: &str) {
        // Most paths lie in neither folder.
        if path.starts_with("etc/")
            || path.starts_with("lib/")
            || path.starts_with("var/")
            || path.starts_with("usr/lib/")
        {
            let is_below = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
            self.lists_md5 |= is_below(LISTS_MD5);
            self.lists_sha1 |= is_below(LISTS_SHA1);
            self.may_be_hidden |= SYSTEMS.contains(&path);
        }
    }

    /// The digests that are wanted of the file at `path`. A layer that has shown no package manager, as the upper ones of an
    /// image do, may be on top of any; a lowest one without a system has none, and shows it in `etc`, which archives
    /// have before all but `bin`.
    pub(crate) fn digests_of(self, path: &str) -> DigestKinds {
        let is_of_system = may_be_of_the_system(path);
        let is_early = path < "etc/";
        let is_unknown = (self.may_be_hidden || is_early) && !self.lists_md5 && !self.lists_sha1;
        DigestKinds {
            md5: is_of_system && (self.lists_md5 || is_unknown),
            sha1: is_of_system && (self.lists_sha1 || is_unknown),
        }
    }
}

/// Whether a package of the system may have brought the file: what administrators and language packages install lies
/// elsewhere (Filesystem Hierarchy Standard 3.0, 4.9), and need not be hashed by the system's algorithms.
fn may_be_of_the_system(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    let is_system = matches!(top, "usr" | "bin" | "sbin" | "etc" | "opt") || top.starts_with("lib");
    is_system && !path.starts_with("usr/local/") && !path.contains("/site-packages/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(is_base: bool, seen: &[&str], path: &str) -> (bool, bool) {
        let mut managers = SeenManagers::of_layer(is_base);
        seen.iter().for_each(|path| managers.note(path));
        let kinds = managers.digests_of(path);
        (kinds.md5, kinds.sha1)
    }

    #[test]
    fn a_layer_that_shows_its_package_manager_is_hashed_as_that_one_lists_files() {
        assert_eq!(digests(false, &["bin", "etc/passwd"], "usr/bin/env"), (true, true));
        assert_eq!(digests(false, &["etc/debian_version"], "usr/bin/env"), (true, false));
        assert_eq!(digests(false, &["etc/apk/world"], "bin/busybox"), (false, true));
        assert_eq!(digests(true, &["etc/debian_version"], "usr/bin/env"), (true, false));
        assert_eq!(digests(true, &["bin", "etc/passwd"], "usr/bin/env"), (false, false));
        assert_eq!(digests(true, &["etc/os-release"], "usr/bin/env"), (true, true));
        assert_eq!(digests(true, &[], "bin/busybox"), (true, true));
        assert_eq!(digests(false, &["lib/apk/db/installed", "var/lib/dpkg/status"], "bin/busybox"), (true, true));
    }

    #[test]
    fn what_no_package_of_the_system_brings_needs_no_further_digest() {
        for path in ["usr/local/bin/app", "app/server", "usr/lib/python3/site-packages/a.so"] {
            assert_eq!(digests(false, &[], path), (false, false), "{path}");
        }
    }
}
