//! Alpine's security database, and Wolfi's and Chainguard's of the same shape.
//!
//! Publisher: Alpine Linux (secdb.alpinelinux.org), Chainguard (packages.wolfi.dev, packages.cgr.dev).
//! Layout: `alpine-secdb/vX.Y/{main,community}.json`, `alpine-secdb/edge/…`, `alpine-secdb/{wolfi,chainguard}/*.json`,
//! each also compressed. The release is the file's `distroversion`, else the folder.
//!
//! `packages[].pkg.name` is a source package (`origin`). `secfixes` maps a fixed version to the ids it repairs; `0` says
//! that the package was never affected (status `NotAffected`). An id may carry others (`CVE-2016-6258 XSA-182`) or
//! junk (`CVE-2017-8073.patch`): each CVE id in it is a vulnerability, else its first word is the id.
//! `source_date`, where present, becomes `modified`.
//!
//! Tested on real files of v3.3 to v3.16; edge, Wolfi and Chainguard on records written in their form.

use std::collections::BTreeMap;
use std::path::Path;

use model::FindingStatus;
use model::version::VersionScheme;
use serde::Deserialize;

use super::fields::{cve_ids, is_cve_id, time};
use super::files::{self, DOCUMENT_LIMIT};
use super::json::{Part, Text, or_default};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "alpine-secdb";

/// The folder `alpine-secdb`.
pub(super) struct AlpineSecdb;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Secdb<'a> {
    #[serde(default)]
    distroversion: Text<'a>,
    #[serde(default)]
    source_date: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    packages: Vec<Part<Entry<'a>>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Entry<'a> {
    pkg: Package<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Package<'a> {
    name: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    secfixes: BTreeMap<Text<'a>, Option<Vec<Text<'a>>>>,
}

/// Whose file it is.
struct Origin {
    source: &'static str,
    namespace: String,
    page: &'static str,
}

impl Feed for AlpineSecdb {
    fn folder(&self) -> &'static str {
        "alpine-secdb"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            if !files::plain_name(&place).ends_with(".json") {
                sink.skipped(SOURCE_NAME, &place, "it is no secdb file".to_owned());
                continue;
            }
            let bytes = files::read(&file, DOCUMENT_LIMIT)?;
            let secdb: Secdb<'_> = serde_json::from_slice(&bytes).map_err(|error| ReadFeedError::Malformed {
                path: file.clone(),
                format: "secdb file",
                reason: error.to_string(),
            })?;
            match origin(&place, &secdb.distroversion) {
                Some(origin) => read_secdb(&secdb, &origin, &place, sink),
                None => sink.skipped(SOURCE_NAME, &place, "its release is unknown".to_owned()),
            }
        }
        Ok(())
    }
}

fn origin(place: &str, distroversion: &str) -> Option<Origin> {
    let folder = place.split('/').next().unwrap_or_default();
    for (source, page) in [
        ("wolfi", "https://images.chainguard.dev/security?q="),
        ("chainguard", "https://images.chainguard.dev/security?q="),
    ] {
        if folder == source {
            return Some(Origin { source, namespace: source.to_owned(), page });
        }
    }
    let release = [distroversion, folder].into_iter().find_map(|text| {
        let version = text.trim_start_matches('v').trim_end_matches("-main").trim_end_matches("-community");
        let is_release = version == "edge" || version.split('.').all(|part| part.parse::<u16>().is_ok());
        is_release.then(|| version.to_owned())
    })?;
    let page = "https://security.alpinelinux.org/vuln/";
    Some(Origin { source: "alpine", namespace: format!("alpine:{release}"), page })
}

fn read_secdb(secdb: &Secdb<'_>, origin: &Origin, place: &str, sink: &mut dyn Sink) {
    let modified = time(&secdb.source_date);
    for Part(entry) in &secdb.packages {
        let pkg = match entry {
            Ok(Entry { pkg }) => pkg,
            Err(wrong) => {
                sink.skipped(SOURCE_NAME, place, wrong.to_string());
                continue;
            }
        };
        if pkg.name.is_empty() {
            sink.skipped(SOURCE_NAME, place, "a package without a name".to_owned());
            continue;
        }
        for (version, ids) in &pkg.secfixes {
            for text in ids.iter().flatten() {
                let ids = ids_in(text);
                if ids.is_empty() {
                    sink.skipped(SOURCE_NAME, place, format!("`{}` is no id", text.escape_debug()));
                }
                for id in ids {
                    let advisory = Advisory {
                        source: origin.source.to_owned(),
                        url: Some(format!("{}{id}", origin.page)),
                        vulnerabilities: if is_cve_id(&id) { vec![id.clone()] } else { Vec::new() },
                        id,
                        modified: modified.clone(),
                        affected: vec![affected(&pkg.name, version, origin)],
                        ..Advisory::default()
                    };
                    sink.record(SOURCE_NAME, Record::Advisory(advisory));
                }
            }
        }
    }
}

