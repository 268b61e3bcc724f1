//! From advisories that apply to findings: one for each package and vulnerability, whatever the number of sources.

use std::cmp::Ordering;
use std::ops::Range;

use model::{AdvisoryReference, FindingStatus, Inventory, Package, PackageId, SourcedScore, VulnerabilityFinding};

use super::Hit;
use super::remedy::{SystemTool, remedy};
use super::severity::{Scores, rate};
use crate::database::id::Id;
use crate::database::storage::{Damaged, Storage};
use crate::database::vulnerabilities::{StoredAdvisory, Vulnerability, vulnerability_id};
use crate::time;

/// Turns hits into findings. What it reads of the database goes into places that the next package uses again.
pub(super) struct FindingWriter<'a> {
    storage: &'a Storage,
    tool: SystemTool,
    /// Whether findings go without what the sources say.
    leaves_out_advisories: bool,
    scores: Scores<'a>,
    /// The advisory of each hit; there may be more from packages before.
    advisories: Vec<StoredAdvisory<'a>>,
    vulnerability: Vulnerability<'a>,
    /// Numbers of vulnerabilities, each with the place of a hit that speaks of it.
    mentions: Vec<(u32, usize)>,
    /// Numbers of vulnerabilities that some hit says the package does not have.
    cleared: Vec<u32>,
    /// The vulnerabilities in the order of the report, each with its mentions.
    groups: Vec<(Id<'a>, u32, Range<usize>)>,
}

