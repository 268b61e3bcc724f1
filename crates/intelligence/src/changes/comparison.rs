//! Which of many packages another database can find something else of: by what it says of their versions, and by the
//! systems that they are on.
//!
//! What is not known of a package counts as if it were the worst: it may be asked for in vain, and is never left out.

use std::collections::{BTreeMap, BTreeSet};

use model::{Ecosystem, Purl};

use super::Side;
use crate::database::Database;
use crate::database::storage::Damaged;
use crate::database::vulnerabilities::know_the_same_archives;
use crate::{matching, package_name};

/// Of packages that are concerned on more systems than these, all images are told.
const MOST_APART: usize = 8;

/// A package as it is kept without the inventories that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPackage<'a> {
    /// The type of its purl.
    pub ecosystem: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its version, where it is kept whole.
    pub version: Option<&'a str>,
    /// Its purl, where it is kept whole.
    pub purl: Option<&'a str>,
    /// The name of its source package; empty where it has none.
    pub source: &'a str,
    /// The version of that, where it is known.
    pub source_version: Option<&'a str>,
}

/// Where another database can find something else of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerned {
    /// In no image.
    Nowhere,
    /// In images of these systems.
    On(Vec<String>),
    /// In any image that has it.
    Everywhere,
}

/// What tells, beside the system of an image, whose advisories its package goes by: the ecosystem, and namespace and
/// qualifiers of the purl.
type Origin = (Ecosystem, Option<String>, Vec<(String, String)>);

/// Two databases, to be asked of one package after the other.
pub struct Comparison<'a> {
    earlier: Side<'a>,
    later: Side<'a>,
    /// The namespaces in which something else is said of a name.
    changed: BTreeMap<&'a str, BTreeSet<&'a str>>,
    systems: Option<Vec<String>>,
    /// The namespaces of packages of an origin on each of the systems, where they are known.
    namespaces: BTreeMap<Origin, Vec<Option<Vec<String>>>>,
}

impl Database {
    /// Prepares to ask which packages are concerned by what [`Database::changes_since`] an earlier one told. The systems are
    /// those of all images, by id and version (`debian 12`, empty for none); nothing where they are not known. Gives nothing
    /// when one of the databases cannot be read.
    pub fn comparison<'a>(
        &'a self,
        earlier: &'a Database,
        changed: &'a BTreeSet<(String, String)>,
        systems: Option<Vec<String>>,
    ) -> Option<Comparison<'a>> {
        let (earlier, later) = (Side::new(earlier.storage()).ok()?, Side::new(self.storage()).ok()?);
        let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (namespace, name) in changed {
            by_name.entry(name.as_str()).or_default().insert(namespace.as_str());
        }
        Some(Comparison { earlier, later, changed: by_name, systems, namespaces: BTreeMap::new() })
    }
}

impl Comparison<'_> {
    /// Where something else can be found of a package.
    pub fn concerned(&mut self, package: &KeptPackage<'_>) -> Concerned {
        // What cannot be read is matched again, and told there.
        self.find(package).unwrap_or(Concerned::Everywhere)
    }

    /// Whether something else can be found of archives that are known by their bytes: they may have another name now, or
    /// something else is said of that.
    pub fn concerns_archives(&self) -> bool {
        let is_of_archives = self
            .changed
            .iter()
            .any(|(name, namespaces)| name.contains(':') || namespaces.contains(Ecosystem::Maven.purl_type()));
        is_of_archives || !know_the_same_archives(self.earlier.storage, self.later.storage).unwrap_or(false)
    }

    fn find(&mut self, package: &KeptPackage<'_>) -> Result<Concerned, Damaged> {
        let Some(ecosystem) = Ecosystem::from_purl_type(package.ecosystem) else { return Ok(Concerned::Everywhere) };
        if ecosystem.is_operating_system() {
            return self.find_on_systems(package, ecosystem);
        }
        let namespace = ecosystem.purl_type();
        let name = package_name::comparable(namespace, package.name);
        let version = package.version.map(|version| matching::comparable_version(ecosystem, &name, version));
        Ok(match self.differs(namespace, false, &name, ecosystem, version.as_deref())? {
            true => Concerned::Everywhere,
            false => Concerned::Nowhere,
        })
    }

    fn find_on_systems(&mut self, package: &KeptPackage<'_>, ecosystem: Ecosystem) -> Result<Concerned, Damaged> {
        let mut concerned = BTreeSet::new();
        // One without a source package is its own.
        let own = [false, true].map(|is_source| (is_source, package.name, package.version));
        let source = (!package.source.is_empty()).then_some((true, package.source, package.source_version));
        for (is_source, name, version) in own.into_iter().chain(source) {
            for namespace in self.changed.get(name).cloned().unwrap_or_default() {
                let version = version.map(|version| matching::comparable_system_version(namespace, version));
                if self.differs(namespace, is_source, name, ecosystem, version)? {
                    concerned.insert(namespace);
                }
            }
        }
        if concerned.is_empty() {
            return Ok(Concerned::Nowhere);
        }
        let purl = package.purl.and_then(|purl| purl.parse::<Purl>().ok());
        let (Some(systems), Some(purl)) = (&self.systems, purl) else { return Ok(Concerned::Everywhere) };
        let namespaces = self.namespaces.entry(origin(ecosystem, &purl)).or_insert_with(|| {
            systems.iter().map(|system| matching::namespaces_on(system, ecosystem, &purl)).collect()
        });
        let is_concerned = |namespaces: &Option<Vec<String>>| {
            namespaces.as_ref().is_none_or(|names| names.iter().any(|name| concerned.contains(name.as_str())))
        };
        let on = systems.iter().zip(namespaces.iter()).filter(|(_, namespaces)| is_concerned(namespaces));
        let on: Vec<String> = on.map(|(system, _)| system.clone()).collect();
        Ok(match on.len() {
            0 => Concerned::Nowhere,
            count if count > MOST_APART || count == systems.len() => Concerned::Everywhere,
            _ => Concerned::On(on),
        })
    }

    /// Whether something else is said of a version of a package, or of any where the version is not known.
    fn differs(
        &mut self,
        namespace: &str,
        is_source: bool,
        name: &str,
        ecosystem: Ecosystem,
        version: Option<&str>,
    ) -> Result<bool, Damaged> {
        if !self.changed.get(name).is_some_and(|namespaces| namespaces.contains(namespace)) {
            return Ok(false);
        }
        let mut said = [None, None];
        for (side, said) in [&mut self.earlier, &mut self.later].into_iter().zip(&mut said) {
            *said = match (side.find_named(namespace, is_source, name)?, version) {
                (Some(record), Some(version)) => side.said_of_version(&record, ecosystem, version)?,
                (Some(record), None) => Some(side.said_of(&record)?),
                (None, _) => None,
            };
        }
        let [before, after] = said;
        Ok(before != after)
    }
}

fn origin(ecosystem: Ecosystem, purl: &Purl) -> Origin {
    let qualifiers = purl.qualifiers().iter().filter(|(key, _)| !matches!(key.as_str(), "arch" | "epoch"));
    let qualifiers = qualifiers.map(|(key, value)| (key.clone(), value.clone())).collect();
    (ecosystem, purl.namespace().map(str::to_owned), qualifiers)
}

#[cfg(test)]
mod tests;
