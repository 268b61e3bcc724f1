#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod watch;

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use policy::{CheckProblem, RegoCheck, RegoDenials};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The largest answer.
const LARGEST_ANSWER_BYTES: u64 = 16 << 20;

/// How many files the process that is asked may have open: its streams, and those that the system looks into at its start.
const MOST_FILES: u64 = 16;

/// The most memory that a check may take where nothing else is said, the program itself included, in bytes.
const MOST_MEMORY_BYTES: u64 = 1 << 30;
/// The most processor time that it may take there.
const MOST_PROCESSOR_TIME: Duration = Duration::from_secs(5);
/// The longest that is waited for an answer there.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The longest that all checks of one report may take together: those behind it are not asked.
pub const MOST_TIME_TOGETHER: Duration = Duration::from_secs(60);

/// What a process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory, the program itself included, in bytes that are resident.
    pub memory_bytes: u64,
    /// Processor time.
    pub processor_time: Duration,
    /// The longest that is waited for an answer; a machine may be busy with something else.
    pub wait: Duration,
}

/// What is taken where nobody else waits: on the command line.
impl Default for Limits {
    fn default() -> Limits {
        Limits { memory_bytes: MOST_MEMORY_BYTES, processor_time: MOST_PROCESSOR_TIME, wait: LONGEST_WAIT }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// The process took too much, or ended by itself.
    Stopped(Limits),
    /// The check said so, or it could not be asked.
    Failed(CheckProblem),
}

impl From<Unanswered> for CheckProblem {
    fn from(unanswered: Unanswered) -> CheckProblem {
        match unanswered {
            Unanswered::Stopped(limits) => {
                CheckProblem::Stopped { seconds: limits.processor_time.as_secs(), mebibytes: limits.memory_bytes >> 20 }
            }
            Unanswered::Failed(problem) => problem,
        }
    }
}

impl Unanswered {
    /// The process could not be asked.
    pub fn no_process(error: &io::Error) -> Unanswered {
        Unanswered::Failed(CheckProblem::NoProcess { reason: error.to_string() })
    }
}

/// The time that all checks of one report may take together.
#[derive(Debug)]
pub struct Together {
    left: Cell<Duration>,
}

impl Together {
    /// What is left at the beginning.
    pub fn new() -> Together {
        Together { left: Cell::new(MOST_TIME_TOGETHER) }
    }

