//! Custom checks in Rego, the language of Open Policy Agent: rules such as `deny contains msg if …` over the report.
//!
//! Rego has no recursion, so that a program ends; but it can take for ever to do so, and build values without bound. Its
//! steps are counted here (`rego/steps.rs`). What one step costs, and memory, are the caller's to limit: a check of somebody
//! else belongs into a process of its own. Nothing that a program can call knows the clock, chance, files or networks.

mod asked;
mod elsewhere;
mod import;
mod nesting;
mod steps;

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use regorus::{Engine, Value};

use crate::custom::CheckProblem;
pub(crate) use asked::{unknown_fields, unknown_functions};
pub use import::{ImportedRego, import_rego};

/// The longest program, in bytes.
pub const LONGEST_REGO_BYTES: usize = 64 << 10;
/// The deepest nesting of brackets in a program.
pub(crate) const DEEPEST_REGO: usize = 8;
/// The most steps that each rule of a program may take on a report.
pub const MOST_REGO_STEPS: u64 = 2_000_000;
/// The most messages of a program that are kept.
pub const MOST_REGO_MESSAGES: usize = 1000;
/// The longest message that is kept, in characters.
pub(crate) const LONGEST_MESSAGE_CHARS: usize = 1000;
/// The rules that are asked where nothing else is said.
pub(crate) const USUAL_RULES: &[&str] = &["deny", "violation"];

/// What the interpreter calls the program in its errors.
const FILE: &str = "check.rego";

/// A check of one's own in Rego.
#[derive(Debug, Clone)]
pub struct RegoCheck {
    /// The program.
    pub source: String,
    /// The rules that deny by what they give.
    pub rules: Vec<String>,
    /// What the verdict says where a rule gives no message.
    pub message: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
    package: String,
    is_version_0: bool,
}

/// Asks a check of a report in the way that the caller has for it: messages of what is denied, sorted.
pub type RegoAsker<'a> = Box<dyn Fn(&RegoCheck, &serde_json::Value) -> Result<RegoDenials, CheckProblem> + 'a>;

/// What a check in Rego denies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegoDenials {
    /// The first messages in their order, each once, at most [`MOST_REGO_MESSAGES`].
    pub messages: Vec<String>,
    /// How many different messages there are, those included that are not kept.
    pub count: usize,
}

/// The error of reading a check in Rego.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegoError {
    /// More text than is read.
    #[error("the program is longer than {LONGEST_REGO_BYTES} bytes; split the check")]
    TooLong,
    /// Brackets that nest deeper than is read.
    #[error("brackets of the program nest more than {DEEPEST_REGO} deep; take parts out into rules of their own")]
    TooDeep,
    /// No program of the language.
    #[error("the program is no Rego: {reason}")]
    Malformed {
        /// What is wrong, and where.
        reason: String,
    },
    /// No name that the rules are found by.
    #[error("the package of the program must be named by words, such as `package main`")]
    Package,
    /// Something of `data` that is not there.
    #[error(
        "the program asks for `{path}`, and of `data` there is only its own package; put into the program what it needs"
    )]
    Elsewhere {
        /// The path, as it is written.
        path: String,
    },
    /// A rule that is not there.
    #[error("the program has no rule {names}; say which rules deny with `rules`")]
    NoRule {
        /// What was looked for.
        names: String,
    },
}

impl RegoCheck {
    /// Reads a check. `rules` deny by what they give; without any, those of `deny` and `violation` that are there do.
    ///
    /// # Errors
    /// When the program is malformed or too long, or does not have the rules.
    pub fn new(source: &str, rules: &[String]) -> Result<RegoCheck, RegoError> {
        let mut parsed = Parsed::new(source)?;
        let rules = match rules {
            [] => {
                let mut found = Vec::new();
                for name in USUAL_RULES {
                    if parsed.has_rule(name)? {
                        found.push((*name).to_owned());
                    }
                }
                if found.is_empty() {
                    return Err(RegoError::NoRule { names: quoted(USUAL_RULES) });
                }
                found
            }
            rules => {
                for name in rules {
                    if !parsed.has_rule(name)? {
                        return Err(RegoError::NoRule { names: quoted(&[&one_line(name)]) });
                    }
                }
                rules.to_vec()
            }
        };
        let Parsed { package, is_version_0, .. } = parsed;
        Ok(RegoCheck { source: source.to_owned(), rules, message: None, remedy: None, package, is_version_0 })
    }

    /// The same check with what the verdict says where a rule gives no message.
    pub fn with_message(mut self, message: Option<String>) -> RegoCheck {
        self.message = message;
        self
    }

    /// Asks a report in this process, with a limit on steps alone.
    ///
    /// # Errors
    /// When a rule ends at a limit, calls what is not there, or gives something else than messages. Then there is no verdict.
    pub fn ask(&self, document: &serde_json::Value) -> Result<RegoDenials, CheckProblem> {
        self.ask_within(document, MOST_REGO_STEPS)
    }

