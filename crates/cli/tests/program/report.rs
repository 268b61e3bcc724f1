//! The JSON report as others script against it, and what the table says beside it.

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::{application, debian};
use crate::run::{Program, ids, text};

fn scan_application() -> (Program, Value) {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let report = program.scan(&intelligence(), &["app.tar"]);
    (program, report)
}

fn finding<'a>(report: &'a Value, id: &str) -> &'a Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("{id} is not in {findings:?}"))
}

#[test]
fn a_finding_tells_package_versions_scores_and_layer() {
    let (_program, report) = scan_application();
    let lodash = finding(&report, "CVE-2021-23337");
    assert_eq!(lodash["kind"], "vulnerability");
    assert_eq!(lodash["aliases"], json!(["GHSA-35jh-r3h4-6jhm"]));
    assert_eq!(lodash["package"], json!({ "purl": "pkg:npm/lodash@4.17.20", "name": "lodash", "version": "4.17.20" }));
    assert_eq!(lodash["target"], "app/package-lock.json");
    assert_eq!((&lodash["status"], &lodash["fixed_version"]), (&"affected".into(), &"4.17.21".into()));
    assert_eq!(lodash["severity"], "high");
    assert_eq!(lodash["scores"][0]["vector"], "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H");
    assert_eq!(lodash["scores"][0]["score"].as_f64().map(|score| (score * 10.0).round()), Some(72.0));
    assert_eq!(lodash["kev"], false);
    assert!(lodash["epss"]["probability"].as_f64().is_some_and(|epss| (epss - 0.0074).abs() < 1e-6));
    assert_eq!(lodash["advisories"][0]["id"], "GHSA-35jh-r3h4-6jhm");
    assert_eq!(lodash["published"], "2021-05-06T16:05:51Z");
    assert_eq!((&lodash["layer"], &lodash["excepted_by"]), (&2.into(), &Value::Null));
    let busybox = finding(&report, "CVE-2023-42363");
    assert_eq!((&busybox["target"], &busybox["layer"]), (&"os".into(), &0.into()));
}

#[test]
fn a_finding_names_the_command_that_repairs_it() {
    let (program, report) = scan_application();
    assert!(text(&finding(&report, "CVE-2021-23337")["remedy"]).contains("lodash@4.17.21"));
    let remedy = text(&finding(&report, "CVE-2023-42363")["remedy"]);
    assert!(remedy.contains("apk") && remedy.contains("busybox"), "{remedy}");
    let intelligence = intelligence();
    let table = program.run(&["scan", "--intel", intelligence.to_str().unwrap(), "app.tar"]).stdout;
    assert!(table.contains("4.17.21") && table.contains(&remedy), "{table}");
}

#[test]
fn what_no_package_manager_can_repair_needs_another_base_image() {
    let program = Program::new();
    let package = "P:busybox\\nV:1.36.1-r15\\nA:x86_64\\no:busybox\\n\\n";
    let layer =
        format!("layer FROM\n  etc/os-release = ID=alpine\\nVERSION_ID=3.19.1\n  lib/apk/db/installed = {package}");
    program.write("distroless.tar", TestImages::parse(&layer, Storage::Gzip).docker_archive());
    let report = program.scan(&intelligence(), &["distroless.tar"]);
    let remedy = text(&finding(&report, "CVE-2023-42363")["remedy"]);
    assert!(remedy.contains("base image") && remedy.contains("1.36.1-r16"), "{remedy}");
}

#[test]
fn a_package_of_a_lower_layer_that_an_upper_one_removes_is_gone() {
    let (program, report) = scan_application();
    let lodash: Vec<&Value> =
        report["packages"].as_array().unwrap().iter().filter(|package| package["name"] == "lodash").collect();
    assert_eq!(lodash.len(), 1);
    assert_eq!(lodash[0]["version"], "4.17.20");
    assert_eq!(report["removed"], json!([{ "purl": "pkg:npm/lodash@4.17.19", "added_in": 1, "removed_in": 3 }]));
    assert!(!report["findings"].to_string().contains("4.17.19"));
    let table = program.run(&["scan", "app.tar"]).stdout;
    assert!(table.contains("1 package was removed by an upper layer"), "{table}");
}

