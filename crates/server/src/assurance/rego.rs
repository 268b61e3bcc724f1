//! Checks in Rego are asked in a process of their own: this program, started again. One that has to be stopped again and again
//! rests for a while, so that it does not hold up every image that is judged.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use policy::{RegoCheck, RegoDenials};
use rego_process::{Limits, Unanswered};
use serde_json::Value;

/// The hidden word that has the program answer a question on its standard input.
pub(crate) const WORD: &str = "ask-rego";

/// The memory that a check may take, the program itself included, in bytes: several may be asked at once.
const MOST_MEMORY_BYTES: u64 = 512 << 20;
/// The processor time that it may take.
const MOST_PROCESSOR_TIME: Duration = Duration::from_secs(5);
/// The longest that is waited for an answer: other images wait for their verdict.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

const LIMITS: Limits =
    Limits { memory_bytes: MOST_MEMORY_BYTES, processor_time: MOST_PROCESSOR_TIME, wait: LONGEST_WAIT };

/// After so many stops in a row a check rests.
const MOST_STOPS: u32 = 3;

/// For so long.
const REST: Duration = Duration::from_secs(600);

/// How many checks are remembered.
const MOST_REMEMBERED: usize = 1000;

/// Asks checks.
pub(crate) struct RegoProcesses {
    stopped: Mutex<BTreeMap<Vec<u8>, Stopped>>,
    ask: fn(&RegoCheck, &Value) -> Result<RegoDenials, Unanswered>,
}

/// A check that had to be stopped.
struct Stopped {
    times: u32,
    last: Instant,
}

impl RegoProcesses {
    pub(crate) fn new() -> RegoProcesses {
        // A test is another program, which answers no questions; the program itself is tried in `tests/rego.rs`.
        let ask = if cfg!(test) { here } else { elsewhere };
        RegoProcesses { stopped: Mutex::default(), ask }
    }

    /// Asks a check of a report; the error is a sentence without a full stop.
    pub(crate) fn ask(&self, check: &RegoCheck, report: &Value) -> Result<RegoDenials, String> {
        let key = digest(&SHA256, check.source.as_bytes()).as_ref().to_vec();
        if self.rests(&key) {
            let minutes = REST.as_secs() / 60;
            return Err(format!("it had to be stopped {MOST_STOPS} times in a row, and rests for {minutes} minutes"));
        }
        let answer = (self.ask)(check, report);
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Err(Unanswered::Stopped(_)) => {
                tracing::warn!(check = %hex(&key), "a check in Rego was stopped");
                stopped.retain(|_, stopped| stopped.last.elapsed() < REST);
                if stopped.len() < MOST_REMEMBERED {
                    let entry = stopped.entry(key).or_insert(Stopped { times: 0, last: Instant::now() });
                    (entry.times, entry.last) = (entry.times + 1, Instant::now());
                }
            }
            Ok(_) | Err(Unanswered::Failed(_)) => {
                stopped.remove(&key);
            }
        }
        answer.map_err(|unanswered| unanswered.to_string())
    }

    fn rests(&self, key: &[u8]) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get(key).is_some_and(|stopped| stopped.times >= MOST_STOPS && stopped.last.elapsed() < REST)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn here(check: &RegoCheck, report: &Value) -> Result<RegoDenials, Unanswered> {
    check.ask(report).map_err(Unanswered::Failed)
}

/// The path leads to the program that runs, whatever lies in its place since.
#[expect(clippy::disallowed_methods, reason = "the program starts itself, and nothing of an image")]
fn elsewhere(check: &RegoCheck, report: &Value) -> Result<RegoDenials, Unanswered> {
    let mut command = Command::new("/proc/self/exe");
    command.arg(WORD);
    rego_process::ask(command, check, report, LIMITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str) -> RegoCheck {
        RegoCheck::new(source, &[]).unwrap()
    }

    #[test]
    fn a_check_that_had_to_be_stopped_again_and_again_rests_and_others_do_not() {
        let ask = |check: &RegoCheck, _: &Value| match check.source.contains("hostile") {
            true => Err(Unanswered::Stopped(LIMITS)),
            false => Ok(RegoDenials { messages: vec!["no".to_owned()], count: 1 }),
        };
        let processes = RegoProcesses { stopped: Mutex::default(), ask };
        let (hostile, good) = (check("package hostile\ndeny := []"), check("package main\ndeny := []"));
        for _ in 0..MOST_STOPS {
            let told = processes.ask(&hostile, &Value::Null).unwrap_err();
            assert!(told.starts_with("it takes more than 5 seconds or 512 MiB"), "{told}");
        }
        assert!(processes.ask(&hostile, &Value::Null).unwrap_err().contains("rests for 10 minutes"));
        assert_eq!(processes.ask(&good, &Value::Null).unwrap().messages, ["no"]);
    }
}
