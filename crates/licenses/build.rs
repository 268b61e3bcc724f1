//! Makes of each text of the SPDX license list (CC0-1.0) a sketch: its smallest hashes of runs of words, and which sketches
//! lie how far in which other texts. The texts themselves do not go into the program.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "a build script is told its folders by the environment")]

#[path = "src/shingle.rs"]
mod shingle;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// How many hashes make a sketch.
const SKETCH: usize = 128;

/// A text with fewer runs is too short to be told from a sentence that quotes it.
const FEWEST: usize = 24;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/shingle.rs");
    // Ids with the same runs of words are one text; a current id, and the one without "or later", stands for it.
    let mut by_runs: BTreeMap<Vec<u32>, &str> = BTreeMap::new();
    for (id, text) in spdx::text::LICENSE_TEXTS {
        let Some(known) = spdx::license_id(id) else { continue };
        let runs: BTreeSet<u32> = shingle::shingles(text, usize::MAX).into_iter().collect();
        if runs.len() < FEWEST {
            continue;
        }
        let rank =
            |id: &str| (spdx::license_id(id).is_none_or(|id| id.is_deprecated()), id.ends_with("-or-later"), id.len());
        let place = by_runs.entry(runs.into_iter().collect()).or_insert(known.name);
        if rank(known.name) < rank(place) {
            *place = known.name;
        }
    }
    let mut texts: Vec<(&str, Vec<u32>)> = by_runs.into_iter().map(|(runs, id)| (id, runs)).collect();
    texts.sort();
    let mut holders: HashMap<u32, Vec<usize>> = HashMap::new();
    for (place, (_, runs)) in texts.iter().enumerate() {
        runs.iter().for_each(|run| holders.entry(*run).or_default().push(place));
    }
    let mut packed = Vec::new();
    packed.extend((texts.len() as u16).to_le_bytes());
    for (id, runs) in &texts {
        let sketch = &runs[..runs.len().min(SKETCH)];
        packed.push(id.len() as u8);
        packed.extend(id.as_bytes());
        packed.extend((runs.len() as u32).to_le_bytes());
        packed.push(sketch.len() as u8);
        sketch.iter().for_each(|run| packed.extend(run.to_le_bytes()));
        let mut shared: BTreeMap<usize, u8> = BTreeMap::new();
        for holder in sketch.iter().flat_map(|run| &holders[run]) {
            *shared.entry(*holder).or_default() += 1;
        }
        shared.retain(|_, count| usize::from(*count) * 3 >= sketch.len());
        packed.extend((shared.len() as u16).to_le_bytes());
        for (holder, count) in shared {
            packed.extend((holder as u16).to_le_bytes());
            packed.push(count);
        }
    }
    let target = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&target).join("texts.bin"), packed).expect("cargo's folder can be written to");
}
