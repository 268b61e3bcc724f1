//! `--policy`, `--exceptions` and `bulkhead policy`: verdicts in pipelines.

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::Program;

/// A policy with these controls, in `p.yaml`.
fn write_policy(program: &Program, controls: &str) {
    program.write("p.yaml", format!("schema: bulkhead.policy/1\nname: gate\ncontrols:\n{controls}\n"));
}

/// An archive of `docker save` as pipelines scan it: the file's name says nothing, the name in it does.
#[test]
fn a_scope_takes_in_an_archive_by_the_name_of_the_image_in_it() {
    let program = Program::new();
    let mut images = application(Storage::Gzip);
    images.images[0].name = "app:1".into();
    program.write("app.tar", images.docker_archive());
    let policy = |repository: &str| {
        format!(
            "schema: bulkhead.policy/1\nname: gate\nscope:\n  variables: [{{attribute: image.repository, value: {repository}}}]\ncontrols:\n- {{control: malware}}\n"
        )
    };
    program.write("p.yaml", policy("library/app"));
    let (ran, report) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"]["policies"][0]["applied"], true);
    assert_eq!(report["image"]["names"], json!(["app:1"]));
    program.write("p.yaml", policy("library/other"));
    let (ran, _) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(1, &["no policy applies"]);
}

#[test]
fn reports_for_people_tell_the_verdict() {
    let program = with_image();
    write_policy(&program, "- {control: package.require, packages: [{name: not-there}]}");
    let formats =
        ["--policy", "p.yaml", "-f", "html=r.html", "-f", "junit=r.xml", "-f", "markdown=r.md", "-f", "sarif=r.sarif"];
    let (ran, _) = scan(&program, &[&formats[..], &["-f", "gitlab=gl.json"]].concat());
    ran.ended(1, &["package.require"]);
    for file in ["r.html", "r.xml", "r.md", "r.sarif", "gl.json"] {
        assert!(program.read(file).contains("package.require"), "{file}");
    }
}

#[test]
fn junit_is_red_exactly_where_the_exit_code_is() {
    let program = with_image();
    let failures = || program.read("r.xml").matches("<failure").count();
    let arguments = ["--policy", "p.yaml", "-f", "junit=r.xml"];
    write_policy(&program, "- {control: malware}");
    scan(&program, &arguments).0.ended(0, &[]);
    let text = program.read("r.xml");
    assert!(failures() == 0 && text.contains("CVE-2023-42363"), "{text}");
    assert!(text.contains("<skipped message=\"the policies let it pass"), "{text}");
    write_policy(&program, "- {control: package.require, packages: [{name: not-there}]}");
    scan(&program, &arguments).0.ended(1, &["package.require"]);
    assert!(failures() > 1, "{}", program.read("r.xml"));
    // A policy that denies without the pipeline's business.
    let policy = program.read("p.yaml").replace("name: gate\n", "name: gate\neffects: [record]\n");
    program.write("p.yaml", policy);
    scan(&program, &arguments).0.ended(0, &[]);
    assert_eq!(failures(), 0, "{}", program.read("r.xml"));
    // What could not be judged ends it whatever the policy does.
    let policy = program.read("p.yaml").replace(
        "- {control: package.require, packages: [{name: not-there}]}",
        "- {control: custom, cel: report.nothing == 1, message: m}",
    );
    program.write("p.yaml", policy);
    scan(&program, &arguments).0.ended(2, &["could not judge"]);
    assert!(failures() > 0, "{}", program.read("r.xml"));
    // A policy that only watches could not have ended it.
    program.write("p.yaml", program.read("p.yaml").replace("name: gate\n", "name: gate\nmode: audit\n"));
    scan(&program, &arguments).0.ended(0, &[]);
    let text = program.read("r.xml");
    assert!(failures() == 0 && text.contains("could not be asked"), "{text}");
}

fn with_image() -> Program {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program
}

