//! Settles which findings stay: of several in one place the most telling, and of composite rules those that are whole.

use std::ops::Range;

use crate::found::{FoundSecret, Outcome};
use crate::rule::Rule;
use crate::scan::{Candidate, Pass};

pub(crate) fn settle(pass: Pass<'_>) -> Outcome {
    let rules = &pass.rules.rules;
    let mut candidates = pass.candidates;
    let values: Vec<Range<u64>> = candidates.iter().map(|candidate| candidate.value.clone()).collect();
    let lines: Vec<(usize, u64)> = candidates.iter().map(|candidate| (candidate.rule, candidate.line)).collect();
    candidates.retain(|candidate| !rules[candidate.rule].is_silent && has_all_required(rules, candidate, &lines));
    // The best first; a place that is taken is not given again.
    candidates.sort_by(|one, other| {
        let rank = |candidate: &Candidate| rules[candidate.rule].rank();
        (rank(other), other.severity, one.start, one.rule).cmp(&(rank(one), one.severity, other.start, other.rule))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let is_taken = kept.iter().any(|better| {
            // A command may hold several secrets: what counts is where their values stand.
            let overlaps = candidate.value.start < better.value.end && better.value.start < candidate.value.end;
            let is_same = candidate.start == better.start && candidate.end == better.end;
            // Rules of users stand beside the built-in ones, but for the same place twice.
            (overlaps || is_same) && (rules[candidate.rule].is_builtin || candidate.rule == better.rule)
        });
        if !is_taken {
            kept.push(candidate);
        }
    }
    kept.sort_by(|one, other| (one.start, &rules[one.rule].id).cmp(&(other.start, &rules[other.rule].id)));
    let secrets = kept.into_iter().map(|candidate| found(&rules[candidate.rule], candidate, &values)).collect();
    Outcome { secrets, is_cut_off: pass.is_cut_off, is_exhausted: pass.is_exhausted }
}

fn has_all_required(rules: &[Rule], candidate: &Candidate, lines: &[(usize, u64)]) -> bool {
    rules[candidate.rule].required.iter().all(|required| {
        lines.iter().any(|(rule, line)| {
            rules[*rule].is_called(&required.rule)
                && required.within_lines.is_none_or(|most| line.abs_diff(candidate.line) <= most)
        })
    })
}

fn found(rule: &Rule, candidate: Candidate, values: &[Range<u64>]) -> FoundSecret {
    let context: Vec<Range<u64>> =
        values.iter().filter(|value| value.start < candidate.end && candidate.start < value.end).cloned().collect();
    FoundSecret {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        category: rule.category.clone(),
        severity: candidate.severity,
        line: candidate.line,
        matched: candidate.shown.text(&context),
        masked_value: candidate.shown.masked,
        fingerprint: candidate.fingerprint,
        start: candidate.start,
        end: candidate.end,
        value: candidate.value,
        mark: candidate.mark,
    }
}
