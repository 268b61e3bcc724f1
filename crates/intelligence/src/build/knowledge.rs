//! Numbers vulnerabilities and advisories, and writes what `database/vulnerabilities.rs` reads.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use super::blob::{Blob, Strings, index};
use super::collect::{AdvisoryRow, Collected, FactsRow};
use super::intern::TextId;
use crate::database::format::{ID_IS_ADVISORY, hash, vulnerability_flags};
use crate::time;

/// Vulnerabilities and advisories by number.
pub(super) struct Knowledge {
    /// Sorted by id.
    vulnerabilities: Vec<TextId>,
    other_ids: BTreeMap<TextId, BTreeSet<TextId>>,
    /// Sorted by source and id.
    advisories: Vec<MergedAdvisory>,
    number_of_row: Vec<Option<u32>>,
}

/// The records of one source under one id on the same vulnerabilities, taken together.
struct MergedAdvisory {
    rows: Vec<u32>,
    source: TextId,
    id: TextId,
    vulnerabilities: Vec<u32>,
    exact: Option<u32>,
}

/// The written sections.
pub(super) struct KnowledgeSections {
    pub(super) vulnerability_offsets: Vec<u8>,
    pub(super) vulnerabilities: Vec<u8>,
    pub(super) advisory_offsets: Vec<u8>,
    pub(super) advisories: Vec<u8>,
    pub(super) id_index: Vec<u8>,
}

impl Knowledge {
    pub(super) fn new(collected: &Collected) -> Knowledge {
        let aliases = Aliases::new(collected);
        let text = |id| collected.texts.text(id);
        let of_row: Vec<BTreeSet<TextId>> =
            collected.advisories.iter().map(|row| aliases.vulnerabilities(collected, row)).collect();
        // The exploit prediction covers every CVE there is; alone it is no reason to keep one.
        let is_telling = |facts: &&FactsRow| !facts.rejected && text(facts.source) != "epss";
        let mut vulnerabilities: Vec<TextId> =
            collected.facts.iter().filter(is_telling).map(|facts| facts.id).collect();
        vulnerabilities.retain(|&id| super::aliases::is_cve(collected, id) && !aliases.is_rejected(id));
        vulnerabilities.extend(of_row.iter().flatten());
        vulnerabilities.sort_unstable_by_key(|&id| text(id));
        vulnerabilities.dedup();
        let numbers: BTreeMap<TextId, u32> = vulnerabilities.iter().copied().zip(0..).collect();

        let mut rows: Vec<u32> =
            (0..collected.advisories.len() as u32).filter(|&row| !of_row[row as usize].is_empty()).collect();
        // A feed may give an erratum in parts, one for each vulnerability with its own ranges; those stay apart.
        let name = |row: u32| {
            let advisory = &collected.advisories[row as usize];
            (text(advisory.source), text(advisory.id), &of_row[row as usize])
        };
        rows.sort_by(|&one, &other| name(one).cmp(&name(other)));
        let mut number_of_row = vec![None; collected.advisories.len()];
        let mut advisories = Vec::new();
        for same in rows.chunk_by(|&one, &other| name(one) == name(other)) {
            let number = advisories.len() as u32;
            same.iter().for_each(|&row| number_of_row[row as usize] = Some(number));
            let ids: BTreeSet<TextId> = same.iter().flat_map(|&row| &of_row[row as usize]).copied().collect();
            let mut of_advisory: Vec<u32> = ids.iter().filter_map(|id| numbers.get(id).copied()).collect();
            of_advisory.sort_unstable();
            let first = &collected.advisories[same[0] as usize];
            let exact = match of_advisory.as_slice() {
                [only] if text(first.id).ends_with(text(vulnerabilities[*only as usize])) => Some(*only),
                _ => None,
            };
            let (source, id) = (first.source, first.id);
            advisories.push(MergedAdvisory { rows: same.to_vec(), source, id, vulnerabilities: of_advisory, exact });
        }
        Knowledge { vulnerabilities, other_ids: aliases.other_ids(), advisories, number_of_row }
    }

    pub(super) fn advisory_count(&self) -> usize {
        self.advisories.len()
    }

    pub(super) fn vulnerability_count(&self) -> usize {
        self.vulnerabilities.len()
    }

    pub(super) fn number_of_row(&self, row: u32) -> Option<u32> {
        self.number_of_row[row as usize]
    }

    pub(super) fn source_of(&self, advisory: u32) -> TextId {
        self.advisories[advisory as usize].source
    }

