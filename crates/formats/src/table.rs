//! The report for people: what cannot be relied on and what to do first on top, then every finding by the place where it
//! is, then what could not be read. Text from the target is printed without what a terminal would obey.

mod gaps;
mod others;
mod paint;
mod said;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{FindingKind, FindingStatus, ScanReport, Severity};

use crate::messages::Value;
use crate::summary::{self, Row, SHOWN_UPGRADES, Sentence};
use crate::{Language, WriteOptions, places, signatures};
pub use paint::plain;
pub(crate) use paint::{Paint, Style, columns_of, fit, wrapped};

/// The least that a title needs to be worth its column.
const SHORTEST_TITLE: usize = 16;

/// The most columns that a name or version takes on a terminal.
const WIDEST_CELL: usize = 40;

/// What marks a vulnerability that is known to be exploited.
const EXPLOITED: &str = "!";

/// Writes the table.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut table =
        Table { report, language: options.language, paint: Paint::new(options.color), width: options.width, out };
    table.head()?;
    table.summary(options.hidden)?;
    table.verdict()?;
    table.signatures()?;
    table.new_findings()?;
    table.others(FindingKind::Malware)?;
    table.others(FindingKind::Secret)?;
    table.first()?;
    table.groups()?;
    table.vex()?;
    table.others(FindingKind::Misconfiguration)?;
    table.others(FindingKind::License)?;
    table.foot()
}

struct Table<'a> {
    report: &'a ScanReport,
    language: Language,
    paint: Paint,
    width: Option<usize>,
    out: &'a mut dyn Write,
}

