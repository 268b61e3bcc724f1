//! What VEX statements and an earlier report say of findings, in words.

use model::{FindingKind, ScanReport, Shown, VexAssertion};

use crate::Language;
use crate::messages::Value;
use crate::summary::Sentence;
use crate::table::Style;

/// What a statement said of a finding, and who said it: `not affected, says Shop: component_not_present`.
pub(crate) fn said(vex: &VexAssertion, language: Language) -> String {
    let status = language.say(&format!("vex.status.{}", vex.status.as_str()), &[]);
    let who = vex.author.as_deref().unwrap_or(&vex.document);
    let mut said = language.say("vex.said", &[("status", Value::Text(&status)), ("who", Value::Text(who))]);
    let words = [&vex.justification, &vex.detail];
    let words: Vec<&str> =
        words.into_iter().flatten().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    if !words.is_empty() {
        said.push_str(": ");
        said.push_str(&words.join("; "));
    }
    said
}

/// How many vulnerabilities nobody needs to look at because VEX statements say so.
pub(crate) fn settled_by_vex(report: &ScanReport, language: Language) -> Option<Sentence> {
    let findings = report.findings.iter().filter_map(|finding| finding.vulnerability());
    let settled: Vec<_> = findings.filter(|finding| finding.is_settled_by_vex()).collect();
    let fixed = settled.iter().filter(|finding| finding.status == model::FindingStatus::Fixed).count();
    let parameters = [
        ("count", Value::Count(settled.len())),
        ("fixed", Value::Count(fixed)),
        ("not_affected", Value::Count(settled.len() - fixed)),
    ];
    let sentence = || Sentence { style: Some(Style::Good), text: language.say("vex.settled", &parameters) };
    (!settled.is_empty()).then(sentence)
}

/// What is new against the earlier report, and what about the two cannot be compared.
pub(crate) fn comparison(report: &ScanReport, language: Language) -> Vec<Sentence> {
    let Some(comparison) = &report.comparison else { return Vec::new() };
    let style = if comparison.new.is_empty() { Style::Good } else { Style::Alarm };
    let parameters = [
        ("name", Value::Text(comparison.name.as_str())),
        ("new", Value::Count(comparison.new.len())),
        ("gone", Value::Count(comparison.gone)),
    ];
    let mut sentences = vec![Sentence { style: Some(style), text: language.say("compare.summary", &parameters) }];
    if comparison.kind != report.target.kind {
        let parameters =
            [("old", Value::Text(comparison.kind.as_str())), ("new", Value::Text(report.target.kind.as_str()))];
        let text = language.say("compare.other_kind", &parameters);
        sentences.push(Sentence { style: Some(Style::Alarm), text });
    }
    sentences.extend(partial(&comparison.name, &comparison.shown, language));
    if !comparison.not_compared.is_empty() {
        let list = comparison.not_compared.iter().map(|kind| kind.detector()).collect::<Vec<_>>().join(", ");
        let text = language.say("diff.not_compared", &[("list", Value::Text(&list))]);
        sentences.push(Sentence { style: Some(Style::Alarm), text });
    }
    sentences
}

/// That a report shows a part of its findings, so that nothing is new or gone of the others.
pub(crate) fn partial(name: &str, shown: &Shown, language: Language) -> Option<Sentence> {
    if shown.is_everything() {
        return None;
    }
    let severities = shown
        .severities
        .iter()
        .rev()
        .map(|severity| language.say(&format!("table.severity.{}", severity.as_str()), &[]));
    let severities = severities.collect::<Vec<_>>().join(", ");
    let code = match (severities.is_empty(), shown.fixable_only) {
        (true, _) => "compare.partial.fixable",
        (false, true) => "compare.partial.both",
        (false, false) => "compare.partial.severities",
    };
    let text = language.say(code, &[("name", Value::Text(name)), ("list", Value::Text(&severities))]);
    Some(Sentence { style: Some(Style::Alarm), text })
}

/// Whether a finding is new against the earlier report; `None` where there is none or it did not look for the kind.
pub(crate) fn is_new(report: &ScanReport, at: usize, kind: FindingKind) -> Option<bool> {
    let comparison = report.comparison.as_ref()?;
    (!comparison.not_compared.contains(&kind)).then(|| comparison.new.contains(&at))
}
