//! Which package of a database needs which: names that packages require, matched with names that packages provide.

use std::hash::{DefaultHasher, Hasher};

use crate::found::FoundPackage;

/// What the packages of one database provide and require. Names are kept as hashes: a server's database has a hundred
/// thousand of them, and a collision only draws one wrong arrow.
#[derive(Default)]
pub(crate) struct Capabilities {
    provided: Vec<(u64, u32)>,
    required: Vec<(u32, u64)>,
    is_full: bool,
}

impl Capabilities {
    /// The most names on each side, 16 bytes each.
    const LARGEST_COUNT: usize = 1 << 19;

    /// The most packages that one required name leads to.
    const PROVIDERS: usize = 8;

    /// Notes that the package at `place` provides `name`; every package provides its own.
    pub(crate) fn provide(&mut self, place: u32, name: &str) {
        if self.provided.len() < Capabilities::LARGEST_COUNT {
            self.provided.push((hash(name), place));
        } else {
            self.is_full = true;
        }
    }

    /// Notes that the package at `place` requires `name`.
    pub(crate) fn require(&mut self, place: u32, name: &str) {
        if self.required.len() < Capabilities::LARGEST_COUNT {
            self.required.push((place, hash(name)));
        } else {
            self.is_full = true;
        }
    }

    /// Whether there were too many names to keep all, so that asking for more is of no use.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Sets the dependencies of `packages`. Of several packages that provide a name, those of the requiring package's
    /// own architecture count, where there are such. Says false when there were too many names to keep all.
    pub(crate) fn resolve(mut self, packages: &mut [FoundPackage]) -> bool {
        self.provided.sort_unstable();
        self.provided.dedup();
        let mut places: Vec<u32> = Vec::new();
        for &(place, name) in &self.required {
            let first = self.provided.partition_point(|&(provided, _)| provided < name);
            places.clear();
            places.extend(
                self.provided[first..]
                    .iter()
                    .take_while(|&&(provided, _)| provided == name)
                    .map(|&(_, provider)| provider)
                    .filter(|&provider| (provider as usize) < packages.len())
                    .take(Capabilities::PROVIDERS),
            );
            let Some(package) = packages.get(place as usize) else { continue };
            let fits = |provider: &u32| fits(package, &packages[*provider as usize]);
            if places.len() > 1 && places.iter().any(fits) {
                places.retain(fits);
            }
            places.retain(|&provider| provider != place);
            packages[place as usize].dependencies.append(&mut places);
        }
        for package in packages {
            package.dependencies.sort_unstable();
            package.dependencies.dedup();
        }
        !self.is_full
    }
}

fn fits(requirer: &FoundPackage, provider: &FoundPackage) -> bool {
    requirer.architecture == provider.architecture
        || matches!(provider.architecture.as_deref(), Some("all" | "noarch") | None)
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use model::Ecosystem;

    use super::*;
    use crate::found::Evidence;

    #[test]
    fn a_package_depends_on_providers_of_its_own_architecture() {
        let package = |name: &str, architecture: &str| FoundPackage {
            architecture: Some(architecture.into()),
            ..FoundPackage::new(Ecosystem::Rpm, Evidence::Installed, name, "1")
        };
        let mut packages = [
            package("bash", "x86_64"),
            package("glibc", "i686"),
            package("glibc", "x86_64"),
            package("tzdata", "noarch"),
        ];
        let mut capabilities = Capabilities::default();
        for (place, package) in packages.iter().enumerate() {
            capabilities.provide(place as u32, &package.name);
        }
        for name in ["glibc", "tzdata", "bash", "missing"] {
            capabilities.require(0, name);
        }
        capabilities.require(3, "glibc");
        assert!(capabilities.resolve(&mut packages));
        assert_eq!(packages[0].dependencies, [2, 3]);
        assert_eq!(packages[3].dependencies, [1, 2]);
    }
}
