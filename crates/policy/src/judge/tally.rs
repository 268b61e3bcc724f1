//! What a control counted.

use std::sync::Arc;

use model::{Evidence, EvidenceList, Parameter, Reason};

use super::reason;
use crate::facts::Facts;

/// The most evidence that a reason keeps; the rest is counted.
pub const MOST_EVIDENCE: usize = 1000;

/// What asking a control gave: it passes where there is no reason.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) reasons: Vec<Reason>,
    /// How many findings exceptions took out.
    pub(super) excepted: usize,
    /// How many of the reasons are doubts: with them alone the control warns.
    pub(super) doubts: usize,
    /// Whether the control could not be asked; the reason says why.
    pub(super) error: bool,
}

impl Outcome {
    pub(super) fn failing(reason: Reason) -> Outcome {
        Outcome { reasons: vec![reason], ..Outcome::default() }
    }

    /// Both, where no finding is in both.
    pub(super) fn and(mut self, other: Outcome) -> Outcome {
        self.reasons.extend(other.reasons);
        self.excepted += other.excepted;
        self.doubts += other.doubts;
        self.error |= other.error;
        self
    }

    /// The same as a mere doubt, from which an exception takes nothing that would deny.
    pub(super) fn doubted(self) -> Outcome {
        Outcome { doubts: self.reasons.len(), excepted: 0, ..self }
    }

    /// Whether nothing speaks against the control but doubts.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubts > 0 && self.doubts == self.reasons.len()
    }
}

/// Evidence as it is found.
#[derive(Debug, Default)]
pub(super) struct Tally {
    evidence: EvidenceList,
    count: usize,
    excepted: usize,
}

impl Tally {
    /// Nothing yet; findings will be among the facts.
    pub(super) fn of(facts: &Facts<'_>) -> Tally {
        Tally { evidence: EvidenceList::of(&facts.evidence), ..Tally::default() }
    }

    /// Takes a finding by the place of its evidence among the facts, or counts that an exception covers it.
    pub(super) fn take_finding(&mut self, place: u32, is_excepted: bool) {
        if self.counts(is_excepted) {
            self.evidence.push_shared(place);
        }
    }

    /// Takes one piece of evidence, or counts that an exception covers it.
    pub(super) fn take(&mut self, evidence: &Arc<Evidence>, is_excepted: bool) {
        if self.counts(is_excepted) {
            self.evidence.push(Arc::clone(evidence));
        }
    }

    /// Counts a piece of evidence, and tells whether it is kept.
    fn counts(&mut self, is_excepted: bool) -> bool {
        self.excepted += usize::from(is_excepted);
        self.count += usize::from(!is_excepted);
        !is_excepted && self.count <= MOST_EVIDENCE
    }

    /// Counts what is not at hand any more.
    pub(super) fn take_without_evidence(&mut self, count: usize) {
        self.count += count;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The outcome: it fails with this reason where there is evidence.
    pub(super) fn outcome<const N: usize>(self, code: &str, parameters: [(&str, Parameter); N]) -> Outcome {
        let mut reasons = Vec::new();
        if self.count > 0 {
            let mut reason = reason(code, parameters);
            reason.parameters.insert("count".into(), self.count.into());
            reason.evidence = self.evidence;
            reason.evidence_count = self.count;
            reasons.push(reason);
        }
        Outcome { reasons, excepted: self.excepted, ..Outcome::default() }
    }
}
