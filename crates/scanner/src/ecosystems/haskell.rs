//! Haskell: `stack.yaml.lock` and `cabal.project.freeze`. Of descriptions of packages and a `stack.yaml` it is only seen what
//! they ask for (`haskell/requests.rs`).

use model::Ecosystem as Kind;
use serde::Deserialize;

use crate::damage::UnreadLines;
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::{is_in_dependency_folder, is_in_folder_of};
use crate::wanted_file::{ReadFileError, WantedFile};
use crate::yaml;

mod requests;

/// Where Stack and Cabal keep what they fetched and built.
const FETCHED: &[&str] = &[".stack-work", "dist-newstyle"];

/// Stack and Cabal.
pub(crate) struct Haskell;

impl Ecosystem for Haskell {
    fn name(&self) -> &'static str {
        "haskell"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("stack.yaml.lock"),
            Want::Name("cabal.project.freeze"),
            Want::Name("stack.yaml"),
            Want::Name("package.yaml"),
            Want::OwnSuffix(".cabal"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let name = path.file_name();
        if matches!(name, "stack.yaml" | "package.yaml") || name.ends_with(".cabal") {
            if is_in_folder_of(path.as_str(), FETCHED) || is_in_dependency_folder(path.as_str()) {
                return Ok(());
            }
            let text = file.text()?;
            let manifest = match name {
                "stack.yaml" => requests::read_stack(&text),
                "package.yaml" => requests::read_hpack(&text, path.parent().rsplit('/').next().unwrap_or_default()),
                _ => requests::read_cabal(&text),
            };
            found.mark = manifest.into_mark();
            return Ok(());
        }
        let text = file.text()?;
        if path.file_name() == "cabal.project.freeze" {
            return read_freeze(&text, found);
        }
        let lock: Lock = yaml::parse(&text)?;
        if lock.packages.is_none() {
            yaml::check_keys(&text, &["packages", "snapshots"], "stack.yaml.lock")?;
        }
        for package in lock.packages.unwrap_or_default() {
            let completed = package.completed;
            match (completed.hackage, completed.name, completed.version) {
                // aeson-2.0.3.0@sha256:…,5806
                (Some(hackage), _, _) => {
                    let pinned = hackage.split('@').next().unwrap_or_default();
                    if !pinned.rsplit_once('-').is_some_and(|(name, version)| add(name, version, found)) {
                        found.gap(path.as_str(), format!("`{pinned}` in it is no package with a version"));
                    }
                }
                (None, Some(name), Some(version)) => _ = add(&name, &version, found),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Reads `constraints: any.aeson ==2.0.3.0, aeson -bytestring-builder, …` among the other fields of the file.
fn read_freeze(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut is_understood = text.trim().is_empty();
    let mut unread = UnreadLines::default();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        let field = FREEZE_FIELDS.iter().find(|field| line.starts_with(**field));
        is_understood |= field.is_some();
        if field.is_some_and(|field| *field != "constraints:") {
            continue;
        }
        let constraints = line.trim_start_matches("constraints:").split(',').map(str::trim);
        for constraint in constraints.filter(|constraint| !constraint.is_empty()) {
            let is_read = match constraint.split_once("==") {
                Some((name, version)) => {
                    let name = name.trim();
                    add(name.strip_prefix("any.").unwrap_or(name), version.trim(), found)
                }
                None => is_without_version(constraint),
            };
            if !is_read {
                unread.note(number, line);
            }
        }
    }
    if !is_understood {
        return Err(ReadFileError::malformed("cabal.project.freeze", "it has no field of such a file"));
    }
    unread.hand_over("", found);
    Ok(())
}

/// Whether a constraint says something else of a package than its version: `aeson -flag +other`, `any.base installed`.
fn is_without_version(constraint: &str) -> bool {
    let mut words = constraint.split_whitespace().skip(1).peekable();
    words.peek().is_some()
        && words.all(|word| word.starts_with(['+', '-']) || matches!(word, "installed" | "source" | "test" | "bench"))
}

/// The fields that Cabal writes into a freeze file, and the comment that begins any line.
const FREEZE_FIELDS: &[&str] = &["--", "active-repositories:", "constraints:", "index-state:", "with-compiler:"];

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Option<Vec<Locked>>,
}

#[derive(Deserialize)]
struct Locked {
    completed: Completed,
}

#[derive(Deserialize)]
struct Completed {
    #[serde(default)]
    hackage: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

/// Adds a package; false where it cannot be one.
fn add(name: &str, version: &str, found: &mut Found) -> bool {
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_package = is_version && !name.is_empty() && !name.contains(' ');
    if is_package {
        found.packages.push(FoundPackage::new(Kind::Hackage, Evidence::Locked, name, version));
    }
    is_package
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Haskell, path, text, expected);
    }

    #[test]
    fn stack_and_cabal_pin_versions() {
        check(
            "stack.yaml.lock",
            "packages:\n- completed:\n    hackage: fuzzyset-0.2.4@sha256:f1b6,1618\n    pantry-tree:\n      size: 574\n  original:\n    hackage: fuzzyset-0.2.4\n- completed:\n    name: tool\n    version: 1.0.0\n    git: https://x\n    commit: 0a\n  original: {}\nsnapshots:\n- completed: {size: 1}\n",
            &expect![[r#"
                locked hackage fuzzyset 0.2.4
                locked hackage tool 1.0.0
            "#]],
        );
        check(
            "cabal.project.freeze",
            "active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson ==2.0.3.0,\n             aeson -bytestring-builder,\n             any.base ==4.15.1.0\nindex-state: x\n",
            &expect![[r#"
                locked hackage aeson 2.0.3.0
                locked hackage base 4.15.1.0
            "#]],
        );
    }
}
