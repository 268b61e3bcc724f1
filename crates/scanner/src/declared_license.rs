//! Licenses as package metadata declare them, turned into SPDX expressions where every word of them is understood.

/// The declared license as an SPDX expression (SPDX 2.3, annex D) when all of it is known, else the words as they are.
///
/// Knows the short names of Debian's machine-readable copyright files and of Fedora before it took up SPDX.
pub(crate) fn declared_license(text: &str) -> String {
    let text = text.trim();
    expression(text).unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The SPDX identifier of one license name, compared without case.
pub(crate) fn spdx_identifier(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if let Ok(at) = NAMES.binary_search_by_key(&lower.as_str(), |&(alias, _)| alias) {
        return Some(NAMES[at].1.to_owned());
    }
    gnu_identifier(&lower)
}

/// Aliases in lower case, sorted, with their SPDX identifiers.
const NAMES: &[(&str, &str)] = &[
    ("0bsd", "0BSD"),
    ("afl-2.1", "AFL-2.1"),
    ("apache-2", "Apache-2.0"),
    ("apache-2.0", "Apache-2.0"),
    ("artistic", "Artistic-1.0-Perl"),
    ("artistic-1", "Artistic-1.0"),
    ("artistic-2", "Artistic-2.0"),
    ("artistic-2.0", "Artistic-2.0"),
    ("asl 2.0", "Apache-2.0"),
    ("blessing", "blessing"),
    ("boost", "BSL-1.0"),
    ("bsd-2-clause", "BSD-2-Clause"),
    ("bsd-3-clause", "BSD-3-Clause"),
    ("bsd-4-clause", "BSD-4-Clause"),
    ("bsd-4-clause-uc", "BSD-4-Clause-UC"),
    ("bsl-1", "BSL-1.0"),
    ("bsl-1.0", "BSL-1.0"),
    ("bzip2-1.0.6", "bzip2-1.0.6"),
    ("cc-by-3.0", "CC-BY-3.0"),
    ("cc-by-4.0", "CC-BY-4.0"),
    ("cc-by-sa-3.0", "CC-BY-SA-3.0"),
    ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
    ("cc0", "CC0-1.0"),
    ("cc0-1.0", "CC0-1.0"),
    ("cddl-1.0", "CDDL-1.0"),
    ("curl", "curl"),
    ("epl-1.0", "EPL-1.0"),
    ("epl-2.0", "EPL-2.0"),
    ("expat", "MIT"),
    ("fsfap", "FSFAP"),
    ("fsfullr", "FSFULLR"),
    ("hpnd", "HPND"),
    ("ijg", "IJG"),
    ("isc", "ISC"),
    ("libpng", "Libpng"),
    ("mit", "MIT"),
    ("mit-0", "MIT-0"),
    ("mpl-1.0", "MPL-1.0"),
    ("mpl-1.1", "MPL-1.1"),
    ("mpl-2.0", "MPL-2.0"),
    ("mplv1.1", "MPL-1.1"),
    ("mplv2.0", "MPL-2.0"),
    ("ncsa", "NCSA"),
    ("ntp", "NTP"),
    ("ofl-1.1", "OFL-1.1"),
    ("openldap", "OLDAP-2.8"),
    ("openssl", "OpenSSL"),
    ("postgresql", "PostgreSQL"),
    ("psf-2", "PSF-2.0"),
    ("psf-2.0", "PSF-2.0"),
    ("python", "Python-2.0"),
    ("python-2.0", "Python-2.0"),
    ("sissl", "SISSL"),
    ("tcl", "TCL"),
    ("unicode-dfs-2016", "Unicode-DFS-2016"),
    ("unlicense", "Unlicense"),
    ("vim", "Vim"),
    ("w3c", "W3C"),
    ("wtfpl", "WTFPL"),
    ("wtfpl-2", "WTFPL"),
    ("x11", "X11"),
    ("zlib", "Zlib"),
    ("zpl-2.1", "ZPL-2.1"),
];

/// GNU licenses in all spellings: `gpl-2+`, `gpl-2.0-or-later`, `gplv2+`, `lgpl-2.1`, `gfdl-1.3+`.
fn gnu_identifier(lower: &str) -> Option<String> {
    let (family, rest) =
        ["agpl", "lgpl", "gpl", "gfdl"].into_iter().find_map(|family| Some((family, lower.strip_prefix(family)?)))?;
    if rest.is_empty() || rest == "+" {
        // A bare name means any version: it is the first one, or any later.
        return Some(match family {
            "gpl" => "GPL-1.0-or-later".into(),
            "lgpl" => "LGPL-2.0-or-later".into(),
            "gfdl" => "GFDL-1.1-or-later".into(),
            _ => return None,
        });
    }
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let (version, grant) = match (rest.strip_suffix('+'), rest.strip_suffix("-or-later"), rest.strip_suffix("-only")) {
        (Some(version), _, _) | (_, Some(version), _) => (version, "or-later"),
        (_, _, Some(version)) => (version, "only"),
        _ => (rest, "only"),
    };
    let version = match version {
        "1" | "1.0" => "1.0",
        "1.1" => "1.1",
        "1.2" => "1.2",
        "1.3" => "1.3",
        "2" | "2.0" => "2.0",
        "2.1" => "2.1",
        "3" | "3.0" => "3.0",
        _ => return None,
    };
    let family = family.to_ascii_uppercase();
    let is_published = match family.as_str() {
        "GPL" => matches!(version, "1.0" | "2.0" | "3.0"),
        "LGPL" => matches!(version, "2.0" | "2.1" | "3.0"),
        "AGPL" => matches!(version, "1.0" | "3.0"),
        _ => matches!(version, "1.1" | "1.2" | "1.3"),
    };
    is_published.then(|| format!("{family}-{version}-{grant}"))
}

/// Names joined by `and` and `or`, with brackets; nothing when a name is unknown or a bracket is open.
fn expression(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut name = String::new();
    let mut depth = 0usize;
    let flush = |name: &mut String, out: &mut String| -> Option<()> {
        if !name.is_empty() {
            out.push_str(&spdx_identifier(name)?);
            name.clear();
        }
        Some(())
    };
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    for word in spaced.split_whitespace() {
        match word {
            "(" => {
                if !name.is_empty() {
                    return None;
                }
                out.push('(');
                depth += 1;
            }
            ")" => {
                flush(&mut name, &mut out)?;
                depth = depth.checked_sub(1)?;
                out.push(')');
            }
            "and" | "AND" | "or" | "OR" => {
                flush(&mut name, &mut out)?;
                if out.is_empty() || out.ends_with(['(', ' ']) {
                    return None;
                }
                out.push_str(if word.eq_ignore_ascii_case("and") { " AND " } else { " OR " });
            }
            word => {
                if !name.is_empty() {
                    name.push(' ');
                } else if out.ends_with(')') {
                    return None;
                }
                name.push_str(word);
            }
        }
    }
    flush(&mut name, &mut out)?;
    (depth == 0 && !out.is_empty() && !out.ends_with(['(', ' ']) && !out.contains("()")).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: &str, license: &str) {
        assert_eq!(declared_license(declared), license, "{declared}");
    }

    #[test]
    fn names_of_debian_and_fedora_become_spdx() {
        assert!(NAMES.is_sorted());
        check("GPL-2+", "GPL-2.0-or-later");
        check("LGPL-2.1", "LGPL-2.1-only");
        check("GPL-2+ or Artistic", "GPL-2.0-or-later OR Artistic-1.0-Perl");
        check("GPLv2+ and (MIT or ASL 2.0)", "GPL-2.0-or-later AND (MIT OR Apache-2.0)");
        check("GPL-3.0-or-later", "GPL-3.0-or-later");
        check("GPL-3+ and expat", "GPL-3.0-or-later AND MIT");
        check("MIT OR Apache-2.0", "MIT OR Apache-2.0");
        check("GFDL-1.3+", "GFDL-1.3-or-later");
        check("GPL", "GPL-1.0-or-later");
    }

    #[test]
    fn words_that_are_not_understood_stay() {
        check("GPL-2+ with  OpenSSL exception", "GPL-2+ with OpenSSL exception");
        check("BSD and public-domain", "BSD and public-domain");
        check("GPL-2+, LGPL-2", "GPL-2+, LGPL-2");
        check("GPL-9", "GPL-9");
        for odd in ["(MIT", "MIT)", "and MIT", "MIT or", "()", "MIT (ISC)", "(MIT) ISC", ""] {
            check(odd, odd);
        }
    }
}
