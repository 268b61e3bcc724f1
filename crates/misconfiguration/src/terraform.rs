//! Terraform and OpenTofu: configuration in HCL or JSON with its variables, locals, functions and local modules, and plans as
//! JSON.

mod evaluate;
mod functions;
mod json_syntax;
mod module;
mod operators;
mod plan;
mod resources;
mod size;
mod source;

use std::collections::BTreeSet;

use model::Gap;

use crate::cloud::Cloud;
use crate::tree::Tree;

/// Modules that are called and not there, which are named.
const MOST_MISSING_MODULES: usize = 100;

/// Reads every root module and every plan of a tree, and hands over each, so that no two have to be in memory.
///
/// A folder is a root module when no module of the tree calls it. One that is called is read with the arguments it is
/// called with, so that what its variables decide is known.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Cloud)) {
    plan::read(tree, gaps, take);
    let mut missing = 0;
    for files in source::groups(tree) {
        let folders = source::read(&files, gaps);
        read_group(tree, &folders, gaps, take);
        add_missing_modules(&folders, &mut missing, gaps);
    }
    let rest = missing.saturating_sub(MOST_MISSING_MODULES);
    if rest > 0 {
        gaps.push(Gap::new("", format!("{rest} more modules of Terraform were not looked at: they are not there")));
    }
}

/// Reads the root modules among folders that call each other.
fn read_group(tree: &Tree, folders: &source::Folders, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Cloud)) {
    let called: BTreeSet<String> = folders.values().flat_map(source::Folder::called_folders).collect();
    for (path, folder) in folders {
        if called.contains(path) && !calls_itself(path, folders) {
            continue;
        }
        take(Cloud::new(resources::read(tree, folders, path, folder, gaps)));
    }
    for (path, folder) in folders {
        if calls_itself(path, folders) {
            gaps.push(Gap::new(shown(path), "its modules call each other without end; each was looked at once"));
        }
        for source in &folder.sources {
            gaps.extend(source.modules_elsewhere().map(|reason| Gap::new(source.path.as_str(), reason)));
        }
    }
}

/// Modules that are called by a path and are not there are gaps each, and from some number on are only counted.
fn add_missing_modules(folders: &source::Folders, count: &mut usize, gaps: &mut Vec<Gap>) {
    for source in folders.values().flat_map(|folder| &folder.sources) {
        for reason in source.missing_modules(folders) {
            *count += 1;
            if *count <= MOST_MISSING_MODULES {
                gaps.push(Gap::new(source.path.as_str(), reason));
            }
        }
    }
}

/// The path of a folder, where the root of the tree has none.
fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// Folders that call each other have no root among them: each is read as one.
fn calls_itself(path: &str, folders: &source::Folders) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![path.to_owned()];
    while let Some(here) = next.pop() {
        for called in folders.get(&here).map(source::Folder::called_folders).unwrap_or_default() {
            if called == path {
                return true;
            }
            if seen.insert(called.clone()) {
                next.push(called);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests;
