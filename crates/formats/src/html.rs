//! One HTML file that needs nothing else: no script, no font, no address is loaded. It reads on paper and in the dark.
//!
//! A content security policy in the file itself forbids everything but its own styles, so that nothing from a target can
//! become active even in a browser that misreads it.

mod verdict;

use std::io::{self, Write};

use model::{FindingKind, ScanReport, Severity};

use crate::markdown::COLUMNS;
use crate::markup::xml;
use crate::messages::Value;
use crate::summary::{self, SHOWN_UPGRADES, Sentence, kind_heading};
use crate::table::{Style, severity_word};
use crate::told::{Told, by_severity, told};
use crate::{Language, WriteOptions, signatures};

const STYLES: &str = include_str!("html/report.css");

/// Writes the report.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let language = options.language;
    let told = told(report, language);
    let tag = match language {
        Language::English => "en",
        Language::Japanese => "ja",
    };
    let name = xml(&report.target.name);
    let title = xml(&language.say("told.title", &[("name", Value::Text(&report.target.name))]));
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
    )?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>")?;
    writeln!(out, "<style>\n{STYLES}</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>")?;
    let facts = summary::facts(report, language).into_iter().map(|fact| span(&fact));
    writeln!(out, "<p>{}</p>\n</header>\n<main>", facts.collect::<Vec<_>>().join(" · "))?;
    writeln!(out, "<section>")?;
    counts(&told, language, out)?;
    for sentence in summary::sentences(report, options.hidden, None, language) {
        writeln!(out, "<p>{}</p>", span(&sentence))?;
    }
    writeln!(out, "</section>")?;
    if let Some(verdict) = &report.verdict {
        verdict::write(verdict, language, out)?;
    }
    signed(report, language, out)?;
    first(report, language, out)?;
    for kind in FindingKind::ALL {
        table(kind, &told, language, out)?;
    }
    gaps(report, language, out)?;
    writeln!(out, "</main>")?;
    if let Some(sentence) = summary::intelligence(report, language) {
        writeln!(out, "<footer><p>{}</p></footer>", xml(&sentence))?;
    }
    writeln!(out, "</body>\n</html>")
}

/// A sentence in the way it stands out.
fn span(sentence: &Sentence) -> String {
    let class = match sentence.style {
        None => return xml(&sentence.text),
        Some(Style::Alarm) => "alarm",
        Some(Style::Good) => "good",
        Some(Style::Strong | Style::Faint | Style::High | Style::Medium | Style::Low) => "strong",
    };
    format!("<strong class=\"{class}\">{}</strong>", xml(&sentence.text))
}

fn counts(told: &[Told<'_>], language: Language, out: &mut dyn Write) -> io::Result<()> {
    let counts = by_severity(told);
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"counts\">")?;
    for (severity, count) in counts {
        let word = xml(&severity_word(language, severity));
        writeln!(out, "<li class=\"{}\"><b>{count}</b> {word}</li>", class_of(severity))?;
    }
    writeln!(out, "</ul>")
}

fn signed(report: &ScanReport, language: Language, out: &mut dyn Write) -> io::Result<()> {
    if report.signatures.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2>{}</h2>\n<ul>", xml(&language.say("table.signatures", &[])))?;
    for signature in &report.signatures {
        let told = signatures::tell(signature, language);
        let class = if signature.verified { "good" } else { "alarm" };
        write!(out, "<li><strong class=\"{class}\">{}</strong>", xml(&told.head))?;
        for line in told.problem.iter().chain(&told.statements) {
            write!(out, "<br>{}", xml(line))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn first(report: &ScanReport, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let rows = summary::rows(report);
    let upgrades = summary::upgrades(&rows);
    if upgrades.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2>{}</h2>\n<ol>", xml(&language.say("table.first", &[])))?;
    for upgrade in upgrades.iter().take(SHOWN_UPGRADES) {
        let why = xml(&upgrade.why(language));
        let repairs = xml(&upgrade.repairs(language));
        write!(
            out,
            "<li><b>{}</b><br><span class=\"{}\">{why}</span> · {repairs}",
            xml(&upgrade.what()),
            class_of(upgrade.severity)
        )?;
        if let Some(command) = upgrade.remedy(language) {
            write!(out, "<pre>{}</pre>", xml(&command))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ol>\n</section>")
}

fn table(kind: FindingKind, told: &[Told<'_>], language: Language, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Told<'_>> = told.iter().filter(|told| told.kind == kind).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let heading = xml(&kind_heading(kind, language));
    writeln!(out, "<section>\n<details open>\n<summary><h2>{heading} ({})</h2></summary>", rows.len())?;
    writeln!(out, "<div class=\"wide\"><table>\n<caption class=\"hidden\">{heading}</caption>\n<thead><tr>")?;
    for column in COLUMNS {
        writeln!(out, "<th scope=\"col\">{}</th>", xml(&language.say(column, &[])))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in rows {
        let severity = row.marked_severity(language, &severity_word(language, row.severity));
        let id = match row.link {
            Some(url) => format!("<a href=\"{}\" rel=\"noreferrer noopener\">{}</a>", xml(url), xml(row.id)),
            None => xml(row.id),
        };
        let settled = if row.settled.is_some() { " class=\"settled\"" } else { "" };
        writeln!(
            out,
            "<tr{settled}><td class=\"{}\">{}</td><th scope=\"row\">{id}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            class_of(row.severity),
            xml(&severity),
            xml(&row.subject_at_place(language)),
            xml(&row.text),
            xml(&row.remedy)
        )?;
    }
    writeln!(out, "</tbody>\n</table></div>\n</details>\n</section>")
}

fn gaps(report: &ScanReport, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let gaps = &report.inventory.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    let heading = xml(&language.say("table.gaps.heading", &[]));
    writeln!(out, "<section>\n<details>\n<summary><h2>{heading} ({})</h2></summary>\n<ul>", gaps.len())?;
    for gap in gaps {
        let path = match gap.path.is_empty() {
            true => String::new(),
            false => format!("<code>{}</code> ", xml(&gap.path)),
        };
        writeln!(out, "<li>{path}{}</li>", xml(&language.gap_reason(gap)))?;
    }
    writeln!(out, "</ul>\n</details>\n</section>")
}

fn class_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::None | Severity::Unknown => "other",
    }
}
