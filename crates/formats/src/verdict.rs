//! Verdicts in words. Decisions, reasons and remedies are codes; every sentence is one of the catalogs'.

mod told;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{ControlDecision, Decision, ExceptionState, Parameter, ScanReport, Verdict};

use crate::messages::Value;
use crate::table::{Paint, Style, plain, wrapped};
use crate::words::field_problem_in;
use crate::{Language, WriteOptions};
pub(crate) use told::{ToldControl, ToldPolicy, ToldReason, ToldVerdict, tell};

/// How much evidence of each reason those formats show that list every finding themselves.
pub(crate) const SHOWN_IN_REPORT: usize = 3;
/// How much an explanation shows.
const SHOWN_IN_EXPLANATION: usize = 20;

/// The sentence of a code with its parameters, from the catalog of a language.
pub fn say(language: Language, code: &str, parameters: &BTreeMap<String, Parameter>) -> String {
    let texts: BTreeMap<&str, String> = parameters
        .iter()
        .filter_map(|(name, parameter)| match parameter {
            Parameter::Text(text) if name == "categories" => {
                Some((name.as_str(), plain(&language.license_categories(text))))
            }
            Parameter::Text(text) if name == "severity" => Some((name.as_str(), language.severity(text))),
            // What an interpreter says of a check of one's own.
            Parameter::Text(text) if name == "problem" => {
                let said = field_problem_in(language, text);
                Some((name.as_str(), plain(said.as_deref().unwrap_or(text))))
            }
            Parameter::Text(text) => Some((name.as_str(), plain(text))),
            Parameter::Count(_) | Parameter::Number(_) => None,
        })
        .collect();
    let value = |(name, parameter): (&String, &Parameter)| match parameter {
        Parameter::Count(count) => Value::Count(usize::try_from(*count).unwrap_or(usize::MAX)),
        Parameter::Number(number) => Value::Number(*number),
        Parameter::Text(_) => Value::Text(texts.get(name.as_str()).map_or("", |text| text)),
    };
    let values: Vec<(&str, Value<'_>)> =
        parameters.iter().map(|(name, parameter)| (name.as_str(), value((name, parameter)))).collect();
    language.say(code, &values)
}

/// Writes why a report was judged as it was, and what to change.
///
/// # Errors
/// When `out` cannot be written to.
pub fn explain(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options.color);
    let mut words = Words { paint, width: options.width, out };
    words.line(0, Some(Style::Strong), &plain(&report.target.name))?;
    let Some(verdict) = &report.verdict else {
        return words.line(0, None, &options.language.say("verdict.none", &[]));
    };
    let told = tell(verdict, options.language, SHOWN_IN_EXPLANATION);
    words.head(&told)?;
    for policy in &told.policies {
        writeln!(words.out)?;
        words.policy(policy, true)?;
    }
    words.exceptions(&told, true)
}

/// Writes the verdict as the part of the table that it is: what does not hold, and the exceptions that no longer do.
pub(crate) fn in_table(
    verdict: &Verdict,
    language: Language,
    paint: Paint,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    let mut words = Words { paint, width, out };
    let told = tell(verdict, language, SHOWN_IN_REPORT);
    words.head(&told)?;
    for policy in told.policies.iter().filter(|policy| policy.applied) {
        words.policy(policy, false)?;
    }
    words.exceptions(&told, false)
}

/// The verdict in sentences that stand alone, for formats whose own place is for findings: the decision, each policy that
/// applies, each control that does not pass with why, and the exceptions that no longer count.
pub(crate) fn sentences(verdict: &Verdict, language: Language) -> Vec<String> {
    let told = tell(verdict, language, 0);
    let mut sentences = vec![told.sentence];
    sentences.extend(told.reasons.into_iter().map(|reason| reason.sentence));
    for policy in told.policies.into_iter().filter(|policy| policy.applied) {
        sentences.push(policy.sentence);
        let controls = policy.controls.into_iter().filter(|control| control.decision != ControlDecision::Pass);
        sentences.extend(controls.map(|control| {
            let why: Vec<String> = control.reasons.into_iter().map(|reason| reason.sentence).collect();
            format!("{}: {}: {}", control.word, control.name, why.join(" "))
        }));
    }
    let expired = told.exceptions.into_iter().filter(|(state, _)| *state == ExceptionState::Expired);
    sentences.extend(expired.map(|(_, sentence)| sentence));
    sentences
}

struct Words<'a> {
    paint: Paint,
    width: Option<usize>,
    out: &'a mut dyn Write,
}

impl Words<'_> {
    fn line(&mut self, indent: usize, style: Option<Style>, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.width.map(|width| width.saturating_sub(indent))) {
            let line = style.map_or_else(|| line.to_owned(), |style| self.paint.text(style, line));
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn head(&mut self, told: &ToldVerdict) -> io::Result<()> {
        self.line(0, Some(style_of(told.decision)), &told.sentence)?;
        told.reasons.iter().try_for_each(|reason| self.reason(2, reason, true))
    }

    fn policy(&mut self, policy: &ToldPolicy, is_whole: bool) -> io::Result<()> {
        self.line(0, Some(Style::Strong), &policy.sentence)?;
        if is_whole {
            policy.terms.iter().try_for_each(|term| self.line(2, None, term))?;
        }
        let is_told = |control: &&ToldControl| is_whole || control.decision != ControlDecision::Pass;
        policy.controls.iter().filter(is_told).try_for_each(|control| self.control(control, is_whole))
    }

    fn control(&mut self, control: &ToldControl, is_whole: bool) -> io::Result<()> {
        let style = match control.decision {
            ControlDecision::Pass => Style::Good,
            ControlDecision::Warn => Style::Strong,
            ControlDecision::Error | ControlDecision::Fail => Style::Alarm,
        };
        self.line(2, Some(style), &format!("{}: {}", control.word, control.name))?;
        for reason in &control.reasons {
            self.reason(4, reason, is_whole)?;
        }
        if let Some(excepted) = &control.excepted {
            self.line(4, None, excepted)?;
        }
        if is_whole {
            control.clauses.iter().try_for_each(|clause| self.line(4, Some(Style::Faint), clause))?;
        }
        Ok(())
    }

    fn reason(&mut self, indent: usize, reason: &ToldReason, is_whole: bool) -> io::Result<()> {
        self.line(indent, None, &reason.sentence)?;
        for evidence in reason.evidence.iter() {
            self.line(indent + 2, None, &format!("- {evidence}"))?;
        }
        if let Some(more) = &reason.more {
            self.line(indent + 2, None, more)?;
        }
        if is_whole {
            self.line(indent, None, &reason.remedy)?;
        }
        Ok(())
    }

    /// Exceptions whose time is over; and all of them where the whole is told.
    fn exceptions(&mut self, told: &ToldVerdict, is_whole: bool) -> io::Result<()> {
        for (state, sentence) in &told.exceptions {
            let is_expired = *state == ExceptionState::Expired;
            if is_whole || is_expired {
                self.line(0, is_expired.then_some(Style::Alarm), sentence)?;
            }
        }
        Ok(())
    }
}

/// How a decision stands out.
pub(crate) fn style_of(decision: Decision) -> Style {
    match decision {
        Decision::Allow | Decision::Excepted => Style::Good,
        Decision::WouldDeny => Style::Strong,
        Decision::Unknown | Decision::Deny => Style::Alarm,
    }
}
