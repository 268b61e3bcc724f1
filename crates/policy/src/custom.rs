//! Custom checks: expressions of the Common Expression Language over the report.
//!
//! An expression cannot loop for ever, but it can nest walks over long lists and double texts. Before it is asked, its worst
//! case on the very report is computed (`custom/bound.rs`); what may go beyond a limit is an error and no verdict. Wall time
//! and memory of the whole are the caller's to limit.

mod bound;
mod fields;
mod problem;
mod shape;

use std::cell::Cell;

use cel::common::ast::IdedExpr;
use cel::parser::PrattParser;
use cel::{Context, ExecutionError, Value};

use bound::Bounds;
pub(crate) use fields::asked;
pub use problem::CheckProblem;
use shape::Shape;

/// The longest expression, in bytes.
pub const LONGEST_CHECK_BYTES: usize = 16 << 10;
/// The deepest nesting of an expression.
pub(crate) const DEEPEST_CHECK: u16 = 64;
/// The most parts of an expression.
pub(crate) const MOST_CHECK_NODES: usize = 4096;
/// The most steps that an expression may take on a report.
pub const MOST_STEPS: u64 = 10_000_000;
/// The most steps that all expressions together may take on a report.
pub const MOST_STEPS_TOGETHER: u64 = 100_000_000;
/// The most that a value in an expression may hold, in bytes or members.
pub const LARGEST_VALUE: u64 = 64 << 20;

/// A check of one's own.
#[derive(Debug, Clone)]
pub struct CustomCheck {
    expression: IdedExpr,
    /// What the verdict says where it does not pass.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// The error of reading a custom check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomCheckError {
    /// More text than is read.
    #[error("the expression is longer than {LONGEST_CHECK_BYTES} bytes; split the check")]
    TooLong,
    /// Deeper or of more parts than is read.
    #[error(
        "the expression nests more than {DEEPEST_CHECK} deep or has more than {MOST_CHECK_NODES} parts; split the check"
    )]
    TooDeep,
    /// No expression of the language.
    #[error("the expression is no CEL: {reason} (line {line}, character {column})")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// The line of the expression, counted from 1.
        line: isize,
        /// The character of that line, counted from 1.
        column: isize,
    },
    /// A name that means nothing.
    #[error("`{name}` is nothing that a check can use; the nearest is `{nearest}`")]
    UnknownName {
        /// The name.
        name: String,
        /// The nearest that is something.
        nearest: String,
    },
    /// A regular expression that is not written out, or not sound, or too large.
    #[error("the pattern of `matches` must be a text that is written out, and a regular expression of moderate size")]
    Pattern,
}

/// A report as custom checks see it.
pub(crate) struct CelReport {
    context: Context<'static, 'static>,
    shape: Shape,
}

impl CustomCheck {
    /// Reads a check.
    ///
    /// # Errors
    /// When the expression is malformed, too long or too deep, or uses what is not there.
    pub fn new(expression: &str, message: &str, remedy: Option<&str>) -> Result<CustomCheck, CustomCheckError> {
        if expression.len() > LONGEST_CHECK_BYTES {
            return Err(CustomCheckError::TooLong);
        }
        let parsed = PrattParser::new()
            .max_recursion_depth(DEEPEST_CHECK)
            .max_expression_node_count(MOST_CHECK_NODES)
            .parse(expression);
        let expression = parsed.map_err(|errors| {
            let first = errors.errors.first();
            CustomCheckError::Malformed {
                reason: first.map_or_else(|| "it cannot be read".into(), |error| one_line(&error.msg)),
                line: first.map_or(1, |error| error.pos.0),
                column: first.map_or(1, |error| error.pos.1),
            }
        })?;
        // A chain of operators nests as deeply as it is long, and everything that follows walks it by recursion.
        if !bound::is_shallow(&expression, usize::from(DEEPEST_CHECK), MOST_CHECK_NODES) {
            return Err(CustomCheckError::TooDeep);
        }
        bound::check_names(&expression)?;
        Ok(CustomCheck { expression, message: message.to_owned(), remedy: remedy.map(str::to_owned) })
    }

