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
            found.packages.extend(installed(path.parent(), &file.text()?));
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

/// The fields of an installed package that matter.
const FIELDS: &[&str] = &["Package", "Version", "Built", "Priority", "License", "Depends", "Imports"];

/// Reads the fields of the package that is installed in a folder; sources under development and R's own packages are none.
/// One that has no version is a gap, as [`Found::drop_nameless`] has it.
fn installed(folder: &str, text: &str) -> Option<FoundPackage> {
    let fields = fields(text);
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    // `R 4.2.0; x86_64-pc-linux-gnu; …`: others have files of this name, too.
    let is_built = field("Built").is_some_and(|built| built.split([' ', ';']).next() == Some("R"));
    if !is_built || field("Priority") == Some("base") {
        return None;
    }
    let name = field("Package").or_else(|| name_of(folder)).unwrap_or_default();
    let version = field("Version").unwrap_or_default();
    let mut package = FoundPackage::new(Kind::Cran, Evidence::Installed, name, version);
    // The part behind the bar is the file that holds the license's text.
    package.licenses = field("License").into_iter().map(|license| license.replace(" + file LICENSE", "")).collect();
    package.needs = ["Depends", "Imports"].into_iter().filter_map(field).flat_map(names).collect();
    Some(package)
}

/// The package that is installed in a folder: R itself goes by the folder, of which no two have one name.
fn name_of(folder: &str) -> Option<&str> {
    let name = folder.rsplit('/').next()?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    is_name.then_some(name)
}

/// The fields of a file (R, `read.dcf`): of one that comes twice the last counts, and indented lines go on with it.
fn fields(text: &str) -> BTreeMap<&str, String> {
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    let mut open = None;
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = open.and_then(|name| fields.get_mut(name)) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            open = FIELDS.contains(&name).then_some(name);
            if open.is_some() {
                fields.insert(name, value.trim().to_owned());
            }
        }
    }
    fields.values_mut().for_each(|value| *value = value.trim().to_owned());
    fields
}

/// The names in a list of packages: `R (>= 3.5), rlang (>= 1.0)`.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter_map(|item| item.split(['(', ' ']).find(|word| !word.is_empty()))
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
        // What others build.
        check("opt/x/DESCRIPTION", "Version: 1\nBuilt: 2022-01-01\n", &expect![[""]]);
        check("src/DESCRIPTION", "Package: mine\nVersion: 0.1\n", &expect![[""]]);
        check(
            "lib/R/library/base/DESCRIPTION",
            "Package: base\nVersion: 4.2\nPriority: base\nBuilt: R\n",
            &expect![[""]],
        );
    }

    #[test]
    fn a_package_that_does_not_say_its_name_has_that_of_its_folder() {
        for name in ["", "Package:\n"] {
            check(
                "usr/lib/R/site-library/data.table/DESCRIPTION",
                &format!("{name}Version: 1.14.8\nBuilt: R 4.2.0; ; 2022; unix\n"),
                &expect![[r#"
                    cran data.table 1.14.8
                "#]],
            );
        }
        for path in ["DESCRIPTION", "usr/lib/00LOCK-x/DESCRIPTION"] {
            let found = ecosystem_check::read_with_gaps(&R, path, b"Version: 1\nBuilt: R 4.2.0\n");
            assert!(found.packages.is_empty() && found.gaps.len() == 1, "{path}: {found:?}");
        }
    }

    #[test]
    fn fields_go_on_in_indented_lines_and_the_last_of_two_counts() {
        let text = "Package:\n  readxl\nVersion: 1.3.0\nDepends: R (>= 3.5),\n\trlang\nLicense: GPL-2 |\n    GPL-3\n\
                    Description: a\n  Version: 9\nVersion: 1.4.0\nBuilt: R 4.2.0\n";
        check(
            "usr/lib/R/site-library/readxl/DESCRIPTION",
            text,
            &expect![[r#"
                cran readxl 1.4.0 [GPL-2 | GPL-3]
            "#]],
        );
        let found = ecosystem_check::read(&R, "x/readxl/DESCRIPTION", text.as_bytes());
        assert_eq!(found.packages[0].needs.iter().collect::<Vec<_>>(), ["R", "rlang"]);
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
