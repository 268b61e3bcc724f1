//! Places in which a package has its name: ecosystems and releases of distributions, as `Affected::namespace` has them.
//!
//! A namespace is the purl type of an ecosystem (`npm`), or `ID:VERSION_ID` of os-release cut to what the vendor's
//! advisories tell apart: the major version for Debian, RHEL and its family, the minor for Alpine, SUSE and openSUSE.
//! Oracle Linux is `oracle:8`, though its `ID` is `ol`.

use std::borrow::Cow;

use model::Ecosystem;
use model::version::VersionScheme;

use crate::advisory::NameKind;

/// Where a package has its name, and how its versions compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// As `Affected::namespace`.
    pub(super) namespace: Cow<'static, str>,
    /// How versions compare there.
    pub(super) scheme: VersionScheme,
    /// Which sort of package its publisher names.
    pub(super) name_kind: NameKind,
}

impl Place {
    /// An ecosystem of a programming language.
    pub(super) fn language(ecosystem: Ecosystem) -> Place {
        Place {
            namespace: Cow::Borrowed(ecosystem.purl_type()),
            scheme: ecosystem.version_scheme(),
            name_kind: NameKind::Binary,
        }
    }

    /// A release of a distribution.
    pub(super) fn release(namespace: impl Into<Cow<'static, str>>, scheme: VersionScheme, kind: NameKind) -> Place {
        Place { namespace: namespace.into(), scheme, name_kind: kind }
    }
}

/// The package's name as inventories have it; spelling it for comparison is the builder's part.
///
/// Swift packages are named by the address of their repository, with or without scheme and `.git`.
pub(super) fn package_name<'n>(namespace: &str, name: &'n str) -> &'n str {
    if namespace != "swift" {
        return name.trim();
    }
    let path = name.split_once("://").map_or(name, |(_, path)| path).trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path)
}

/// The Debian release with this code name: `debian:12` for `bookworm`.
pub(super) fn debian_codename(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "hamm" => "debian:2.0",
        "slink" => "debian:2.1",
        "potato" => "debian:2.2",
        "woody" => "debian:3.0",
        "sarge" => "debian:3.1",
        "etch" => "debian:4",
        "lenny" => "debian:5",
        "squeeze" => "debian:6",
        "wheezy" => "debian:7",
        "jessie" => "debian:8",
        "stretch" => "debian:9",
        "buster" => "debian:10",
        "bullseye" => "debian:11",
        "bookworm" => "debian:12",
        "trixie" => "debian:13",
        "forky" => "debian:14",
        "duke" => "debian:15",
        "sid" => "debian:sid",
        _ => return None,
    })
}

/// The Ubuntu release with this code name: `ubuntu:22.04` for `jammy`.
pub(super) fn ubuntu_codename(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "precise" => "ubuntu:12.04",
        "quantal" => "ubuntu:12.10",
        "raring" => "ubuntu:13.04",
        "saucy" => "ubuntu:13.10",
        "trusty" => "ubuntu:14.04",
        "utopic" => "ubuntu:14.10",
        "vivid" => "ubuntu:15.04",
        "wily" => "ubuntu:15.10",
        "xenial" => "ubuntu:16.04",
        "yakkety" => "ubuntu:16.10",
        "zesty" => "ubuntu:17.04",
        "artful" => "ubuntu:17.10",
        "bionic" => "ubuntu:18.04",
        "cosmic" => "ubuntu:18.10",
        "disco" => "ubuntu:19.04",
        "eoan" => "ubuntu:19.10",
        "focal" => "ubuntu:20.04",
        "groovy" => "ubuntu:20.10",
        "hirsute" => "ubuntu:21.04",
        "impish" => "ubuntu:21.10",
        "jammy" => "ubuntu:22.04",
        "kinetic" => "ubuntu:22.10",
        "lunar" => "ubuntu:23.04",
        "mantic" => "ubuntu:23.10",
        "noble" => "ubuntu:24.04",
        "oracular" => "ubuntu:24.10",
        "plucky" => "ubuntu:25.04",
        "questing" => "ubuntu:25.10",
        "resolute" => "ubuntu:26.04",
        _ => return None,
    })
}

