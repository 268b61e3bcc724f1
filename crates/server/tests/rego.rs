//! A check in Rego that means no good runs in a process of its own: the program itself is tried here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use policy::RegoCheck;
use rego_process::{Limits, Unanswered, ask};
use serde_json::{Value, json};

#[expect(clippy::disallowed_methods, reason = "the test starts the program that it tests")]
fn server() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulkhead-server"));
    command.arg("ask-rego");
    command
}

fn asked(source: &str, limits: Limits) -> Result<Vec<String>, Unanswered> {
    let check = RegoCheck::new(source, &[]).unwrap();
    let report = json!({ "image": { "user": "" }, "target": { "name": "app" } });
    ask(server(), &check, &report, limits).map(|denials| denials.messages)
}

fn limits() -> Limits {
    Limits { memory_bytes: 512 << 20, processor_time: Duration::from_secs(2), wait: Duration::from_secs(60) }
}

#[test]
fn the_server_answers_for_a_check_and_says_what_is_wrong_with_one() {
    let good = "package main\ndeny contains msg if {\n  input.image.user == \"\"\n  msg := sprintf(\"%s runs as root\", [input.target.name])\n}";
    assert_eq!(asked(good, limits()).unwrap(), ["app runs as root"]);
    let failing = asked("package main\ndeny contains 7 if true\n", limits()).unwrap_err();
    assert!(matches!(failing, Unanswered::Failed(_)), "{failing:?}");
}

#[test]
fn hostile_checks_are_stopped_within_their_limits() {
    let calls = "package main\nf(x) := f(x + 1)\ndeny contains \"a\" if f(1) == 1";
    let doubled: String = (1..=40).map(|at| format!("  x{at} := concat(\"\", [x{0}, x{0}])\n", at - 1)).collect();
    let memory = format!("package main\ndeny contains \"a\" if {{\n  x0 := \"ab\"\n{doubled}  count(x40) > 0\n}}");
    for hostile in [calls, &memory] {
        let began = Instant::now();
        let ended = asked(hostile, limits());
        assert!(ended.is_err(), "{hostile}");
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}: {hostile}", began.elapsed());
    }
    // Whoever asks may be held up: then the system itself ends what takes too much.
    let question = json!({ "rego": memory, "rules": ["deny"], "report": Value::Null, "processor_seconds": 2,
        "memory_bytes": 128 << 20 });
    let mut child = server().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&stdout).unwrap_or_default();
    assert!(!status.success() || answer["problem"].is_string(), "{status} {answer}");
    assert!(answer["messages"].is_null(), "there is no verdict");
}

#[test]
fn a_question_that_is_none_ends_without_an_answer() {
    let mut child = server().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"no question").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(!ended.status.success() && ended.stdout.is_empty());
}
