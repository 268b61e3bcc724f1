//! Which distribution it is: os-release (os-release(5)), else what a distribution's own release file says.
//!
//! Ranks: 0 `etc/os-release`, 1 `usr/lib/os-release`, 2 `etc/alpine-release`, 3 a distribution's own file, 4 lsb-release,
//! 5 the files that derivatives keep for the sake of others (`redhat-release`, `system-release`), 6 `debian_version`.
//! What a file says is trusted by its words rather than its name: Rocky's `redhat-release` says Rocky Linux.
//!
//! CentOS Stream keeps the id `centos` as in os-release; its name says `CentOS Stream`. A rolling distribution has an
//! empty version, Alpine's development branch the version `edge`.

use model::Distribution;

use crate::ecosystem::{Ecosystem, Want};
use crate::end_of_life::end_of_life;
use crate::found::{Found, FoundRelease};
use crate::wanted_file::{ReadFileError, WantedFile};

/// The release files of distributions.
pub(crate) struct Release;

/// Release files are a few hundred bytes.
const LARGEST_BYTES: u64 = 256 << 10;

/// Distributions that have no releases, so that what they give as version is a date at best.
const ROLLING: &[&str] = &["arch", "chainguard", "gentoo", "minimos", "opensuse-tumbleweed", "void", "wolfi"];

impl Ecosystem for Release {
    fn name(&self) -> &'static str {
        "release"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Path("etc/os-release"),
            Want::Path("usr/lib/os-release"),
            Want::Path("etc/alpine-release"),
            Want::Path("etc/debian_version"),
            Want::Path("etc/lsb-release"),
            Want::Path("etc/redhat-release"),
            Want::Path("etc/system-release"),
            Want::Path("etc/almalinux-release"),
            Want::Path("etc/amazon-linux-release"),
            Want::Path("etc/azurelinux-release"),
            Want::Path("etc/centos-release"),
            Want::Path("etc/fedora-release"),
            Want::Path("etc/mariner-release"),
            Want::Path("etc/openEuler-release"),
            Want::Path("etc/oracle-release"),
            Want::Path("etc/photon-release"),
            Want::Path("etc/rocky-release"),
            Want::Path("etc/SuSE-release"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let bytes = file.bytes_up_to(LARGEST_BYTES)?;
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        let (rank, distribution) = match path.as_str() {
            "etc/os-release" => (0, os_release(&text)),
            "usr/lib/os-release" => (1, os_release(&text)),
            "etc/alpine-release" => (2, alpine_release(&text)),
            "etc/lsb-release" => (4, lsb_release(&text)),
            "etc/redhat-release" | "etc/system-release" => (5, release_line(&text)),
            "etc/debian_version" => (6, debian_version(&text)),
            "etc/SuSE-release" => (3, suse_release(&text)),
            _ => (3, release_line(&text)),
        };
        if let Some(distribution) = distribution {
            found.release = Some(Box::new(FoundRelease { rank, distribution: settle(distribution) }));
        } else if rank <= 1 && !text.trim().is_empty() {
            found.gap(path.as_str(), "it does not say which distribution this is: it has neither ID nor NAME");
        }
        Ok(())
    }
}

/// What the release file of the lowest rank says, with what it leaves out taken from the others of the same distribution.
pub(crate) fn complete(first: &FoundRelease, others: &[&FoundRelease]) -> Distribution {
    let mut distribution = first.distribution.clone();
    for other in others.iter().map(|release| &release.distribution).filter(|other| other.id == distribution.id) {
        if distribution.version.is_empty() && !ROLLING.contains(&distribution.id.as_str()) {
            distribution.version.clone_from(&other.version);
        }
        distribution.codename = distribution.codename.or_else(|| other.codename.clone());
        distribution.cpe = distribution.cpe.or_else(|| other.cpe.clone());
    }
    settle(distribution)
}

