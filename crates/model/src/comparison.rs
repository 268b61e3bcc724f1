//! What a report says of an earlier one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{FindingKind, Shown, TargetKind};

/// What is new against a saved report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The target of the saved report.
    pub name: String,
    /// What sort of thing that was.
    pub kind: TargetKind,
    /// The sequence number of its intelligence.
    pub intelligence: Option<u64>,
    /// Which findings it shows: of others nothing is new or gone.
    pub shown: Shown,
    /// The findings that are open here and were not open there, by their place in the report, sorted.
    pub new: BTreeSet<usize>,
    /// Of those that were open there at other places of their packages: the places at which they are new.
    pub new_places: BTreeMap<usize, BTreeSet<String>>,
    /// How many findings were open there and are not open here.
    pub gone: usize,
    /// The kinds that only one of the reports looked for: of them nothing is new or gone.
    pub not_compared: BTreeSet<FindingKind>,
}
