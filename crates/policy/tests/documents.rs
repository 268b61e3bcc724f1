//! Errors in policies and exceptions, and the published schemas.

#![allow(clippy::unwrap_used, reason = "what these tests need is there, or the test fails")]

use std::path::PathBuf;

use policy::{
    BUILTIN_POLICIES, exceptions_schema, import_aqua_keys, keys_page, policy_schema, profile_schema, read_exceptions,
    read_policy,
};

fn root() -> PathBuf {
    test_support::checkout()
}

fn error(text: &str) -> String {
    read_policy("p.yaml", text).unwrap_err().to_string()
}

#[test]
fn every_error_names_file_line_key_and_the_nearest_right_one() {
    let head = "schema: bulkhead.policy/1\nname: p\n";
    for (rest, expected) in [
        (
            "controls:\n- control: superuser\n  actoin: warn\n",
            "p.yaml:5: `controls[0].actoin` is no key here; the nearest is `action`",
        ),
        (
            "controls:\n- control: superuser\n  action: wran\n",
            "p.yaml:5: `wran` is not a value of `controls[0].action`; the nearest is `warn`",
        ),
        (
            "controls:\n- control: cvss.max_score\n",
            "p.yaml:4: `cvss.max_score` is not a value of `controls[0].control`; the nearest is `cvss.maximum_score`",
        ),
        (
            "controls:\n- control: cvss.maximum_score\n  score: ten\n",
            "p.yaml:5: `controls[0].score` must be a number from 0 to 10, but is `ten`",
        ),
        (
            "controls:\n- control: cvss.maximum_score\n  score: 11\n",
            "p.yaml:5: `controls[0].score` must be a number from 0 to 10, but is `11`",
        ),
        (
            "controls:\n- control: cvss.maximum_score\n",
            "p.yaml:4: `controls[0].score` is missing: Fails from this CVSS base score on.",
        ),
        ("control: []\n", "p.yaml:3: `control` is no key here; the nearest is `controls`"),
        ("controls: []\n", "p.yaml:3: `controls` must be a list of maps with at least one, but is an empty list"),
        (
            "controls:\n- superuser\n",
            "p.yaml:4: `controls[0]` must be a map with the key `control`, but is `superuser`",
        ),
        ("name: q\n", "p.yaml:3: `name` is there twice; keep one"),
        (
            "controls:\n- control: vulnerability.severity\n",
            "p.yaml:4: `controls[0].at_least`: give `at_least` or `severities`",
        ),
        (
            "controls:\n- control: package.deny\n  packages:\n  - name: a\n    version: ~1\n",
            "p.yaml:7: `controls[0].packages[0].version`: `~1` is no comparison",
        ),
        (
            "controls:\n- control: package.deny\n  packages:\n  - name: a\n    ecosystem: nmp\n",
            "p.yaml:7: `nmp` is not a value of `controls[0].packages[0].ecosystem`; the nearest is `npm`",
        ),
        (
            "scope:\n  expression: v1 &&\n  variables:\n  - {attribute: image.name, value: a}\ncontrols:\n- control: superuser\n",
            "p.yaml:4: `scope.expression`: at character 6 of the scope expression",
        ),
        (
            "scope:\n  variables:\n  - {attribute: image.nam, value: a}\ncontrols:\n- control: superuser\n",
            "p.yaml:5: `image.nam` is not a value of `scope.variables[0].attribute`; the nearest is `image.name`",
        ),
        (
            "controls:\n- control: custom\n  cel: report.x ==\n  message: m\n",
            "p.yaml:5: `controls[0].cel`: the expression is no CEL",
        ),
    ] {
        let told = error(&format!("{head}{rest}"));
        assert!(told.starts_with(expected), "{told}\nis not\n{expected}");
    }
    assert!(
        error("a: [").starts_with("p.yaml:1: this is neither YAML nor JSON") || error("a: [").starts_with("p.yaml:")
    );
    assert_eq!(error(""), "p.yaml:1: the document is empty");
    assert!(error("schema: bulkhead.policy/2\n").contains("the nearest is `bulkhead.policy/1`"));
}

