//! Whose advisories apply to the packages of a distribution.
//!
//! A vendor's advisories speak of the vendor's own builds, so a distribution is matched against itself. The few that
//! ship another's packages unchanged are matched against that one; everything else that merely resembles another
//! (`ID_LIKE`) is not, because its version numbers mean something else.

use model::{Distribution, Ecosystem};

/// Where to look for advisories on the system's packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SystemNamespaces {
    /// The namespaces, the distribution's own first.
    pub(super) names: Vec<String>,
    /// The ecosystem of the distribution's packages, where the distribution is known to have one.
    pub(super) ecosystem: Option<Ecosystem>,
    /// What the report has to say about the choice.
    pub(super) note: Option<String>,
}

/// The namespaces of a distribution; `rhel_advisories` names the member of the RHEL family whose advisories to use.
pub(super) fn of_distribution(distribution: &Distribution, rhel_advisories: Option<&str>) -> SystemNamespaces {
    let id = distribution.id.to_ascii_lowercase();
    if let Some(other) = rhel_advisories.filter(|_| is_of_rhel_family(distribution, &id)) {
        let other = family_name(other);
        let note = format!(
            "packages of {} {} are matched against the advisories of {other}, as asked for",
            family_name(&id),
            distribution.version
        );
        let names = vec![format!("{other}:{}", distribution.major_version())];
        return SystemNamespaces { names, ecosystem: Some(Ecosystem::Rpm), note: Some(note) };
    }
    let (major, minor) = (distribution.major_version(), distribution.minor_version());
    let (names, ecosystem, note) = match id.as_str() {
        "debian" => (vec![format!("debian:{}", debian_release(distribution))], Ecosystem::Deb, None),
        "ubuntu" => (vec![format!("ubuntu:{minor}")], Ecosystem::Deb, None),
        "echo" => (vec!["echo".to_owned()], Ecosystem::Deb, None),
        "alpine" => (vec![format!("alpine:{}", alpine_release(distribution))], Ecosystem::Apk, None),
        "wolfi" | "minimos" => (vec![id.clone()], Ecosystem::Apk, None),
        // Chainguard's images take packages from Wolfi's repository as they are.
        "chainguard" => (vec![id.clone(), "wolfi".to_owned()], Ecosystem::Apk, None),
        "rhel" | "rocky" | "almalinux" | "ol" | "oracle" => {
            (vec![format!("{}:{major}", family_name(&id))], Ecosystem::Rpm, None)
        }
        "centos" => (vec![format!("rhel:{major}")], Ecosystem::Rpm, centos_stream_note(distribution)),
        "amzn" => (amazon_namespaces(amazon_release(distribution)), Ecosystem::Rpm, None),
        "fedora" => (vec![format!("fedora:{major}")], Ecosystem::Rpm, None),
        "sles" | "sles_sap" | "sled" | "sle_hpc" => (vec![format!("sles:{minor}")], Ecosystem::Rpm, None),
        "opensuse-leap" | "opensuse" => (vec![format!("opensuse-leap:{minor}")], Ecosystem::Rpm, None),
        "opensuse-tumbleweed" => (vec![id.clone()], Ecosystem::Rpm, None),
        "openeuler" => (vec![format!("openeuler:{}", openeuler_release(distribution))], Ecosystem::Rpm, None),
        "photon" | "azurelinux" | "mariner" => (vec![format!("{id}:{minor}")], Ecosystem::Rpm, None),
        _ if uses_ubuntu_archive(distribution, &id) => (vec![format!("ubuntu:{minor}")], Ecosystem::Deb, None),
        _ => return by_its_own_name(distribution, &id),
    };
    SystemNamespaces { names, ecosystem: Some(ecosystem), note }
}

/// Whether id and version of a distribution tell its namespaces, whatever else it says of itself.
pub(super) fn is_told_by_version(distribution: &Distribution) -> bool {
    match distribution.id.to_ascii_lowercase().as_str() {
        // By its code name where it has no number.
        "debian" => !distribution.version.is_empty(),
        // By the stream in its name.
        "openeuler" => false,
        // By what it is like.
        "pop" | "neon" | "ubuntu-core" => false,
        _ => true,
    }
}

