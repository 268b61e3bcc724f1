//! By which digests the packages of the system know their files, as far as a layer's paths tell.

/// The digests beside SHA-256 that are wanted of a file that can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DigestKinds {
    pub(crate) md5: bool,
    pub(crate) sha1: bool,
}

/// The package managers whose traces a layer has shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SeenManagers {
    lists_md5: bool,
    lists_sha1: bool,
}

/// Where dpkg and rpm, which list MD5 (rpm in old packages), leave their traces: most archives have `etc` before programs.
const LISTS_MD5: &[&str] =
    &["etc/alternatives/", "etc/debian_version", "etc/dpkg/", "var/lib/dpkg/", "etc/redhat-release", "etc/rpm/"];

/// What the installation of any library leaves where dpkg and rpm are used. A layer that only adds packages has no earlier
/// sign of them; those of apk that have it show apk's own traces before.
const LINKER_CACHE: &str = "etc/ld.so.cache";

/// Where apk, which lists SHA-1, leaves its traces.
const LISTS_SHA1: &[&str] = &["etc/apk/", "lib/apk/", "usr/lib/apk/"];

impl SeenManagers {
    /// Takes note of a path.
    pub(crate) fn note(&mut self, path: &str) {
        // Most paths lie in none of these.
        if ["etc/", "lib/", "var/", "usr/lib/"].iter().any(|folder| path.starts_with(folder)) {
            let is_below = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
            self.lists_sha1 |= is_below(LISTS_SHA1);
            self.lists_md5 |= is_below(LISTS_MD5) || path == LINKER_CACHE && !self.lists_sha1;
        }
    }

    /// The digests that are wanted of the file at `path`. A layer that has shown no package manager may show one later, or
    /// lie on top of any.
    pub(crate) fn digests_of(self, path: &str) -> DigestKinds {
        let is_of_system = may_be_of_the_system(path);
        let is_unknown = !self.lists_md5 && !self.lists_sha1;
        DigestKinds {
            md5: is_of_system && (self.lists_md5 || is_unknown),
            // Packages of apk have nothing below `opt`: the program that makes them refuses it.
            sha1: is_of_system && (self.lists_sha1 || is_unknown) && !path.starts_with("opt/"),
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

    fn digests(seen: &[&str], path: &str) -> (bool, bool) {
        let mut managers = SeenManagers::default();
        seen.iter().for_each(|path| managers.note(path));
        let kinds = managers.digests_of(path);
        (kinds.md5, kinds.sha1)
    }

    #[test]
    fn a_layer_that_shows_its_package_manager_is_hashed_as_that_one_lists_files() {
        assert_eq!(digests(&["bin", "etc/passwd"], "usr/bin/env"), (true, true));
        assert_eq!(digests(&["etc/debian_version"], "usr/bin/env"), (true, false));
        assert_eq!(digests(&["etc/alternatives/cc"], "usr/bin/gcc"), (true, false));
        assert_eq!(digests(&["etc/ld.so.cache"], "usr/bin/gcc"), (true, false));
        assert_eq!(digests(&["etc/apk/world"], "bin/busybox"), (false, true));
        assert_eq!(digests(&["etc/apk/world", "etc/ld.so.cache"], "usr/bin/curl"), (false, true));
        assert_eq!(digests(&["lib/apk/db/installed", "var/lib/dpkg/status"], "bin/busybox"), (true, true));
    }

    #[test]
    fn what_packages_of_apk_never_bring_is_not_hashed_as_they_list_files() {
        assert_eq!(digests(&[], "opt/tool/bin/tool"), (true, false));
        assert_eq!(digests(&["etc/apk/world"], "opt/tool/bin/tool"), (false, false));
    }

    #[test]
    fn what_no_package_of_the_system_brings_needs_no_further_digest() {
        for path in ["usr/local/bin/app", "app/server", "usr/lib/python3/site-packages/a.so"] {
            assert_eq!(digests(&[], path), (false, false), "{path}");
        }
    }
}
