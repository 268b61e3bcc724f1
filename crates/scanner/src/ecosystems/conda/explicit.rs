//! Explicit lists of Conda (docs.conda.io, `conda list --explicit`), as conda-lock makes them for one platform too
//! (`conda-linux-64.lock`): beside a line `@EXPLICIT` every line is the address of a build.

use model::Ecosystem as Kind;

use super::is_name;
use crate::damage::{self, UnreadLines};
use crate::ecosystems::locked_packages::LockedPackages;
use crate::ecosystems::python;
use crate::found::Found;
use crate::locked::is_lock_file;
use crate::wanted_file::{ReadFileError, WantedFile};

/// The line that makes a list explicit.
const MARK: &str = "@EXPLICIT";

/// How far the mark is looked for in a file whose name says nothing, in bytes; comments alone stand before it.
const HEAD_BYTES: usize = 64 << 10;

/// Reads a list. Of a file whose name is not that of a list for certain, the mark alone says that it is one.
///
/// # Errors
/// When a file with the name of a list for a platform has no mark.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let path = file.path().clone();
    let is_certain = is_lock_file(path.file_name());
    if !is_certain && memchr::memmem::find(file.head(HEAD_BYTES)?, MARK.as_bytes()).is_none() {
        return Ok(());
    }
    let text = file.text()?.into_owned();
    if !text.lines().any(|line| line.trim() == MARK) {
        // Without a byte it is empty, which is said elsewhere.
        return match is_certain && !text.trim().is_empty() {
            true => Err(ReadFileError::malformed("explicit list of Conda", "it has no line `@EXPLICIT`")),
            false => Ok(()),
        };
    }
    if !is_certain && let Some(damage) = damage::of_list(path.file_name(), file.bytes()?) {
        found.gap(path.as_str(), damage);
    }
    read_lines(path.as_str(), &text, found);
    Ok(())
}

fn read_lines(path: &str, text: &str, found: &mut Found) {
    let mut locked = LockedPackages::new(Kind::Conda);
    let mut of_pip = String::new();
    let mut unread = UnreadLines::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some(requirement) = line.strip_prefix("# pip ") {
            // conda-lock notes in comments what pip is to install.
            of_pip.push_str(requirement);
            of_pip.push('\n');
        } else if !line.is_empty() && !line.starts_with('#') && line != MARK {
            match Build::of(line) {
                Some(build) => build.add_to(&mut locked),
                None => unread.note(number, line),
            }
        }
    }
    locked.hand_over(found);
    unread.hand_over(path, found);
    if !of_pip.is_empty() {
        python::read_requirements(path, &of_pip, found);
    }
}

/// A build, as its address names it.
#[derive(Default)]
pub(super) struct Build<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) build: &'a str,
    pub(super) channel: &'a str,
    pub(super) subdir: &'a str,
}

impl<'a> Build<'a> {
    /// Reads `https://conda.anaconda.org/CHANNEL/SUBDIR/NAME-VERSION-BUILD.conda#HASH`, also with `.tar.bz2`, or a path.
    pub(super) fn of(address: &'a str) -> Option<Build<'a>> {
        let address = address.split('#').next().unwrap_or_default();
        let (folder, file) = address.rsplit_once('/').unwrap_or(("", address));
        let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
        let (stem, build) = stem.rsplit_once('-')?;
        let (name, version) = stem.rsplit_once('-')?;
        if !is_name(name) || !is_version(version) || build.is_empty() {
            return None;
        }
        let mut folders = folder.rsplit('/');
        let subdir = folders.next().filter(|subdir| is_subdir(subdir));
        // Before the folder of a platform stands the channel; other folders are anybody's.
        let channel = subdir.and_then(|_| folders.next()).filter(|channel| is_name(channel));
        Some(Build { name, version, build, channel: channel.unwrap_or_default(), subdir: subdir.unwrap_or_default() })
    }

    /// Adds the package; of two builds of one version the first is told.
    fn add_to(&self, locked: &mut LockedPackages) {
        let Some(place) = locked.require(self.name, self.version, false) else { return };
        let qualifiers = &mut locked.package(place).qualifiers;
        if qualifiers.is_empty() {
            let all = [("build", self.build), ("channel", self.channel), ("subdir", self.subdir)];
            let known = all.into_iter().filter(|(_, value)| !value.is_empty());
            qualifiers.extend(known.map(|(key, value)| (key.to_owned(), value.to_owned())));
        }
    }
}

/// Whether text has the letters of a version (conda, `VersionOrder`).
fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._!+".contains(&byte))
}