impl<'a> FindingWriter<'a> {
    pub(super) fn new(storage: &'a Storage, inventory: &Inventory, leaves_out_advisories: bool) -> FindingWriter<'a> {
        FindingWriter {
            storage,
            tool: SystemTool::of(inventory),
            leaves_out_advisories,
            scores: Scores::default(),
            advisories: Vec::new(),
            vulnerability: Vulnerability::default(),
            mentions: Vec::new(),
            cleared: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Adds the findings of one package, sorted by id.
    pub(super) fn write(
        &mut self,
        id: PackageId,
        package: &Package,
        hits: &[Hit<'a>],
        findings: &mut Vec<VulnerabilityFinding>,
    ) -> Result<(), Damaged> {
        if hits.is_empty() {
            return Ok(());
        }
        self.group(hits)?;
        let (mut all, mut deciding) = (Vec::new(), Vec::new());
        for (_, number, mentions) in &self.groups {
            all.clear();
            deciding.clear();
            for &(_, index) in self.mentions.get(mentions.clone()).unwrap_or_default() {
                let Some(pair) = hits.get(index).zip(self.advisories.get(index)) else { continue };
                all.push(pair);
                if !pair.0.decided_elsewhere.contains(number) {
                    deciding.push(pair);
                }
            }
            if deciding.is_empty() {
                continue;
            }
            self.vulnerability.read(self.storage, *number)?;
            let scores = self.scores.sourced(&self.vulnerability.scores);
            let mut found = finding(id, package, self.tool, &self.vulnerability, scores, &all, &deciding);
            if !self.leaves_out_advisories {
                found.advisories = references(&all);
            }
            findings.push(found);
        }
        Ok(())
    }

    /// Reads the hits' advisories and groups the hits by vulnerability.
    fn group(&mut self, hits: &[Hit<'a>]) -> Result<(), Damaged> {
        self.mentions.clear();
        self.cleared.clear();
        self.groups.clear();
        if self.advisories.len() < hits.len() {
            self.advisories.resize_with(hits.len(), StoredAdvisory::default);
        }
        for (index, (hit, advisory)) in hits.iter().zip(&mut self.advisories).enumerate() {
            advisory.read(self.storage, hit.advisory)?;
            if matches!(hit.status, FindingStatus::NotAffected | FindingStatus::Fixed) {
                self.cleared.extend(&advisory.vulnerabilities);
            } else {
                self.mentions.extend(advisory.vulnerabilities.iter().map(|&number| (number, index)));
            }
        }
        self.mentions.sort_unstable();
        self.mentions.dedup();
        self.cleared.sort_unstable();
        let mut start = 0;
        for group in self.mentions.chunk_by(|one, other| one.0 == other.0) {
            let mentions = start..start + group.len();
            start = mentions.end;
            let Some(&(number, _)) = group.first() else { continue };
            if self.cleared.binary_search(&number).is_err() {
                self.groups.push((vulnerability_id(self.storage, number)?, number, mentions));
            }
        }
        if self.groups.len() > 1 {
            self.groups.sort_by(|one, other| one.0.order().cmp(&other.0.order()));
        }
        Ok(())
    }
}

/// The finding, but for what the sources say.
fn finding<'a>(
    id: PackageId,
    package: &Package,
    tool: SystemTool,
    vulnerability: &Vulnerability<'a>,
    scores: Vec<SourcedScore>,
    all: &[(&Hit<'a>, &StoredAdvisory<'a>)],
    deciding: &[(&Hit<'a>, &StoredAdvisory<'a>)],
) -> VulnerabilityFinding {
    let rating = rate(vulnerability, &scores, deciding);
    let fixed_version = deciding.iter().filter_map(|(hit, _)| hit.fixed).max_by(compare_versions).map(|(_, text)| text);
    let title = vulnerability.title.or_else(|| all.iter().find_map(|(_, advisory)| advisory.title));
    VulnerabilityFinding {
        id: vulnerability.id_text(),
        aliases: vulnerability.aliases.iter().map(|alias| alias.to_text()).collect(),
        package: id,
        status: status(deciding),
        fixed_version: fixed_version.map(str::to_owned),
        severity: rating.severity,
        severity_source: rating.source,
        vendor_severity: rating.word,
        scores,
        kev: vulnerability.kev,
        epss: vulnerability.epss,
        advisories: Vec::new(),
        title: title.map(str::to_owned),
        published: time::decode(vulnerability.published),
        fix_published: fixed_version.and_then(|fixed| fix_published(fixed, all)),
        remedy: fixed_version.and_then(|fixed| remedy(package, fixed, tool)),
        excepted_by: None,
        vex: None,
    }
}

/// What the ids of announcements begin with by which vendors bring a repaired version.
const ERRATA: [&str; 15] = [
    "ALAS",
    "ALSA-",
    "ALBA-",
    "DLA-",
    "DSA-",
    "ELBA-",
    "ELSA-",
    "RHBA-",
    "RHSA-",
    "RLBA-",
    "RLSA-",
    "RXSA-",
    "SUSE-",
    "USN-",
    "openSUSE-",
];

/// When a repaired version came out: the first announcement that brings it. Other advisories tell when somebody wrote
/// of the vulnerability, which says nothing of the repair.
fn fix_published(fixed: &str, hits: &[(&Hit<'_>, &StoredAdvisory<'_>)]) -> Option<String> {
    let bring_it = hits
        .iter()
        .filter(|(hit, advisory)| advisory.published > 0 && hit.fixed.is_some_and(|(_, text)| text == fixed));
    let announcements = bring_it.map(|(_, advisory)| *advisory).filter(|advisory| {
        let id = advisory.id_text();
        ERRATA.iter().any(|start| id.starts_with(start))
    });
    announcements.map(|advisory| advisory.published).min().and_then(time::decode)
}

/// What the sources say, each advisory once, sorted.
fn references(hits: &[(&Hit<'_>, &StoredAdvisory<'_>)]) -> Vec<AdvisoryReference> {
    let mut references: Vec<AdvisoryReference> = hits
        .iter()
        .map(|(_, advisory)| AdvisoryReference {
            source: advisory.source.to_owned(),
            id: advisory.id_text(),
            url: advisory.url(),
        })
        .collect();
    references.sort();
    references.dedup();
    references
}

/// Of several advisories the one that asks for most: after it, none of them applies any more.
fn compare_versions(
    one: &(model::version::VersionScheme, &str),
    other: &(model::version::VersionScheme, &str),
) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let by_key = one.0.key(one.1).ok().cmp(&other.0.key(other.1).ok());
    by_key.then_with(|| one.1.cmp(other.1))
}

/// The status of a fixable advisory where there is one, else the first in the order of the enum.
fn status(hits: &[(&Hit<'_>, &StoredAdvisory<'_>)]) -> FindingStatus {
    let best = hits.iter().map(|(hit, _)| (hit.fixed.is_none(), hit.status)).min();
    best.map_or(FindingStatus::Affected, |(_, status)| status)
}