    /// Asks a check, unless those before it took all the time.
    ///
    /// # Errors
    /// When no time is left, and when asking gives no answer.
    pub fn ask(&self, asked: impl FnOnce() -> Result<RegoDenials, CheckProblem>) -> Result<RegoDenials, CheckProblem> {
        if self.left.get().is_zero() {
            return Err(CheckProblem::TimeTogether { seconds: MOST_TIME_TOGETHER.as_secs() });
        }
        let started = Instant::now();
        let answer = asked();
        self.left.set(self.left.get().saturating_sub(started.elapsed()));
        answer
    }
}

impl Default for Together {
    fn default() -> Together {
        Together::new()
    }
}

/// Asks a check of a report. The command starts a program that calls [`answer`]; however that ends, it ends in an answer or
/// in a reason, never in a verdict.
///
/// # Errors
/// When the process takes too much, cannot be started, or the check fails.
pub fn ask(command: Command, check: &RegoCheck, report: &Value, limits: Limits) -> Result<RegoDenials, Unanswered> {
    let question = json!({
        "rego": check.source, "rules": check.rules, "message": check.message, "report": report,
        "processor_seconds": limits.processor_time.as_secs(), "memory_bytes": limits.memory_bytes,
    });
    let answer = start(command)
        .and_then(|child| answer_of(child, question.to_string(), limits))
        .map_err(|error| Unanswered::no_process(&error))?;
    let answer = answer.ok_or(Unanswered::Stopped(limits))?;
    read_answer(answer).map_err(Unanswered::Failed)
}

/// What an answer says. One that says neither what is denied nor why nothing is said is no answer: that nothing is denied is
/// never concluded from what cannot be read.
fn read_answer(answer: Value) -> Result<RegoDenials, CheckProblem> {
    let unreadable =
        |error: &dyn std::fmt::Display| CheckProblem::NoProcess { reason: format!("its answer is none: {error}") };
    if answer.get("problem").is_some() {
        return Err(serde_json::from_value(answer).unwrap_or_else(|error| unreadable(&error)));
    }
    let Denied { messages, count } = serde_json::from_value(answer).map_err(|error| unreadable(&error))?;
    Ok(RegoDenials { count: count.max(messages.len()), messages })
}

/// An answer as it is written.
#[derive(Serialize, Deserialize)]
struct Denied {
    messages: Vec<String>,
    count: usize,
}

/// The process that is asked: reads a question and writes the answer.
///
/// # Errors
/// When there is no question, or the answer cannot be written.
pub fn answer(mut question: impl Read, mut out: impl Write) -> io::Result<()> {
    let mut text = Vec::new();
    question.read_to_end(&mut text)?;
    let question: Value = serde_json::from_slice(&text)?;
    drop(text);
    bind(&question);
    let rules: Vec<String> = serde_json::from_value(question["rules"].clone()).unwrap_or_default();
    let answer = RegoCheck::new(question["rego"].as_str().unwrap_or_default(), &rules)
        .map_err(|error| CheckProblem::Interpreter { reason: error.to_string() })
        .and_then(|check| {
            let message = question["message"].as_str().map(str::to_owned);
            check.with_message(message).ask(&question["report"])
        });
    let answer = match answer {
        Ok(RegoDenials { messages, count }) => json!(Denied { messages, count }),
        Err(problem) => json!(problem),
    };
    writeln!(out, "{answer}")?;
    out.flush()
}

/// Has the system enforce what whoever asks watches, for when that one is held up or gone: address space, processor time, no
/// files, no dumps. A limit that cannot be set is one that is watched alone.
fn bind(question: &Value) {
    let limit = |resource, value: u64| {
        let _ = setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    };
    let number = |name: &str| question[name].as_u64().filter(|number| *number > 0);
    if let Some(bytes) = number("memory_bytes") {
        limit(Resource::As, bytes.saturating_mul(2));
    }
    if let Some(seconds) = number("processor_seconds") {
        limit(Resource::Cpu, seconds.saturating_add(2));
    }
    limit(Resource::Fsize, 0);
    limit(Resource::Core, 0);
    limit(Resource::Nofile, MOST_FILES);
}

fn start(mut command: Command) -> io::Result<Child> {
    command.env_clear().current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

/// What the process answers; nothing where it ended without an answer or was stopped.
fn answer_of(mut child: Child, question: String, limits: Limits) -> io::Result<Option<Value>> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(talk(stdin, stdout, &question)));
    let answer = watch::until(&receiver, child.id(), limits).unwrap_or_default();
    // A process that has answered has nothing left to do; one that has not is stopped.
    if answer.is_empty() {
        child.kill()?;
    }
    let is_good = child.wait()?.success();
    Ok(is_good.then(|| serde_json::from_slice(&answer).ok()).flatten())
}

/// Hands the question over and reads the answer; a process that ends early closes both.
fn talk(stdin: Option<ChildStdin>, stdout: Option<ChildStdout>, question: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    if let (Some(mut stdin), Some(stdout)) = (stdin, stdout)
        && stdin.write_all(question.as_bytes()).is_ok()
    {
        drop(stdin);
        if stdout.take(LARGEST_ANSWER_BYTES).read_to_end(&mut answer).is_err() {
            answer.clear();
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_not_taken_for_a_check_that_denies_nothing() {
        let denied = read_answer(json!({ "messages": ["no"], "count": 3 })).unwrap();
        assert_eq!((denied.messages, denied.count), (vec!["no".to_owned()], 3));
        assert_eq!(read_answer(json!(CheckProblem::NoTruth)), Err(CheckProblem::NoTruth));
        let torn =
            [json!({}), json!(null), json!({ "messages": "no" }), json!({ "messages": [] }), json!({ "problem": "x" })];
        for answer in torn {
            assert!(matches!(read_answer(answer), Err(CheckProblem::NoProcess { .. })));
        }
    }
}
