//! One line on standard error that says what is going on, only where a person watches a terminal.

use std::io::Write;

use crate::environment::Environment;

/// Asks a person at a terminal; the answer is read from standard input.
#[expect(clippy::print_stderr, reason = "questions belong on standard error")]
pub(crate) fn ask(question: &str) {
    eprint!("{}", formats::plain(question));
}

/// Says what is going on.
pub(crate) struct Progress {
    is_shown: bool,
    is_quiet: bool,
}

impl Progress {
    pub(crate) fn new(environment: &Environment, is_quiet: bool) -> Progress {
        Progress { is_shown: environment.stderr_is_terminal && !is_quiet, is_quiet }
    }

    /// Replaces the line.
    pub(crate) fn say(&self, what: &str) {
        if self.is_shown {
            let mut stderr = std::io::stderr().lock();
            // A terminal that went away is no reason to stop the scan.
            let _ = write!(stderr, "\r\x1b[K{} …", formats::plain(what)).and_then(|()| stderr.flush());
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
    #[expect(clippy::print_stderr, reason = "notes belong on standard error")]
    pub(crate) fn note(&self, what: &str) {
        self.clear();
        if !self.is_quiet {
            eprintln!("bulkhead: note: {}", formats::plain(what));
        }
    }

    /// Tells something that is worth knowing though the work goes on, terminal or not.
    #[expect(clippy::print_stderr, reason = "warnings belong on standard error")]
    pub(crate) fn warn(&self, what: &str) {
        self.clear();
        if !self.is_quiet {
            eprintln!("bulkhead: warning: {}", formats::plain(what));
        }
    }
}
