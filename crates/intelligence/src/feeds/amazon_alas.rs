//! Amazon Linux's security advisories (ALAS) as the repositories carry them.
//!
//! Publisher: Amazon (`repodata/updateinfo.xml.gz` of each repository, found through its mirror list).
//! Layout: `amazon-alas/RELEASE/**/updateinfo.xml[.gz]`, the first folder naming the release: `amzn1`, `amzn2`,
//! `amzn2022`, `amzn2023` (also `1`, `2`, `al2`, `amazonlinux-2023`); repositories of extras may lie in folders below. Without
//! such a folder the id tells the release (`ALAS2-…`, `ALAS2023-…`, `ALAS-…` is release 1).
//!
//! Each `update` becomes one advisory: `id`, `title`, `severity`, `issued/@date`, `updated/@date`,
//! `references/reference[@type=cve]`; each `pkglist/collection/package` a binary package, fixed in
//! `epoch:version-release`. A package that is listed for some architectures alone goes into the namespace of each of these
//! (`amzn:2/aarch64`), because a build for one may be repaired while that for another is sound; source packages are left out.
//!
//! Tested on updates written after the published files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::FindingStatus;
use model::version::VersionScheme;

use super::fields::{cve_ids, time, title};
use super::files;
use super::xml::{Node, each_node};
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "amazon-alas";

/// The folder `amazon-alas`.
pub(super) struct AmazonAlas;

impl Feed for AmazonAlas {
    fn folder(&self) -> &'static str {
        "amazon-alas"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            if !files::plain_name(&place).ends_with(".xml") {
                sink.skipped(SOURCE_NAME, &place, "it is no updateinfo".to_owned());
                continue;
            }
            let release = place.split_once('/').and_then(|(first, _)| release_of_folder(first));
            each_node(&file, "updateinfo", "updates", "update", &mut |update| match advisory(update, release) {
                Ok(advisory) => sink.record(SOURCE_NAME, Record::Advisory(advisory)),
                Err(reason) => sink.skipped(SOURCE_NAME, &place, reason),
            })?;
        }
        Ok(())
    }
}

fn release_of_folder(name: &str) -> Option<&str> {
    let number = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    matches!(number, "1" | "2" | "2022" | "2023" | "2025").then_some(number)
}

fn release_of_id(id: &str) -> Option<&str> {
    match id.strip_prefix("ALAS")?.split('-').next()? {
        "" => Some("1"),
        number => release_of_folder(number),
    }
}

fn advisory(update: &Node, release: Option<&str>) -> Result<Advisory, String> {
    let id = update.text_of("id");
    let release = release.or_else(|| release_of_id(id)).ok_or_else(|| format!("release of `{}`", id.escape_debug()))?;
    let mut vulnerabilities: Vec<String> = Vec::new();
    let references = update.first("references").into_iter().flat_map(|references| references.all("reference"));
    for cve in references.flat_map(|reference| cve_ids(reference.attribute("id"))) {
        if !vulnerabilities.contains(&cve) {
            vulnerabilities.push(cve);
        }
    }
    if vulnerabilities.is_empty() && update.attribute("type") != "security" {
        return Err("it repairs no vulnerability".to_owned());
    }
    // By name and version that repairs it: the architectures.
    let mut packages: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    let lists = update.all("pkglist").flat_map(|list| list.all("collection"));
    for package in lists.flat_map(|collection| collection.all("package")) {
        let [name, version, release, epoch, arch] =
            ["name", "version", "release", "epoch", "arch"].map(|name| package.attribute(name));
        if name.is_empty() || version.is_empty() || arch == "src" {
            continue;
        }
        let epoch = if epoch.is_empty() { "0" } else { epoch };
        packages.entry((name, format!("{epoch}:{version}-{release}"))).or_default().insert(arch);
    }
    if packages.is_empty() {
        return Err(format!("`{}` names no package", id.escape_debug()));
    }
    let places = packages.into_iter().flat_map(|((name, fixed), architectures)| {
        namespaces(release, &architectures).into_iter().map(move |namespace| (namespace, name, fixed.clone()))
    });
    let affected = places.map(|(namespace, name, fixed)| Affected {
        namespace,
        package: name.to_owned(),
        name_kind: NameKind::Binary,
        module: None,
        scheme: VersionScheme::Rpm,
        ranges: vec![VersionRange { introduced: None, end: RangeEnd::Fixed(fixed) }],
        versions: Vec::new(),
        status: FindingStatus::Affected,
        severity: None,
    });
    let date = |name: &str| update.first(name).and_then(|node| time(node.attribute("date")));
    Ok(Advisory {
        source: "amazon".to_owned(),
        id: id.to_owned(),
        vulnerabilities,
        url: Some(page(id, release)),
        title: title(update.text_of("title")).or_else(|| title(update.text_of("description"))),
        published: date("issued"),
        modified: date("updated").or_else(|| date("issued")),
        severity: Some(update.text_of("severity").to_owned()).filter(|word| !word.is_empty()),
        affected: affected.collect(),
        ..Advisory::default()
    })
}

