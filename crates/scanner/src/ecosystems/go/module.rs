//! What `go.mod` and `go.work` say of modules, as it is kept to be settled over both (`crate::workspaces`).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::GOLANG;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;

/// What a `go.mod` says; nothing is kept of one that came along with a dependency, which no workspace has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct GoModule {
    /// What others call the module.
    pub(crate) path: String,
    pub(crate) required: Vec<Requirement>,
    pub(crate) replaced: Vec<Replacement>,
}

/// A module that another requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Requirement {
    pub(crate) module: String,
    pub(crate) version: String,
    pub(crate) is_indirect: bool,
}

/// What a `go.work` says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct GoWorkspace {
    /// The folders of its modules, as they are written.
    pub(crate) used: Vec<String>,
    pub(crate) replaced: Vec<Replacement>,
}

/// `replace MODULE [VERSION] => TARGET`, the target being a module with a version or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replacement {
    module: String,
    version: Option<String>,
    target: Option<(String, String)>,
}

/// Replacements by what they replace.
pub(crate) struct Replacements<'r>(HashMap<(&'r str, Option<&'r str>), &'r Replacement>);

impl GoModule {
    /// Adds what the module requires, each as `stand_in` has it: as another module or itself, or as nothing where a folder
    /// stands for it.
    pub(crate) fn hand_over<'m>(
        &'m self,
        stand_in: impl Fn(&'m str, &'m str) -> Option<(&'m str, &'m str)>,
        found: &mut Found,
    ) {
        let mut locked = LockedPackages::new(GOLANG);
        for required in &self.required {
            if let Some((module, version)) = stand_in(&required.module, &required.version)
                && let Some(place) = locked.add(module, version, false)
            {
                locked.set_direct(place, !required.is_indirect);
            }
        }
        locked.hand_over(found);
    }

    /// Adds what the module requires where it is built by itself.
    pub(super) fn hand_over_alone(&self, found: &mut Found) {
        let replacements = Replacements::new(&self.replaced);
        self.hand_over(
            |module, version| match replacements.of(module, version) {
                Some(replacement) => replacement.target(),
                None => Some((module, version)),
            },
            found,
        );
    }

    /// How many bytes it takes, roughly.
    pub(crate) fn size_bytes(&self) -> usize {
        let required = self.required.iter().map(|required| 64 + required.module.len() + required.version.len());
        64 + self.path.len()
            + required.sum::<usize>()
            + self.replaced.iter().map(Replacement::size_bytes).sum::<usize>()
    }
}

impl GoWorkspace {
    /// How many bytes it takes, roughly.
    pub(crate) fn size_bytes(&self) -> usize {
        let used = self.used.iter().map(|folder| 32 + folder.len());
        64 + used.sum::<usize>() + self.replaced.iter().map(Replacement::size_bytes).sum::<usize>()
    }
}

impl Replacement {
    /// Reads the words of a replacement.
    pub(super) fn parse(words: &[&str]) -> Option<Replacement> {
        let arrow = words.iter().position(|&word| word == "=>").filter(|arrow| matches!(arrow, 1 | 2))?;
        let (module, version) = (words.first()?, if arrow == 2 { words.get(1) } else { None });
        let target = match words.get(arrow + 1..)? {
            [] => return None,
            [module, version, ..] => Some(((*module).to_owned(), (*version).to_owned())),
            [_] => None,
        };
        Some(Replacement {
            module: (*module).to_owned(),
            version: version.map(|version| (*version).to_owned()),
            target,
        })
    }

    /// The module that stands in and its version; nothing where a folder does.
    pub(crate) fn target(&self) -> Option<(&str, &str)> {
        self.target.as_ref().map(|(module, version)| (module.as_str(), version.as_str()))
    }

    fn size_bytes(&self) -> usize {
        let target = self.target.as_ref().map_or(0, |(module, version)| module.len() + version.len());
        96 + self.module.len() + self.version.as_ref().map_or(0, String::len) + target
    }
}

impl<'r> Replacements<'r> {
    /// Of several for the same the first counts.
    pub(crate) fn new(replacements: impl IntoIterator<Item = &'r Replacement>) -> Replacements<'r> {
        let mut by_module = HashMap::new();
        for replacement in replacements {
            by_module.entry((replacement.module.as_str(), replacement.version.as_deref())).or_insert(replacement);
        }
        Replacements(by_module)
    }

    /// What replaces this version of a module. A replacement of one version goes before that of every version.
    pub(crate) fn of(&self, module: &str, version: &str) -> Option<&'r Replacement> {
        self.0.get(&(module, Some(version))).or_else(|| self.0.get(&(module, None))).copied()
    }
}
