//! R: installed packages (`DESCRIPTION` with the line that R adds when it builds one) and `renv.lock`.

use std::collections::BTreeMap;

use model::Ecosystem as Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::borrowed_json::object;
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// CRAN and Bioconductor.
pub(crate) struct R;

impl Ecosystem for R {
    fn name(&self) -> &'static str {
        "r"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Name("DESCRIPTION"), Want::Name("renv.lock")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == "DESCRIPTION" {
            found.packages.extend(installed(&file.text()?));
            return Ok(());
        }
        let lock: Lock = object(file.bytes()?).map_err(|error| ReadFileError::malformed("renv.lock", error))?;
        let mut needs = Vec::new();
        let mut places: BTreeMap<String, u32> = BTreeMap::new();
        for (name, locked) in lock.packages {
            places.insert(name.clone(), found.packages.len() as u32);
            needs.push(match locked.requirements {
                Some(Requirements::Names(names)) => names,
                Some(Requirements::Other(_)) | None => Vec::new(),
            });
            found.packages.push(FoundPackage::new(Kind::Cran, Evidence::Locked, name, locked.version));
        }
        for (package, names) in found.packages.iter_mut().zip(needs) {
            package.dependencies = names.iter().filter_map(|name| places.get(name).copied()).collect();
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Lock {
    #[serde(rename = "Packages")]
    packages: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
struct Locked {
    #[serde(default, rename = "Version")]
    version: String,
    #[serde(default, rename = "Requirements")]
    requirements: Option<Requirements>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Requirements {
    Names(Vec<String>),
    Other(IgnoredAny),
}

/// Reads the fields of an installed package; sources under development and R's own packages are none. One that lacks its
/// name or version is a gap, as [`Found::drop_nameless`] has it.
fn installed(text: &str) -> Option<FoundPackage> {
    let field = |name: &str| {
        let mut values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        values.next().map(str::trim).filter(|value| !value.is_empty())
    };
    if field("Built").is_none() || field("Priority") == Some("base") {
        return None;
    }
    let (name, version) = (field("Package").unwrap_or_default(), field("Version").unwrap_or_default());
    let mut package = FoundPackage::new(Kind::Cran, Evidence::Installed, name, version);
    package.needs = [list_field(text, "Depends"), list_field(text, "Imports")].concat().into_iter().collect();
    // The part behind the bar is the file that holds the license's text.
    package.licenses = field("License").into_iter().map(|license| license.replace(" + file LICENSE", "")).collect();
    Some(package)
}

/// The names in a list of packages, `R (>= 3.5), rlang (>= 1.0)`, which may go on over indented lines.
fn list_field<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let mut lines = text.lines().skip_while(|line| !line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')));
    let first = lines.next().and_then(|line| line.split_once(':')).map(|(_, value)| value);
    let rest = lines.take_while(|line| line.starts_with([' ', '\t']));
    let items = first.into_iter().chain(rest).flat_map(|line| line.split(','));
    items.map(|item| item.split(['(', ' ']).find(|word| !word.is_empty()).unwrap_or_default().trim()).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&R, path, text, expected);
    }

    #[test]
    fn installed_packages_have_been_built() {
        check(
            "usr/lib/R/site-library/readxl/DESCRIPTION",
            "Package: readxl\nTitle: Read\n  Version: 9\nVersion: 1.4.0\nLicense: MIT + file LICENSE\nBuilt: R 4.2.0; x86_64-pc-linux-gnu; 2022; unix\n",
            &expect![[r#"
                cran readxl 1.4.0 [MIT]
            "#]],
        );
        check(
            "usr/lib/R/library/a/DESCRIPTION",
            "Package: a\nBuilt: R 4.2.0; ; 2022; unix\n",
            &expect![[r#"
                gap usr/lib/R/library/a/DESCRIPTION: 1 of its packages lacks a name or a version
            "#]],
        );
        check("src/DESCRIPTION", "Package: mine\nVersion: 0.1\n", &expect![[""]]);
        check(
            "lib/R/library/base/DESCRIPTION",
            "Package: base\nVersion: 4.2\nPriority: base\nBuilt: R\n",
            &expect![[""]],
        );
    }

    #[test]
    fn locks_tell_relations() {
        check(
            "renv.lock",
            r#"{"R":{"Version":"4.2.0","Repositories":[]},"Packages":{"R6":{"Package":"R6","Version":"2.5.1","Source":"Repository"},"cli":{"Package":"cli","Version":"3.4.0","Requirements":["R6","utils"]}}}"#,
            &expect![[r#"
                locked cran R6 2.5.1
                locked cran cli 3.4.0 -> R6
            "#]],
        );
        check(
            "renv.lock",
            r#"{"Packages":{"R6":{"Package":"R6"},"cli":{"Version":"3.4.0","Requirements":["R6"]}}}"#,
            &expect![[r#"
                locked cran cli 3.4.0
                gap renv.lock: 1 of its packages lacks a name or a version
            "#]],
        );
        check(
            "renv.lock",
            "{}",
            &expect![[r#"
                gap renv.lock: it is no valid renv.lock: missing field `Packages` at line 1 column 2
            "#]],
        );
    }
}
