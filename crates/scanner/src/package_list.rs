//! Where a distribution lists its installed packages: a system that says which it is and has no such list is one of which
//! nothing is known, rather than one without vulnerabilities.

use model::Distribution;

/// Where the distribution lists its packages, as a text for people; nothing for one that has no list that is read here
/// (Gentoo, NixOS, and those that are built as one image).
pub(crate) fn package_list(distribution: &Distribution) -> Option<&'static str> {
    let ids = std::iter::once(&distribution.id).chain(&distribution.id_like);
    ids.into_iter().find_map(|id| list_of(id))
}

fn list_of(id: &str) -> Option<&'static str> {
    match id {
        "debian" | "ubuntu" | "raspbian" | "echo" => Some("var/lib/dpkg/status or var/lib/dpkg/status.d"),
        "alpine" | "chainguard" | "minimos" | "postmarketos" | "wolfi" => Some("lib/apk/db/installed"),
        "almalinux" | "amzn" | "azurelinux" | "centos" | "fedora" | "mageia" | "mariner" | "ol" | "openeuler"
        | "photon" | "rhel" | "rocky" => Some(RPM),
        id if ["sle", "sl-", "suse", "opensuse"].iter().any(|begin| id.starts_with(begin)) => Some(RPM),
        _ => None,
    }
}

const RPM: &str = "the rpm database in var/lib/rpm or usr/lib/sysimage/rpm";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_that_is_read_has_a_list_and_no_other() {
        let list = |id: &str, like: &[&str]| {
            let id_like = like.iter().map(|id| (*id).to_owned()).collect();
            package_list(&Distribution { id_like, ..Distribution::named(id, "1") })
        };
        for (id, like, expected) in [
            ("debian", &[][..], "dpkg"),
            ("linuxmint", &["ubuntu", "debian"], "dpkg"),
            ("wolfi", &[], "apk"),
            ("sles", &["suse"], "rpm"),
            ("openeuler", &[], "rpm"),
            ("opensuse-leap", &["suse", "opensuse"], "rpm"),
            ("nameless", &["rhel", "fedora"], "rpm"),
        ] {
            assert!(list(id, like).is_some_and(|list| list.contains(expected)), "{id}");
        }
        for (id, like) in [("gentoo", &[][..]), ("nixos", &[]), ("bottlerocket", &[]), ("slackware", &[])] {
            assert_eq!(list(id, like), None, "{id}");
        }
    }
}
