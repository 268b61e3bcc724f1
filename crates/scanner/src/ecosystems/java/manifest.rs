//! `META-INF/MANIFEST.MF`: what an archive says of itself (JAR File Specification, JAR Manifest).

/// The attributes of the main section that help to name an archive.
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
}

impl Manifest {
    /// Reads the main section; whatever follows it is left out.
    pub(super) fn parse(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        let mut value = String::new();
        let mut key = "";
        for line in text.lines() {
            if let Some(more) = line.strip_prefix(' ') {
                value.push_str(more);
                continue;
            }
            manifest.set(key, value.trim());
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
        manifest.set(key, value.trim());
        manifest
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
    fn folded_lines_are_joined_and_later_sections_left_out() {
        let manifest = Manifest::parse(
            "Manifest-Version: 1.0\r\nBundle-SymbolicName: com.fasterxml.jackson.co\r\n re.jackson-databind;singleton:=true\r\n\
             Implementation-Version: 2.14.1\r\n\r\nName: a/B.class\r\nImplementation-Version: 9\r\n",
        );
        assert_eq!(manifest.symbolic_name.as_deref(), Some("com.fasterxml.jackson.core.jackson-databind"));
        assert_eq!(manifest.version.as_deref(), Some("2.14.1"));
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
