//! Debian's security tracker.
//!
//! Publisher: the Debian security team (security-tracker.debian.org, salsa.debian.org/security-tracker-team).
//! Layout: `debian-tracker/tracker.json[.gz]`, the tracker's JSON export; `DSA.list` and `DLA.list`, its lists of
//! advisories. Any of them may be missing.
//!
//! The export: source package → CVE (or `TEMP-…`) → releases by code name.
//! | field | becomes |
//! |---|---|
//! | `status: resolved`, `fixed_version` | the range below it; `0` is `NotAffected` |
//! | `status: open` | every version; `nodsa` with reason `ignored` is `WillNotFix`, `postponed` or none `FixDeferred` |
//! | `status: undetermined` | `UnderInvestigation` |
//! | `urgency: end-of-life` | `EndOfLife` |
//! | `urgency`, unless `not yet assigned` | `severity` of the package |
//! | `description` | `title` |
//!
//! The lists: where an advisory names the package, release and CVE of an export's entry, that entry is given under the
//! advisory's id, with the export's range: the export knows when a repair came earlier or was incomplete. Where the
//! export does not hold the release at all (it drops old ones), the list's own fixed version counts.
//!
//! Tested on real files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::FindingStatus;
use model::version::VersionScheme;
use serde::Deserialize;

use self::lists::{Announcement, read_list};
use super::fields::title;
use super::files::{self, DOCUMENT_LIMIT};
use super::json::{Part, Text, each_entry, or_default};
use super::places::debian_codename;
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

mod lists;

const SOURCE_NAME: &str = "debian-tracker";
const PAGE: &str = "https://security-tracker.debian.org/tracker/";

/// The folder `debian-tracker`.
pub(super) struct DebianTracker;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Entry<'a> {
    #[serde(default)]
    description: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    releases: BTreeMap<Text<'a>, Part<Release<'a>>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Release<'a> {
    #[serde(default)]
    status: Text<'a>,
    #[serde(default)]
    fixed_version: Text<'a>,
    #[serde(default)]
    urgency: Text<'a>,
    nodsa: Option<Text<'a>>,
    #[serde(default)]
    nodsa_reason: Text<'a>,
}

impl Feed for DebianTracker {
    fn folder(&self) -> &'static str {
        "debian-tracker"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        let mut announcements = Vec::new();
        let mut exports = Vec::new();
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            match files::plain_name(&place) {
                name if name.ends_with(".list") => {
                    let text = files::read(&file, DOCUMENT_LIMIT)?;
                    announcements.extend(read_list(&String::from_utf8_lossy(&text), &place, sink));
                }
                name if name.ends_with(".json") => exports.push(file),
                _ => sink.skipped(SOURCE_NAME, &place, "it is neither the export nor a list".to_owned()),
            }
        }
        let mut tracker = Tracker::new(&announcements);
        for file in exports {
            let bytes = files::read(&file, DOCUMENT_LIMIT)?;
            let place = files::place_of(folder, &file);
            let malformed = |reason: String| ReadFeedError::Malformed {
                path: file.clone(),
                format: "export of the Debian security tracker",
                reason,
            };
            let mut has_packages = false;
            each_entry(&bytes, &mut |package, entries: Result<BTreeMap<Text<'_>, Part<Entry<'_>>>, _>| match entries {
                Ok(entries) => {
                    has_packages = true;
                    for (id, Part(entry)) in &entries {
                        match entry {
                            Ok(entry) => tracker.read(&package, id, entry, &place, sink),
                            Err(wrong) => sink.skipped(SOURCE_NAME, &place, wrong.to_string()),
                        }
                    }
                }
                Err(wrong) => sink.skipped(SOURCE_NAME, &place, wrong.to_string()),
            })
            .map_err(|error| malformed(error.to_string()))?;
            if !has_packages {
                return Err(malformed("it names no package".to_owned()));
            }
        }
        tracker.finish(sink);
        Ok(())
    }
}

