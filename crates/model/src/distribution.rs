//! Operating system distributions.

use serde::{Deserialize, Serialize};

use crate::Purl;

/// The distribution that an image or a host runs (os-release(5)).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Distribution {
    /// `ID` of os-release, lower case: `debian`, `alpine`, `rhel`, `rocky`, `amzn`, `opensuse-leap`.
    pub id: String,
    /// `ID_LIKE` of os-release, in the order given.
    pub id_like: Vec<String>,
    /// `VERSION_ID` of os-release, or what the distribution's own release file says: `12`, `3.19.4`, `8.10`.
    /// Empty for a rolling release.
    pub version: String,
    /// `VERSION_CODENAME` of os-release: `bookworm`, `jammy`.
    pub codename: Option<String>,
    /// `PRETTY_NAME` of os-release: `Debian GNU/Linux 12 (bookworm)`.
    pub name: String,
    /// `CPE_NAME` of os-release.
    pub cpe: Option<String>,
    /// The day the vendor's (free) support ends, `YYYY-MM-DD`, where known.
    pub end_of_life: Option<String>,
}

/// Distributions without releases, so that none of them ends (`ID` of os-release).
const ROLLING: &[&str] = &[
    "arch",
    "archarm",
    "blackarch",
    "cachyos",
    "chainguard",
    "endeavouros",
    "gentoo",
    "kali",
    "manjaro",
    "minimos",
    "opensuse-microos",
    "opensuse-slowroll",
    "opensuse-tumbleweed",
    "parrot",
    "solus",
    "void",
    "wolfi",
];

impl Distribution {
    /// Whether it has no releases that end: a rolling distribution, or the rolling branch of one (Debian's unstable has no
    /// version, that of Alpine is `edge`).
    pub fn is_rolling(&self) -> bool {
        self.version.is_empty() || ROLLING.contains(&self.id.as_str()) || self.version == "edge"
    }

    /// The distribution that a document calls by this name and version, in whatever way its tool spells them: `alma` 8.4
    /// is `almalinux`, `amazon` `2 (Karoo)` is `amzn` 2, `debian` `bookworm` is 12.
    pub fn named(name: &str, version: &str) -> Distribution {
        let lower_case = name.trim().to_lowercase();
        let id = canonical_id(&lower_case);
        let word = version.split_whitespace().next().unwrap_or_default();
        let has_codenames = matches!(id, "debian" | "ubuntu") && !word.is_empty() && !is_number(word);
        let codename = has_codenames.then(|| word.split('/').next().unwrap_or_default().to_lowercase());
        let version = match &codename {
            Some(codename) => release_of(id, codename).unwrap_or_default(),
            None => word,
        };
        Distribution {
            name: format!("{} {word}", name.trim()).trim().to_owned(),
            version: version.to_owned(),
            id: id.to_owned(),
            codename,
            ..Distribution::default()
        }
    }

    /// The distribution that the purl of a system's package names, by its `distro` qualifier and its namespace; nothing
    /// when it does not tell the release of one that has releases.
    pub fn of_purl(purl: &Purl) -> Option<Distribution> {
        let (id, release) = named_in(purl)?;
        Some(Distribution::named(id, release)).filter(Distribution::tells_release)
    }

    /// Whether it is known which release this is; one that has none is always known.
    pub fn tells_release(&self) -> bool {
        let is_rolling =
            || matches!(self.id.as_str(), "wolfi" | "chainguard" | "minimos" | "echo" | "arch" | "opensuse-tumbleweed");
        !self.version.is_empty() || self.codename.is_some() || is_rolling()
    }

    /// Whether a package with this purl can be of this distribution: the purl names no other one.
    pub fn can_have(&self, purl: &Purl) -> bool {
        let Some((id, release)) = named_in(purl) else { return true };
        let release = release_of(canonical_id(id), release).unwrap_or(release);
        if !is_number(release) {
            return true;
        }
        let begins = |whole: &str, start: &str| {
            whole.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || start.is_empty())
        };
        canonical_id(id) == canonical_id(&self.id) && (begins(&self.version, release) || begins(release, &self.version))
    }

    /// The part of the version before the first dot: `8` of `8.10`.
    pub fn major_version(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }

    /// The first two parts of the version: `3.19` of `3.19.4`.
    pub fn minor_version(&self) -> &str {
        match self.version.match_indices('.').nth(1) {
            Some((end, _)) => &self.version[..end],
            None => &self.version,
        }
    }
}

