//! Core metadata of installed distributions: `METADATA`, `PKG-INFO` and single-file `.egg-info`
//! (packaging.python.org, core metadata specifications).
//!
//! Headers as in e-mail up to the first empty line; the description behind it is of no interest and may be long.

use std::io::{BufRead, BufReader, Read};

use licenses::{LARGEST_TEXT_BYTES, License};
use model::LicenseCategory;

use super::marker::Environment;
use super::{PYPI, needs, normal_name};
use crate::declared_license::declared_license;
use crate::ecosystems::locked_packages::is_word;
use crate::found::{Evidence, Found, FoundPackage};
use crate::needs::Needs;
use crate::wanted_file::{ReadFileError, WantedFile};

/// The most that is read of the headers, in bytes.
const HEADERS_BYTES: u64 = 1 << 20;

/// A longer license field is a text, in bytes.
const LONGEST_NAME: usize = 100;

/// What is said of a distribution that nothing can be looked up for.
pub(super) const NAMELESS: &str = "it states no name and version that can be used, so that its package is left out";

/// Reads the metadata of one distribution.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let environment = Environment::of(file.path().as_str());
    match read_headers(file.stream(), environment)? {
        Some(package) => found.packages.push(package),
        None => found.gap("", NAMELESS),
    }
    Ok(())
}

/// Reads the headers; a distribution without a name or a version is none.
pub(super) fn read_headers(
    content: impl Read,
    environment: Environment,
) -> Result<Option<FoundPackage>, ReadFileError> {
    let mut lines = BufReader::with_capacity(4 << 10, content).take(HEADERS_BYTES);
    let mut headers = Headers { environment, ..Headers::default() };
    let mut line = Vec::new();
    loop {
        line.clear();
        lines.read_until(b'\n', &mut line)?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if line.is_empty() || text.is_empty() && headers.has_begun() {
            break;
        }
        headers.read_line(text.strip_prefix('\u{feff}').unwrap_or(text));
    }
    Ok(headers.package())
}

#[derive(Default)]
struct Headers {
    name: String,
    version: String,
    expression: String,
    /// The license field, over several lines where it is a text or a list.
    license: String,
    classifiers: Vec<String>,
    is_in_license: bool,
    environment: Environment,
    needs: Needs,
}

impl Headers {
    fn has_begun(&self) -> bool {
        !self.name.is_empty() || !self.version.is_empty()
    }

