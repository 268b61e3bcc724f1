//! Writes what `database/packages.rs` reads: of each package, which advisory says what.

use std::collections::{BTreeMap, BTreeSet};

use model::FindingStatus;

use super::blob::{Blob, Strings, index};
use super::collect::{AffectedRow, Collected};
use super::knowledge::Knowledge;
use super::versions::{Place, Versions, scheme_number};
use crate::database::format::{entry_flags, package_hash, package_seed, range_flags};
use crate::database::packages::STATUSES;

/// The sections on packages.
pub(super) struct Packages {
    pub(super) records: Vec<u8>,
    pub(super) index: Vec<u8>,
    pub(super) namespaces: Vec<u8>,
    pub(super) count: u64,
    /// The offsets of the packages that each advisory (by number) speaks of.
    pub(super) of_advisory: Vec<Vec<u32>>,
    /// What could not be used: the advisory's row and why.
    pub(super) unusable: Vec<(u32, String)>,
}

/// One affected package in the making.
struct Draft {
    advisory: u32,
    status: FindingStatus,
    module: u32,
    severity: u32,
    all_versions: bool,
    is_modular: bool,
    ranges: Vec<DraftRange>,
    versions: Vec<Place>,
    decided_elsewhere: Vec<u32>,
}

struct DraftRange {
    introduced: Option<Place>,
    end: u8,
    end_version: Option<Place>,
}

impl DraftRange {
    /// Whether a version of this class lies in the range.
    fn contains(&self, class: u32) -> bool {
        let after_start = self.introduced.is_none_or(|start| start.class <= class);
        let before_end = self.end_version.is_none_or(|end| {
            if self.end == range_flags::LAST_AFFECTED { class <= end.class } else { class < end.class }
        });
        after_start && before_end
    }
}

pub(super) fn write(
    collected: &Collected,
    knowledge: &Knowledge,
    versions: &Versions,
    strings: &mut Strings,
) -> Packages {
    let text = |id| collected.texts.text(id);
    let name = |row: &AffectedRow| (text(row.namespace), row.is_source, text(row.package));
    let mut rows: Vec<&AffectedRow> = collected
        .affected
        .iter()
        .filter(|row| knowledge.number_of_row(row.advisory).is_some() && row.package != 0 && row.namespace != 0)
        .collect();
    rows.sort_by(|one, other| name(one).cmp(&name(other)));
    let mut packages = Packages {
        records: Vec::new(),
        index: Vec::new(),
        namespaces: Vec::new(),
        count: 0,
        of_advisory: vec![Vec::new(); knowledge.advisory_count()],
        unusable: Vec::new(),
    };
    let (mut records, mut namespaces, mut slots) = (Blob::default(), Blob::default(), Vec::new());
    for (number, of_namespace) in rows.chunk_by(|one, other| text(one.namespace) == text(other.namespace)).enumerate() {
        let namespace = text(of_namespace[0].namespace);
        let mut count = 0;
        for of_package in of_namespace.chunk_by(|one, other| name(one) == name(other)) {
            let package = PackageWriter { collected, knowledge, versions, scheme: scheme_number(of_package[0].scheme) };
            let drafts = package.drafts(of_package, strings, &mut packages.unusable);
            if drafts.is_empty() {
                continue;
            }
            let offset = records.bytes.len() as u32;
            for draft in &drafts {
                let of_advisory = &mut packages.of_advisory[draft.advisory as usize];
                if of_advisory.last() != Some(&offset) {
                    of_advisory.push(offset);
                }
            }
            let (_, is_source, name) = name(of_package[0]);
            records.number(number as u64);
            records.byte(package.scheme << 1 | u8::from(is_source));
            records.counted(name.as_bytes());
            write_package(&mut records, drafts);
            slots.push((package_hash(package_seed(namespace, is_source), name), offset.saturating_add(1)));
            count += 1;
        }
        namespaces.counted(namespace.as_bytes());
        namespaces.number(count);
        packages.count += count;
    }
    packages.records = records.bytes;
    packages.namespaces = namespaces.bytes;
    packages.index = index(&slots);
    packages
}

struct PackageWriter<'a> {
    collected: &'a Collected,
    knowledge: &'a Knowledge,
    versions: &'a Versions,
    scheme: u8,
}

