//! `scan --vex`: who says what of a vulnerability, and what that does to findings, verdicts and reports.

use serde_json::{Value, json};
use test_support::Storage;

use crate::feeds::intelligence;
use crate::images::application;
use crate::run::{Program, Ran};

/// A home with an image in which lodash and busybox have a vulnerability each, and a policy that allows none.
fn with_image() -> Program {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.write(
        "p.yaml",
        "schema: bulkhead.policy/1\nname: gate\ncontrols:\n- {control: vulnerability.severity, severities: [critical, high, medium, low, none, unknown]}\n",
    );
    program
}

fn scan(program: &Program, more: &[&str]) -> Ran {
    let intelligence = intelligence().display().to_string();
    let mut arguments = vec!["scan", "--detectors", "vulnerabilities", "--intel", &intelligence];
    arguments.extend(["--now", "2026-06-01T00:00:00Z", "--format", "json=r.json"]);
    arguments.extend(more);
    arguments.push("app.tar");
    program.run(&arguments)
}

fn finding(program: &Program, id: &str) -> Value {
    let report: Value = serde_json::from_str(&program.read("r.json")).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["id"] == id).unwrap().clone()
}

fn openvex(statements: Value) -> String {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://shop.example/vex/1", "author": "Shop Security",
        "timestamp": "2026-05-01T00:00:00Z", "version": 1, "statements": statements,
    })
    .to_string()
}

