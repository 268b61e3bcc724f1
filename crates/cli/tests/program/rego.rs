//! Checks in Rego: what they deny, and that hostile ones end in one sentence and never in a verdict.

use serde_json::Value;
use test_support::Storage;

use crate::images::application;
use crate::run::{Program, Ran};

/// A scan that is judged by one check.
fn judged(program: &Program, rego: &str) -> Ran {
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let program_text = rego.lines().map(|line| format!("      {line}\n")).collect::<String>();
    let policy = format!(
        "schema: bulkhead.policy/1\nname: gate\ncontrols:\n  - control: custom.rego\n    rego: |\n{program_text}"
    );
    program.write("p.yaml", policy);
    let arguments = [
        "scan",
        "--quiet",
        "--detectors",
        "misconfigurations",
        "--policy",
        "p.yaml",
        "--format",
        "json=r.json",
        "app.tar",
    ];
    program.run(&arguments)
}

fn verdict(program: &Program) -> Value {
    let report: Value = serde_json::from_str(&program.read("r.json")).unwrap();
    report["verdict"].clone()
}

#[test]
fn a_rule_in_rego_denies_by_its_messages_and_appears_among_the_controls() {
    let program = Program::new();
    judged(&program, "package main\ndeny contains msg if {\n  input.image.user == \"\"\n  msg := sprintf(\"%s runs as root\", [input.target.name])\n}")
        .ended(1, &["policy gate: custom.rego"]);
    let control = verdict(&program)["policies"][0]["controls"][0].clone();
    assert_eq!(control["control"], "custom.rego");
    assert_eq!(control["decision"], "fail");
    assert_eq!(control["evidence"][0]["id"], "app.tar runs as root");
    let told = program.run(&["policy", "explain", "r.json", "--lang", "en"]).stdout;
    assert!(told.contains("A rule denies it: app.tar runs as root."), "{told}");
    judged(&program, "package main\ndeny[msg] { input.image.user == \"root\"; msg := \"no\" }").ended(0, &[]);
    assert_eq!(verdict(&program)["decision"], "compliant");
}

#[test]
fn hostile_programs_end_in_a_sentence_and_never_in_a_verdict() {
    // Walks without end; calls without end; texts and lists that double until memory ends, or until comparing them does not.
    let walks = "package main\ndeny contains \"a\" if {\n  some a in numbers.range(1, 1000)\n  some b in numbers.range(1, 1000)\n  some c in numbers.range(1, 1000)\n  a + b + c < 0\n}";
    let calls = "package main\nf(x) := f(x + 1)\ndeny contains \"a\" if f(1) == 1";
    let texts = doubling("concat(\"\", [x, x])", "count(x40) > 0");
    let lists = doubling("[x, x]", "x40 == y40");
    let numbers = doubling("x * x", "x40 > 0").replace("x0 := \"ab\"", "x0 := 12345");
    for hostile in [
        walks,
        calls,
        &texts,
        &lists,
        &numbers,
        "package main\ndeny contains \"a\" if count(numbers.range(1, 9000000000)) > 0",
    ] {
        let program = Program::new();
        let ran = judged(&program, hostile);
        ran.ended(2, &["policy gate could not judge: The custom check “custom.rego” could not be asked: "]);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert_eq!(verdict(&program)["outcome"], "unknown", "{hostile}");
    }
}

/// A program of forty steps, each of which makes twice as much of what the one before made.
fn doubling(step: &str, condition: &str) -> String {
    let mut program = "package main\ndeny contains \"a\" if {\n  x0 := \"ab\"\n  y0 := \"ab\"\n".to_owned();
    for (name, at) in ["x", "y"].into_iter().flat_map(|name| (1..=40).map(move |at| (name, at))) {
        let step = step.replace('x', &format!("{name}{}", at - 1));
        program.push_str(&format!("  {name}{at} := {step}\n"));
    }
    format!("{program}  {condition}\n}}")
}

#[test]
fn mistakes_in_a_program_end_with_2_and_say_where() {
    let program = Program::new();
    judged(&program, "package main\ndeny contains msg if {")
        .ended(2, &["p.yaml:6: `controls[0].rego`: the program is no Rego:"]);
    judged(&program, "package main\nallow := true").ended(2, &["no rule `deny` or `violation`"]);
    judged(&program, "package main\ndeny contains \"a\" if http.send({}).status == 200")
        .ended(2, &["could not find function http.send"]);
}

#[test]
fn a_program_of_others_is_imported_as_a_policy() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.write("c.rego", "package main\n\ndeny[msg] {\n  input.image.user == \"\"\n  msg = \"root\"\n}\n\nwarn[msg] {\n  msg = \"beware\"\n}\n");
    let ran = program.run(&["policy", "import", "rego", "c.rego", "--output", "p.yaml"]);
    ran.ended(0, &["deny → custom.rego, fail", "warn → custom.rego, warn"]);
    program.run(&["policy", "check", "p.yaml"]).ended(0, &[]);
    let arguments = [
        "scan",
        "--quiet",
        "--detectors",
        "misconfigurations",
        "--policy",
        "p.yaml",
        "--format",
        "json=r.json",
        "app.tar",
    ];
    program.run(&arguments).ended(1, &["policy main: main"]);
    let controls = verdict(&program)["policies"][0]["controls"].clone();
    assert_eq!((&controls[0]["decision"], &controls[1]["decision"]), (&"fail".into(), &"warn".into()));
    program.write("none.rego", "package main\nallow := true\n");
    program.run(&["policy", "import", "rego", "none.rego"]).ended(2, &["none.rego", "no rule `deny`"]);
}

#[test]
fn messages_beyond_the_thousand_that_are_kept_are_counted() {
    let program = Program::new();
    judged(
        &program,
        "package main\ndeny contains msg if {\n  some i in numbers.range(1, 2500)\n  msg := sprintf(\"no %d\", [i])\n}",
    )
    .ended(1, &["custom.rego"]);
    let control = verdict(&program)["policies"][0]["controls"][0].clone();
    assert_eq!(control["evidence"].as_array().map(Vec::len), Some(1000));
    assert_eq!(control["reasons"][0]["evidence_count"], 2500, "{control}");
    let told = program.run(&["policy", "explain", "r.json", "--lang", "en"]).stdout;
    assert!(told.contains("Rules deny it 2500 times"), "{told}");
    assert!(told.contains("2480 more"), "{told}");
}
