//! From advisories that apply to findings: one for each package and vulnerability, whatever the number of sources.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use model::{
    AdvisoryReference, CveId, FindingStatus, Inventory, Package, PackageId, SourcedScore, VulnerabilityFinding,
};

use super::Hit;
use super::remedy::{SystemTool, remedy};
use super::severity::{rate, sourced_scores};
use crate::database::storage::{Damaged, Storage};
use crate::database::vulnerabilities::{StoredAdvisory, Vulnerability, advisory, vulnerability};

/// Turns hits into findings; what it reads of the database it keeps for the next package.
pub(super) struct FindingWriter<'a> {
    storage: &'a Storage,
    tool: SystemTool,
    advisories: BTreeMap<u32, StoredAdvisory<'a>>,
    /// With their scores, read once.
    vulnerabilities: BTreeMap<u32, (Vulnerability<'a>, Vec<SourcedScore>)>,
}

impl<'a> FindingWriter<'a> {
    pub(super) fn new(storage: &'a Storage, inventory: &Inventory) -> FindingWriter<'a> {
        let (advisories, vulnerabilities) = (BTreeMap::new(), BTreeMap::new());
        FindingWriter { storage, tool: SystemTool::of(inventory), advisories, vulnerabilities }
    }

    /// Adds the findings of one package.
    pub(super) fn write(
        &mut self,
        id: PackageId,
        package: &Package,
        hits: &mut [Hit<'a>],
        findings: &mut Vec<VulnerabilityFinding>,
    ) -> Result<(), Damaged> {
        if hits.is_empty() {
            return Ok(());
        }
        let mut cleared = BTreeSet::new();
        let mut of_vulnerability: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, hit) in hits.iter().enumerate() {
            self.load_advisory(hit.advisory)?;
            let Some(advisory) = self.advisories.get(&hit.advisory) else { continue };
            for &number in &advisory.vulnerabilities {
                if matches!(hit.status, FindingStatus::NotAffected | FindingStatus::Fixed) {
                    cleared.insert(number);
                } else {
                    of_vulnerability.entry(number).or_default().push(index);
                }
            }
        }
        for (number, indexes) in of_vulnerability {
            let here = |index: &usize| !hits[*index].decided_elsewhere.contains(&number);
            if cleared.contains(&number) || !indexes.iter().any(here) {
                continue;
            }
            if !self.vulnerabilities.contains_key(&number) {
                let read = vulnerability(self.storage, number)?;
                let scores = sourced_scores(&read.scores);
                self.vulnerabilities.insert(number, (read, scores));
            }
            let Some(known) = self.vulnerabilities.get(&number) else { continue };
            let with_advisory = |index: &usize| {
                let hit = &hits[*index];
                self.advisories.get(&hit.advisory).map(|advisory| (hit, advisory))
            };
            let all: Vec<_> = indexes.iter().filter_map(with_advisory).collect();
            let deciding: Vec<_> = indexes.iter().filter(|index| here(index)).filter_map(with_advisory).collect();
            findings.push(self.finding(id, package, known, &all, &deciding));
        }
        Ok(())
    }

    fn load_advisory(&mut self, number: u32) -> Result<(), Damaged> {
        if !self.advisories.contains_key(&number) {
            self.advisories.insert(number, advisory(self.storage, number)?);
        }
        Ok(())
    }

    fn finding(
        &self,
        id: PackageId,
        package: &Package,
        (vulnerability, scores): &(Vulnerability<'a>, Vec<SourcedScore>),
        all: &[(&Hit<'a>, &StoredAdvisory<'a>)],
        deciding: &[(&Hit<'a>, &StoredAdvisory<'a>)],
    ) -> VulnerabilityFinding {
        let rating = rate(vulnerability, scores, deciding);
        let fixed_version =
            deciding.iter().filter_map(|(hit, _)| hit.fixed).max_by(compare_versions).map(|(_, text)| text);
        let status = status(deciding);
        let mut advisories: Vec<AdvisoryReference> = all
            .iter()
            .map(|(_, advisory)| AdvisoryReference {
                source: advisory.source.to_owned(),
                id: advisory.id.clone(),
                url: advisory.url.clone(),
            })
            .collect();
        advisories.sort();
        advisories.dedup();
        let title = vulnerability.title.or_else(|| all.iter().find_map(|(_, advisory)| advisory.title));
        VulnerabilityFinding {
            id: vulnerability.id.clone(),
            aliases: vulnerability.aliases.clone(),
            package: id,
            status,
            fixed_version: fixed_version.map(str::to_owned),
            severity: rating.severity,
            severity_source: rating.source,
            vendor_severity: rating.word,
            scores: scores.clone(),
            kev: vulnerability.kev,
            epss: vulnerability.epss,
            advisories,
            title: title.map(str::to_owned),
            published: vulnerability.published.clone(),
            remedy: fixed_version.and_then(|fixed| remedy(package, fixed, self.tool)),
            excepted_by: None,
        }
    }
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

/// CVE ids by year and number, before all others by their text.
pub(super) fn id_order(id: &str) -> (bool, Option<CveId>, String) {
    match id.parse() {
        Ok(cve) => (false, Some(cve), String::new()),
        Err(_) => (true, None, id.to_owned()),
    }
}