/// A distribution without a rule is matched where the database happens to speak of it by its own name.
fn by_its_own_name(distribution: &Distribution, id: &str) -> SystemNamespaces {
    let mut names = Vec::new();
    for release in [distribution.version.as_str(), distribution.minor_version(), distribution.major_version()] {
        let name = if release.is_empty() { id.to_owned() } else { format!("{id}:{release}") };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    SystemNamespaces { names, ecosystem: None, note: None }
}

/// The name of a member of the RHEL family in namespaces.
fn family_name(id: &str) -> String {
    match id.trim().to_ascii_lowercase().as_str() {
        "ol" | "oraclelinux" => "oracle".to_owned(),
        "alma" => "almalinux".to_owned(),
        "redhat" => "rhel".to_owned(),
        other => other.to_owned(),
    }
}

fn is_of_rhel_family(distribution: &Distribution, id: &str) -> bool {
    // Fedora and Amazon name rhel or each other in ID_LIKE, or are named there; neither numbers packages as RHEL does.
    !matches!(id, "fedora" | "amzn")
        && (matches!(id, "rhel" | "centos" | "rocky" | "almalinux" | "ol" | "oracle")
            || distribution.id_like.iter().any(|like| like == "rhel"))
}

/// Testing and unstable carry a code name and no number.
fn debian_release(distribution: &Distribution) -> &str {
    if !distribution.version.is_empty() {
        return distribution.major_version();
    }
    let codename = distribution.codename.as_deref().unwrap_or_else(|| {
        if distribution.name.ends_with("/sid") || distribution.name.ends_with(" sid") { "sid" } else { "" }
    });
    match codename {
        "buster" => "10",
        "bullseye" => "11",
        "bookworm" => "12",
        "trixie" => "13",
        "forky" => "14",
        "duke" => "15",
        _ => "sid",
    }
}

/// Edge calls itself by the release to come: `3.22_alpha20250108`, or by a date.
fn alpine_release(distribution: &Distribution) -> &str {
    let is_edge = distribution.version.contains("_alpha") || distribution.version.is_empty();
    if is_edge { "edge" } else { distribution.minor_version() }
}

/// openEuler has the stream of a release in brackets behind its number: `openEuler 22.03 (LTS-SP3)` is `22.03-LTS-SP3`.
fn openeuler_release(distribution: &Distribution) -> String {
    let named = || distribution.name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(word, _)| word);
    let version = distribution.version.to_ascii_uppercase();
    match distribution.codename.as_deref().or_else(named).map(str::trim).filter(|stream| !stream.is_empty()) {
        Some(stream) if !version.contains('-') => {
            format!("{version}-{}", stream.to_ascii_uppercase().replace([' ', '_'], "-"))
        }
        _ => version,
    }
}

/// Amazon's advisories on all architectures, and those on one alone.
fn amazon_namespaces(release: &str) -> Vec<String> {
    let of_one = ["aarch64", "i386", "i686", "x86_64"].map(|architecture| format!("amzn:{release}/{architecture}"));
    std::iter::once(format!("amzn:{release}")).chain(of_one).collect()
}

/// Whether what a namespace says can be about a package of this architecture.
pub(super) fn is_about(namespace: &str, architecture: Option<&str>) -> bool {
    match (namespace.rsplit_once('/'), architecture) {
        (None, _) | (_, None | Some("noarch")) => true,
        (Some((_, of)), Some(architecture)) => of == architecture,
    }
}

/// Amazon Linux 1 calls itself by year and month.
fn amazon_release(distribution: &Distribution) -> &str {
    match distribution.major_version() {
        "2014" | "2015" | "2016" | "2017" | "2018" => "1",
        major => major,
    }
}

fn centos_stream_note(distribution: &Distribution) -> Option<String> {
    let major: u32 = distribution.major_version().parse().ok()?;
    (major >= 9 || distribution.name.contains("Stream")).then(|| {
        format!(
            "CentOS Stream {major} has no advisories of its own and is matched against those of rhel:{major}; it is built \
             ahead of it, so that a fix can have another release number there"
        )
    })
}