    pub(crate) fn ask_within(
        &self,
        document: &serde_json::Value,
        most_steps: u64,
    ) -> Result<RegoDenials, CheckProblem> {
        let interpreter = |error| CheckProblem::Interpreter { reason: told(&error) };
        let mut engine = engine(self.is_version_0);
        engine.add_policy(FILE.into(), self.source.clone()).map_err(interpreter)?;
        engine.set_strict_builtin_errors(false);
        engine.set_input(Value::from(document.clone()));
        let mut gathered = Gathered::default();
        for rule in &self.rules {
            let counted = steps::limit(&mut engine, most_steps);
            let value = engine.eval_rule(format!("{}.{rule}", self.package));
            if counted.is_over() {
                return Err(CheckProblem::RuleSteps { rule: rule.clone(), most: most_steps });
            }
            self.collect(rule, &value.map_err(interpreter)?, &mut gathered)?;
        }
        Ok(RegoDenials { messages: gathered.first.into_iter().collect(), count: gathered.seen.len() })
    }

    /// What a rule gives: nothing, a truth value, a message, or many messages; a message is a text or has one as `msg`.
    fn collect(&self, rule: &str, value: &Value, gathered: &mut Gathered) -> Result<(), CheckProblem> {
        let plain = || self.message.clone().unwrap_or_else(|| format!("the rule {rule} holds"));
        match value {
            Value::Undefined | Value::Bool(false) => {}
            Value::Bool(true) => gathered.take(plain()),
            Value::Array(items) => items.iter().try_for_each(|item| push(rule, item, gathered))?,
            Value::Set(items) => items.iter().try_for_each(|item| push(rule, item, gathered))?,
            value => push(rule, value, gathered)?,
        }
        Ok(())
    }
}

/// Messages as rules give them: a rule may give a million within its steps, of which hashes are kept.
#[derive(Default)]
struct Gathered {
    first: BTreeSet<String>,
    seen: HashSet<u64>,
}

impl Gathered {
    fn take(&mut self, message: String) {
        let mut hasher = DefaultHasher::new();
        message.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return;
        }
        self.first.insert(message);
        if self.first.len() > MOST_REGO_MESSAGES {
            self.first.pop_last();
        }
    }
}

fn push(rule: &str, value: &Value, gathered: &mut Gathered) -> Result<(), CheckProblem> {
    let text = match value {
        Value::String(text) => Some(text.as_ref()),
        Value::Object(_) => {
            ["msg", "message"].into_iter().find_map(|key| value[key].as_string().ok()).map(|text| &**text)
        }
        _ => None,
    };
    let Some(text) = text else {
        return Err(CheckProblem::NoMessage { rule: rule.to_owned() });
    };
    gathered.take(text.chars().take(LONGEST_MESSAGE_CHARS).collect());
    Ok(())
}

/// A program that was read.
struct Parsed {
    engine: Engine,
    /// The path of its package: `data.main`.
    package: String,
    is_version_0: bool,
}

impl Parsed {
    /// Reads a program as the version of the language that it is written in: 1.0, else the one before it, in which
    /// `deny[msg]` is a set and `if` is left out. The error is of the version that got further.
    fn new(source: &str) -> Result<Parsed, RegoError> {
        if source.len() > LONGEST_REGO_BYTES {
            return Err(RegoError::TooLong);
        }
        if nesting::deepest(source) > DEEPEST_REGO {
            return Err(RegoError::TooDeep);
        }
        let read = |is_version_0| {
            let mut engine = engine(is_version_0);
            let package = engine.add_policy(FILE.into(), source.to_owned());
            package.map(|package| Parsed { engine, package, is_version_0 }).map_err(|error| error.to_string())
        };
        let parsed = read(false)
            .or_else(|newer| read(true).map_err(|older| if place(&older) > place(&newer) { older } else { newer }));
        let parsed = parsed.map_err(|error| RegoError::Malformed { reason: sentence(&error) })?;
        if !parsed.package.split('.').all(is_word) {
            return Err(RegoError::Package);
        }
        match elsewhere::asked_elsewhere(source, &parsed.package) {
            None => Ok(parsed),
            Some(path) => Err(RegoError::Elsewhere { path: one_line(&path) }),
        }
    }

    /// Whether the program has a rule of this name; the error is of programs whose rules cannot be put into an order.
    fn has_rule(&mut self, name: &str) -> Result<bool, RegoError> {
        if !is_word(name) {
            return Ok(false);
        }
        match self.engine.compile_with_entrypoint(&format!("{}.{name}", self.package).into()) {
            Ok(_) => Ok(true),
            Err(error) if error.to_string().contains("not a valid rule path") => Ok(false),
            Err(error) => Err(RegoError::Malformed { reason: told(&error) }),
        }
    }
}

fn engine(is_version_0: bool) -> Engine {
    let mut engine = Engine::new();
    engine.set_rego_v0(is_version_0);
    engine
}

fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

fn told(error: &impl ToString) -> String {
    sentence(&error.to_string())
}

/// An error of the interpreter, which draws its place over several lines, as one sentence.
fn sentence(error: &str) -> String {
    let message = error.lines().find_map(|line| line.trim_start().strip_prefix("error: "));
    let message = one_line(message.unwrap_or(error)).trim_end_matches('.').to_owned();
    match place(error) {
        Some((line, column)) => format!("{message} (line {line}, character {column})"),
        None => message,
    }
}

/// The line and character that an error of the interpreter points to.
fn place(error: &str) -> Option<(usize, usize)> {
    let (_, after) = error.split_once("check.rego:")?;
    let mut numbers = after.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// A message of the interpreter as one line of bounded length.
fn one_line(text: &str) -> String {
    crate::custom::one_line(text)
}

#[cfg(test)]
mod tests;