/// Joins the export with the lists.
struct Tracker<'l> {
    announcements: &'l [Announcement],
    /// Release, package and CVE to the announcement that repaired it.
    announced: BTreeMap<(&'l str, &'l str, &'l str), usize>,
    /// What the export says of announced repairs, by announcement.
    repaired: BTreeMap<usize, Vec<(String, Affected)>>,
    /// The releases that the export holds.
    releases: BTreeSet<&'static str>,
}

impl<'l> Tracker<'l> {
    fn new(announcements: &'l [Announcement]) -> Tracker<'l> {
        let mut announced = BTreeMap::new();
        for (index, announcement) in announcements.iter().enumerate() {
            for affected in &announcement.affected {
                for id in &announcement.vulnerabilities {
                    // Lists begin with the newest: the last one to be entered is the first repair.
                    announced.insert((affected.namespace.as_str(), affected.package.as_str(), id.as_str()), index);
                }
            }
        }
        Tracker { announcements, announced, repaired: BTreeMap::new(), releases: BTreeSet::new() }
    }

    fn read(&mut self, package: &str, id: &str, entry: &Entry<'_>, place: &str, sink: &mut dyn Sink) {
        let mut rest = Vec::new();
        for (codename, Part(release)) in &entry.releases {
            let release = match release {
                Ok(release) => release,
                Err(wrong) => {
                    sink.skipped(SOURCE_NAME, place, wrong.to_string());
                    continue;
                }
            };
            let Some(namespace) = debian_codename(codename) else {
                sink.skipped(SOURCE_NAME, place, format!("release `{}`", codename.escape_debug()));
                continue;
            };
            self.releases.insert(namespace);
            let Some(affected) = affected(package, namespace, release) else {
                sink.skipped(SOURCE_NAME, place, format!("status `{}`", release.status.escape_debug()));
                continue;
            };
            match self.announced.get(&(namespace, package, id)) {
                Some(index) if affected.status == FindingStatus::Affected && !affected.ranges.is_empty() => {
                    self.repaired.entry(*index).or_default().push((id.to_owned(), affected));
                }
                Some(_) | None => rest.push(affected),
            }
        }
        if !rest.is_empty() {
            let advisory = Advisory {
                source: "debian".to_owned(),
                id: id.to_owned(),
                vulnerabilities: vec![id.to_owned()],
                url: Some(format!("{PAGE}{id}")),
                title: title(&entry.description),
                affected: rest,
                ..Advisory::default()
            };
            sink.record(SOURCE_NAME, Record::Advisory(advisory));
        }
    }

    fn finish(self, sink: &mut dyn Sink) {
        let Tracker { announcements, repaired, releases, .. } = self;
        for (index, announcement) in announcements.iter().enumerate() {
            let advisory = |vulnerabilities: Vec<String>, affected: Vec<Affected>| Advisory {
                source: "debian".to_owned(),
                id: announcement.id.clone(),
                vulnerabilities,
                url: Some(format!("{PAGE}{}", announcement.id)),
                title: announcement.title.clone(),
                published: announcement.day.clone(),
                modified: announcement.day.clone(),
                affected,
                ..Advisory::default()
            };
            // One record for all vulnerabilities of which the export says the same.
            let mut same: Vec<(Affected, Vec<String>)> = Vec::new();
            for (id, affected) in repaired.get(&index).into_iter().flatten() {
                match same.iter_mut().find(|(known, _)| known == affected) {
                    Some((_, ids)) => ids.push(id.clone()),
                    None => same.push((affected.clone(), vec![id.clone()])),
                }
            }
            for (affected, ids) in same {
                sink.record(SOURCE_NAME, Record::Advisory(advisory(ids, vec![affected])));
            }
            let own: Vec<Affected> = announcement
                .affected
                .iter()
                .filter(|affected| !releases.contains(affected.namespace.as_str()))
                .cloned()
                .collect();
            if !own.is_empty() {
                sink.record(SOURCE_NAME, Record::Advisory(advisory(announcement.vulnerabilities.clone(), own)));
            }
        }
    }
}

fn affected(package: &str, namespace: &str, release: &Release<'_>) -> Option<Affected> {
    let fixed = release.fixed_version.trim();
    let mut ranges = Vec::new();
    let status = match &*release.status {
        "resolved" if fixed == "0" => FindingStatus::NotAffected,
        "resolved" if fixed.is_empty() => return None,
        "resolved" => {
            ranges.push(VersionRange { introduced: None, end: RangeEnd::Fixed(fixed.to_owned()) });
            FindingStatus::Affected
        }
        "open" if &*release.urgency == "end-of-life" => FindingStatus::EndOfLife,
        "open" => match (&release.nodsa, &*release.nodsa_reason) {
            (_, "ignored") => FindingStatus::WillNotFix,
            (_, "postponed") | (Some(_), _) => FindingStatus::FixDeferred,
            (None, _) => FindingStatus::Affected,
        },
        "undetermined" => FindingStatus::UnderInvestigation,
        _ => return None,
    };
    let urgency = release.urgency.trim_end_matches('*').trim();
    let is_rating = !matches!(urgency, "" | "not yet assigned" | "end-of-life");
    Some(Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        name_kind: NameKind::Source,
        module: None,
        scheme: VersionScheme::Deb,
        ranges,
        versions: Vec::new(),
        status,
        severity: is_rating.then(|| urgency.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const LIST: &str = "[29 Mar 2023] DSA-5380-1 xorg-server - security update\n\
        \t{CVE-2023-1393 CVE-2023-0494}\n\
        \t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n\
        \t[stretch] - xorg-server <not-affected> (code not there)\n\
        \tNOTE: a remark\n\
        [17 Mar 2023] DSA-5356-2 sox - regression update\n\
        \t[bullseye] - sox 14.4.2+git20190427-2+deb11u2\n";

    fn check(files: &[(&str, &str)], expected: Expect) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        expected.assert_eq(&KeptRecords::read(&DebianTracker, &files).lines());
    }

    #[test]
    fn each_status_of_the_export_is_told_apart() {
        check(
            &[(
                "tracker.json",
                r#"{"xorg-server":{"CVE-2023-1393":{"description":"Overlay use after free","scope":"local","releases":{
                  "sid":{"status":"resolved","fixed_version":"2:21.1.7-2","urgency":"not yet assigned"},
                  "bookworm":{"status":"resolved","fixed_version":"0","urgency":"unimportant"},
                  "bullseye":{"status":"open","urgency":"low**","nodsa":"Minor issue","nodsa_reason":"ignored"},
                  "buster":{"status":"open","urgency":"medium","nodsa":"Minor issue","nodsa_reason":"postponed"},
                  "stretch":{"status":"open","urgency":"end-of-life"},
                  "jessie":{"status":"open","urgency":"high","nodsa":"Minor issue","nodsa_reason":""},
                  "wheezy":{"status":"undetermined","urgency":"not yet assigned"},
                  "squeeze":{"status":"open","urgency":"unimportant"}}},
                 "TEMP-0000000-AAAAAA":{"releases":{"sid":{"status":"open"}}}}}"#,
            )],
            expect![[r#"
                debian/CVE-2023-1393 {CVE-2023-1393} debian:12 source:xorg-server not_affected unimportant
                debian/CVE-2023-1393 {CVE-2023-1393} debian:11 source:xorg-server will_not_fix low
                debian/CVE-2023-1393 {CVE-2023-1393} debian:10 source:xorg-server fix_deferred medium
                debian/CVE-2023-1393 {CVE-2023-1393} debian:8 source:xorg-server fix_deferred high
                debian/CVE-2023-1393 {CVE-2023-1393} debian:sid source:xorg-server [,2:21.1.7-2) affected
                debian/CVE-2023-1393 {CVE-2023-1393} debian:6 source:xorg-server affected unimportant
                debian/CVE-2023-1393 {CVE-2023-1393} debian:9 source:xorg-server end_of_life
                debian/CVE-2023-1393 {CVE-2023-1393} debian:7 source:xorg-server under_investigation
                debian/TEMP-0000000-AAAAAA {TEMP-0000000-AAAAAA} debian:sid source:xorg-server affected
            "#]],
        );
    }

