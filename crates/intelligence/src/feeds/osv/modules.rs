//! Which rpm module stream an advisory of the RHEL family means.
//!
//! The records have no field for it. A package of a module carries the build in its release
//! (`2.0.7-6.module_el8.3.0+2041+d1f204ad`), and the advisory's one line names the stream (`nodejs:12 bug fix update`).
//! Where the line names two (`virt:rhel and virt-devel:rhel`) a package may come from either. Where it names none, the
//! stream is the one that other advisories name for the same module build, else for the same package and distribution.

use std::collections::{BTreeMap, BTreeSet};

use model::version::VersionScheme;

use crate::advisory::{Advisory, Affected, RangeEnd};

/// The module build in a version: `8.3.0+2041+d1f204ad` of `1.0-6.module_el8.3.0+2041+d1f204ad.1`.
pub(super) fn module_build(version: &str) -> Option<&str> {
    let (_, rest) = version.split_once(".module")?;
    let rest = rest.trim_start_matches(['_', '+', '-']).trim_start_matches("el");
    // The build is three parts joined by `+`; what follows the last one's hexadecimal digits is the rebuild.
    let context = rest.rfind('+')? + 1;
    let digits = rest.get(context..)?.bytes().take_while(u8::is_ascii_hexdigit).count();
    rest.get(..context + digits)
}

/// The streams `name:stream` that an advisory's line names.
pub(super) fn streams(summary: &str) -> Vec<String> {
    let line = ["Important: ", "Moderate: ", "Low: ", "Critical: "].iter().find_map(|word| summary.strip_prefix(word));
    let mut streams: Vec<String> = Vec::new();
    for word in line.unwrap_or(summary).split([' ', ',', '(', ')']) {
        let Some((name, stream)) = word.split_once(':') else { continue };
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
        };
        // `ALSA-2022:5468:` is the advisory's own id.
        if is_word(name) && is_word(stream) && !streams.iter().any(|known| known == word) {
            streams.push(word.to_owned());
        }
    }
    streams
}

/// What the advisories that name their stream teach about those that do not.
#[derive(Default)]
pub(super) struct KnownModules {
    by_build: BTreeMap<String, BTreeSet<String>>,
    by_package: BTreeMap<(String, String), BTreeSet<String>>,
    waiting: Vec<(String, Advisory)>,
}

impl KnownModules {
    /// Limits the advisory's packages to their module; an advisory whose stream is not known yet is kept back.
    pub(super) fn limit(&mut self, source_name: &str, mut advisory: Advisory, summary: &str) -> Option<Advisory> {
        if !advisory.affected.iter().any(|affected| build_of(affected).is_some()) {
            return Some(advisory);
        }
        let streams = streams(summary);
        if streams.is_empty() {
            self.waiting.push((source_name.to_owned(), advisory));
            return None;
        }
        for affected in advisory.affected.iter().filter(|_| streams.len() == 1) {
            let Some(build) = build_of(affected) else { continue };
            self.by_build.entry(build.to_owned()).or_default().extend(streams.iter().cloned());
            let package = (affected.namespace.clone(), affected.package.clone());
            self.by_package.entry(package).or_default().extend(streams.iter().cloned());
        }
        advisory.affected = advisory.affected.into_iter().flat_map(|affected| limited(affected, &streams)).collect();
        keep_first_builds(&mut advisory.affected);
        Some(advisory)
    }

    /// The advisories kept back, limited by what all others taught.
    pub(super) fn finish(self) -> impl Iterator<Item = (String, Advisory)> {
        let KnownModules { by_build, by_package, waiting } = self;
        waiting.into_iter().map(move |(source_name, mut advisory)| {
            let find = |affected: &Affected| -> Vec<String> {
                let known = build_of(affected)
                    .and_then(|build| by_build.get(build))
                    .or_else(|| by_package.get(&(affected.namespace.clone(), affected.package.clone())));
                known.into_iter().flatten().cloned().collect()
            };
            // Packages of one advisory mostly come from one module: what is known of one holds for its neighbours.
            let all: BTreeSet<String> = advisory.affected.iter().flat_map(find).collect();
            let all: Vec<String> = all.into_iter().collect();
            advisory.affected = advisory
                .affected
                .into_iter()
                .flat_map(|affected| {
                    let own = find(&affected);
                    limited(affected, if own.is_empty() { &all } else { &own })
                })
                .collect();
            keep_first_builds(&mut advisory.affected);
            (source_name, advisory)
        })
    }
}

fn build_of(affected: &Affected) -> Option<&str> {
    module_build(fixed_of(affected)?)
}

fn fixed_of(affected: &Affected) -> Option<&str> {
    affected.ranges.iter().find_map(|range| match &range.end {
        RangeEnd::Fixed(version) => Some(version.as_str()),
        RangeEnd::Open | RangeEnd::LastAffected(_) | RangeEnd::Limit(_) => None,
    })
}