fn not_affected(product: &str, id: &str) -> Value {
    json!({ "vulnerability": { "name": id }, "products": [{ "@id": product }],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path" })
}

#[test]
fn what_vex_settles_fails_no_policy_and_stays_visible_in_every_format() {
    let program = with_image();
    scan(&program, &["--policy", "p.yaml"]).ended(1, &["not compliant"]);
    program.write(
        "v.json",
        openvex(json!([
            not_affected("pkg:npm/lodash@4.17.20", "CVE-2021-23337"),
            { "vulnerability": { "name": "CVE-2023-42363" }, "products": [{ "@id": "pkg:apk/alpine/busybox" }], "status": "fixed" },
        ])),
    );
    let formats = ["--format", "sarif=r.sarif", "--format", "cyclonedx=r.cdx", "--format", "html=r.html"];
    let more = ["--format", "markdown=r.md", "--format", "junit=r.xml", "--format", "table", "--lang", "en"];
    let ran = scan(&program, &[&["--vex", "v.json", "--policy", "p.yaml"], &formats[..], &more[..]].concat());
    ran.ended(0, &[]);
    assert!(!ran.stderr.contains("matches nothing"), "{}", ran.stderr);

    let lodash = finding(&program, "CVE-2021-23337");
    assert_eq!(lodash["status"], "not_affected");
    let vex = json!({ "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "author": "Shop Security",
                      "timestamp": "2026-05-01T00:00:00Z", "document": "https://shop.example/vex/1", "vendor_status": "affected" });
    assert_eq!(lodash["vex"], vex);
    assert_eq!(finding(&program, "CVE-2023-42363")["status"], "fixed");

    let said = "not affected, says Shop Security: vulnerable_code_not_in_execute_path";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    let counted = "2 vulnerabilities are settled by VEX statements: 1 not affected, 1 repaired.";
    assert!(ran.stdout.contains(counted), "{}", ran.stdout);
    let html = program.read("r.html");
    assert!(html.contains(said) && html.contains(counted), "{html}");
    assert!(program.read("r.md").contains("says Shop Security"));
    assert!(program.read("r.xml").contains(&format!("<skipped message=\"{said}\"")));
    let sarif: Value = serde_json::from_str(&program.read("r.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let lodash = results.iter().find(|result| result["ruleId"] == "CVE-2021-23337").unwrap();
    assert_eq!(lodash["suppressions"][0]["justification"], format!("VEX: {said}"));
    let bill: Value = serde_json::from_str(&program.read("r.cdx")).unwrap();
    let rows = bill["vulnerabilities"].as_array().unwrap();
    let analysis = &rows.iter().find(|row| row["id"] == "CVE-2021-23337").unwrap()["analysis"];
    assert_eq!(
        (&analysis["state"], &analysis["justification"]),
        (&json!("not_affected"), &json!("code_not_reachable"))
    );
    assert_eq!(analysis["detail"], format!("not_affected; {said}"));

    // What one scan wrote another reads: the bill is a VEX document as well.
    scan(&program, &["--vex", "r.cdx", "--policy", "p.yaml"]).ended(0, &[]);
    assert_eq!(finding(&program, "CVE-2021-23337")["vex"]["justification"], "code_not_reachable");
    // And a saved report keeps all of it.
    let again = program.run(&["convert", "--format", "json", "r.json"]);
    assert_eq!(again.stdout, program.read("r.json"));
}

#[test]
fn csaf_and_cyclonedx_say_the_same_as_openvex() {
    let program = with_image();
    program.write(
        "csaf.json",
        json!({
            "document": { "category": "csaf_vex", "csaf_version": "2.0", "publisher": { "name": "Vendor" },
                          "tracking": { "id": "V-1", "current_release_date": "2026-05-01T00:00:00Z" } },
            "product_tree": { "branches": [{ "category": "product_version", "name": "4.17.20", "product": {
                "product_id": "lodash", "name": "lodash", "product_identification_helper": { "purl": "pkg:npm/lodash@4.17.20" } } }] },
            "vulnerabilities": [{ "cve": "CVE-2021-23337", "product_status": { "known_not_affected": ["lodash"] },
                "flags": [{ "label": "component_not_present", "product_ids": ["lodash"] }] }],
        })
        .to_string(),
    );
    program.write(
        "cdx.json",
        json!({
            "bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
            "vulnerabilities": [{ "id": "CVE-2023-42363", "analysis": { "state": "in_triage", "detail": "we look" },
                "affects": [{ "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:apk/alpine/busybox@1.36.1-r15" }] }],
        })
        .to_string(),
    );
    scan(&program, &["--vex", "csaf.json", "--vex", "cdx.json"]).ended(0, &[]);
    let lodash = finding(&program, "CVE-2021-23337");
    assert_eq!((&lodash["status"], &lodash["vex"]["author"]), (&json!("not_affected"), &json!("Vendor")));
    assert_eq!(lodash["vex"]["justification"], "component_not_present");
    let busybox = finding(&program, "CVE-2023-42363");
    assert_eq!((&busybox["status"], &busybox["vex"]["detail"]), (&json!("under_investigation"), &json!("we look")));
}

#[test]
fn an_image_is_a_product_by_its_digest_and_only_by_the_right_one() {
    let program = with_image();
    scan(&program, &[]).ended(0, &[]);
    let report: Value = serde_json::from_str(&program.read("r.json")).unwrap();
    let digest = report["target"]["digest"].as_str().unwrap().to_owned();
    let product = format!("pkg:oci/app@{}", digest.replace(':', "%3A"));
    let part = json!([{ "vulnerability": { "name": "CVE-2021-23337" }, "status": "not_affected",
        "products": [{ "@id": product, "subcomponents": [{ "@id": "pkg:npm/lodash" }] }] }]);
    program.write("v.json", openvex(part));
    scan(&program, &["--vex", "v.json"]).ended(0, &[]);
    assert_eq!(finding(&program, "CVE-2021-23337")["status"], "not_affected");
    let other = format!("pkg:oci/app@sha256%3A{}", "0".repeat(64));
    program.write("v.json", openvex(json!([not_affected(&other, "CVE-2021-23337")])));
    let ran = scan(&program, &["--vex", "v.json"]);
    ran.ended(0, &["note: v.json: statement 1 (CVE-2021-23337: not_affected for pkg:oci/app@sha256:000"]);
    assert_eq!(finding(&program, "CVE-2021-23337")["status"], "affected");
}

#[test]
fn later_statements_override_earlier_ones_and_those_without_effect_are_named() {
    let program = with_image();
    let at = |time: &str, status: &str| {
        json!({ "vulnerability": { "name": "CVE-2021-23337" }, "products": [{ "@id": "pkg:npm/lodash" }],
                "status": status, "timestamp": time })
    };
    program.write("a.json", openvex(json!([at("2026-03-01T00:00:00Z", "affected")])));
    let rows = json!([at("2026-02-01T00:00:00Z", "not_affected"), not_affected("pkg:npm/left-pad", "CVE-2021-23337")]);
    program.write("b.json", openvex(rows));
    let ran = scan(&program, &["--vex", "b.json", "--vex", "a.json"]);
    ran.ended(
        0,
        &["b.json: statement 2 (CVE-2021-23337: not_affected for pkg:npm/left-pad) matches nothing in this report"],
    );
    assert!(!ran.stderr.contains("statement 1"), "{}", ran.stderr);
    assert_eq!(finding(&program, "CVE-2021-23337")["status"], "affected");
    program.write("empty.json", openvex(json!([])));
    scan(&program, &["--vex", "empty.json"]).ended(0, &["empty.json: the VEX document makes no statement"]);
    let many: Vec<Value> = (0..30).map(|at| not_affected("pkg:npm/x", &format!("CVE-2020-{at:04}"))).collect();
    program.write("many.json", openvex(many.into()));
    let ran = scan(&program, &["--vex", "many.json"]);
    ran.ended(0, &["10 more VEX statements match nothing in this report"]);
    assert_eq!(scan(&program, &["--quiet", "--vex", "many.json"]).stderr, "");
}

#[test]
fn wrong_documents_end_with_2_and_one_sentence() {
    let program = with_image();
    let check = |bytes: &[u8], words: &[&str]| {
        program.write("v.json", bytes);
        let ran = scan(&program, &["--vex", "v.json"]);
        ran.ended(2, &["cannot read the VEX document v.json"]).ended(2, words);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    };
    check(b"", &["it is empty"]);
    check(b"{\"a\": 1}", &["OpenVEX, CSAF 2.0 and CycloneDX (1.4 to 1.6) VEX documents are read"]);
    check(b"<VEX/>", &["it is XML"]);
    check(&[0xff, 0xfe, b'{', 0], &["it is no UTF-8 text"]);
    let deep = format!(
        "{{\"document\": {{\"csaf_version\": \"2.0\"}}, \"product_tree\": {}{{}}{}",
        "{\"branches\": [".repeat(50_000),
        "]}".repeat(50_000) + "}"
    );
    check(deep.as_bytes(), &["recursion limit"]);
    check(
        b"{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"statements\": [{\"status\": \"fixed\"}]}",
        &["line 1, `statements[0].vulnerability`: statement 1 names no vulnerability"],
    );
    check(
        b"{\"@context\": \"https://openvex.dev/ns/v0.2.0\",\n\"statements\": [\n{\"vulnerability\": \"CVE-1\",\n\"status\": \"fine\"}]}",
        &["line 4, `statements[0].status`: statement 1 has the status `fine`"],
    );
    check(
        b"{\"@context\": \"https://openvex.dev/ns/v0.2.0\",\n\"statements\": [\n{\"status\": 7}]}",
        &["v.json", "line 3, `statements[0].status`: invalid type: integer `7`"],
    );
    check(
        b"{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"vulnerabilities\": [\n{\"id\": \"CVE-1\",\n\"analysis\": {\n\"state\": \"x\"}}]}",
        &["line 4, `vulnerabilities[0].analysis.state`: vulnerability 1 has the state `x`"],
    );
    check(
        b"{\"document\": {\"csaf_version\": \"2.0\"}, \"vulnerabilities\": [\n{\"product_status\": {\"fixed\": [\"a\"]}}]}",
        &["line 2, `vulnerabilities[0]`: vulnerability 1 has neither `cve` nor `ids`"],
    );
    scan(&program, &["--vex", "missing.json"]).ended(2, &["missing.json", "No such file"]);
    std::fs::create_dir(program.path("folder")).unwrap();
    scan(&program, &["--vex", "folder"]).ended(2, &["folder", "directory"]);
    let large = std::fs::File::create(program.path("large.json")).unwrap();
    large.set_len(200 << 20).unwrap();
    scan(&program, &["--vex", "large.json"]).ended(2, &["it is larger than 64 MiB"]);
}
