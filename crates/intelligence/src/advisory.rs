//! What feeds say, in our words: advisories on packages, and facts about vulnerabilities.

use model::cvss::CvssVector;
use model::version::VersionScheme;
use model::{EpssScore, FindingStatus};

/// One record of a feed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Record {
    /// What a source says of vulnerabilities in packages.
    Advisory(Advisory),
    /// What a source says of a vulnerability itself.
    Vulnerability(VulnerabilityFacts),
    /// The archive with this SHA-1 is this Maven artifact.
    Archive(ArchiveName),
    /// The file with this SHA-256 is malware.
    Malware(KnownMalware),
}

/// What one source says of one or several vulnerabilities in packages (an OSV record, a DSA, a secdb entry).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Advisory {
    /// The source in lower case: `debian`, `alpine`, `almalinux`, `ghsa`, `pypa`, `rustsec`, `golang`, …
    pub(crate) source: String,
    /// The advisory's own id: `DSA-5000-1`, `ALSA-2022:1234`, `GHSA-…`; the CVE id where the source has no own.
    pub(crate) id: String,
    /// The vulnerabilities it speaks of by their other ids (CVE, GHSA, …), whether the source calls them aliases,
    /// upstream or related: each CVE among them is a finding of its own.
    pub(crate) vulnerabilities: Vec<String>,
    /// Where to read it.
    pub(crate) url: Option<String>,
    /// One line on what it is.
    pub(crate) title: Option<String>,
    /// When it became public, RFC 3339.
    pub(crate) published: Option<String>,
    /// When it last changed, RFC 3339: the newest of these is the database's sequence number.
    pub(crate) modified: Option<String>,
    /// The source's own rating, its own word.
    pub(crate) severity: Option<String>,
    /// The source's own scores.
    pub(crate) scores: Vec<CvssVector>,
    /// The packages it speaks of.
    pub(crate) affected: Vec<Affected>,
}

/// What an advisory says of one package in one place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Affected {
    /// Whose package it is: an ecosystem (`npm`, `pypi`, `golang`: the purl type) or a release of a distribution
    /// (`debian:12`, `alpine:3.19`, `ubuntu:22.04`, `rhel:8`, `almalinux:8`, `sles:15.4`, `amzn:2023`, `wolfi`).
    pub(crate) namespace: String,
    /// The package's name in that namespace, normalised as the ecosystem demands (PEP 503 for `pypi`).
    pub(crate) package: String,
    /// Whether the name is that of a source package or of a binary one.
    pub(crate) name_kind: NameKind,
    /// `name:stream` of the rpm module that the record is limited to.
    pub(crate) module: Option<String>,
    /// How its versions compare.
    pub(crate) scheme: VersionScheme,
    /// The affected versions as ranges. No range and no version means every version.
    pub(crate) ranges: Vec<VersionRange>,
    /// The affected versions one by one, beside the ranges.
    pub(crate) versions: Vec<String>,
    /// What the source says of the package; `Affected` where it only names versions, `NotAffected` for a record that
    /// exists to say so (then other sources' advisories on the same vulnerability do not apply here).
    pub(crate) status: FindingStatus,
    /// The source's rating for this package, when it differs from the advisory's.
    pub(crate) severity: Option<String>,
}

/// Which sort of package a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameKind {
    /// A source package: all binary packages built from it are meant.
    Source,
    /// An installed (binary) package, or a package of an ecosystem without that difference.
    Binary,
}

/// Whether the binary packages that are named in a namespace are those of its source packages, each with what is said of
/// its source: what knows its source is found by that, and not by its own name again.
pub(crate) fn binaries_are_beside_sources(namespace: &str) -> bool {
    namespace.starts_with("debian:") || namespace.starts_with("ubuntu:")
}

/// A run of affected versions: from `introduced` (inclusive; `None` = the very first) up to the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct VersionRange {
    /// The first affected version.
    pub(crate) introduced: Option<String>,
    /// Where it ends.
    pub(crate) end: RangeEnd,
}

impl VersionRange {
    /// Takes the epochs off versions of rpm.
    pub(crate) fn drop_epochs(&mut self) {
        let end = match &mut self.end {
            RangeEnd::Open => None,
            RangeEnd::Fixed(version) | RangeEnd::LastAffected(version) | RangeEnd::Limit(version) => Some(version),
        };
        for version in self.introduced.iter_mut().chain(end) {
            if let Some((epoch, rest)) = version.split_once(':')
                && epoch.bytes().all(|byte| byte.is_ascii_digit())
            {
                *version = rest.to_owned();
            }
        }
    }
}

/// The upper end of a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum RangeEnd {
    /// Never: no fixed version exists.
    #[default]
    Open,
    /// Before this version, which repairs it.
    Fixed(String),
    /// With this version, which is still affected.
    LastAffected(String),
    /// Before this version, which is not said to be a repair (OSV `limit`).
    Limit(String),
}

/// What a source says of a vulnerability itself: NVD, the CVE list, KEV, EPSS.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct VulnerabilityFacts {
    /// The CVE id.
    pub(crate) id: String,
    /// The source in lower case: `nvd`, `cna`, `cisa-adp`, `kev`, `epss`.
    pub(crate) source: String,
    /// Other ids of the same vulnerability.
    pub(crate) aliases: Vec<String>,
    /// One line on what it is.
    pub(crate) title: Option<String>,
    /// When it became public, RFC 3339.
    pub(crate) published: Option<String>,
    /// When the record last changed, RFC 3339.
    pub(crate) modified: Option<String>,
    /// The source's own rating, its own word.
    pub(crate) severity: Option<String>,
    /// The source's scores.
    pub(crate) scores: Vec<CvssVector>,
    /// Whether the id was rejected: nothing is reported under it.
    pub(crate) rejected: bool,
    /// Whether CISA knows it to be exploited.
    pub(crate) kev: bool,
    /// The exploit prediction.
    pub(crate) epss: Option<EpssScore>,
}

/// A Maven artifact known by the SHA-1 of its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArchiveName {
    /// Lower-case hexadecimal.
    pub(crate) sha1: String,
    /// `group:artifact`.
    pub(crate) name: String,
    /// The version.
    pub(crate) version: String,
}

/// A file that is known to be malware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownMalware {
    /// Its hash.
    pub(crate) sha256: [u8; 32],
    /// The name of its family; empty where the list gives none.
    pub(crate) name: String,
    /// When the list took it up, in RFC 3339.
    pub(crate) modified: Option<String>,
}
