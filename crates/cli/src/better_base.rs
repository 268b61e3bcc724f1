//! Whether another build of the image's base repairs more: matched like the image itself, from what the cache knows of it
//! or, when asked to, from its registry.

use std::collections::BTreeSet;
use std::str::FromStr;

use intelligence::{Database, MatchOptions};
use model::version::VersionScheme;
use model::{BetterBase, Digest, Finding, FindingStatus, ImageName, Inventory, VulnerabilityFinding};
use oci::Cache;
use scanner::{ApprovedBases, BaseAlternative, Detectors};

use crate::arguments::SourceArguments;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::open;
use crate::progress::Progress;
use crate::target::Target;

/// The most other builds that are looked at, those with the highest tags: a list may hold years of them.
const MOST_LOOKED_AT: usize = 16;

/// How a registry is asked for other builds.
pub(crate) struct Registries<'a> {
    pub(crate) source: &'a SourceArguments,
    pub(crate) environment: &'a Environment,
}

/// Where the content of other builds is had from.
pub(crate) struct BaseSearch<'a> {
    pub(crate) bases: &'a ApprovedBases,
    pub(crate) intelligence: &'a Database,
    pub(crate) options: &'a MatchOptions,
    pub(crate) cache: Option<&'a Cache>,
    /// `None` where no registry may be asked.
    pub(crate) registries: Option<Registries<'a>>,
    pub(crate) progress: &'a Progress,
}

/// A vulnerability of a package, whatever the package's version.
type Flaw = (String, String);

impl BaseSearch<'_> {
    /// The build on the list that repairs most of what `findings` say of the image's base; none unless it repairs more
    /// than it brings.
    pub(crate) fn find(&self, inventory: &Inventory, findings: &[Finding]) -> Option<BetterBase> {
        let image = inventory.image.as_ref()?;
        let of_base = findings.iter().filter(|finding| inventory.is_of_base(finding.layer(inventory)) == Some(true));
        let present = flaws(of_base.filter_map(Finding::vulnerability), inventory);
        if present.is_empty() {
            return None;
        }
        let mut others = self.bases.alternatives(image);
        // The highest tags first; sorting is stable, so that the list decides between equals.
        others.sort_by_cached_key(|other| std::cmp::Reverse(VersionScheme::Generic.key(tag_of(other.name)).ok()));
        let mut better: Option<BetterBase> = None;
        for other in others.iter().take(MOST_LOOKED_AT) {
            let Some(content) = self.content(other) else { continue };
            let matches = self.intelligence.match_inventory(&content, self.options);
            let its = flaws(matches.findings.iter(), &content);
            let count = |set: &BTreeSet<Flaw>, without: &BTreeSet<Flaw>| {
                u32::try_from(set.difference(without).count()).unwrap_or(u32::MAX)
            };
            let (repairs, brings) = (count(&present, &its), count(&its, &present));
            let gain = |repairs: u32, brings: u32| i64::from(repairs) - i64::from(brings);
            let least = better.as_ref().map_or(0, |best| gain(best.repairs, best.brings));
            if gain(repairs, brings) > least {
                let digest = manifest_digest(other).cloned();
                better = Some(BetterBase { name: other.name.to_owned(), digest, repairs, brings });
            }
        }
        better
    }

    /// The packages of another build; nothing where its content is not known.
    fn content(&self, other: &BaseAlternative<'_>) -> Option<Inventory> {
        // A line may begin with the digests of manifest and configuration.
        let known = (0..other.digests.len().min(3))
            .find_map(|first| scanner::known_inventory(self.cache?, &other.digests[first..]));
        let mut content = match known {
            Some(known) => known,
            None => self.fetched(other)?,
        };
        self.intelligence.name_archives(&mut content);
        Some(content)
    }

    fn fetched(&self, other: &BaseAlternative<'_>) -> Option<Inventory> {
        let Registries { source, environment } = self.registries.as_ref()?;
        let digest = other.digests.first()?;
        let name = other.name.split('@').next().unwrap_or_default();
        let name = match ImageName::from_str(&format!("{name}@{digest}")) {
            Ok(name) => name,
            Err(error) => {
                self.progress.warn(&format!("cannot look at the base image {}: {error}", other.name));
                return None;
            }
        };
        let target = Target::Registry(name);
        let indexed = open::open(&target, source, environment, self.progress)
            .and_then(|mut opened| opened.index(&Detectors::default(), self.progress));
        match indexed {
            Ok(indexed) => Some(indexed.inventory),
            Err(Failure::Usage(error) | Failure::Work(error)) => {
                self.progress.warn(&format!("cannot look at the base image {}: {error:#}", other.name));
                None
            }
            Err(Failure::BrokenPipe) => None,
        }
    }
}

/// What counts against a build: what is there and neither repaired nor harmless.
fn flaws<'a>(findings: impl Iterator<Item = &'a VulnerabilityFinding>, inventory: &Inventory) -> BTreeSet<Flaw> {
    let counts =
        |finding: &&VulnerabilityFinding| !matches!(finding.status, FindingStatus::Fixed | FindingStatus::NotAffected);
    findings
        .filter(counts)
        .map(|finding| (finding.id.clone(), inventory.packages[finding.package].name.clone()))
        .collect()
}

fn tag_of(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or_default();
    name.rsplit('/').next().and_then(|last| last.split_once(':')).map_or("", |(_, tag)| tag)
}

/// The digest of the build's manifest, as a line gives it in front of those of layers; a line of one digest says nothing
/// of what it is.
fn manifest_digest<'a>(other: &BaseAlternative<'a>) -> Option<&'a Digest> {
    other.digests.first().filter(|_| other.digests.len() > 1)
}
