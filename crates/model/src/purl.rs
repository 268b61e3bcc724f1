//! Package URLs.

use std::collections::BTreeMap;
use std::fmt;
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
    /// Makes a purl from its unencoded parts, lower-casing what the type's rules lower-case.
    pub fn new(purl_type: &str, namespace: Option<&str>, name: &str, version: Option<&str>) -> Purl {
        let purl_type = purl_type.to_ascii_lowercase();
        let (namespace, name) = match purl_type.as_str() {
            "deb" | "apk" | "github" | "bitbucket" | "composer" | "hex" | "alpm" => {
                (namespace.map(str::to_lowercase), name.to_lowercase())
            }
            "rpm" => (namespace.map(str::to_lowercase), name.to_owned()),
            "pypi" => (namespace.map(str::to_owned), name.to_lowercase().replace('_', "-")),
            _ => (namespace.map(str::to_owned), name.to_owned()),
        };
        Purl {
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            name,
            version: version.filter(|version| !version.is_empty()).map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: None,
            purl_type,
        }
    }

    /// Adds a qualifier; an empty value adds nothing (purl-spec: a qualifier without a value is no qualifier).
    #[must_use]
    pub fn with_qualifier(mut self, key: &str, value: &str) -> Purl {
        if !value.is_empty() {
            self.qualifiers.insert(key.to_ascii_lowercase(), value.to_owned());
        }
        self
    }

    /// Sets the subpath; nothing and an empty one remove it.
    #[must_use]
    pub fn with_subpath(mut self, subpath: Option<&str>) -> Purl {
        self.subpath = subpath.filter(|subpath| !subpath.is_empty()).map(str::to_owned);
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
        let rest = text.strip_prefix("pkg:").ok_or_else(|| invalid("it does not begin with pkg:"))?;
        let rest = rest.trim_start_matches('/');
        let (rest, subpath) = match rest.split_once('#') {
            Some((rest, subpath)) => (rest, Some(decode(subpath.trim_matches('/')))),
            None => (rest, None),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, query),
            None => (rest, ""),
        };
        let (purl_type, rest) = rest.split_once('/').ok_or_else(|| invalid("it has no name"))?;
        if purl_type.is_empty() || !purl_type.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b)) {
            return Err(invalid("its type has a character that types cannot have"));
        }
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) if !path.is_empty() && !version.contains('/') => (path, Some(decode(version))),
            _ => (rest, None),
        };
        let path = path.trim_matches('/');
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(decode(namespace)), decode(name)),
            None => (None, decode(path)),
        };
        if name.is_empty() {
            return Err(invalid("it has no name"));
        }
        let mut purl = Purl::new(purl_type, namespace.as_deref(), &name, version.as_deref());
        purl.subpath = subpath.filter(|subpath| !subpath.is_empty());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| invalid("a qualifier has no value"))?;
            purl = purl.with_qualifier(key, &decode(value));
        }
        Ok(purl)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.purl_type)?;
        if let Some(namespace) = &self.namespace {
            for part in namespace.split('/').filter(|part| !part.is_empty()) {
                write!(f, "{}/", Encoded(part))?;
            }
        }
        write!(f, "{}", Encoded(&self.name))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version))?;
        }
        let mut separator = '?';
        for (key, value) in &self.qualifiers {
            write!(f, "{separator}{key}={}", Encoded(value))?;
            separator = '&';
        }
        if let Some(subpath) = &self.subpath {
            let mut separator = '#';
            for part in subpath.split('/').filter(|part| !part.is_empty()) {
                write!(f, "{separator}{}", Encoded(part))?;
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
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, canonical: &str) {
        assert_eq!(text.parse::<Purl>().map(|purl| purl.to_string()).unwrap(), canonical, "{text}");
    }

    #[test]
    fn purls_come_out_in_canonical_form() {
        check(
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
        );
        check("pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1");
        check("pkg:npm/@angular/animation", "pkg:npm/%40angular/animation");
        check("pkg:PYPI/Django_package@1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1");
        check(
            "pkg:golang/google.golang.org/genproto#googleapis/api/annotations",
            "pkg:golang/google.golang.org/genproto#googleapis/api/annotations",
        );
        check("pkg:deb/debian/dpkg@1:2.0+b1", "pkg:deb/debian/dpkg@1:2.0%2Bb1");
        check("pkg:/maven//org.apache/a@1.0?classifier=", "pkg:maven/org.apache/a@1.0");
    }

    #[test]
    fn text_that_is_no_purl_is_refused() {
        for bad in ["", "npm/a", "pkg:npm", "pkg:npm/", "pkg:n?pm/a", "pkg:npm/a?b"] {
            assert!(bad.parse::<Purl>().is_err(), "{bad}");
        }
    }
}
