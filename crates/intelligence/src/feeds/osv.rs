//! OSV records of every ecosystem.
//!
//! Publisher: OSV.dev and the databases it gathers; Ubuntu, Red Hat, SUSE and others publish the same format themselves.
//! Layout: `osv/ECOSYSTEM/all.zip` as in the OSV bucket, one record a file; `osv/all.zip`; loose `*.json`, folders of any
//! depth, `*.json.gz`, tar archives. Records are counted under `osv/ECOSYSTEM`, the name of the first folder. The
//! ecosystem itself is taken from each record's `affected[].package.ecosystem` (`osv/ecosystems.rs` lists the places).
//!
//! | field | becomes |
//! |---|---|
//! | `id` | `id`; its prefix gives the source and the page (`osv/publishers.rs`) |
//! | `aliases`, `upstream` | `vulnerabilities` |
//! | `related` | `vulnerabilities` in advisories of distributions (CVE ids only), nothing elsewhere |
//! | `withdrawn` | the record is skipped |
//! | `summary`, else the first line of `details` | `title` |
//! | `severity[]` | `scores`, or the vendor's word (type `Ubuntu`) |
//! | `database_specific.severity`, `ecosystem_specific.{severity,urgency,ubuntu_priority}`, `Important: …` | `severity` |
//! | `affected[].ranges[]` of type SEMVER and ECOSYSTEM | `ranges`, by the schema's evaluation (`osv/ranges.rs`) |
//! | `affected[].ranges[]` of type GIT | skipped, counted |
//! | `affected[].versions[]` | those outside of the ranges; none beside ranges of distributions |
//! | `affected[]` without ranges and versions | skipped: evaluated by the schema, no version is affected |
//! | `ecosystem_specific.binaries` of SUSE | one `Affected` for each binary package |
//! | `ecosystem_specific.binaries` of Ubuntu and Debian | one `Affected` each beside that of the source (`osv/binaries.rs`) |
//! | `…module_el8…` in versions | `module` (`osv/modules.rs`) |
//!
//! Tested on real records of AlmaLinux, Go, Maven, npm, NuGet, Packagist, PyPI, RubyGems and crates.io; those of other
//! distributions on records written after their publishers' documentation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::FindingStatus;
use model::version::VersionScheme;

use self::modules::KnownModules;
use self::publishers::{Publisher, publisher, upstream_id};
use self::ranges::{Cover, is_versioned, version_ranges};
use self::record::{OsvAffected, OsvRecord, OsvReference, OsvSeverity};
use super::fields::{add_score, is_cve_id, time, title};
use super::files::{self, RECORD_LIMIT};
use super::json::Text;
use super::places::{Place, package_name};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

mod binaries;
mod ecosystems;
mod modules;
mod publishers;
mod ranges;
mod record;

/// The folder `osv`.
pub(super) struct Osv;

impl Feed for Osv {
    fn folder(&self) -> &'static str {
        "osv"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        let mut reader = OsvReader::default();
        // By the folder of an ecosystem: whether one of its files is a record, and otherwise the first file and why not.
        let mut ecosystems: BTreeMap<String, Option<(PathBuf, String)>> = BTreeMap::new();
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            let source_name = match place.split_once('/') {
                Some((first, _)) => format!("osv/{first}"),
                None => "osv".to_owned(),
            };
            let (mut has_record, mut why_not) = (false, None);
            let known = files::each_document(&file, &place, ".json", RECORD_LIMIT, &mut |place, bytes| match bytes {
                Ok(bytes) => match reader.read(&source_name, place, bytes, sink) {
                    Ok(()) => has_record = true,
                    Err(reason) => why_not = why_not.take().or(Some(reason)),
                },
                Err(reason) => {
                    why_not = why_not.take().or(Some(reason.clone()));
                    sink.skipped(&source_name, place, reason);
                }
            })?;
            if !known {
                sink.skipped(&source_name, &place, "it is no OSV record or archive of them".to_owned());
                continue;
            }
            let nothing = || Some((file.clone(), why_not.unwrap_or_else(|| "no file in it is a record".to_owned())));
            let known = ecosystems.entry(source_name).or_insert_with(nothing);
            if has_record {
                *known = None;
            }
        }
        reader.finish(sink);
        // Loose files beside the folders may be anything; a folder of which nothing is a record has become something else.
        let of_folders = ecosystems.into_iter().filter(|(source_name, _)| source_name != "osv");
        match of_folders.filter_map(|(_, nothing)| nothing).next() {
            Some((path, reason)) => Err(ReadFeedError::Malformed { path, format: "feed of OSV", reason }),
            None => Ok(()),
        }
    }
}

