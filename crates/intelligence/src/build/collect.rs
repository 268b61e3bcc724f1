//! Takes the records of all feeds and keeps them small until they are laid out.

use std::collections::BTreeMap;

use model::version::VersionScheme;
use model::{CveId, EpssScore, FindingStatus};

use super::intern::{Interner, TextId};
use super::{BuildOptions, SkippedRecord};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange, VulnerabilityFacts};
use crate::database::sha1_bytes;
use crate::feed::Sink;
use crate::{package_name, time};

/// How many skipped records are named in the summary; the others are only counted.
const NAMED_SKIPPED: usize = 100;
/// How many records of a source that were skipped for the same reason are named.
const NAMED_OF_A_REASON: usize = 3;
/// The longest title kept; a line of text does not need more.
const MAX_TITLE_BYTES: usize = 240;

/// Everything that the feeds said.
pub(super) struct Collected {
    pub(super) texts: Interner,
    pub(super) advisories: Vec<AdvisoryRow>,
    pub(super) affected: Vec<AffectedRow>,
    pub(super) ranges: Vec<RangeRow>,
    pub(super) versions: Vec<TextId>,
    pub(super) ids: Vec<TextId>,
    pub(super) scores: Vec<TextId>,
    pub(super) facts: Vec<FactsRow>,
    pub(super) archives: Vec<([u8; 20], TextId, TextId)>,
    pub(super) malware: Vec<([u8; 32], TextId)>,
    pub(super) sources: BTreeMap<String, SourceTally>,
    pub(super) newest: u64,
    pub(super) skipped: u64,
    pub(super) skipped_records: Vec<SkippedRecord>,
    untitled: Vec<String>,
    /// No record is newer than this.
    latest: u64,
}

/// How much a source brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SourceTally {
    pub(super) records: u64,
    pub(super) newest: Option<u64>,
}

/// A run of rows of another table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn of<T>(self, rows: &[T]) -> &[T] {
        &rows[self.start as usize..self.end as usize]
    }

    /// Appends rows to a table.
    fn append<T>(table: &mut Vec<T>, rows: impl IntoIterator<Item = T>) -> Span {
        let start = table.len() as u32;
        table.extend(rows);
        Span { start, end: table.len() as u32 }
    }
}

/// An advisory without its packages.
#[derive(Debug, Clone, Copy)]
pub(super) struct AdvisoryRow {
    pub(super) source: TextId,
    pub(super) id: TextId,
    pub(super) url: TextId,
    pub(super) title: TextId,
    pub(super) severity: TextId,
    pub(super) published: Option<u64>,
    pub(super) modified: Option<u64>,
    /// Other ids, in `ids`.
    pub(super) vulnerabilities: Span,
    /// Vectors, in `scores`.
    pub(super) scores: Span,
    /// Whether its packages are those of an operating system: then its own id is that of an erratum, no alias.
    pub(super) is_of_system: bool,
}

/// What an advisory says of one package.
#[derive(Debug, Clone, Copy)]
pub(super) struct AffectedRow {
    pub(super) advisory: u32,
    pub(super) namespace: TextId,
    pub(super) package: TextId,
    pub(super) module: TextId,
    pub(super) severity: TextId,
    pub(super) is_source: bool,
    pub(super) scheme: VersionScheme,
    pub(super) status: FindingStatus,
    pub(super) all_versions: bool,
    pub(super) ranges: Span,
    pub(super) versions: Span,
}

/// A run of affected versions; the texts' number, zero for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RangeRow {
    pub(super) introduced: TextId,
    pub(super) end: u8,
    pub(super) end_version: TextId,
}

/// What a source says of a vulnerability itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct FactsRow {
    pub(super) id: TextId,
    pub(super) source: TextId,
    pub(super) aliases: Span,
    pub(super) title: TextId,
    pub(super) severity: TextId,
    pub(super) published: Option<u64>,
    pub(super) scores: Span,
    pub(super) rejected: bool,
    pub(super) kev: bool,
    pub(super) epss: Option<EpssScore>,
}

