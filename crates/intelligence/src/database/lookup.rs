//! What every source says of one vulnerability, side by side.

use model::{EpssScore, FindingStatus, SourcedScore};

use super::Database;
use super::packages::{End, Entry, PackageRecord, Range};
use super::sources::{Namespace, namespaces};
use super::storage::{Damaged, Storage};
use super::vulnerabilities::{Named, StoredAdvisory, Vulnerability, find_id, numbers, vulnerability_id};
use crate::matching::Scores;
use crate::time;

/// Everything that is known of a vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct VulnerabilityRecord {
    /// Its id: the CVE id where there is one; the advisory's id when an advisory on several was asked for.
    pub id: String,
    /// Its other ids; for an advisory on several vulnerabilities, these.
    pub aliases: Vec<String>,
    /// One line on what it is.
    pub title: Option<String>,
    /// When it became public, RFC 3339.
    pub published: Option<String>,
    /// Whether CISA knows it to be exploited.
    pub kev: bool,
    /// The exploit prediction.
    pub epss: Option<EpssScore>,
    /// Every score known, sorted by source.
    pub scores: Vec<SourcedScore>,
    /// Every source's own rating, in its own word, sorted by source.
    pub ratings: Vec<(String, String)>,
    /// What the sources say, sorted by source and id.
    pub advisories: Vec<AdvisoryRecord>,
}

/// One source's advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryRecord {
    /// The source.
    pub source: String,
    /// The advisory's own id.
    pub id: String,
    /// Where to read it.
    pub url: Option<String>,
    /// One line on what it is.
    pub title: Option<String>,
    /// When it became public, RFC 3339.
    pub published: Option<String>,
    /// When it last changed, RFC 3339.
    pub modified: Option<String>,
    /// The source's own rating, its own word.
    pub severity: Option<String>,
    /// The packages it speaks of.
    pub affected: Vec<AffectedPackage>,
}

/// What an advisory says of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedPackage {
    /// Whose package it is: `npm`, `debian:12`.
    pub namespace: String,
    /// The package.
    pub package: String,
    /// Whether that is the name of a source package.
    pub is_source: bool,
    /// The rpm module `name:stream` that the statement is limited to.
    pub module: Option<String>,
    /// What the source says of the package.
    pub status: FindingStatus,
    /// The source's rating for this package.
    pub severity: Option<String>,
    /// The affected versions as people write them: `>= 1.2, < 1.4.3`; empty for none, `*` for all.
    pub ranges: Vec<String>,
    /// The affected versions that lie in no range.
    pub versions: Vec<String>,
}

impl Database {
    /// Everything known of a vulnerability, by any of its ids, or of an advisory; nothing when the id is unknown or the
    /// database is damaged where it is read, which [`Database::verify`] tells apart.
    pub fn lookup(&self, id: &str) -> Option<VulnerabilityRecord> {
        look_up(self.storage(), id.trim()).unwrap_or_default()
    }
}

fn look_up(storage: &Storage, id: &str) -> Result<Option<VulnerabilityRecord>, Damaged> {
    let found = match find_id(storage, id)? {
        Some(found) => Some(found),
        None => find_id(storage, &id.to_ascii_uppercase())?,
    };
    match found {
        Some(Named::Vulnerability(number)) => vulnerability_record(storage, number).map(Some),
        Some(Named::Advisory(number)) => advisory_as_record(storage, number).map(Some),
        None => Ok(None),
    }
}

fn vulnerability_record(storage: &Storage, number: u32) -> Result<VulnerabilityRecord, Damaged> {
    let mut found = Vulnerability::default();
    let advisories = numbers(found.read(storage, number)?)?;
    let namespaces = namespaces(storage)?;
    let advisories = advisories
        .into_iter()
        .map(|number| AdvisoryPart::read(storage, number)?.record(storage, &namespaces))
        .collect::<Result<_, Damaged>>()?;
    Ok(VulnerabilityRecord {
        id: found.id_text(),
        aliases: found.aliases.iter().map(|alias| alias.to_text()).collect(),
        title: found.title.map(str::to_owned),
        published: time::decode(found.published),
        kev: found.kev,
        epss: found.epss,
        scores: Scores::default().sourced(&found.scores),
        ratings: found.ratings.iter().map(|&(source, word)| (source.to_owned(), word.to_owned())).collect(),
        advisories,
    })
}

