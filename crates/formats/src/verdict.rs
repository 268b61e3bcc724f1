//! Verdicts in words. Decisions, reasons and remedies are codes; every sentence is one of the catalogs'.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{
    ControlDecision, ControlVerdict, Decision, Evidence, ExceptionState, Parameter, PolicyVerdict, Reason, ScanReport,
    Verdict,
};

use crate::messages::Value;
use crate::table::{Paint, Style, plain, severity_word, wrapped};
use crate::{Language, WriteOptions};

/// How much evidence the table shows of each reason.
const SHOWN_IN_TABLE: usize = 3;
/// How much an explanation shows.
const SHOWN_IN_EXPLANATION: usize = 20;

/// The sentence of a code with its parameters, from the catalog of a language.
pub fn say(language: Language, code: &str, parameters: &BTreeMap<String, Parameter>) -> String {
    let texts: BTreeMap<&str, String> = parameters
        .iter()
        .filter_map(|(name, parameter)| match parameter {
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
    let mut words = Words { language: options.language, paint, width: options.width, out };
    words.line(0, Some(Style::Strong), &plain(&report.target.name))?;
    let Some(verdict) = &report.verdict else {
        let sentence = words.say("verdict.none", &[]);
        return words.line(0, None, &sentence);
    };
    words.decision(verdict)?;
    for reason in &verdict.reasons {
        words.reason(2, reason, SHOWN_IN_EXPLANATION, true)?;
    }
    for policy in &verdict.policies {
        writeln!(words.out)?;
        words.policy(policy, SHOWN_IN_EXPLANATION, true)?;
    }
    words.exceptions(verdict, true)
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
    let mut words = Words { language, paint, width, out };
    words.decision(verdict)?;
    for reason in &verdict.reasons {
        words.reason(2, reason, SHOWN_IN_TABLE, true)?;
    }
    for policy in verdict.policies.iter().filter(|policy| policy.applied) {
        words.policy(policy, SHOWN_IN_TABLE, false)?;
    }
    words.exceptions(verdict, false)
}

struct Words<'a> {
    language: Language,
    paint: Paint,
    width: Option<usize>,
    out: &'a mut dyn Write,
}

impl Words<'_> {
    fn say(&self, code: &str, parameters: &[(&str, Value<'_>)]) -> String {
        self.language.say(code, parameters)
    }

    fn line(&mut self, indent: usize, style: Option<Style>, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.width.map(|width| width.saturating_sub(indent))) {
            let line = style.map_or_else(|| line.to_owned(), |style| self.paint.text(style, line));
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn decision(&mut self, verdict: &Verdict) -> io::Result<()> {
        let sentence = self.say(&format!("verdict.decision.{}", verdict.decision.as_str()), &[]);
        self.line(0, Some(style_of(verdict.decision)), &sentence)
    }

    fn policy(&mut self, policy: &PolicyVerdict, shown: usize, is_whole: bool) -> io::Result<()> {
        let failing = policy.controls.iter().filter(|control| control.decision != ControlDecision::Pass).count();
        let code = match (policy.applied, failing) {
            (false, _) => "verdict.policy.not_applied",
            (true, 0) => "verdict.policy.passes",
            (true, _) => match policy.decision {
                Decision::Deny => "verdict.policy.denies",
                Decision::WouldDeny => "verdict.policy.would_deny",
                Decision::Unknown => "verdict.policy.unknown",
                Decision::Allow | Decision::Excepted => "verdict.policy.warns",
            },
        };
        let name = match policy.version.is_empty() {
            true => plain(&policy.name),
            false => format!("{} {}", plain(&policy.name), plain(&policy.version)),
        };
        let parameters = [
            ("name", Value::Text(&name)),
            ("count", Value::Count(failing)),
            ("controls", Value::Count(policy.controls.len())),
        ];
        let sentence = self.say(code, &parameters);
        self.line(0, Some(Style::Strong), &sentence)?;
        if is_whole {
            for term in &policy.scope {
                let code = if term.is_true { "verdict.term.true" } else { "verdict.term.false" };
                let (name, meaning) = (plain(&term.term), plain(&term.meaning));
                let parameters = [("term", Value::Text(&name)), ("meaning", Value::Text(&meaning))];
                let sentence = self.say(code, &parameters);
                self.line(2, None, &sentence)?;
            }
        }
        for control in &policy.controls {
            if is_whole || control.decision != ControlDecision::Pass {
                self.control(control, shown, is_whole)?;
            }
        }
        Ok(())
    }

    fn control(&mut self, control: &ControlVerdict, shown: usize, is_whole: bool) -> io::Result<()> {
        let word = self.say(&format!("verdict.control.{}", control.decision.as_str()), &[]);
        let name = match &control.name {
            Some(name) => format!("{} ({})", plain(name), plain(&control.control)),
            None => plain(&control.control),
        };
        let style = match control.decision {
            ControlDecision::Pass => Style::Good,
            ControlDecision::Warn => Style::Strong,
            ControlDecision::Error | ControlDecision::Fail => Style::Alarm,
        };
        self.line(2, Some(style), &format!("{word}: {name}"))?;
        for reason in &control.reasons {
            self.reason(4, reason, shown, is_whole)?;
        }
        if control.excepted > 0 {
            let sentence = self.say("verdict.excepted", &[("count", Value::Count(control.excepted))]);
            self.line(4, None, &sentence)?;
        }
        if is_whole {
            for clause in &control.clauses {
                let clause = plain(clause);
                let sentence = self.say("verdict.clause", &[("clause", Value::Text(&clause))]);
                self.line(4, Some(Style::Faint), &sentence)?;
            }
        }
        Ok(())
    }

    fn reason(&mut self, indent: usize, reason: &Reason, shown: usize, is_whole: bool) -> io::Result<()> {
        let sentence = say(self.language, &reason.code, &reason.parameters);
        self.line(indent, None, &sentence)?;
        for evidence in reason.evidence.iter().take(shown) {
            let told = self.evidence(evidence);
            self.line(indent + 2, None, &format!("- {told}"))?;
        }
        let more = reason.evidence_count.saturating_sub(shown.min(reason.evidence.len()));
        if more > 0 && !reason.evidence.is_empty() {
            let sentence = self.say("verdict.more", &[("count", Value::Count(more))]);
            self.line(indent + 2, None, &sentence)?;
        }
        if is_whole {
            let remedy = say(self.language, &format!("{}.remedy", reason.code), &reason.parameters);
            let sentence = self.say("verdict.remedy", &[("remedy", Value::Text(&remedy))]);
            self.line(indent, None, &sentence)?;
        }
        Ok(())
    }

    /// One piece of evidence: what, where, how bad, what repairs it.
    fn evidence(&self, evidence: &Evidence) -> String {
        let mut parts = vec![plain(&evidence.id)];
        parts.extend(evidence.package.as_deref().map(plain));
        if let Some(path) = &evidence.path {
            parts.push(match evidence.line {
                Some(line) => format!("{}:{line}", plain(path)),
                None => plain(path),
            });
        }
        let severity = evidence.severity.map(|severity| severity_word(self.language, severity));
        parts.push(match (severity, evidence.score) {
            (Some(severity), Some(score)) => format!("{severity} {score}"),
            (Some(severity), None) => severity,
            (None, _) => String::new(),
        });
        if let Some(remedy) = &evidence.remedy {
            parts.push(format!("→ {}", plain(remedy)));
        } else if let Some(version) = &evidence.fixed_version {
            parts.push(format!("→ {}", plain(version)));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    /// Exceptions whose time is over; and all of them where the whole is told.
    fn exceptions(&mut self, verdict: &Verdict, is_whole: bool) -> io::Result<()> {
        for exception in &verdict.exceptions {
            let code = match exception.state {
                ExceptionState::Expired => "verdict.exception.expired",
                ExceptionState::Used => "verdict.exception.used",
                ExceptionState::Unused => "verdict.exception.unused",
            };
            if !is_whole && exception.state != ExceptionState::Expired {
                continue;
            }
            let [name, owner, reason, date] =
                [&exception.name, &exception.owner, &exception.reason, &exception.expires].map(|text| plain(text));
            let parameters = [
                ("name", Value::Text(&name)),
                ("owner", Value::Text(&owner)),
                ("reason", Value::Text(&reason)),
                ("date", Value::Text(&date)),
                ("count", Value::Count(exception.findings)),
            ];
            let sentence = self.say(code, &parameters);
            let style = (exception.state == ExceptionState::Expired).then_some(Style::Alarm);
            self.line(0, style, &sentence)?;
        }
        Ok(())
    }
}

fn style_of(decision: Decision) -> Style {
    match decision {
        Decision::Allow | Decision::Excepted => Style::Good,
        Decision::WouldDeny => Style::Strong,
        Decision::Unknown | Decision::Deny => Style::Alarm,
    }
}
