//! Events of OSV ranges as runs of versions (OSV schema, Evaluation).

use std::cmp::Ordering;

use model::version::{VersionKey, VersionScheme};

use super::record::{OsvEvent, OsvRange};
use crate::advisory::{RangeEnd, VersionRange};
use crate::feeds::json::Text;

/// What an event does to the state "affected" when versions are walked upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event<'a> {
    Introduced(&'a str),
    Fixed(&'a str),
    LastAffected(&'a str),
    Limit(&'a str),
}

impl<'a> Event<'a> {
    fn version(&self) -> &'a str {
        match self {
            Event::Introduced(version)
            | Event::Fixed(version)
            | Event::LastAffected(version)
            | Event::Limit(version) => version,
        }
    }

    /// Whether it stands below every version: `0` means "from the very first".
    fn is_lowest(&self) -> bool {
        matches!(self, Event::Introduced("0"))
    }
}

/// The runs of affected versions that the events of one range describe, lowest first.
pub(super) fn version_ranges(events: &[OsvEvent<'_>], scheme: VersionScheme) -> Vec<VersionRange> {
    let mut events: Vec<Event<'_>> = events.iter().flat_map(parts_of).collect();
    let is_simple = matches!(events.as_slice(), [first] | [first, _] if first.is_lowest());
    if !is_simple {
        sort(&mut events, scheme);
    }
    let mut ranges = Vec::new();
    // A range without any beginning can only mean "from the very first".
    let has_beginning = events.iter().any(|event| matches!(event, Event::Introduced(_)));
    let mut open = (!has_beginning && !events.is_empty()).then_some(None);
    for event in events {
        let end = match event {
            Event::Introduced(version) => {
                open.get_or_insert((version != "0").then(|| version.to_owned()));
                continue;
            }
            Event::Fixed(version) => RangeEnd::Fixed(version.to_owned()),
            Event::LastAffected(version) => RangeEnd::LastAffected(version.to_owned()),
            Event::Limit(version) => RangeEnd::Limit(version.to_owned()),
        };
        if let Some(introduced) = open.take() {
            ranges.push(VersionRange { introduced, end });
        }
    }
    ranges.extend(open.map(|introduced| VersionRange { introduced, end: RangeEnd::Open }));
    ranges
}

fn parts_of<'e>(event: &'e OsvEvent<'_>) -> impl Iterator<Item = Event<'e>> {
    let of = |text: &'e Text<'_>, make: fn(&'e str) -> Event<'e>| (!text.is_empty()).then(|| make(text));
    let limit = of(&event.limit, Event::Limit).filter(|limit| limit.version() != "*");
    [
        of(&event.introduced, Event::Introduced),
        of(&event.fixed, Event::Fixed),
        of(&event.last_affected, Event::LastAffected),
        limit,
    ]
    .into_iter()
    .flatten()
}

/// Sorts by version. Equal versions keep the order in which they stand; where one is no version of the scheme, the
/// whole list keeps it.
fn sort(events: &mut Vec<Event<'_>>, scheme: VersionScheme) {
    let keys: Option<Vec<Option<VersionKey>>> = events
        .iter()
        .map(|event| if event.is_lowest() { Some(None) } else { scheme.key(event.version()).ok().map(Some) })
        .collect();
    let Some(keys) = keys else { return };
    if keys.is_sorted() {
        return;
    }
    let mut keyed: Vec<_> = keys.into_iter().zip(events.drain(..)).collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    events.extend(keyed.into_iter().map(|(_, event)| event));
}

/// A compiled range: its first version, and its end with whether that is still in it.
type CompiledRange = (Option<VersionKey>, Option<(VersionKey, bool)>);

/// Says of versions whether some ranges hold them.
pub(super) struct Cover {
    scheme: VersionScheme,
    ranges: Option<Vec<CompiledRange>>,
}

impl Cover {
    /// Compiles the ranges; where one of their ends is no version of the scheme, they cover nothing.
    pub(super) fn new(ranges: &[VersionRange], scheme: VersionScheme) -> Cover {
        let key = |text: &str| scheme.key(text).ok();
        let compile = |range: &VersionRange| {
            let from = match &range.introduced {
                Some(version) => Some(key(version)?),
                None => None,
            };
            let to = match &range.end {
                RangeEnd::Open => None,
                RangeEnd::Fixed(version) | RangeEnd::Limit(version) => Some((key(version)?, false)),
                RangeEnd::LastAffected(version) => Some((key(version)?, true)),
            };
            Some((from, to))
        };
        Cover { scheme, ranges: ranges.iter().map(compile).collect() }
    }

    /// Whether the version lies in one of the ranges.
    pub(super) fn holds(&self, version: &str) -> bool {
        let Some(ranges) = &self.ranges else { return false };
        if ranges.contains(&(None, None)) {
            return true;
        }
        let Ok(key) = self.scheme.key(version) else { return false };
        ranges.iter().any(|(from, to)| {
            from.as_ref().is_none_or(|from| *from <= key)
                && to.as_ref().is_none_or(|(to, inclusive)| match key.cmp(to) {
                    Ordering::Less => true,
                    Ordering::Equal => *inclusive,
                    Ordering::Greater => false,
                })
        })
    }
}

/// Whether the range compares by version at all: `GIT` ranges name commits.
pub(super) fn is_versioned(range: &OsvRange<'_>) -> bool {
    matches!(&*range.kind, "SEMVER" | "ECOSYSTEM" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let events: Vec<OsvEvent<'_>> = serde_json::from_str(json).unwrap();
        let ranges: Vec<String> = version_ranges(&events, VersionScheme::Semver)
            .into_iter()
            .map(|range| {
                let from = range.introduced.unwrap_or_default();
                match range.end {
                    RangeEnd::Open => format!("[{from},)"),
                    RangeEnd::Fixed(end) => format!("[{from},{end})"),
                    RangeEnd::LastAffected(end) => format!("[{from},{end}]"),
                    RangeEnd::Limit(end) => format!("[{from},{end}|"),
                }
            })
            .collect();
        assert_eq!(ranges.join(" "), expected, "{json}");
    }

    #[test]
    fn events_pair_up_in_the_order_of_versions() {
        check(r#"[{"introduced":"0"},{"fixed":"1.2.0"}]"#, "[,1.2.0)");
        check(r#"[{"introduced":"0"}]"#, "[,)");
        check(r#"[{"introduced":"1.0.0","fixed":"1.2.0"}]"#, "[1.0.0,1.2.0)");
        check(r#"[{"fixed":"2.0.0"},{"introduced":"1.0.0"}]"#, "[1.0.0,2.0.0)");
        check(
            r#"[{"introduced":"0"},{"introduced":"2.0.0"},{"fixed":"1.5.0"},{"fixed":"2.1.0"}]"#,
            "[,1.5.0) [2.0.0,2.1.0)",
        );
        check(r#"[{"introduced":"0"},{"fixed":"1.0.0"},{"introduced":"2.0.0"}]"#, "[,1.0.0) [2.0.0,)");
        check(r#"[{"introduced":"1.0.0"},{"last_affected":"1.4.0"}]"#, "[1.0.0,1.4.0]");
        check(r#"[{"introduced":"1.0.0"},{"limit":"1.4.0"}]"#, "[1.0.0,1.4.0|");
        check(r#"[{"introduced":"1.0.0"},{"limit":"*"}]"#, "[1.0.0,)");
        check(r#"[{"introduced":"0"},{"fixed":"1.0.0"},{"fixed":"1.1.0"}]"#, "[,1.0.0)");
        check(r#"[{"fixed":"1.0.0"}]"#, "[,1.0.0)");
        check(r#"[{"introduced":"1.0.0"},{"fixed":"1.0.0"}]"#, "[1.0.0,1.0.0)");
        check("[]", "");
        check("[{}]", "");
    }

    #[test]
    fn versions_within_ranges_are_covered() {
        let events: Vec<OsvEvent<'_>> =
            serde_json::from_str(r#"[{"introduced":"1.0.0"},{"last_affected":"1.4.0"}]"#).unwrap();
        let cover = Cover::new(&version_ranges(&events, VersionScheme::Semver), VersionScheme::Semver);
        let held = ["0.9.0", "1.0.0", "1.4.0", "1.5.0"].map(|version| cover.holds(version));
        assert_eq!(held, [false, true, true, false]);
        assert!(!Cover::new(&[], VersionScheme::Semver).holds("1.0.0"));
        assert!(Cover::new(&[VersionRange::default()], VersionScheme::Semver).holds("anything"));
    }
}
