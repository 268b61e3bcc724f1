//! The difference for people: what is new first, then what changed, then what is gone, then the packages.

use std::io::{self, Write};

use model::{Finding, FindingKind, ScanReport, Severity, Signature};

use super::{Copies, FindingChange, FindingPlace, OtherChange, ReportDiff, place_of};
use crate::messages::Value;
use crate::places;
use crate::table::{Paint, Style, plain, severity_word, wrapped};
use crate::{Language, WriteOptions, said, signatures};

/// Writes the difference.
pub(super) fn write(diff: &ReportDiff<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table { language: options.language, paint: Paint::new(options.color), width: options.width, out };
    let names = format!("{} → {}", plain(&diff.old.target.name), plain(&diff.new.target.name));
    table.line(0, Some(Style::Strong), &names)?;
    for report in [diff.old, diff.new] {
        if let Some(sentence) = said::partial(plain(&report.target.name).as_ref(), &report.shown, table.language) {
            table.line(0, sentence.style, &sentence.text)?;
        }
    }
    if !diff.not_compared.is_empty() {
        let list = diff.not_compared.iter().map(|kind| kind.detector()).collect::<Vec<_>>().join(", ");
        let sentence = table.language.say("diff.not_compared", &[("list", Value::Text(&list))]);
        table.line(0, Some(Style::Alarm), &sentence)?;
    }
    if diff.is_empty() {
        let sentence = table.language.say("diff.same", &[]);
        return table.line(0, None, &sentence);
    }
    let sentence = table.language.say(
        "diff.summary",
        &[
            ("added", Value::Count(diff.added.len() + diff.others_added.len())),
            ("removed", Value::Count(diff.removed.len() + diff.others_removed.len())),
            ("changed", Value::Count(diff.changed.len() + diff.others_changed.len())),
            ("packages_added", Value::Count(diff.packages_added.len())),
            ("packages_removed", Value::Count(diff.packages_removed.len())),
            ("packages_changed", Value::Count(diff.packages_changed.len())),
        ],
    );
    table.line(0, None, &sentence)?;
    if !diff.gaps_added.is_empty() {
        let sentence = table.language.say("diff.gaps", &[("count", Value::Count(diff.gaps_added.len()))]);
        table.line(0, Some(Style::Alarm), &sentence)?;
        for gap in &diff.gaps_added {
            let place = if gap.path.is_empty() { String::new() } else { format!("{}: ", plain(&gap.path)) };
            table.line(2, None, &format!("{place}{}", plain(&table.language.gap_reason(gap))))?;
        }
    }
    table.findings("diff.added", '+', &diff.added)?;
    table.changes(&diff.changed)?;
    table.others("diff.others_added", '+', &diff.others_added, diff.new)?;
    table.other_changes(&diff.others_changed)?;
    table.findings("diff.removed", '-', &diff.removed)?;
    table.others("diff.others_removed", '-', &diff.others_removed, diff.old)?;
    table.signatures("diff.signatures_added", '+', &diff.signatures_added)?;
    table.signatures("diff.signatures_removed", '-', &diff.signatures_removed)?;
    table.packages(diff)
}

struct Table<'a> {
    language: Language,
    paint: Paint,
    width: Option<usize>,
    out: &'a mut dyn Write,
}

