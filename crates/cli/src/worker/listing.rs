//! A registry is listed: the repositories that are wanted, their tags, what those mean, and when it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use api::Moment;
use api::jobs::{LeasedRegistry, ListedTag, Listing, MOST_LISTED_TAGS};
use api::registries::{Cause, RegistryKind, RegistryRules};
use model::ImageName;
use oci::registry::{RegistryError, Repository, is_open, list_repositories};
use policy::Pattern;

use super::causes::{Undone, detailed, of_registry};
use super::registry::Reach;

/// Microseconds of a day.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// How many problems are told.
const MOST_PROBLEMS: usize = 20;

/// Lists what the rules want.
pub(super) fn list(registry: &LeasedRegistry, rules: &RegistryRules, reach: &Reach) -> Result<Listing, Undone> {
    let mut lister = Lister { registry, rules, reach, listing: Listing { is_complete: true, ..Listing::default() } };
    let repositories = lister.repositories()?;
    for repository in &repositories {
        if lister.listing.tags.len() >= MOST_LISTED_TAGS {
            lister.leave_out(Cause::new("registry.too_many_tags").with("limit", MOST_LISTED_TAGS));
            break;
        }
        match lister.tags(repository) {
            Ok(tags) => lister.listing.tags.extend(tags),
            // The list of repositories of many registries keeps those whose images are gone.
            Err(RegistryError::NotFound { .. }) => {}
            Err(error @ (RegistryError::Unauthorized { .. } | RegistryError::Manifest(_))) => {
                lister.leave_out(of_registry(&error).cause.with("repository", repository.as_str()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut listing = lister.listing;
    listing.tags.truncate(MOST_LISTED_TAGS);
    listing.is_open = repositories.first().and_then(|first| is_open(&registry.address, first, &reach.options));
    Ok(listing)
}

struct Lister<'a> {
    registry: &'a LeasedRegistry,
    rules: &'a RegistryRules,
    reach: &'a Reach,
    listing: Listing,
}

impl Lister<'_> {
    /// Notes that something could not be listed.
    fn leave_out(&mut self, problem: Cause) {
        self.listing.is_complete = false;
        if self.listing.problems.len() < MOST_PROBLEMS {
            self.listing.problems.push(problem);
        }
    }

    /// The wanted repositories: those named, and of the registry's own list those that a pattern takes.
    fn repositories(&mut self) -> Result<BTreeSet<String>, Undone> {
        let patterns: Vec<Pattern> =
            self.rules.repositories.iter().map(|pattern| Pattern::new(pattern.as_str())).collect();
        let (named, open): (Vec<Pattern>, Vec<Pattern>) = patterns.into_iter().partition(Pattern::is_plain);
        let mut wanted: BTreeSet<String> = named.iter().map(|pattern| self.full_name(pattern.as_str())).collect();
        if open.is_empty() && !wanted.is_empty() {
            return Ok(wanted);
        }
        match list_repositories(&self.registry.address, &self.reach.options) {
            Ok(names) => {
                if names.is_cut {
                    self.leave_out(Cause::new("registry.too_many_repositories"));
                }
                let is_wanted = |name: &String| open.is_empty() || open.iter().any(|pattern| pattern.matches(name));
                wanted.extend(names.names.into_iter().filter(is_wanted));
            }
            // The protocol does not make registries list their repositories, and several do not.
            Err(
                error @ (RegistryError::NotFound { .. }
                | RegistryError::Unauthorized { .. }
                | RegistryError::Status { .. }),
            ) => {
                let undone = of_registry(&error);
                if undone.may_pass {
                    return Err(undone);
                }
                let cause = detailed("registry.no_catalog", &error);
                if wanted.is_empty() {
                    return Err(Undone::for_good(cause));
                }
                self.leave_out(cause);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(wanted)
    }

    /// Docker Hub's official images are in `library`.
    fn full_name(&self, repository: &str) -> String {
        match self.registry.kind {
            RegistryKind::DockerHub if !repository.contains('/') => format!("library/{repository}"),
            _ => repository.to_owned(),
        }
    }

    fn tags(&mut self, repository: &str) -> Result<Vec<ListedTag>, RegistryError> {
        let Ok(name) = format!("{}/{repository}", self.registry.address).parse::<ImageName>() else {
            self.leave_out(Cause::new("registry.bad_name").with("repository", repository));
            return Ok(Vec::new());
        };
        let asked = Repository::open(&name, &self.reach.options)?;
        let found = asked.tags()?;
        if found.is_cut {
            self.leave_out(Cause::new("registry.too_many_tags").with("repository", repository));
        }
        let patterns: Vec<Pattern> = self.rules.tags.iter().map(|pattern| Pattern::new(pattern.as_str())).collect();
        let is_wanted = |tag: &String| {
            !is_companion(tag) && (patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(tag)))
        };
        let (mut tags, mut built_by_digest) = (Vec::new(), BTreeMap::new());
        for tag in found.names.into_iter().filter(is_wanted).take(MOST_LISTED_TAGS) {
            let digest = match asked.digest(&tag) {
                Ok(digest) => digest,
                // It was removed while the others were asked for.
                Err(RegistryError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            if !built_by_digest.contains_key(&digest) {
                let built = match asked.built(&digest) {
                    Ok(built) => Some(built.as_deref().and_then(Moment::read)),
                    // Charts, signatures and other artifacts have tags too.
                    Err(RegistryError::Manifest(_) | RegistryError::NotFound { .. }) => None,
                    Err(error) => return Err(error),
                };
                built_by_digest.insert(digest.clone(), built);
            }
            if let Some(Some(built)) = built_by_digest.get(&digest) {
                tags.push(ListedTag {
                    repository: repository.to_owned(),
                    tag,
                    digest: digest.to_string(),
                    built: *built,
                });
            }
        }
        Ok(choose(tags, self.rules, now()))
    }
}

/// Whether a tag is how signatures and attestations of a digest are kept: `sha256-….sig`.
fn is_companion(tag: &str) -> bool {
    let digits = tag.strip_prefix("sha256-").map(|rest| rest.split('.').next().unwrap_or(rest));
    digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The tags of the newest images, within the time that counts. What does not say when it was made counts as oldest.
fn choose(mut tags: Vec<ListedTag>, rules: &RegistryRules, now: i64) -> Vec<ListedTag> {
    if let Some(days) = rules.pushed_within_days {
        let since = now - i64::from(days) * DAY;
        tags.retain(|tag| tag.built.is_some_and(|built| built.0 >= since));
    }
    if let Some(newest) = rules.newest {
        let images: BTreeSet<_> = tags.iter().map(|tag| (std::cmp::Reverse(tag.built), tag.digest.clone())).collect();
        let kept: BTreeSet<String> = images.into_iter().take(newest as usize).map(|(_, digest)| digest).collect();
        tags.retain(|tag| kept.contains(&tag.digest));
    }
    tags
}

#[expect(clippy::disallowed_methods, reason = "rules count days back from the clock")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(newest: Option<u32>, days: Option<u32>, expected: &[&str]) {
        let tag = |tag: &str, digest: &str, built: Option<i64>| ListedTag {
            repository: "a".to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            built: built.map(|days| Moment(days * DAY)),
        };
        let tags =
            vec![tag("1", "a", Some(1)), tag("2", "b", Some(5)), tag("latest", "b", Some(5)), tag("odd", "c", None)];
        let rules = RegistryRules { newest, pushed_within_days: days, ..RegistryRules::default() };
        let chosen = choose(tags, &rules, 8 * DAY);
        assert_eq!(chosen.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_newest_images_count_with_all_their_tags() {
        check(None, None, &["1", "2", "latest", "odd"]);
        check(Some(1), None, &["2", "latest"]);
        check(Some(2), None, &["1", "2", "latest"]);
        check(None, Some(3), &["2", "latest"]);
        check(Some(9), Some(1), &[]);
    }

    #[test]
    fn signatures_are_no_images() {
        assert!(is_companion(&format!("sha256-{}.sig", "a".repeat(64))));
        assert!(is_companion(&format!("sha256-{}", "a".repeat(64))));
        assert!(!is_companion("sha256-abc") && !is_companion("latest"));
    }
}