/// Reads records one by one; advisories on modules may have to wait for the others.
#[derive(Default)]
pub(super) struct OsvReader {
    modules: KnownModules,
}

impl OsvReader {
    /// Reads one record and gives it to the sink.
    ///
    /// # Errors
    /// When it is none, with the reason, which the sink has been told as well.
    pub(super) fn read(
        &mut self,
        source_name: &str,
        place: &str,
        bytes: &[u8],
        sink: &mut dyn Sink,
    ) -> Result<(), String> {
        let record = serde_json::from_slice::<OsvRecord<'_>>(bytes);
        let record = record.map_err(|error| format!("it is no OSV record: {error}"));
        match record.and_then(|record| if record.id.is_empty() { Err("it has no id".to_owned()) } else { Ok(record) }) {
            Ok(record) => self.take(source_name, place, &record, sink),
            Err(reason) => {
                sink.skipped(source_name, place, reason.clone());
                return Err(reason);
            }
        }
        Ok(())
    }

    fn take(&mut self, source_name: &str, place: &str, record: &OsvRecord<'_>, sink: &mut dyn Sink) {
        let mut skipped = |reason: String| sink.skipped(source_name, place, reason);
        if !record.withdrawn.is_empty() {
            return skipped("it was withdrawn".to_owned());
        }
        let mut reasons = Reasons::new();
        let advisory = advisory(record, &mut reasons);
        reasons.into_iter().for_each(|reason| skipped(reason.into_owned()));
        if advisory.affected.is_empty() {
            return skipped("it names no version of a package that is of use to us".to_owned());
        }
        if advisory.vulnerabilities.is_empty() && is_enhancement(&record.id) {
            return skipped("it repairs no vulnerability".to_owned());
        }
        if let Some(advisory) = self.modules.limit(source_name, advisory, &record.summary) {
            sink.record(source_name, Record::Advisory(advisory));
        }
    }

    /// Gives the sink the advisories that had to wait.
    pub(super) fn finish(self, sink: &mut dyn Sink) {
        for (source_name, advisory) in self.modules.finish() {
            sink.record(&source_name, Record::Advisory(advisory));
        }
    }
}

/// Why parts of a record were left out: each reason once, however many packages it left out.
type Reasons = BTreeSet<Cow<'static, str>>;

/// Bug fixes and enhancements (ALBA, RHEA, …), which distributions publish beside security advisories.
fn is_enhancement(id: &str) -> bool {
    let prefix = id.split('-').next().unwrap_or_default();
    prefix.len() == 4 && (prefix.ends_with("BA") || prefix.ends_with("EA")) || id.starts_with("SUSE-RU-")
}

