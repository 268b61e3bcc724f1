//! Haskell: `stack.yaml.lock` and `cabal.project.freeze`.

use model::Ecosystem as Kind;
use serde::Deserialize;

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};
use crate::yaml;

/// Stack and Cabal.
pub(crate) struct Haskell;

impl Ecosystem for Haskell {
    fn name(&self) -> &'static str {
        "haskell"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Name("stack.yaml.lock"), Want::Name("cabal.project.freeze")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let text = file.text()?;
        if path.file_name() == "cabal.project.freeze" {
            let mut is_understood = text.trim().is_empty();
            // constraints: any.aeson ==2.0.3.0, aeson -bytestring-builder, …
            for constraint in text.split([',', '\n']) {
                let constraint = constraint.trim();
                is_understood |= FREEZE_FIELDS.iter().any(|field| constraint.starts_with(field));
                let constraint = constraint.trim_start_matches("constraints:").trim();
                if let Some((name, version)) = constraint.split_once("==") {
                    let name = name.trim();
                    add(name.strip_prefix("any.").unwrap_or(name), version.trim(), found);
                }
            }
            let reason = "it has no field of such a file";
            return if is_understood { Ok(()) } else { Err(ReadFileError::malformed("cabal.project.freeze", reason)) };
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
                    if let Some((name, version)) = pinned.rsplit_once('-') {
                        add(name, version, found);
                    }
                }
                (None, Some(name), Some(version)) => add(&name, &version, found),
                _ => {}
            }
        }
        Ok(())
    }
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

fn add(name: &str, version: &str, found: &mut Found) {
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_version && !name.is_empty() && !name.contains(' ') {
        found.packages.push(FoundPackage::new(Kind::Hackage, Evidence::Locked, name, version));
    }
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
