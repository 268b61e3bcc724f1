//! From listed packages to an inventory: sorted, each once, with their dependencies.

use std::collections::{BTreeMap, HashMap};

use model::{Distribution, Ecosystem, Gap, Inventory, LockTool, Package, Purl, SourcePackage, counted};

use super::origin::{distribution_of, name_of, qualifier, upstream_of, version_of};

/// The most gaps that are told one by one.
const MOST_GAPS: usize = 1_000;

/// The most packages that are taken; the rest is counted in a gap.
const MOST_PACKAGES: usize = 300_000;

/// Collects what a document lists.
#[derive(Default)]
pub(crate) struct BillBuilder {
    packages: Vec<Package>,
    /// The document's own names of the packages, in their order.
    references: Vec<String>,
    /// Source packages that the document lists apart, by the name of the system package that was built from them.
    sources: HashMap<String, SourcePackage>,
    /// Packages of purl types that are no ecosystem of ours, counted.
    unknown_types: BTreeMap<String, usize>,
    /// The distribution that the document names.
    pub(crate) distribution: Option<Distribution>,
    /// Whether the document is one of ours, in which what is absent is absent.
    pub(crate) is_ours: bool,
    gaps: Vec<Gap>,
    untold_gaps: usize,
    untaken_packages: usize,
}

/// What a document says of a package beside its purl.
#[derive(Debug, Default)]
pub(crate) struct Details {
    /// Whether our own properties describe it, so that nothing is concluded from the purl.
    pub(crate) is_ours: bool,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    /// The version that the document has beside the purl, for purls without one.
    pub(crate) written_version: Option<String>,
    pub(crate) source: Option<SourcePackage>,
    pub(crate) architecture: Option<String>,
    pub(crate) module: Option<String>,
    pub(crate) licenses: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) layer: Option<u32>,
    pub(crate) direct: Option<bool>,
    pub(crate) development: bool,
    pub(crate) sha1: Option<String>,
    pub(crate) lock_tool: Option<LockTool>,
}

impl BillBuilder {
    /// Adds a package under the document's own reference.
    pub(crate) fn add(&mut self, reference: &str, purl: &str, details: Details) {
        let purl: Purl = match purl.parse() {
            Ok(purl) => purl,
            Err(error) => return self.gap(reference, error.to_string()),
        };
        let Some(ecosystem) = Ecosystem::from_purl_type(purl.purl_type()) else {
            *self.unknown_types.entry(purl.purl_type().to_owned()).or_default() += 1;
            return;
        };
        let written = || details.written_version.filter(|version| is_version(version));
        let Some(version) = details.version.or_else(|| version_of(&purl, ecosystem)).or_else(written) else {
            return self.gap(reference, format!("{purl} has no version"));
        };
        if self.packages.len() == MOST_PACKAGES {
            self.untaken_packages += 1;
            return;
        }
        let mut package = Package {
            ecosystem,
            name: details.name.unwrap_or_else(|| name_of(&purl, ecosystem)),
            source: details.source,
            version,
            architecture: details.architecture,
            module: details.module,
            licenses: details.licenses,
            paths: details.paths,
            layer: details.layer,
            direct: details.direct,
            development: details.development,
            dependencies: Vec::new(),
            sha1: details.sha1,
            lock_tool: details.lock_tool,
            purl,
        };
        if !details.is_ours {
            complete(&mut package);
        }
        self.packages.push(package);
        self.references.push(reference.to_owned());
    }

    /// Notes of which source package the system's package of this name was built.
    pub(crate) fn add_source(&mut self, package: String, source: SourcePackage) {
        if self.sources.len() < MOST_PACKAGES {
            self.sources.insert(package, source);
        }
    }