fn advisory(record: &OsvRecord<'_>, skipped: &mut Reasons) -> Advisory {
    let publisher = publisher(&record.id);
    let mut advisory = Advisory {
        source: source(record, publisher),
        id: record.id.to_string(),
        vulnerabilities: vulnerabilities(record, publisher),
        url: page(record, publisher),
        title: title(&record.summary).or_else(|| title(&record.details)),
        published: time(&record.published),
        modified: time(&record.modified),
        ..Advisory::default()
    };
    rate(&record.severity, &mut advisory);
    add_score(&mut advisory.scores, &record.database_specific.cvss);
    if advisory.severity.is_none() {
        let word = record.database_specific.severity.to_option().filter(|word| word.len() <= 32);
        advisory.severity = word.or_else(|| leading_word(&record.summary));
    }
    for affected in &record.affected {
        rate(&affected.severity, &mut advisory);
        if affected.package.name.is_empty() {
            skipped.insert("a package without a name (GIT ranges only)".into());
            continue;
        }
        match ecosystems::place(&affected.package.ecosystem) {
            Ok(place) => add_affected(affected, &place, &mut advisory.affected, skipped),
            Err(reason) => {
                skipped.insert(reason);
            }
        }
    }
    if publisher.source == "ubuntu" {
        let skipped_open = drop_open_beside_repairs(&mut advisory.affected);
        skipped.extend(skipped_open.then_some("an open entry beside its repair under Ubuntu Pro".into()));
    }
    advisory
}

/// Ubuntu's release and its Pro stream speak of the same packages: where one names a repair, the other's "all versions"
/// would hold for the repaired package as well. Says whether there was such an entry.
fn drop_open_beside_repairs(affected: &mut Vec<Affected>) -> bool {
    let is_open = |entry: &Affected| entry.ranges.iter().all(|range| range.end == RangeEnd::Open);
    let key = |entry: &Affected| (entry.namespace.clone(), entry.name_kind, entry.package.clone());
    let repaired: BTreeSet<(String, NameKind, String)> =
        affected.iter().filter(|entry| !is_open(entry)).map(key).collect();
    let before = affected.len();
    affected.retain(|entry| !is_open(entry) || !repaired.contains(&key(entry)));
    affected.len() < before
}

fn source(record: &OsvRecord<'_>, publisher: &Publisher) -> String {
    let named = &*record.database_specific.source;
    let is_word = !named.is_empty() && named.len() <= 32 && named.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if is_word { named.to_owned() } else { publisher.source.to_owned() }
}

fn vulnerabilities(record: &OsvRecord<'_>, publisher: &Publisher) -> Vec<String> {
    let own = upstream_id(&record.id);
    let mut ids: Vec<String> = Vec::new();
    let mut add = |id: &str| {
        let id = upstream_id(id);
        if !id.is_empty() && (id != &*record.id || is_cve_id(id)) && !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    };
    if is_cve_id(own) {
        add(own);
    }
    record.aliases.iter().chain(&record.upstream).for_each(|id| add(id));
    if publisher.repairs_related {
        record.related.iter().filter(|id| is_cve_id(upstream_id(id))).for_each(|id| add(id));
    }
    ids
}

fn page(record: &OsvRecord<'_>, publisher: &Publisher) -> Option<String> {
    if publisher.source == "almalinux" {
        let release = record.affected.iter().find_map(|affected| affected.package.ecosystem.strip_prefix("AlmaLinux:"));
        let release = release.filter(|release| release.bytes().all(|byte| byte.is_ascii_digit()))?;
        return Some(format!("https://errata.almalinux.org/{release}/{}.html", record.id.replace(':', "-")));
    }
    publisher.page_of(&record.id).or_else(|| {
        let is_web =
            |reference: &&OsvReference<'_>| reference.url.starts_with("https://") && reference.url.len() < 2_000;
        let found = record.references.iter().filter(is_web).find(|reference| &*reference.kind == "ADVISORY");
        found.or_else(|| record.references.iter().find(is_web)).map(|reference| reference.url.to_string())
    })
}

