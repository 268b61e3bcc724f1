//! Texts of licenses, recognised by the runs of words that they share with the texts of the SPDX license list and with
//! well-known notices.

mod sketches;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::shingle::shingles;
use sketches::{Difference, SKETCHES, Sketch};

/// The longest file that is read for license texts, in bytes; of a longer one its beginning counts.
pub const LARGEST_TEXT_BYTES: usize = 256 << 10;

/// The most words of one file that are compared.
const MOST_WORDS: usize = 64_000;

/// The most licenses that one text is said to hold.
const MOST_LICENSES: usize = 32;

/// How much of a license's sketch a text must hold: names of owners and small changes of wording are in every copy.
const LEAST_SHARE: f64 = 0.8;

/// How much of what tells two like texts apart must be there for one of them, and for it to be there beside the other.
const LEAST_OF_DIFFERENCE: f64 = 0.6;

/// How many words more than the list's text a copy may have for names of owners, beside a quarter more of words.
const ROOM_FOR_OWNERS: u32 = 30;

/// What differs in fewer runs differs by a word, which may be the name of an owner.
const FEWEST_DIFFERENCES: u32 = 3;

/// A license whose text is in another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLicense {
    /// Its SPDX id.
    ///
    /// The text of a GNU license does not say whether later versions may be chosen; its id ends in `-only`. A notice says
    /// so, and the id with it.
    pub id: &'static str,
    /// How much of its wording is there, in percent.
    pub confidence_percent: u8,
}

/// The licenses whose texts, or well-known notices, are in this text, each once, in the order of how sure they are.
pub fn licenses_of_text(text: &str) -> Vec<TextLicense> {
    let runs = shingles(text, MOST_WORDS);
    let mut placed: Vec<(u32, u32)> = runs.iter().copied().zip(0..).collect();
    placed.sort_unstable();
    let mut runs = runs;
    runs.sort_unstable();
    runs.dedup();
    let mut candidates = candidates(&runs, &placed);
    candidates.sort_by(|one, other| {
        other.share.total_cmp(&one.share).then(other.runs.cmp(&one.runs)).then(one.place.cmp(&other.place))
    });
    let mut accepted: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let meetings = accepted.iter().map(|known| meet(known, &candidate, &runs));
        let meetings: Vec<Meeting> = meetings.collect();
        if meetings.contains(&Meeting::First) {
            continue;
        }
        let mut outcomes = meetings.into_iter();
        accepted.retain(|_| outcomes.next() != Some(Meeting::Second));
        accepted.push(candidate);
    }
    // A variant without words of its own is there where its words are not those of others that are there.
    let is_approved = accepted.iter().any(|found| found.is_approved);
    accepted.retain(|found| found.is_approved || found.has_own_words || !is_approved);
    let mut found: Vec<TextLicense> = Vec::new();
    for Candidate { id, share, .. } in accepted {
        if found.len() < MOST_LICENSES && found.iter().all(|known| known.id != id) {
            found.push(TextLicense { id, confidence_percent: (share * 100.0).round() as u8 });
        }
    }
    found
}

/// The licenses of whose words enough are there, together in one place of the text.
fn candidates(all: &[u32], placed: &[(u32, u32)]) -> Vec<Candidate> {
    let share = |count: usize, size: u8| count as f64 / f64::from(size);
    let counts = SKETCHES.counts(all).into_iter();
    let scattered = (0u16..).zip(SKETCHES.list.iter().zip(counts));
    let scattered = scattered.filter(|(_, (sketch, count))| share(usize::from(*count), sketch.size) >= LEAST_SHARE);
    let places: Vec<u16> = scattered.map(|(place, _)| place).collect();
    let mut hits: BTreeMap<u16, Vec<(u32, u32)>> = BTreeMap::new();
    for (place, run) in SKETCHES.rows_of(&places) {
        let first = placed.partition_point(|(other, _)| *other < run);
        let occurrences = placed[first..].iter().take_while(|(other, _)| *other == run);
        hits.entry(place).or_default().extend(occurrences.map(|(run, position)| (*position, *run)));
    }
    let candidate = |(place, mut hits): (u16, Vec<(u32, u32)>)| {
        let sketch = SKETCHES.list.get(usize::from(place))?;
        let share = share(most_in_window(&mut hits, sketch.runs + sketch.runs / 4 + ROOM_FOR_OWNERS), sketch.size);
        let own = share_of(sketch.own(all));
        if own.is_some_and(|own| own < LEAST_OF_DIFFERENCE) {
            return None;
        }
        let has_own_words = own.is_some();
        let Sketch { id, runs, is_approved, .. } = *sketch;
        (share >= LEAST_SHARE).then_some(Candidate { place, id, runs, is_approved, has_own_words, share })
    };
    hits.into_iter().filter_map(candidate).collect()
}

/// The most different runs within so many words, of (position, run).
fn most_in_window(hits: &mut [(u32, u32)], words: u32) -> usize {
    hits.sort_unstable();
    let mut inside: HashMap<u32, u32> = HashMap::new();
    let (mut most, mut first) = (0, 0);
    for (position, run) in hits.iter() {
        *inside.entry(*run).or_default() += 1;
        while let Some((_, old)) = hits.get(first).filter(|(behind, _)| position - behind > words) {
            if let Entry::Occupied(mut count) = inside.entry(*old) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
            first += 1;
        }
        most = most.max(inside.len());
    }
    most
}

/// A license that a text may hold.
struct Candidate {
    place: u16,
    id: &'static str,
    runs: u32,
    is_approved: bool,
    has_own_words: bool,
    share: f64,
}

/// Which of two candidates the text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    Both,
    First,
    Second,
}

/// Of two texts that are alike, the one counts of whose own words more are there. `first` has the larger share.
fn meet(first: &Candidate, second: &Candidate, runs: &[u32]) -> Meeting {
    let (one, other) = (first.place, second.place);
    let differences = SKETCHES.difference(one, other, runs).zip(SKETCHES.difference(other, one, runs));
    let Some((of_first, of_second)) = differences else { return Meeting::Both };
    match (share_of(of_first), share_of(of_second)) {
        (Some(one), Some(other)) if one.min(other) >= LEAST_OF_DIFFERENCE => Meeting::Both,
        // Neither is there as it stands: more likely a copy with words of its own owner than one with those of another's.
        (Some(one), Some(other)) if one.max(other) < LEAST_OF_DIFFERENCE && first.is_approved != second.is_approved => {
            longer(first.is_approved)
        }
        (Some(one), Some(other)) if one == other => Meeting::First,
        (Some(one), Some(other)) => longer(one > other),
        // One of them is but a part of the other: the longer one counts where what it has beyond is there.
        (Some(beyond), None) => longer(beyond >= LEAST_OF_DIFFERENCE),
        (None, Some(beyond)) => longer(beyond < LEAST_OF_DIFFERENCE),
        (None, None) => Meeting::First,
    }
}

fn longer(is_first: bool) -> Meeting {
    if is_first { Meeting::First } else { Meeting::Second }
}

/// Nothing where too little is different.
fn share_of(difference: Difference) -> Option<f64> {
    (difference.size >= FEWEST_DIFFERENCES).then(|| f64::from(difference.present) / f64::from(difference.size))
}

#[cfg(test)]
mod tests;
