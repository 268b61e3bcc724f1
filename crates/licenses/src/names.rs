//! Names of licenses: the ids and full names of the SPDX list, and the loose names of `content/licenses/names.tsv` and
//! `families.tsv`, compared without case, punctuation and the words that every license has in its name.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::LicenseCategory;

use crate::category::{category_called, rows};
use crate::gnu;

/// What a name stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A license of the SPDX list, by its id.
    Id(String),
    /// An SPDX expression that has a name of its own.
    Expression(&'static str),
    /// A name that says what is asked and not which license it is.
    Family(LicenseCategory),
}

/// What the name stands for; nothing where it is not known.
pub(crate) fn named(name: &str) -> Option<Named> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let key = key(name);
    if let Some(license) = NAMES.get(key.as_str()) {
        return Some(if license.contains(' ') { Named::Expression(license) } else { Named::Id((*license).to_owned()) });
    }
    let words: Vec<&str> = key.split(' ').filter(|word| !word.is_empty()).collect();
    if let Some(id) = gnu::identifier(&words) {
        return Some(Named::Id(id));
    }
    if let Some(id) = LISTED.get(key.as_str()) {
        return Some(Named::Id((*id).to_owned()));
    }
    if let Some(id) = key.strip_suffix('+').and_then(|key| LISTED.get(key).or_else(|| NAMES.get(key))) {
        // Annex D of SPDX 2.3: a plus sign grants later versions.
        return (!id.contains(' ')).then(|| Named::Id(format!("{id}+")));
    }
    FAMILIES.get(key.as_str()).map(|category| Named::Family(*category))
}

/// What a name asks that is on no list but says of what family it is, as distributions name variants: `BSD-3-clause-KTH`,
/// `MIT-OpenVision`, `Kuchling-PD`, `Tcl-BSDish`.
pub(crate) fn family_of(name: &str) -> Option<LicenseCategory> {
    if name.len() > LONGEST_NAME || name.contains(['(', ')']) {
        return None;
    }
    let key = key(name);
    let words: Vec<&str> = key.split(' ').collect();
    let (first, last) = (*words.first()?, *words.last()?);
    // What ends with a joint is a part of something that is not understood.
    if last == "with"
        || words.len() > MOST_WORDS_OF_FAMILY
        || words.iter().any(|word| WORDS_OF_OTHER_FAMILIES.contains(word))
    {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    if last == "pd" || words.windows(2).any(|pair| pair == ["public", "domain"]) {
        return Some(LicenseCategory::PublicDomain);
    }
    let is_permissive = ["bsd", "mit", "expat", "x11", "isc"].contains(&first)
        || has("permissive")
        || ["bsd", "bsdish"].contains(&last)
        || words.ends_with(&["bsd", "style"])
        || words.ends_with(&["bsd", "like"]);
    is_permissive.then_some(LicenseCategory::Permissive)
}

/// A longer name is a sentence.
const MOST_WORDS_OF_FAMILY: usize = 8;

/// Words that say that a name is of no permissive family, or of none for certain.
const WORDS_OF_OTHER_FAMILIES: [&str; 24] = [
    "gpl",
    "lgpl",
    "agpl",
    "gfdl",
    "gnu",
    "copyleft",
    "mpl",
    "epl",
    "cddl",
    "proprietary",
    "commercial",
    "noncommercial",
    "non",
    "no",
    "not",
    "nc",
    "probably",
    "restricted",
    "restriction",
    "evaluation",
    "or",
    "and",
    "see",
    "military",
];

/// The id of the SPDX exception with this name: `Classpath-exception-2.0`, "OpenSSL exception", "classpath exception".
pub(crate) fn exception(name: &str) -> Option<&'static str> {
    if let Some(id) = spdx::exception_id(name.trim()) {
        return Some(id.name);
    }
    match key(name).trim_end_matches(" exception") {
        "classpath" | "gnu classpath" | "classpath 2" => Some("Classpath-exception-2.0"),
        "autoconf" | "autoconf data" | "autoconf generic" => Some("Autoconf-exception-generic"),
        "bison" => Some("Bison-exception-2.2"),
        "libtool" => Some("Libtool-exception"),
        "texinfo" => Some("Texinfo-exception"),
        "font" => Some("Font-exception-2.0"),
        "gcc" | "gcc runtime library" => Some("GCC-exception-3.1"),
        "llvm" => Some("LLVM-exception"),
        "linux syscall" | "linux syscall note" => Some("Linux-syscall-note"),
        "ocaml" | "ocaml linking" => Some("OCaml-LGPL-linking-exception"),
        _ => None,
    }
}

