//! Python packages: installed distributions, lock files and pinned requirements.
//!
//! | file | read by |
//! |---|---|
//! | `*.dist-info/METADATA`, `*.egg-info/PKG-INFO`, `*.egg-info`, `EGG-INFO/PKG-INFO` | `python/metadata.rs` |
//! | `requires.txt` beside a `PKG-INFO`, `INSTALLER`, `REQUESTED` | `python/needs.rs` |
//! | `*.egg` (zip) | `python/egg.rs` |
//! | `*.pyz`, `*.pex` (zip, behind a line for the shell) | `python/zip_application.rs` |
//! | `requirements*.txt`, `*.txt` in `requirements`, `requirements.lock` and `requirements-dev.lock` of Rye | `python/requirements.rs` |
//! | `Pipfile.lock`, `Pipfile` | `python/pipfile.rs` |
//! | `poetry.lock` | `python/poetry.rs` |
//! | `uv.lock`, `SCRIPT.py.lock` | `python/uv.rs` |
//! | `pdm.lock` | `python/pdm.rs` |
//! | `pylock.toml`, `pylock.*.toml` | `python/pylock.rs` |
//! | `pyproject.toml` (what the project asks for itself, and which of it lies in the repository) | `python/pyproject.rs` |
//! | `setup.py`, `setup.cfg` (whether the project asks for any) | `python/setup.rs` |

use model::Ecosystem as Registry;
use serde::Deserialize;

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Found, Mark};
use crate::manifest::ProjectManifest;
use crate::wanted_file::{ReadFileError, WantedFile};

mod egg;
mod marker;
mod metadata;
mod needs;
mod pdm;
mod pipfile;
mod place;
mod poetry;
mod pylock;
mod pyproject;
mod requirement;
mod requirements;
mod setup;
mod uv;
mod zip_application;

pub(super) use place::Place;
pub(super) use requirements::read as read_requirements;
pub(crate) use zip_application::is_zip_application;

/// Reads Python packages.
pub(crate) struct Python;

impl Ecosystem for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::NameInFolder(".dist-info", "METADATA"),
            Want::NameInFolder(".egg-info", "PKG-INFO"),
            Want::NameInFolder("EGG-INFO", "PKG-INFO"),
            Want::NameInFolder(".dist-info", "INSTALLER"),
            Want::NameInFolder(".dist-info", "REQUESTED"),
            Want::NameInFolder(".egg-info", "requires.txt"),
            Want::NameInFolder("EGG-INFO", "requires.txt"),
            Want::Suffix(".egg-info"),
            Want::Suffix(".egg"),
            Want::Suffix(".pyz"),
            Want::Suffix(".pex"),
            Want::Suffix("requirements.txt"),
            Want::Around("requirements", ".txt"),
            Want::SuffixInFolder("requirements", ".txt"),
            Want::Name("requirements.lock"),
            Want::Name("requirements-dev.lock"),
            Want::Name("Pipfile"),
            Want::Name("Pipfile.lock"),
            Want::Name("poetry.lock"),
            Want::Name("uv.lock"),
            Want::Around("", ".py.lock"),
            Want::Name("pdm.lock"),
            Want::Name("pylock.toml"),
            Want::Around("pylock.", ".toml"),
            Want::Name("pyproject.toml"),
            Want::Name("setup.py"),
            Want::Name("setup.cfg"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let path = path.as_str();
        match path.rsplit('/').next().unwrap_or_default() {
            "METADATA" | "PKG-INFO" => metadata::read(file, found),
            "INSTALLER" => needs::read_installer(file, found),
            "REQUESTED" => {
                found.mark = Some(Mark::Requested);
                Ok(())
            }
            "requires.txt" if needs::is_egg_info(path) => {
                needs::read_requires(path, &file.text()?, found);
                Ok(())
            }
            name if name.to_ascii_lowercase().ends_with(".egg-info") => metadata::read(file, found),
            name if name.to_ascii_lowercase().ends_with(".egg") => egg::read(file, found),
            name if is_zip_application(name) => zip_application::read(file, found),
            // What an installed package brings of its own development says nothing of what is installed.
            _ if is_in_installed_tree(path) => Ok(()),
            "Pipfile" => {
                let manifest = pipfile::read_manifest(&file.text()?, found)?;
                found.mark = manifest.into_mark();
                Ok(())
            }
            "setup.py" => {
                found.mark = ProjectManifest::that_asks(setup::program_asks(&file.text()?)).into_mark();
                Ok(())
            }
            "setup.cfg" => {
                found.mark = ProjectManifest::that_asks(setup::configuration_asks(&file.text()?)).into_mark();
                Ok(())
            }
            "Pipfile.lock" => pipfile::read_lock(path, &file.text()?, found),
            "poetry.lock" => poetry::read(&file.text()?, found),
            "uv.lock" => uv::read(&file.text()?, found),
            name if name.ends_with(".py.lock") => uv::read_of_script(file, found),
            "pdm.lock" => pdm::read(&file.text()?, found),
            "pyproject.toml" => {
                let project = pyproject::read(&file.text()?, found)?;
                found.mark = project.into_mark();
                Ok(())
            }
            name if name.ends_with(".toml") => pylock::read(path, &file.text()?, found),
            "requirements.lock" => requirements::read_lock(file, found),
            _ => {
                requirements::read(path, &file.text()?, found);
                Ok(())
            }
        }
    }
}

/// Whether a line of requirements is an option (`-r other.txt`) or a place (`./x.whl`) instead of a name.
pub(super) fn is_option_or_place(line: &str) -> bool {
    line.starts_with('-') || Place::of(line).is_some()
}

fn is_in_installed_tree(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "site-packages" | "dist-packages" | "node_modules"))
}

/// The ecosystem of every package here.
const PYPI: Registry = Registry::Pypi;

/// The name in the form in which names are compared: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503).
pub(super) fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            other => normal.push(other.to_ascii_lowercase()),
        }
    }
    normal
}

/// Reads a TOML file into borrowed fields.
fn parse_toml<'a, T: Deserialize<'a>>(format: &'static str, text: &'a str) -> Result<T, ReadFileError> {
    crate::toml::parse(format, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::read;

    #[test]
    fn names_are_normalised() {
        for (name, normal) in [("Django", "django"), ("zope.interface", "zope-interface"), ("A__b-._C", "a-b-c")] {
            assert_eq!(normal_name(name), normal);
        }
    }

    #[test]
    fn files_of_an_installed_packages_own_development_are_left_alone() {
        let path = "usr/lib/python3/site-packages/a/requirements.txt";
        assert_eq!(read(&Python, path, b"b==1.0\nc\n"), Found::default());
    }
}