    pub(super) fn vulnerabilities_of(&self, advisory: u32) -> &[u32] {
        &self.advisories[advisory as usize].vulnerabilities
    }

    /// The vulnerability that an advisory is on alone and named for (`CVE-…`, `UBUNTU-CVE-…`).
    pub(super) fn exact_vulnerability(&self, advisory: u32) -> Option<u32> {
        self.advisories[advisory as usize].exact
    }

    pub(super) fn write(
        &self,
        collected: &Collected,
        of_advisory: &[Vec<u32>],
        strings: &mut Strings,
    ) -> KnowledgeSections {
        let mut ids: Vec<(u64, u32)> = Vec::new();
        let mut known_ids = BTreeSet::new();
        let (mut vulnerability_offsets, mut vulnerabilities) = (Blob::default(), Blob::default());
        let gathered = self.gather(collected);
        for (number, (&id, facts)) in self.vulnerabilities.iter().zip(&gathered).enumerate() {
            vulnerability_offsets.fixed32(vulnerabilities.bytes.len() as u32);
            let others = self.other_ids.get(&id).into_iter().flatten().copied();
            for id in others.chain([id]) {
                ids.push((hash(collected.texts.text(id).as_bytes()), number as u32 + 1));
                known_ids.insert(id);
            }
            self.write_vulnerability(collected, id, facts, &mut vulnerabilities, strings);
        }
        let (mut advisory_offsets, mut advisories) = (Blob::default(), Blob::default());
        for (number, advisory) in self.advisories.iter().enumerate() {
            advisory_offsets.fixed32(advisories.bytes.len() as u32);
            if known_ids.insert(advisory.id) {
                let id = collected.texts.text(advisory.id);
                ids.push((hash(id.as_bytes()), (number as u32 + 1) | ID_IS_ADVISORY));
            }
            write_advisory(collected, advisory, &of_advisory[number], &mut advisories, strings);
        }
        KnowledgeSections {
            vulnerability_offsets: vulnerability_offsets.bytes,
            vulnerabilities: vulnerabilities.bytes,
            advisory_offsets: advisory_offsets.bytes,
            advisories: advisories.bytes,
            id_index: index(&ids),
        }
    }

    /// Everything said of each vulnerability, facts and advisories taken together.
    fn gather<'a>(&self, collected: &'a Collected) -> Vec<Gathered<'a>> {
        let mut gathered: Vec<Gathered<'a>> = self.vulnerabilities.iter().map(|_| Gathered::default()).collect();
        let numbers: BTreeMap<TextId, usize> = self.vulnerabilities.iter().copied().zip(0..).collect();
        for facts in &collected.facts {
            if let Some(&number) = numbers.get(&facts.id) {
                gathered[number].facts(collected, facts);
            }
        }
        for (number, advisory) in self.advisories.iter().enumerate() {
            for &vulnerability in &advisory.vulnerabilities {
                let of_vulnerability = &mut gathered[vulnerability as usize];
                of_vulnerability.advisories.push(number as u32);
                for &row in &advisory.rows {
                    let row = &collected.advisories[row as usize];
                    of_vulnerability.advisory(collected, row, advisory);
                }
            }
        }
        gathered
    }

    fn write_vulnerability(
        &self,
        collected: &Collected,
        id: TextId,
        gathered: &Gathered<'_>,
        blob: &mut Blob,
        strings: &mut Strings,
    ) {
        blob.id(collected.texts.text(id));
        let mut others: Vec<&str> =
            self.other_ids.get(&id).into_iter().flatten().map(|&id| collected.texts.text(id)).collect();
        others.sort_unstable();
        blob.number(others.len() as u64);
        others.iter().for_each(|other| blob.id(other));
        blob.counted(gathered.title.map_or("", |(_, title)| title).as_bytes());
        blob.number(time::encode(gathered.published));
        let kev = if gathered.kev { vulnerability_flags::KEV } else { 0 };
        blob.byte(kev | if gathered.epss.is_some() { vulnerability_flags::EPSS } else { 0 });
        if let Some(epss) = gathered.epss {
            blob.fixed32(epss.probability.to_bits());
            blob.fixed32(epss.percentile.to_bits());
        }
        for pairs in [&gathered.scores, &gathered.ratings] {
            blob.number(pairs.len() as u64);
            for &(source, value) in pairs {
                blob.number(u64::from(strings.offset(source)));
                blob.number(u64::from(strings.offset(value)));
            }
        }
        blob.ascending(&gathered.advisories);
    }
}

