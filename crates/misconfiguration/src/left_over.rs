//! What package managers leave in an image though it serves nobody there: lists, indexes and caches.

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOver {
    /// apt's lists, archives and binary caches.
    Apt,
    /// apk's index and archives.
    Apk,
    /// Metadata and archives of dnf, yum and zypper.
    Rpm,
    /// pip's downloads and wheels.
    Pip,
    /// npm's cache of downloads.
    Npm,
}

/// A folder, below the root or below any other one, and the least size of a file that counts in it: cleaning leaves locks
/// and small notes behind.
struct Place {
    whose: LeftOver,
    folder: &'static str,
    is_anywhere: bool,
    least_bytes: u64,
}

const PLACES: &[Place] = &[
    Place { whose: LeftOver::Apt, folder: "var/lib/apt/lists", is_anywhere: false, least_bytes: 1 },
    Place { whose: LeftOver::Apt, folder: "var/cache/apt", is_anywhere: false, least_bytes: 1 },
    Place { whose: LeftOver::Apk, folder: "var/cache/apk", is_anywhere: false, least_bytes: 1 },
    Place { whose: LeftOver::Apk, folder: "etc/apk/cache", is_anywhere: false, least_bytes: 1 },
    Place { whose: LeftOver::Rpm, folder: "var/cache/dnf", is_anywhere: false, least_bytes: 4096 },
    Place { whose: LeftOver::Rpm, folder: "var/cache/libdnf5", is_anywhere: false, least_bytes: 4096 },
    Place { whose: LeftOver::Rpm, folder: "var/cache/yum", is_anywhere: false, least_bytes: 4096 },
    Place { whose: LeftOver::Rpm, folder: "var/cache/zypp", is_anywhere: false, least_bytes: 4096 },
    Place { whose: LeftOver::Pip, folder: ".cache/pip", is_anywhere: true, least_bytes: 1024 },
    Place { whose: LeftOver::Npm, folder: ".npm/_cacache", is_anywhere: true, least_bytes: 1 },
];

impl LeftOver {
    /// Whose left-over the file is, and the folder to empty: a part of `path`.
    pub fn of(path: &str, size_bytes: u64) -> Option<(LeftOver, &str)> {
        // Nearly every path is settled by its first bytes.
        if !path.starts_with("var/") && !path.starts_with("etc/apk/") && !path.contains("/.") {
            return None;
        }
        let place = PLACES.iter().find_map(|place| Some((place, place.folder_in(path)?)));
        place.filter(|(place, _)| size_bytes >= place.least_bytes).map(|(place, folder)| (place.whose, folder))
    }
}

impl Place {
    fn folder_in<'p>(&self, path: &'p str) -> Option<&'p str> {
        let start = if self.is_anywhere { path.find(self.folder)? } else { 0 };
        let end = start + self.folder.len();
        let begins_a_part = start == 0 || path[..start].ends_with('/');
        (begins_a_part && path[start..].starts_with(self.folder) && path[end..].starts_with('/')).then(|| &path[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_overs_are_told_by_their_folder() {
        let check = |path, size, expected| assert_eq!(LeftOver::of(path, size), expected, "{path}");
        check("var/lib/apt/lists/deb.debian.org_dists", 10, Some((LeftOver::Apt, "var/lib/apt/lists")));
        check("var/lib/apt/lists/lock", 0, None);
        check("var/lib/apt/listsx/a", 10, None);
        check("var/cache/dnf/expired_repos.json", 2, None);
        check("home/app/.cache/pip/http/a", 5000, Some((LeftOver::Pip, "home/app/.cache/pip")));
        check("root/.npm/_cacache/index-v5/a", 1, Some((LeftOver::Npm, "root/.npm/_cacache")));
        check("root/x.npm/_cacache/a", 1, None);
        check("usr/bin/apt", 10, None);
    }
}
