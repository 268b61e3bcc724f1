//! Checks in Rego are asked in a process of their own: this program, started again. One that has to be stopped again and again
//! rests for a while, so that it does not hold up every image that is judged; those are judged again afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use policy::{CheckProblem, RegoCheck, RegoDenials};
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

/// For so long; it rests twice as long each time that it has to be stopped again afterwards.
const REST: Duration = Duration::from_secs(600);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);

/// How many checks that had to be stopped are remembered; the oldest is forgotten for another.
const MOST_REMEMBERED: usize = 1000;

/// How many images are remembered that were judged without a check because it rested; with more, all are judged again.
const MOST_OWED: usize = 10_000;

/// Asks checks.
pub(crate) struct RegoProcesses {
    state: Mutex<State>,
    ask: fn(&RegoCheck, &Value) -> Result<RegoDenials, Unanswered>,
}

#[derive(Default)]
struct State {
    /// By the hash of their text.
    stopped: BTreeMap<Vec<u8>, Stopped>,
    owed: Option<(Instant, Owed)>,
}

/// A check that had to be stopped, and gave no answer since.
struct Stopped {
    times: u32,
    last: Instant,
    /// The images that it was asked about, until it rests.
    images: Vec<String>,
    rest: Option<Rest>,
}

#[derive(Clone, Copy)]
struct Rest {
    until: Instant,
    length: Duration,
}

/// Images that have to be judged again, because a check that they wait for can be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owed {
    /// These digests.
    Images(BTreeSet<String>),
    /// So many that they were not counted further.
    All,
}

impl RegoProcesses {
    pub(crate) fn new() -> RegoProcesses {
        // A test is another program, which answers no questions; the program itself is tried in `tests/rego.rs`.
        let ask = if cfg!(test) { here } else { elsewhere };
        RegoProcesses { state: Mutex::default(), ask }
    }

    /// Asks a check of the report of an image.
    pub(crate) fn ask(&self, image: &str, check: &RegoCheck, report: &Value) -> Result<RegoDenials, CheckProblem> {
        let key = digest(&SHA256, check.source.as_bytes()).as_ref().to_vec();
        if self.state().rests(&key, image, Instant::now()) {
            // Without a time: the verdict would be another one after each rest.
            return Err(CheckProblem::Rests { stops: MOST_STOPS });
        }
        let answer = (self.ask)(check, report);
        match &answer {
            Err(Unanswered::Stopped(_)) => {
                tracing::warn!(check = %hex(&key), "a check in Rego was stopped");
                self.state().note_stop(key, image, Instant::now());
            }
            Ok(_) | Err(Unanswered::Failed(_)) => {
                self.state().stopped.remove(&key);
            }
        }
        answer.map_err(CheckProblem::from)
    }

    /// Takes the images whose check has rested.
    pub(crate) fn due(&self) -> Option<Owed> {
        self.state().due(Instant::now())
    }

