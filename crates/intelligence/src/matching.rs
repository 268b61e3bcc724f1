//! Which vulnerabilities apply to the packages of an inventory (`docs/reference/matching.md` has the rules).

mod evaluate;
mod finding;
#[cfg(test)]
mod images;
mod namespace;
mod remedy;
mod severity;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::version::VersionScheme;
use model::{
    Distribution, Ecosystem, FindingStatus, Gap, Inventory, Package, PackageId, Purl, VulnerabilityFinding, counted,
};

pub(crate) use self::evaluate::{applies, fixed};
use self::finding::FindingWriter;
use self::namespace::{SystemNamespaces, is_about, of_distribution};
pub(crate) use self::severity::Scores;
use crate::advisory::binaries_are_beside_sources;
use crate::database::Database;
use crate::database::packages::{Entry, PackageRecord, Standing, find};
use crate::database::sha1_bytes;
use crate::database::sources::{Namespace, namespaces};
use crate::database::storage::{Damaged, Storage};
use crate::database::vulnerabilities::find_archive;
use crate::package_name;

/// How an inventory is matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchOptions {
    /// The member of the RHEL family (`almalinux`) whose advisories are used for every member; named in the notes.
    pub rhel_advisories: Option<String>,
    /// Whether findings go without the advisories that speak of them: for whoever judges the findings and tells nobody of them.
    pub leaves_out_advisories: bool,
}

/// What matching found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matches {
    /// The vulnerabilities that apply, sorted by package and id, one for each package and vulnerability.
    pub findings: Vec<VulnerabilityFinding>,
    /// What could not be matched, sorted.
    pub gaps: Vec<Gap>,
    /// What a reader of the findings must know of how they were made, one English sentence each.
    pub notes: Vec<String>,
}

impl Database {
    /// Finds the vulnerabilities that apply to the packages of an inventory.
    pub fn match_inventory(&self, inventory: &Inventory, options: &MatchOptions) -> Matches {
        let storage = self.storage();
        let mut matches = Matches::default();
        match Matcher::new(storage, inventory, options) {
            Ok(mut matcher) => matcher.match_all(inventory, &mut matches),
            Err(damaged) => matches.gaps.push(damage(damaged)),
        }
        matches.gaps.sort();
        matches.gaps.dedup();
        matches
    }
}

fn damage(damaged: Damaged) -> Gap {
    let reason = format!(
        "the intelligence database is damaged behind byte {}, so that {}; get it again with `bulkhead intel update`",
        damaged.at,
        Gap::FINDINGS_MISSING
    );
    Gap::new("", reason)
}

/// What an advisory says of the package at hand.
pub(crate) struct Hit<'a> {
    pub(crate) advisory: u32,
    pub(crate) status: FindingStatus,
    pub(crate) severity: Option<&'a str>,
    /// The version that repairs it, and how it compares.
    pub(crate) fixed: Option<(VersionScheme, &'a str)>,
    pub(crate) decided_elsewhere: Vec<u32>,
}

/// A name and version under which a package is looked up.
struct Question<'q, 'a> {
    namespace: &'q Namespace<'a>,
    is_source: bool,
    name: &'q str,
    version: &'q str,
}

/// A distribution, where its advisories are looked for, and which of these namespaces the database has.
struct System<'a> {
    distribution: Distribution,
    choice: SystemNamespaces,
    namespaces: Vec<Namespace<'a>>,
}

struct Matcher<'a, 'o> {
    storage: &'a Storage,
    options: &'o MatchOptions,
    namespaces: Vec<Namespace<'a>>,
    writer: FindingWriter<'a>,
    /// The distributions that were met.
    systems: Vec<System<'a>>,
    /// The namespaces of languages that were met.
    languages: Vec<(Ecosystem, Option<Namespace<'a>>)>,
    gathered: Gathered<'a>,
}

/// What the advisories say of the package at hand, and room to find out.
#[derive(Default)]
struct Gathered<'a> {
    hits: Vec<Hit<'a>>,
    /// Whether some of them depend on the version, and it cannot be compared.
    is_incomparable: bool,
    key: Vec<u8>,
    entry: Entry<'a>,
}