fn scan(program: &Program, more: &[&str]) -> (crate::run::Ran, Value) {
    let intelligence = intelligence();
    let intelligence = intelligence.display().to_string();
    let mut arguments =
        vec!["scan", "--quiet", "--intel", &intelligence, "--now", "2026-06-01T00:00:00Z", "--format", "json=r.json"];
    arguments.extend(more);
    arguments.push("app.tar");
    let ran = program.run(&arguments);
    let report = serde_json::from_str(&program.read("r.json")).unwrap();
    (ran, report)
}

#[test]
fn a_pipeline_is_red_with_the_failed_controls_and_green_without() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}",
    );
    let (ran, report) = scan(&program, &["--detectors", "vulnerabilities", "--policy", "p.yaml"]);
    ran.ended(1, &["not compliant", "policy gate", "vulnerability.severity"]);
    assert_eq!(report["verdict"]["decision"], "non_compliant");
    assert_eq!(report["verdict"]["outcome"], "deny");
    let control = &report["verdict"]["policies"][0]["controls"][0];
    assert_eq!(control["decision"], "fail");
    assert_eq!(control["evidence"].as_array().unwrap().len(), report["findings"].as_array().unwrap().len());

    write_policy(&program, "- {control: malware}");
    let (ran, report) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"]["decision"], "compliant");
    let all = json!(["vulnerabilities", "secrets", "malware", "licenses", "misconfigurations"]);
    assert_eq!(report["detectors"], all, "what the policy asks for is looked for");

    let (ran, report) = scan(&program, &[]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"], json!({"decision": "not_judged", "policies": []}));
}

#[test]
fn what_is_hidden_is_judged_all_the_same() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}",
    );
    let (ran, _) = scan(&program, &["--policy", "p.yaml", "--severity", "none"]);
    ran.ended(1, &["not compliant"]);
}

#[test]
fn only_the_effect_that_is_chosen_occurs() {
    let program = with_image();
    let controls = "- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}";
    program
        .write("p.yaml", format!("schema: bulkhead.policy/1\nname: gate\neffects: [block]\ncontrols:\n{controls}\n"));
    let (ran, report) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"]["decision"], "non_compliant");
}

#[test]
fn exceptions_make_it_green_until_they_expire() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}",
    );
    let write = |expires: &str| {
        program.write(
            "e.yaml",
            format!(
                "schema: bulkhead.exceptions/1\nexceptions:\n- {{name: all, package: {{name: '*'}}, owner: o, reason: r, expires: {expires}}}\n"
            ),
        );
    };
    write("2026-12-31");
    let (ran, report) = scan(&program, &["--policy", "p.yaml", "--exceptions", "e.yaml"]);
    ran.ended(0, &[]);
    assert_eq!(report["verdict"]["outcome"], "excepted");
    assert_eq!(report["findings"][0]["excepted_by"], "all");
    write("2026-05-01");
    let (ran, report) = scan(&program, &["--policy", "p.yaml", "--exceptions", "e.yaml"]);
    ran.ended(1, &["not compliant"]);
    assert_eq!(report["verdict"]["exceptions"][0]["state"], "expired");
    let told = program.run(&["policy", "explain", "r.json", "--lang", "en"]);
    told.ended(0, &[]);
    assert!(
        program.run(&["policy", "explain", "r.json", "--lang", "en"]).stdout.contains("Exception all of o expired")
    );
}

#[test]
fn a_verdict_is_explained_in_english_and_japanese() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: superuser, clauses: ['NIST SP 800-190, 4.1.2']}\n- {control: label.require, labels: [{key: team}]}",
    );
    let (ran, _) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(1, &["not compliant"]);
    let english = program.run(&["policy", "explain", "r.json", "--lang", "en"]).stdout;
    for part in ["Not compliant.", "Policy gate denies it", "fail: label.require", "team", "What to do: set the labels"]
    {
        assert!(english.contains(part), "{part} is not in\n{english}");
    }
    let japanese = program.run(&["policy", "explain", "r.json", "--lang", "ja"]).stdout;
    for part in ["非準拠です。", "不合格: label.require", "対処: "] {
        assert!(japanese.contains(part), "{part} is not in\n{japanese}");
    }
    let converted = program.run(&["convert", "--format", "json", "r.json"]).stdout;
    assert_eq!(converted, program.read("r.json"), "a verdict survives being read and written");
}

