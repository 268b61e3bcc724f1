//! `--compare-to` and `--fail-on-new`: what a saved report does not have.

use std::path::Path;

use model::{ScanReport, Shown, counted};

use crate::convert;
use crate::failure::{Failure, Outcome};

/// The most new findings that the last sentence names.
const MOST_NAMED: usize = 5;

/// The report to compare with.
pub(crate) struct Earlier {
    report: ScanReport,
    place: String,
}

impl Earlier {
    /// Reads it, before anything is scanned.
    pub(crate) fn read(path: &Path) -> Result<Earlier, Failure> {
        let report = convert::read(path).map_err(Failure::Usage)?;
        Ok(Earlier { report, place: path.display().to_string() })
    }

    /// Refuses to end by what is new where the earlier report leaves out what this scan shows: of that nothing would be new.
    pub(crate) fn must_show(&self, shown: &Shown) -> Result<(), Failure> {
        if self.report.shown.includes(shown) {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} shows only a part of its findings (--severity, --fixable-only), so that --fail-on-new cannot tell what else is \
             new; make it without these options, or give this scan the same",
            self.place
        )))
    }

    /// Notes in a report what is new; what only one of the two shows does not count. Returns what cannot be compared, in words.
    pub(crate) fn compare(&self, report: &mut ScanReport) -> Vec<String> {
        let comparison = formats::compare(&self.report, report);
        let mut notes = Vec::new();
        if comparison.kind != report.target.kind {
            notes.push(format!(
                "{} is of another kind of target: it is of {} {}, and this scan is of {} {}",
                self.place,
                article(comparison.kind.as_str()),
                comparison.name,
                article(report.target.kind.as_str()),
                report.target.name
            ));
        }
        if !comparison.shown.includes(&report.shown) {
            notes.push(format!(
                "{} shows only a part of its findings (--severity, --fixable-only), so that none of the others is called new",
                self.place
            ));
        }
        let (mut only_here, mut only_there) = (Vec::new(), Vec::new());
        for kind in &comparison.not_compared {
            let only = if report.detectors.contains(kind) { &mut only_here } else { &mut only_there };
            only.push(kind.detector());
        }
        if !only_here.is_empty() {
            notes.push(format!(
                "{} did not look for {}, so that none of them is called new",
                self.place,
                only_here.join(", ")
            ));
        }
        if !only_there.is_empty() {
            notes.push(format!(
                "{} looked for {}, and this scan does not, so that none of them is called gone",
                self.place,
                only_there.join(", ")
            ));
        }
        report.comparison = Some(comparison);
        notes
    }
}

/// How a scan ends by what is new; `None` where nothing is.
pub(crate) fn outcome(report: &ScanReport) -> Option<Outcome> {
    let comparison = report.comparison.as_ref().filter(|comparison| !comparison.new.is_empty())?;
    let findings = comparison.new.iter().filter_map(|at| report.findings.get(*at));
    let mut names: Vec<&str> = Vec::new();
    for finding in findings {
        if !names.contains(&finding.id()) && names.len() <= MOST_NAMED {
            names.push(finding.id());
        }
    }
    let more = if names.len() > MOST_NAMED { ", …" } else { "" };
    names.truncate(MOST_NAMED);
    Some(Outcome::NotCompliant(format!(
        "{} since the report of {}: {}{more}",
        counted(comparison.new.len(), "new finding", "new findings"),
        comparison.name,
        names.join(", ")
    )))
}

fn article(kind: &str) -> String {
    if kind.starts_with('i') { format!("an {kind}") } else { format!("a {kind}") }
}