impl<'a, 'o> Matcher<'a, 'o> {
    fn new(storage: &'a Storage, inventory: &Inventory, options: &'o MatchOptions) -> Result<Matcher<'a, 'o>, Damaged> {
        Ok(Matcher {
            storage,
            options,
            namespaces: namespaces(storage)?,
            writer: FindingWriter::new(storage, inventory, options.leaves_out_advisories),
            systems: Vec::new(),
            languages: Vec::new(),
            gathered: Gathered::default(),
        })
    }

    fn match_all(&mut self, inventory: &Inventory, matches: &mut Matches) {
        let mut unmatched = Unmatched::default();
        let mut first_damage = None;
        for (id, package) in inventory.packages.iter().enumerate() {
            let result = if package.ecosystem.is_operating_system() {
                self.match_system_package(id, package, inventory.distribution.as_ref(), &mut unmatched, matches)
            } else {
                self.match_language_package(id, package, &mut unmatched, matches)
            };
            if let Err(damaged) = result {
                first_damage.get_or_insert(damaged);
            }
        }
        // Others may meet other blocks that are damaged, and one gap says it all.
        matches.gaps.extend(first_damage.map(damage));
        unmatched.note_groupless(inventory);
        unmatched.settle_sourceless(inventory);
        unmatched.tell(matches);
        matches.notes.extend(self.systems.iter().filter_map(|system| system.choice.note.clone()));
    }

    fn match_system_package(
        &mut self,
        id: PackageId,
        package: &Package,
        distribution: Option<&Distribution>,
        unmatched: &mut Unmatched,
        matches: &mut Matches,
    ) -> Result<(), Damaged> {
        // A document may hold packages of several systems; each goes by what its own purl names.
        let of_target = distribution.filter(|distribution| !distribution.id.is_empty());
        let distribution = match of_target {
            Some(distribution) if distribution.can_have(&package.purl) => Cow::Borrowed(distribution),
            _ => match (Distribution::of_purl(&package.purl), of_target) {
                (Some(distribution), _) => Cow::Owned(distribution),
                (None, Some(distribution)) => Cow::Borrowed(distribution),
                (None, None) => {
                    unmatched.without_distribution += 1;
                    return Ok(());
                }
            },
        };
        let known = self.systems.iter().position(|system| system.distribution == *distribution);
        let at = known.unwrap_or_else(|| {
            let system = self.system(distribution.clone().into_owned());
            self.systems.push(system);
            self.systems.len() - 1
        });
        let Some(system) = self.systems.get(at) else { return Ok(()) };
        if system.choice.ecosystem.is_some_and(|ecosystem| ecosystem != package.ecosystem) {
            *unmatched.of_another_system.entry((package.ecosystem, distribution.id.clone())).or_default() += 1;
            return Ok(());
        }
        if system.namespaces.is_empty() {
            let name = system.choice.names.first().cloned().unwrap_or_default();
            *unmatched.without_advisories.entry(name).or_default() += 1;
            return Ok(());
        }
        if package.source.is_some() {
            unmatched.tell_sources.insert(package.ecosystem);
        }
        let own = (package.name.as_str(), package.version.as_str());
        let source = package.source.as_ref().map_or(own, |source| (source.name.as_str(), source.version.as_str()));
        self.gathered.hits.clear();
        let architecture = package.architecture.as_deref();
        for namespace in system.namespaces.iter().filter(|namespace| is_about(namespace.name, architecture)) {
            let is_found_by_source = package.source.is_some() && binaries_are_beside_sources(namespace.name);
            let names = [(true, source), (false, own)];
            for (is_source, (name, version)) in names.into_iter().take(if is_found_by_source { 1 } else { 2 }) {
                let version = comparable_system_version(namespace.name, version);
                let question = Question { namespace, is_source, name, version };
                self.gathered.gather(self.storage, package, &question)?;
            }
        }
        if package.source.is_none() && matches!(package.ecosystem, Ecosystem::Deb | Ecosystem::Apk) {
            unmatched.note_sourceless(package);
        }
        let scheme = package.ecosystem.version_scheme();
        if !scheme.is_valid(own.1) || (own.1 != source.1 && !scheme.is_valid(source.1)) {
            unmatched.note_version(package.ecosystem, package);
        }
        self.writer.write(id, package, &self.gathered.hits, &mut matches.findings)
    }