/// The form in which names are compared: words in lower case, versions without `v` and `.0`, fillers left out.
pub(crate) fn key(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace(">=", " ge ");
    let lower = lower.trim_start().trim_start_matches("https://").trim_start_matches("http://");
    let lower = lower.trim_start_matches("www.");
    let mut key = String::with_capacity(lower.len());
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.');
    for word in lower.split(|c| !is_of_word(c)).filter(|word| !word.is_empty()) {
        let word = [".txt", ".html", ".htm", ".php"].iter().fold(word, |word, end| word.trim_end_matches(end));
        let word = word.trim_matches('.');
        let (family, version) = split_version(word);
        for part in [family, version] {
            if part.is_empty() || FILLERS.contains(&part) {
                continue;
            }
            if !key.is_empty() {
                key.push(' ');
            }
            push_version(&mut key, part);
        }
    }
    key
}

/// The longest name of a license that is looked for; the longest of the SPDX list has 120 bytes.
const LONGEST_NAME: usize = 200;

/// Words that tell no license from another.
const FILLERS: [&str; 12] =
    ["the", "license", "licenses", "licence", "licences", "licensed", "under", "version", "v", "software", "of", "a"];

/// Short names that are written together with a version: `gplv2`, `mpl1.1`, `bsd3`.
const WRITTEN_TOGETHER: [&str; 12] =
    ["agpl", "lgpl", "gpl", "gfdl", "mpl", "asl", "apache", "epl", "cddl", "bsd", "eupl", "zpl"];

fn split_version(word: &str) -> (&str, &str) {
    for name in WRITTEN_TOGETHER {
        if let Some(rest) = word.strip_prefix(name) {
            let version = rest.strip_prefix('v').unwrap_or(rest);
            if version.starts_with(|c: char| c.is_ascii_digit()) {
                return (name, version);
            }
        }
    }
    ("", word)
}

/// `v2.0+` as `2+`; what is no version as it is.
fn push_version(key: &mut String, word: &str) {
    let number = word.strip_prefix('v').unwrap_or(word);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        key.push_str(word);
        return;
    }
    let (number, plus) = number.strip_suffix('+').map_or((number, ""), |number| (number, "+"));
    let mut number = number;
    while let Some(shorter) = number.strip_suffix(".0") {
        number = shorter;
    }
    key.push_str(number);
    key.push_str(plus);
}

const NAMES_TABLE: &str = include_str!("../../../content/licenses/names.tsv");
const FAMILIES_TABLE: &str = include_str!("../../../content/licenses/families.tsv");

static NAMES: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| rows(NAMES_TABLE).map(|(license, name)| (key(name), license)).collect());

static FAMILIES: LazyLock<HashMap<String, LicenseCategory>> = LazyLock::new(|| {
    rows(FAMILIES_TABLE).filter_map(|(category, name)| Some((key(name), category_called(category)?))).collect()
});

/// Ids and full names of the SPDX list, ids first and deprecated ones last.
static LISTED: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let mut listed = HashMap::with_capacity(2 * spdx::identifiers::LICENSES.len());
    let licenses = || spdx::identifiers::LICENSES.iter().filter(|license| license.name != "NOASSERTION");
    let is_deprecated = |name: &str| spdx::license_id(name).is_some_and(|id| id.is_deprecated());
    for deprecated in [false, true] {
        for license in licenses().filter(|license| is_deprecated(license.name) == deprecated) {
            listed.entry(key(license.name)).or_insert(license.name);
        }
        for license in licenses().filter(|license| is_deprecated(license.name) == deprecated) {
            listed.entry(key(license.full_name)).or_insert(license.name);
        }
    }
    listed
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood_and_says_one_thing() {
        for (license, name) in rows(NAMES_TABLE) {
            assert!(spdx::Expression::parse(license).is_ok(), "{license}");
            assert_eq!(NAMES[&key(name)], license, "two rows say different things of {name}");
        }
        for (category, name) in rows(FAMILIES_TABLE) {
            assert!(category_called(category).is_some(), "{category}");
            assert!(matches!(named(name), Some(Named::Family(_))), "{name} is known as a license");
        }
    }

    #[test]
    fn every_current_id_of_the_list_stands_for_itself() {
        for license in spdx::identifiers::LICENSES {
            let id = spdx::license_id(license.name).unwrap();
            if id.is_deprecated() || license.name == "NOASSERTION" {
                continue;
            }
            assert_eq!(named(license.name), Some(Named::Id(license.name.to_owned())));
        }
    }
}