    /// Asks a report. `left` is how many steps all checks of the report may still take; what this one may is taken away.
    pub(crate) fn passes(&self, report: &CelReport, left: &Cell<u64>) -> Result<bool, CheckProblem> {
        let worst = Bounds::new(&report.shape).of(&self.expression);
        if worst.steps > MOST_STEPS {
            return Err(CheckProblem::Steps { steps: worst.steps, most: MOST_STEPS });
        }
        if worst.largest > LARGEST_VALUE {
            return Err(CheckProblem::Size { size: worst.largest, most: LARGEST_VALUE });
        }
        match left.get().checked_sub(worst.steps) {
            Some(rest) => left.set(rest),
            None => return Err(CheckProblem::StepsTogether { most: MOST_STEPS_TOGETHER }),
        }
        match Value::resolve(&self.expression, &report.context) {
            Ok(Value::Bool(passes)) => Ok(passes),
            Ok(_) => Err(CheckProblem::NoTruth),
            Err(ExecutionError::NoSuchKey(key)) => Err(CheckProblem::NoKey { key: one_line(&key) }),
            Err(error) => Err(CheckProblem::Interpreter { reason: one_line(&error.to_string()) }),
        }
    }
}

impl CelReport {
    pub(crate) fn new(document: &serde_json::Value) -> Result<CelReport, CheckProblem> {
        let value = cel::to_value(document)
            .map_err(|error| CheckProblem::Interpreter { reason: one_line(&error.to_string()) })?;
        let mut context = Context::default();
        context.add_variable_from_value("report", value);
        Ok(CelReport { context, shape: Shape::of(document) })
    }
}

/// A message of an interpreter as one line of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(expression: &str) -> Result<bool, String> {
        let findings: Vec<_> = (0..2000)
            .map(|at| json!({"kind": "vulnerability", "id": format!("CVE-2024-{at}"), "severity": "high", "aliases": ["a", "b"]}))
            .collect();
        let report = json!({"target": {"name": "nginx"}, "findings": findings, "image": {"labels": {"team": "shop"}}});
        let check = CustomCheck::new(expression, "m", None).map_err(|error| error.to_string())?;
        let left = Cell::new(MOST_STEPS_TOGETHER);
        check.passes(&CelReport::new(&report).unwrap(), &left).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_check_asks_the_report() {
        assert_eq!(ask("report.target.name == 'nginx'"), Ok(true));
        assert_eq!(ask("report.findings.all(f, f.severity != 'critical')"), Ok(true));
        assert_eq!(ask("report.findings.exists(f, f.id.startsWith('CVE-2023'))"), Ok(false));
        assert_eq!(ask("has(report.image.labels.team) && report.image.labels.team.matches('^sh')"), Ok(true));
        assert_eq!(ask("size(report.findings.filter(f, 'a' in f.aliases)) == 2000"), Ok(true));
    }

    #[test]
    fn what_cannot_be_asked_is_an_error_and_no_verdict() {
        assert!(ask("report.nothing == 1").unwrap_err().contains("has no `nothing`"));
        assert!(ask("report.target.name").unwrap_err().contains("no truth value"));
        assert!(ask("reprot.target.name == 'a'").unwrap_err().contains("the nearest is `report`"));
        assert!(ask("report.target.name.startswith('a')").unwrap_err().contains("the nearest is `startsWith`"));
        assert!(ask("report.target.name == ").unwrap_err().contains("no CEL"));
        assert!(ask("report.target.name.matches(report.target.name)").unwrap_err().contains("written out"));
        assert!(ask("'a'.matches('(a{1000}){1000}')").unwrap_err().contains("moderate size"));
    }

    #[test]
    fn hostile_checks_end_at_a_limit() {
        let walk =
            "report.findings.all(a, report.findings.all(b, report.findings.all(c, a.id != b.id || b.id != c.id)))";
        assert!(ask(walk).unwrap_err().contains("steps"));
        let doubling = |times| format!("size(['{}']{}) == 0", "a".repeat(2000), ".map(x, x + x)".repeat(times));
        assert!(ask(&doubling(16)).unwrap_err().contains("at most"));
        assert!(ask(&doubling(60)).is_err());
        // Brackets around one thing are that thing.
        let bracketed = ask(&format!("{}true{}", "(".repeat(5000), ")".repeat(5000)));
        assert!(bracketed.is_err() || bracketed == Ok(true));
        assert!(ask(&"[".repeat(10_000)).is_err());
        for chain in [format!("0{} == 0", "+1".repeat(7000)), format!("report{} == 0", ".a".repeat(7000))] {
            assert!(ask(&chain).is_err());
        }
        // An even number of negations means nothing, and is read as that.
        let negated = format!("{}true", "!".repeat(15_000));
        assert!(ask(&negated).is_err() || ask(&negated) == Ok(true));
        assert!(ask(&"true && ".repeat(10_000)).unwrap_err().contains("longer"));
    }
}
