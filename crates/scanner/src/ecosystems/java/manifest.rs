//! `META-INF/MANIFEST.MF`: what an archive says of itself (JAR File Specification, JAR Manifest).

use std::str::Lines;

/// How many sections of parts with a version are kept.
const MOST_PARTS: usize = 256;

/// The longest attribute of such a section that is kept, in bytes.
const LONGEST_PART_BYTES: usize = 256;

/// The attributes that help to name an archive, those of the main section first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// `Implementation-Title`.
    pub(super) title: Option<String>,
    /// `Implementation-Version`.
    pub(super) version: Option<String>,
    /// `Implementation-Vendor-Id`.
    pub(super) vendor_id: Option<String>,
    /// `Bundle-SymbolicName` without its parameters.
    pub(super) symbolic_name: Option<String>,
    /// `Automatic-Module-Name`.
    pub(super) module_name: Option<String>,
    /// `Bundle-Version`.
    pub(super) bundle_version: Option<String>,
    /// `Specification-Version`.
    pub(super) specification_version: Option<String>,
    /// `Bundle-License`, as SPDX ids where it is a well-known address.
    pub(super) licenses: Vec<String>,
    /// What sections after the main one say, if that states no version.
    parts: Vec<Part>,
}

/// A section of a manifest on a folder in the archive, with a version.
#[derive(Debug, Default, PartialEq, Eq)]
struct Part {
    /// `Name`: `org/apache/xalan/`.
    folder: String,
    /// `Implementation-Title`.
    title: String,
    /// The number in `Implementation-Version`: `2.9.1` of `Xerces-J 2.9.1`.
    version: String,
}

impl Manifest {
    /// Reads the main section, and those that follow where it states no version.
    pub(super) fn parse(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        let mut lines = text.lines();
        read_section(&mut lines, |key, value| manifest.set(key, value));
        if manifest.stated_version().is_none() {
            manifest.parts = parts(&mut lines);
        }
        manifest
    }

    /// The version of the part after which the file called `stem` is named, where the main section states none: builds with
    /// Ant describe one library in several parts (`org/apache/xerces/impl/` in `xercesImpl.jar`), beside those that it holds
    /// of others.
    pub(super) fn version_of_part(&self, stem: &str) -> Option<&str> {
        let named = plain(stem);
        if named.is_empty() {
            return None;
        }
        let first_word = stem.split(['-', '_']).next().unwrap_or(stem);
        self.only_version(|part| ends_in(&part.folder, &named) || ends_in(&part.title, &named))
            .or_else(|| self.only_version(|part| part.begins_with_word(first_word)))
    }

    /// The version of the parts that fit, if they have the same.
    fn only_version(&self, fits: impl Fn(&Part) -> bool) -> Option<&str> {
        let mut versions = self.parts.iter().filter(|part| fits(part)).map(|part| part.version.as_str());
        let first = versions.next()?;
        versions.all(|version| version == first).then_some(first)
    }

    /// The version it states: the implementation's, the bundle's or the specification's.
    pub(super) fn stated_version(&self) -> Option<&str> {
        [&self.version, &self.bundle_version, &self.specification_version]
            .into_iter()
            .flatten()
            .filter_map(|version| version.split_whitespace().next())
            .find(|version| !version.contains('$') && version.starts_with(|c: char| c.is_ascii_digit()))
    }

    fn set(&mut self, key: &str, value: &str) {
        // A property that the build did not replace says nothing.
        if value.is_empty() || value.contains("${") {
            return;
        }
        let field = match key.to_ascii_lowercase().as_str() {
            "implementation-title" => &mut self.title,
            "implementation-version" => &mut self.version,
            "implementation-vendor-id" => &mut self.vendor_id,
            // What Jenkins plug-ins say instead.
            "group-id" => &mut self.vendor_id,
            "short-name" => &mut self.title,
            "plugin-version" => &mut self.version,
            "bundle-symbolicname" => &mut self.symbolic_name,
            "automatic-module-name" => &mut self.module_name,
            "bundle-version" => &mut self.bundle_version,
            "specification-version" => &mut self.specification_version,
            "bundle-license" => {
                self.licenses = bundle_licenses(value);
                return;
            }
            _ => return,
        };
        let value = value.split(';').next().unwrap_or_default().trim();
        *field = Some(value.to_owned());
    }
}

impl Part {
    fn set(&mut self, key: &str, value: &str) {
        if value.len() > LONGEST_PART_BYTES {
            return;
        }
        if key.eq_ignore_ascii_case("Name") {
            value.clone_into(&mut self.folder);
        } else if key.eq_ignore_ascii_case("Implementation-Title") {
            value.clone_into(&mut self.title);
        } else if key.eq_ignore_ascii_case("Implementation-Version") {
            let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains('$');
            self.version = value.split_whitespace().find(is_number).unwrap_or_default().to_owned();
        }
    }