#[test]
fn an_image_tells_its_layers_labels_and_user() {
    let (program, report) = scan_application();
    let layers = report["image"]["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 4);
    for layer in layers {
        assert!(text(&layer["digest"]).starts_with("sha256:") && text(&layer["diff_id"]).starts_with("sha256:"));
        assert_ne!(layer["digest"], layer["diff_id"]);
        assert!(layer["size_bytes"].as_u64() > Some(0));
        assert_eq!(layer["base"], Value::Null);
    }
    assert_eq!(layers[2]["created_by"], "RUN npm ci # buildkit");
    assert_eq!(report["image"]["labels"], json!({ "org.opencontainers.image.title": "shop" }));
    assert_eq!(report["image"]["user"], "");
    assert!(program.run(&["scan", "app.tar"]).stdout.contains("runs as root"));

    for (user, sentence) in [("app", "runs as app"), ("0:0", "runs as root"), ("root", "runs as root")] {
        let images =
            TestImages::parse(&format!("user {user}\nlayer FROM\n  etc/os-release = ID=alpine"), Storage::Plain);
        program.write("user.tar", images.docker_archive());
        assert_eq!(program.scan(&intelligence(), &["user.tar"])["image"]["user"], user);
        assert!(program.run(&["scan", "user.tar"]).stdout.contains(sentence), "{user}");
    }
}

#[test]
fn a_report_tells_target_system_verdict_and_intelligence() {
    let (_program, report) = scan_application();
    assert_eq!(report["schema"], "bulkhead.report/1");
    assert_eq!(report["target"]["name"], "app.tar");
    assert_eq!(report["target"]["platform"], "linux/amd64");
    assert!(text(&report["target"]["digest"]).starts_with("sha256:"));
    assert_eq!((&report["os"]["id"], &report["os"]["version"]), (&"alpine".into(), &"3.19.1".into()));
    assert!(text(&report["os"]["end_of_life"]).starts_with("2025-"));
    assert_eq!(report["verdict"], json!({ "decision": "not_judged", "policies": [] }));
    assert_eq!(report["intelligence"]["built"], "2024-05-01T00:00:00Z");
    assert_eq!(report["intelligence"]["sequence"], 1_714_521_600);
    assert!(report["intelligence"]["sources"].as_array().unwrap().len() >= 6);
    assert_eq!((&report["gaps"], &report["base"]), (&json!([]), &Value::Null));
    let package = &report["packages"].as_array().unwrap()[0];
    for field in ["purl", "name", "version", "ecosystem", "type", "licenses", "paths", "layer"] {
        assert!(!package[field].is_null(), "{field} of {package}");
    }
}

#[test]
fn a_repair_that_a_distribution_has_backported_is_no_finding() {
    let program = Program::new();
    program.write("debian.tar", debian().docker_archive());
    let report = program.scan(&intelligence(), &["debian.tar"]);
    // Upstream names 3.0.11 vulnerable to CVE-2022-3602 as NVD records it; Debian's build has the repair.
    assert_eq!(ids(&report), ["CVE-2023-5678", "CVE-2023-6237"]);
    let repaired = finding(&report, "CVE-2023-5678");
    assert_eq!(repaired["fixed_version"], "3.0.13-1~deb12u1");
    assert_eq!((&repaired["severity"], &repaired["severity_source"]), (&"medium".into(), &"debian".into()));
    let unimportant = finding(&report, "CVE-2023-6237");
    assert_eq!((&unimportant["severity"], &unimportant["vendor_severity"]), (&"low".into(), &"unimportant".into()));
    assert_eq!(unimportant["fixed_version"], Value::Null);
}

#[test]
fn a_release_without_advisories_is_a_gap_and_not_clean_by_silence() {
    let program = Program::new();
    let images = TestImages::parse(
        "layer FROM\n  etc/os-release = ID=alpine\\nVERSION_ID=3.1.0\n  lib/apk/db/installed = P:busybox\\nV:1.0-r0\\n\\n",
        Storage::Gzip,
    );
    program.write("old.tar", images.docker_archive());
    let report = program.scan(&intelligence(), &["old.tar"]);
    assert!(ids(&report).is_empty());
    assert!(report["gaps"].to_string().contains("3.1"), "{}", report["gaps"]);
}