    #[test]
    fn what_is_of_another_form_is_skipped_and_counted_and_everything_else_counts() {
        let export = r#"{"a":{"CVE-2024-1":{"releases":7},"CVE-2024-2":{"releases":{"sid":{"status":"open"}}}},
            "b":[1,2],"c":{"CVE-2024-3":{"releases":{"sid":{"status":"open"},"bookworm":"open"}}},"d":{"CVE-2024-4":null}}"#;
        let kept = KeptRecords::read(&DebianTracker, &[("tracker.json", export.as_bytes())]);
        let ids: Vec<&str> = kept.advisories().into_iter().map(|advisory| advisory.id.as_str()).collect();
        assert_eq!(ids, ["CVE-2024-2", "CVE-2024-3"]);
        assert_eq!(kept.skipped.len(), 4, "{:?}", kept.skipped);
        assert!(kept.skipped.iter().all(|reason| reason.contains("not of the feed's form")), "{:?}", kept.skipped);
    }

    #[test]
    fn an_announced_repair_carries_the_advisory_and_the_export_s_range() {
        check(
            &[
                ("DSA.list", LIST),
                (
                    "tracker.json",
                    r#"{"xorg-server":{"CVE-2023-1393":{"releases":{
                      "bullseye":{"status":"resolved","fixed_version":"2:1.20.11-1+deb11u5","urgency":"high"},
                      "sid":{"status":"resolved","fixed_version":"2:21.1.7-2","urgency":"high"}}}}}"#,
                ),
            ],
            expect![[r#"
                debian/CVE-2023-1393 {CVE-2023-1393} debian:sid source:xorg-server [,2:21.1.7-2) affected high
                debian/DSA-5380-1 {CVE-2023-1393} debian:11 source:xorg-server [,2:1.20.11-1+deb11u5) affected high
                debian/DSA-5380-1 {CVE-2023-1393 CVE-2023-0494} debian:9 source:xorg-server not_affected
            "#]],
        );
    }

    #[test]
    fn lists_stand_alone_without_the_export() {
        check(
            &[("DSA.list", LIST)],
            expect![[r#"
                debian/DSA-5380-1 {CVE-2023-1393 CVE-2023-0494} debian:11 source:xorg-server [,2:1.20.11-1+deb11u6) affected
                debian/DSA-5380-1 {CVE-2023-1393 CVE-2023-0494} debian:9 source:xorg-server not_affected
            "#]],
        );
    }

    #[test]
    fn the_real_export_is_read_whole() {
        let Some(folder) = test_support::test_data("feeds/debian-tracker") else { return };
        let mut kept = KeptRecords::default();
        DebianTracker.read(&folder, &mut kept).unwrap();
        let bookworm: BTreeSet<(&str, &str)> = kept
            .advisories()
            .into_iter()
            .flat_map(|advisory| advisory.affected.iter().map(move |affected| (advisory, affected)))
            .filter(|(_, affected)| affected.namespace == "debian:12")
            .flat_map(|(advisory, affected)| {
                advisory.vulnerabilities.iter().map(|id| (id.as_str(), affected.package.as_str()))
            })
            .collect();
        assert_eq!(bookworm.len(), 1_494);
        let advisory = kept.advisories().into_iter().find(|advisory| advisory.id == "DSA-5380-1").unwrap();
        assert_eq!(advisory.published.as_deref(), Some("2023-03-29T00:00:00Z"));
    }
}