/// Id and release as a purl has them: `distro=debian-12` or `distro=ubuntu-jammy`, whatever the namespace says,
/// `distro=3.19.1` or `distro=bookworm` beside a namespace, or each under a name of its own
/// (`os_name=debian&os_version=12&os_distro=bookworm`).
fn named_in(purl: &Purl) -> Option<(&str, &str)> {
    let namespace = purl.namespace()?;
    let qualifier = |key| purl.qualifiers().get(key).map(String::as_str).filter(|value| !value.is_empty());
    let Some(distro) = qualifier("distro").or_else(|| qualifier("distro_name")) else {
        let release = qualifier("os_version").or_else(|| qualifier("os_distro"));
        return Some((qualifier("os_name").unwrap_or(namespace), release.unwrap_or_default()));
    };
    let distro = distro.split(" (").next().unwrap_or_default();
    Some(match distro.rsplit_once('-') {
        Some((id, release))
            if !id.is_empty() && (is_number(release) || release_of(canonical_id(id), release).is_some()) =>
        {
            (id, release)
        }
        _ if is_number(distro) => (namespace, distro),
        _ if canonical_id(distro) == canonical_id(namespace) => (distro, ""),
        _ if matches!(namespace, "debian" | "ubuntu") => {
            (namespace, distro.strip_prefix(namespace).map_or(distro, |rest| rest.trim_start_matches('-')))
        }
        _ => (distro, ""),
    })
}

/// The number of the release that has this code name.
fn release_of(id: &str, codename: &str) -> Option<&'static str> {
    let releases: &[(&str, &str)] = match id {
        "debian" => &[
            ("wheezy", "7"),
            ("jessie", "8"),
            ("stretch", "9"),
            ("buster", "10"),
            ("bullseye", "11"),
            ("bookworm", "12"),
            ("trixie", "13"),
            ("forky", "14"),
            ("duke", "15"),
        ],
        "ubuntu" => &[
            ("precise", "12.04"),
            ("trusty", "14.04"),
            ("xenial", "16.04"),
            ("bionic", "18.04"),
            ("focal", "20.04"),
            ("jammy", "22.04"),
            ("kinetic", "22.10"),
            ("lunar", "23.04"),
            ("mantic", "23.10"),
            ("noble", "24.04"),
            ("oracular", "24.10"),
            ("plucky", "25.04"),
            ("questing", "25.10"),
        ],
        _ => &[],
    };
    releases.iter().find(|(name, _)| name.eq_ignore_ascii_case(codename)).map(|(_, release)| *release)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
}