fn limited(affected: Affected, streams: &[String]) -> Vec<Affected> {
    if streams.is_empty() || build_of(&affected).is_none() {
        return vec![affected];
    }
    streams.iter().map(|stream| Affected { module: Some(stream.clone()), ..affected.clone() }).collect()
}

/// Of several builds of one version of a package (`…-1.module_el8.3.0+…`, `…-1.module_el8.5.0+…`) keeps the first: they
/// hold the same repair, and a system with the first one has it.
fn keep_first_builds(affected: &mut Vec<Affected>) {
    let mut first: BTreeMap<(String, String, Option<String>, String), Option<usize>> = BTreeMap::new();
    let mut drop = BTreeSet::new();
    let key = |text: &str| VersionScheme::Rpm.key(text).ok();
    for (index, entry) in affected.iter().enumerate() {
        let Some((version, _)) = fixed_of(entry).and_then(|fixed| fixed.split_once(".module")) else { continue };
        let group = (entry.namespace.clone(), entry.package.clone(), entry.module.clone(), version.to_owned());
        let kept = first.entry(group).or_default();
        let Some(earlier) = *kept else {
            *kept = Some(index);
            continue;
        };
        let is_earlier = fixed_of(entry).and_then(key) < affected.get(earlier).and_then(fixed_of).and_then(key);
        drop.insert(if is_earlier { earlier } else { index });
        if is_earlier {
            *kept = Some(index);
        }
    }
    let mut index = 0;
    affected.retain(|_| {
        index += 1;
        !drop.contains(&(index - 1))
    });
}

#[cfg(test)]
mod tests {
    use model::FindingStatus;

    use super::*;
    use crate::advisory::{NameKind, VersionRange};

    fn check(summary: &str, expected: &[&str]) {
        assert_eq!(streams(summary), expected, "{summary}");
    }

    fn affected(package: &str, fixed: &str) -> Affected {
        Affected {
            namespace: "almalinux:8".into(),
            package: package.into(),
            name_kind: NameKind::Binary,
            module: None,
            scheme: VersionScheme::Rpm,
            ranges: vec![VersionRange { introduced: None, end: RangeEnd::Fixed(fixed.into()) }],
            versions: vec![],
            status: FindingStatus::Affected,
            severity: None,
        }
    }

    fn modules(advisory: &Advisory) -> Vec<(&str, Option<&str>)> {
        advisory.affected.iter().map(|affected| (fixed_of(affected).unwrap(), affected.module.as_deref())).collect()
    }

    #[test]
    fn the_line_of_an_advisory_names_its_streams() {
        check("nodejs:12 bug fix update", &["nodejs:12"]);
        check("Moderate: virt:rhel and virt-devel:rhel security update", &["virt:rhel", "virt-devel:rhel"]);
        check("ALSA-2022:5468: php:8.0 security update (Important)", &["php:8.0"]);
        check("new module: nodejs:16", &["nodejs:16"]);
        check("Important: varnish security update", &[]);
    }

    #[test]
    fn the_build_stands_behind_the_word_module() {
        assert_eq!(module_build("2.0.7.1-6.module_el8.3.0+2041+d1f204ad"), Some("8.3.0+2041+d1f204ad"));
        assert_eq!(module_build("3:2.1.29-12.module_el8.5.0+26+48d4c9ee.2"), Some("8.5.0+26+48d4c9ee"));
        assert_eq!(module_build("16.20.2-2.module+el8.8.0+1577+63d2fa6f"), Some("8.8.0+1577+63d2fa6f"));
        assert_eq!(module_build("2.2.5-8.el8_6.2"), None);
        assert_eq!(module_build("1-1.module"), None);
    }

    #[test]
    fn an_advisory_without_a_stream_learns_it_from_the_others() {
        let mut known = KnownModules::default();
        let advisory = |fixed: &[&str]| Advisory {
            affected: fixed.iter().map(|fixed| affected("varnish", fixed)).collect(),
            ..Advisory::default()
        };
        let silent = advisory(&["6.0.8-3.module_el8.8.0+3665+0b8dabc5"]);
        assert_eq!(known.limit("osv", silent, "varnish security update"), None);
        let named = advisory(&["6.0.8-2.module_el8.8.0+3000+aabbccdd", "6.0.8-2.module_el8.5.0+2000+aabbccdd"]);
        let named = known.limit("osv", named, "Moderate: varnish:6 security update").unwrap();
        assert_eq!(modules(&named), [("6.0.8-2.module_el8.5.0+2000+aabbccdd", Some("varnish:6"))]);
        let plain = known.limit("osv", advisory(&["1.0-1.el8"]), "python3:3.6.8 security update").unwrap();
        assert_eq!(modules(&plain), [("1.0-1.el8", None)]);
        let late: Vec<_> = known.finish().collect();
        assert_eq!(modules(&late[0].1), [("6.0.8-3.module_el8.8.0+3665+0b8dabc5", Some("varnish:6"))]);
    }
}
