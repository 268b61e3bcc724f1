//! What to do first: the upgrades that repair most, exploited vulnerabilities before likely and severe ones.

use std::collections::{BTreeMap, BTreeSet};

use model::{Ecosystem, FindingStatus, RemedyStep, Severity};

use super::Row;
use crate::Language;
use crate::messages::Value;
use crate::table::severity_word;
use crate::told::remedy_in;

/// How many upgrades are shown.
pub(crate) const SHOWN_UPGRADES: usize = 5;

/// How many ids the table names for each.
const NAMED_IDS: usize = 4;

/// One upgrade and what it repairs.
pub(crate) struct Upgrade<'a> {
    pub(crate) name: &'a str,
    pub(crate) from: &'a str,
    /// The version that repairs all of it.
    pub(crate) to: &'a str,
    remedy: Option<String>,
    pub(crate) severity: Severity,
    pub(crate) kev: bool,
    /// Ids, most urgent first.
    ids: Vec<&'a str>,
    urgency: f32,
}

impl Upgrade<'_> {
    /// What changes: `openssl 3.0.1 → 3.0.2`.
    pub(crate) fn what(&self) -> String {
        format!("{} {} → {}", self.name, self.from, self.to)
    }

    /// The command, or the step to take.
    pub(crate) fn remedy(&self, language: Language) -> Option<String> {
        self.remedy.as_deref().map(|remedy| remedy_in(remedy, language))
    }

    /// The lines of [`Upgrade::remedy`], each with whether it is a sentence rather than a command.
    pub(crate) fn remedy_lines(&self, language: Language) -> impl Iterator<Item = (String, bool)> {
        let lines = self.remedy.as_deref().unwrap_or_default().lines();
        lines.map(move |line| (remedy_in(line, language), RemedyStep::recognize(line).is_some()))
    }

    /// The worst severity that it repairs, and whether that is exploited.
    pub(crate) fn why(&self, language: Language) -> String {
        let severity = severity_word(language, self.severity);
        if self.kev { format!("{severity} · {}", language.say("table.exploited", &[])) } else { severity }
    }

    /// The vulnerabilities that it repairs, most urgent first.
    pub(crate) fn repairs(&self, language: Language) -> String {
        let (shown, more) = self.named_ids();
        let list = shown.join(", ");
        let list = ("list", Value::Text(&list));
        match more {
            0 => language.say("table.first.repairs", &[list]),
            _ => language.say("table.first.repairs_more", &[list, ("count", Value::Count(more))]),
        }
    }

    /// The ids to name, and how many are left.
    fn named_ids(&self) -> (&[&str], usize) {
        let shown = self.ids.len().min(NAMED_IDS);
        (&self.ids[..shown], self.ids.len() - shown)
    }
}

/// The upgrades that repair something, most urgent first: one for each source package (or package) and version.
pub(crate) fn upgrades<'a>(rows: &[Row<'a>]) -> Vec<Upgrade<'a>> {
    let mut groups: BTreeMap<(Ecosystem, &'a str, &'a str), Vec<&Row<'a>>> = BTreeMap::new();
    for row in
        rows.iter().filter(|row| row.finding.fixed_version.is_some() && row.finding.status == FindingStatus::Affected)
    {
        let package = row.package;
        let name = package.source.as_ref().map_or(package.name.as_str(), |source| source.name.as_str());
        groups.entry((package.ecosystem, name, &package.version)).or_default().push(row);
    }
    let mut upgrades: Vec<Upgrade<'a>> =
        groups.into_iter().filter_map(|((ecosystem, ..), rows)| upgrade(ecosystem, rows)).collect();
    upgrades.sort_by(|a, b| b.kev.cmp(&a.kev).then(b.urgency.total_cmp(&a.urgency)).then(a.name.cmp(b.name)));
    upgrades
}

fn upgrade<'a>(ecosystem: Ecosystem, mut rows: Vec<&Row<'a>>) -> Option<Upgrade<'a>> {
    let scheme = ecosystem.version_scheme();
    rows.sort_by(|a, b| urgency(b).total_cmp(&urgency(a)).then(a.finding.id.cmp(&b.finding.id)));
    let highest = rows
        .iter()
        .max_by_key(|row| row.finding.fixed_version.as_deref().and_then(|version| scheme.key(version).ok()))?;
    let mut seen = BTreeSet::new();
    let ids = rows.iter().map(|row| row.finding.id.as_str()).filter(|id| seen.insert(*id)).collect();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.package.name.as_str()).collect();
    let source = highest.package.source.as_ref().filter(|_| names.len() > 1);
    Some(Upgrade {
        name: source.map_or(highest.package.name.as_str(), |source| source.name.as_str()),
        from: &highest.package.version,
        to: highest.finding.fixed_version.as_deref()?,
        remedy: joined_remedy(&rows, highest),
        severity: rows.iter().map(|row| row.finding.severity).max()?,
        kev: rows.iter().any(|row| row.finding.kev),
        urgency: rows.iter().map(|row| urgency(row)).fold(0.0, f32::max),
        ids,
    })
}

/// The command for all packages of the group: of each package the one that goes furthest. Commands that differ in their
/// last word alone are one command with several last words; of others the first is shown.
fn joined_remedy(rows: &[&Row<'_>], highest: &Row<'_>) -> Option<String> {
    let first = highest.finding.remedy.as_deref()?;
    let reached = |row: &&&Row<'_>| row.finding.fixed_version == highest.finding.fixed_version;
    let remedies: BTreeSet<&str> =
        rows.iter().filter(reached).filter_map(|row| row.finding.remedy.as_deref()).collect();
    // Steps for several kinds of places stand together as they are.
    let Some((command, _)) = first.rsplit_once(' ').filter(|_| !first.contains('\n')) else {
        return Some(first.to_owned());
    };
    let last_words: Option<Vec<&str>> = remedies
        .iter()
        .map(|remedy| remedy.rsplit_once(' ').filter(|(same, _)| *same == command).map(|(_, last)| last))
        .collect();
    match last_words {
        Some(words) if words.len() > 1 => Some(format!("{command} {}", words.join(" "))),
        _ => Some(first.to_owned()),
    }
}

/// How urgent a finding is: exploited above all, then severity weighted by how likely exploitation is. A vulnerability
/// without a prediction counts as a rather unlikely one.
fn urgency(row: &Row<'_>) -> f32 {
    let severity = match row.finding.severity {
        Severity::Critical => 10.0,
        Severity::High => 8.0,
        Severity::Medium => 5.0,
        Severity::Low => 2.0,
        Severity::None | Severity::Unknown => 1.0,
    };
    let probability = row.finding.epss.map_or(0.01, |epss| epss.probability);
    let exploited = if row.finding.kev { 1_000.0 } else { 0.0 };
    exploited + severity * (0.05 + probability)
}