#[test]
fn mistakes_in_policies_end_with_2_and_say_where() {
    let program = with_image();
    write_policy(&program, "- {control: suporuser}");
    let run = |arguments: &[&str]| program.run(&[&["scan", "--quiet"], arguments, &["app.tar"]].concat());
    run(&["--policy", "p.yaml"]).ended(2, &["p.yaml:4", "`suporuser`", "the nearest is `superuser`"]);
    run(&["--policy", "srtict"]).ended(2, &["srtict is neither a file nor a built-in policy", "strict"]);
    run(&["--policy", "no/such.yaml"]).ended(2, &["no/such.yaml"]);
    write_policy(&program, "- {control: custom, cel: report.nothing == 1, message: m}");
    run(&["--policy", "p.yaml"]).ended(2, &["policy gate could not judge", "nothing"]);
}

#[test]
fn policies_are_checked_and_shown() {
    let program = Program::new();
    write_policy(&program, "- {control: cvss.maximum_score, score: 7}\n- {control: cvss.maximum_score, score: 9}");
    let ran = program.run(&["policy", "check", "p.yaml", "--lang", "en"]);
    assert!(ran.stdout.starts_with("p.yaml:5: cvss.maximum_score never decides anything"), "{}", ran.stdout);
    ran.ended(1, &["1 thing to mend"]);
    program.run(&["policy", "check", "strict", "default", "pci-dss", "hipaa", "nist-sp-800-190"]).ended(0, &[]);
    let shown = program.run(&["policy", "show", "strict"]).stdout;
    program.write("own.yaml", &shown);
    program.run(&["policy", "check", "own.yaml"]).ended(0, &[]);
    assert!(program.run(&["policy", "schema"]).stdout.contains("\"title\": \"Bulkhead policy\""));
}

#[test]
fn profiles_of_images_are_checked_as_well() {
    let program = Program::new();
    program.write("profile.json", r#"{"schema": "bulkhead.profile/1", "name": "shop", "drift": "block"}"#);
    program.run(&["policy", "check", "profile.json", "strict"]).ended(0, &[]);
    program.write("profile.json", "{\"schema\": \"bulkhead.profile/1\",\n \"name\": \"shop\", \"drift\": \"stop\"}");
    program.run(&["policy", "check", "profile.json"]).ended(2, &["profile.json:2: `stop` is not a value of `drift`"]);
    assert!(program.run(&["policy", "schema", "profile"]).stdout.contains("\"title\": \"Bulkhead profile\""));
}

#[test]
fn a_policy_of_aqua_is_imported_key_by_key() {
    let program = with_image();
    program.write(
        "aqua.json",
        r#"{"name": "prod", "fail_cicd": true, "only_none_root_users": true, "dta_enabled": true,
            "required_labels": [{"key": "team", "value": "shop"}]}"#,
    );
    let ran = program.run(&["policy", "import", "aqua", "aqua.json", "--output", "p.yaml", "--lang", "en"]);
    ran.ended(0, &["only_none_root_users → superuser", "dta_enabled: not mapped", "required_labels → label.require"]);
    let (ran, report) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(1, &["policy prod"]);
    assert_eq!(report["verdict"]["policies"][0]["name"], "prod");
}

