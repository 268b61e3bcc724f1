//! The one spelling of a package's name that advisories and packages are compared by.

use std::borrow::Cow;

/// Spells a package's name as its namespace compares it. `namespace` is the type of its purl, or a distribution.
pub fn comparable<'a>(namespace: &str, name: &'a str) -> Cow<'a, str> {
    match namespace {
        // Generators of bills of materials name Go's standard library as its import paths begin.
        "golang" if name == "std" => Cow::Borrowed("stdlib"),
        "pypi" => python_name(name),
        // Names that differ by case alone cannot be two packages of these registries.
        "nuget" | "composer" | "hex" | "pub" | "bitnami" | "golang" | "conan" | "swift" => lower_case(name),
        _ => Cow::Borrowed(name),
    }
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_uppercase) { Cow::Owned(name.to_lowercase()) } else { Cow::Borrowed(name) }
}

/// PEP 503: lower case, and every run of `-`, `_` and `.` is one `-`.
fn python_name(name: &str) -> Cow<'_, str> {
    let is_separator = |byte: u8| matches!(byte, b'-' | b'_' | b'.');
    let bytes = name.as_bytes();
    let is_normal = !bytes.windows(2).any(|pair| is_separator(pair[0]) && is_separator(pair[1]))
        && !bytes.iter().any(|&byte| byte == b'_' || byte == b'.' || byte.is_ascii_uppercase());
    if is_normal && name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(character.to_lowercase());
        }
    }
    Cow::Owned(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_their_ecosystem_compares_them() {
        for (namespace, name, spelled) in [
            ("pypi", "Zope.Interface", "zope-interface"),
            ("pypi", "ruamel__.yaml", "ruamel-yaml"),
            ("pypi", "requests", "requests"),
            ("nuget", "Newtonsoft.Json", "newtonsoft.json"),
            ("golang", "github.com/Sirupsen/logrus", "github.com/sirupsen/logrus"),
            ("golang", "std", "stdlib"),
            ("npm", "std", "std"),
            ("npm", "JSONStream", "JSONStream"),
            ("maven", "org.Foo:Bar", "org.Foo:Bar"),
            ("debian:12", "libX11", "libX11"),
        ] {
            assert_eq!(comparable(namespace, name), spelled, "{namespace} {name}");
        }
    }
}
