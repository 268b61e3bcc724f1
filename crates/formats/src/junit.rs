//! JUnit XML, as continuous integration reads it: one suite for each detector, one test case for each finding, which fails
//! where the pipeline does.
//!
//! There is no standard; this is the common part of what Jenkins, GitLab, Azure and CircleCI accept (the schema of Apache
//! Ant's task and its Windup description). What was looked for and not found is a case that passes; what is settled, and
//! what could not be checked, is skipped and says why; so are findings that the policies let pass, or that the pipeline knew
//! before. A verdict is the first suite: one case for each control of the policies that apply, which fails where it denies
//! and is skipped where it only tells.

use std::io::{self, Write};

use model::{ControlDecision, ExceptionState, FindingKind, ScanReport, Verdict};

use crate::markup::xml;
use crate::messages::Value;
use crate::table::severity_word;
use crate::told::{Told, told};
use crate::verdict::{self, SHOWN_IN_REPORT, ToldReason};
use crate::{Language, WriteOptions};

/// Writes the report.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let language = options.language;
    let told = told(report, language);
    let mut suites: Vec<Suite> = report.verdict.iter().map(|verdict| judged(verdict, report, language)).collect();
    let kinds = FindingKind::ALL.into_iter().filter(|kind| report.detectors.contains(kind));
    suites.extend(kinds.map(|kind| suite(kind, &told, report, options)));
    suites.extend(gaps(report, language));
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="{}" tests="{}" failures="{}" errors="0" skipped="{}" time="0">"#,
        xml(&report.target.name),
        sum(Suite::tests),
        sum(Suite::failures),
        sum(Suite::skipped)
    )?;
    for (number, suite) in suites.iter().enumerate() {
        suite.write(number, report, out)?;
    }
    writeln!(out, "</testsuites>")
}

