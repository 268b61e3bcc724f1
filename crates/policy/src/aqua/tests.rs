use super::*;

#[test]
fn a_policy_is_imported_and_every_key_is_told() {
    let text = r#"{
        "name": "prod", "assurance_type": "image", "enabled": true, "block_failed": true, "fail_cicd": true,
        "audit_on_failure": false, "maximum_score_enabled": true, "maximum_score": 7.5,
        "maximum_score_exclude_no_fix": true, "ignore_recently_published_vln": true,
        "ignore_recently_published_vln_period": 14, "cves_black_list_enabled": true,
        "cves_black_list": ["CVE-2021-44228"], "disallow_malware": true, "only_none_root_users": true,
        "packages_black_list": [{"name": "log4j-core", "version_range": "<2.17.1", "arch": "x"}],
        "dta_enabled": true, "scap_enabled": false, "auto_scan_enabled": true, "cvs_severity": "high",
        "scope": {"expression": "v1 && v2", "variables": [{"attribute": "image.repo", "value": "shop/*"},
            {"attribute": "image.label", "name": "team", "value": "a"}]}}"#;
    let imported = import_aqua("a.json", text).unwrap();
    let policy = crate::read_policy("p.yaml", &imported.policy).unwrap();
    assert_eq!(policy.name, "prod");
    assert_eq!(policy.scope.as_ref().unwrap().expression(), "v1 && v2");
    let controls: Vec<&str> = policy.controls.iter().map(|control| control.control).collect();
    assert_eq!(controls, ["cvss.maximum_score", "cve.deny", "package.deny", "malware", "superuser"]);
    let fate = |key: &str| {
        let found: Vec<_> = imported.keys.iter().filter(|told| told.key == key).collect();
        assert_eq!(found.len(), 1, "{key}");
        (found[0].code, found[0].detail.as_str())
    };
    assert_eq!(fate("maximum_score"), ("import.mapped", "cvss.maximum_score"));
    assert_eq!(fate("audit_on_failure").0, "import.off");
    assert_eq!(fate("dta_enabled").0, "import.other_part");
    assert_eq!(fate("cvs_severity"), ("import.unknown", "cvss_severity"));
    assert_eq!(fate("packages_black_list[0].arch"), ("import.wider", "x"));
    let document: Value = serde_json::from_str(text).unwrap();
    for key in document.as_object().unwrap().keys() {
        assert!(imported.keys.iter().any(|told| told.key.split(['.', '[']).next() == Some(key)), "{key}");
    }
}

