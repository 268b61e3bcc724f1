//! The report for people: what cannot be relied on and what to do first on top, then every finding by the place where it
//! is, then what could not be read. Text from the target is printed without what a terminal would obey.

mod first;
mod others;
mod paint;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{
    BaseImage, Finding, FindingKind, FindingStatus, Healthcheck, Package, ScanReport, Severity, VulnerabilityFinding,
};

use crate::messages::Value;
use crate::{Language, WriteOptions};
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
    table.others(FindingKind::Malware)?;
    table.others(FindingKind::Secret)?;
    table.first()?;
    table.groups()?;
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

/// One finding as it stands in the table.
struct Row<'a> {
    finding: &'a VulnerabilityFinding,
    package: &'a Package,
}

impl<'a> Table<'a> {
    fn say(&self, code: &str, parameters: &[(&str, Value<'_>)]) -> String {
        self.language.say(code, parameters)
    }

    fn rows(&self) -> Vec<Row<'a>> {
        let packages = &self.report.inventory.packages;
        let findings = self.report.findings.iter().filter_map(Finding::vulnerability);
        findings.map(|finding| Row { finding, package: &packages[finding.package] }).collect()
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
        let target = &self.report.target;
        let inventory = &self.report.inventory;
        self.paragraph(0, Some(Style::Strong), &plain(&target.name))?;

        let mut facts = Vec::new();
        facts.extend(target.platform.as_ref().map(|platform| plain(&platform.to_string())));
        facts.extend(target.digest.as_ref().map(|digest| digest.short().to_owned()));
        match &inventory.distribution {
            Some(distribution) => {
                let name = if distribution.name.is_empty() { &distribution.id } else { &distribution.name };
                facts.push(plain(name));
                if let Some(date) = &distribution.end_of_life {
                    facts.push(self.say("table.end_of_life", &[("date", Value::Text(&plain(date)))]));
                }
            }
            None => facts.push(self.say("table.no_distribution", &[])),
        }
        facts.push(self.say("table.packages", &[("count", Value::Count(inventory.packages.len()))]));
        if let Some(image) = &inventory.image {
            let is_root = matches!(image.user.split(':').next().unwrap_or_default(), "" | "root" | "0");
            facts.push(match is_root {
                true => self.say("table.root", &[]),
                false => self.say("table.user", &[("user", Value::Text(&plain(&image.user)))]),
            });
            facts.extend(image.base.as_ref().map(|base| self.base(base)));
            let looks = self.report.detectors.contains(&FindingKind::Misconfiguration);
            if looks && image.healthcheck == Healthcheck::Unknown {
                facts.push(self.say("table.healthcheck_unknown", &[]));
            }
        }
        self.paragraph(0, None, &facts.join(" · "))
    }

    fn base(&self, base: &BaseImage) -> String {
        let name = base.name.as_deref().map(plain).filter(|name| !name.is_empty());
        match (&name, base.is_approved) {
            (Some(name), true) => self.say("table.base.approved", &[("name", Value::Text(name))]),
            (Some(name), false) => {
                let sentence = self.say("table.base.unapproved_name", &[("name", Value::Text(name))]);
                self.paint.text(Style::Alarm, &sentence)
            }
            (None, _) => self.paint.text(Style::Alarm, &self.say("table.base.unapproved", &[])),
        }
    }

    /// What comes with the base image, and whether another build of it is better.
    fn summary_of_base(&mut self) -> io::Result<()> {
        let inventory = &self.report.inventory;
        let Some(base) = inventory.image.as_ref().and_then(|image| image.base.as_ref()) else { return Ok(()) };
        let of_base = |finding: &Finding| inventory.is_of_base(finding.layer(inventory));
        let count = |is_base| self.report.findings.iter().filter(|finding| of_base(finding) == Some(is_base)).count();
        let (with_base, added) = (count(true), count(false));
        if with_base + added > 0 {
            let counts = [("base", Value::Count(with_base)), ("added", Value::Count(added))];
            let sentence = self.say("table.base.split", &counts);
            self.paragraph(0, None, &sentence)?;
        }
        let Some(better) = &base.better else { return Ok(()) };
        let number = |count: u32| Value::Count(usize::try_from(count).unwrap_or(usize::MAX));
        let name = plain(&better.name);
        let parameters =
            [("name", Value::Text(&name)), ("repairs", number(better.repairs)), ("brings", number(better.brings))];
        let code = if better.brings == 0 { "table.base.better" } else { "table.base.better_brings" };
        let sentence = self.say(code, &parameters);
        self.paragraph(0, Some(Style::Good), &sentence)
    }

    /// How many of what; and where there are none, why that says something or nothing.
    fn summary(&mut self, hidden: usize) -> io::Result<()> {
        let rows = self.rows();
        let inventory = &self.report.inventory;
        writeln!(self.out)?;
        if !rows.is_empty() {
            let counted = Severity::DESCENDING.into_iter().filter_map(|severity| {
                let count = rows.iter().filter(|row| row.finding.severity == severity).count();
                let word = severity_word(self.language, severity);
                (count > 0).then(|| match self.language {
                    Language::English => format!("{count} {word}"),
                    Language::Japanese => format!("{word} {count}"),
                })
            });
            let severities = counted.collect::<Vec<_>>().join(", ");
            let distinct: BTreeSet<&str> = rows.iter().map(|row| row.finding.id.as_str()).collect();
            let sentence = self.say(
                "table.summary",
                &[
                    ("count", Value::Count(rows.len())),
                    ("distinct", Value::Count(distinct.len())),
                    ("severities", Value::Text(&severities)),
                    ("fixable", Value::Count(rows.iter().filter(|row| row.is_fixable()).count())),
                ],
            );
            self.paragraph(0, Some(Style::Strong), &sentence)?;
            let exploited = rows.iter().filter(|row| row.finding.kev).count();
            if exploited > 0 {
                let mark = ("mark", Value::Text(EXPLOITED));
                let sentence = self.say("table.exploited_count", &[("count", Value::Count(exploited)), mark]);
                self.paragraph(0, Some(Style::Alarm), &sentence)?;
            }
        } else if !self.report.detectors.contains(&FindingKind::Vulnerability) {
            let sentence = self.say("table.not_looked_for", &[]);
            self.paragraph(0, None, &sentence)?;
        } else if self.report.intelligence.is_none() {
            let sentence = self.say("table.not_checked", &[]);
            self.paragraph(0, Some(Style::Alarm), &sentence)?;
        } else if inventory.packages.is_empty() {
            let sentence = self.say("table.nothing_to_check", &[]);
            self.paragraph(0, Some(Style::Alarm), &sentence)?;
        } else if hidden > 0 {
            let sentence = self.say("table.none_shown", &[]);
            self.paragraph(0, None, &sentence)?;
        } else if inventory.gaps.is_empty() {
            let sentence = self.say("table.none", &[]);
            self.paragraph(0, Some(Style::Good), &sentence)?;
        } else {
            let sentence = self.say("table.none_in_what_was_read", &[]);
            self.paragraph(0, None, &sentence)?;
        }
        self.summary_of_others()?;
        self.summary_of_base()?;
        if hidden > 0 {
            let sentence = self.say("table.hidden", &[("count", Value::Count(hidden))]);
            self.paragraph(0, None, &sentence)?;
        }
        if !inventory.gaps.is_empty() {
            let sentence = self.say("table.gaps", &[("count", Value::Count(inventory.gaps.len()))]);
            self.paragraph(0, Some(Style::Alarm), &sentence)?;
        }
        Ok(())
    }

    fn first(&mut self) -> io::Result<()> {
        let rows = self.rows();
        let upgrades = first::upgrades(&rows);
        if upgrades.is_empty() {
            return Ok(());
        }
        let heading = self.say("table.first", &[]);
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &heading))?;
        for (number, upgrade) in upgrades.iter().take(first::SHOWN).enumerate() {
            let what = format!("{} {} → {}", plain(upgrade.name), plain(upgrade.from), plain(upgrade.to));
            let mut lines = wrapped(&what, self.width.map(|width| width.saturating_sub(5))).into_iter();
            let head = lines.next().unwrap_or_default();
            writeln!(self.out, "  {}. {}", number + 1, self.paint.text(Style::Strong, head))?;
            for line in lines {
                writeln!(self.out, "     {}", self.paint.text(Style::Strong, line))?;
            }
            let mut why = severity_word(self.language, upgrade.severity);
            if upgrade.kev {
                why = format!("{why} · {}", self.say("table.exploited", &[]));
            }
            let style = if upgrade.kev { Style::Alarm } else { Style::of(upgrade.severity) };
            let (shown, more) = upgrade.named_ids();
            let list = shown.iter().map(|id| plain(id)).collect::<Vec<_>>().join(", ");
            let list = ("list", Value::Text(&list));
            let repairs = match more {
                0 => self.say("table.first.repairs", &[list]),
                _ => self.say("table.first.repairs_more", &[list, ("count", Value::Count(more))]),
            };
            if self.width.is_none_or(|width| columns_of(&why) + columns_of(&repairs) + 8 <= width) {
                writeln!(self.out, "     {} · {repairs}", self.paint.text(style, &why))?;
            } else {
                self.paragraph(5, Some(style), &why)?;
                self.paragraph(5, None, &repairs)?;
            }
            if let Some(remedy) = &upgrade.remedy {
                // A command is copied: it is never broken into lines.
                writeln!(self.out, "     {}", plain(remedy))?;
            }
        }
        if upgrades.len() > first::SHOWN {
            let more = self.say("table.first.more", &[("count", Value::Count(upgrades.len() - first::SHOWN))]);
            self.paragraph(2, None, &more)?;
        }
        Ok(())
    }

    /// Every finding, by the place of its package: the operating system first, then manifest by manifest.
    fn groups(&mut self) -> io::Result<()> {
        let mut groups: BTreeMap<(bool, String), Vec<Row<'a>>> = BTreeMap::new();
        for row in self.rows() {
            let is_language = !row.package.ecosystem.is_operating_system();
            let path = || row.package.paths.first().map_or(row.package.ecosystem.purl_type(), String::as_str);
            let place = if is_language { plain(path()) } else { String::new() };
            groups.entry((is_language, place)).or_default().push(row);
        }
        for ((is_language, place), mut rows) in groups {
            rows.sort_by(|a, b| row_order(a).partial_cmp(&row_order(b)).unwrap_or(std::cmp::Ordering::Equal));
            let heading = if is_language { place } else { self.say("table.os", &[]) };
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
            for gap in &inventory.gaps {
                let place = if gap.path.is_empty() { String::new() } else { format!("{}: ", plain(&gap.path)) };
                self.paragraph(2, None, &format!("{place}{}", plain(&gap.reason)))?;
            }
        }
        if !inventory.removed.is_empty() {
            let sentence = self.say("table.removed", &[("count", Value::Count(inventory.removed.len()))]);
            writeln!(self.out)?;
            self.paragraph(0, Some(Style::Faint), &sentence)?;
        }
        if let Some(intelligence) = &self.report.intelligence {
            let names: Vec<String> = intelligence.sources.iter().map(|source| plain(&source.name)).collect();
            let day = plain(intelligence.built.split('T').next().unwrap_or_default());
            let parameters = [("date", Value::Text(&day)), ("sources", Value::Text(&names.join(", ")))];
            let sentence = self.say("table.intelligence", &parameters);
            writeln!(self.out)?;
            self.paragraph(0, Some(Style::Faint), &sentence)?;
        }
        Ok(())
    }
}

impl Row<'_> {
    fn is_fixable(&self) -> bool {
        self.finding.fixed_version.is_some()
            && !matches!(self.finding.status, FindingStatus::Fixed | FindingStatus::NotAffected)
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