/// The namespaces of a package that is listed for these architectures.
fn namespaces(release: &str, architectures: &BTreeSet<&str>) -> Vec<String> {
    let is_for_all = architectures.contains("noarch")
        || architectures.contains("")
        || ["x86_64", "aarch64"].iter().all(|architecture| architectures.contains(architecture));
    match is_for_all {
        true => vec![format!("amzn:{release}")],
        false => architectures.iter().map(|architecture| format!("amzn:{release}/{architecture}")).collect(),
    }
}

/// `https://alas.aws.amazon.com/AL2/ALAS-2018-939.html` of `ALAS2-2018-939`; extras keep their name in it.
fn page(id: &str, release: &str) -> String {
    let rest = id.strip_prefix("ALAS").unwrap_or(id).trim_start_matches(|c: char| c.is_ascii_digit());
    match release {
        "1" => format!("https://alas.aws.amazon.com/ALAS{rest}.html"),
        release => format!("https://alas.aws.amazon.com/AL{release}/ALAS{rest}.html"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const UPDATES: &str = r#"<?xml version="1.0" ?><updates>
<update author="linux-security@amazon.com" from="linux-security@amazon.com" status="final" type="security" version="1.4">
 <id>ALAS2-2018-939</id><title>Amazon Linux 2 2017.12 - ALAS2-2018-939: critical priority package update for kernel</title>
 <issued date="2018-01-04 21:41"/><updated date="2018-01-05 22:00"/><severity>critical</severity>
 <description>Package updates are available &amp; more.</description>
 <references><reference href="http://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2017-5715" id="CVE-2017-5715" title="" type="cve"/>
  <reference href="https://x" id="CVE-2017-5754" title="" type="cve"/></references>
 <pkglist><collection short="amazon-linux-2"><name>Amazon Linux 2</name>
  <package arch="x86_64" epoch="0" name="kernel" release="16.amzn2" version="4.9.76"><filename>k.rpm</filename></package>
  <package arch="aarch64" epoch="0" name="kernel" release="16.amzn2" version="4.9.76"><filename>k.rpm</filename></package>
  <package arch="src" epoch="0" name="kernel-src" release="16.amzn2" version="4.9.76"/></collection></pkglist>
</update>
<update type="bugfix"><id>ALAS2-2018-940</id><pkglist><collection><package name="a" version="1" release="1"/></collection></pkglist></update>
</updates>"#;

    fn check(place: &str, expected: Expect) {
        expected.assert_eq(&KeptRecords::read(&AmazonAlas, &[(place, UPDATES.as_bytes())]).lines());
    }

    #[test]
    fn updates_become_advisories_of_their_release() {
        for place in ["amzn2/core/updateinfo.xml", "updateinfo.xml"] {
            check(
                place,
                expect![[r#"
                    amazon/ALAS2-2018-939 {CVE-2017-5715 CVE-2017-5754} amzn:2 binary:kernel [,0:4.9.76-16.amzn2) affected critical
                "#]],
            );
        }
        let kept = KeptRecords::read(&AmazonAlas, &[("amzn2/updateinfo.xml", UPDATES.as_bytes())]);
        let advisory = kept.advisories()[0];
        assert_eq!(advisory.url.as_deref(), Some("https://alas.aws.amazon.com/AL2/ALAS-2018-939.html"));
        assert_eq!(advisory.published.as_deref(), Some("2018-01-04T21:41:00Z"));
        assert_eq!(kept.skipped.len(), 1);
    }

    #[test]
    fn what_is_listed_for_some_architectures_goes_to_these() {
        let update = UPDATES.replace(
            r#"<package arch="x86_64" epoch="0" name="kernel""#,
            r#"<package arch="i686" epoch="0" name="kernel""#,
        );
        assert_ne!(update, UPDATES);
        let lines = KeptRecords::read(&AmazonAlas, &[("amzn2/updateinfo.xml", update.as_bytes())]).lines();
        assert!(
            lines.contains("amzn:2/aarch64 binary:kernel") && lines.contains("amzn:2/i686 binary:kernel"),
            "{lines}"
        );
        assert!(!lines.contains("amzn:2 binary:kernel"), "{lines}");
    }
}
