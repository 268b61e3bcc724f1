//! Starts the program in a home of its own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program, with a home folder that nobody else has.
pub(crate) struct Program {
    home: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Program {
        Program { home: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// A place in the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file into the home folder, where the program runs.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the home folder")).expect("the folder can be made");
        std::fs::write(path, bytes).expect("the file can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the program wrote the file")
    }

    /// The program with arguments, in an empty environment but for `HOME`.
    #[expect(clippy::disallowed_methods, reason = "these tests are about the program as a process")]
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead"));
        command.args(arguments).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        // The intelligence of tests is of a time to come, so that none is older than what is built in.
        if arguments.first().is_some_and(|first| first.as_ref() == "intel") {
            command.env("SOURCE_DATE_EPOCH", "4102444800");
        }
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        ran(self.command(arguments).stdin(Stdio::null()).output().expect("the program starts"))
    }

    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, arguments: &[S], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        ran(command.envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("the program starts"))
    }

    pub(crate) fn run_on<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        std::thread::scope(|scope| {
            // A program that refuses its input early closes the pipe.
            scope.spawn(move || _ = stdin.write_all(input));
            ran(child.wait_with_output().expect("the program ends"))
        })
    }

    /// Runs the program where no file can grow, as on a full disk.
    #[expect(clippy::disallowed_methods, reason = "a shell sets the limit")]
    pub(crate) fn run_on_full_disk(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bulkhead")]);
        command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.home.path());
        ran(command.current_dir(self.home.path()).stdin(Stdio::null()).output().expect("the program starts"))
    }

    /// The JSON report of a scan with the given intelligence, for vulnerabilities unless the arguments name detectors;
    /// further arguments include the target.
    pub(crate) fn scan(&self, intelligence: &Path, arguments: &[&str]) -> Value {
        let mut all = vec!["scan".as_ref(), "--format".as_ref(), "json".as_ref(), "--intel".as_ref()];
        all.push(intelligence.as_os_str());
        if !arguments.contains(&"--detectors") {
            all.extend(["--detectors", "vulnerabilities"].map(OsStr::new));
        }
        all.extend(arguments.iter().map(|argument| -> &OsStr { argument.as_ref() }));
        self.run(&all).json()
    }
}

impl Ran {
    /// Standard output as JSON, of a run that went well.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("standard output is the report alone")
    }

    /// Asserts how the run ended and that standard error has each of the words.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32, words: &[&str]) -> &Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        self
    }
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("reports are text"),
        stderr: String::from_utf8(output.stderr).expect("messages are text"),
    }
}

/// The ids of a report's findings, each once, sorted.
pub(crate) fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("every report has findings");
    let mut ids: Vec<String> = findings.iter().map(|finding| text(&finding["id"])).collect();
    ids.sort();
    ids.dedup();
    ids
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