    fn system(&self, distribution: Distribution) -> System<'a> {
        let choice = of_distribution(&distribution, self.options.rhel_advisories.as_deref());
        let namespaces = choice.names.iter().filter_map(|name| self.namespace(name));
        // Of the names that a distribution without a rule may go by, the most exact one that is known counts.
        let count = if choice.ecosystem.is_some() { usize::MAX } else { 1 };
        let namespaces = namespaces.take(count).collect();
        System { distribution, choice, namespaces }
    }

    fn namespace(&self, name: &str) -> Option<Namespace<'a>> {
        let at = self.namespaces.binary_search_by(|namespace| namespace.name.cmp(name)).ok()?;
        self.namespaces.get(at).copied()
    }

    fn match_language_package(
        &mut self,
        id: PackageId,
        package: &Package,
        unmatched: &mut Unmatched,
        matches: &mut Matches,
    ) -> Result<(), Damaged> {
        let namespace = package.ecosystem.purl_type();
        let met = self.languages.iter().find(|(ecosystem, _)| *ecosystem == package.ecosystem).map(|&(_, known)| known);
        let known = met.unwrap_or_else(|| {
            let known = self.namespace(namespace);
            self.languages.push((package.ecosystem, known));
            known
        });
        let Some(known) = known else {
            unmatched.unknown_ecosystems.insert(package.ecosystem);
            return Ok(());
        };
        let archive = match package.sha1.as_deref().and_then(sha1_bytes) {
            Some(sha1) => find_archive(self.storage, &sha1)?,
            None => None,
        };
        let (name, version) = archive.unwrap_or((&package.name, &package.version));
        let name = package_name::comparable(namespace, name);
        let version = comparable_version(package.ecosystem, &name, version);
        self.gathered.hits.clear();
        self.gathered.is_incomparable = false;
        let question = Question { namespace: &known, is_source: false, name: &name, version: &version };
        self.gathered.gather(self.storage, package, &question)?;
        if self.gathered.is_incomparable {
            unmatched.incomparable.get_or_insert_with(|| (0, shown(package))).0 += 1;
        }
        // Advisories name packages of Maven by group and artifact.
        if package.ecosystem == Ecosystem::Maven && !name.contains(':') && self.gathered.hits.is_empty() {
            unmatched.groupless.push(id);
        }
        self.writer.write(id, package, &self.gathered.hits, &mut matches.findings)
    }
}

impl<'a> Gathered<'a> {
    /// Adds what the advisories on one name say of the installed version.
    fn gather(&mut self, storage: &'a Storage, package: &Package, question: &Question<'_, 'a>) -> Result<(), Damaged> {
        let Some(record) = find(storage, question.namespace, question.is_source, question.name)? else { return Ok(()) };
        let standing = standing(&record, package.ecosystem, question.version, &mut self.key)?;
        let mut entries = record.entries();
        let entry = &mut self.entry;
        while entries.advance(entry)? {
            if !applies(entry, standing) {
                self.is_incomparable |= standing.is_text();
                continue;
            }
            if !evaluate::fits_module(entry, package) {
                continue;
            }
            let fixed = match fixed(entry, standing) {
                Some(rank) => Some((record.scheme, record.version(rank)?)),
                None => None,
            };
            let (advisory, status, severity) = (entry.advisory, entry.status, entry.severity);
            let decided_elsewhere = entry.decided_elsewhere.clone();
            self.hits.push(Hit { advisory, status, severity, fixed, decided_elsewhere });
        }
        Ok(())
    }
}

/// Where a version stands among those of a package's advisories; `key` is room for its key.
pub(crate) fn standing(
    record: &PackageRecord<'_>,
    ecosystem: Ecosystem,
    version: &str,
    key: &mut Vec<u8>,
) -> Result<Standing, Damaged> {
    match ecosystem.version_scheme().refuses(version) {
        true => record.standing_as_text(version),
        false => record.standing(version, key),
    }
}