impl Collected {
    pub(super) fn new(options: &BuildOptions) -> Collected {
        Collected {
            texts: Interner::new(),
            advisories: Vec::new(),
            affected: Vec::new(),
            ranges: Vec::new(),
            versions: Vec::new(),
            ids: Vec::new(),
            scores: Vec::new(),
            facts: Vec::new(),
            archives: Vec::new(),
            malware: Vec::new(),
            sources: BTreeMap::new(),
            newest: 0,
            skipped: 0,
            skipped_records: Vec::new(),
            untitled: options.without_titles.clone(),
            latest: options.latest.unwrap_or(u64::MAX),
        }
    }

    fn advisory(&mut self, source_name: &str, advisory: &Advisory) -> Option<u64> {
        let (published, modified) = (parsed(&advisory.published), parsed(&advisory.modified));
        let number = self.advisories.len() as u32;
        let row = AdvisoryRow {
            source: self.texts.id(&advisory.source),
            id: self.vulnerability_id(&advisory.id),
            url: self.texts.optional(advisory.url.as_deref()),
            title: self.title(source_name, advisory.title.as_deref()),
            severity: self.texts.optional(advisory.severity.as_deref()),
            published,
            modified,
            vulnerabilities: self.id_span(&advisory.vulnerabilities),
            scores: self.score_span(&advisory.scores),
            is_of_system: advisory.affected.iter().any(|affected| is_of_system(affected.scheme)),
        };
        self.advisories.push(row);
        for affected in &advisory.affected {
            self.affected(number, affected);
        }
        modified.or(published)
    }

    fn affected(&mut self, advisory: u32, affected: &Affected) {
        let name = package_name::comparable(&affected.namespace, &affected.package);
        let namespace = self.texts.id(&affected.namespace);
        let package = self.texts.id(&name);
        let module = self.texts.optional(affected.module.as_deref());
        let severity = self.texts.optional(affected.severity.as_deref());
        let never_fixed_after_zero = affected.versions.is_empty()
            && !affected.ranges.is_empty()
            && affected.ranges.iter().all(|range| start(range).is_none() && is_zero(&range.end));
        // A version "fixed in 0" is the feeds' way to say that no version ever was affected.
        let status = if never_fixed_after_zero { FindingStatus::NotAffected } else { affected.status };
        let is_unlimited = |range: &VersionRange| start(range).is_none() && range.end == RangeEnd::Open;
        let all_versions = never_fixed_after_zero
            || (affected.ranges.is_empty() && affected.versions.is_empty())
            || affected.ranges.iter().any(is_unlimited);
        let (ranges, versions) = if all_versions {
            (Span::append(&mut self.ranges, []), Span::append(&mut self.versions, []))
        } else {
            let rows: Vec<RangeRow> = affected.ranges.iter().map(|range| self.range(range)).collect();
            let listed: Vec<TextId> = affected.versions.iter().map(|version| self.texts.id(version)).collect();
            (Span::append(&mut self.ranges, rows), Span::append(&mut self.versions, listed))
        };
        let is_source = affected.name_kind == NameKind::Source;
        let scheme = affected.scheme;
        self.affected.push(AffectedRow {
            advisory,
            namespace,
            package,
            module,
            severity,
            is_source,
            scheme,
            status,
            all_versions,
            ranges,
            versions,
        });
    }

    fn range(&mut self, range: &VersionRange) -> RangeRow {
        use crate::database::format::range_flags::{FIXED, LAST_AFFECTED, LIMIT, OPEN};
        let (end, version) = match &range.end {
            RangeEnd::Open => (OPEN, None),
            RangeEnd::Fixed(version) => (FIXED, Some(version.as_str())),
            RangeEnd::LastAffected(version) => (LAST_AFFECTED, Some(version.as_str())),
            RangeEnd::Limit(version) => (LIMIT, Some(version.as_str())),
        };
        RangeRow { introduced: self.texts.optional(start(range)), end, end_version: self.texts.optional(version) }
    }

    fn facts(&mut self, source_name: &str, facts: &VulnerabilityFacts) -> Option<u64> {
        let (published, modified) = (parsed(&facts.published), parsed(&facts.modified));
        let row = FactsRow {
            id: self.vulnerability_id(&facts.id),
            source: self.texts.id(&facts.source),
            aliases: self.id_span(&facts.aliases),
            title: self.title(source_name, facts.title.as_deref()),
            severity: self.texts.optional(facts.severity.as_deref()),
            published,
            scores: self.score_span(&facts.scores),
            rejected: facts.rejected,
            kev: facts.kev,
            epss: facts.epss,
        };
        self.facts.push(row);
        modified.or(published)
    }