impl PackageWriter<'_> {
    fn drafts(&self, rows: &[&AffectedRow], strings: &mut Strings, unusable: &mut Vec<(u32, String)>) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = rows.iter().filter_map(|row| self.draft(row, strings, unusable)).collect();
        self.note_exact_records(&mut drafts);
        drafts
    }

    fn draft(&self, row: &AffectedRow, strings: &mut Strings, unusable: &mut Vec<(u32, String)>) -> Option<Draft> {
        let text = |id| self.collected.texts.text(id);
        if scheme_number(row.scheme) != self.scheme {
            unusable.push((row.advisory, format!("{} has versions of two schemes", text(row.package))));
            return None;
        }
        let place = |id| self.versions.place(self.scheme, id);
        let mut ranges = Vec::new();
        for range in row.ranges.of(&self.collected.ranges) {
            let (introduced, end_version) = (place(range.introduced), place(range.end_version));
            if [introduced, end_version].into_iter().flatten().any(|place| !place.is_valid) {
                let bounds = format!("{} to {}", text(range.introduced), text(range.end_version));
                unusable
                    .push((row.advisory, format!("the range {bounds} of {} has no valid version", text(row.package))));
                continue;
            }
            ranges.push(DraftRange { introduced, end: range.end, end_version });
        }
        let is_in_range = |place: &Place| place.is_valid && ranges.iter().any(|range| range.contains(place.class));
        let mut versions: Vec<Place> =
            row.versions.of(&self.collected.versions).iter().filter_map(|&id| place(id)).collect();
        versions.retain(|place| !is_in_range(place));
        versions.sort_by_key(|place| place.offset);
        versions.dedup();
        if !row.all_versions && ranges.is_empty() && versions.is_empty() {
            return None;
        }
        let is_modular = row.ranges.of(&self.collected.ranges).iter().any(|range| {
            let version = text(range.end_version);
            version.contains(".module_") || version.contains(".module+")
        });
        Some(Draft {
            advisory: self.knowledge.number_of_row(row.advisory)?,
            status: row.status,
            module: strings.offset(text(row.module)),
            severity: strings.offset(text(row.severity)),
            all_versions: row.all_versions,
            is_modular: is_modular && row.module == 0,
            ranges,
            versions,
            decided_elsewhere: Vec::new(),
        })
    }

    /// Where a source has a record on exactly one vulnerability of this package (the Debian tracker's line of a CVE),
    /// that record decides, and the source's erratum on several (the DSA) is only listed beside it.
    fn note_exact_records(&self, drafts: &mut [Draft]) {
        let mut exact: BTreeMap<(u32, u32), BTreeSet<u32>> = BTreeMap::new();
        for draft in drafts.iter() {
            if let Some(vulnerability) = self.knowledge.exact_vulnerability(draft.advisory) {
                let source = self.knowledge.source_of(draft.advisory);
                exact.entry((source, draft.module)).or_default().insert(vulnerability);
            }
        }
        for draft in drafts.iter_mut().filter(|draft| self.knowledge.exact_vulnerability(draft.advisory).is_none()) {
            if let Some(exact) = exact.get(&(self.knowledge.source_of(draft.advisory), draft.module)) {
                let all = self.knowledge.vulnerabilities_of(draft.advisory);
                draft.decided_elsewhere = all.iter().copied().filter(|number| exact.contains(number)).collect();
            }
        }
    }
}

fn write_package(records: &mut Blob, drafts: Vec<Draft>) {
    let mut places: Vec<Place> = Vec::new();
    for draft in &drafts {
        places.extend(&draft.versions);
        places.extend(draft.ranges.iter().flat_map(|range| [range.introduced, range.end_version]).flatten());
    }
    // Valid versions come before invalid ones of the same scheme in this order.
    places.sort_by_key(|place| place.order);
    places.dedup();
    let valid = places.iter().filter(|place| place.is_valid).count();
    records.number(valid as u64);
    records.number((places.len() - valid) as u64);
    places.iter().for_each(|place| records.fixed32(place.offset));
    let rank = |place: &Place| places.partition_point(|other| other.order < place.order) as u32;
    let mut entries: Vec<(u32, Vec<u8>)> =
        drafts.iter().map(|draft| (draft.advisory, entry_after_advisory(draft, &rank))).collect();
    entries.sort_unstable();
    entries.dedup();
    records.number(entries.len() as u64);
    let mut last = 0;
    for (advisory, rest) in entries {
        // The flags come first in `rest`, two bytes at most; the step to the advisory follows them.
        let flags_end = rest.iter().position(|byte| byte & 0x80 == 0).map_or(0, |at| at + 1);
        records.bytes.extend_from_slice(&rest[..flags_end]);
        records.number(u64::from(advisory - last));
        records.bytes.extend_from_slice(&rest[flags_end..]);
        last = advisory;
    }
}

fn entry_after_advisory(draft: &Draft, rank: &impl Fn(&Place) -> u32) -> Vec<u8> {
    let simple = match draft.ranges.as_slice() {
        [DraftRange { introduced: None, end: range_flags::FIXED, end_version: Some(fixed) }] => Some(rank(fixed)),
        _ => None,
    };
    let mut flags = STATUSES.iter().position(|&status| status == draft.status).unwrap_or_default() as u64;
    for (is_set, flag) in [
        (draft.all_versions, entry_flags::ALL_VERSIONS),
        (simple.is_some(), entry_flags::SIMPLE),
        (draft.module != 0, entry_flags::MODULE),
        (draft.severity != 0, entry_flags::SEVERITY),
        (!draft.versions.is_empty(), entry_flags::VERSIONS),
        (!draft.decided_elsewhere.is_empty(), entry_flags::DECIDED_ELSEWHERE),
        (draft.is_modular, entry_flags::MODULAR),
    ] {
        flags |= if is_set { flag } else { 0 };
    }
    let mut entry = Blob::default();
    entry.number(flags);
    for offset in [draft.module, draft.severity].into_iter().filter(|&offset| offset != 0) {
        entry.number(u64::from(offset));
    }
    if !draft.decided_elsewhere.is_empty() {
        entry.ascending(&draft.decided_elsewhere);
    }
    if let Some(rank) = simple {
        entry.number(u64::from(rank));
    } else if !draft.all_versions {
        entry.number(draft.ranges.len() as u64);
        for range in &draft.ranges {
            entry.byte(range.end | if range.introduced.is_some() { range_flags::INTRODUCED } else { 0 });
            for place in [range.introduced, range.end_version].iter().flatten() {
                entry.number(u64::from(rank(place)));
            }
        }
    }
    if !draft.versions.is_empty() {
        let mut ranks: Vec<u32> = draft.versions.iter().map(rank).collect();
        ranks.sort_unstable();
        entry.ascending(&ranks);
    }
    entry.bytes
}