/// The `ID` of os-release that a distribution has which tools and documents call by this name, in lower case.
fn canonical_id(name: &str) -> &str {
    match name {
        "alma" | "alma linux" => "almalinux",
        "redhat" | "red hat" | "redhat enterprise linux" | "red hat enterprise linux" => "rhel",
        "rocky linux" | "rockylinux" => "rocky",
        "centos linux" | "centos stream" => "centos",
        "oracle" | "oracle linux" | "oracle linux server" | "oraclelinux" => "ol",
        "amazon" | "amazon linux" | "amazonlinux" => "amzn",
        "fedora linux" => "fedora",
        "debian gnu/linux" => "debian",
        "alpine linux" => "alpine",
        "suse" | "sle" | "suse linux enterprise" | "suse linux enterprise server" => "sles",
        "suse linux enterprise micro" | "slem" => "sle-micro",
        "opensuse.leap" | "opensuse leap" => "opensuse-leap",
        "opensuse.tumbleweed" | "opensuse tumbleweed" => "opensuse-tumbleweed",
        "cbl-mariner" | "cbl mariner" | "common base linux mariner" => "mariner",
        "azure linux" | "microsoft azure linux" => "azurelinux",
        "minimus" => "minimos",
        "photon os" | "vmware photon os" | "vmware photon" => "photon",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, version: &str, expected: &str) {
        let named = Distribution::named(name, version);
        assert_eq!(format!("{} {} {:?}", named.id, named.version, named.codename), expected, "{name} {version}");
    }

    #[test]
    fn documents_call_distributions_by_many_names() {
        check("alma", "8.4", "almalinux 8.4 None");
        check("redhat", "8.4", "rhel 8.4 None");
        check("oracle", "8.5", "ol 8.5 None");
        check("amazon", "2 (Karoo)", "amzn 2 None");
        check("suse linux enterprise server", "15.4", "sles 15.4 None");
        check("opensuse.leap", "15.4", "opensuse-leap 15.4 None");
        check("cbl-mariner", "2.0.20220226", "mariner 2.0.20220226 None");
        check("Debian GNU/Linux", "12", "debian 12 None");
        check("debian", "bookworm/sid", "debian 12 Some(\"bookworm\")");
        check("debian", "sid", "debian  Some(\"sid\")");
        check("Ubuntu", "22.04 (Jammy Jellyfish)", "ubuntu 22.04 None");
        check("alpine", "edge", "alpine edge None");
        check("sles_sap", "15.4", "sles_sap 15.4 None");
        check("wolfi", "", "wolfi  None");
    }

    fn check_purl(purl: &str, expected: Option<&str>) {
        let purl: Purl = purl.parse().unwrap();
        let found = Distribution::of_purl(&purl);
        let shown = found.map(|found| format!("{} {}", found.id, found.codename.unwrap_or(found.version)));
        assert_eq!(shown.as_deref(), expected, "{purl}");
    }

    #[test]
    fn purls_tell_their_distribution() {
        check_purl("pkg:rpm/alma/a@1?distro=alma-8.4", Some("almalinux 8.4"));
        check_purl("pkg:rpm/redhat/a@1?distro=rhel-8.10", Some("rhel 8.10"));
        check_purl("pkg:rpm/suse/a@1?distro=sles_sap-15.4", Some("sles_sap 15.4"));
        check_purl("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", Some("opensuse-leap 15.5"));
        check_purl("pkg:apk/alpine/a@1?distro=3.19.1", Some("alpine 3.19.1"));
        check_purl("pkg:apk/wolfi/a@1", Some("wolfi "));
        check_purl("pkg:deb/debian/a@1?distro=buster", Some("debian buster"));
        check_purl("pkg:deb/debian/a@1?distro=debian-sid", Some("debian sid"));
        check_purl("pkg:deb/debian/a@1?os_distro=bookworm&os_name=debian&os_version=12", Some("debian 12"));
        check_purl("pkg:deb/debian/a@1?os_distro=bookworm&os_name=debian", Some("debian bookworm"));
        check_purl("pkg:apk/alpine/a@1?os_name=alpine&os_version=3.19", Some("alpine 3.19"));
        check_purl("pkg:rpm/redhat/a@1?os_name=rhel&os_version=9", Some("rhel 9"));
        check_purl("pkg:deb/debian/a@1?arch=amd64", None);
        check_purl("pkg:deb/debian/a@1?distro=debian", None);
        check_purl("pkg:deb/a@1?distro=debian-12", None);
    }

    #[test]
    fn a_package_of_another_distribution_is_recognised() {
        let debian = Distribution::named("debian", "10.3");
        let can_have = |purl: &str| debian.can_have(&purl.parse().unwrap());
        assert!(can_have("pkg:deb/debian/a@1?distro=debian-10"));
        assert!(can_have("pkg:deb/debian/a@1?distro=debian-10.3"));
        assert!(can_have("pkg:deb/debian/a@1?distro=buster"));
        assert!(can_have("pkg:deb/debian/a@1"));
        assert!(!can_have("pkg:deb/debian/a@1?distro=bullseye"));
        assert!(!can_have("pkg:deb/debian/a@1?distro=debian-bullseye"));
        assert!(!can_have("pkg:deb/ubuntu/a@1?distro=noble"));
        assert!(can_have("pkg:deb/debian/a@1?distro=stable"), "a word that is no release");
        assert!(!can_have("pkg:deb/debian/a@1?distro=debian-1"));
        assert!(!can_have("pkg:deb/debian/a@1?distro=debian-9"));
        assert!(!can_have("pkg:apk/alpine/a@1?distro=alpine-3.10.4"));
        assert!(can_have("pkg:deb/debian/a@1?os_name=debian&os_version=10"));
        assert!(!can_have("pkg:deb/debian/a@1?os_name=debian&os_version=11"));
        let rhel = Distribution::named("rhel", "8.10");
        assert!(rhel.can_have(&"pkg:rpm/redhat/a@1?distro=redhat-8.10".parse().unwrap()));
        assert!(Distribution::named("wolfi", "").can_have(&"pkg:apk/wolfi/a@1?distro=wolfi-20230201".parse().unwrap()));
    }

    #[test]
    fn versions_are_cut_at_their_dots() {
        let alpine = Distribution { version: "3.19.4".into(), ..Distribution::default() };
        assert_eq!((alpine.major_version(), alpine.minor_version()), ("3", "3.19"));
        let debian = Distribution { version: "12".into(), ..Distribution::default() };
        assert_eq!((debian.major_version(), debian.minor_version()), ("12", "12"));
    }
}
