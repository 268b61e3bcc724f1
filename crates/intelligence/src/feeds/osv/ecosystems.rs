//! Ecosystem strings of the OSV schema (ossf/osv-schema, Defined Ecosystems) and the places they mean.
//!
//! Which sort of package a distribution's records name: the schema says *source* for Debian, Ubuntu, Alpine, Wolfi,
//! Chainguard, Mageia, Rocky Linux, SUSE and openEuler, and *binary or source* for Red Hat. AlmaLinux says source and
//! publishes binary names (each record lists `-devel`, `-debuginfo` and the like), so binary it is.

use std::borrow::Cow;

use model::Ecosystem;
use model::version::VersionScheme::{Apk, Deb, Rpm};

use crate::advisory::NameKind::{Binary, Source};
use crate::feeds::places::{Place, red_hat_cpe, suse_product};

/// The place an ecosystem string means, or why its packages are of no use to us.
pub(super) fn place(ecosystem: &str) -> Result<Place, Cow<'static, str>> {
    let (name, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    if let Some(language) = language(name) {
        return Ok(Place::language(language));
    }
    let needs_release = || -> Result<Place, Cow<'static, str>> { Err("ecosystem without its release".into()) };
    let versioned = |id: &str, version: &str, scheme, kind| match version {
        "" => needs_release(),
        version => Ok(Place::release(format!("{id}:{version}"), scheme, kind)),
    };
    match name {
        "Debian" => match release {
            "sid" | "unstable" => Ok(Place::release("debian:sid", Deb, Source)),
            // Releases before squeeze had two numbers of which both counted; from etch on the second was always 0.
            release => {
                versioned("debian", release.strip_suffix(".0").filter(|v| *v > "3").unwrap_or(release), Deb, Source)
            }
        },
        "Ubuntu" => ubuntu(release),
        "Alpine" => versioned("alpine", release.trim_start_matches('v'), Apk, Source),
        "Wolfi" => Ok(Place::release("wolfi", Apk, Source)),
        "Chainguard" => Ok(Place::release("chainguard", Apk, Source)),
        "MinimOS" => Ok(Place::release("minimos", Apk, Source)),
        "Alpaquita" => versioned("alpaquita", release, Apk, Source),
        "Echo" => {
            Ok(Place::release(if release.is_empty() { "echo".into() } else { format!("echo:{release}") }, Deb, Source))
        }
        "AlmaLinux" => versioned("almalinux", major(release), Rpm, Binary),
        "Rocky Linux" => versioned("rocky", major(release), Rpm, Source),
        "Red Hat" => match red_hat_cpe(release) {
            Some(namespace) => Ok(Place::release(namespace, Rpm, Binary)),
            None => Err("Red Hat product that is no ordinary RHEL stream".into()),
        },
        "SUSE" | "openSUSE" => match suse_product(release) {
            Some(namespace) => Ok(Place::release(namespace, Rpm, Source)),
            None => Err("SUSE product that is part of no release".into()),
        },
        "Mageia" => versioned("mageia", release, Rpm, Source),
        "Photon OS" => versioned("photon", release, Rpm, Binary),
        "Azure Linux" | "CBL-Mariner" => match release {
            "2" | "2.0" => Ok(Place::release("mariner:2.0", Rpm, Source)),
            release => versioned("azurelinux", &with_minor(release), Rpm, Source),
        },
        "openEuler" => versioned("openeuler", &release.to_ascii_uppercase(), Rpm, Source),
        "Oracle" | "Oracle Linux" => versioned("oracle", major(release), Rpm, Binary),
        "Amazon Linux" => versioned("amzn", release, Rpm, Binary),
        "Fedora" => versioned("fedora", release, Rpm, Binary),
        _ => Err(format!("ecosystem `{}`", name.chars().take(40).collect::<String>()).into()),
    }
}

fn language(name: &str) -> Option<Ecosystem> {
    Some(match name {
        "crates.io" => Ecosystem::Cargo,
        "Go" => Ecosystem::Golang,
        "Maven" => Ecosystem::Maven,
        "npm" => Ecosystem::Npm,
        "NuGet" => Ecosystem::Nuget,
        "Packagist" => Ecosystem::Composer,
        "PyPI" => Ecosystem::Pypi,
        "RubyGems" => Ecosystem::Gem,
        "Pub" => Ecosystem::Pub,
        "Hex" => Ecosystem::Hex,
        "SwiftURL" => Ecosystem::Swift,
        "ConanCenter" => Ecosystem::Conan,
        "CRAN" => Ecosystem::Cran,
        "Hackage" => Ecosystem::Hackage,
        "Julia" => Ecosystem::Julia,
        "Bitnami" => Ecosystem::Bitnami,
        "Conda" | "conda" => Ecosystem::Conda,
        "CocoaPods" => Ecosystem::Cocoapods,
        "WordPress" => Ecosystem::Wordpress,
        _ => return None,
    })
}

