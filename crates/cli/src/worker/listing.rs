//! A registry is listed: the repositories that are wanted, their tags, what those mean, and when it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use api::Moment;
use api::jobs::{LeasedRegistry, ListedTag, Listing, MOST_LISTED_TAGS};
use api::registries::{Cause, RegistryKind, RegistryRules};
use model::ImageName;
use oci::registry::{MOST_NAMES, Management, Names, RegistryError, Repository, TagTimes, is_open, list_repositories};
use policy::Pattern;

use super::causes::{Undone, detailed, of_registry};
use super::registry::Reach;

/// Microseconds of a day.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// How many problems are told.
const MOST_PROBLEMS: usize = 20;

/// After so many repositories, or projects, that fail in a row in ways that are not their own, the registry is not asked on.
const MOST_FAILURES: usize = 5;

/// Lists what the rules want.
pub(super) fn list(registry: &LeasedRegistry, rules: &RegistryRules, reach: &Reach) -> Result<Listing, Undone> {
    let listing = Listing { is_complete: true, ..Listing::default() };
    let mut lister = Lister { registry, rules, reach, management: management(registry, rules, reach)?, listing };
    let repositories = lister.repositories()?;
    lister.take(&repositories)?;
    let mut listing = lister.listing;
    listing.tags.truncate(MOST_LISTED_TAGS);
    listing.is_open = repositories.first().and_then(|first| is_open(&registry.address, first, &reach.options));
    Ok(listing)
}

struct Lister<'a> {
    registry: &'a LeasedRegistry,
    rules: &'a RegistryRules,
    reach: &'a Reach,
    /// What the registry tells beyond the protocol.
    management: Option<Management>,
    listing: Listing,
}

/// The interface of the registry's own, where its kind has one that is spoken here.
fn management(
    registry: &LeasedRegistry,
    rules: &RegistryRules,
    reach: &Reach,
) -> Result<Option<Management>, RegistryError> {
    match registry.kind {
        RegistryKind::Harbor => Management::harbor(&registry.address, &reach.options).map(Some),
        RegistryKind::DockerHub if registry.address == "docker.io" => Management::docker_hub(&reach.options).map(Some),
        // It lists repositories and tells nothing else, so that it is not asked where all of them are named.
        RegistryKind::Gitlab if is_open_ended(rules) => match Management::gitlab(&registry.address, &reach.options) {
            Err(error) if is_closed(&error) => Ok(None),
            found => found.map(Some),
        },
        _ => Ok(None),
    }
}

/// Whether rules want repositories that they do not name.
fn is_open_ended(rules: &RegistryRules) -> bool {
    let is_plain = |pattern: &String| Pattern::new(pattern.as_str()).is_plain();
    rules.repositories.is_empty() || !rules.repositories.iter().all(is_plain)
}