    /// Whether nothing was listed so far, usable or not.
    pub(crate) fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.unknown_types.is_empty() && self.gaps.is_empty()
    }

    /// Notes something that the document lists and that cannot be used.
    pub(crate) fn gap(&mut self, path: &str, reason: impl Into<String>) {
        match self.gaps.len() {
            MOST_GAPS => self.untold_gaps += 1,
            _ => self.gaps.push(Gap::new(path, reason)),
        }
    }

    /// The inventory. `needs` hands over pairs of the document's references: who needs whom.
    ///
    /// # Errors
    /// Those of `needs`.
    pub(crate) fn finish<E>(
        mut self,
        needs: impl FnOnce(&mut dyn FnMut(&str, &str)) -> Result<(), E>,
    ) -> Result<Inventory, E> {
        self.complete_sources();
        let ids = self.sort();
        let mut packages = self.packages;
        needs(&mut |from, to| {
            if let (Some(from), Some(to)) = (ids.get(from), ids.get(to))
                && from != to
                && let Some(package) = packages.get_mut(*from)
            {
                package.dependencies.push(*to);
            }
        })?;
        for package in &mut packages {
            package.dependencies.sort_unstable();
            package.dependencies.dedup();
            package.paths.sort();
            package.paths.dedup();
        }
        for (purl_type, count) in &self.unknown_types {
            let words = |verb| format!("listed with package URLs of type `{purl_type}` {verb} of no known ecosystem");
            self.gaps.push(Gap::new("", counted(count, &words("is"), &words("are"))));
        }
        if self.untold_gaps > 0 {
            self.gaps.push(Gap::new(
                "",
                counted(
                    self.untold_gaps,
                    "further entry cannot be used either",
                    "further entries cannot be used either",
                ),
            ));
        }
        if self.untaken_packages > 0 {
            let left_out = counted(self.untaken_packages, "is left out", "are left out");
            let reason = format!("only the first {MOST_PACKAGES} packages are read, and {left_out}");
            self.gaps.push(Gap::new("", reason));
        }
        self.gaps.sort();
        self.gaps.dedup();
        let distribution = match self.distribution {
            distribution if self.is_ours => distribution,
            // A name alone would be taken for the release to come, as an image of it calls itself.
            distribution => distribution.filter(Distribution::tells_release).or_else(|| distribution_of(&packages)),
        };
        Ok(Inventory { distribution, packages, gaps: self.gaps, ..Inventory::default() })
    }

    fn complete_sources(&mut self) {
        for package in self.packages.iter_mut().filter(|package| package.ecosystem.is_operating_system()) {
            if package.source.is_none() {
                package.source = self.sources.get(&package.name).cloned();
            }
        }
    }

    /// Puts the packages in the order of their purls, each once, and tells their places by reference. All in place: a
    /// second copy of what a large document lists would be the larger part of the memory.
    fn sort(&mut self) -> HashMap<String, usize> {
        let packages = &mut self.packages;
        let mut order: Vec<usize> = (0..packages.len()).collect();
        order.sort_by(|&one, &other| packages[one].purl.cmp(&packages[other].purl));
        let mut ids: HashMap<String, usize> = HashMap::with_capacity(packages.len());
        let mut place = 0;
        for (position, &number) in order.iter().enumerate() {
            if position > 0 && packages[number].purl != packages[order[position - 1]].purl {
                place += 1;
            }
            ids.insert(std::mem::take(&mut self.references[number]), place);
        }
        // Each package goes to its place; what has been put is followed to where it was moved.
        for position in 0..order.len() {
            let mut from = order[position];
            while from < position {
                from = order[from];
            }
            order[position] = from;
            packages.swap(position, from);
        }
        packages.dedup_by(|next, last| {
            let is_same = next.purl == last.purl;
            if is_same {
                last.paths.append(&mut next.paths);
                last.development &= next.development;
            }
            is_same
        });
        ids
    }
}

/// What other tools say in the purl and nowhere else.
fn complete(package: &mut Package) {
    let purl = &package.purl;
    if package.source.is_none() {
        package.source = upstream_of(purl, package.ecosystem, &package.version);
    }
    if package.architecture.is_none() {
        package.architecture = qualifier(purl, "arch");
    }
    if package.module.is_none() {
        package.module = qualifier(purl, "rpmmod").or_else(|| qualifier(purl, "modularitylabel"));
    }
    package.licenses.sort();
    package.licenses.dedup();
}

/// Whether text is one version, and no range of versions.
fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.contains(|c: char| c.is_whitespace() || "<>=*|,".contains(c))
        && !matches!(text, "NOASSERTION" | "NONE" | "UNKNOWN" | "unknown" | "latest" | "unspecified")
}
