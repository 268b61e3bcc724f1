use serde_json::json;

use super::*;

fn ask(source: &str) -> Result<Vec<String>, String> {
    ask_within(source, MOST_REGO_STEPS).map(|denials| denials.messages)
}

fn ask_within(source: &str, most_steps: u64) -> Result<RegoDenials, String> {
    let findings: Vec<_> = (0..2000)
        .map(|at| json!({"kind": "vulnerability", "id": format!("CVE-2024-{at}"), "severity": "high", "kev": at == 7}))
        .collect();
    let report =
        json!({"target": {"name": "nginx"}, "findings": findings, "image": {"user": "", "labels": {"team": "shop"}}});
    let check = RegoCheck::new(source, &[]).map_err(|error| error.to_string())?;
    check.ask_within(&report, most_steps).map_err(|problem| problem.to_string())
}

#[test]
fn rules_of_both_versions_of_the_language_deny_by_their_messages() {
    let newer = "package main\nimport rego.v1\ndeny contains msg if {\n  some f in input.findings\n  f.kev\n  msg := sprintf(\"%s is exploited\", [f.id])\n}\n";
    assert_eq!(ask(newer), Ok(vec!["CVE-2024-7 is exploited".into()]));
    let older = "package main\n\ndeny[msg] {\n  f := input.findings[_]\n  f.kev\n  msg = sprintf(\"%v is exploited\", [f.id])\n}\n";
    assert_eq!(ask(older), Ok(vec!["CVE-2024-7 is exploited".into()]));
    let gatekeeper = "package k8s.user\nviolation[{\"msg\": msg, \"details\": {}}] { input.image.user == \"\"; msg := \"it runs as root\" }\n";
    assert_eq!(ask(gatekeeper), Ok(vec!["it runs as root".into()]));
    assert_eq!(ask("package main\ndeny if input.target.name == \"nginx\"\n"), Ok(vec!["the rule deny holds".into()]));
    assert_eq!(ask("package main\ndeny if input.target.name == \"apache\"\n"), Ok(vec![]));
    assert_eq!(
        ask("package main\ndeny contains \"a\" if regex.match(`^ng`, input.target.name)\n"),
        Ok(vec!["a".into()])
    );
    assert_eq!(
        ask("package main\ndeny contains \"a\" if glob.match(\"n*\", [], input.target.name)\n"),
        Ok(vec!["a".into()])
    );
}

#[test]
fn what_cannot_be_asked_is_an_error_and_no_verdict() {
    let told = |source: &str| ask(source).unwrap_err();
    assert!(told("package main\nallow if true\n").contains("no rule `deny` or `violation`"));
    let torn = told("package main\ndeny contains msg if {\n  msg := 1 +\n}\n");
    assert!(torn.contains("(line 3, character "), "{torn}");
    assert!(told("package main\ndeny contains 7 if true\n").contains("no message"));
    for unknown in ["time.now_ns() > 0", "http.send({}).status == 200", "rand.intn(\"a\", 2) == 1", "opa.runtime().env"]
    {
        let told = told(&format!("package main\ndeny contains \"a\" if {unknown}\n"));
        assert!(told.contains("could not find function"), "{told}");
    }
    let elsewhere = told("package main\nimport data.lib\ndeny contains \"a\" if lib.is_bad\n");
    assert!(elsewhere.contains("asks for `data.lib`"), "{elsewhere}");
    let long = format!("package main\ndeny := true\n{}", "# \n".repeat(LONGEST_REGO_BYTES));
    assert_eq!(RegoCheck::new(&long, &[]).unwrap_err(), RegoError::TooLong);
    let missing = RegoCheck::new("package main\ndeny := true\n", &["warn".into()]).unwrap_err();
    assert!(missing.to_string().contains("no rule `warn`"), "{missing}");
}

#[test]
fn messages_beyond_those_kept_are_counted() {
    let each = "package main\ndeny contains msg if {\n  some f in input.findings\n  msg := f.id\n}\nviolation contains msg if {\n  some f in input.findings\n  msg := f.id\n}\n";
    let denials = ask_within(each, MOST_REGO_STEPS).unwrap();
    assert_eq!((denials.messages.len(), denials.count), (MOST_REGO_MESSAGES, 2000));
    assert_eq!((&*denials.messages[0], &*denials.messages[999]), ("CVE-2024-0", "CVE-2024-1898"));
}

#[test]
fn hostile_programs_end_at_the_limit_of_steps() {
    let walk = "package main\ndeny contains \"a\" if {\n  some a in input.findings\n  some b in input.findings\n  some c in input.findings\n  a.id == concat(\"-\", [b.id, c.id])\n}\n";
    assert!(ask_within(walk, 100_000).unwrap_err().contains("steps"));
    let negated = "package main\nslow if {\n  some a in input.findings\n  some b in input.findings\n  some c in input.findings\n  a.id == concat(\"-\", [b.id, c.id])\n}\ndeny contains \"a\" if not slow\n";
    assert!(ask_within(negated, 100_000).unwrap_err().contains("steps"), "a limit inside of `not` is no truth");
    for nested in [
        format!("{}1{}", "[".repeat(5000), "]".repeat(5000)),
        format!("1{}", " + 1".repeat(10_000)),
        "not ".repeat(900),
    ] {
        let told = RegoCheck::new(&format!("package main\ndeny := {nested}\n"), &[]);
        assert!(told.is_err(), "{told:?}");
    }
}

#[test]
fn programs_of_others_become_policies() {
    let source = "package main\n\n# Conftest.\ndeny_root[msg] {\n\tinput.image.user == \"\"\n\tmsg := \"root: \\\"no\\\"\"\n}\nwarn[msg] { msg := \"w\" }\ndenial := 1\n";
    let imported = import_rego(source).unwrap();
    assert_eq!((imported.denying, imported.warning), (vec!["deny_root".into()], vec!["warn".into()]));
    let policy = crate::read_policy("p.yaml", &imported.policy).unwrap();
    let rules: Vec<_> = policy
        .controls
        .iter()
        .map(|control| match &control.rule {
            crate::Rule::Rego(check) => {
                (check.source.trim_end() == source.trim_end(), control.action, check.rules.clone())
            }
            rule => panic!("{rule:?}"),
        })
        .collect();
    let expected = [(model::ControlAction::Fail, "deny_root"), (model::ControlAction::Warn, "warn")];
    assert_eq!(rules, expected.map(|(action, rule)| (true, action, vec![rule.to_owned()])));
    let odd = "  \npackage main\ndeny := true # \u{7}\n";
    assert!(crate::read_policy("p.yaml", &import_rego(odd).unwrap().policy).is_ok());
    assert!(import_rego("package main\nallow := true\n").unwrap_err().to_string().contains("`warn`"));
}