/// An advisory on several vulnerabilities; the parts of one that its source gives in parts follow one another.
fn advisory_as_record(storage: &Storage, first: u32) -> Result<VulnerabilityRecord, Damaged> {
    let first = AdvisoryPart::read(storage, first)?;
    let (id, source) = (first.stored.id, first.stored.source);
    let (title, published) = (first.stored.title.map(str::to_owned), time::decode(first.stored.published));
    let ratings = first.stored.severity.iter().map(|&word| (source.to_owned(), word.to_owned())).collect();
    let (mut aliases, mut advisories) = (Vec::new(), Vec::new());
    let namespaces = namespaces(storage)?;
    let text = first.stored.id_text();
    let mut part = Some(first);
    while let Some(this) = part.take() {
        for &number in &this.stored.vulnerabilities {
            aliases.push(vulnerability_id(storage, number)?.to_text());
        }
        let next = AdvisoryPart::read(storage, this.number.saturating_add(1)).ok();
        part = next.filter(|next| next.stored.id == id && next.stored.source == source);
        advisories.push(this.record(storage, &namespaces)?);
    }
    let (kev, epss, scores) = (false, None, Vec::new());
    Ok(VulnerabilityRecord { id: text, aliases, title, published, kev, epss, scores, ratings, advisories })
}

/// An advisory with its number and the offsets of its packages.
struct AdvisoryPart<'a> {
    number: u32,
    stored: StoredAdvisory<'a>,
    packages: Vec<u32>,
}

impl<'a> AdvisoryPart<'a> {
    fn read(storage: &'a Storage, number: u32) -> Result<AdvisoryPart<'a>, Damaged> {
        let mut stored = StoredAdvisory::default();
        let packages = numbers(stored.read(storage, number)?)?;
        Ok(AdvisoryPart { number, stored, packages })
    }

    fn record(self, storage: &Storage, namespaces: &[Namespace<'_>]) -> Result<AdvisoryRecord, Damaged> {
        let AdvisoryPart { number, stored, packages } = self;
        let mut affected = Vec::new();
        for offset in packages {
            let package = PackageRecord::read(storage, offset as usize)?;
            let namespace = namespaces.get(package.namespace as usize).ok_or(Damaged { at: offset as usize })?;
            let mut entry = Entry::default();
            let mut entries = package.entries();
            while entries.advance(&mut entry)? {
                if entry.advisory == number {
                    affected.push(affected_package(namespace, &package, &entry)?);
                }
            }
        }
        Ok(AdvisoryRecord {
            source: stored.source.to_owned(),
            id: stored.id_text(),
            url: stored.url(),
            title: stored.title.map(str::to_owned),
            published: time::decode(stored.published),
            modified: time::decode(stored.modified),
            severity: stored.severity.map(str::to_owned),
            affected,
        })
    }
}

fn affected_package(
    namespace: &Namespace<'_>,
    package: &PackageRecord<'_>,
    entry: &Entry<'_>,
) -> Result<AffectedPackage, Damaged> {
    let ranges = if entry.all_versions {
        vec!["*".to_owned()]
    } else {
        entry.ranges.iter().map(|range| range_text(package, range)).collect::<Result<_, Damaged>>()?
    };
    let versions = entry.versions.iter().map(|&rank| package.version(rank).map(str::to_owned));
    Ok(AffectedPackage {
        namespace: namespace.name.to_owned(),
        package: package.name.to_owned(),
        is_source: package.is_source,
        module: entry.module.map(str::to_owned),
        status: entry.status,
        severity: entry.severity.map(str::to_owned),
        ranges,
        versions: versions.collect::<Result<_, Damaged>>()?,
    })
}

fn range_text(package: &PackageRecord<'_>, range: &Range) -> Result<String, Damaged> {
    let mut parts = Vec::new();
    if let Some(rank) = range.introduced {
        parts.push(format!(">= {}", package.version(rank)?));
    }
    match range.end {
        End::Open => {}
        End::Fixed(rank) | End::Limit(rank) => parts.push(format!("< {}", package.version(rank)?)),
        End::LastAffected(rank) => parts.push(format!("<= {}", package.version(rank)?)),
    }
    Ok(if parts.is_empty() { "*".to_owned() } else { parts.join(", ") })
}
