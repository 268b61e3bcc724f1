//! How a command ends: exit codes and the one sentence on standard error.

use std::io::{self, ErrorKind};
use std::panic;
use std::process::ExitCode;

use formats::Language;

use crate::message;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line, a configuration file or an input named on the command line is wrong: exit code 2.
    Usage(anyhow::Error),
    /// The target could not be scanned, or the work could not be done: exit code 3.
    Work(anyhow::Error),
    /// Whoever reads standard output went away: nothing to say.
    BrokenPipe,
}

/// How a command ended when it did its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Exit code 0.
    Good,
    /// Not compliant, with the sentence that says so: exit code 1.
    NotCompliant(String),
    /// Gaps with `--fail-on-gaps`: exit code 4.
    Gaps,
}

impl Failure {
    /// A mistake on the command line, in words.
    pub(crate) fn usage(sentence: impl Into<String>) -> Failure {
        Failure::Usage(anyhow::Error::msg(sentence.into()))
    }

    /// An error of writing the report.
    pub(crate) fn of_output(error: io::Error, place: &str) -> Failure {
        match error.kind() {
            ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Work(anyhow::Error::new(error).context(format!("cannot write to {place}"))),
        }
    }
}

/// Prints what went wrong and gives the process its exit code (`docs/reference/exit-codes.md`).
#[expect(clippy::print_stderr, reason = "the one place where a command's failure is told")]
pub(crate) fn exit_code(outcome: Result<Outcome, Failure>, language: Language) -> ExitCode {
    match outcome {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::NotCompliant(sentence)) => {
            eprintln!("bulkhead: {}", formats::plain(&message::said(language, &sentence)));
            ExitCode::from(1)
        }
        Ok(Outcome::Gaps) => ExitCode::from(4),
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => {
            eprintln!("bulkhead: {}", told(&error, language));
            ExitCode::from(2)
        }
        Err(Failure::Work(error)) => {
            eprintln!("bulkhead: {}", told(&error, language));
            ExitCode::from(3)
        }
    }
}

/// Tells what is wrong with the command line, or gives the help that it asks for.
#[expect(clippy::print_stderr, reason = "the one place where a command's failure is told")]
pub(crate) fn of_command_line(error: &clap::Error, language: Language) -> ExitCode {
    match message::of_command_line(language, error) {
        Some(told) => {
            eprintln!("{told}");
            ExitCode::from(2)
        }
        None => error.exit(),
    }
}

/// An error and its causes on one line. Causes quote the target, which must not speak to the terminal.
fn told(error: &anyhow::Error, language: Language) -> String {
    formats::plain(&message::told(language, error))
}

/// Keeps the panic message of a reader off standard error: the scanner catches it and reports a gap instead.
pub(crate) fn silence_contained_panics() {
    let inherited = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !scanner::is_contained() {
            inherited(info);
        }
    }));
}
