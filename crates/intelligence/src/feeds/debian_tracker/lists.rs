//! The lists of Debian's announcements: `DSA.list`, `DLA.list`; a tab stands before each line after the first.
//!
//! ```text
//! [29 Mar 2023] DSA-5380-1 xorg-server - security update
//!     {CVE-2023-1393}
//!     [bullseye] - xorg-server 2:1.20.11-1+deb11u6
//! ```

use model::FindingStatus;
use model::version::VersionScheme;

use super::SOURCE_NAME;
use crate::advisory::{Affected, NameKind, RangeEnd, VersionRange};
use crate::feed::Sink;
use crate::feeds::fields::{cve_ids, title, written_day};
use crate::feeds::places::debian_codename;

/// One announcement.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Announcement {
    /// `DSA-5380-1`.
    pub(super) id: String,
    /// The day it was sent, RFC 3339.
    pub(super) day: Option<String>,
    /// `xorg-server - security update`.
    pub(super) title: Option<String>,
    /// The CVE ids.
    pub(super) vulnerabilities: Vec<String>,
    /// The packages by release.
    pub(super) affected: Vec<Affected>,
}

/// Reads a list. An announcement that names no vulnerability (a regression update) is left out and counted.
pub(super) fn read_list(text: &str, place: &str, sink: &mut dyn Sink) -> Vec<Announcement> {
    let mut announcements = Vec::new();
    let mut current: Option<Announcement> = None;
    let mut close = |current: Option<Announcement>, sink: &mut dyn Sink| match current {
        Some(announcement) if announcement.vulnerabilities.is_empty() => {
            sink.skipped(SOURCE_NAME, place, "an announcement that names no vulnerability".to_owned());
        }
        Some(announcement) if announcement.affected.is_empty() => {
            sink.skipped(SOURCE_NAME, place, "an announcement that names no package".to_owned());
        }
        Some(announcement) => announcements.push(announcement),
        None => {}
    };
    for line in text.lines() {
        if line.starts_with('[') {
            close(current.take(), sink);
            current = headline(line);
            continue;
        }
        let Some(announcement) = &mut current else { continue };
        let line = line.trim();
        if let Some(ids) = line.strip_prefix('{') {
            announcement.vulnerabilities = cve_ids(ids);
        } else if line.starts_with('[') {
            match package(line) {
                Ok(affected) => announcement.affected.push(affected),
                Err(reason) => sink.skipped(SOURCE_NAME, place, reason),
            }
        }
    }
    close(current.take(), sink);
    announcements
}

fn headline(line: &str) -> Option<Announcement> {
    let (day, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (id, rest) = rest.trim().split_once(' ')?;
    Some(Announcement { id: id.to_owned(), day: written_day(day), title: title(rest), ..Announcement::default() })
}

fn package(line: &str) -> Result<Affected, String> {
    let unknown = || format!("the line `{}`", line.chars().take(80).collect::<String>().escape_debug());
    let (codename, rest) = line.trim_start_matches('[').split_once(']').ok_or_else(unknown)?;
    let namespace = debian_codename(codename).ok_or_else(|| format!("release `{}`", codename.escape_debug()))?;
    let mut words = rest.trim().trim_start_matches('-').split_whitespace();
    let (package, version) = (words.next().ok_or_else(unknown)?, words.next().ok_or_else(unknown)?);
    let (status, ranges) = match version {
        "<not-affected>" => (FindingStatus::NotAffected, Vec::new()),
        "<unfixed>" => (FindingStatus::Affected, Vec::new()),
        "<end-of-life>" => (FindingStatus::EndOfLife, Vec::new()),
        "<ignored>" => (FindingStatus::WillNotFix, Vec::new()),
        "<no-dsa>" | "<postponed>" => (FindingStatus::FixDeferred, Vec::new()),
        "<undetermined>" => (FindingStatus::UnderInvestigation, Vec::new()),
        version if version.starts_with('<') => return Err(unknown()),
        version => {
            let range = VersionRange { introduced: None, end: RangeEnd::Fixed(version.to_owned()) };
            (FindingStatus::Affected, vec![range])
        }
    };
    Ok(Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        name_kind: NameKind::Source,
        module: None,
        scheme: VersionScheme::Deb,
        ranges,
        versions: Vec::new(),
        status,
        severity: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(line: &str, expected: Option<(&str, &str, FindingStatus)>) {
        let text = format!("[01 Jan 2020] DSA-1-1 a - b\n\t{{CVE-2020-0001}}\n\t{line}\n");
        let mut kept = KeptRecords::default();
        let list = read_list(&text, "DSA.list", &mut kept);
        let affected = list.first().and_then(|announcement| announcement.affected.first());
        let found = affected.map(|entry| (entry.namespace.as_str(), entry.package.as_str(), entry.status));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn lines_of_packages_are_read_in_every_form() {
        check("[woody] - krb5 1.2.4-5woody1", Some(("debian:3.0", "krb5", FindingStatus::Affected)));
        check(
            "[lenny] - cups <not-affected> (Cups is built otherwise)",
            Some(("debian:5", "cups", FindingStatus::NotAffected)),
        );
        check("[squeeze] - mahara <end-of-life>", Some(("debian:6", "mahara", FindingStatus::EndOfLife)));
        check("[woody] - apt <unfixed> (high)", Some(("debian:3.0", "apt", FindingStatus::Affected)));
        check("[nowhere] - apt 1", None);
        check("[woody] - apt", None);
        check("[woody", None);
        check("NOTE: something", None);
    }
}
