//! The report for people: what to do first on top, then every finding by the place where it is, then what the report
//! cannot tell. Text from the target is printed without its control characters.

mod first;
mod paint;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Ecosystem, Finding, FindingStatus, Package, ScanReport, Severity, VulnerabilityFinding};

use crate::messages::Value;
use crate::{Language, WriteOptions};
pub use paint::plain;
use paint::{Paint, Style, columns_of, fit};

/// A terminal narrower than this gets findings below one another instead of in columns.
const NARROW: usize = 72;

/// The least that a title needs to be worth its column.
const SHORTEST_TITLE: usize = 16;

/// The most columns that a name or version takes.
const WIDEST_CELL: usize = 44;

/// Writes the table.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut table =
        Table { report, language: options.language, paint: Paint::new(options.color), width: options.width, out };
    table.head()?;
    if table.report.findings.is_empty() {
        let all = table.say("table.none", &[]);
        let painted = table.paint.text(Style::Good, &all);
        writeln!(table.out, "\n{painted}")?;
    } else {
        table.summary()?;
        table.first()?;
        table.groups()?;
    }
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
        let rows = self.report.findings.iter().map(|finding| match finding {
            Finding::Vulnerability(finding) => Row { finding, package: &packages[finding.package] },
        });
        rows.collect()
    }

    fn head(&mut self) -> io::Result<()> {
        let target = &self.report.target;
        let inventory = &self.report.inventory;
        let mut line = self.paint.text(Style::Strong, &plain(&target.name));
        for part in
            [target.platform.as_ref().map(ToString::to_string), target.digest.as_ref().map(|d| d.short().to_owned())]
        {
            line.extend(part.map(|part| format!("  {part}")));
        }
        writeln!(self.out, "{line}")?;

        let mut facts = Vec::new();
        match &inventory.distribution {
            Some(distribution) => {
                let name = if distribution.name.is_empty() { &distribution.id } else { &distribution.name };
                facts.push(plain(name));
                if let Some(date) = &distribution.end_of_life {
                    facts.push(self.say("table.end_of_life", &[("date", Value::Text(date))]));
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
        }
        writeln!(self.out, "{}", facts.join(" · "))
    }

    fn summary(&mut self) -> io::Result<()> {
        let rows = self.rows();
        let counted = Severity::DESCENDING.into_iter().filter_map(|severity| {
            let count = rows.iter().filter(|row| row.finding.severity == severity).count();
            (count > 0).then(|| self.paint.severity(severity, &format!("{severity} {count}")))
        });
        let severities = counted.collect::<Vec<_>>().join(", ");
        let fixable = rows.iter().filter(|row| row.finding.fixed_version.is_some()).count();
        let sentence = self.say(
            "table.summary",
            &[
                ("count", Value::Count(rows.len())),
                ("severities", Value::Text(&severities)),
                ("fixable", Value::Count(fixable)),
            ],
        );
        writeln!(self.out, "\n{sentence}")
    }

    fn first(&mut self) -> io::Result<()> {
        let upgrades = first::upgrades(&self.rows());
        if upgrades.is_empty() {
            return Ok(());
        }
        let heading = self.say("table.first", &[]);
        writeln!(self.out, "\n{}", self.paint.text(Style::Strong, &heading))?;
        for upgrade in upgrades.iter().take(first::SHOWN) {
            let (shown, more) = upgrade.named_ids();
            let list = shown.join(", ");
            let repairs = match more {
                0 => self.say("table.first.repairs", &[("list", Value::Text(&list))]),
                _ => {
                    self.say("table.first.repairs_more", &[("list", Value::Text(&list)), ("count", Value::Count(more))])
                }
            };
            let severity = self.paint.severity(upgrade.severity, upgrade.severity.as_str());
            let exploited = match upgrade.kev {
                true => format!(" · {}", self.paint.text(Style::Alarm, &self.say("table.exploited", &[]))),
                false => String::new(),
            };
            let what = format!("{} {} → {}", plain(upgrade.name), plain(upgrade.from), plain(upgrade.to));
            writeln!(self.out, "  {}  {severity}{exploited} · {repairs}", self.paint.text(Style::Strong, &what))?;
            if let Some(remedy) = upgrade.remedy {
                writeln!(self.out, "      {}", plain(remedy))?;
            }
        }
        if upgrades.len() > first::SHOWN {
            let more = self.say("table.first.more", &[("count", Value::Count(upgrades.len() - first::SHOWN))]);
            writeln!(self.out, "  {more}")?;
        }
        Ok(())
    }

    /// Every finding, by the place of its package: the operating system first, then manifest by manifest.
    fn groups(&mut self) -> io::Result<()> {
        let mut groups: BTreeMap<(bool, String), Vec<Row<'a>>> = BTreeMap::new();
        for row in self.rows() {
            let is_language = !row.package.ecosystem.is_operating_system();
            let place = match is_language {
                true => {
                    row.package.paths.first().map_or_else(|| ecosystem_name(row.package.ecosystem), |path| plain(path))
                }
                false => String::new(),
            };
            groups.entry((is_language, place)).or_default().push(row);
        }
        for ((is_language, place), mut rows) in groups {
            rows.sort_by(|a, b| row_order(a).partial_cmp(&row_order(b)).unwrap_or(std::cmp::Ordering::Equal));
            let heading = if is_language { place } else { self.say("table.os", &[]) };
            writeln!(self.out, "\n{} ({})", self.paint.text(Style::Strong, &heading), rows.len())?;
            if self.width.is_some_and(|width| width < NARROW) {
                self.stacked(&rows)?;
            } else {
                self.columns(&rows)?;
            }
        }
        Ok(())
    }

    fn columns(&mut self, rows: &[Row<'a>]) -> io::Result<()> {
        let mut cells: Vec<[String; 6]> = vec![[
            self.say("table.column.severity", &[]),
            self.say("table.column.id", &[]),
            self.say("table.column.package", &[]),
            self.say("table.column.installed", &[]),
            self.say("table.column.fixed", &[]),
            self.say("table.column.title", &[]),
        ]];
        cells.extend(rows.iter().map(|row| self.cells(row)));
        let mut widths = [0; 5];
        for line in &cells {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(columns_of(cell)).min(WIDEST_CELL);
            }
        }
        let used: usize = widths.iter().sum::<usize>() + 2 * (widths.len() + 1);
        let title_width = match self.width {
            Some(width) => width.saturating_sub(used),
            None => usize::MAX,
        };
        for (number, line) in cells.iter().enumerate() {
            let mut text = String::new();
            for (column, width) in widths.iter().enumerate() {
                let cell = fit(&line[column], *width);
                let painted = match (number, column) {
                    (0, _) => self.paint.text(Style::Faint, &cell),
                    (_, 0) => self.paint.severity(rows[number - 1].finding.severity, &cell),
                    _ => cell,
                };
                text.push_str("  ");
                text.push_str(&painted);
            }
            if title_width >= SHORTEST_TITLE {
                let title = fit(&line[5], title_width.min(columns_of(&line[5])));
                let painted = if number == 0 { self.paint.text(Style::Faint, &title) } else { title };
                text.push_str("  ");
                text.push_str(&painted);
            }
            writeln!(self.out, "{}", text.trim_end())?;
        }
        Ok(())
    }

    fn stacked(&mut self, rows: &[Row<'a>]) -> io::Result<()> {
        for row in rows {
            let [severity, id, package, installed, fixed, title] = self.cells(row);
            let severity = self.paint.severity(row.finding.severity, &severity);
            writeln!(self.out, "  {severity} {id}\n    {package} {installed} → {fixed}")?;
            if !title.is_empty() {
                let room = self.width.unwrap_or(NARROW).saturating_sub(4).max(SHORTEST_TITLE);
                writeln!(self.out, "    {}", fit(&title, room.min(columns_of(&title))))?;
            }
        }
        Ok(())
    }

    fn cells(&self, row: &Row<'_>) -> [String; 6] {
        let finding = row.finding;
        let fixed = match (&finding.fixed_version, finding.status) {
            (Some(version), FindingStatus::Affected) => plain(version),
            (None, FindingStatus::Affected) => "-".to_owned(),
            (_, status) => self.say(&format!("table.status.{}", status.as_str()), &[]),
        };
        let id = if finding.kev { format!("{}!", finding.id) } else { finding.id.clone() };
        [
            finding.severity.as_str().to_owned(),
            plain(&id),
            plain(&row.package.name),
            plain(&row.package.version),
            fixed,
            plain(finding.title.as_deref().unwrap_or_default()),
        ]
    }

    fn foot(&mut self) -> io::Result<()> {
        let inventory = &self.report.inventory;
        if !inventory.removed.is_empty() {
            let sentence = self.say("table.removed", &[("count", Value::Count(inventory.removed.len()))]);
            writeln!(self.out, "\n{sentence}")?;
        }
        if !inventory.gaps.is_empty() {
            let sentence = self.say("table.gaps", &[("count", Value::Count(inventory.gaps.len()))]);
            writeln!(self.out, "\n{}", self.paint.text(Style::Alarm, &sentence))?;
            for gap in &inventory.gaps {
                let place = if gap.path.is_empty() { String::new() } else { format!("{}: ", plain(&gap.path)) };
                writeln!(self.out, "  {place}{}", plain(&gap.reason))?;
            }
        }
        if let Some(intelligence) = &self.report.intelligence {
            let names: Vec<&str> = intelligence.sources.iter().map(|source| source.name.as_str()).collect();
            let day = intelligence.built.split('T').next().unwrap_or_default();
            let parameters = [("date", Value::Text(day)), ("sources", Value::Text(&names.join(", ")))];
            let sentence = self.say("table.intelligence", &parameters);
            writeln!(self.out, "\n{}", self.paint.text(Style::Faint, &sentence))?;
        }
        Ok(())
    }
}

/// Most severe first, exploited before likely before unlikely, then by name.
fn row_order<'a>(row: &Row<'a>) -> (std::cmp::Reverse<Severity>, bool, f32, &'a str, &'a str) {
    let finding = row.finding;
    let unlikely = -finding.epss.map_or(0.0, |epss| epss.probability);
    (std::cmp::Reverse(finding.severity), !finding.kev, unlikely, &row.package.name, &finding.id)
}

fn ecosystem_name(ecosystem: Ecosystem) -> String {
    ecosystem.purl_type().to_owned()
}

#[cfg(test)]
mod tests;
