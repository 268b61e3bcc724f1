//! Where a distribution lists its installed packages: a system that says which it is and tells none is one of which nothing
//! is known, rather than one without vulnerabilities.

use model::Distribution;

/// Why no package is known of a system of this distribution that tells none, as the end of `it says that this is NAME`.
/// What the distribution says of itself counts before what it is like.
pub(crate) fn why_unknown(distribution: &Distribution) -> String {
    let ids = std::iter::once(&distribution.id).chain(&distribution.id_like);
    match ids.into_iter().find_map(|id| list_of(id)) {
        Some(PackageList::Read(list)) => format!("and the list of its packages ({list}) is missing or cannot be read"),
        Some(PackageList::Unread(list)) => format!("whose list of packages ({list}) cannot be read"),
        Some(PackageList::OneImage) => {
            "which is built as one image and has no list of its packages that can be read".to_owned()
        }
        None => "and it is not known where it lists its packages".to_owned(),
    }
}

/// How a distribution tells its packages; places are texts for people.
enum PackageList {
    /// In this place, which is read.
    Read(&'static str),
    /// In this place, of which no reader knows the format.
    Unread(&'static str),
    /// As a whole: what it is built from is told elsewhere or not at all.
    OneImage,
}

fn list_of(id: &str) -> Option<PackageList> {
    use PackageList::{OneImage, Read, Unread};
    Some(match id {
        "debian" | "ubuntu" | "raspbian" | "echo" => Read("var/lib/dpkg/status or var/lib/dpkg/status.d"),
        "alpine" | "chainguard" | "minimos" | "postmarketos" | "wolfi" => Read("lib/apk/db/installed"),
        "almalinux" | "amzn" | "azurelinux" | "centos" | "fedora" | "mageia" | "mariner" | "ol" | "openeuler"
        | "photon" | "rhel" | "rocky" => Read(RPM),
        id if ["sle", "sl-", "suse", "opensuse"].iter().any(|begin| id.starts_with(begin)) => Read(RPM),
        "arch" | "archarm" | "artix" | "manjaro" | "steamos" => Unread("var/lib/pacman/local"),
        "clear-linux-os" => Unread("usr/share/clear/bundles"),
        "gentoo" => Unread("var/db/pkg"),
        "guix" => Unread("gnu/store"),
        "nixos" => Unread("nix/store"),
        "lede" | "openwrt" => Unread("usr/lib/opkg/status"),
        "slackware" => Unread("var/lib/pkgtools/packages or var/log/packages"),
        "solus" => Unread("var/lib/eopkg/package"),
        "void" => Unread("var/db/xbps"),
        "bottlerocket" | "coreos" | "cos" | "flatcar" | "talos" | "ubuntu-core" => OneImage,
        _ => return None,
    })
}

const RPM: &str = "the rpm database in var/lib/rpm or usr/lib/sysimage/rpm";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_distribution_without_known_packages_is_passed_over() {
        for (id, like, expected) in [
            ("debian", &[][..], "(var/lib/dpkg/status or"),
            ("linuxmint", &["ubuntu", "debian"], "(var/lib/dpkg/status or"),
            ("wolfi", &[], "(lib/apk/db/installed) is missing"),
            ("sles", &["suse"], "the rpm database"),
            ("openeuler", &[], "the rpm database"),
            ("opensuse-leap", &["suse", "opensuse"], "the rpm database"),
            ("nameless", &["rhel", "fedora"], "the rpm database"),
            ("arch", &[], "whose list of packages (var/lib/pacman/local) cannot be read"),
            ("endeavouros", &["arch"], "whose list of packages (var/lib/pacman/local) cannot be read"),
            ("gentoo", &[], "(var/db/pkg)"),
            ("nixos", &[], "(nix/store)"),
            ("slackware", &[], "(var/lib/pkgtools/packages or"),
            ("openwrt", &["lede", "openwrt"], "(usr/lib/opkg/status)"),
            ("bottlerocket", &[], "which is built as one image"),
            ("flatcar", &["coreos"], "which is built as one image"),
            ("tinyos", &[], "it is not known where"),
            ("tinyos", &["smallos"], "it is not known where"),
        ] {
            let id_like = like.iter().map(|id: &&str| (*id).to_owned()).collect();
            let reason = why_unknown(&Distribution { id_like, ..Distribution::named(id, "1") });
            assert!(reason.contains(expected), "{id}: {reason}");
        }
    }
}