    fn read_line(&mut self, line: &str) {
        if line.starts_with([' ', '\t', '|']) {
            let text = line.trim_start_matches([' ', '\t', '|']);
            if self.is_in_license && self.license.len() + text.len() < LARGEST_TEXT_BYTES {
                self.license.push('\n');
                self.license.push_str(text);
            }
            return;
        }
        self.is_in_license = false;
        let Some((key, value)) = line.split_once(':') else { return };
        let value = value.trim();
        if value == "UNKNOWN" {
            return;
        }
        // The first of a repeated field counts, as it does for the tools that read it.
        let set = |field: &mut String| {
            if field.is_empty() {
                value.clone_into(field);
            }
        };
        match key.to_ascii_lowercase().as_str() {
            "name" => set(&mut self.name),
            "version" => set(&mut self.version),
            "requires-dist" => needs::add(value, self.environment, &mut self.needs),
            "license-expression" => set(&mut self.expression),
            "license" => {
                self.is_in_license = self.license.is_empty();
                set(&mut self.license);
            }
            "classifier" => {
                if let Some(license) = value.strip_prefix("License ::") {
                    let name = license.rsplit("::").next().unwrap_or_default().trim();
                    if !name.is_empty() && name != "OSI Approved" {
                        self.classifiers.push(name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }

    fn package(self) -> Option<FoundPackage> {
        if !is_word(&self.name) || !is_word(&self.version) {
            return None;
        }
        let mut package = FoundPackage::new(PYPI, Evidence::Installed, normal_name(&self.name), self.version);
        let declared = licenses::declared(&self.license);
        let is_name = self.license.len() <= LONGEST_NAME && !self.license.trim().contains('\n');
        let is_understood = |license: &String| License::parse(license).category() != LicenseCategory::Unknown;
        // PEP 639: an expression says all. Without one, the field names the license, or tells more of it than a classifier
        // can; classifiers that it does not speak of hold as well. A text that is not understood is what they say it is.
        package.licenses = match (self.expression, declared) {
            (expression, _) if !expression.is_empty() => vec![expression],
            (_, Some(license)) if points_elsewhere(&license) && !self.classifiers.is_empty() => self.classifiers,
            (_, Some(license)) if is_name || self.classifiers.is_empty() || is_understood(&license) => {
                let further = self.classifiers.into_iter().filter(|classifier| !tells(&license, classifier));
                further.chain([license.clone()]).collect()
            }
            _ => self.classifiers,
        };
        package.needs = self.needs;
        package.licenses.sort_unstable();
        package.licenses.dedup();
        Some(package)
    }
}

/// Whether a license field names no license, but says that there are several or where they are told: what the classifiers say
/// is then all.
fn points_elsewhere(license: &str) -> bool {
    let words = license.trim().trim_end_matches('.').to_ascii_lowercase();
    ["dual license", "dual licensed", "dual-license", "dual-licensed", "multiple licenses", "various"]
        .contains(&words.as_str())
        || words.strip_prefix("see ").is_some_and(|rest| {
            let rest = rest.strip_prefix("the ").unwrap_or(rest);
            let name = rest.strip_suffix(" file").unwrap_or(rest);
            ["license", "license.txt", "license.md", "license.rst", "licence", "copying"].contains(&name)
        })
}

/// Classifiers that name a family of licenses, with how the SPDX identifiers of its members begin.
const FAMILIES: [(&str, &str); 8] = [
    ("BSD License", "BSD"),
    ("GNU General Public License (GPL)", "GPL"),
    ("GNU Library or Lesser General Public License (LGPL)", "LGPL"),
    ("Apache Software License", "Apache"),
    ("Academic Free License (AFL)", "AFL"),
    ("Artistic License", "Artistic"),
    ("Python Software Foundation License", "P"),
    ("Zope Public License", "ZPL"),
];

/// Whether the license field says what the classifier says, or which member of its family it means.
fn tells(license: &str, classifier: &str) -> bool {
    let (declared, classified) = (declared_license(license), declared_license(classifier));
    let family = FAMILIES.iter().find(|(name, _)| *name == classifier).map(|(_, start)| *start);
    let mut ids = declared.split([' ', '(', ')']).filter(|word| !matches!(*word, "" | "AND" | "OR" | "WITH"));
    ids.any(|id| id == classified || family.is_some_and(|start| id.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::python::Python;

    fn check(path: &str, text: &str, expected: &str) {
        assert_eq!(listing(&read(&Python, path, text.as_bytes())), expected, "{path}");
    }

    #[test]
    fn license_expressions_go_before_license_fields_and_classifiers() {
        let path = "usr/lib/python3.11/site-packages/A-1.dist-info/METADATA";
        check(
            path,
            "Metadata-Version: 2.4\nName: Zope.Interface\nVersion: 6.0\nLicense-Expression: MIT OR Apache-2.0\nLicense: x\n\nName: b\n",
            "pypi zope-interface 6.0 [MIT OR Apache-2.0]",
        );
        check(
            path,
            "Metadata-Version: 2.1\r\nName: a\r\nVersion: 1.0\r\nLicense: BSD-3-Clause\r\nClassifier: License :: OSI Approved :: BSD License\r\n\r\n",
            "pypi a 1.0 [BSD-3-Clause]",
        );
        check(
            path,
            "Name: a\nVersion: 1.0\nLicense: Copyright (c)\n        Permission is granted\nClassifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved\nClassifier: Topic :: x\n",
            "pypi a 1.0 [MIT License]",
        );
        check(path, "Name: a\nVersion: 1.0\nLicense: UNKNOWN\n", "pypi a 1.0");
    }

    #[test]
    fn a_license_field_of_several_lines_is_read_or_keeps_its_words() {
        let path = "usr/lib/python3.11/site-packages/A-1.dist-info/METADATA";
        let text = |license: &str| format!("Name: a\nVersion: 1.0\nLicense: {license}\nSummary: x\n\nLicense: y\n");
        for (license, expected) in [
            ("Copyright (c) X\n        \n        Use it on Sundays only", "Copyright (c) X Use it on Sundays only"),
            ("BSD-3-Clause\n        AGPL-3.0-only", "BSD-3-Clause AND AGPL-3.0-only"),
            ("\n       |AGPL-3.0-only", "AGPL-3.0-only"),
        ] {
            check(path, &text(license), &format!("pypi a 1.0 [{expected}]"));
        }
        let long = format!("{}AGPL-3.0-only", "MIT AND ".repeat(30));
        check(path, &text(&long), &format!("pypi a 1.0 [{long}]"));
    }

    #[test]
    fn classifiers_hold_beside_a_license_field_that_does_not_speak_of_them() {
        let text = |license: &str, classifiers: &[&str]| {
            let lines: String =
                classifiers.iter().map(|name| format!("Classifier: License :: OSI Approved :: {name}\n")).collect();
            format!("Name: a\nVersion: 1.0\nLicense: {license}\n{lines}")
        };
        for (license, classifiers, expected) in [
            (
                "MIT",
                &["MIT License", "GNU General Public License v3 (GPLv3)"][..],
                "GNU General Public License v3 (GPLv3); MIT",
            ),
            ("BSD-3-Clause", &["BSD License", "Apache Software License"], "Apache Software License; BSD-3-Clause"),
            ("Apache 2.0", &["Apache Software License"], "Apache 2.0"),
            ("LGPL-2.1-or-later", &["GNU Library or Lesser General Public License (LGPL)"], "LGPL-2.1-or-later"),
            ("Dual License", &["BSD License", "Apache Software License"], "Apache Software License; BSD License"),
            ("see LICENSE", &["MIT License"], "MIT License"),
            ("See the LICENSE file.", &["MIT License"], "MIT License"),
            ("Dual License", &[], "Dual License"),
            ("Acme Commercial License", &["MIT License"], "Acme Commercial License; MIT License"),
        ] {
            check("a-1.dist-info/METADATA", &text(license, classifiers), &format!("pypi a 1.0 [{expected}]"));
        }
    }

    #[test]
    fn eggs_have_the_same_headers_under_other_names() {
        let text = "Metadata-Version: 1.0\nName: PyYAML\nVersion: 5.4.1\n";
        for path in [
            "a/PyYAML-5.4.1.egg-info/PKG-INFO",
            "a/PyYAML-5.4.1.egg-info",
            "a/PyYAML-5.4.1-py3.9.egg/EGG-INFO/PKG-INFO",
        ] {
            check(path, text, "pypi pyyaml 5.4.1");
        }
    }

    #[test]
    fn headers_without_name_or_version_are_a_gap() {
        for text in ["", "\n\n\n", "Name: a\n", "Name: a\n\nVersion: 1\n", "Name: a b\nVersion: 1\n", "\u{0}\u{1}"] {
            let found = read(&Python, "x.dist-info/METADATA", text.as_bytes());
            assert_eq!((listing(&found).as_str(), found.gaps.len()), ("", 1), "{text}");
        }
    }
}
