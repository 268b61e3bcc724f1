//! Ruby: all folders of specifications of a system are one to RubyGems, which keeps several versions of a gem side by
//! side and takes the highest that a requirement allows (guides.rubygems.org, Patterns).

use std::cmp::Ordering;
use std::collections::HashMap;

use model::version::{VersionKey, VersionScheme};

use super::{Described, Relations, parent};

/// How many versions of one gem are looked at; a hostile target may have any number of them.
const MOST_VERSIONS: usize = 64;

/// Settles the needs of installed gems.
pub(super) fn relate(described: &[Described<'_>], relations: &mut Relations) {
    let mut by_name: HashMap<&str, Vec<Installed<'_>>> = HashMap::new();
    for gem in described {
        let versions = by_name.entry(gem.package.name.as_str()).or_default();
        if versions.len() < MOST_VERSIONS {
            versions.push(Installed { gem: *gem, version: key(&gem.package.version) });
        }
    }
    for gem in described {
        for need in gem.package.needs.iter() {
            let (name, requirement) = need.split_once(' ').unwrap_or((need, ""));
            let allowed = by_name.get(name).into_iter().flatten().filter(|i| allows(requirement, i.version.as_ref()));
            // Gems of the same folder go before those of another Ruby.
            let best = allowed.max_by_key(|i| (parent(i.gem.path) == parent(gem.path), i.version.clone()));
            relations.needed.extend(best.map(|best| (gem.place, best.gem.place)));
        }
    }
}

struct Installed<'a> {
    gem: Described<'a>,
    version: Option<VersionKey>,
}

fn key(version: &str) -> Option<VersionKey> {
    VersionScheme::Gem.key(version).ok()
}

/// Whether the requirement, `~> 1.4, >= 1.4.2`, allows the version. What cannot be compared is allowed.
fn allows(requirement: &str, version: Option<&VersionKey>) -> bool {
    let Some(version) = version else { return true };
    requirement.split(',').map(str::trim).filter(|clause| !clause.is_empty()).all(|clause| {
        let operator_end = clause.find(|c: char| !"<>=!~".contains(c)).unwrap_or(clause.len());
        let (operator, bound) = clause.split_at(operator_end);
        let bound = bound.trim();
        let Some(order) = key(bound).map(|bound| version.cmp(&bound)) else { return true };
        match operator {
            "=" | "" => order == Ordering::Equal,
            "!=" => order != Ordering::Equal,
            ">" => order == Ordering::Greater,
            "<" => order == Ordering::Less,
            ">=" => order != Ordering::Less,
            "<=" => order != Ordering::Greater,
            "~>" => {
                order != Ordering::Less && series_end(bound).and_then(|end| key(&end)).is_none_or(|end| *version < end)
            }
            _ => true,
        }
    })
}

/// The first version after the series that `~>` allows: all but the last number, counted up (`Gem::Version#bump`).
fn series_end(bound: &str) -> Option<String> {
    let release = bound.split('.').take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let mut numbers: Vec<u64> = release.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    if numbers.len() > 1 {
        numbers.pop();
    }
    *numbers.last_mut()? = numbers.last()?.checked_add(1)?;
    Some(numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_those_of_rubygems() {
        for (requirement, version, is_allowed) in [
            ("", "1", true),
            (">= 0", "0.1", true),
            ("~> 1.4", "1.9", true),
            ("~> 1.4", "2.0", false),
            ("~> 1.4.2", "1.5", false),
            ("~> 1.4.2", "1.4.1", false),
            ("~> 2", "2.9", true),
            ("~> 2", "3", false),
            (">= 2.2.4, < 4", "4.0", false),
            (">= 2.2.4, < 4", "3.1", true),
            ("= 1.0", "1.0.0", true),
            ("!= 1.0", "1.0.0", false),
            ("strange", "1", true),
        ] {
            assert_eq!(allows(requirement, key(version).as_ref()), is_allowed, "{requirement} {version}");
        }
    }
}
