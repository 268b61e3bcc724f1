//! Texts of licenses, recognised by the runs of words that they share with the texts of the SPDX license list, and the
//! `SPDX-License-Identifier` tags of source files.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::expression::License;
use crate::shingle::shingles;

/// The longest file that is read for license texts, in bytes; of a longer one its beginning counts.
pub const LARGEST_TEXT_BYTES: usize = 256 << 10;

/// The most words of one file that are compared.
const MOST_WORDS: usize = 64_000;

/// The most licenses that one text is said to hold.
const MOST_LICENSES: usize = 32;

/// How much of a license's sketch a text must hold: names of owners and small changes of wording are in every copy.
const LEAST_SHARE: f64 = 0.85;

/// How much of what a longer license has beyond a shorter one must be there for it to be the longer one.
const LEAST_SHARE_BEYOND: f64 = 0.6;

/// Whether a file called so holds by custom the license of what lies beside it: `LICENSE`, `LICENSE-MIT.txt`, `COPYING`,
/// `NOTICE.md`, `copyright`.
pub fn is_license_file(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = ["license", "licence", "copying", "notice", "copyright", "unlicense", "mit-license"]
        .iter()
        .find_map(|stem| lower.strip_prefix(stem));
    let Some(rest) = stem else { return false };
    let is_source = [".rs", ".py", ".js", ".ts", ".go", ".c", ".h", ".rb", ".php", ".java", ".json", ".so", ".css"]
        .iter()
        .any(|end| rest.ends_with(end));
    !is_source && (rest.is_empty() || rest.starts_with(['.', '-', '_', ' ', 's']))
}

/// The SPDX ids of the licenses whose texts are in this one, in the order of how sure they are.
///
/// The text of a GNU license does not say whether later versions may be chosen; its id ends in `-only`.
pub fn licenses_of_text(text: &str) -> Vec<&'static str> {
    let mut runs = shingles(text, MOST_WORDS);
    runs.sort_unstable();
    runs.dedup();
    let mut counts: HashMap<u16, u32> = HashMap::new();
    for run in &runs {
        for place in SKETCHES.by_run.get(run).into_iter().flatten() {
            *counts.entry(*place).or_default() += 1;
        }
    }
    let mut candidates: Vec<Candidate> = counts
        .into_iter()
        .filter_map(|(place, count)| {
            let sketch = SKETCHES.list.get(usize::from(place))?;
            let share = f64::from(count) / f64::from(sketch.size);
            (share >= LEAST_SHARE).then_some(Candidate { place, count, share, runs: sketch.runs })
        })
        .collect();
    candidates.sort_by(|one, other| {
        other.share.total_cmp(&one.share).then(other.runs.cmp(&one.runs)).then(one.place.cmp(&other.place))
    });
    let mut accepted: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let relatives: Vec<usize> = (0..accepted.len()).filter(|at| are_related(&accepted[*at], &candidate)).collect();
        if relatives.iter().all(|at| extends(&candidate, &accepted[*at])) {
            for at in relatives.into_iter().rev() {
                accepted.remove(at);
            }
            accepted.push(candidate);
        }
    }
    accepted.truncate(MOST_LICENSES);
    accepted.into_iter().filter_map(|found| Some(SKETCHES.list.get(usize::from(found.place))?.id)).collect()
}

/// The licenses of the `SPDX-License-Identifier` tags in the first lines of a file (SPDX 2.3, annex E), each once; empty
/// where there is none.
pub fn identifier_tags(head: &str) -> Vec<License> {
    const TAG: &str = "SPDX-License-Identifier:";
    let mut found: Vec<License> = Vec::new();
    for line in head.lines().take(TAGGED_LINES) {
        let Some((_, rest)) = line.split_once(TAG) else { continue };
        let words = rest.trim().trim_end_matches("*/").trim_end_matches("-->").trim_end_matches(['"', '\'', ';', ',']);
        let license = License::parse(words.trim());
        if license.is_spdx() && !found.contains(&license) {
            found.push(license);
        }
    }
    found
}

/// How many lines of a file may hold its tag.
const TAGGED_LINES: usize = 60;

/// A license that a text may hold.
struct Candidate {
    place: u16,
    count: u32,
    share: f64,
    runs: u32,
}

/// Whether they share so much that one text is but one of them.
fn are_related(one: &Candidate, other: &Candidate) -> bool {
    shared(one.place, other.place).is_some() || shared(other.place, one.place).is_some()
}

/// Whether the text also has what the longer license has beyond the shorter one.
fn extends(longer: &Candidate, shorter: &Candidate) -> bool {
    if longer.runs <= shorter.runs {
        return false;
    }
    let Some(sketch) = SKETCHES.list.get(usize::from(longer.place)) else { return false };
    let common = f64::from(shared(longer.place, shorter.place).unwrap_or(0));
    let beyond = f64::from(sketch.size) - common;
    let present = f64::from(longer.count) - common * shorter.share;
    beyond >= 3.0 && present / beyond >= LEAST_SHARE_BEYOND
}

/// How many hashes of the sketch of one license lie in the text of another, where that is a third of them or more.
fn shared(sketch: u16, text: u16) -> Option<u8> {
    let shared = &SKETCHES.list.get(usize::from(sketch))?.shared;
    let at = shared.binary_search_by_key(&text, |(text, _)| *text).ok()?;
    Some(shared[at].1)
}

struct Sketch {
    id: &'static str,
    /// How many runs of words the whole text has.
    runs: u32,
    /// How many of them the sketch holds.
    size: u8,
    /// Other texts and how much of this sketch they hold, by their places.
    shared: Vec<(u16, u8)>,
}

#[derive(Default)]
struct Sketches {
    list: Vec<Sketch>,
    by_run: HashMap<u32, Vec<u16>>,
}

static SKETCHES: LazyLock<Sketches> = LazyLock::new(|| unpack(PACKED).unwrap_or_default());

/// What the build script packed.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"));

fn unpack(mut packed: &'static [u8]) -> Option<Sketches> {
    let mut take = |count: usize| {
        let (head, rest) = packed.split_at_checked(count)?;
        packed = rest;
        Some(head)
    };
    let mut sketches = Sketches::default();
    let count = u16::from_le_bytes(take(2)?.try_into().ok()?);
    for place in 0..count {
        let length = usize::from(take(1)?[0]);
        let id = std::str::from_utf8(take(length)?).ok()?;
        let runs = u32::from_le_bytes(take(4)?.try_into().ok()?);
        let size = take(1)?[0];
        for run in take(4 * usize::from(size))?.chunks_exact(4) {
            sketches.by_run.entry(u32::from_le_bytes(run.try_into().ok()?)).or_default().push(place);
        }
        let others = usize::from(u16::from_le_bytes(take(2)?.try_into().ok()?));
        let shared = take(3 * others)?.chunks_exact(3);
        let shared = shared.map(|row| (u16::from_le_bytes([row[0], row[1]]), row[2])).collect();
        sketches.list.push(Sketch { id, runs, size, shared });
    }
    Some(sketches)
}

#[cfg(test)]
mod tests;