/// The release that a SUSE or openSUSE product belongs to: `SUSE Linux Enterprise Module for Basesystem 15 SP4` is part
/// of `sles:15.4`. Products that are no part of a release (SUSE Manager, container images) are none.
pub(super) fn suse_product(product: &str) -> Option<String> {
    let product = product.trim();
    let name = product.strip_prefix("SUSE ").unwrap_or(product);
    if name == "openSUSE Tumbleweed" || name == "Tumbleweed" {
        return Some("opensuse-tumbleweed".to_owned());
    }
    let leap = name.strip_prefix("openSUSE ").unwrap_or(name);
    for (prefix, id) in [
        ("Leap Micro ", "opensuse-leap-micro"),
        ("Leap ", "opensuse-leap"),
        ("Linux Enterprise Micro ", "sle-micro"),
        ("Linux Micro ", "sl-micro"),
    ] {
        if let Some(rest) = leap.strip_prefix(prefix) {
            let version = rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next().unwrap_or_default();
            return (!version.is_empty()).then(|| format!("{id}:{version}"));
        }
    }
    let rest = name.strip_prefix("Linux Enterprise ")?;
    let words: Vec<&str> = rest.split([' ', '-']).collect();
    let at = words.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let version = words.get(at).filter(|word| word.bytes().all(|b| b.is_ascii_digit() || b == b'.'))?;
    let pack = words.get(at + 1).and_then(|word| word.strip_prefix("SP")).unwrap_or_default();
    let pack: String = pack.chars().take_while(char::is_ascii_digit).collect();
    Some(if pack.is_empty() { format!("sles:{version}") } else { format!("sles:{version}.{pack}") })
}

/// The release that a Red Hat CPE names, without its `cpe:/o:redhat:` in front: `rhel:8` for
/// `enterprise_linux:8::appstream`. Layered products and extended update streams (`rhel_eus`, `rhel_aus`, `rhel_e4s`,
/// `rhel_tus`), whose builds an ordinary system cannot install, are none.
pub(super) fn red_hat_cpe(cpe: &str) -> Option<String> {
    let mut parts = cpe.split(':');
    let product = parts.next()?;
    let version = parts.next().unwrap_or_default();
    let major = match product {
        "enterprise_linux" | "rhel" => version.split('.').next().unwrap_or_default(),
        "rhel_software_collections" => parts.find_map(|part| part.strip_prefix("el"))?,
        _ => return None,
    };
    let is_number = !major.is_empty() && major.len() <= 2 && major.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("rhel:{major}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(product: &str, namespace: Option<&str>) {
        assert_eq!(suse_product(product).as_deref(), namespace, "{product}");
    }

    #[test]
    fn suse_products_belong_to_their_service_pack() {
        check("SUSE Linux Enterprise Server 15 SP4", Some("sles:15.4"));
        check("Linux Enterprise Server 15 SP4", Some("sles:15.4"));
        check("SUSE Linux Enterprise Module for Basesystem 15 SP4", Some("sles:15.4"));
        check("SUSE Linux Enterprise Server for SAP Applications 12 SP5", Some("sles:12.5"));
        check("SUSE Linux Enterprise Server 12 SP5-LTSS", Some("sles:12.5"));
        check("SUSE Linux Enterprise Server 15-LTSS", Some("sles:15"));
        check("SUSE Linux Enterprise Server 16.0", Some("sles:16.0"));
        check("SUSE Linux Enterprise Micro 5.4", Some("sle-micro:5.4"));
        check("SUSE Linux Micro 6.0", Some("sl-micro:6.0"));
        check("openSUSE Leap 15.5", Some("opensuse-leap:15.5"));
        check("Leap 15.5", Some("opensuse-leap:15.5"));
        check("openSUSE Leap Micro 5.5", Some("opensuse-leap-micro:5.5"));
        check("openSUSE Tumbleweed", Some("opensuse-tumbleweed"));
        check("SUSE Manager Server 4.3", None);
        check("SUSE Linux Enterprise", None);
    }

    #[test]
    fn only_ordinary_streams_of_red_hat_are_releases() {
        assert_eq!(red_hat_cpe("enterprise_linux:8::appstream").as_deref(), Some("rhel:8"));
        assert_eq!(red_hat_cpe("enterprise_linux:10.0").as_deref(), Some("rhel:10"));
        assert_eq!(red_hat_cpe("rhel_software_collections:3::el7").as_deref(), Some("rhel:7"));
        for other in ["rhel_eus:8.4::baseos", "openshift:4.12::el8", "enterprise_linux", ""] {
            assert_eq!(red_hat_cpe(other), None, "{other}");
        }
    }

    #[test]
    fn swift_packages_are_named_by_host_and_path() {
        assert_eq!(package_name("swift", "https://github.com/apple/swift-nio.git"), "github.com/apple/swift-nio");
        assert_eq!(package_name("swift", "github.com/apple/swift-nio/"), "github.com/apple/swift-nio");
        assert_eq!(package_name("npm", "@scope/Name"), "@scope/Name");
    }
}
