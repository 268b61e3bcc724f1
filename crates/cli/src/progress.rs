//! One line on standard error that says what is going on, only where a person watches a terminal.

use std::io::Write;

use formats::Language;

use crate::environment::Environment;
use crate::message::said;

/// Asks a person at a terminal; the answer is read from standard input.
#[expect(clippy::print_stderr, reason = "questions belong on standard error")]
pub(crate) fn ask(question: &str) {
    eprint!("{}", formats::plain(question));
}

/// Says what is going on.
pub(crate) struct Progress {
    is_shown: bool,
    is_quiet: bool,
    language: Language,
}

impl Progress {
    pub(crate) fn new(environment: &Environment, is_quiet: bool) -> Progress {
        Progress { is_shown: environment.stderr_is_terminal && !is_quiet, is_quiet, language: environment.language }
    }

    /// Replaces the line.
    pub(crate) fn say(&self, what: &str) {
        if self.is_shown {
            let mut stderr = std::io::stderr().lock();
            // A terminal that went away is no reason to stop the scan.
            let _ = write!(stderr, "\r\x1b[K{} …", formats::plain(&said(self.language, what)))
                .and_then(|()| stderr.flush());
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        if self.is_shown {
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }

    /// Tells something that may surprise but is no mistake, terminal or not.
    pub(crate) fn note(&self, what: &str) {
        self.tell("note", what);
    }

    /// Tells something that is worth knowing though the work goes on, terminal or not.
    pub(crate) fn warn(&self, what: &str) {
        self.tell("warning", what);
    }

    /// `kind` is by what scripts tell notes and warnings apart, in every language (`docs/reference/exit-codes.md`).
    #[expect(clippy::print_stderr, reason = "notes and warnings belong on standard error")]
    fn tell(&self, kind: &str, what: &str) {
        self.clear();
        if !self.is_quiet {
            eprintln!("bulkhead: {kind}: {}", formats::plain(&said(self.language, what)));
        }
    }
}