/// Brings the version into the form in which advisories know it, and adds the end of support.
fn settle(mut distribution: Distribution) -> Distribution {
    if ROLLING.contains(&distribution.id.as_str()) {
        distribution.version.clear();
    }
    if distribution.id == "alpine"
        && (distribution.version.contains("_alpha") || distribution.name.trim_end().ends_with(" edge"))
    {
        distribution.version = "edge".into();
    }
    if distribution.id == "debian" && distribution.version.is_empty() {
        // Testing and unstable give the codename only; its number is settled as soon as it has one.
        let codename = distribution.codename.as_deref().unwrap_or_default();
        distribution.version = debian_number(codename).unwrap_or_default().to_owned();
    }
    if distribution.name.is_empty() {
        distribution.name = format!("{} {}", distribution.id, distribution.version).trim().to_owned();
    }
    distribution.end_of_life = end_of_life(&distribution).map(str::to_owned);
    distribution
}

fn os_release(text: &str) -> Option<Distribution> {
    let mut distribution = Distribution::default();
    let (mut name, mut version) = (String::new(), String::new());
    for (key, value) in assignments(text) {
        match key {
            "ID" => distribution.id = value.trim().to_ascii_lowercase(),
            "ID_LIKE" => distribution.id_like = value.split_whitespace().map(str::to_ascii_lowercase).collect(),
            "VERSION_ID" => distribution.version = value.trim().to_owned(),
            "VERSION_CODENAME" => distribution.codename = Some(value),
            "PRETTY_NAME" => distribution.name = value,
            "CPE_NAME" => distribution.cpe = Some(value),
            "NAME" => name = value,
            "VERSION" => version = value,
            _ => {}
        }
    }
    if distribution.id.is_empty() {
        distribution.id = identifier(&name)?;
    }
    if distribution.name.is_empty() && !name.is_empty() {
        let version = if version.is_empty() { &distribution.version } else { &version };
        distribution.name = format!("{name} {version}").trim().to_owned();
    } else if distribution.id == "centos" && name.contains("Stream") && !distribution.name.contains("Stream") {
        distribution.name = name;
    }
    distribution.codename = distribution.codename.filter(|codename| !codename.is_empty()).or_else(|| {
        // Older releases have the codename in the version's brackets only: `VERSION="9 (stretch)"`.
        let (_, rest) = version.split_once('(')?;
        let word = rest.split_once(')')?.0;
        // openEuler has the stream of a release there: `VERSION="22.03 (LTS-SP3)"`.
        let is_word = matches!(distribution.id.as_str(), "debian" | "raspbian" | "openeuler") && !word.contains(' ');
        is_word.then(|| word.to_owned())
    });
    Some(distribution)
}

fn lsb_release(text: &str) -> Option<Distribution> {
    let mut distribution = Distribution::default();
    for (key, value) in assignments(text) {
        match key {
            "DISTRIB_ID" => distribution.id = identifier(&value).unwrap_or_default(),
            "DISTRIB_RELEASE" => distribution.version = value.trim().to_owned(),
            "DISTRIB_CODENAME" => distribution.codename = Some(value).filter(|codename| !codename.is_empty()),
            "DISTRIB_DESCRIPTION" => distribution.name = value,
            _ => {}
        }
    }
    (!distribution.id.is_empty()).then_some(distribution)
}

/// A line such as `Rocky Linux release 9.0 (Blue Onyx)` or `VMware Photon OS 4.0`.
fn release_line(text: &str) -> Option<Distribution> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let before = line.split(" release ").next().unwrap_or(line);
    let version = line
        .split_whitespace()
        .map(|word| word.trim_start_matches(['V', 'v']))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_default();
    let id = identifier(before)?;
    let version = match id.as_str() {
        // Build numbers follow the release: `CBL-Mariner 2.0.20220527`.
        "mariner" | "azurelinux" => version.match_indices('.').nth(1).map_or(version, |(end, _)| &version[..end]),
        _ => version,
    };
    Some(Distribution { id, version: version.to_owned(), name: line.to_owned(), ..Distribution::default() })
}

