//! The verdict as a part of the HTML file: the decision, each policy with every control, and the exceptions.

use std::io::{self, Write};

use model::{ControlDecision, ExceptionState, Verdict};

use super::span;
use crate::Language;
use crate::markup::xml;
use crate::summary::Sentence;
use crate::verdict::{SHOWN_IN_REPORT, ToldControl, ToldPolicy, ToldReason, style_of, tell};

/// The headings of a policy's table, as codes of messages.
const COLUMNS: [&str; 3] = ["verdict.column.result", "verdict.column.control", "verdict.column.reason"];

/// Writes the section.
pub(super) fn write(verdict: &Verdict, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let told = tell(verdict, language, SHOWN_IN_REPORT);
    writeln!(out, "<section>\n<h2>{}</h2>", xml(&language.say("verdict.heading", &[])))?;
    let decision = Sentence { style: Some(style_of(told.decision)), text: told.sentence };
    writeln!(out, "<p>{}</p>", span(&decision))?;
    for reason in &told.reasons {
        writeln!(out, "<p>{}</p>", cell(reason))?;
    }
    for policy in &told.policies {
        self::policy(policy, language, out)?;
    }
    if !told.exceptions.is_empty() {
        writeln!(out, "<ul>")?;
        for (state, sentence) in &told.exceptions {
            let class = if *state == ExceptionState::Expired { " class=\"alarm\"" } else { "" };
            writeln!(out, "<li{class}>{}</li>", xml(sentence))?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

fn policy(policy: &ToldPolicy, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let (name, sentence) = (xml(&policy.name), xml(&policy.sentence));
    let open = if policy.applied { " open" } else { "" };
    writeln!(out, "<details{open}>\n<summary><h3>{sentence}</h3></summary>")?;
    for term in &policy.terms {
        writeln!(out, "<p>{}</p>", xml(term))?;
    }
    if !policy.controls.is_empty() {
        writeln!(out, "<div class=\"wide\"><table>\n<caption class=\"hidden\">{name}</caption>\n<thead><tr>")?;
        for column in COLUMNS {
            writeln!(out, "<th scope=\"col\">{}</th>", xml(&language.say(column, &[])))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        policy.controls.iter().try_for_each(|control| self::control(control, out))?;
        writeln!(out, "</tbody>\n</table></div>")?;
    }
    writeln!(out, "</details>")
}

fn control(control: &ToldControl, out: &mut dyn Write) -> io::Result<()> {
    let class = match control.decision {
        ControlDecision::Pass => "good",
        ControlDecision::Warn => "medium",
        ControlDecision::Error | ControlDecision::Fail => "high",
    };
    let mut paragraphs: Vec<String> = control.reasons.iter().map(cell).collect();
    paragraphs.extend(control.excepted.iter().chain(&control.clauses).map(|text| xml(text)));
    writeln!(
        out,
        "<tr><td class=\"{class} result\">{}</td><th scope=\"row\">{}</th><td>{}</td></tr>",
        xml(&control.word),
        xml(&control.name),
        paragraphs.join("<br>")
    )
}

/// A reason with its evidence and what to do, in a cell or a paragraph.
fn cell(reason: &ToldReason) -> String {
    let evidence = reason.evidence.iter().map(|line| format!("• {line}")).chain(reason.more.clone());
    let lines = [reason.sentence.clone()].into_iter().chain(evidence).chain([reason.remedy.clone()]);
    lines.map(|line| xml(&line)).collect::<Vec<_>>().join("<br>")
}