#[test]
fn ignore_files_of_trivy_are_exceptions_until_their_end() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}",
    );
    let arguments = ["--detectors", "vulnerabilities", "--policy", "p.yaml", "--exceptions"];
    program.write(".trivyignore", "# we do not use template()\nCVE-2021-23337\nCVE-2023-42363 exp:2026-06-02\n");
    let (ran, report) = scan(&program, &[&arguments[..], &[".trivyignore"]].concat());
    ran.ended(0, &[]);
    let used = &report["verdict"]["exceptions"][0];
    assert_eq!((&used["name"], &used["state"]), (&json!(".trivyignore:2"), &json!("used")));
    assert_eq!((&used["reason"], &used["expires"]), (&json!("we do not use template()"), &json!("never")));
    program.write(".trivyignore", "CVE-2021-23337\nCVE-2023-42363 exp:2026-06-01\n");
    let (ran, report) = scan(&program, &[&arguments[..], &[".trivyignore"]].concat());
    ran.ended(1, &["not compliant"]);
    let expired = &report["verdict"]["exceptions"][1];
    assert_eq!((&expired["state"], &expired["findings"]), (&json!("expired"), &json!(1)));
    let told = program.run(&["policy", "explain", "r.json", "--lang", "en"]);
    assert!(told.stdout.contains("Exception .trivyignore:2 of .trivyignore expired"), "{}", told.stdout);

    let yaml = "vulnerabilities:\n  - id: CVE-2021-23337\n    paths: [app/*.json]\n  - id: CVE-2023-42363\n    purls: [pkg:apk/alpine/busybox]\n    statement: s\n    expired_at: 2027-01-01\n";
    program.write("list.yaml", yaml);
    scan(&program, &[&arguments[..], &["list.yaml"]].concat()).0.ended(0, &[]);
    program.write("list.yaml", yaml.replace("app/*.json", "'*.json'"));
    scan(&program, &[&arguments[..], &["list.yaml"]].concat()).0.ended(1, &["not compliant"]);
    let wrong = |name: &str, text: &[u8], words: &[&str]| {
        program.write(name, text);
        let ran = program.run(&["scan", "--exceptions", name, "app.tar"]);
        ran.ended(2, words);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    };
    wrong(
        "trivyignore.yaml",
        b"secrets:\n  - id: a\n    expires: 2026-01-01\n",
        &["trivyignore.yaml:3", "expires", "expired_at"],
    );
    wrong(".trivyignore", b"CVE-1 exp:someday\n", &[".trivyignore:1", "exp", "2026-12-31"]);
    wrong(".trivyignore", &[0xff, 0xfe, b'C', 0], &["UTF-8"]);
    wrong("trivyignore.yaml", "[".repeat(100_000).as_bytes(), &["trivyignore.yaml:1"]);
    wrong(".trivyignore", "CVE-1\n".repeat(10_001).as_bytes(), &["more than 10000 entries"]);
    wrong(".trivyignore", &vec![b'#'; 5 << 20], &["larger than 4 MiB"]);
}

#[test]
fn the_verdict_lists_every_reason_with_its_control_and_evidence() {
    let program = with_image();
    write_policy(&program, "- {control: superuser}\n- {control: vulnerability.severity, at_least: high, action: warn}");
    let (ran, report) = scan(&program, &["--policy", "p.yaml"]);
    ran.ended(1, &[]);
    let reasons = report["verdict"]["reasons"].as_array().unwrap();
    let facts: Vec<_> = reasons.iter().map(|reason| (&reason["control"], &reason["decision"])).collect();
    let (fail, warn) = (json!("fail"), json!("warn"));
    assert_eq!(facts, [(&json!("superuser"), &fail), (&json!("vulnerability.severity"), &warn)]);
    let vulnerabilities = &reasons[1];
    assert_eq!(vulnerabilities["code"], "verdict.vulnerability.severity");
    assert_eq!(vulnerabilities["remedy"], "verdict.vulnerability.severity.remedy");
    assert_eq!(vulnerabilities["parameters"]["severity"], "high");
    assert_eq!(vulnerabilities["evidence"][0]["id"], "CVE-2021-23337");
    assert_eq!(vulnerabilities["policy"], "gate");
    // A report that is read again says the same.
    assert_eq!(program.run(&["convert", "--format", "json", "r.json"]).stdout, program.read("r.json"));
}