/// The ids that stand for vulnerabilities in one entry: its CVE ids, else its first word; each is a record of its own,
/// because two CVEs in one entry are two vulnerabilities. `CVE-????-?????` is a number that nobody had given yet.
fn ids_in(text: &str) -> Vec<String> {
    // Typed by hand: `CVE_2019-2426`, `CVE 2018-16859`.
    let ids = cve_ids(&text.replace("CVE_", "CVE-").replace("CVE ", "CVE-"));
    if !ids.is_empty() {
        return ids;
    }
    let is_id = |word: &&str| {
        let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'+');
        word.len() <= 64
            && word.bytes().all(is_of_id)
            && word.split_once('-').is_some_and(|(prefix, rest)| {
                !prefix.is_empty() && prefix != "CVE" && rest.bytes().any(|byte| byte.is_ascii_digit())
            })
    };
    text.split([' ', ',', '/']).find(is_id).map(str::to_owned).into_iter().collect()
}

fn affected(package: &str, version: &str, origin: &Origin) -> Affected {
    let version = version.trim();
    let was_never_affected = version == "0";
    let range = VersionRange { introduced: None, end: RangeEnd::Fixed(version.to_owned()) };
    Affected {
        namespace: origin.namespace.clone(),
        package: package.to_owned(),
        name_kind: NameKind::Source,
        module: None,
        scheme: VersionScheme::Apk,
        ranges: if was_never_affected { Vec::new() } else { vec![range] },
        versions: Vec::new(),
        status: if was_never_affected { FindingStatus::NotAffected } else { FindingStatus::Affected },
        severity: None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(name: &str, json: &str, expected: Expect) {
        expected.assert_eq(&KeptRecords::read(&AlpineSecdb, &[(name, json.as_bytes())]).lines());
    }

    #[test]
    fn fixed_versions_and_ids_with_companions_are_read() {
        check(
            "v3.16/main.json",
            r#"{"distroversion":"v3.16","reponame":"main","source_date":"2022-06-22T05:57:57Z","packages":[
                {"pkg":{"name":"xen","secfixes":{"4.7.0-r0":["CVE-2016-6258 XSA-182"],"4.7.1-r5":["XSA-207","CVE-2019-17349 CVE-2019-17350 XSA-295","CVE-????-?????  XSA-284","CVE_2019-2426"],
                 "0":["CVE-2017-8073.patch"],"1.0-r0":null}}},
                {"pkg":{"name":"empty","secfixes":{}}}]}"#,
            expect![[r#"
                alpine/CVE-2017-8073 {CVE-2017-8073} alpine:3.16 source:xen not_affected
                alpine/CVE-2016-6258 {CVE-2016-6258} alpine:3.16 source:xen [,4.7.0-r0) affected
                alpine/XSA-207 {} alpine:3.16 source:xen [,4.7.1-r5) affected
                alpine/CVE-2019-17349 {CVE-2019-17349} alpine:3.16 source:xen [,4.7.1-r5) affected
                alpine/CVE-2019-17350 {CVE-2019-17350} alpine:3.16 source:xen [,4.7.1-r5) affected
                alpine/XSA-284 {} alpine:3.16 source:xen [,4.7.1-r5) affected
                alpine/CVE-2019-2426 {CVE-2019-2426} alpine:3.16 source:xen [,4.7.1-r5) affected
            "#]],
        );
    }

    #[test]
    fn releases_come_from_the_file_or_its_folder() {
        let json = r#"{"packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2020-0001"]}}}]}"#;
        for (name, namespace) in [
            ("edge/main.json", "alpine:edge"),
            ("v3.20/community.json", "alpine:3.20"),
            ("wolfi/security.json", "wolfi"),
            ("chainguard/security.json", "chainguard"),
        ] {
            let kept = KeptRecords::read(&AlpineSecdb, &[(name, json.as_bytes())]);
            assert_eq!(kept.advisories()[0].affected[0].namespace, namespace);
        }
        let kept = KeptRecords::read(&AlpineSecdb, &[("other/main.json", json.as_bytes())]);
        assert_eq!(kept.skipped, ["alpine-secdb other/main.json: its release is unknown"]);
    }

    #[test]
    fn the_real_files_are_read_whole() {
        let Some(folder) = test_support::test_data("feeds/alpine-secdb") else { return };
        let mut kept = KeptRecords::default();
        AlpineSecdb.read(&folder, &mut kept).unwrap();
        assert!(kept.advisories().len() > 9_000, "{}", kept.advisories().len());
        assert_eq!(kept.skipped, [""; 0]);
    }
}
