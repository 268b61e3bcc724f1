//! Node packages: installed trees (`node_modules`) and the lock files of npm, yarn, pnpm and bun.
//!
//! | file | read by |
//! |---|---|
//! | `package-lock.json`, `npm-shrinkwrap.json` (lockfileVersion 1, 2, 3) | `npm/package_lock.rs` |
//! | `yarn.lock` (classic v1 and berry) | `npm/yarn.rs` |
//! | `pnpm-lock.yaml` (5.x, 6.x, 9.x) | `npm/pnpm.rs` |
//! | `bun.lock` | `npm/bun.rs` |
//! | `package.json` in `node_modules` (installed) and elsewhere (manifest) | `npm/package_json.rs` |
//! | `pnpm-workspace.yaml` (which folders share a lock file) | `npm/pnpm_workspace.rs` |
//! | `rush.json` (which projects Rush installs packages for) | `npm/rush.rs` |
//!
//! Which installed package needs which is settled over all of them in `crate::relations`.
//!
//! `bun.lockb` is bun's own memory image without a published format, and `deno.lock` is not read: gaps that name the way out.

use model::{Ecosystem as Registry, counted};

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::unread_list;
use crate::found::Found;
use crate::wanted_file::{ReadFileError, WantedFile};

mod bun;
mod links;
mod machine_yaml;
mod package_json;
mod package_lock;
mod pnpm;
mod pnpm_workspace;
mod range;
mod rush;
mod yarn;

pub(crate) use links::linked_package;
pub(crate) use package_json::is_installed_at;
use range::Range;

/// Reads Node packages.
pub(crate) struct Npm;

impl Ecosystem for Npm {
    fn name(&self) -> &'static str {
        "npm"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("package.json"),
            // It is another thing there, which matters where such a folder is a link.
            Want::InChildOf("node_modules", "package.json"),
            Want::Name("package-lock.json"),
            Want::Name("npm-shrinkwrap.json"),
            Want::Name("yarn.lock"),
            Want::Name("pnpm-lock.yaml"),
            Want::Name("pnpm-workspace.yaml"),
            Want::Name("bun.lock"),
            Want::Name("bun.lockb"),
            Want::Name("deno.lock"),
            Want::Name("rush.json"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        match path.file_name() {
            "package.json" => package_json::read(file, found),
            _ if is_in_package(path.as_str()) => Ok(()),
            "package-lock.json" | "npm-shrinkwrap.json" => package_lock::read(path.as_str(), &file.text()?, found),
            "yarn.lock" => yarn::read(&file.text()?, found),
            "pnpm-lock.yaml" => pnpm::read(&file.text()?, found),
            "pnpm-workspace.yaml" => {
                if let Ok(text) = file.text() {
                    pnpm_workspace::read(&text, found);
                }
                Ok(())
            }
            "bun.lock" => bun::read(&file.text()?, found),
            "deno.lock" => {
                let reason = "lock files of Deno are not read; its packages of npm are found in the `node_modules` that \
                              `deno install --node-modules-dir=auto` makes";
                unread_list::tell(file, reason, found)
            }
            "rush.json" => {
                if let Ok(text) = file.text() {
                    rush::read(&text, found);
                }
                Ok(())
            }
            _ => {
                let reason = "bun's binary lock file is not read; write the text form beside it with \
                              `bun install --save-text-lockfile`";
                found.gap(path.as_str(), reason);
                Ok(())
            }
        }
    }
}

/// Whether a path lies inside an installed package, whose own lock files say nothing of what is installed.
fn is_in_package(path: &str) -> bool {
    path.starts_with("node_modules/") || path.contains("/node_modules/")
}

/// Whether a range of a `package.json` certainly takes the version of a member of the same workspace.
pub(crate) fn range_takes(range: &str, version: &str) -> bool {
    Range::parse(range).is_some_and(|range| range.takes(version))
}

/// The ecosystem of every package here.
const NPM: Registry = Registry::Npm;

/// Says how many packages of a lock file come from elsewhere than a registry, with nothing that advisories could tell apart.
fn tell_unversioned(count: usize, path: &str, found: &mut Found) {
    if count > 0 {
        let unversioned = counted(count, "of its packages comes from", "of its packages come from");
        found.gap(path, format!("{unversioned} git or a folder, without a version to look up"));
    }
}

/// Splits `name@rest` and `@scope/name@rest`.
fn split_name(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{read, read_with_gaps};

    #[test]
    fn buns_binary_lock_file_is_a_gap() {
        let found = read(&Npm, "app/bun.lockb", b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n");
        assert!(found.gaps[0].reason.contains("--save-text-lockfile"));
    }

    #[test]
    fn denos_lock_file_is_a_gap_where_it_is_the_projects_own() {
        let text = br#"{"version":"5","specifiers":{"npm:lodash@4":"4.17.20"},"npm":{"lodash@4.17.20":{}}}"#;
        let found = read_with_gaps(&Npm, "app/deno.lock", text);
        assert_eq!((found.packages.len(), found.gaps.len()), (0, 1));
        assert!(found.gaps[0].reason.starts_with("lock files of Deno are not read; "));
        for (path, text) in [("app/deno.lock", &b"\n"[..]), ("app/node_modules/a/deno.lock", text)] {
            assert_eq!(read_with_gaps(&Npm, path, text), Found::default(), "{path}");
        }
    }

    #[test]
    fn lock_files_inside_installed_packages_are_left_alone() {
        let found = read(&Npm, "app/node_modules/a/yarn.lock", b"b@^1:\n  version \"1.0.0\"\n");
        assert_eq!(found, Found::default());
    }

    #[test]
    fn names_end_at_the_at_sign_after_the_scope() {
        assert_eq!(split_name("@a/b@^1"), Some(("@a/b", "^1")));
        assert_eq!(split_name("b@npm:c@1"), Some(("b", "npm:c@1")));
        for none in ["", "@", "@a/b", "é"] {
            assert_eq!(split_name(none), None, "{none}");
        }
    }
}
