//! What is wrong with a document has Japanese, whatever it is: the console shows it beside the text.

use std::collections::BTreeMap;

use model::PhraseBook;
use policy::{read_exceptions, read_policy};
use test_support::{broken, english_left};

/// At so many places each text is broken.
const PLACES: usize = 60;

fn pairs(file: &serde_json::Value) -> PhraseBook {
    let pairs = file.as_object().expect("words are a map");
    PhraseBook::new(
        pairs.iter().map(|(english, japanese)| (english.as_str(), japanese.as_str().expect("words are texts"))),
    )
}

/// The problems that have no Japanese, or English in it, by what of them is English.
struct Unsaid {
    fields: PhraseBook,
    gaps: PhraseBook,
    problems: BTreeMap<String, String>,
    asked: usize,
}

impl Unsaid {
    fn new() -> Unsaid {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("the words are JSON");
        let fields = read(include_str!("../../../content/messages/fields.ja.json"));
        let found = read(include_str!("../../../content/messages/found.ja.json"));
        let (fields, gaps) = (pairs(&fields), pairs(&found["gaps"]));
        Unsaid { fields, gaps, problems: BTreeMap::new(), asked: 0 }
    }

    fn policy(&mut self, text: &str) {
        if let Err(error) = read_policy("a.yaml", text) {
            self.look_at(&error.problem.to_string());
        }
    }

    fn exceptions(&mut self, text: &str) {
        if let Err(error) = read_exceptions("a.yaml", text) {
            self.look_at(&error.problem.to_string());
        }
    }

    fn look_at(&mut self, problem: &str) {
        self.asked += 1;
        let said = PhraseBook::translate(&[&self.fields, &self.gaps], problem).unwrap_or_else(|| problem.to_owned());
        if let Some(english) = english_left(&said) {
            self.problems.entry(english).or_insert(format!("{problem} → {said}"));
        }
    }

    fn finish(self, least: usize) {
        assert!(self.asked > least, "only {} problems were seen", self.asked);
        let problems: Vec<String> = self.problems.into_values().collect();
        assert!(problems.is_empty(), "content/messages/fields.ja.json does not say: {problems:#?}");
    }
}

const POLICY: &str = "schema: bulkhead.policy/1\nname: a\nmode: audit\neffects: [fail_pipeline]\nscope:\n  expression: \"v1 && !(v2 || v3)\"\n  variables:\n  - {attribute: image.repository, value: a}\n  - {attribute: image.label, name: b, value: c}\n  - {attribute: os.id, value: d}\ncontrols:\n- control: vulnerability.severity\n  at_least: high\n- control: vulnerability.epss\n  probability: 0.5\n- control: cve.deny\n  ids: [CVE-2021-44228]\n- control: package.deny\n  packages: [{name: e, ecosystem: deb, version: '>=1.0 <2'}]\n- control: image.age\n  days: 7\n- control: label.require\n  labels: [{key: f}]\n";
const EXCEPTIONS: &str = "schema: bulkhead.exceptions/1\nexceptions:\n- name: a\n  kind: vulnerability\n  ids: [CVE-2021-44228]\n  package: {name: b, version: '<1'}\n  scope: {variables: [{attribute: os.id, value: c}]}\n  owner: d\n  reason: e\n  expires: 2026-12-31\n- name: f\n  path: g\n  owner: h\n  reason: i\n  expires: 2026-12-31T12:00:00Z\n";
const CEL: &str = "report.a.all(b, b.c != \"d\" || has(b.e) && b.f < 9.0 ? true : !(-1 in [1u, 0x1f, b'g'])) && {\"h\": [1]}.map(i, i + r\"\\n\")[0] == report.j.matches(\"k\\u00e9\")";
const REGO: &str = "package main\nimport future.keywords.if\nimport input.a as b\ndefault deny = false\ndeny contains msg if {\n  some i, p in input.packages\n  p.name == \"a\"\n  not p.x[_]\n  every v in p.versions { v > 1.5 }\n  msg := sprintf(\"%v \\u00e9\", [p.name])\n  x := {\"a\": [1, `r`], \"b\": {y | y := i}}\n  q with input as 1\n}\nf(x) := y { y := x } else := 2\n";

/// A policy with a check of one's own, in JSON, which can hold any text.
fn custom(control: &str, key: &str, check: &str) -> String {
    let control = serde_json::json!({ "control": control, key: check, "message": "m" });
    serde_json::json!({ "schema": "bulkhead.policy/1", "name": "a", "controls": [control] }).to_string()
}

