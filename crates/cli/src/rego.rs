//! Asks checks in Rego in a process of their own: this program, started again (crate `rego-process`).

use std::io;
use std::process::Command;

use anyhow::Context;
use policy::{RegoAsker, RegoCheck, RegoDenials};
use rego_process::{Limits, Together, Unanswered};
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::output;

/// A way to ask checks of one report.
pub(crate) fn asker() -> RegoAsker<'static> {
    let together = Together::new();
    Box::new(move |check, report| together.ask(|| Ok(ask(check, report)?)))
}

fn ask(check: &RegoCheck, report: &Value) -> Result<RegoDenials, Unanswered> {
    let command = command().map_err(|error| Unanswered::no_process(&error))?;
    rego_process::ask(command, check, report, Limits::default())
}

#[expect(clippy::disallowed_methods, reason = "the program starts itself, and nothing of a target")]
fn command() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["policy", "ask-rego"]);
    Ok(command)
}

/// The process that is asked: reads a question from standard input and writes the answer.
pub(crate) fn answer() -> Result<Outcome, Failure> {
    let mut answer = Vec::new();
    rego_process::answer(io::stdin().lock(), &mut answer)
        .context("the question on standard input is none; bulkhead itself asks here")
        .map_err(Failure::Usage)?;
    output::to_destination(None, |out| out.write_all(&answer))?;
    Ok(Outcome::Good)
}