#[test]
fn exceptions_say_what_who_why_and_until_when() {
    let head = "schema: bulkhead.exceptions/1\nexceptions:\n";
    let error = |rest: &str| read_exceptions("e.yaml", &format!("{head}{rest}")).unwrap_err().to_string();
    let whole = "- {name: a, ids: [CVE-2024-1], owner: o, reason: r, expires: 2026-12-31}\n";
    assert_eq!(read_exceptions("e.yaml", &format!("{head}{whole}")).unwrap()[0].ends, 1_798_761_600);
    for last in ["9999-12-31", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"] {
        let text = format!("{head}{}", whole.replace("2026-12-31", last));
        assert_eq!(read_exceptions("e.yaml", &text).unwrap()[0].ends, 253_402_300_799, "{last}");
    }
    assert!(
        error("- {name: a, ids: [x], reason: r, expires: 2026-12-31}\n").contains("`exceptions[0].owner` is missing")
    );
    assert!(error("- {name: a, ids: [x], owner: o, reason: r}\n").contains("`exceptions[0].expires` is missing"));
    assert!(error("- {name: a, ids: [x], owner: o, reason: r, expires: never}\n").contains("a date such as"));
    assert!(error("- {name: a, owner: o, reason: r, expires: 2026-12-31}\n").contains("covers everything"));
    assert!(error(&format!("{whole}{whole}")).contains("is the name of the exception on line 3 as well"));
}

/// `UPDATE_EXPECT=1` writes the files anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test asks whether to write what it compares with")]
fn the_published_schemas_and_keys_are_those_of_the_code() {
    for (name, schema) in [
        ("policy.schema.json", policy_schema()),
        ("exceptions.schema.json", exceptions_schema()),
        ("profile.schema.json", profile_schema()),
        ("policy-keys.md", keys_page()),
    ] {
        let path = root().join("docs/reference").join(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), schema, "{}", path.display());
    }
}

#[test]
fn schema_and_reader_agree() {
    let schema: serde_json::Value = serde_json::from_str(&policy_schema()).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("policy.json", schema).unwrap();
    let compiled = compiler.compile("policy.json", &mut schemas).unwrap();
    let accepts = |text: &str| schemas.validate(&serde_json::from_str(text).unwrap(), compiled).is_ok();
    let policy = |control: &str| format!(r#"{{"schema": "bulkhead.policy/1", "name": "p", "controls": [{control}]}}"#);
    for (control, is_right) in [
        (r#"{"control": "cvss.maximum_score", "score": 7, "fix": "available"}"#, true),
        (r#"{"control": "cvss.maximum_score", "score": 70}"#, false),
        (r#"{"control": "cvss.maximum_score"}"#, false),
        (r#"{"control": "superuser", "score": 7}"#, false),
        (r#"{"control": "nothing"}"#, false),
        (r#"{"control": "package.deny", "packages": [{"name": "a", "version": "<2", "ecosystem": "npm"}]}"#, true),
        (r#"{"control": "label.require", "labels": [{"key": "a"}]}"#, true),
        (r#"{"control": "label.require", "labels": []}"#, false),
        (r#"{"control": "custom", "cel": "true", "message": "m"}"#, true),
    ] {
        assert_eq!(accepts(&policy(control)), is_right, "{control}");
        assert_eq!(read_policy("p", &policy(control)).is_ok(), is_right, "{control}");
    }
    assert_eq!(BUILTIN_POLICIES.len(), 5);
}

#[test]
fn every_code_has_a_sentence_in_both_catalogs() {
    let catalogs = ["en", "ja"].map(|language| {
        let text = std::fs::read_to_string(root().join(format!("content/messages/{language}.json"))).unwrap();
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).unwrap()
    });
    let sources = [
        include_str!("../src/judge.rs"),
        include_str!("../src/judge/vulnerabilities.rs"),
        include_str!("../src/judge/image.rs"),
        include_str!("../src/check.rs"),
        include_str!("../src/aqua.rs"),
        include_str!("../src/aqua/fields.rs"),
    ];
    let mut said = 0;
    for part in sources.iter().flat_map(|source| source.split('"')) {
        let is_code = ["verdict.", "check.", "import."].iter().any(|family| part.starts_with(family));
        if !is_code || part.contains([' ', '{']) {
            continue;
        }
        for catalog in &catalogs {
            assert!(catalog.contains_key(part), "{part}");
            assert!(!part.starts_with("verdict.") || catalog.contains_key(&format!("{part}.remedy")), "{part}.remedy");
        }
        said += 1;
    }
    assert!(said > 40);
}

#[test]
fn the_page_on_aqua_names_every_key() {
    let page = std::fs::read_to_string(root().join("docs/reference/import-aqua.md")).unwrap();
    for key in import_aqua_keys() {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}