#[test]
fn what_is_wrong_with_policies_and_exceptions_is_told_in_japanese() {
    let mut unsaid = Unsaid::new();
    for text in broken(POLICY, PLACES) {
        unsaid.policy(&text);
    }
    for text in broken(EXCEPTIONS, PLACES) {
        unsaid.exceptions(&text);
    }
    // Without each of its lines, and with something else in the place of each value.
    for (text, is_policy) in [(POLICY, true), (EXCEPTIONS, false)] {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let key = lines[at].split_once(": ").map(|(key, _)| key.to_owned());
            let others = ["7", "~", "''", "[]", "[b]", "{}", "nobody", "\"&\"", "*b", "&b 7"];
            let other = key.iter().flat_map(|key| others.map(|other| format!("{key}: {other}")));
            for line in other.chain([String::new(), "---".to_owned(), lines[at].to_owned() + "\n" + lines[at]]) {
                let changed = [&lines[..at], &[line.as_str()], &lines[at + 1..]].concat().join("\n");
                if is_policy { unsaid.policy(&changed) } else { unsaid.exceptions(&changed) }
            }
        }
    }
    let keys = "schema bulkhead.policy/1;name a;controls [{}]";
    for control in [
        "vulnerability.severity",
        "vulnerability.age",
        "vulnerability.epss",
        "cvss.maximum_score",
        "cve.deny",
        "cve.allow",
        "package.deny",
        "license.deny",
        "license.category",
        "label.forbid",
        "misconfiguration.id",
        "image.age",
        "custom",
        "custom.rego",
    ] {
        let control = format!("{{\"control\": \"{control}\"}}");
        let text = keys.replace(';', "\n").replace("schema ", "schema: ").replace("name ", "name: ");
        unsaid.policy(&text.replace("controls [{}]", &format!("controls: [{control}]")));
    }
    unsaid.policy(&format!("a: {}{}", "[".repeat(100), "]".repeat(100)));
    unsaid.policy(&"- x\n".repeat(200_001));
    unsaid.policy(&" ".repeat(5 << 20));
    let control = "- {control: malware}\n".repeat(10_001);
    unsaid.policy(&format!("schema: bulkhead.policy/1\nname: a\ncontrols:\n{control}"));
    for expression in
        ["v1 & v2", "v1 v2", "(v1", "v1 + v2", "v9", "", "v1 &&", &"!".repeat(200), &"v1 || ".repeat(5000)]
    {
        unsaid.policy(&POLICY.replace("v1 && !(v2 || v3)", expression));
    }
    unsaid.finish(1000);
}

#[test]
fn what_is_wrong_with_checks_of_ones_own_is_told_in_japanese() {
    let mut unsaid = Unsaid::new();
    for text in broken(CEL, PLACES) {
        unsaid.policy(&custom("custom", "cel", &text));
    }
    for text in broken(REGO, PLACES) {
        unsaid.policy(&custom("custom.rego", "rego", &text));
    }
    let expressions = [
        "unknown.a",
        "report.a.matches(report.b)",
        "report.a.matches('(')",
        "report.a.all(1, true)",
        "report.a.all()",
        "has(1)",
        "size(1, 2).a(",
        "9223372036854775808 == 1",
        "99999999999999999999u",
        "'\\400'",
        "'\\ud800'",
        "report.`a`",
        "if",
        "a{b: 1}",
    ];
    for expression in expressions {
        unsaid.policy(&custom("custom", "cel", expression));
    }
    unsaid.policy(&custom("custom", "cel", &format!("{}1{}", "(".repeat(200), ")".repeat(200))));
    unsaid.policy(&custom("custom", "cel", &"1 + ".repeat(9000)));
    let programs = [
        "package main\n",
        "package a[0]\ndeny := true",
        "package main\ndeny if data.other.a",
        "package main\ndeny contains x if y == 1",
        "package main\ndeny if deny",
        "package main\ndeny if f(1)\nf(x) if deny",
        "package main\ndeny if { x := 1; x := 2 }",
        "package main\ndeny if nowhere(1)",
        "package main\ndeny if count()",
        "package main\ndeny if x > 1",
        "package main\ndeny := 1\ndeny := 2",
        "package main\ndeny contains 1\ndeny := 2",
        "package main\nf(x) := 1\nf(x, y) := 2\ndeny if f(1)",
        "package main\nimport data.a\nimport data.b as a\ndeny := true",
        "package main\ninput := 1\ndeny := true",
        "package main\ndeny if { input := 1 }",
        "package main\nf(x, x) := 1\ndeny := true",
        "deny := true",
    ];
    for program in programs {
        unsaid.policy(&custom("custom.rego", "rego", program));
    }
    unsaid.policy(&custom(
        "custom.rego",
        "rego",
        &format!("package main\ndeny := {}1{}", "(".repeat(200), ")".repeat(200)),
    ));
    unsaid.policy(&custom("custom.rego", "rego", &"# a\n".repeat(30_000)));
    unsaid.finish(1000);
}
