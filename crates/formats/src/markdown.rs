//! Markdown for merge requests, tickets and chats: the counts, what to do first, then every finding in a table. GitHub
//! Flavored Markdown (4.10, tables), which GitLab, Azure and Bitbucket show as well.

use std::io::{self, Write};

use model::{ControlDecision, FindingKind, ScanReport, Verdict};

use crate::markup::{markdown, markdown_code};
use crate::summary::{self, SHOWN_UPGRADES, kind_heading};
use crate::table::severity_word;
use crate::told::{Told, told};
use crate::verdict::{self, SHOWN_IN_REPORT, ToldReason};
use crate::{Language, WriteOptions, signatures};

/// Writes the report.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let language = options.language;
    writeln!(out, "# {}\n", markdown(&report.target.name))?;
    let facts: Vec<String> = summary::facts(report, language).iter().map(|fact| markdown(&fact.text)).collect();
    writeln!(out, "{}\n", facts.join(" · "))?;
    for sentence in summary::sentences(report, options.hidden, None, language) {
        match sentence.style {
            Some(_) => writeln!(out, "**{}**\n", markdown(&sentence.text))?,
            None => writeln!(out, "{}\n", markdown(&sentence.text))?,
        }
    }
    if let Some(verdict) = &report.verdict {
        judged(verdict, language, out)?;
    }
    signed(report, language, out)?;
    first(report, language, out)?;
    let told = told(report, language);
    for kind in FindingKind::ALL {
        table(kind, &told, language, out)?;
    }
    let gaps = &report.inventory.gaps;
    if !gaps.is_empty() {
        writeln!(out, "## {} ({})\n", language.say("table.gaps.heading", &[]), gaps.len())?;
        for gap in gaps {
            match gap.path.is_empty() {
                true => writeln!(out, "- {}", markdown(&language.gap_reason(gap)))?,
                false => writeln!(out, "- {}: {}", markdown_code(&gap.path), markdown(&language.gap_reason(gap)))?,
            }
        }
        writeln!(out)?;
    }
    summary::intelligence(report, language).map_or(Ok(()), |sentence| writeln!(out, "{}", markdown(&sentence)))
}

/// The verdict: what does not hold of the policies that apply, and the exceptions.
fn judged(verdict: &Verdict, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let told = verdict::tell(verdict, language, SHOWN_IN_REPORT);
    writeln!(out, "## {}\n\n**{}**\n", language.say("verdict.heading", &[]), markdown(&told.sentence))?;
    told.reasons.iter().try_for_each(|reason| judged_by(reason, "", out))?;
    for policy in told.policies.iter().filter(|policy| policy.applied) {
        writeln!(out, "{}\n", markdown(&policy.sentence))?;
        for control in policy.controls.iter().filter(|control| control.decision != ControlDecision::Pass) {
            writeln!(out, "- **{}**: {}", markdown(&control.word), markdown(&control.name))?;
            control.reasons.iter().try_for_each(|reason| judged_by(reason, "  ", out))?;
            control.excepted.iter().try_for_each(|excepted| writeln!(out, "  - {}", markdown(excepted)))?;
        }
        writeln!(out)?;
    }
    for (_, sentence) in &told.exceptions {
        writeln!(out, "- {}", markdown(sentence))?;
    }
    writeln!(out)
}

fn judged_by(reason: &ToldReason, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{indent}- {}", markdown(&reason.sentence))?;
    for line in reason.evidence.iter().chain(&reason.more).chain([&reason.remedy]) {
        writeln!(out, "{indent}  - {}", markdown(line))?;
    }
    Ok(())
}

fn signed(report: &ScanReport, language: Language, out: &mut dyn Write) -> io::Result<()> {
    if report.signatures.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {} ({})\n", language.say("table.signatures", &[]), report.signatures.len())?;
    for signature in &report.signatures {
        let told = signatures::tell(signature, language);
        let parts = [told.head].into_iter().chain(told.problem).chain(told.statements);
        writeln!(out, "- {}", parts.map(|part| markdown(&part)).collect::<Vec<_>>().join(" · "))?;
    }
    writeln!(out)
}

fn first(report: &ScanReport, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let rows = summary::rows(report);
    let upgrades = summary::upgrades(&rows);
    if upgrades.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {}\n", language.say("table.first", &[]))?;
    for upgrade in upgrades.iter().take(SHOWN_UPGRADES) {
        let (why, repairs) = (upgrade.why(language), upgrade.repairs(language));
        writeln!(out, "1. **{}**: {} · {}", markdown(&upgrade.what()), markdown(&why), markdown(&repairs))?;
        if let Some(command) = upgrade.remedy(language) {
            command.lines().try_for_each(|line| writeln!(out, "\n   {}\n", markdown_code(line)))?;
        }
    }
    writeln!(out)
}

fn table(kind: FindingKind, told: &[Told<'_>], language: Language, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Told<'_>> = told.iter().filter(|told| told.kind == kind).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {} ({})\n", kind_heading(kind, language), rows.len())?;
    let columns = COLUMNS.map(|code| language.say(code, &[])).join(" | ");
    writeln!(out, "| {columns} |\n|---|---|---|---|---|")?;
    for row in rows {
        let id = match row.link {
            Some(url) => format!("[{}]({url})", markdown(row.id)),
            None => markdown(row.id),
        };
        let cells = [
            markdown(&row.marked_severity(language, &severity_word(language, row.severity))),
            id,
            markdown(&row.subject_at_place(language)),
            markdown(&row.text),
            markdown(&row.remedy),
        ];
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    writeln!(out)
}

/// The headings of a table of findings, as codes of messages.
pub(crate) const COLUMNS: [&str; 5] =
    ["table.column.severity", "told.column.id", "told.column.subject", "table.column.title", "told.column.remedy"];
