//! Who publishes an OSV record, by the prefix of its id (ossf/osv-schema, id): source name, page, what `related` means.

/// What the prefix of an id says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Publisher {
    prefix: &'static str,
    /// The source as reports name it.
    pub(super) source: &'static str,
    /// The advisory's page, `{}` standing for its id.
    page: &'static str,
    /// Whether `related` names the vulnerabilities that the advisory repairs. Distributions wrote them there before the
    /// schema had `upstream`; everywhere else `related` means "not the same".
    pub(super) repairs_related: bool,
}

const fn distribution(prefix: &'static str, source: &'static str, page: &'static str) -> Publisher {
    Publisher { prefix, source, page, repairs_related: true }
}

const fn database(prefix: &'static str, source: &'static str, page: &'static str) -> Publisher {
    Publisher { prefix, source, page, repairs_related: false }
}

const OSV_PAGE: &str = "https://osv.dev/vulnerability/{}";

/// Longer prefixes stand before the shorter ones they begin with.
const PUBLISHERS: &[Publisher] = &[
    distribution("ALSA-", "almalinux", ""),
    distribution("ALBA-", "almalinux", ""),
    distribution("ALEA-", "almalinux", ""),
    distribution("RLSA-", "rocky", "https://errata.rockylinux.org/{}"),
    distribution("RLBA-", "rocky", "https://errata.rockylinux.org/{}"),
    distribution("RLEA-", "rocky", "https://errata.rockylinux.org/{}"),
    distribution("RXSA-", "rocky", "https://errata.rockylinux.org/{}"),
    distribution("RHSA-", "redhat", "https://access.redhat.com/errata/{}"),
    distribution("RHBA-", "redhat", "https://access.redhat.com/errata/{}"),
    distribution("RHEA-", "redhat", "https://access.redhat.com/errata/{}"),
    distribution("ELSA-", "oracle", "https://linux.oracle.com/errata/{}.html"),
    distribution("SUSE-", "suse", ""),
    distribution("openSUSE-", "opensuse", ""),
    distribution("MGASA-", "mageia", "https://advisories.mageia.org/{}.html"),
    distribution("USN-", "ubuntu", "https://ubuntu.com/security/notices/{}"),
    distribution("UBUNTU-CVE-", "ubuntu", "https://ubuntu.com/security/{}"),
    distribution("DSA-", "debian", "https://security-tracker.debian.org/tracker/{}"),
    distribution("DLA-", "debian", "https://security-tracker.debian.org/tracker/{}"),
    distribution("DTSA-", "debian", "https://security-tracker.debian.org/tracker/{}"),
    distribution("DEBIAN-CVE-", "debian", "https://security-tracker.debian.org/tracker/{}"),
    distribution("ALPINE-CVE-", "alpine", "https://security.alpinelinux.org/vuln/{}"),
    distribution("CGA-", "chainguard", "https://images.chainguard.dev/security/{}"),
    distribution("MINI-", "minimos", OSV_PAGE),
    distribution("ECHO-", "echo", OSV_PAGE),
    distribution("AZL-", "azurelinux", OSV_PAGE),
    distribution("PHSA-", "photon", OSV_PAGE),
    distribution("OESA-", "openeuler", OSV_PAGE),
    distribution("BELL-", "bellsoft", OSV_PAGE),
    distribution("LSN-", "ubuntu", "https://ubuntu.com/security/notices/{}"),
    database("GHSA-", "ghsa", "https://github.com/advisories/{}"),
    database("PYSEC-", "pypa", OSV_PAGE),
    database("PSF-", "psf", OSV_PAGE),
    database("RUSTSEC-", "rustsec", "https://rustsec.org/advisories/{}.html"),
    database("GO-", "golang", "https://pkg.go.dev/vuln/{}"),
    database("MAL-", "malicious-packages", OSV_PAGE),
    database("BIT-", "bitnami", OSV_PAGE),
    database("HSEC-", "haskell", "https://haskell.github.io/security-advisories/advisory/{}.html"),
    database("RSEC-", "r-consortium", OSV_PAGE),
    database("JLSEC-", "julia", OSV_PAGE),
    database("EEF-CVE-", "erlang", OSV_PAGE),
    database("DRUPAL-", "drupal", OSV_PAGE),
    database("PHPSEC-", "friendsofphp", ""),
    database("OSVDB-", "osvdb", ""),
    database("CVE-", "osv", OSV_PAGE),
];

/// The publisher of the record with this id; an unknown one is `osv` itself.
pub(super) fn publisher(id: &str) -> &'static Publisher {
    static UNKNOWN: Publisher = database("", "osv", OSV_PAGE);
    PUBLISHERS.iter().find(|publisher| id.starts_with(publisher.prefix)).unwrap_or(&UNKNOWN)
}

impl Publisher {
    /// The page of the advisory, where it follows from the id.
    pub(super) fn page_of(&self, id: &str) -> Option<String> {
        let id = upstream_id(id);
        (!self.page.is_empty()).then(|| self.page.replace("{}", id))
    }
}

/// The CVE id in an id that a distribution made of one: `CVE-2024-1` of `UBUNTU-CVE-2024-1`.
pub(super) fn upstream_id(id: &str) -> &str {
    ["UBUNTU-", "DEBIAN-", "ALPINE-", "BELL-", "EEF-"]
        .iter()
        .find_map(|prefix| id.strip_prefix(prefix).filter(|rest| rest.starts_with("CVE-")))
        .unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, source: &str, page: Option<&str>) {
        let publisher = publisher(id);
        assert_eq!((publisher.source, publisher.page_of(id).as_deref()), (source, page), "{id}");
    }

    #[test]
    fn ids_name_their_publisher_and_page() {
        check("GHSA-3787-6prv-h9w3", "ghsa", Some("https://github.com/advisories/GHSA-3787-6prv-h9w3"));
        check("UBUNTU-CVE-2024-1234", "ubuntu", Some("https://ubuntu.com/security/CVE-2024-1234"));
        check("RHSA-2024:1234", "redhat", Some("https://access.redhat.com/errata/RHSA-2024:1234"));
        check("ALSA-2022:0951", "almalinux", None);
        check("XYZ-1", "osv", Some("https://osv.dev/vulnerability/XYZ-1"));
        assert!(publisher("ALSA-2022:0951").repairs_related);
        assert!(!publisher("PYSEC-2023-174").repairs_related);
    }
}
