//! Statements by what they name, so that a finding meets those alone that may speak of it: an advisory with hundreds of
//! thousands of products must not be walked once for each finding.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use model::version::{VersionKey, VersionScheme};
use model::{Package, Purl, VexName, VexProduct, VexStatement, VexStatus};

use super::product::{Fit, Here};
use crate::purl_match;
use crate::vers::Vers;

/// What a finding's statement must outrank: time, closeness, caution, place.
type Rank = (Option<i64>, Fit, VexStatus, usize);

/// Statements by the ids that the findings of a report have.
pub(super) struct Index<'a> {
    here: Here<'a>,
    statements: &'a [VexStatement],
    times: Vec<Option<i64>>,
    by_id: HashMap<String, Named<'a>>,
    is_matched: Vec<bool>,
}

/// The statements on one vulnerability.
#[derive(Default)]
struct Named<'a> {
    by_package: HashMap<Key<'a>, Bucket<'a>>,
    /// Those that mean the target as a whole.
    whole: Bucket<'a>,
}

/// What a package URL in a statement says before anything else is asked: type, name, version; and whether versions stand
/// beside it.
type Key<'a> = (&'a str, &'a str, Option<&'a str>, bool);

/// Statements that name the same.
#[derive(Default)]
struct Bucket<'a> {
    /// Those that outrank others first.
    entries: Vec<Entry<'a>>,
    /// The places of entries that have not spoken of any finding yet.
    open: Vec<usize>,
}

struct Entry<'a> {
    statement: usize,
    product: &'a VexProduct,
    /// The package that it names; `None` for the target as a whole.
    purl: Option<&'a Purl>,
    /// Whether the thing that the product is a part of is here.
    has_whole: OnceCell<bool>,
    /// The versions beside the name, as ranges of the scheme; `None` for what is none.
    ranges: OnceCell<Vec<Option<Vers>>>,
}

/// A package and its version in the order of its scheme.
struct Candidate<'p> {
    package: &'p Package,
    scheme: VersionScheme,
    key: Option<VersionKey>,
}

impl<'a> Index<'a> {
    /// Sorts statements by what they name of the vulnerabilities with these ids, in upper case.
    pub(super) fn new(
        here: Here<'a>,
        statements: &'a [VexStatement],
        times: Vec<Option<i64>>,
        wanted: &HashSet<String>,
    ) -> Index<'a> {
        let mut by_id: HashMap<String, Named<'a>> = HashMap::new();
        for (at, statement) in statements.iter().enumerate() {
            let ids: HashSet<String> = statement.ids.iter().map(|id| id.trim().to_ascii_uppercase()).collect();
            for id in ids.into_iter().filter(|id| wanted.contains(id)) {
                let named = by_id.entry(id).or_default();
                statement.products.iter().for_each(|product| named.insert(at, product, &here));
            }
        }
        // In any order: buckets have nothing to do with one another.
        let buckets = by_id.values_mut().flat_map(|named| named.by_package.values_mut().chain([&mut named.whole]));
        buckets.for_each(|bucket| bucket.sort(statements, &times));
        Index { here, is_matched: vec![false; statements.len()], statements, times, by_id }
    }

    /// The statement that counts of a package's vulnerability with these ids, by its place. Those that speak of it without
    /// counting are noted as well.
    pub(super) fn counting<'i>(
        &mut self,
        ids: impl Iterator<Item = &'i String>,
        package: &'a Package,
    ) -> Option<usize> {
        let scheme = package.ecosystem.version_scheme();
        let candidate = Candidate { package, scheme, key: scheme.key(&package.version).ok() };
        let keys = keys(package);
        let mut best: Option<Rank> = None;
        for id in ids {
            let Some(named) = self.by_id.get_mut(&id.to_ascii_uppercase()) else { continue };
            let Named { by_package, whole } = named;
            let mut consider = |bucket: &mut Bucket<'a>| {
                best = best.max(bucket.first(&candidate, &self.here, self.statements, &self.times));
                bucket.close(&candidate, &self.here, &mut self.is_matched);
            };
            consider(whole);
            for key in &keys {
                if let Some(bucket) = by_package.get_mut(key) {
                    consider(bucket);
                }
            }
        }
        best.map(|(_, _, _, at)| at)
    }

    /// The places of statements that spoke of nothing.
    pub(super) fn unmatched(self) -> Vec<usize> {
        self.is_matched.iter().enumerate().filter(|(_, is_matched)| !**is_matched).map(|(at, _)| at).collect()
    }
}

