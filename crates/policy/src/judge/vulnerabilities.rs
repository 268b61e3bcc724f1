//! Controls over vulnerabilities.

use std::sync::Arc;

use model::{Evidence, Gap, Severity};

use super::tally::{Outcome, Tally};
use super::{Bench, reason};
use crate::document::{Filter, Fix, ScoreSource, Since};
use crate::facts::VulnerabilityFact;
use model::time::DAY;

impl Bench<'_, '_> {
    pub(super) fn severity(&self, filter: &Filter) -> Outcome {
        let least = filter.at_least.or_else(|| filter.severities.iter().min().copied()).unwrap_or_default();
        let tally = self.tally(filter, |_| true);
        self.covered(tally.outcome("verdict.vulnerability.severity", [("severity", least.as_str().into())]))
    }

    pub(super) fn age(&self, filter: &Filter, days: u32, since: Since) -> Outcome {
        let counts = |fact: &VulnerabilityFact<'_>| match since {
            Since::Published => self.is_older(fact.published, days.saturating_add(1)),
            Since::Fixed => fact.has_fix && self.is_older(fact.fixed, days.saturating_add(1)),
        };
        let tally = self.tally(filter, counts);
        self.covered(tally.outcome("verdict.vulnerability.age", [("days", (days as usize).into())]))
    }

    pub(super) fn exploited(&self, filter: &Filter) -> Outcome {
        let tally = self.tally(filter, |fact| fact.is_exploited);
        let unknown = self.unknown_without(&["kev", "cve-list-v5"], filter, |fact| !fact.is_exploited);
        let unknown = unknown.outcome("verdict.vulnerability.kev_unknown", []).doubted();
        self.covered(tally.outcome("verdict.vulnerability.kev", []).and(unknown))
    }

    pub(super) fn likely(&self, filter: &Filter, probability: Option<f64>, percentile: Option<f64>) -> Outcome {
        let tally = self.tally(filter, |fact| {
            fact.epss.is_some_and(|epss| {
                // As f32, as which the scores were published: 0.1 is at least 0.1.
                probability.is_some_and(|least| epss.probability >= least as f32)
                    || percentile.is_some_and(|least| epss.percentile >= least as f32)
            })
        });
        let (code, threshold) = match (probability, percentile) {
            (Some(probability), _) => ("verdict.vulnerability.epss", probability),
            (None, percentile) => ("verdict.vulnerability.epss_percentile", percentile.unwrap_or_default()),
        };
        let unknown = self.unknown_without(&["epss"], filter, |fact| fact.epss.is_none());
        let unknown = unknown.outcome("verdict.vulnerability.epss_unknown", []).doubted();
        self.covered(tally.outcome(code, [("threshold", threshold.into())]).and(unknown))
    }

    /// The vulnerabilities of which nobody can tell, because none of these sources is in the intelligence.
    fn unknown_without(
        &self,
        sources: &[&str],
        filter: &Filter,
        is_untold: impl Fn(&VulnerabilityFact<'_>) -> bool,
    ) -> Tally {
        let known = self.facts.report.intelligence.as_ref().map(|intelligence| &intelligence.sources);
        let is_missing = known.is_some_and(|known| {
            !known.is_empty() && !known.iter().any(|source| sources.contains(&source.name.as_str()))
        });
        if is_missing { self.tally(filter, is_untold) } else { Tally::default() }
    }

    pub(super) fn score(&self, filter: &Filter, score: f64, source: ScoreSource) -> Outcome {
        let tally = self.tally(filter, |fact| fact.scores.by(source) >= score);
        self.covered(tally.outcome("verdict.cvss.maximum_score", [("score", score.into())]))
    }

    /// Denied ids fail irrespective of score, fix and what the policy lets pass; only an exception takes them out.
    pub(super) fn denied(&self, ids: &[String]) -> Outcome {
        let mut tally = Tally::of(self.facts);
        let mut places: Vec<usize> = ids.iter().flat_map(|id| self.facts.places(id)).collect();
        places.sort_unstable();
        places.dedup();
        for fact in places.into_iter().filter_map(|at| self.facts.vulnerabilities.get(at)) {
            tally.take_finding(fact.evidence, fact.is_excepted);
        }
        self.covered(tally.outcome("verdict.cve.deny", []))
    }

    fn tally(&self, filter: &Filter, counts: impl Fn(&VulnerabilityFact<'_>) -> bool) -> Tally {
        let wanted = Classes::of(filter);
        let mut tally = Tally::of(self.facts);
        let facts = self.facts.classes.iter().zip(&self.facts.vulnerabilities).enumerate();
        for (at, (class, fact)) in facts {
            if wanted.have(*class)
                && counts(fact)
                && self.is_old_enough(filter, fact)
                && !self.allowed.get(at).copied().unwrap_or(false)
            {
                tally.take_finding(fact.evidence, fact.is_excepted);
            }
        }
        tally
    }

    fn is_old_enough(&self, filter: &Filter, fact: &VulnerabilityFact<'_>) -> bool {
        !(filter.ignores_base_image && fact.is_in_base)
            && filter.published_days_ago.is_none_or(|days| self.is_older(fact.published, days))
            && filter.fixed_days_ago.is_none_or(|days| !fact.has_fix || self.is_older(fact.fixed, days))
    }

    /// Whether something is at least so many days old; what has no time is.
    fn is_older(&self, time: Option<i64>, days: u32) -> bool {
        time.is_none_or(|time| self.now.saturating_sub(time) >= i64::from(days) * DAY)
    }

    /// Adds that packages were never matched or are not known: an outcome over vulnerabilities is no pass then.
    fn covered(&self, mut outcome: Outcome) -> Outcome {
        let facts = self.facts;
        let missing: [(&str, Vec<&Gap>); 2] = [
            ("verdict.not_covered", facts.unmatched().collect()),
            ("verdict.packages_unknown", facts.unknown_packages().collect()),
        ];
        for (code, gaps) in missing {
            let mut tally = Tally::default();
            for gap in gaps {
                let path = (!gap.path.is_empty()).then(|| gap.path.clone());
                let evidence = Evidence { id: gap.reason.clone(), path, ..Evidence::default() };
                tally.take(&Arc::new(evidence), self.holding.covers_gap(gap));
            }
            let os = facts.report.inventory.distribution.as_ref();
            let name = os.map(|os| if os.name.is_empty() { os.id.clone() } else { os.name.clone() });
            let told = tally.outcome(code, [("os", name.unwrap_or_else(|| "-".into()).into())]);
            outcome.reasons.extend(told.reasons);
            outcome.excepted += told.excepted;
        }
        if facts.report.intelligence.is_none() {
            outcome.reasons.push(reason("verdict.no_intelligence", []));
        }
        outcome
    }
}

/// The classes of vulnerabilities that a filter chooses, a bit for each.
struct Classes(u32);

impl Classes {
    fn of(filter: &Filter) -> Classes {
        let mut bits = 0;
        for severity in Severity::DESCENDING {
            for has_fix in [false, true] {
                let is_wanted = filter.at_least.is_none_or(|least| severity >= least)
                    && (filter.severities.is_empty() || filter.severities.contains(&severity))
                    && match filter.fix {
                        Fix::Any => true,
                        Fix::Available => has_fix,
                        Fix::Missing => !has_fix,
                    };
                bits |= u32::from(is_wanted) << class(severity, has_fix);
            }
        }
        Classes(bits)
    }

    fn have(&self, class: u8) -> bool {
        self.0 >> class & 1 == 1
    }
}

/// What filters ask most often, as a number below 32.
pub(crate) fn class(severity: Severity, has_fix: bool) -> u8 {
    severity as u8 * 2 + u8::from(has_fix)
}