#[test]
fn checks_in_ignore_files_may_be_spelled_as_trivy_does() {
    let program = Program::new();
    program.write("repo/Dockerfile", "FROM debian:12\nUSER root\n");
    program.write(".trivyignore", "DS002\n");
    program.write("trivyignore.yaml", "misconfigurations:\n  - id: AVD-DS-0002\n    paths: ['**/Dockerfile']\n");
    let covered_by = |file: &str| -> Vec<String> {
        let more = ["scan", "--detectors", "misconfigurations", "--format", "json", "--exceptions", file, "dir:repo"];
        let report = program.run(&more).json();
        let findings = report["findings"].as_array().unwrap();
        let covered = findings.iter().filter(|finding| !finding["excepted_by"].is_null());
        covered.map(|finding| format!("{} {}", finding["id"], finding["excepted_by"]).replace('"', "")).collect()
    };
    assert_eq!(covered_by(".trivyignore"), ["BHD-DOCKER-0002 .trivyignore:1"]);
    assert_eq!(covered_by("trivyignore.yaml"), ["BHD-DOCKER-0002 trivyignore.yaml:2"]);
}

#[test]
fn names_of_checks_and_licenses_that_do_not_exist_are_told_with_the_nearest() {
    let program = Program::new();
    write_policy(
        &program,
        "- {control: misconfiguration.id, ids: [BHD-DOKER-0002, AVD-DS-0002]}\n- {control: license.deny, names: [GPL-3.0, Apache2.0, 'LGPL-*']}",
    );
    let ran = program.run(&["policy", "check", "p.yaml", "--lang", "en"]);
    ran.ended(1, &["2 things to mend"]);
    for sentence in [
        "p.yaml:4: misconfiguration.id names the check BHD-DOKER-0002, which does not exist; the nearest is BHD-DOCKER-0002",
        "p.yaml:5: license.deny names the license Apache2.0, which is not on the list of SPDX; the nearest is Apache-2.0",
    ] {
        assert!(ran.stdout.contains(sentence), "{}", ran.stdout);
    }
    let japanese = program.run(&["policy", "check", "p.yaml", "--lang", "ja"]).stdout;
    assert!(japanese.contains("チェックBHD-DOKER-0002は存在しません"), "{japanese}");
}