/// What a package URL may say that means a package, the package's own or that of its source.
fn keys(package: &Package) -> Vec<Key<'_>> {
    let purl = &package.purl;
    let own = [purl.version(), Some(package.version.as_str())];
    let mut keys = Vec::new();
    let mut add =
        |name, version| keys.extend([false, true].map(|has_versions| (purl.purl_type(), name, version, has_versions)));
    own.into_iter().chain([None]).for_each(|version| add(purl.name(), version));
    if let Some(source) = &package.source {
        let version = source.version.as_str();
        let without_epoch = version.split_once(':').map(|(_, rest)| rest);
        for version in [Some(version), without_epoch, None] {
            add(source.name.as_str(), version);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

impl<'a> Named<'a> {
    fn insert(&mut self, statement: usize, product: &'a VexProduct, here: &Here<'a>) {
        let entry = |purl| Entry { statement, product, purl, has_whole: OnceCell::new(), ranges: OnceCell::new() };
        for name in product.names.iter() {
            if let VexName::Purl(purl) = name {
                let key = (purl.purl_type(), purl.name(), purl.version(), !product.versions.is_empty());
                self.by_package.entry(key).or_default().entries.push(entry(Some(purl)));
            }
            // A part that is the image itself is a mistake of its author; the whole is meant only where it stands alone.
            if product.within.is_none() && here.is_target(name) {
                self.whole.entries.push(entry(None));
            }
        }
    }
}

impl<'a> Bucket<'a> {
    fn sort(&mut self, statements: &[VexStatement], times: &[Option<i64>]) {
        self.entries.sort_by_key(|entry| {
            let at = entry.statement;
            Reverse((times[at], statements[at].status, at))
        });
        self.open = (0..self.entries.len()).collect();
    }

    /// The rank of the entry that counts most of those that speak of the package.
    fn first(
        &self,
        candidate: &Candidate<'_>,
        here: &Here<'a>,
        statements: &[VexStatement],
        times: &[Option<i64>],
    ) -> Option<Rank> {
        let mut best: Option<Rank> = None;
        for entry in &self.entries {
            let (at, time) = (entry.statement, times[entry.statement]);
            // Later ones can only be closer, at the same time, and only where versions stand beside the name.
            if best.is_some_and(|(known, fit, ..)| time < known || fit == Fit::Version || entry.is_of_one_fit()) {
                break;
            }
            if let Some(fit) = entry.fit(candidate, here) {
                best = best.max(Some((time, fit, statements[at].status, at)));
            }
        }
        best
    }

    /// Notes which statements speak of the package, as far as nobody knew that they speak of anything.
    fn close(&mut self, candidate: &Candidate<'_>, here: &Here<'a>, is_matched: &mut [bool]) {
        let entries = &self.entries;
        self.open.retain(|place| {
            let entry = &entries[*place];
            let is_open = !is_matched[entry.statement];
            if is_open && entry.fit(candidate, here).is_some() {
                is_matched[entry.statement] = true;
            }
            !is_matched[entry.statement]
        });
    }
}

impl Entry<'_> {
    /// Whether all that it speaks of it names equally closely.
    fn is_of_one_fit(&self) -> bool {
        self.purl.is_none_or(|purl| purl.version().is_some()) || self.product.versions.is_empty()
    }

    /// How closely it names a package; `None` where it does not.
    fn fit(&self, candidate: &Candidate<'_>, here: &Here<'_>) -> Option<Fit> {
        let Some(purl) = self.purl else { return Some(Fit::Whole) };
        if !purl_match::means(purl, candidate.package, here.distribution()) {
            return None;
        }
        let fit = match (self.product.versions.is_empty(), purl.version()) {
            (_, Some(_)) => Fit::Version,
            (true, None) => Fit::Package,
            (false, None) => self.fit_of_versions(candidate)?,
        };
        self.has_whole.get_or_init(|| here.has_whole(self.product)).then_some(fit)
    }

    /// How closely the versions and ranges fit that a document gives beside a name.
    fn fit_of_versions(&self, candidate: &Candidate<'_>) -> Option<Fit> {
        let Candidate { package, scheme, key } = candidate;
        let version = package.version.as_str();
        if self
            .product
            .versions
            .iter()
            .any(|wanted| wanted == version || Some(wanted.as_str()) == package.purl.version())
        {
            return Some(Fit::Version);
        }
        // All packages that an entry may mean are of one type, and those of a type have one scheme.
        let parse = || self.product.versions.iter().map(|wanted| Vers::parse(wanted, *scheme)).collect();
        let mut ranges = self.ranges.get_or_init(parse).iter().flatten();
        ranges.any(|range| range.contains(key.as_ref())).then_some(Fit::Package)
    }
}