/// Whether a folder of a channel is that of a platform.
fn is_subdir(text: &str) -> bool {
    const SYSTEMS: &[&str] = &["emscripten-", "freebsd-", "linux-", "osx-", "wasi-", "win-", "zos-"];
    text == "noarch" || SYSTEMS.iter().any(|system| text.starts_with(system))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ecosystem_check;
    use crate::ecosystems::conda::Conda;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Conda, path, text, expected);
    }

    const LIST: &str = "# platform: linux-64\n@EXPLICIT\n\
        https://conda.anaconda.org/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2#d7c8\n\
        https://conda.acme.org/t/ab-0/main/noarch/tzdata-2024a-h0c530f3_0.conda#sha256:16\n\
        file:///opt/pkgs/own-1!1.0-0.conda\n";

    #[test]
    fn addresses_of_builds_are_packages() {
        for path in ["envs/conda-linux-64.lock", "spec-file.txt", "linux-64.explicit.txt", "envs/a.linux-64.pin.txt"] {
            check(
                path,
                LIST,
                &expect![[r#"
                    locked conda _libgcc_mutex 0.1 build=conda_forge channel=conda-forge subdir=linux-64
                    locked conda tzdata 2024a build=h0c530f3_0 channel=main subdir=noarch
                    locked conda own 1!1.0 build=0
                "#]],
            );
        }
    }

    #[test]
    fn what_pip_is_to_install_stands_in_comments() {
        check(
            "conda-osx-arm64.lock",
            "@EXPLICIT\n# pip requests @ https://h/requests-2.31.0-py3-none-any.whl#sha256=58\n# pip idna === 3.7 --hash=sha256:00\n",
            &expect![[r#"
                locked pypi requests 2.31.0
                locked pypi idna 3.7
            "#]],
        );
    }

    #[test]
    fn lines_that_name_no_build_are_told() {
        check(
            "environment.lock",
            "@EXPLICIT\nnumpy=1.24\nhttps://h/linux-64/-1-0.conda\nhttps://h/linux-64/numpy-1.24.0-py311_0.conda\n",
            &expect![[r#"
                locked conda numpy 1.24.0 build=py311_0 channel=h subdir=linux-64
                gap environment.lock: 2 of its lines cannot be read; the first is line 2: `numpy=1.24`
            "#]],
        );
        let zero = b"@EXPLICIT\nhttps://h/c/linux-64/numpy-1.24\0.0-py311_0.conda\n";
        let found = ecosystem_check::read_with_gaps(&Conda, "environment.lock", zero);
        assert!(found.packages.is_empty());
        assert_eq!(found.gaps[0].reason, "it has a zero byte in line 2; a part of it is lost");
    }

    #[test]
    fn other_files_of_such_names_are_none() {
        for path in ["docs/explicit.txt", "environment.lock", "var/lock/conda-build.lock"] {
            check(path, "4711 is not @EXPLICIT\n", &expect![[""]]);
            check(path, "\0", &expect![[""]]);
        }
        check(
            "conda-linux-64.lock",
            "{\"message\": \"Not Found\"}\n",
            &expect![[r#"
                gap conda-linux-64.lock: it is no valid explicit list of Conda: it has no line `@EXPLICIT`
            "#]],
        );
    }
}
