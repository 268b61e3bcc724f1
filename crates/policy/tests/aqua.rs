//! Policies as Aqua documents its fields, imported and judged by: one key family a row.

#![allow(clippy::unwrap_used, reason = "what these tests need is there, or the test fails")]

mod sample;

use model::{Decision, Finding, ScanReport};
use policy::{Facts, import_aqua, read_policy};
use sample::{image, package, vulnerability};

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

/// An image with one unrepaired vulnerability of score 7.5, public since 2026-01-01, in openssl 3.0.1-1 under GPL-3.0 or
/// MIT, run as root, without labels, base list, or anything else.
fn report() -> ScanReport {
    let vector = Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N");
    let finding = Finding::Vulnerability(vulnerability("CVE-2025-0001", 0, vector));
    let mut report = image(vec![package("openssl", "3.0.1-1")], vec![finding]);
    report.inventory.image.as_mut().unwrap().user = Some(String::new());
    report
}

fn decision(members: &str) -> Decision {
    let block = if members.contains("block_failed") { "" } else { r#""block_failed": true, "# };
    let text = format!(r#"{{"name": "p", "assurance_type": "image", "enabled": true, {block}{members}}}"#);
    let imported = import_aqua("a.json", &text).unwrap_or_else(|error| panic!("{members}: {error}"));
    let policy = read_policy("p.yaml", &imported.policy).unwrap_or_else(|error| panic!("{members}: {error}"));
    let report = report();
    policy::judge(&[policy], &[], &Facts::new(&report), NOW).decision
}

#[test]
fn imported_policies_judge_as_the_page_states() {
    use Decision::{Allow, Deny};
    for (members, expected) in [
        (r#""maximum_score_enabled": true, "maximum_score": 7.0"#, Deny),
        (r#""maximum_score_enabled": true, "maximum_score": 8.0"#, Allow),
        (r#""maximum_score_enabled": true, "maximum_score": 7, "maximum_score_exclude_no_fix": true"#, Allow),
        (r#""cvss_severity_enabled": true, "cvss_severity": "high""#, Deny),
        (r#""cvss_severity_enabled": true, "cvss_severity": "critical""#, Allow),
        (
            r#""cvss_severity_enabled": true, "cvss_severity": "negligible", "cvss_severity_exclude_no_fix": true"#,
            Allow,
        ),
        (
            r#""cvss_severity_enabled": true, "cvss_severity": "high", "ignore_recently_published_vln": true, "ignore_recently_published_vln_period": 365"#,
            Allow,
        ),
        (r#""cves_black_list_enabled": true, "cves_black_list": ["CVE-2025-0001"]"#, Deny),
        (
            r#""cvss_severity_enabled": true, "cvss_severity": "low", "cves_white_list_enabled": true, "cves_white_list": ["CVE-2025-0001"]"#,
            Allow,
        ),
        (
            r#""packages_black_list_enabled": true, "packages_black_list": [{"name": "openssl", "version": "3.0.1", "release": "1"}]"#,
            Deny,
        ),
        (
            r#""packages_black_list_enabled": true, "packages_black_list": [{"name": "openssl", "version_range": "<3.0.0"}]"#,
            Allow,
        ),
        (r#""blacklisted_licenses_enabled": true, "blacklisted_licenses": ["MIT", "GPL-3.0"]"#, Deny),
        (r#""whitelisted_licenses_enabled": true, "whitelisted_licenses": ["MIT"]"#, Allow),
        (r#""whitelisted_licenses_enabled": true, "whitelisted_licenses": ["BSD-3-Clause"]"#, Deny),
        (r#""disallow_malware": true"#, Allow),
        (r#""scan_sensitive_data": true, "ignored_sensitive_resources": ["/etc/ssl"]"#, Allow),
        (r#""only_none_root_users": true"#, Deny),
        (
            r#""trusted_base_images_enabled": true, "trusted_base_images": [{"registry": "hub", "imagename": "debian:*"}]"#,
            Deny,
        ),
        (r#""required_labels_enabled": true, "required_labels": [{"key": "team", "value": "shop"}]"#, Deny),
        (r#""forbidden_labels_enabled": true, "forbidden_labels": [{"key": "team", "value": ""}]"#, Allow),
        (r#""kubernetes_controls_avd_ids": ["AVD-KSV-0012"]"#, Allow),
        (
            r#""only_none_root_users": true, "scope": {"expression": "v1", "variables": [{"attribute": "image.repo", "value": "shop/*"}]}"#,
            Deny,
        ),
    ] {
        assert_eq!(decision(members), expected, "{members}");
    }
    assert_eq!(decision(r#""block_failed": false, "only_none_root_users": true"#), Decision::WouldDeny);
}