/// The namespaces whose advisories can be on a package of a system that is known by its id and version (`debian 12`) alone,
/// or not at all (an empty text); nothing where these do not tell.
pub(crate) fn namespaces_on(system: &str, ecosystem: Ecosystem, purl: &Purl) -> Option<Vec<String>> {
    let (id, version) = system.split_once(' ').unwrap_or((system, ""));
    if version.contains(' ') {
        return None;
    }
    let own = Distribution { id: id.to_owned(), version: version.to_owned(), ..Distribution::default() };
    let (distribution, is_own) = match Distribution::of_purl(purl) {
        _ if !id.is_empty() && own.can_have(purl) => (own, true),
        Some(named) => (named, false),
        None if id.is_empty() => return Some(Vec::new()),
        None => (own, true),
    };
    if is_own && !namespace::is_told_by_version(&distribution) {
        return None;
    }
    let choice = of_distribution(&distribution, None);
    let is_another = choice.ecosystem.is_some_and(|known| known != ecosystem);
    Some(if is_another { Vec::new() } else { choice.names })
}

/// The version of a system's package as the advisories of a namespace write it: those of openEuler have no epochs.
pub(crate) fn comparable_system_version<'v>(namespace: &str, version: &'v str) -> &'v str {
    match version.split_once(':') {
        Some((epoch, rest))
            if namespace.starts_with("openeuler:") && epoch.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            rest
        }
        _ => version,
    }
}

/// The version as advisories write it; Go's own is printed by its tools as `go1.21.3`, `go1.22rc1` or with the names of
/// experiments behind it.
pub(crate) fn comparable_version<'v>(ecosystem: Ecosystem, name: &str, version: &'v str) -> Cow<'v, str> {
    if ecosystem != Ecosystem::Golang || !matches!(name, "stdlib" | "toolchain") {
        return Cow::Borrowed(version);
    }
    let version = version.split_whitespace().next().unwrap_or_default();
    let version = version.strip_prefix("go").unwrap_or(version);
    let Some(at) = version.find(['r', 'b']).filter(|&at| !version[..at].contains('-')) else {
        return Cow::Borrowed(version);
    };
    let (number, word) = version.split_at(at);
    match word.find(|character: char| character.is_ascii_digit()) {
        Some(digit) => Cow::Owned(format!(
            "{number}{}-{}.{}",
            if number.matches('.').count() == 1 { ".0" } else { "" },
            &word[..digit],
            &word[digit..]
        )),
        None => Cow::Borrowed(version),
    }
}

/// The packages that nothing could be said of, counted by reason.
#[derive(Default)]
struct Unmatched {
    without_distribution: usize,
    without_advisories: BTreeMap<String, usize>,
    of_another_system: BTreeMap<(Ecosystem, String), usize>,
    unknown_ecosystems: BTreeSet<Ecosystem>,
    /// How many packages have a version that cannot be compared, and the first of them.
    invalid_versions: BTreeMap<Ecosystem, (usize, String)>,
    /// How many packages of languages have advisories and a version that cannot be compared, and the first of them.
    incomparable: Option<(usize, String)>,
    /// The packages of Maven whose group is unknown.
    groupless: Vec<PackageId>,
    /// How many of them may have advisories, and the first of these.
    may_be_missed: Option<(usize, String)>,
    /// The ecosystems of systems in which a package tells its source: one that tells none there is its own.
    tell_sources: BTreeSet<Ecosystem>,
    /// How many packages tell no source, and the first of them.
    sourceless: BTreeMap<Ecosystem, (usize, String)>,
}

/// The longest name or version that a gap shows.
const LONGEST_SHOWN: usize = 60;

/// A package in a sentence.
fn shown(package: &Package) -> String {
    let shown = |text: &str| text.chars().take(LONGEST_SHOWN).collect::<String>();
    format!("{} `{}`", shown(&package.name), shown(&package.version))
}

impl Unmatched {
    fn note_version(&mut self, ecosystem: Ecosystem, package: &Package) {
        let (count, _) = self.invalid_versions.entry(ecosystem).or_insert_with(|| (0, shown(package)));
        *count += 1;
    }

