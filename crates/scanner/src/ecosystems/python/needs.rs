//! What installed distributions say that they need, `Requires-Dist` of the core metadata and setuptools' `requires.txt`,
//! and whether pip or another installer was asked for them (packaging.python.org, Recording installed projects).
//!
//! A need is noted as `name[extra,extra];extra`: the extras that are asked for of it, and the extra for which it is
//! needed, where it is not needed always.

use super::marker::{self, Environment};
use super::normal_name;
use super::requirement::Requirement;
use crate::found::{Found, Mark};
use crate::needs::Needs;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Installers that write a REQUESTED file for what they were asked for, and none for what that needs.
const MARKING_INSTALLERS: &[&str] = &["pip", "uv"];

/// Adds what one requirement in the words of PEP 508 says; one that cannot hold in this environment says nothing.
pub(super) fn add(requirement: &str, environment: Environment, needs: &mut Needs) {
    let Some(parsed) = Requirement::parse(requirement) else { return };
    let extras: Vec<String> =
        parsed.extras.split(',').map(str::trim).filter(|e| !e.is_empty()).map(normal_name).collect();
    let mut line = parsed.name;
    if !extras.is_empty() {
        line = format!("{line}[{}]", extras.join(","));
    }
    if marker::may_hold(parsed.marker, environment, None) {
        needs.add(&line);
        return;
    }
    for extra in marker::extras(parsed.marker) {
        if marker::may_hold(parsed.marker, environment, Some(&extra)) {
            needs.add(&format!("{line};{extra}"));
        }
    }
}

/// Reads the `requires.txt` beside a `PKG-INFO`: requirements by line, in sections `[extra]`, `[:marker]` and
/// `[extra:marker]`.
pub(super) fn read_requires(path: &str, text: &str, found: &mut Found) {
    let environment = Environment::of(path);
    let mut needs = Needs::default();
    let mut condition = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|section| section.strip_suffix(']')) {
            Some(section) => {
                let (extra, marker) = section.split_once(':').unwrap_or((section, ""));
                condition = match (extra.trim(), marker.trim()) {
                    ("", marker) => marker.to_owned(),
                    (extra, "") => format!("extra == '{extra}'"),
                    (extra, marker) => format!("extra == '{extra}' and ({marker})"),
                };
            }
            None if condition.is_empty() => add(line, environment, &mut needs),
            None => add(&format!("{line} ; {condition}"), environment, &mut needs),
        }
    }
    found.mark = Some(Mark::Needs(needs));
}

/// Reads the name of the program that installed a distribution.
pub(super) fn read_installer(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let name = file.head(16)?.trim_ascii();
    if MARKING_INSTALLERS.iter().any(|installer| installer.as_bytes() == name) {
        found.mark = Some(Mark::MarkedByInstaller);
    }
    Ok(())
}

/// Whether a path lies in a folder that describes an egg.
pub(super) fn is_egg_info(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.ends_with(".egg-info") || folder == "EGG-INFO" || folder.ends_with("/EGG-INFO")
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::read;
    use crate::ecosystems::python::Python;
    use crate::found::Mark;

    #[test]
    fn requirements_of_the_metadata_are_noted_with_their_extras() {
        let text = "Metadata-Version: 2.1\nName: requests\nVersion: 2\n\
                    Requires-Dist: charset_normalizer <4,>=2\nRequires-Dist: PySocks !=1.5.7,>=1.5.6 ; extra == 'socks'\n\
                    Requires-Dist: httpx[http2, brotli] (>=0.2) ; python_version >= '3.8'\n\
                    Requires-Dist: colorama ; sys_platform == 'win32'\nRequires-Dist: tomli ; python_version < '3.11'\n\
                    Requires-Dist: x ; python_version < '3' and extra == 'old'\n\nRequires-Dist: y\n";
        let found = read(&Python, "usr/lib/python3.11/site-packages/requests-2.dist-info/METADATA", text.as_bytes());
        let needs: Vec<&str> = found.packages[0].needs.iter().collect();
        assert_eq!(needs, ["charset-normalizer", "pysocks;socks", "httpx[http2,brotli]"]);
    }

    #[test]
    fn setuptools_writes_sections_for_extras_and_markers() {
        let text = "certifi>=2017\nidna\n\n[:sys_platform == \"win32\"]\npywin32\n\n[:python_version>='3']\nsix\n\n\
                    [Dev]\npytest[x]\n\n[old:python_version<'3']\nfutures\n";
        let found = read(&Python, "lib/python3.11/site-packages/a-1-py3.11.egg-info/requires.txt", text.as_bytes());
        let Some(Mark::Needs(needs)) = found.mark else { panic!("{found:?}") };
        assert_eq!(needs.iter().collect::<Vec<_>>(), ["certifi", "idna", "six", "pytest[x];dev"]);
    }

    #[test]
    fn only_installers_that_mark_requests_tell_who_was_asked_for() {
        let mark = |name: &str, text: &str| {
            read(&Python, &format!("lib/python3.11/site-packages/a-1.dist-info/{name}"), text.as_bytes()).mark
        };
        assert_eq!(mark("INSTALLER", "pip\n"), Some(Mark::MarkedByInstaller));
        assert_eq!(mark("INSTALLER", "uv"), Some(Mark::MarkedByInstaller));
        assert_eq!(mark("INSTALLER", "Poetry 1.8.3"), None);
        assert_eq!(mark("REQUESTED", ""), Some(Mark::Requested));
    }
}