    /// Gives back what could not be done.
    pub(crate) fn give_back(&self, owed: Owed) {
        let mut state = self.state();
        let now = Instant::now();
        match owed {
            Owed::All => state.owed = Some((now, Owed::All)),
            Owed::Images(images) => images.into_iter().for_each(|image| state.owe(image, now)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a check rests; the image is judged again afterwards then.
    fn rests(&mut self, key: &[u8], image: &str, now: Instant) -> bool {
        let rest = self.stopped.get(key).and_then(|stopped| stopped.rest);
        let Some(Rest { until, .. }) = rest.filter(|rest| rest.until > now) else { return false };
        self.owe(image.to_owned(), until);
        true
    }

    fn note_stop(&mut self, key: Vec<u8>, image: &str, now: Instant) {
        if !self.stopped.contains_key(&key) && self.stopped.len() >= MOST_REMEMBERED {
            let oldest = self.stopped.iter().min_by_key(|(_, stopped)| stopped.last).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.stopped.remove(&oldest));
        }
        let new = || Stopped { times: 0, last: now, images: Vec::new(), rest: None };
        let stopped = self.stopped.entry(key).or_insert_with(new);
        (stopped.times, stopped.last) = (stopped.times.saturating_add(1), now);
        stopped.images.push(image.to_owned());
        if stopped.times < MOST_STOPS {
            return;
        }
        // Several may be stopped at once: one rest is enough.
        let rest = match stopped.rest {
            Some(rest) if rest.until > now => rest,
            former => {
                let twice = former.map(|former| former.length.saturating_mul(2));
                let length = twice.map_or(REST, |twice| twice.min(LONGEST_REST));
                Rest { until: now + length, length }
            }
        };
        stopped.rest = Some(rest);
        for image in std::mem::take(&mut stopped.images) {
            self.owe(image, rest.until);
        }
    }

    fn due(&mut self, now: Instant) -> Option<Owed> {
        self.owed.take_if(|(due, _)| *due <= now).map(|(_, owed)| owed)
    }

    /// Has an image judged again, when the first rest of all is over: one that still waits for another is noted anew then.
    fn owe(&mut self, image: String, due: Instant) {
        let (first, owed) = self.owed.get_or_insert_with(|| (due, Owed::Images(BTreeSet::new())));
        *first = due.min(*first);
        if let Owed::Images(images) = owed {
            images.insert(image);
            if images.len() > MOST_OWED {
                *owed = Owed::All;
            }
        }
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

    fn ask(check: &RegoCheck, _: &Value) -> Result<RegoDenials, Unanswered> {
        match check.source.contains("hostile") {
            true => Err(Unanswered::Stopped(LIMITS)),
            false => Ok(RegoDenials { messages: vec!["no".to_owned()], count: 1 }),
        }
    }

    fn hostile(number: usize) -> RegoCheck {
        check(&format!("package hostile{number}\ndeny := []"))
    }

    fn images(names: &[&str]) -> Option<Owed> {
        Some(Owed::Images(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    #[test]
    fn a_check_that_had_to_be_stopped_again_and_again_rests_and_others_do_not() {
        let processes = RegoProcesses { state: Mutex::default(), ask };
        let good = check("package main\ndeny := []");
        for _ in 0..MOST_STOPS {
            let told = processes.ask("a", &hostile(1), &Value::Null).unwrap_err().to_string();
            assert!(told.starts_with("it takes more than 5 seconds or 512 MiB"), "{told}");
        }
        assert!(processes.ask("a", &hostile(1), &Value::Null).unwrap_err().to_string().contains("rests"));
        assert_eq!(processes.ask("a", &good, &Value::Null).unwrap().messages, ["no"]);
        assert_eq!(processes.due(), None, "the rest is not over");
    }

    #[test]
    fn what_was_judged_without_a_check_that_rested_is_judged_again_afterwards() {
        let (mut state, begin) = (State::default(), Instant::now());
        for image in ["a", "b", "c"] {
            state.note_stop(vec![1], image, begin);
        }
        assert!(state.rests(&[1], "d", begin) && state.rests(&[1], "e", begin) && !state.rests(&[2], "f", begin));
        assert_eq!(state.due(begin + REST - Duration::from_secs(1)), None);
        let after = begin + REST;
        assert_eq!(state.due(after), images(&["a", "b", "c", "d", "e"]));
        assert_eq!(state.due(after), None, "once");
        // It is as bad as ever: one more stop is enough, and the next rest is longer, up to a day.
        assert!(!state.rests(&[1], "a", after));
        state.note_stop(vec![1], "a", after);
        assert!(state.rests(&[1], "b", after + REST));
        assert_eq!(state.due(after + REST), None);
        assert_eq!(state.due(after + 2 * REST), images(&["a", "b"]));
        let mut now = after;
        for _ in 0..20 {
            now += LONGEST_REST;
            assert!(!state.rests(&[1], "a", now));
            state.note_stop(vec![1], "a", now);
        }
    }

    #[test]
    fn what_could_not_be_noted_is_not_forgotten() {
        let processes = RegoProcesses::new();
        let owed = images(&["a", "b"]);
        processes.give_back(owed.clone().unwrap());
        assert_eq!((processes.due(), processes.due()), (owed, None));
    }

    #[test]
    fn a_check_counts_however_many_were_stopped_before_it() {
        let processes = RegoProcesses { state: Mutex::default(), ask };
        for number in 0..MOST_REMEMBERED + 5 {
            processes.ask("a", &hostile(number), &Value::Null).unwrap_err();
        }
        let last = hostile(MOST_REMEMBERED + 5);
        for _ in 0..MOST_STOPS {
            processes.ask("a", &last, &Value::Null).unwrap_err();
        }
        assert!(processes.ask("a", &last, &Value::Null).unwrap_err().to_string().contains("rests"));
        assert_eq!(processes.state().stopped.len(), MOST_REMEMBERED);
    }

    #[test]
    fn with_too_many_images_to_remember_all_are_judged_again() {
        let processes = RegoProcesses::new();
        processes.give_back(Owed::Images((0..=MOST_OWED).map(|number| number.to_string()).collect()));
        assert_eq!(processes.due(), Some(Owed::All));
    }
}
