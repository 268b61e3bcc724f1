//! Asks checks in Rego in a process of their own: this program, started again with nothing but a check and a report on its
//! standard input. A hostile program cannot be bounded from within: it can nest calls until the stack ends, and double
//! values that share their parts. So the process is watched (`rego/watch.rs`) and stopped when it takes too much memory or
//! time. However it ends, it ends in an answer or in an error, never in a verdict.

mod watch;

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;

use anyhow::Context;
use policy::{RegoCheck, RegoDenials};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::output;

/// The largest answer.
const LARGEST_ANSWER_BYTES: u64 = 16 << 20;

/// Asks a check of a report; the error is a sentence without a full stop.
pub(crate) fn ask(check: &RegoCheck, report: &Value) -> Result<RegoDenials, String> {
    let question = json!({ "rego": check.source, "rules": check.rules, "message": check.message, "report": report });
    let answer = start()
        .and_then(|child| answer_of(child, question.to_string()))
        .map_err(|error| format!("the process for it could not be asked: {error}"))?;
    let Some(answer) = answer else {
        return Err(format!(
            "it takes more than {} seconds or {} MiB of memory on this report, or nests its calls without end",
            watch::MOST_PROCESSOR_TIME.as_secs(),
            watch::MOST_MEMORY_BYTES >> 20
        ));
    };
    if let Some(problem) = answer["problem"].as_str() {
        return Err(problem.to_owned());
    }
    let messages = answer["messages"].as_array().into_iter().flatten();
    let messages: Vec<String> = messages.filter_map(|message| message.as_str().map(str::to_owned)).collect();
    let count = answer["count"].as_u64().map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(RegoDenials { count: count.max(messages.len()), messages })
}

#[expect(clippy::disallowed_methods, reason = "the program starts itself, and nothing of a target")]
fn start() -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["policy", "ask-rego"]).env_clear().current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

/// What the process answers; nothing where it ended without an answer or was stopped.
fn answer_of(mut child: Child, question: String) -> io::Result<Option<Value>> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(talk(stdin, stdout, &question)));
    let answer = watch::until(&receiver, child.id()).unwrap_or_default();
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

/// The process that is asked: reads a question from standard input and writes the answer.
pub(crate) fn answer() -> Result<Outcome, Failure> {
    let question: Value = serde_json::from_reader(io::stdin().lock())
        .context("the question on standard input is none; bulkhead itself asks here")
        .map_err(Failure::Usage)?;
    let rules: Vec<String> = serde_json::from_value(question["rules"].clone()).unwrap_or_default();
    let answer = RegoCheck::new(question["rego"].as_str().unwrap_or_default(), &rules)
        .map_err(|error| error.to_string())
        .and_then(|check| {
            let message = question["message"].as_str().map(str::to_owned);
            check.with_message(message).ask(&question["report"])
        });
    let answer = match answer {
        Ok(RegoDenials { messages, count }) => json!({ "messages": messages, "count": count }),
        Err(problem) => json!({ "problem": problem }),
    };
    output::to_destination(None, |out| writeln!(out, "{answer}"))?;
    Ok(Outcome::Good)
}
