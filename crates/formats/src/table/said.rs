//! The parts of the table that VEX statements and an earlier report bring: what is new, and who says what.

use std::collections::BTreeMap;
use std::io;

use model::{Finding, VexAssertion};

use super::{Style, Table, plain, severity_word};
use crate::messages::Value;
use crate::{places, said};

impl Table<'_> {
    /// The findings that the earlier report does not have, the most severe first.
    pub(super) fn new_findings(&mut self) -> io::Result<()> {
        let report = self.report;
        let Some(comparison) = report.comparison.as_ref().filter(|comparison| !comparison.new.is_empty()) else {
            return Ok(());
        };
        let name = plain(&comparison.name);
        let heading = self.say("compare.heading", &[("name", Value::Text(&name))]);
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &format!("{heading} ({})", comparison.new.len())))?;
        let new = comparison.new.iter().filter_map(|at| Some((*at, report.findings.get(*at)?)));
        let mut findings: Vec<(usize, &Finding)> = new.collect();
        findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity()));
        for (at, finding) in findings {
            let severity = severity_word(self.language, finding.severity());
            let place = match finding.package().and_then(|id| report.inventory.packages.get(id)) {
                Some(package) => {
                    let places: Vec<&String> = comparison.new_places.get(&at).into_iter().flatten().collect();
                    format!("{} {}  {}", package.name, package.version, places::named(&places, self.language))
                }
                None => finding.path().unwrap_or_default().to_owned(),
            };
            let line = format!("+ {} {severity}  {}", plain(finding.id()), plain(&place));
            self.paragraph(2, Some(Style::of(finding.severity())), line.trim_end())?;
        }
        Ok(())
    }

    /// Who says what of which vulnerability, each said once with the packages that it is said of.
    pub(super) fn vex(&mut self) -> io::Result<()> {
        let report = self.report;
        let mut by_saying: BTreeMap<(&str, &VexAssertion), Vec<&str>> = BTreeMap::new();
        for finding in report.findings.iter().filter_map(Finding::vulnerability) {
            let Some(vex) = finding.vex.as_deref() else { continue };
            let packages = by_saying.entry((&finding.id, vex)).or_default();
            packages.extend(report.inventory.packages.get(finding.package).map(|package| package.name.as_str()));
        }
        if by_saying.is_empty() {
            return Ok(());
        }
        let heading = self.say("vex.heading", &[]);
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &format!("{heading} ({})", by_saying.len())))?;
        for ((id, vex), mut packages) in by_saying {
            packages.sort_unstable();
            packages.dedup();
            let line = format!("{id} ({}): {}", packages.join(", "), said::said(vex, self.language));
            self.paragraph(2, None, &plain(&line))?;
        }
        Ok(())
    }
}