/// Whoever empties the list of packages, or takes it away, has nothing to gain: nobody knows what is in the image.
#[test]
fn an_image_whose_packages_nobody_knows_passes_no_policy_that_asks_for_vulnerabilities() {
    let program = Program::new();
    let debian = "  etc/os-release = ID=debian\\nVERSION_ID=\"12\"\\n\n";
    let package = "Package: openssl\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: amd64\\n\n";
    let whole = format!("layer ADD /\n{debian}  var/lib/dpkg/status = {package}");
    for upper in ["layer RUN empty\n  var/lib/dpkg/status = \n", "layer RUN rm\n  var/lib/dpkg/.wh.status\n"] {
        let image = TestImages::parse(&format!("{whole}{upper}"), Storage::Gzip);
        program.write("app.tar", image.oci_archive());
        for policy in ["default", "strict", "pci-dss", "hipaa", "nist-sp-800-190"] {
            let (ran, report) = scan(&program, &["--detectors", "vulnerabilities", "--policy", policy]);
            ran.ended(1, &["not compliant"]);
            let codes = report["verdict"]["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str());
            assert!(codes.clone().any(|code| code == Some("verdict.packages_unknown")), "{policy} {upper}: {report}");
        }
        let japanese = program.run(&["policy", "explain", "r.json", "--lang", "ja"]).stdout;
        assert!(japanese.contains("システムのパッケージが不明です"), "{japanese}");
    }
    // Nor one whose packages are told in a way that is not read.
    for id in ["arch", "bottlerocket", "tinyos"] {
        let image = TestImages::parse(&format!("layer ADD /\n  etc/os-release = ID={id}\\n\n"), Storage::Gzip);
        program.write("app.tar", image.oci_archive());
        let (ran, report) = scan(&program, &["--detectors", "vulnerabilities", "--policy", "default"]);
        ran.ended(1, &["not compliant"]);
        assert!(report["verdict"]["reasons"].to_string().contains("verdict.packages_unknown"), "{id}: {report}");
        let japanese = program.run(&["policy", "explain", "r.json", "--lang", "ja"]).stdout;
        assert!(japanese.contains("システムのパッケージが不明です"), "{japanese}");
    }
}

#[test]
fn severities_are_the_readers_words() {
    let program = with_image();
    write_policy(&program, "- {control: vulnerability.severity, at_least: high}");
    scan(&program, &["--policy", "p.yaml"]).0.ended(1, &[]);
    let japanese = program.run(&["policy", "explain", "r.json", "--lang", "ja"]).stdout;
    assert!(japanese.contains("深刻度が「高」以上"), "{japanese}");
}

#[test]
fn custom_checks_are_looked_through_without_a_target() {
    let program = with_image();
    write_policy(
        &program,
        "- {control: custom, message: m, cel: \"report.findings.all(f, f.severty != 'high')\"}\n- {control: custom, message: m, cel: \"true\"}\n- {control: cve.deny, ids: [log4shell]}\n- control: custom.rego\n  rego: |\n    package main\n    deny contains input.target.nme if startwith(input.target.name, \"a\")",
    );
    let ran = program.run(&["policy", "check", "p.yaml", "--lang", "en"]);
    for (line, words) in [
        (
            4,
            "custom asks for report.findings[].severty, which no report has; the nearest is report.findings[].severity",
        ),
        (5, "custom never asks the report"),
        (6, "cve.deny names LOG4SHELL, which is the id of no advisory"),
        (7, "custom.rego asks for input.target.nme, which no report has; the nearest is input.target.name"),
        (7, "custom.rego calls startwith, which checks in Rego cannot call"),
    ] {
        assert!(ran.stdout.contains(&format!("p.yaml:{line}: {words}")), "{}", ran.stdout);
    }
    ran.ended(1, &["5 things to mend"]);
}

#[test]
fn why_a_custom_check_gave_no_answer_is_said_in_the_readers_language() {
    let program = with_image();
    let doubling = format!("size(['{}']{}) == 0", "a".repeat(2000), ".map(x, x + x)".repeat(16));
    for (expression, english, japanese) in [
        ("report.image.labels.nobody == 'a'", "the report has no “nobody”", "レポートに「nobody」がありません"),
        ("report.target.name", "it gives no truth value", "真偽値を返しません"),
        (doubling.as_str(), "at most 10000000 are allowed", "ステップを超えます"),
    ] {
        write_policy(&program, &format!("- {{control: custom, message: m, cel: \"{expression}\"}}"));
        scan(&program, &["--policy", "p.yaml"]).0.ended(2, &["custom"]);
        let explain = |language| program.run(&["policy", "explain", "r.json", "--lang", language]).stdout;
        assert!(explain("en").contains(english), "{}", explain("en"));
        assert!(explain("ja").contains(japanese), "{}", explain("ja"));
    }
}

#[test]
fn a_scope_over_labels_says_which_label() {
    let program = with_image();
    program.write(
        "p.yaml",
        "schema: bulkhead.policy/1\nname: gate\nscope:\n  variables: [{attribute: image.label, value: shop}]\ncontrols:\n- {control: malware}\n",
    );
    program.run(&["scan", "--policy", "p.yaml", "app.tar"]).ended(2, &["p.yaml:4", "image.label", "needs `name`"]);
}

/// A policy of Aqua that does not say what shall happen is not one in which nothing happens.
#[test]
fn what_an_imported_policy_does_is_told_where_it_does_not_say() {
    let program = with_image();
    let import = |effects: &str| {
        program.write("aqua.json", format!("{{\"name\": \"prod\", {effects} \"only_none_root_users\": true}}"));
        program.run(&["policy", "import", "aqua", "aqua.json", "--output", "p.yaml", "--lang", "en"])
    };
    import("").ended(0, &["none of them is in the document, so that the policy has every effect (mode: enforce)"]);
    scan(&program, &["--policy", "p.yaml"]).0.ended(1, &["policy prod"]);
    import("\"fail_cicd\": false,").ended(0, &["none of them is on, so that nothing fails or is blocked"]);
    scan(&program, &["--policy", "p.yaml"]).0.ended(0, &[]);
}
