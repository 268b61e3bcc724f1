//! Oracle Linux's errata in OVAL.
//!
//! Publisher: Oracle (linux.oracle.com/security/oval, `com.oracle.elsa-all.xml.bz2` and one file a year).
//! Layout: `oracle-oval/*.xml`, also `.bz2`, `.gz`, `.zst`.
//!
//! Each `definition` becomes one advisory: `reference[@source=elsa]` its id and page, `reference[@source=CVE]` (else
//! `advisory/cve`) its vulnerabilities, `metadata/title` its title, `advisory/severity` its severity,
//! `advisory/issued/@date` its time. The criteria's comments name what is meant: `Oracle Linux 8 is installed` the
//! release, `Module nodejs:18 is enabled` the module, `openssl is earlier than 1:1.1.1k-12.el8_9` package and fixed
//! version; release and module hold for the packages of the same `AND` and below. Architectures are not told apart.
//! Ksplice and FIPS builds (`…ksplice1…`, `…_fips`) are left out: they are other packages under the same names.
//!
//! Tested on definitions written after the published files.

use std::path::Path;

use model::FindingStatus;
use model::version::VersionScheme;

use super::fields::{cve_ids, time, title};
use super::files;
use super::xml::{Node, each_node};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "oracle-oval";

/// The folder `oracle-oval`.
pub(super) struct OracleOval;

impl Feed for OracleOval {
    fn folder(&self) -> &'static str {
        "oracle-oval"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            if !files::plain_name(&place).ends_with(".xml") {
                sink.skipped(SOURCE_NAME, &place, "it is no OVAL document".to_owned());
                continue;
            }
            each_node(&file, "OVAL document", "oval_definitions", "definition", &mut |node| match advisory(
                node, &place, sink,
            ) {
                Ok(advisory) => sink.record(SOURCE_NAME, Record::Advisory(advisory)),
                Err(reason) => sink.skipped(SOURCE_NAME, &place, reason),
            })?;
        }
        Ok(())
    }
}

fn advisory(definition: &Node, place: &str, sink: &mut dyn Sink) -> Result<Advisory, String> {
    let unnamed = || format!("definition `{}` names no erratum", definition.attribute("id").escape_debug());
    let metadata = definition.first("metadata").ok_or_else(unnamed)?;
    let is_erratum = |node: &&Node| node.attribute("source").eq_ignore_ascii_case("elsa");
    let erratum = metadata.all("reference").find(is_erratum).ok_or_else(unnamed)?;
    let id = erratum.attribute("ref_id");
    if id.is_empty() {
        return Err(unnamed());
    }
    let details = metadata.first("advisory");
    let mut vulnerabilities: Vec<String> = Vec::new();
    let references = metadata.all("reference").map(|node| node.attribute("ref_id"));
    let listed = details.into_iter().flat_map(|details| details.all("cve")).map(|node| node.text.as_str());
    for cve in references.chain(listed).flat_map(cve_ids) {
        if !vulnerabilities.contains(&cve) {
            vulnerabilities.push(cve);
        }
    }
    let mut found = Found::default();
    for criteria in definition.all("criteria") {
        found.packages.extend(packages_of(criteria).packages);
    }
    let mut affected: Vec<Affected> = Vec::new();
    let mut left_out = 0;
    for package in found.packages {
        if package.fixed.contains("ksplice") || package.fixed.contains("_fips") || package.fixed.contains(".fips") {
            left_out += 1;
            continue;
        }
        let Some(release) = package.release.or_else(|| platform(metadata)) else { continue };
        let entry = Affected {
            namespace: format!("oracle:{release}"),
            package: package.name,
            name_kind: NameKind::Binary,
            module: package.module,
            scheme: VersionScheme::Rpm,
            ranges: vec![VersionRange { introduced: None, end: RangeEnd::Fixed(package.fixed) }],
            versions: Vec::new(),
            status: FindingStatus::Affected,
            severity: None,
        };
        if !affected.contains(&entry) {
            affected.push(entry);
        }
    }
    if left_out > 0 {
        sink.skipped(SOURCE_NAME, place, "Ksplice and FIPS builds".to_owned());
    }
    if affected.is_empty() {
        return Err(format!("{} names no package of an ordinary release", id.escape_debug()));
    }
    let text = |name: &str| details.map_or("", |details| details.text_of(name));
    let issued = details.and_then(|details| details.first("issued")).and_then(|issued| time(issued.attribute("date")));
    let updated = details.and_then(|details| details.first("updated")).and_then(|node| time(node.attribute("date")));
    let url = erratum.attribute("ref_url");
    let headline = metadata.text_of("title").trim_start_matches(id).trim_start_matches(':');
    Ok(Advisory {
        source: "oracle".to_owned(),
        id: id.to_owned(),
        vulnerabilities,
        url: Some(if url.is_empty() { format!("https://linux.oracle.com/errata/{id}.html") } else { url.to_owned() }),
        title: title(headline),
        published: issued.clone(),
        modified: updated.or(issued),
        severity: Some(text("severity").to_owned()).filter(|word| !word.is_empty() && word != "N/A"),
        affected,
        ..Advisory::default()
    })
}

/// The release that the definition's platform names: `8` of `Oracle Linux 8`.
fn platform(metadata: &Node) -> Option<String> {
    let mut platforms = metadata.first("affected")?.all("platform").map(|node| node.text.trim());
    release_number(platforms.next()?.strip_prefix("Oracle Linux ")?)
}