/// `22.04:LTS`, `Pro:18.04:LTS` (fixes under Expanded Security Maintenance: the same packages, so the same place).
fn ubuntu(release: &str) -> Result<Place, Cow<'static, str>> {
    let mut parts = release.split(':').peekable();
    parts.next_if_eq(&"Pro");
    match parts.next() {
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            Ok(Place::release(format!("ubuntu:{version}"), Deb, Source))
        }
        Some("") | None => Err("ecosystem without its release".into()),
        // FIPS, FIPS-updates, FIPS-preview, Realtime, Legacy: other builds under the same names.
        Some(_) => Err("Ubuntu Pro stream of other builds (FIPS, real time)".into()),
    }
}

fn major(release: &str) -> &str {
    release.split('.').next().unwrap_or_default()
}

fn with_minor(release: &str) -> Cow<'_, str> {
    if release.is_empty() || release.contains('.') { release.into() } else { format!("{release}.0").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ecosystem: &str, expected: Result<&str, &str>) {
        let found =
            place(ecosystem).map(|place| format!("{} {:?} {:?}", place.namespace, place.scheme, place.name_kind));
        assert_eq!(found.as_deref().map_err(AsRef::as_ref), expected, "{ecosystem}");
    }

    #[test]
    fn every_ecosystem_string_has_its_place() {
        check("Debian:12", Ok("debian:12 Deb Source"));
        check("Debian:6.0", Ok("debian:6 Deb Source"));
        check("Debian:3.0", Ok("debian:3.0 Deb Source"));
        check("Ubuntu:22.04:LTS", Ok("ubuntu:22.04 Deb Source"));
        check("Ubuntu:23.10", Ok("ubuntu:23.10 Deb Source"));
        check("Ubuntu:Pro:18.04:LTS", Ok("ubuntu:18.04 Deb Source"));
        check("Ubuntu:Pro:FIPS-updates:20.04:LTS", Err("Ubuntu Pro stream of other builds (FIPS, real time)"));
        check("Alpine:v3.19", Ok("alpine:3.19 Apk Source"));
        check("AlmaLinux:8", Ok("almalinux:8 Rpm Binary"));
        check("Rocky Linux:9", Ok("rocky:9 Rpm Source"));
        check("Red Hat:enterprise_linux:8::appstream", Ok("rhel:8 Rpm Binary"));
        check("Red Hat:rhel_eus:8.4::baseos", Err("Red Hat product that is no ordinary RHEL stream"));
        check("SUSE:Linux Enterprise Server 15 SP4", Ok("sles:15.4 Rpm Source"));
        check("SUSE:Linux Enterprise Module for Basesystem 15 SP4", Ok("sles:15.4 Rpm Source"));
        check("openSUSE:Leap 15.5", Ok("opensuse-leap:15.5 Rpm Source"));
        check("openSUSE:Tumbleweed", Ok("opensuse-tumbleweed Rpm Source"));
        check("Mageia:9", Ok("mageia:9 Rpm Source"));
        check("Photon OS:4.0", Ok("photon:4.0 Rpm Binary"));
        check("Azure Linux:3", Ok("azurelinux:3.0 Rpm Source"));
        check("Azure Linux:2", Ok("mariner:2.0 Rpm Source"));
        check("openEuler:24.03-LTS", Ok("openeuler:24.03-LTS Rpm Source"));
        check("openEuler:22.03-LTS-SP3", Ok("openeuler:22.03-LTS-SP3 Rpm Source"));
        check("Wolfi", Ok("wolfi Apk Source"));
        check("Chainguard", Ok("chainguard Apk Source"));
        check("MinimOS", Ok("minimos Apk Source"));
        check("Echo", Ok("echo Deb Source"));
        check("crates.io", Ok("cargo Semver Binary"));
        check("Go", Ok("golang Semver Binary"));
        check("Maven", Ok("maven Maven Binary"));
        check("Maven:https://maven.google.com", Ok("maven Maven Binary"));
        check("Packagist:https://packages.drupal.org/8", Ok("composer Packagist Binary"));
        check("PyPI", Ok("pypi Pypi Binary"));
        check("SwiftURL", Ok("swift Semver Binary"));
        check("Bitnami", Ok("bitnami Generic Binary"));
        check("Debian", Err("ecosystem without its release"));
        check("OSS-Fuzz", Err("ecosystem `OSS-Fuzz`"));
        check("Android:14", Err("ecosystem `Android`"));
        check("", Err("ecosystem ``"));
    }
}
