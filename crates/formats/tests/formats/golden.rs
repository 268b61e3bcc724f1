//! One small report in every format, as it looks.

use expect_test::{ExpectFile, expect_file};
use formats::{DiffFormat, Format, Language, WriteOptions, diff, write_diff};
use model::{FindingKind, FindingStatus, ScanReport, Severity, TargetKind};

use crate::sample;

fn written(report: &ScanReport, format: Format, options: WriteOptions) -> String {
    let mut text = Vec::new();
    formats::write(report, format, &options, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Compares with a file of `testdata/golden`; the version of the program is none of its business.
fn check(file: &str, text: &str) {
    let path = test_support::checkout().join("crates/formats/testdata/golden").join(file);
    let expected: ExpectFile = expect_file![path];
    expected.assert_eq(&text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn documents() {
    for (format, file) in [
        (Format::Json, "report.json"),
        (Format::Sarif, "report.sarif"),
        (Format::Cyclonedx, "report.cdx.json"),
        (Format::Spdx, "report.spdx.json"),
        (Format::Gitlab, "report.gitlab.json"),
    ] {
        check(file, &written(&sample::rich(), format, WriteOptions::default()));
    }
}

#[test]
fn documents_in_both_languages() {
    for (format, file) in [(Format::Junit, "xml"), (Format::Html, "html"), (Format::Markdown, "md")] {
        for (language, name) in [(Language::English, "en"), (Language::Japanese, "ja")] {
            let options = WriteOptions { language, ..WriteOptions::default() };
            check(&format!("report-{name}.{file}"), &written(&sample::rich(), format, options));
        }
    }
}

/// GitLab takes one type of report at a time, and says by which key.
#[test]
fn what_was_looked_for_makes_the_type_of_a_gitlab_report() {
    let types = |kind, detectors: &[FindingKind]| {
        let mut report = sample::rich();
        report.target.kind = kind;
        report.detectors = detectors.iter().copied().collect();
        report.findings.retain(|finding| detectors.contains(&finding.kind()));
        let document: serde_json::Value =
            serde_json::from_str(&written(&report, Format::Gitlab, WriteOptions::default())).unwrap();
        let count = document["vulnerabilities"].as_array().unwrap().len();
        (document["scan"]["type"].as_str().unwrap().to_owned(), count > 0)
    };
    let check = |kind, detectors: &[FindingKind], expected: &str| {
        assert_eq!(types(kind, detectors), (expected.to_owned(), true));
    };
    check(TargetKind::Image, &FindingKind::ALL, "container_scanning");
    check(TargetKind::Directory, &FindingKind::ALL, "dependency_scanning");
    check(TargetKind::Directory, &[FindingKind::Secret], "secret_detection");
    check(TargetKind::Directory, &[FindingKind::Secret, FindingKind::Misconfiguration], "sast");
}

#[test]
fn a_target_writes_no_markup() {
    let odd = sample::odd();
    for format in [Format::Junit, Format::Html] {
        let text = written(&odd, format, WriteOptions::default());
        let mut reader = quick_xml::Reader::from_str(&text);
        // Void elements of HTML have no end.
        reader.config_mut().check_end_names = format == Format::Junit;
        let mut names = std::collections::BTreeSet::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    names.insert(tag.name().as_ref().to_owned());
                }
                _ => {}
            }
        }
        let known = [
            "a",
            "b",
            "body",
            "br",
            "caption",
            "code",
            "details",
            "div",
            "failure",
            "footer",
            "h1",
            "h2",
            "head",
            "header",
            "html",
            "li",
            "main",
            "meta",
            "ol",
            "p",
            "pre",
            "properties",
            "property",
            "section",
            "skipped",
            "span",
            "strong",
            "style",
            "summary",
            "table",
            "tbody",
            "td",
            "testcase",
            "testsuite",
            "testsuites",
            "th",
            "thead",
            "title",
            "tr",
            "ul",
        ];
        assert_eq!(names.iter().find(|name| !known.contains(&name.as_str())), None);
    }
    let text = written(&odd, Format::Markdown, WriteOptions::default());
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let bars = line.match_indices('|').filter(|(at, _)| *at == 0 || !line[..*at].ends_with('\\')).count();
        assert_eq!(bars, 6, "{line}");
    }
}