fn release_number(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// What criteria name, from the inside out.
#[derive(Default)]
struct Found {
    release: Option<String>,
    module: Option<String>,
    packages: Vec<FixedPackage>,
}

struct FixedPackage {
    name: String,
    fixed: String,
    release: Option<String>,
    module: Option<String>,
}

fn packages_of(criteria: &Node) -> Found {
    let mut found = Found::default();
    for child in &criteria.children {
        if child.name == "criteria" {
            found.packages.extend(packages_of(child).packages);
            continue;
        }
        let comment = child.attribute("comment");
        if let Some((name, fixed)) = comment.split_once(" is earlier than ") {
            let (name, fixed) = (name.trim().to_owned(), fixed.trim().to_owned());
            found.packages.push(FixedPackage { name, fixed, release: None, module: None });
        } else if let Some(module) = comment.strip_prefix("Module ").and_then(|rest| rest.strip_suffix(" is enabled")) {
            found.module = Some(module.trim().to_owned());
        } else if let Some(rest) = comment.strip_prefix("Oracle Linux ").filter(|_| comment.ends_with("installed")) {
            found.release = release_number(rest);
        }
    }
    if !criteria.attribute("operator").eq_ignore_ascii_case("or") {
        for package in &mut found.packages {
            package.release = package.release.take().or_else(|| found.release.clone());
            package.module = package.module.take().or_else(|| found.module.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const OVAL: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><generator/><definitions>
<definition class="patch" id="oval:com.oracle.elsa:def:20241444" version="501">
 <metadata>
  <title>
ELSA-2024-1444:  nodejs:16 security update (IMPORTANT)
</title>
  <affected family="unix"><platform>Oracle Linux 8</platform></affected>
  <reference ref_id="ELSA-2024-1444" ref_url="https://linux.oracle.com/errata/ELSA-2024-1444.html" source="elsa"/>
  <reference ref_id="CVE-2024-22019" ref_url="https://linux.oracle.com/cve/CVE-2024-22019.html" source="CVE"/>
  <description>[16.20.2-4] - Backport nghttp2 patch</description>
  <advisory><severity>IMPORTANT</severity><rights>Copyright 2024 Oracle, Inc.</rights><issued date="2024-03-21"/>
   <cve cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H">CVE-2024-22019</cve></advisory>
 </metadata>
 <criteria operator="AND">
  <criterion test_ref="oval:com.oracle.elsa:tst:1" comment="Oracle Linux 8 is installed"/>
  <criteria operator="OR">
   <criteria operator="AND"><criterion comment="Oracle Linux arch is x86_64"/>
    <criterion comment="Module nodejs:16 is enabled"/>
    <criteria operator="OR">
     <criteria operator="AND"><criterion comment="nodejs is earlier than 1:16.20.2-4.module+el8.9.0+90204+4d1a2eae"/>
      <criterion comment="nodejs is signed with the Oracle Linux 8 key"/></criteria>
    </criteria></criteria>
   <criteria operator="AND"><criterion comment="Oracle Linux arch is aarch64"/>
    <criterion comment="Module nodejs:16 is enabled"/>
    <criterion comment="nodejs is earlier than 1:16.20.2-4.module+el8.9.0+90204+4d1a2eae"/></criteria>
  </criteria></criteria>
</definition>
<definition class="patch" id="oval:com.oracle.elsa:def:20241">
 <metadata><title>ELSA-2024-1: glibc security update</title>
  <reference ref_id="ELSA-2024-1" source="elsa"/>
  <advisory><severity>N/A</severity><cve>CVE-2024-2961</cve></advisory></metadata>
 <criteria operator="OR">
  <criteria operator="AND"><criterion comment="Oracle Linux 7 is installed"/>
   <criterion comment="glibc is earlier than 0:2.17-326.0.9.el7_9.3"/>
   <criterion comment="glibc is earlier than 2:2.17-326.0.9.ksplice1.el7_9.3"/></criteria>
  <criteria operator="AND"><criterion comment="Oracle Linux 9 is installed"/>
   <criterion comment="glibc is earlier than 0:2.34-100.0.1.el9"/></criteria>
 </criteria></definition>
<definition id="x"><metadata><title>nothing</title></metadata></definition>
</definitions><tests/></oval_definitions>"#;

    fn check(xml: &str) -> KeptRecords {
        KeptRecords::read(&OracleOval, &[("com.oracle.elsa-all.xml", xml.as_bytes())])
    }

    #[test]
    fn criteria_name_release_module_package_and_version() {
        let kept = check(OVAL);
        expect![[r#"
            oracle/ELSA-2024-1444 {CVE-2024-22019} oracle:8 binary:nodejs <nodejs:16> [,1:16.20.2-4.module+el8.9.0+90204+4d1a2eae) affected IMPORTANT
            oracle/ELSA-2024-1 {CVE-2024-2961} oracle:7 binary:glibc [,0:2.17-326.0.9.el7_9.3) affected
            oracle/ELSA-2024-1 {CVE-2024-2961} oracle:9 binary:glibc [,0:2.34-100.0.1.el9) affected
        "#]]
        .assert_eq(&kept.lines());
        assert_eq!(kept.skipped.len(), 2);
        let advisory = kept.advisories()[0];
        assert_eq!(advisory.title.as_deref(), Some("nodejs:16 security update (IMPORTANT)"));
        assert_eq!(advisory.modified.as_deref(), Some("2024-03-21T00:00:00Z"));
    }
}