impl Lister<'_> {
    /// Notes that something could not be listed.
    fn leave_out(&mut self, problem: Cause) {
        self.listing.is_complete = false;
        if self.listing.problems.len() < MOST_PROBLEMS {
            self.listing.problems.push(problem);
        }
    }

    /// Lists repositories. One that cannot be listed is told of, and keeps nothing from the others. Where none can, or the
    /// registry itself seems to be away, the whole is tried again.
    fn take(&mut self, repositories: &BTreeSet<String>) -> Result<(), Undone> {
        let (mut in_a_row, mut is_one_listed, mut first) = (0, false, None);
        for repository in repositories {
            if self.listing.tags.len() >= MOST_LISTED_TAGS {
                self.leave_out(Cause::new("registry.too_many_tags").with("limit", MOST_LISTED_TAGS));
                break;
            }
            match self.tags(repository) {
                Ok(tags) => {
                    self.listing.tags.extend(tags);
                    (in_a_row, is_one_listed) = (0, true);
                }
                Err(error) => {
                    let undone = of_registry(&error);
                    if undone.may_pass || matches!(error, RegistryError::Exchange(_)) {
                        in_a_row += 1;
                        first.get_or_insert(undone.clone());
                    }
                    if in_a_row >= MOST_FAILURES || matches!(error, RegistryError::RateLimited { .. }) {
                        return Err(undone);
                    }
                    self.leave_out(undone.cause.with("repository", repository.as_str()));
                }
            }
        }
        first.filter(|_| !is_one_listed).map_or(Ok(()), Err)
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
        match self.open_list(&open) {
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

    /// The registry's own list, as far as patterns may find something in it: of projects and namespaces where those are
    /// listed one by one, and few may list them all. One of several that cannot be listed is told of.
    fn open_list(&mut self, patterns: &[Pattern]) -> Result<Names, RegistryError> {
        let (registry, reach) = (self.registry, self.reach);
        let catalog = || list_repositories(&registry.address, &reach.options);
        let Some(management) = &self.management else { return catalog() };
        let places = match places(patterns, management.is_nested()) {
            Some(places) => places,
            None => match management.places() {
                Err(error) if is_closed(&error) => return catalog(),
                found => found?.names.into_iter().collect(),
            },
        };
        let (mut listed, mut is_one_listed, mut in_a_row, mut failed) = (Names::default(), false, 0, Vec::new());
        for place in places {
            if listed.names.len() >= MOST_NAMES {
                listed.is_cut = true;
                break;
            }
            match management.repositories(&place) {
                Ok(found) => {
                    listed.is_cut |= found.is_cut;
                    listed.names.extend(found.names);
                    (in_a_row, is_one_listed) = (0, true);
                }
                Err(error) => {
                    in_a_row += usize::from(!is_closed(&error));
                    if in_a_row >= MOST_FAILURES || matches!(error, RegistryError::RateLimited { .. }) {
                        return Err(error);
                    }
                    failed.push((place, error));
                }
            }
        }
        for (place, error) in failed {
            match is_one_listed {
                true => self.leave_out(of_registry(&error).cause.with("repository", format!("{place}/*"))),
                // Its interface is not there, or not for this user; its catalog may be.
                false if is_closed(&error) => return catalog(),
                false => return Err(error),
            }
        }
        Ok(listed)
    }

    /// When the tags of a repository were pushed and pulled, where rules ask and the registry tells.
    fn times(&self, repository: &str) -> Result<Option<BTreeMap<String, TagTimes>>, RegistryError> {
        let is_asked = self.rules.pushed_within_days.is_some() || self.rules.pulled_within_days.is_some();
        let management = self.management.as_ref().filter(|management| is_asked && management.tells_times());
        management.map(|management| management.times(repository)).transpose()
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
        let found = match asked.tags() {
            // The list of repositories of many registries keeps those whose images are gone.
            Err(RegistryError::NotFound { .. }) => return Ok(Vec::new()),
            found => found?,
        };
        let times = match self.times(repository) {
            // It is there, as its tags are: which of them the rules want is what is not known.
            Err(error @ (RegistryError::NotFound { .. } | RegistryError::Unauthorized { .. })) => {
                self.leave_out(detailed("registry.no_times", &error).with("repository", repository));
                return Ok(Vec::new());
            }
            times => times?,
        };
        if found.is_cut {
            self.leave_out(Cause::new("registry.too_many_tags").with("repository", repository));
        }
        let patterns: Vec<Pattern> = self.rules.tags.iter().map(|pattern| Pattern::new(pattern.as_str())).collect();
        let is_wanted = |tag: &String| {
            let is_recent = times.as_ref().is_none_or(|times| is_recent(times.get(tag), self.rules, now()));
            !is_companion(tag)
                && is_recent
                && (patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(tag)))
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
        // What the registry has told is not guessed again from when images were made.
        let told = RegistryRules { pushed_within_days: None, ..self.rules.clone() };
        Ok(choose(tags, if times.is_some() { &told } else { self.rules }, now()))
    }
}

/// Whether an error says that an interface is not there, or not for whoever asks.
fn is_closed(error: &RegistryError) -> bool {
    matches!(error, RegistryError::NotFound { .. } | RegistryError::Unauthorized { .. } | RegistryError::Status { .. })
}

/// The projects or namespaces that patterns lie in, where places lie within one another the innermost; `None` where they may
/// lie in any.
fn places(patterns: &[Pattern], is_nested: bool) -> Option<BTreeSet<String>> {
    let place = |pattern: &Pattern| {
        let text = pattern.as_str();
        let plain = text.find(['*', '?']).map_or(text, |at| &text[..at]);
        let (place, _) = if is_nested { plain.rsplit_once('/') } else { plain.split_once('/') }?;
        (!place.is_empty()).then(|| place.to_owned())
    };
    let places: Option<BTreeSet<String>> = patterns.iter().map(place).collect();
    places.filter(|places| !places.is_empty())
}

/// Whether a tag was pushed, and pulled or pushed, within the days that rules say. What the registry does not know of was
/// pushed while it was listed.
fn is_recent(times: Option<&TagTimes>, rules: &RegistryRules, now: i64) -> bool {
    let Some(times) = times else { return true };
    let within = |time: &Option<String>, days: u32| {
        let since = now - i64::from(days) * DAY;
        time.as_deref().and_then(Moment::read).is_some_and(|time| time.0 >= since)
    };
    rules.pushed_within_days.is_none_or(|days| within(&times.pushed, days))
        && rules.pulled_within_days.is_none_or(|days| within(&times.pulled, days) || within(&times.pushed, days))
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
mod tests;
