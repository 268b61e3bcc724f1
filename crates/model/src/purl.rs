//! Package URLs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A package URL, `pkg:type/namespace/name@version?qualifiers#subpath`, in canonical form
/// (package-url/purl-spec, PURL-SPECIFICATION.rst).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purl {
    purl_type: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// The error of parsing a package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a package URL: {reason}; write pkg:TYPE/[NAMESPACE/]NAME[@VERSION][?QUALIFIERS]")]
pub struct InvalidPurl {
    /// The text that was given.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Purl {
    /// Makes a purl from its unencoded parts, normalised as the type's rules say (purl-spec, PURL-TYPES).
    pub fn new(purl_type: &str, namespace: Option<&str>, name: &str, version: Option<&str>) -> Purl {
        let purl_type = purl_type.to_ascii_lowercase();
        let mut namespace = namespace.map(join_segments).filter(|namespace| !namespace.is_empty());
        let mut name = name.to_owned();
        let mut version = version.filter(|version| !version.is_empty()).map(str::to_owned);
        // npm is left alone: names from before 2014 have upper-case letters, and `JSONStream` is not `jsonstream`.
        match purl_type.as_str() {
            "alpm" | "apk" | "bitbucket" | "composer" | "deb" | "github" | "golang" | "hex" => {
                namespace = namespace.map(lower_case);
                name = lower_case(name);
            }
            "rpm" | "qpkg" => namespace = namespace.map(lower_case),
            "bitnami" | "luarocks" | "oci" | "otp" => name = lower_case(name),
            "pypi" => name = lower_case(name).replace('_', "-"),
            "pub" => name = lower_case(name).replace('-', "_"),
            "huggingface" => version = version.map(lower_case),
            _ => {}
        }
        Purl { purl_type, namespace, name, version, qualifiers: BTreeMap::new(), subpath: None }
    }

    /// Adds a qualifier; an empty value adds nothing (purl-spec: a qualifier without a value is no qualifier).
    #[must_use]
    pub fn with_qualifier(mut self, key: &str, value: &str) -> Purl {
        if !value.is_empty() {
            self.qualifiers.insert(key.to_ascii_lowercase(), value.to_owned());
        }
        self
    }

    /// Sets the subpath; nothing and one without a real segment remove it.
    #[must_use]
    pub fn with_subpath(mut self, subpath: Option<&str>) -> Purl {
        let segments = subpath.unwrap_or_default().split('/').filter(|segment| !matches!(*segment, "" | "." | ".."));
        self.subpath = Some(segments.collect::<Vec<_>>().join("/")).filter(|subpath| !subpath.is_empty());
        self
    }

    /// The type: `deb`, `npm`, `maven`.
    pub fn purl_type(&self) -> &str {
        &self.purl_type
    }

    /// The namespace, unencoded: `debian`, `@scope`, `org.apache`.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name, unencoded.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, unencoded.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The qualifiers, unencoded, by key.
    pub fn qualifiers(&self) -> &BTreeMap<String, String> {
        &self.qualifiers
    }

    /// The subpath, unencoded.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }
}

impl FromStr for Purl {
    type Err = InvalidPurl;

    fn from_str(text: &str) -> Result<Purl, InvalidPurl> {
        let invalid = |reason| InvalidPurl { text: text.to_owned(), reason };
        let rest = match text.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("pkg") => rest.trim_start_matches('/'),
            _ => return Err(invalid("it does not begin with pkg:")),
        };
        let (rest, subpath) = rest.rsplit_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.rsplit_once('?').unwrap_or((rest, ""));
        let (purl_type, rest) = rest.split_once('/').ok_or_else(|| invalid("it has no name"))?;
        if !purl_type.starts_with(|first: char| first.is_ascii_alphabetic())
            || !purl_type.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
        {
            return Err(invalid("its type has a character that types cannot have"));
        }
        // An @ that begins a segment belongs to an npm scope that somebody forgot to encode.
        let rest = rest.trim_start_matches('/');
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) if (path.is_empty() || path.ends_with('/')) && version.contains('/') => (rest, None),
            Some((path, version)) => (path, Some(decode(version))),
            None => (rest, None),
        };
        let path = path.trim_end_matches('/');
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(decode(namespace)), decode(name)),
            None => (None, decode(path)),
        };
        if name.is_empty() {
            return Err(invalid("it has no name"));
        }
        let mut purl = Purl::new(purl_type, namespace.as_deref(), &name, version.as_deref());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| invalid("a qualifier has no value"))?;
            if !is_qualifier_key(key) {
                return Err(invalid("a qualifier's name has a character that such names cannot have"));
            }
            purl = purl.with_qualifier(key, &decode(value));
        }
        if subpath.is_empty() {
            return Ok(purl);
        }
        let subpath = subpath.split('/').map(decode).collect::<Vec<_>>().join("/");
        Ok(purl.with_subpath(Some(&subpath)))
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkg:")?;
        f.write_str(&self.purl_type)?;
        f.write_char('/')?;
        if let Some(namespace) = &self.namespace {
            for part in namespace.split('/') {
                Encoded(part).fmt(f)?;
                f.write_char('/')?;
            }
        }
        Encoded(&self.name).fmt(f)?;
        if let Some(version) = &self.version {
            f.write_char('@')?;
            Encoded(version).fmt(f)?;
        }
        let mut separator = '?';
        for (key, value) in &self.qualifiers {
            f.write_char(separator)?;
            f.write_str(key)?;
            f.write_char('=')?;
            Encoded(value).fmt(f)?;
            separator = '&';
        }
        if let Some(subpath) = &self.subpath {
            let mut separator = '#';
            for part in subpath.split('/') {
                f.write_char(separator)?;
                Encoded(part).fmt(f)?;
                separator = '/';
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Purl {
    type Error = InvalidPurl;

    fn try_from(text: String) -> Result<Purl, InvalidPurl> {
        text.parse()
    }
}

impl From<Purl> for String {
    fn from(purl: Purl) -> String {
        purl.to_string()
    }
}

/// Text as it stands between a purl's separators (purl-spec, Character encoding): the colon stays as it is.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte);
        let mut rest = self.0;
        while let Some(index) = rest.bytes().position(|byte| !is_plain(byte)) {
            // What is plain is ASCII, so that the first byte that is not begins a character.
            let (plain, other) = rest.split_at(index);
            f.write_str(plain)?;
            let length = other.chars().next().map_or(1, char::len_utf8);
            for byte in other.bytes().take(length) {
                f.write_char('%')?;
                f.write_char(char::from(DIGITS[usize::from(byte >> 4)]))?;
                f.write_char(char::from(DIGITS[usize::from(byte & 15)]))?;
            }
            rest = &other[length..];
        }
        f.write_str(rest)
    }
}

fn is_qualifier_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

fn lower_case(text: String) -> String {
    if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) { text.to_lowercase() } else { text }
}

/// The segments of a namespace without empty ones.
fn join_segments(namespace: &str) -> String {
    let trimmed = namespace.trim_matches('/');
    if trimmed.contains("//") {
        trimmed.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/")
    } else {
        trimmed.to_owned()
    }
}

/// Resolves percent encoding; a percent sign without two hexadecimal digits stands for itself.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        decoded.push(match (first, others) {
            (b'%', [high, low, behind @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    high << 4 | low
                }
                _ => first,
            },
            _ => first,
        });
    }
    Cow::Owned(
        String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests;
