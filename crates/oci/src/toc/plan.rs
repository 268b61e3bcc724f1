//! Which parts of a blob are asked for: neighbors in one request, and the whole blob where that costs less.

use std::ops::Range;

use super::ReadPartsError;
use super::contents::{Chunk, Contents};
use crate::entry::Entry;

/// The most requests for parts of one layer.
const MOST_REQUESTS: usize = 64;
/// What a request costs beside its bytes, in bytes that a usual connection brings in the same time.
const REQUEST_COST: u64 = 256 << 10;
/// Wanted parts with so little between them are one request.
const SMALLEST_SKIP: u64 = 128 << 10;
/// The most bytes of a part, stored and inflated: it is verified in memory before anything of it is handed out. What
/// builders write by default has 4 MiB at most.
const LARGEST_CHUNK: u64 = 8 << 20;

/// What is to be fetched.
#[derive(Debug)]
pub(super) struct Plan {
    /// The parts of the blob that are asked for, ascending.
    pub(super) requests: Vec<Range<u64>>,
    /// Whether the entry of this number is wanted.
    pub(super) wanted: Vec<bool>,
}

impl Plan {
    /// Plans to fetch the files that `wants` says yes to from a blob of this size.
    pub(super) fn new(
        contents: &Contents,
        wants: &dyn Fn(&Entry) -> bool,
        blob_bytes: u64,
    ) -> Result<Plan, ReadPartsError> {
        let wanted: Vec<bool> =
            contents.entries.iter().map(|listed| !listed.chunks.is_empty() && wants(&listed.entry)).collect();
        let mut parts = Vec::new();
        for (listed, _) in contents.entries.iter().zip(&wanted).filter(|(_, is_wanted)| **is_wanted) {
            for chunk in contents.chunks.get(listed.chunks.clone()).unwrap_or_default() {
                check(chunk)?;
                if !chunk.stored.is_empty() {
                    parts.push(chunk.stored.clone());
                }
            }
        }
        let mut skip = SMALLEST_SKIP;
        let mut requests = coalesce(&parts, skip);
        while requests.len() > MOST_REQUESTS {
            skip = skip.saturating_mul(2);
            requests = coalesce(&requests, skip);
        }
        let cost = requests.iter().map(|part| part.end - part.start + REQUEST_COST).fold(0, u64::saturating_add);
        if cost >= blob_bytes {
            return Err(ReadPartsError::TooMuchWanted);
        }
        Ok(Plan { requests, wanted })
    }
}

fn check(chunk: &Chunk) -> Result<(), ReadPartsError> {
    if chunk.stored.is_empty() {
        return Ok(());
    }
    if chunk.digest.is_none() {
        return Err(ReadPartsError::BadTable("a part of a wanted file has no digest"));
    }
    if chunk.size_bytes.max(chunk.stored.end - chunk.stored.start) > LARGEST_CHUNK {
        return Err(ReadPartsError::BadTable("a part of a wanted file is too large to be verified in memory"));
    }
    Ok(())
}

/// Joins ascending parts that have at most `skip` bytes between them.
fn coalesce(parts: &[Range<u64>], skip: u64) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.start - last.end <= skip => last.end = part.end,
            _ => joined.push(part.clone()),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toc::contents::parse;

    const MIB: u64 = 1 << 20;

    /// A table of files of a mebibyte, one behind the other.
    fn table(files: u64) -> Contents {
        let digest = format!("sha256:{}", "0".repeat(64));
        let entry = |number: u64| {
            let offset = 1 + number * MIB;
            format!(r#"{{"name":"{number}","type":"reg","size":9,"offset":{offset},"digest":"{digest}"}}"#)
        };
        let entries: Vec<String> = (0..files).map(entry).collect();
        parse(format!(r#"{{"version":1,"entries":[{}]}}"#, entries.join(",")).as_bytes(), 1 + files * MIB).unwrap()
    }

    #[test]
    fn neighbors_are_one_request() {
        let wants = |entry: &Entry| ["2", "3", "7"].contains(&entry.path.as_str());
        let plan = Plan::new(&table(10), &wants, 10 * MIB).unwrap();
        assert_eq!(plan.requests, [1 + 2 * MIB..1 + 4 * MIB, 1 + 7 * MIB..1 + 8 * MIB]);
    }

    #[test]
    fn the_whole_blob_is_fetched_where_it_costs_less() {
        assert!(matches!(Plan::new(&table(10), &|_| true, 10 * MIB), Err(ReadPartsError::TooMuchWanted)));
    }

    #[test]
    fn requests_are_bounded() {
        let wants = |entry: &Entry| entry.path.as_str().ends_with('5');
        let plan = Plan::new(&table(5_000), &wants, 9_000 * MIB).unwrap();
        assert!((1..=MOST_REQUESTS).contains(&plan.requests.len()), "{}", plan.requests.len());
    }
}
