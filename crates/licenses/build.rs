//! Makes of each text of the SPDX license list (CC0-1.0), and of each notice in `content/licenses/notices.tsv`, a sketch:
//! its smallest hashes of runs of words, and what tells it from the texts that are like it. The texts themselves do not go
//! into the program.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "a build script is told its folders by the environment")]

#[path = "src/shingle.rs"]
mod shingle;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// How many hashes make a sketch.
const SKETCH: usize = 96;

/// A text with fewer runs is too short to be told from a sentence that quotes it.
const FEWEST: usize = 20;

/// How many hashes tell a text from one that is like it.
const DIFFERENCES: usize = 8;

/// Texts are alike where one holds this part of the other's sketch.
const ALIKE: usize = 2;

/// The longest blank for owners to fill in, in bytes.
const LONGEST_BLANK: usize = 80;

const NOTICES: &str = "../../content/licenses/notices.tsv";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/shingle.rs");
    println!("cargo::rerun-if-changed={NOTICES}");
    let notices = std::fs::read_to_string(NOTICES).expect("the notices are in the repository");
    let texts = texts(&notices);
    let target = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&target).join("texts.bin"), pack(&texts)).expect("cargo's folder can be written to");
}

/// Each id with the sorted hashes of a text that stands for it.
fn texts(notices: &str) -> Vec<(String, Vec<u32>)> {
    // Ids with the same runs of words are one text; a current id, and the one without "or later", stands for it.
    let mut by_runs: BTreeMap<Vec<u32>, String> = BTreeMap::new();
    for (id, text) in spdx::text::LICENSE_TEXTS {
        let Some(known) = spdx::license_id(id) else { continue };
        let runs = runs(text);
        if runs.len() < FEWEST {
            continue;
        }
        let rank =
            |id: &str| (spdx::license_id(id).is_none_or(|id| id.is_deprecated()), id.ends_with("-or-later"), id.len());
        let place = by_runs.entry(runs.into_iter().collect()).or_insert_with(|| known.name.to_owned());
        if rank(known.name) < rank(place) {
            known.name.clone_into(place);
        }
    }
    // The list joins the text with that of the license it builds upon; projects have them in two files.
    let lesser = "LGPL-3.0-only";
    let (_, text) = spdx::text::LICENSE_TEXTS.iter().find(|(id, _)| *id == lesser).expect("it is on the list");
    let end = text.match_indices("GNU GENERAL PUBLIC LICENSE").find(|(at, _)| *at > text.len() / 10);
    let lesser_runs = runs(&text[..end.expect("the other license follows").0]);
    by_runs.entry(lesser_runs.into_iter().collect()).or_insert_with(|| lesser.to_owned());
    for (id, text) in notices.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let runs = runs(text);
        assert!(runs.len() >= FEWEST, "the notice of {id} is too short");
        by_runs.entry(runs.into_iter().collect()).or_insert_with(|| id.to_owned());
    }
    let mut texts: Vec<(String, Vec<u32>)> = by_runs.into_iter().map(|(runs, id)| (id, runs)).collect();
    texts.sort();
    texts
}

/// The hashes of a text's runs of words, none across what each owner fills in: `<year>`, `[name of copyright owner]`.
fn runs(text: &str) -> BTreeSet<u32> {
    let mut runs = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find(['<', '[']) {
        let close = if rest[start..].starts_with('<') { '>' } else { ']' };
        let length = rest[start..].find(close).filter(|length| *length <= LONGEST_BLANK).unwrap_or(0);
        let is_blank = length > 0 && !rest[start..start + length].contains("://");
        let end = start + if is_blank { 0 } else { length };
        runs.extend(shingle::shingles(&rest[..end], usize::MAX));
        rest = &rest[start + length + 1..];
    }
    runs.extend(shingle::shingles(rest, usize::MAX));
    runs
}

/// The form that `src/text/sketches.rs` reads: texts with their differences, and all sketches as one sorted list.
fn pack(texts: &[(String, Vec<u32>)]) -> Vec<u8> {
    let mut holders: HashMap<u32, Vec<usize>> = HashMap::new();
    for (place, (_, runs)) in texts.iter().enumerate() {
        runs.iter().for_each(|run| holders.entry(*run).or_default().push(place));
    }
    let mut alike: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); texts.len()];
    let mut rows: Vec<(u32, u16)> = Vec::new();
    for (place, (_, runs)) in texts.iter().enumerate() {
        let sketch = sketch(runs);
        rows.extend(sketch.iter().map(|run| (*run, place as u16)));
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for holder in sketch.iter().flat_map(|run| &holders[run]).filter(|holder| **holder != place) {
            *shared.entry(*holder).or_default() += 1;
        }
        for (other, _) in shared.into_iter().filter(|(_, count)| count * ALIKE >= sketch.len()) {
            alike[place].insert(other);
            alike[other].insert(place);
        }
    }
    let mut packed = Vec::new();
    packed.extend((texts.len() as u16).to_le_bytes());
    for ((id, runs), alike) in texts.iter().zip(&alike) {
        packed.push(id.len() as u8);
        packed.extend(id.as_bytes());
        packed.extend((runs.len() as u32).to_le_bytes());
        packed.push(sketch(runs).len() as u8);
        packed.push(u8::from(is_approved(id)));
        let is_own = |run: &&u32| {
            let mut others = holders[*run].iter().map(|holder| &texts[*holder].0);
            !others.any(|other| other != id && is_approved(other))
        };
        // A variant is told by words that no combination of well-known licenses has.
        let own: Vec<u32> = match is_approved(id) {
            true => Vec::new(),
            false => runs.iter().filter(is_own).copied().take(DIFFERENCES).collect(),
        };
        packed.push(own.len() as u8);
        own.iter().for_each(|run| packed.extend(run.to_le_bytes()));
        packed.extend((alike.len() as u16).to_le_bytes());
        for other in alike {
            let beyond = runs.iter().filter(|run| texts[*other].1.binary_search(run).is_err());
            let beyond: Vec<u32> = beyond.copied().take(DIFFERENCES).collect();
            packed.extend((*other as u16).to_le_bytes());
            packed.push(beyond.len() as u8);
            beyond.iter().for_each(|run| packed.extend(run.to_le_bytes()));
        }
    }
    rows.sort_unstable();
    packed.extend((rows.len() as u32).to_le_bytes());
    for (run, place) in rows {
        packed.extend(run.to_le_bytes());
        packed.extend(place.to_le_bytes());
    }
    packed
}

fn is_approved(id: &str) -> bool {
    spdx::license_id(id).is_some_and(|id| id.is_osi_approved() && !id.is_deprecated())
}

fn sketch(runs: &[u32]) -> &[u32] {
    &runs[..runs.len().min(SKETCH)]
}