/// `SUSE Linux Enterprise Server 11 (x86_64)` and lines `VERSION = 11`, `PATCHLEVEL = 4`.
fn suse_release(text: &str) -> Option<Distribution> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let field = |name| {
        text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == name).map(|(_, v)| v.trim())
    };
    let version = field("VERSION")?;
    let version = match field("PATCHLEVEL") {
        Some(level) if level != "0" && !version.contains('.') => format!("{version}.{level}"),
        _ => version.to_owned(),
    };
    let name = line.split(" (").next().unwrap_or(line);
    Some(Distribution {
        id: identifier(line)?,
        version,
        codename: field("CODENAME").map(str::to_owned),
        name: name.to_owned(),
        ..Distribution::default()
    })
}

fn alpine_release(text: &str) -> Option<Distribution> {
    let version = text.trim();
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| Distribution {
        id: "alpine".into(),
        version: version.to_owned(),
        name: format!("Alpine Linux {version}"),
        ..Distribution::default()
    })
}

/// `12.15`, or `trixie/sid` before a release has its number.
fn debian_version(text: &str) -> Option<Distribution> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let mut distribution =
        Distribution { id: "debian".into(), name: format!("Debian GNU/Linux {text}"), ..Distribution::default() };
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        // Before Debian 4 the second number was a release of its own.
        let major = text.split('.').next().unwrap_or_default();
        let is_old = matches!(major, "0" | "1" | "2" | "3");
        distribution.version = if is_old { text.to_owned() } else { major.to_owned() };
    } else {
        distribution.codename = text.split('/').next().map(str::to_owned);
    }
    Some(distribution)
}

fn debian_number(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "wheezy" => "7",
        "jessie" => "8",
        "stretch" => "9",
        "buster" => "10",
        "bullseye" => "11",
        "bookworm" => "12",
        "trixie" => "13",
        "forky" => "14",
        "duke" => "15",
        _ => return None,
    })
}

/// The os-release id of a distribution that is named in words, the more special first; an unknown name makes its own.
fn identifier(name: &str) -> Option<String> {
    const NAMES: &[(&str, &str)] = &[
        ("almalinux", "almalinux"),
        ("alpine", "alpine"),
        ("amazon linux", "amzn"),
        ("azure linux", "azurelinux"),
        ("cbl-mariner", "mariner"),
        ("mariner", "mariner"),
        ("centos", "centos"),
        ("debian", "debian"),
        ("fedora", "fedora"),
        ("opensuse leap", "opensuse-leap"),
        ("opensuse tumbleweed", "opensuse-tumbleweed"),
        ("opensuse", "opensuse"),
        ("oracle linux", "ol"),
        ("enterprise linux enterprise linux", "ol"),
        ("photon", "photon"),
        ("red hat enterprise linux", "rhel"),
        ("rocky linux", "rocky"),
        ("scientific linux", "scientific"),
        ("suse linux enterprise desktop", "sled"),
        ("suse linux enterprise", "sles"),
        ("ubuntu", "ubuntu"),
        ("wolfi", "wolfi"),
    ];
    let lower = name.trim().to_ascii_lowercase();
    if let Some((_, id)) = NAMES.iter().find(|(words, _)| lower.contains(words)) {
        return Some((*id).to_owned());
    }
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_name = !words.is_empty() && lower.len() <= 100;
    is_name.then(|| words.into_iter().filter(|&word| word != "linux").collect::<Vec<_>>().join("-"))
}

/// Shell assignments, `KEY=value`, with quotes and escapes as os-release(5) allows them.
fn assignments(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        if line.starts_with('#') {
            return None;
        }
        let (key, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        Some((key.trim(), unquoted(value.trim())))
    })
}

fn unquoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut quote = None;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => text.extend(characters.next()),
            ('"' | '\'', None) => quote = Some(character),
            (character, Some(open)) if character == open => quote = None,
            (character, _) => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests;