struct Suite {
    name: &'static str,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    file: String,
    line: Option<u32>,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed { message: String, kind: &'static str, detail: String },
    Skipped { message: String },
}

/// The verdict: the controls, what decided beside them, and the exceptions that no longer count.
fn judged(verdict: &Verdict, report: &ScanReport, language: Language) -> Suite {
    let told = verdict::tell(verdict, language, SHOWN_IN_REPORT);
    let case = |class: &str, name: &str, outcome| Case {
        class: class.to_owned(),
        name: name.to_owned(),
        file: report.target.name.clone(),
        line: None,
        outcome,
    };
    let heading = language.say("verdict.heading", &[]);
    let mut cases: Vec<Case> = Vec::new();
    for reason in &told.reasons {
        let outcome = Outcome::Failed {
            message: reason.sentence.clone(),
            kind: "fail",
            detail: detail(std::slice::from_ref(reason)),
        };
        cases.push(case(&heading, &told.sentence, outcome));
    }
    let policies = told.policies.iter().zip(&verdict.policies);
    for (policy, judged) in policies.filter(|(policy, _)| policy.applied) {
        for (control, own) in policy.controls.iter().zip(&judged.controls) {
            let sentences =
                || control.reasons.iter().map(|reason| reason.sentence.as_str()).collect::<Vec<_>>().join(" ");
            let outcome = match control.decision {
                ControlDecision::Pass => Outcome::Passed,
                // What may deny and could not be judged ends a pipeline whatever the effects of its policy.
                ControlDecision::Fail | ControlDecision::Error
                    if judged.is_in_doubt_by(own)
                        || (control.decision == ControlDecision::Fail && judged.fails_pipeline()) =>
                {
                    Outcome::Failed {
                        message: sentences(),
                        kind: control.decision.as_str(),
                        detail: detail(&control.reasons),
                    }
                }
                ControlDecision::Warn | ControlDecision::Fail | ControlDecision::Error => {
                    Outcome::Skipped { message: format!("{}: {}", control.word, sentences()) }
                }
            };
            cases.push(case(&policy.name, &control.name, outcome));
        }
    }
    let expired = told.exceptions.iter().filter(|(state, _)| *state == ExceptionState::Expired);
    let expired = expired.zip(verdict.exceptions.iter().filter(|used| used.state == ExceptionState::Expired));
    for ((_, sentence), used) in expired {
        cases.push(case(&heading, &used.name, Outcome::Skipped { message: sentence.clone() }));
    }
    Suite { name: "policies", cases }
}

/// Reasons with their evidence and what to do, line by line.
fn detail(reasons: &[ToldReason]) -> String {
    let lines = reasons.iter().flat_map(|reason| {
        let evidence = reason.evidence.iter().map(|line| format!("- {line}")).chain(reason.more.clone());
        [reason.sentence.clone()].into_iter().chain(evidence).chain([reason.remedy.clone()])
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn suite(kind: FindingKind, told: &[Told<'_>], report: &ScanReport, options: &WriteOptions) -> Suite {
    let language = options.language;
    let mut cases: Vec<Case> = told
        .iter()
        .filter(|told| told.kind == kind)
        .map(|told| case(told, tolerated(told, report, options), language))
        .collect();
    let is_unchecked = kind == FindingKind::Vulnerability && report.intelligence.is_none();
    if is_unchecked || cases.is_empty() {
        let outcome = match is_unchecked {
            true => Outcome::Skipped { message: language.say("table.not_checked", &[]) },
            false => Outcome::Passed,
        };
        let class = report.target.name.clone();
        cases.push(Case { file: class.clone(), class, name: kind.detector().to_owned(), line: None, outcome });
    }
    Suite { name: kind.detector(), cases }
}

/// Why a finding does not fail its case, where it does not: the message's key.
fn tolerated(told: &Told<'_>, report: &ScanReport, options: &WriteOptions) -> Option<&'static str> {
    match report.verdict.as_ref().map(Verdict::fails_pipeline) {
        Some(true) => None,
        _ if options.refuses_new && told.is_new => None,
        Some(false) => Some("junit.allowed"),
        None => options.refuses_new.then_some("junit.known_before"),
    }
}

fn case(told: &Told<'_>, tolerated: Option<&'static str>, language: Language) -> Case {
    let severity = severity_word(language, told.severity);
    let outcome = match (&told.settled, tolerated) {
        (Some(reason), _) => Outcome::Skipped { message: reason.clone() },
        (None, Some(key)) => Outcome::Skipped { message: format!("{} ({})", language.say(key, &[]), told.text) },
        (None, None) => {
            let mut message = format!("{}: {} ({severity})", told.subject, told.id);
            if told.is_new {
                message = format!("{message}, {}", language.say("compare.new", &[]));
            }
            if told.is_exploited {
                message = format!("{message}, {}", language.say("table.exploited", &[]));
            }
            let places: Vec<&str> = match told.places {
                [] | [_] => vec![told.place],
                places => places.iter().map(String::as_str).collect(),
            };
            let lines = [told.text.as_str(), told.remedy.as_str()].into_iter().chain(places).chain(told.link);
            let detail = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            Outcome::Failed { message, kind: told.severity.as_str(), detail }
        }
    };
    Case {
        class: told.subject.clone(),
        name: format!("{} ({severity})", told.id),
        file: told.place.to_owned(),
        line: told.line,
        outcome,
    }
}

/// What could not be checked.
fn gaps(report: &ScanReport, language: Language) -> Option<Suite> {
    let cases = report.inventory.gaps.iter().map(|gap| {
        // What could not be read of the target as a whole has no path.
        let path = if gap.path.is_empty() { &report.target.name } else { &gap.path };
        Case {
            class: language.say("table.gaps.heading", &[]),
            name: path.clone(),
            file: path.clone(),
            line: None,
            outcome: Outcome::Skipped {
                message: language.say("told.gap", &[("reason", Value::Text(&language.gap_reason(gap)))]),
            },
        }
    });
    let cases: Vec<Case> = cases.collect();
    (!cases.is_empty()).then_some(Suite { name: "gaps", cases })
}

impl Suite {
    fn tests(&self) -> usize {
        self.cases.len()
    }

    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failed { .. })).count()
    }

    fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Skipped { .. })).count()
    }

    fn write(&self, number: usize, report: &ScanReport, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            r#"  <testsuite id="{number}" name="{}" package="{}" tests="{}" failures="{}" errors="0" skipped="{}" time="0">"#,
            self.name,
            xml(&report.target.name),
            self.tests(),
            self.failures(),
            self.skipped()
        )?;
        if let Some(digest) = &report.target.digest {
            writeln!(out, r#"    <properties><property name="digest" value="{digest}"/></properties>"#)?;
        }
        self.cases.iter().try_for_each(|case| case.write(out))?;
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Case { class, name, file, line, outcome } = self;
        write!(out, r#"    <testcase classname="{}" name="{}" file="{}""#, xml(class), xml(name), xml(file))?;
        if let Some(line) = line {
            write!(out, r#" line="{line}""#)?;
        }
        write!(out, r#" time="0""#)?;
        match outcome {
            Outcome::Passed => writeln!(out, "/>"),
            Outcome::Skipped { message } => {
                writeln!(out, r#"><skipped message="{}"/></testcase>"#, xml(message))
            }
            Outcome::Failed { message, kind, detail } => {
                writeln!(out, ">")?;
                writeln!(out, r#"      <failure message="{}" type="{kind}">{}</failure>"#, xml(message), xml(detail))?;
                writeln!(out, "    </testcase>")
            }
        }
    }
}