impl Table<'_> {
    fn line(&mut self, indent: usize, style: Option<Style>, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.width.map(|width| width.saturating_sub(indent))) {
            let line = style.map_or_else(|| line.to_owned(), |style| self.paint.text(style, line));
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn heading(&mut self, code: &str, count: usize) -> io::Result<()> {
        writeln!(self.out)?;
        let heading = format!("{} ({count})", self.language.say(code, &[]));
        self.line(0, Some(Style::Strong), &heading)
    }

    /// The most severe first.
    fn findings(&mut self, code: &str, mark: char, found: &[Copies<'_, FindingPlace<'_>>]) -> io::Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        self.heading(code, found.len())?;
        let mut found: Vec<&Copies<'_, FindingPlace<'_>>> = found.iter().collect();
        found.sort_by_key(|copies| std::cmp::Reverse(copies.entry.finding.severity));
        for copies in found {
            let (finding, place) = (copies.entry.finding, copies.entry);
            let severity = severity_word(self.language, finding.severity);
            let what = format!("{} {}", plain(&place.package.name), plain(&place.package.version));
            self.line(2, Some(Style::of(finding.severity)), &format!("{mark} {} {severity}", plain(&finding.id)))?;
            let repair = match &finding.fixed_version {
                Some(version) if mark == '+' => format!("{what} → {}", plain(version)),
                _ => what,
            };
            let places = match copies.places.as_slice() {
                [] | [_] if copies.is_everywhere => place_of(place.package),
                places => places::named(places, self.language),
            };
            self.line(4, None, &format!("{repair}  {}", plain(&places)))?;
        }
        Ok(())
    }

    /// Findings about anything but vulnerabilities, the most severe first.
    fn others(&mut self, code: &str, mark: char, findings: &[&Finding], report: &ScanReport) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        self.heading(code, findings.len())?;
        let mut findings = findings.to_vec();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        for finding in findings {
            let severity = severity_word(self.language, finding.severity());
            let kind = self.kind(finding);
            let line = format!("{mark} {} {severity} ({kind})", plain(finding.id()));
            self.line(2, Some(Style::of(finding.severity())), &line)?;
            let package = finding.package().and_then(|id| report.inventory.packages.get(id));
            let place = match package {
                Some(package) => {
                    format!("{} {}  {}", plain(&package.name), plain(&package.version), plain(&place_of(package)))
                }
                None => plain(finding.path().unwrap_or_default()),
            };
            if !place.is_empty() {
                self.line(4, None, place.trim_end())?;
            }
        }
        Ok(())
    }

    /// The word of a finding's kind.
    fn kind(&self, finding: &Finding) -> String {
        let code = match finding.kind() {
            FindingKind::Vulnerability => "diff.kind.vulnerability",
            FindingKind::Secret => "diff.kind.secret",
            FindingKind::Malware => "diff.kind.malware",
            FindingKind::License => "diff.kind.license",
            FindingKind::Misconfiguration => "diff.kind.misconfiguration",
        };
        self.language.say(code, &[])
    }

    fn signatures(&mut self, code: &str, mark: char, signatures: &[&Signature]) -> io::Result<()> {
        if signatures.is_empty() {
            return Ok(());
        }
        self.heading(code, signatures.len())?;
        for signature in signatures {
            let told = signatures::tell(signature, self.language);
            self.line(2, Some(told.style), &format!("{mark} {}", plain(&told.head)))?;
            for line in told.problem.iter().chain(&told.statements) {
                self.line(4, None, &plain(line))?;
            }
        }
        Ok(())
    }

    fn other_changes(&mut self, changes: &[OtherChange<'_>]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        self.heading("diff.others_changed", changes.len())?;
        for OtherChange { old, new } in changes {
            let style = Style::of(new.severity().max(Severity::Low));
            self.line(2, Some(style), &format!("~ {} ({})", plain(new.id()), self.kind(new)))?;
            if let Some(place) = new.path().filter(|place| !place.is_empty()) {
                self.line(4, None, &plain(place))?;
            }
            let [old, new] = [old, new].map(|finding| severity_word(self.language, finding.severity()));
            if old != new {
                let column = self.language.say("table.column.severity", &[]).to_lowercase();
                self.line(4, None, &format!("{column}: {old} → {new}"))?;
            }
        }
        Ok(())
    }

    fn changes(&mut self, changes: &[FindingChange<'_>]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        self.heading("diff.changed", changes.len())?;
        for change in changes {
            let (old, new) = (change.old, change.new);
            let style = Style::of(new.finding.severity.max(Severity::Low));
            let name = plain(&new.package.name);
            self.line(2, Some(style), &format!("~ {} {name}", plain(&new.finding.id)))?;
            let fixed = |place: FindingPlace<'_>| match &place.finding.fixed_version {
                Some(version) => plain(version),
                None => self.language.say("diff.unfixed", &[]),
            };
            let pairs = [
                ("table.column.installed", plain(&old.package.version), plain(&new.package.version)),
                (
                    "table.column.severity",
                    severity_word(self.language, old.finding.severity),
                    severity_word(self.language, new.finding.severity),
                ),
                ("table.column.fixed", fixed(old), fixed(new)),
                ("diff.status", self.status(old), self.status(new)),
            ];
            for (code, old, new) in pairs {
                if old != new {
                    let line = format!("{}: {old} → {new}", self.language.say(code, &[]).to_lowercase());
                    self.line(4, None, &line)?;
                }
            }
        }
        Ok(())
    }

    fn status(&self, place: FindingPlace<'_>) -> String {
        self.language.say(&format!("table.status.{}", place.finding.status.as_str()), &[])
    }

    fn packages(&mut self, diff: &ReportDiff<'_>) -> io::Result<()> {
        let count = diff.packages_added.len() + diff.packages_removed.len() + diff.packages_changed.len();
        if count == 0 {
            return Ok(());
        }
        self.heading("diff.packages", count)?;
        for change in &diff.packages_changed {
            let versions = format!("{} → {}", plain(&change.old.version), plain(&change.new.version));
            self.line(2, None, &format!("~ {} {versions}", plain(&change.new.name)))?;
        }
        for (mark, packages) in [('+', &diff.packages_added), ('-', &diff.packages_removed)] {
            for copies in packages {
                let package = copies.entry;
                let mut line = format!("{mark} {} {}", package.name, package.version);
                if !copies.is_everywhere {
                    line = format!("{line}  {}", places::named(&copies.places, self.language));
                }
                self.line(2, None, &plain(&line))?;
            }
        }
        Ok(())
    }
}