impl<'a> Table<'a> {
    fn say(&self, code: &str, parameters: &[(&str, Value<'_>)]) -> String {
        self.language.say(code, parameters)
    }

    /// A paragraph in the width of the terminal.
    fn paragraph(&mut self, indent: usize, style: Option<Style>, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        for line in wrapped(text, self.width.map(|width| width.saturating_sub(indent))) {
            let line = style.map_or_else(|| line.to_owned(), |style| self.paint.text(style, line));
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        self.paragraph(0, Some(Style::Strong), &plain(&self.report.target.name))?;
        let facts = summary::facts(self.report, self.language).into_iter().map(|Sentence { style, text }| {
            let text = plain(&text);
            style.map_or_else(|| text.clone(), |style| self.paint.text(style, &text))
        });
        let facts = facts.collect::<Vec<_>>().join(" · ");
        self.paragraph(0, None, &facts)
    }

    fn summary(&mut self, hidden: usize) -> io::Result<()> {
        writeln!(self.out)?;
        let sentences = summary::sentences(self.report, hidden, Some(EXPLOITED), self.language);
        sentences.into_iter().try_for_each(|Sentence { style, text }| self.paragraph(0, style, &plain(&text)))
    }

    fn verdict(&mut self) -> io::Result<()> {
        match &self.report.verdict {
            Some(verdict) => crate::verdict::in_table(verdict, self.language, self.paint, self.width, self.out),
            None => Ok(()),
        }
    }

    /// Who signed, and what.
    fn signatures(&mut self) -> io::Result<()> {
        let signatures = &self.report.signatures;
        if signatures.is_empty() {
            return Ok(());
        }
        let heading = format!("{} ({})", self.say("table.signatures", &[]), signatures.len());
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &heading))?;
        for signature in signatures {
            let told = signatures::tell(signature, self.language);
            self.paragraph(2, Some(told.style), &plain(&told.head))?;
            for line in told.problem.iter().chain(&told.statements) {
                self.paragraph(4, None, &plain(line))?;
            }
        }
        Ok(())
    }

    fn first(&mut self) -> io::Result<()> {
        let rows = summary::rows(self.report);
        let upgrades = summary::upgrades(&rows);
        if upgrades.is_empty() {
            return Ok(());
        }
        let heading = self.say("table.first", &[]);
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &heading))?;
        for (number, upgrade) in upgrades.iter().take(SHOWN_UPGRADES).enumerate() {
            let what = plain(&upgrade.what());
            let mut lines = wrapped(&what, self.width.map(|width| width.saturating_sub(5))).into_iter();
            let head = lines.next().unwrap_or_default();
            writeln!(self.out, "  {}. {}", number + 1, self.paint.text(Style::Strong, head))?;
            for line in lines {
                writeln!(self.out, "     {}", self.paint.text(Style::Strong, line))?;
            }
            let why = upgrade.why(self.language);
            let style = if upgrade.kev { Style::Alarm } else { Style::of(upgrade.severity) };
            let repairs = plain(&upgrade.repairs(self.language));
            if self.width.is_none_or(|width| columns_of(&why) + columns_of(&repairs) + 8 <= width) {
                writeln!(self.out, "     {} · {repairs}", self.paint.text(style, &why))?;
            } else {
                self.paragraph(5, Some(style), &why)?;
                self.paragraph(5, None, &repairs)?;
            }
            for (line, is_sentence) in upgrade.remedy_lines(self.language) {
                match is_sentence {
                    true => self.paragraph(5, None, &plain(&line))?,
                    // A command is copied: it is never broken into lines.
                    false => writeln!(self.out, "     {}", plain(&line))?,
                }
            }
        }
        if upgrades.len() > SHOWN_UPGRADES {
            let more = self.say("table.first.more", &[("count", Value::Count(upgrades.len() - SHOWN_UPGRADES))]);
            self.paragraph(2, None, &more)?;
        }
        Ok(())
    }

    /// Every finding, by the places of its package: the operating system first, then manifest by manifest.
    fn groups(&mut self) -> io::Result<()> {
        let mut groups: BTreeMap<(bool, &'a [String], &'a str), Vec<Row<'a>>> = BTreeMap::new();
        for row in summary::rows(self.report) {
            let package = row.package;
            let is_language = !package.ecosystem.is_operating_system();
            let paths: &[String] = if is_language { &package.paths } else { &[] };
            let word = if is_language && paths.is_empty() { package.ecosystem.purl_type() } else { "" };
            groups.entry((is_language, paths, word)).or_default().push(row);
        }
        for ((is_language, paths, word), mut rows) in groups {
            rows.sort_by(|a, b| row_order(a).partial_cmp(&row_order(b)).unwrap_or(std::cmp::Ordering::Equal));
            let heading = match paths {
                _ if !is_language => self.say("table.os", &[]),
                [] => word.to_owned(),
                paths => plain(&places::named(paths, self.language)),
            };
            writeln!(self.out)?;
            self.paragraph(0, Some(Style::Strong), &format!("{heading} ({})", rows.len()))?;
            self.group(&rows)?;
        }
        Ok(())
    }

    /// In columns where they fit, else below one another.
    fn group(&mut self, rows: &[Row<'a>]) -> io::Result<()> {
        let columns = ["severity", "id", "package", "installed", "fixed", "title"];
        let heading = columns.map(|column| self.say(&format!("table.column.{column}"), &[]));
        let mut cells: Vec<[String; 6]> = vec![heading];
        cells.extend(rows.iter().map(|row| self.cells(row)));
        let widest = if self.width.is_some() { WIDEST_CELL } else { usize::MAX };
        let mut widths = [0; 5];
        for line in &cells {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(columns_of(cell)).min(widest);
            }
        }
        let used = widths.iter().sum::<usize>() + 2 * (widths.len() + 1);
        if self.width.is_some_and(|width| used - 2 > width) {
            return self.stacked(rows, &cells[1..]);
        }
        let title_width = self.width.map_or(usize::MAX, |width| width.saturating_sub(used));
        for (number, line) in cells.iter().enumerate() {
            let mut text = String::new();
            for (column, width) in widths.iter().enumerate() {
                let cell = fit(&line[column], *width);
                text.push_str("  ");
                text.push_str(&match (number, column) {
                    (0, _) => self.paint.text(Style::Faint, &cell),
                    (_, 0) => self.paint.text(Style::of(rows[number - 1].finding.severity), &cell),
                    (_, 1) if rows[number - 1].finding.kev => self.paint.text(Style::Alarm, &cell),
                    _ => cell,
                });
            }
            if title_width >= SHORTEST_TITLE {
                let title = fit(&line[5], title_width.min(columns_of(&line[5])));
                text.push_str("  ");
                text.push_str(&if number == 0 { self.paint.text(Style::Faint, &title) } else { title });
            }
            writeln!(self.out, "{}", text.trim_end())?;
        }
        Ok(())
    }

    fn stacked(&mut self, rows: &[Row<'a>], cells: &[[String; 6]]) -> io::Result<()> {
        for (row, [severity, id, package, installed, fixed, title]) in rows.iter().zip(cells) {
            let severity = self.paint.text(Style::of(row.finding.severity), severity);
            let id = if row.finding.kev { self.paint.text(Style::Alarm, id) } else { id.clone() };
            writeln!(self.out, "  {severity}  {id}")?;
            let versions = match (fixed.as_str(), row.is_fixable()) {
                ("-", _) => installed.clone(),
                (fixed, true) => format!("{installed} → {fixed}"),
                (fixed, false) => format!("{installed} · {fixed}"),
            };
            self.paragraph(4, None, &format!("{package} {versions}"))?;
            self.paragraph(4, Some(Style::Faint), title)?;
        }
        Ok(())
    }

    fn cells(&self, row: &Row<'_>) -> [String; 6] {
        let finding = row.finding;
        let status = || self.say(&format!("table.status.{}", finding.status.as_str()), &[]);
        let fixed = match (&finding.fixed_version, finding.status) {
            (Some(version), FindingStatus::Affected) => plain(version),
            (None, FindingStatus::Affected) => "-".to_owned(),
            (Some(version), FindingStatus::EndOfLife) => format!("{} ({})", plain(version), status()),
            _ => status(),
        };
        let mark = if finding.kev { EXPLOITED } else { "" };
        [
            severity_word(self.language, finding.severity),
            format!("{}{mark}", plain(&finding.id)),
            plain(&row.package.name),
            plain(&row.package.version),
            fixed,
            plain(finding.title.as_deref().unwrap_or_default()),
        ]
    }

    fn foot(&mut self) -> io::Result<()> {
        let inventory = &self.report.inventory;
        if !inventory.gaps.is_empty() {
            let heading = self.say("table.gaps.heading", &[]);
            writeln!(self.out, "\n{}", self.paint.text(Style::Alarm, &heading))?;
            for group in gaps::grouped(&inventory.gaps) {
                let Some(gap) = group.gaps.first() else { continue };
                let place = if gap.path.is_empty() { String::new() } else { format!("{}: ", plain(&gap.path)) };
                let mut line = format!("{place}{}", plain(&self.language.gap_reason(gap)));
                if group.gaps.len() > 1 {
                    let folder = if group.folder.is_empty() { ".".to_owned() } else { plain(&group.folder) };
                    let parameters = [
                        ("folder", Value::Text(&folder)),
                        ("count", Value::Count(group.gaps.len())),
                        ("example", Value::Text(&line)),
                    ];
                    line = self.say("table.gaps.folder", &parameters);
                }
                self.paragraph(2, None, &line)?;
            }
        }
        if !inventory.removed.is_empty() {
            let sentence = self.say("table.removed", &[("count", Value::Count(inventory.removed.len()))]);
            writeln!(self.out)?;
            self.paragraph(0, Some(Style::Faint), &sentence)?;
        }
        if let Some(sentence) = summary::intelligence(self.report, self.language) {
            writeln!(self.out)?;
            self.paragraph(0, Some(Style::Faint), &plain(&sentence))?;
        }
        Ok(())
    }
}

/// The severity in the language of the table.
pub(crate) fn severity_word(language: Language, severity: Severity) -> String {
    language.say(&format!("table.severity.{severity}"), &[])
}

/// Most severe first, exploited before likely before unlikely, then by name.
fn row_order<'a>(row: &Row<'a>) -> (std::cmp::Reverse<Severity>, bool, f32, &'a str, &'a str) {
    let finding = row.finding;
    let unlikely = -finding.epss.map_or(0.0, |epss| epss.probability);
    (std::cmp::Reverse(finding.severity), !finding.kev, unlikely, &row.package.name, &finding.id)
}