    fn note_sourceless(&mut self, package: &Package) {
        let (count, _) = self.sourceless.entry(package.ecosystem).or_insert_with(|| (0, shown(package)));
        *count += 1;
    }

    /// Takes out the packages without a source of which nothing is missed: they are in a list where others tell one, or
    /// whoever read the list says so already.
    fn settle_sourceless(&mut self, inventory: &Inventory) {
        let is_told = inventory.gaps.iter().any(|gap| gap.reason == Gap::NO_SOURCES);
        self.sourceless.retain(|ecosystem, _| !is_told && !self.tell_sources.contains(ecosystem));
    }

    /// Counts the packages of Maven without a group, but for archives that others lie in: these are somebody's own program
    /// with its libraries, on which there are no advisories.
    fn note_groupless(&mut self, inventory: &Inventory) {
        if self.groupless.is_empty() {
            return;
        }
        let java = inventory.packages.iter().filter(|package| package.ecosystem == Ecosystem::Maven);
        let paths = java.flat_map(|package| &package.paths);
        let outer: HashSet<&str> =
            paths.flat_map(|path| path.match_indices("!/").map(move |(end, _)| &path[..end])).collect();
        let is_program = |package: &&Package| {
            !package.paths.is_empty() && package.paths.iter().all(|path| outer.contains(path.as_str()))
        };
        let packages = self.groupless.iter().filter_map(|id| inventory.packages.get(*id));
        for package in packages.filter(|package| !is_program(package)) {
            self.may_be_missed.get_or_insert_with(|| (0, shown(package))).0 += 1;
        }
    }

    fn tell(self, matches: &mut Matches) {
        let unmatched = Gap::UNMATCHED;
        let packages = |count| counted(count, "package was", "packages were");
        if self.without_distribution > 0 {
            let reason = format!(
                "no distribution is recognised, so that its {} {unmatched}; keep /etc/os-release in the image, or the operating system in the bill of materials",
                packages(self.without_distribution)
            );
            matches.gaps.push(Gap::new("", reason));
        }
        for (name, count) in self.without_advisories {
            let reason = format!(
                "the intelligence has no advisories at all for {name}, so that its {} {unmatched}; build or update it with a feed that covers {name}",
                packages(count)
            );
            matches.gaps.push(Gap::new("", reason));
        }
        for ((ecosystem, distribution), count) in self.of_another_system {
            let reason = format!(
                "{distribution} has no advisories on {ecosystem} packages, so that {} {unmatched}",
                packages(count)
            );
            matches.gaps.push(Gap::new("", reason));
        }
        for (ecosystem, (count, example)) in self.invalid_versions {
            let reason = format!(
                "the versions of {ecosystem} packages such as {example} are none that can be compared, so that {} {unmatched}",
                packages(count)
            );
            matches.gaps.push(Gap::new("", reason));
        }
        if let Some((count, example)) = self.incomparable {
            let versions = match count {
                1 => "the version of 1 package".to_owned(),
                _ => format!("the versions of {count} packages"),
            };
            let reason = format!("{versions} such as {example} cannot be compared, {}", Gap::ADVISORIES_MISSED);
            matches.gaps.push(Gap::new("", reason));
        }
        if let Some((count, example)) = self.may_be_missed {
            let reason = format!(
                "the Maven group of {} such as {example} is unknown, {}",
                counted(count, "package", "packages"),
                Gap::ADVISORIES_MISSED
            );
            matches.gaps.push(Gap::new("", reason));
        }
        for (count, example) in self.sourceless.into_values() {
            let reason = format!(
                "the source of {} such as {example} is unknown, {}",
                counted(count, "package", "packages"),
                Gap::ADVISORIES_MISSED
            );
            matches.gaps.push(Gap::new("", reason));
        }
        if !self.unknown_ecosystems.is_empty() {
            let names: Vec<&str> = self.unknown_ecosystems.iter().map(|ecosystem| ecosystem.purl_type()).collect();
            matches.notes.push(format!("the intelligence has no advisories on packages of {}", names.join(", ")));
        }
    }
}