    /// The number of an id, CVE ids in upper case.
    fn vulnerability_id(&mut self, id: &str) -> TextId {
        match id.trim().parse::<CveId>() {
            Ok(cve) => self.texts.id(cve.as_str()),
            Err(_) => self.texts.id(id.trim()),
        }
    }

    fn id_span(&mut self, ids: &[String]) -> Span {
        let ids: Vec<TextId> = ids.iter().map(|id| self.vulnerability_id(id)).filter(|&id| id != 0).collect();
        Span::append(&mut self.ids, ids)
    }

    fn score_span(&mut self, scores: &[model::cvss::CvssVector]) -> Span {
        let scores: Vec<TextId> = scores.iter().map(|score| self.texts.id(&score.to_string())).collect();
        Span::append(&mut self.scores, scores)
    }

    fn title(&mut self, source_name: &str, title: Option<&str>) -> TextId {
        let title = title.map(one_line).unwrap_or_default();
        let unwanted = self.untitled.iter().any(|name| name == source_name);
        if unwanted { 0 } else { self.texts.id(&title) }
    }
}

impl Sink for Collected {
    fn record(&mut self, source_name: &str, record: Record) {
        let time = match &record {
            Record::Advisory(advisory) => self.advisory(source_name, advisory),
            Record::Vulnerability(facts) => self.facts(source_name, facts),
            Record::Archive(archive) => {
                let Some(sha1) = sha1_bytes(&archive.sha1) else {
                    return self.skipped(source_name, &archive.name, format!("`{}` is no SHA-1", archive.sha1));
                };
                let row = (sha1, self.texts.id(&archive.name), self.texts.id(&archive.version));
                self.archives.push(row);
                None
            }
            Record::Malware(known) => {
                let name = self.texts.id(&known.name);
                self.malware.push((known.sha256, name));
                known.modified.as_deref().and_then(time::parse)
            }
        };
        let time = match time {
            Some(time) if time > self.latest => {
                let reason = format!("its time {} lies in the future, and is not believed", time::format(time));
                let place = match &record {
                    Record::Advisory(advisory) => &advisory.id,
                    Record::Vulnerability(facts) => &facts.id,
                    Record::Archive(_) | Record::Malware(_) => "",
                };
                self.skipped(source_name, place, reason);
                None
            }
            time => time,
        };
        self.newest = self.newest.max(time.unwrap_or(0));
        let tally = self.sources.entry(source_name.to_owned()).or_default();
        tally.records += 1;
        tally.newest = tally.newest.max(time);
    }

    fn skipped(&mut self, source_name: &str, place: &str, reason: String) {
        self.skipped += 1;
        let is_same = |record: &&SkippedRecord| record.source == source_name && record.reason == reason;
        let of_this_reason = self.skipped_records.iter().filter(is_same).count();
        if self.skipped_records.len() < NAMED_SKIPPED && of_this_reason < NAMED_OF_A_REASON {
            let (source, place) = (source_name.to_owned(), place.to_owned());
            self.skipped_records.push(SkippedRecord { source, place, reason });
        }
    }
}

/// The first affected version; `0` is the feeds' word for the very first.
fn start(range: &VersionRange) -> Option<&str> {
    range.introduced.as_deref().filter(|version| !matches!(*version, "" | "0"))
}

fn is_zero(end: &RangeEnd) -> bool {
    matches!(end, RangeEnd::Fixed(version) | RangeEnd::Limit(version) if version == "0")
}

pub(super) fn is_of_system(scheme: VersionScheme) -> bool {
    matches!(scheme, VersionScheme::Deb | VersionScheme::Apk | VersionScheme::Rpm)
}

fn parsed(time: &Option<String>) -> Option<u64> {
    time.as_deref().and_then(time::parse)
}

/// A title in one line of bounded length.
fn one_line(title: &str) -> String {
    let mut line = String::new();
    for word in title.split(|character: char| character.is_whitespace() || character.is_control()) {
        if word.is_empty() {
            continue;
        }
        if line.len() + word.len() + 1 > MAX_TITLE_BYTES {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