#[derive(Default)]
struct Gathered<'a> {
    /// With its place in the order of preference.
    title: Option<(u8, &'a str)>,
    published: Option<u64>,
    kev: bool,
    epss: Option<model::EpssScore>,
    scores: BTreeSet<(&'a str, &'a str)>,
    ratings: BTreeSet<(&'a str, &'a str)>,
    advisories: Vec<u32>,
}

impl<'a> Gathered<'a> {
    fn facts(&mut self, collected: &'a Collected, facts: &FactsRow) {
        let source = collected.texts.text(facts.source);
        let preference = match source {
            "cna" => 1,
            "nvd" => 3,
            "kev" => 4,
            _ => 5,
        };
        self.titled(preference, collected.texts.text(facts.title));
        self.published(facts.published.filter(|_| source != "kev"));
        self.kev |= facts.kev;
        self.epss = facts.epss.or(self.epss);
        self.rated(source, collected.texts.text(facts.severity));
        let scores = facts.scores.of(&collected.scores).iter();
        self.scores.extend(scores.map(|&score| (source, collected.texts.text(score))));
    }

    fn advisory(&mut self, collected: &'a Collected, advisory: &AdvisoryRow, merged: &MergedAdvisory) {
        let source = collected.texts.text(advisory.source);
        self.published(advisory.published);
        // An erratum on several vulnerabilities neither names nor rates any one of them.
        if merged.vulnerabilities.len() == 1 || !advisory.is_of_system {
            let preference = match (advisory.is_of_system, merged.exact) {
                (false, _) => Some(0),
                (true, Some(_)) => Some(2),
                // An erratum's title tells its vendor's package: it is for findings that this erratum yields.
                (true, None) => None,
            };
            if let Some(preference) = preference {
                self.titled(preference, collected.texts.text(advisory.title));
            }
            self.rated(source, collected.texts.text(advisory.severity));
            let scores = advisory.scores.of(&collected.scores).iter();
            self.scores.extend(scores.map(|&score| (source, collected.texts.text(score))));
        }
    }

    fn titled(&mut self, preference: u8, title: &'a str) {
        if !title.is_empty() && self.title.is_none_or(|best| (preference, title) < best) {
            self.title = Some((preference, title));
        }
    }

    fn published(&mut self, published: Option<u64>) {
        self.published = [self.published, published].into_iter().flatten().min();
    }

    fn rated(&mut self, source: &'a str, word: &'a str) {
        if !word.is_empty() {
            self.ratings.insert((source, word));
        }
    }
}

fn write_advisory(
    collected: &Collected,
    advisory: &MergedAdvisory,
    packages: &[u32],
    blob: &mut Blob,
    strings: &mut Strings,
) {
    let rows = || advisory.rows.iter().map(|&row| &collected.advisories[row as usize]);
    let first = |field: fn(&AdvisoryRow) -> TextId| {
        collected.texts.text(rows().map(field).find(|&text| text != 0).unwrap_or_default())
    };
    let id = collected.texts.text(advisory.id);
    blob.number(u64::from(strings.offset(collected.texts.text(advisory.source))));
    blob.id(id);
    match split_url(first(|row| row.url), id) {
        Some((prefix, rest)) => {
            blob.number(u64::from(strings.offset(prefix)));
            blob.counted(rest.as_bytes());
        }
        None => blob.number(0),
    }
    blob.counted(first(|row| row.title).as_bytes());
    blob.number(time::encode(rows().filter_map(|row| row.published).min()));
    blob.number(time::encode(rows().filter_map(|row| row.modified).max()));
    blob.number(u64::from(strings.offset(first(|row| row.severity))));
    blob.ascending(&advisory.vulnerabilities);
    blob.ascending(packages);
}

/// A URL as a part that many share and a rest; an empty rest stands for the advisory's id.
fn split_url<'a>(url: &'a str, id: &str) -> Option<(&'a str, &'a str)> {
    if let Some(prefix) = url.strip_suffix(id).filter(|prefix| !prefix.is_empty()) {
        return Some((prefix, ""));
    }
    let last = url.char_indices().next_back()?.0;
    let cut = url[..last].rfind('/').map_or(last, |slash| slash + 1);
    // A text of one character has nothing to share; no URL is that short.
    (cut > 0).then(|| url.split_at(cut))
}