/// These take Ubuntu's archive as it is and keep its release number.
fn uses_ubuntu_archive(distribution: &Distribution, id: &str) -> bool {
    matches!(id, "pop" | "neon" | "ubuntu-core")
        && distribution.id_like.iter().any(|like| like == "ubuntu")
        && distribution.version.split_once('.').is_some_and(|(year, month)| year.len() == 2 && month.len() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(id: &str, version: &str, like: &str) -> Distribution {
        Distribution {
            id: id.into(),
            version: version.into(),
            id_like: like.split_whitespace().map(str::to_owned).collect(),
            ..Distribution::default()
        }
    }

    fn check(id: &str, version: &str, like: &str, names: &[&str]) {
        assert_eq!(of_distribution(&distribution(id, version, like), None).names, names, "{id} {version}");
    }

    #[test]
    fn each_distribution_is_matched_against_its_own_advisories() {
        check("debian", "12", "", &["debian:12"]);
        check("debian", "9.13", "", &["debian:9"]);
        check("ubuntu", "22.04", "debian", &["ubuntu:22.04"]);
        check("alpine", "3.19.4", "", &["alpine:3.19"]);
        check("alpine", "3.22_alpha20250108", "", &["alpine:edge"]);
        check("wolfi", "20230201", "", &["wolfi"]);
        check("chainguard", "20230214", "", &["chainguard", "wolfi"]);
        check("rhel", "8.10", "fedora", &["rhel:8"]);
        check("rocky", "9.0", "rhel centos fedora", &["rocky:9"]);
        check("ol", "8.9", "fedora", &["oracle:8"]);
        check("sles", "15.4", "suse", &["sles:15.4"]);
        check("opensuse-tumbleweed", "20240101", "opensuse suse", &["opensuse-tumbleweed"]);
        check("mariner", "2.0.20230107", "", &["mariner:2.0"]);
        check("photon", "4.0", "", &["photon:4.0"]);
        check("centos", "7", "rhel fedora", &["rhel:7"]);
    }

    #[test]
    fn centos_stream_goes_by_the_advisories_of_rhel_and_says_so() {
        let told = |version: &str, name: &str| {
            let centos = Distribution { name: name.into(), ..distribution("centos", version, "rhel fedora") };
            let SystemNamespaces { names, note, .. } = of_distribution(&centos, None);
            (names.join(" "), note.is_some_and(|note| note.starts_with("CentOS Stream")))
        };
        assert_eq!(told("8", "CentOS Stream 8"), ("rhel:8".to_owned(), true));
        assert_eq!(told("8", "CentOS Linux 8"), ("rhel:8".to_owned(), false));
        assert_eq!(told("9", "CentOS Stream 9"), ("rhel:9".to_owned(), true));
        assert_eq!(told("10", ""), ("rhel:10".to_owned(), true));
    }

    #[test]
    fn amazon_has_advisories_on_single_architectures() {
        let names = |version: &str| of_distribution(&distribution("amzn", version, ""), None).names;
        assert_eq!(names("2")[..2], ["amzn:2", "amzn:2/aarch64"]);
        assert_eq!(names("2018.03")[0], "amzn:1");
        assert!(is_about("amzn:2", Some("x86_64")) && is_about("amzn:2/aarch64", Some("aarch64")));
        assert!(is_about("amzn:2/aarch64", Some("noarch")) && !is_about("amzn:2/aarch64", Some("x86_64")));
    }

    #[test]
    fn likeness_alone_is_no_reason_to_use_anothers_advisories() {
        check("raspbian", "12", "debian", &["raspbian:12"]);
        check("linuxmint", "21.3", "ubuntu debian", &["linuxmint:21.3", "linuxmint:21"]);
        check("pop", "22.04", "ubuntu debian", &["ubuntu:22.04"]);
    }

    #[test]
    fn the_family_of_rhel_can_be_matched_against_another_member_when_asked() {
        let asked = |id, like| of_distribution(&distribution(id, "8.4", like), Some("almalinux"));
        assert_eq!(asked("rhel", "fedora").names, ["almalinux:8"]);
        assert!(asked("virtuozzo", "rhel fedora").note.is_some());
        assert_eq!(asked("amzn", "centos rhel fedora").names[0], "amzn:8");
        assert_eq!(asked("debian", "").names, ["debian:8"]);
    }

    #[test]
    fn openeuler_goes_by_its_number_and_its_stream() {
        for (version, codename, name, expected) in [
            ("24.03", Some("LTS"), "openEuler 24.03 (LTS)", "openeuler:24.03-LTS"),
            ("22.03", Some("LTS-SP3"), "openEuler 22.03 (LTS-SP3)", "openeuler:22.03-LTS-SP3"),
            ("22.03", None, "openEuler 22.03 (LTS-SP3)", "openeuler:22.03-LTS-SP3"),
            ("23.09", None, "openEuler 23.09", "openeuler:23.09"),
            ("22.03-lts-sp3", None, "", "openeuler:22.03-LTS-SP3"),
        ] {
            let distribution = Distribution {
                id: "openeuler".into(),
                version: version.into(),
                codename: codename.map(str::to_owned),
                name: name.into(),
                ..Distribution::default()
            };
            assert_eq!(of_distribution(&distribution, None).names, [expected]);
        }
    }

    #[test]
    fn debian_without_a_number_goes_by_its_code_name() {
        let testing = Distribution { id: "debian".into(), codename: Some("trixie".into()), ..Distribution::default() };
        assert_eq!(of_distribution(&testing, None).names, ["debian:13"]);
        let unstable = Distribution { id: "debian".into(), ..Distribution::default() };
        assert_eq!(of_distribution(&unstable, None).names, ["debian:sid"]);
    }
}