#[test]
fn tables() {
    for (language, name) in [(Language::English, "en"), (Language::Japanese, "ja")] {
        for width in [None, Some(120), Some(60), Some(40)] {
            let options = WriteOptions { language, width, ..WriteOptions::default() };
            let file = format!("table-{name}-{}.txt", width.map_or("file".to_owned(), |width| width.to_string()));
            check(&file, &written(&sample::rich(), Format::Table, options));
        }
    }
    let options = WriteOptions { color: true, width: Some(120), ..WriteOptions::default() };
    check("table-color.txt", &written(&sample::rich(), Format::Table, options).replace('\u{1b}', "ESC"));
}

/// Nothing found is not the same as nothing known, nothing read or nothing asked.
#[test]
fn why_there_are_no_findings() {
    let mut clean = sample::rich();
    clean.findings.clear();
    clean.inventory.gaps.clear();
    clean.inventory.removed.clear();
    let with_gaps = ScanReport { inventory: sample::rich().inventory, ..clean.clone() };
    let unchecked = ScanReport { intelligence: None, ..clean.clone() };
    let nothing = ScanReport { inventory: sample::empty().inventory, ..clean.clone() };
    let mut text = String::new();
    for (report, hidden) in [(&clean, 0), (&clean, 3), (&with_gaps, 0), (&unchecked, 0), (&nothing, 0)] {
        for language in [Language::English, Language::Japanese] {
            let options = WriteOptions { hidden, language, ..WriteOptions::default() };
            text += &written(report, Format::Table, options);
            text += "----\n";
        }
    }
    check("table-no-findings.txt", &text);
}

#[test]
fn no_table_is_wider_than_its_terminal() {
    for width in [40, 60, 80, 100, 120, 200] {
        for language in [Language::English, Language::Japanese] {
            let options = WriteOptions { language, width: Some(width), ..WriteOptions::default() };
            for line in written(&sample::rich(), Format::Table, options).lines() {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                // A command is copied as a whole.
                let is_command = ["apt-get", "npm", "set"].iter().any(|word| line.trim_start().starts_with(word));
                assert!(columns <= width || is_command, "{columns} > {width}: {line}");
            }
        }
    }
}

#[test]
fn a_target_cannot_command_the_terminal() {
    let odd = sample::odd();
    let mut changed = sample::odd();
    for finding in sample::vulnerabilities(&mut changed) {
        finding.fixed_version = finding.title.take();
        finding.severity = Severity::Low;
    }
    changed.inventory.packages.truncate(20);
    changed.findings.retain(|finding| finding.package().is_none_or(|package| package < 15));
    for width in [None, Some(120), Some(40)] {
        let options = WriteOptions { width, ..WriteOptions::default() };
        let mut text = written(&odd, Format::Table, options);
        for (old, new) in [(&odd, &changed), (&changed, &odd)] {
            let mut bytes = Vec::new();
            write_diff(&diff(old, new), DiffFormat::Table, &options, &mut bytes).unwrap();
            text += &String::from_utf8(bytes).unwrap();
        }
        let obeyed = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(obeyed, None);
    }
}

/// The sample, with OpenSSL upgraded, one rating changed, one package gone and one come.
fn later() -> ScanReport {
    let mut report = sample::rich();
    report.target.name = "registry.example/shop:1.5".into();
    for package in report.inventory.packages.iter_mut().filter(|package| package.name.contains("ssl")) {
        package.version = "3.0.15-1~deb12u1".into();
    }
    let jar = &mut report.inventory.packages[3];
    jar.version = "2.15.0".into();
    jar.paths = vec!["app/shop.war!/WEB-INF/lib/log4j-core-2.15.0.jar".into()];
    report.inventory.packages[5].name = "qs-fork".into();
    report.inventory.gaps.push(model::Gap::new("etc/os-release", "it is no text"));
    report.findings.drain(..2);
    for finding in sample::vulnerabilities(&mut report) {
        match finding.id.as_str() {
            "CVE-2023-45853" => {
                finding.severity = Severity::Critical;
                finding.status = FindingStatus::Affected;
            }
            "CVE-2021-44228" => finding.fixed_version = Some("2.17.1".into()),
            _ => {}
        }
    }
    report
}

#[test]
fn differences() {
    let (old, new) = (sample::rich(), later());
    let difference = diff(&old, &new);
    let text = |format, options: WriteOptions| {
        let mut text = Vec::new();
        write_diff(&difference, format, &options, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    check("diff.json", &text(DiffFormat::Json, WriteOptions::default()));
    check("diff-en.txt", &text(DiffFormat::Table, WriteOptions::default()));
    let japanese = WriteOptions { language: Language::Japanese, width: Some(60), ..WriteOptions::default() };
    check("diff-ja.txt", &text(DiffFormat::Table, japanese));
    assert!(!difference.is_empty() && diff(&old, &old).is_empty());
}