fn rate(severities: &[OsvSeverity<'_>], advisory: &mut Advisory) {
    for severity in severities {
        if severity.kind.starts_with("CVSS") {
            add_score(&mut advisory.scores, &severity.score);
        } else if advisory.severity.is_none() {
            advisory.severity = severity.score.to_option();
        }
    }
}

/// The rating that advisories of the RHEL family begin with: `Important: expat security update`.
fn leading_word(summary: &str) -> Option<String> {
    let (word, _) = summary.split_once(": ")?;
    matches!(word, "Critical" | "Important" | "Moderate" | "Low").then(|| word.to_owned())
}

fn add_affected(entry: &OsvAffected<'_>, place: &Place, into: &mut Vec<Affected>, skipped: &mut Reasons) {
    let mut ranges = Vec::new();
    for range in &entry.ranges {
        if is_versioned(range) {
            ranges.extend(version_ranges(&range.events, place.scheme));
        } else if &*range.kind == "GIT" {
            skipped.insert("a GIT range".into());
        } else {
            skipped.insert("a range of an unknown type".into());
        }
    }
    let versions = versions_outside(&entry.versions, &ranges, place);
    if ranges.is_empty() && versions.is_empty() {
        skipped.insert("a package without ranges and versions".into());
        return;
    }
    let specific = &entry.ecosystem_specific;
    let word = [&specific.severity, &specific.urgency, &specific.ubuntu_priority, &entry.database_specific.severity]
        .into_iter()
        .chain([&entry.database_specific.informational])
        .find_map(|word| word.to_option())
        .filter(|word| word.len() <= 32 && word != "not yet assigned");
    if place.namespace.starts_with("openeuler:") {
        // Whether an epoch stands before a version there depends on the record; packages are compared without it.
        ranges.iter_mut().for_each(VersionRange::drop_epochs);
    }
    let is_past_end = &*specific.urgency == "end-of-life";
    let affected = Affected {
        namespace: place.namespace.to_string(),
        package: package_name(&place.namespace, &entry.package.name).to_owned(),
        name_kind: place.name_kind,
        module: None,
        scheme: place.scheme,
        ranges,
        versions,
        status: if is_past_end { FindingStatus::EndOfLife } else { FindingStatus::Affected },
        severity: word,
    };
    let is_suse = entry.package.ecosystem.starts_with("SUSE") || entry.package.ecosystem.starts_with("openSUSE");
    let before = into.len();
    if is_suse {
        binaries::add_instead(entry, &affected, into);
    }
    if into.len() == before {
        if entry.package.ecosystem.starts_with("Rocky Linux") || entry.package.ecosystem.starts_with("Photon OS") {
            // These name source packages in some records and binary ones in others; most are both.
            for name_kind in [NameKind::Binary, NameKind::Source] {
                push_unless_there(into, Affected { name_kind, ..affected.clone() });
            }
            return;
        }
        let further = binaries::beside(entry, &affected);
        push_unless_there(into, affected);
        further.into_iter().for_each(|binary| push_unless_there(into, binary));
    }
}

/// The versions that the ranges do not hold, whatever their type (OSV schema, Evaluation: in `versions` or in `ranges`); all
/// of them where there is no range.
fn versions_outside(versions: &[Text<'_>], ranges: &[VersionRange], place: &Place) -> Vec<String> {
    // Lists of distributions are made from the ranges beside them: the archive's versions that lie within. Tens of
    // thousands of them stand in a kernel's record and none outside, so there the ranges alone count (matching.md).
    let is_distribution = matches!(place.scheme, VersionScheme::Deb | VersionScheme::Apk | VersionScheme::Rpm);
    let is_covered = is_distribution && !ranges.is_empty();
    if is_covered || versions.is_empty() || ranges.iter().any(|range| *range == VersionRange::default()) {
        return Vec::new();
    }
    let cover = Cover::new(ranges, place.scheme);
    versions.iter().filter(|version| !version.is_empty() && !cover.holds(version)).map(ToString::to_string).collect()
}

/// Several products of a vendor are one release to us, and then say the same twice: only neighbours are compared, so
/// that a record of thousands of packages stays cheap.
fn push_unless_there(into: &mut Vec<Affected>, affected: Affected) {
    const NEIGHBOURS: usize = 64;
    let from = into.len().saturating_sub(NEIGHBOURS);
    if !into.iter().skip(from).any(|known| *known == affected) {
        into.push(affected);
    }
}

#[cfg(test)]
mod tests;