    /// Whether it is on a folder with this name (`ant` of `ant-launcher.jar`), or its title is a phrase that begins so
    /// (`MySQL Connector/J`).
    fn begins_with_word(&self, word: &str) -> bool {
        let folder = self.folder.trim_end_matches('/').rsplit('/').next();
        let in_title = self.title.split_once(char::is_whitespace).map(|(first, _)| first);
        [folder, in_title].into_iter().flatten().any(|name| name.eq_ignore_ascii_case(word))
    }
}

/// Reads up to the blank line that ends a section, or to the end, and says whether there was a line.
fn read_section(lines: &mut Lines<'_>, mut set: impl FnMut(&str, &str)) -> bool {
    let mut value = String::new();
    let mut key = "";
    let mut is_there = false;
    for line in lines {
        is_there = true;
        if let Some(more) = line.strip_prefix(' ') {
            value.push_str(more);
            continue;
        }
        set(key, value.trim());
        value.clear();
        key = "";
        match line.split_once(':') {
            Some((name, rest)) => {
                key = name;
                value.push_str(rest.strip_prefix(' ').unwrap_or(rest));
            }
            None if line.is_empty() => break,
            None => {}
        }
    }
    set(key, value.trim());
    is_there
}

/// The sections after the main one that tell a version.
fn parts(lines: &mut Lines<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    while parts.len() < MOST_PARTS {
        let mut part = Part::default();
        if !read_section(lines, |key, value| part.set(key, value)) {
            break;
        }
        if !part.version.is_empty() {
            parts.push(part);
        }
    }
    parts
}

/// The letters and digits of a name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the last parts of a path or title together are what is named: `org/apache/xerces/impl/` ends in `xercesimpl`.
fn ends_in(name: &str, named: &str) -> bool {
    let mut left = named;
    for part in name.rsplit(['/', '.', ' ']) {
        match left.strip_suffix(plain(part).as_str()) {
            Some("") => return true,
            Some(rest) => left = rest,
            None => return false,
        }
    }
    false
}

/// The licenses of `Bundle-License` (OSGi Core, 3.2.1.10): names or addresses with parameters, separated by commas.
fn bundle_licenses(value: &str) -> Vec<String> {
    let mut quoted = false;
    let is_comma = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    let mut licenses: Vec<String> = value
        .split(is_comma)
        .filter_map(|clause| clause.split(';').next())
        .map(|name| name.trim().trim_matches('"').trim())
        .filter(|name| !name.is_empty() && *name != "<<EXTERNAL>>")
        .map(|name| spdx_id(name).unwrap_or(name).to_owned())
        .collect();
    licenses.sort();
    licenses.dedup();
    licenses
}