/// What an import leaves out is told, and what it keeps asks for no less.
#[test]
fn entries_that_say_too_little_are_told_and_the_others_count() {
    let told = |members: &str| {
        let imported =
            import_aqua("a.json", &format!("{{\"name\": \"p\", \"only_none_root_users\": true, {members}}}")).unwrap();
        crate::read_policy("p.yaml", &imported.policy).unwrap();
        let keys = imported.keys.iter().filter(|told| !told.code.starts_with("import.effects"));
        let told =
            keys.map(|told| format!("{} {} {}", told.key, told.code, told.detail)).collect::<Vec<_>>().join("\n");
        (told, imported.policy)
    };
    for (members, expected) in [
        (
            r#""kubernetes_controls": [{"name": "a", "enabled": true}]"#,
            "kubernetes_controls[0] import.incomplete avd_id",
        ),
        (r#""required_labels": [{"value": "a"}, {"key": "k"}]"#, "required_labels[0] import.incomplete key"),
        (
            r#""trusted_base_images": [{"registry": "r"}, {"imagename": "a"}]"#,
            "trusted_base_images[0] import.incomplete imagename",
        ),
        (
            r#""packages_black_list": [{"name": "a", "version": "1", "version_range": ">=2"}]"#,
            "packages_black_list[0].version import.wider 1",
        ),
        (r#""blacklisted_licenses": ["GPL v3", "MIT"]"#, "blacklisted_licenses[0] import.no_license GPL v3 (GPL-1.0)"),
        (
            r#""packages_black_list": [{"name": "a", "version": "1"}]"#,
            "packages_black_list[0].version import.any_release 1",
        ),
    ] {
        let (told, _) = told(members);
        assert!(told.lines().any(|line| line == expected), "{members}:\n{told}");
        assert!(!told.contains("kubernetes_controls import.off"), "{told}");
    }
    assert!(told(r#""packages_black_list": [{"name": "a", "version": "1"}]"#).1.contains("=1-*"));
    assert!(told(r#""disallow_malware": true, "exceptional_monitored_malware_paths": ["/"]"#).1.contains(r#"["*"]"#));
}

#[test]
fn wrong_values_are_told_where_they_stand() {
    let error =
        |members: &str| import_aqua("a.json", &format!("{{\"name\": \"p\",\n{members}}}")).unwrap_err().to_string();
    for (members, expected) in [
        (
            r#""disallow_malware": true, "disallow_malware": false"#,
            "a.json:2: this is no JSON: `disallow_malware` is on line 2",
        ),
        (
            r#""ignore_recently_published_vln": true, "ignore_recently_published_vln_period": -3"#,
            "a.json:2: `ignore_recently_published_vln_period` must be a number of days",
        ),
        (
            r#""scope": {"variables": [{"attribute": "image.repo", "value": ""}]}"#,
            "a.json:2: `scope.variables[0].value` must be a text",
        ),
    ] {
        assert!(error(members).starts_with(expected), "{}", error(members));
    }
}

#[test]
fn what_is_no_policy_is_told() {
    let error = |text: &str| import_aqua("a.json", text).unwrap_err().to_string();
    assert!(error("{\n\"name\": }").starts_with("a.json:2: this is no JSON"));
    assert!(error("[]").contains("a JSON object"));
    assert!(error(r#"{"name": "x"}"#).contains("nothing to import"));
    assert!(error(r#"{"name": "x", "maximum_score": "much"}"#).contains("`maximum_score` must be a number"));
    assert!(error(r#"{"name": "x", "maximum_score_enabled": true, "maximum_score": 11}"#).contains("from 0 to 10"));
    assert!(error(r#"{"name": "x", "cves_black_list": "CVE-1"}"#).contains("a list of texts"));
}

#[test]
fn an_error_names_the_line_of_its_key() {
    let error = |text: &str| import_aqua("a.json", text).unwrap_err().to_string();
    let text = "{\n \"name\": \"x\",\n \"scope\": {},\n \"maximum_score_enabled\": \"yes\"\n}";
    assert!(error(text).starts_with("a.json:4: `maximum_score_enabled`"), "{}", error(text));
    let text = "{\n \"name\": \"x\",\n \"maximum_score_enabled\": true\n}";
    assert!(error(text).starts_with("a.json:3: `maximum_score`"), "the key that asks for it: {}", error(text));
    assert!(error("{\n \"name\": \"\"\n}").starts_with("a.json:2: "));
}

#[test]
fn an_expression_that_does_not_read_is_an_error_of_the_document() {
    let text = "{\"name\": \"x\", \"only_none_root_users\": true,\n \"scope\": {\"expression\": \"v1 && v3\",
        \"variables\": [{\"attribute\": \"image.name\", \"value\": \"a\"}]}}";
    let error = import_aqua("a.json", text).unwrap_err().to_string();
    assert!(error.starts_with("a.json:2: `scope.expression` must be"), "{error}");
}

#[test]
fn a_scope_that_is_not_understood_makes_the_policy_apply_to_more() {
    let text = r#"{"name": "x", "block_failed": true, "only_none_root_users": true,
        "scope": {"expression": "v1", "variables": [{"attribute": "aqua.registry", "value": "hub"}]}}"#;
    let imported = import_aqua("a.json", text).unwrap();
    assert!(crate::read_policy("p.yaml", &imported.policy).unwrap().scope.is_none());
    assert!(imported.keys.iter().any(|key| key.key == "scope" && key.code == "import.wider"));
}