/// The SPDX id of the license at a well-known address or of a well-known long name.
pub(super) fn spdx_id(license: &str) -> Option<&'static str> {
    let lower = license.to_ascii_lowercase();
    let plain = lower.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let plain = plain.trim_end_matches('/').trim_end_matches(".txt").trim_end_matches(".html").trim_end_matches(".php");
    Some(match plain {
        "apache.org/licenses/license-2.0"
        | "opensource.org/licenses/apache-2.0"
        | "opensource.org/licenses/apache2.0"
        | "apache license, version 2.0"
        | "the apache software license, version 2.0"
        | "the apache license, version 2.0"
        | "apache software license, version 2.0"
        | "apache license 2.0"
        | "apache 2.0"
        | "apache 2"
        | "apache license v2.0"
        | "apache-2.0" => "Apache-2.0",
        "opensource.org/licenses/mit"
        | "opensource.org/licenses/mit-license"
        | "mit license"
        | "the mit license"
        | "mit" => "MIT",
        "eclipse.org/legal/epl-v10"
        | "eclipse.org/org/documents/epl-v10"
        | "eclipse public license 1.0"
        | "eclipse public license - v 1.0" => "EPL-1.0",
        "eclipse.org/legal/epl-v20"
        | "eclipse.org/legal/epl-2.0"
        | "eclipse.org/org/documents/epl-2.0/epl-2.0"
        | "eclipse public license v2.0"
        | "eclipse public license v. 2.0"
        | "eclipse public license 2.0"
        | "epl 2.0" => "EPL-2.0",
        "eclipse.org/org/documents/edl-v10" | "eclipse distribution license - v 1.0" | "edl 1.0" => "BSD-3-Clause",
        "gnu.org/licenses/old-licenses/lgpl-2.1" | "gnu.org/licenses/lgpl-2.1" => "LGPL-2.1-only",
        "mozilla.org/mpl/2.0" | "mozilla.org/en-us/mpl/2.0" => "MPL-2.0",
        "opensource.org/licenses/bsd-3-clause" => "BSD-3-Clause",
        "opensource.org/licenses/bsd-2-clause" => "BSD-2-Clause",
        "creativecommons.org/publicdomain/zero/1.0" => "CC0-1.0",
        "bouncycastle.org/licence" => "MIT",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, version: Option<&str>, licenses: &[&str]) {
        let manifest = Manifest::parse(text);
        assert_eq!(manifest.stated_version(), version, "{text}");
        assert_eq!(manifest.licenses, licenses, "{text}");
    }

    #[test]
    fn folded_lines_are_joined_and_the_main_section_counts() {
        let manifest = Manifest::parse(
            "Manifest-Version: 1.0\r\nBundle-SymbolicName: com.fasterxml.jackson.co\r\n re.jackson-databind;singleton:=true\r\n\
             Implementation-Version: 2.14.1\r\n\r\nName: a/B.class\r\nImplementation-Version: 9\r\n",
        );
        assert_eq!(manifest.symbolic_name.as_deref(), Some("com.fasterxml.jackson.core.jackson-databind"));
        assert_eq!(manifest.version.as_deref(), Some("2.14.1"));
    }

    fn check_part(stem: &str, sections: &str, version: Option<&str>) {
        let manifest = Manifest::parse(&format!("Manifest-Version: 1.0\n{sections}"));
        assert_eq!(manifest.version_of_part(stem), version, "{stem}");
    }

    fn section(folder: &str, title: &str, version: &str) -> String {
        format!("\nName: {folder}\nImplementation-Title: {title}\nImplementation-Version: {version}\n")
    }

    #[test]
    fn the_part_that_the_file_is_named_after_tells_its_version() {
        let xerces = [
            section("org/w3c/dom/", "org.w3c.dom", "1.0"),
            section("org/apache/xerces/xni/", "org.apache.xerces.xni", "1.2"),
            section("org/apache/xerces/impl/", "org.apache.xerces.impl.Version", "Xerces-J 2.9.1"),
        ]
        .concat();
        check_part("xercesImpl", &xerces, Some("2.9.1"));
        check_part("xml-apis", &xerces, None);
        check_part("impl", &xerces, Some("2.9.1"));
        check_part("simpl", &xerces, None);
        let xalan = [
            section("java_cup/runtime/", "java_cup.runtime", "0.10k"),
            section("org/apache/xalan/", "org.apache.xalan", "2.7.1"),
            section("org/apache/xalan/xsltc/", "org.apache.xalan.xsltc", "2.7.0"),
        ]
        .concat();
        check_part("xalan", &xalan.replace('\n', "\r\n"), Some("2.7.1"));
        let ant = section("org/apache/tools/ant/", "org.apache.tools.ant", "1.10.5");
        check_part("ant", &ant, Some("1.10.5"));
        check_part("ant-launcher", &ant, Some("1.10.5"));
        check_part("antlr", &ant, None);
        check_part("mysql-connector-java-bin", &section("common", "MySQL Connector/J", "5.0.8"), Some("5.0.8"));
        // Two of one name do not agree.
        check_part("foo", &[section("a/foo/", "a", "1"), section("b/foo/", "b", "2")].concat(), None);
        check_part("foo", &section("a/foo/", "a", "${version}"), None);
        check_part("-", &ant, None);
        check_part("foo", &format!("Implementation-Version: 3\n{}", section("a/foo/", "a", "1")), None);
    }

    #[test]
    fn parts_are_read_to_a_bound() {
        let others: String = (0..MOST_PARTS).map(|number| section(&format!("a/x{number}/"), "x", "1")).collect();
        let foo = section("a/foo/", "foo", "2");
        check_part("foo", &format!("{foo}{others}"), Some("2"));
        check_part("foo", &format!("{others}{foo}"), None);
        // Those that state nothing do not count, as in a signed archive.
        check_part("foo", &format!("{}{foo}", "\nName: a/B.class\nSHA-256-Digest: x\n".repeat(1000)), Some("2"));
        check_part("foo", &section(&format!("{}/foo/", "a".repeat(LONGEST_PART_BYTES)), "x", "2"), None);
    }

    #[test]
    fn the_first_usable_version_counts() {
        check("Implementation-Version: ${project.version}\nBundle-Version: 1.2.3\n", Some("1.2.3"), &[]);
        check("Implementation-Version: 5.1 (build 3)\nSpecification-Version: 5\n", Some("5.1"), &[]);
        check("Implementation-Version: unknown\n", None, &[]);
    }

    #[test]
    fn licenses_become_spdx_ids_where_they_are_known() {
        check("Bundle-License: http://www.apache.org/licenses/LICENSE-2.0.txt\n", None, &["Apache-2.0"]);
        check(
            "Bundle-License: \"Apache-2.0\";link=\"https://a,b\", Weird License\n",
            None,
            &["Apache-2.0", "Weird License"],
        );
    }
}
