//! `requirements*.txt`: the versions that a project pins (pip.pypa.io, requirements file format), and the lock files that
//! Rye writes in the same format.
//!
//! Wheels and source archives tell name and version by their file names; a folder (`-e .`) is the project's own and no
//! package. The files that `-r` and `-c` name are settled when all files are known, in `crate::includes`. What has no
//! version that could be looked up is counted in a gap for the file.

use model::counted;

use super::place::{self, Place};
use super::requirement::Requirement;
use super::{PYPI, normal_name};
use crate::damage::{self, UnreadLines};
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::{Found, Include, IncludeKind, Mark};
use crate::wanted_file::{ReadFileError, WantedFile};

/// How many names a gap lists.
const NAMES_IN_GAP: usize = 5;

/// How many other files one file of requirements may name.
const MOST_INCLUDES: usize = 100;

/// Reads the requirements file at `path`, or such lines of another file.
pub(in crate::ecosystems) fn read(path: &str, text: &str, found: &mut Found) {
    let mut asked = Asked::new();
    let mut is_understood = text.trim().is_empty();
    let mut other_lines = UnreadLines::default();
    let mut has_other = false;
    for (number, line) in logical_lines(text) {
        let line = without_comment(&line).trim();
        if line.is_empty() {
            continue;
        }
        let is_read = match option(line) {
            Some(option) => {
                asked.take_option(option);
                true
            }
            None => asked.take(line),
        };
        is_understood |= is_read;
        if !is_read {
            other_lines.note(number, line);
            has_other = true;
        }
    }
    if has_other && !is_understood {
        found.gap(path, "it is no valid requirements file: none of its lines is a requirement");
    } else {
        other_lines.hand_over(path, found);
    }
    asked.hand_over(path, found);
}

/// Reads `requirements.lock` of Rye. The lock file of an old chart of Helm has the same name.
pub(super) fn read_lock(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let path = file.path().clone();
    let text = file.text()?.into_owned();
    if text.lines().any(|line| line.trim_end() == "dependencies:" || line.starts_with("digest: sha256:")) {
        return Ok(());
    }
    if let Some(damage) = damage::of_list(path.file_name(), file.bytes()?) {
        found.gap("", damage);
    }
    read(path.as_str(), &text, found);
    Ok(())
}

/// What the lines of a file ask for.
struct Asked {
    locked: LockedPackages,
    /// Names without a version.
    unpinned: Vec<String>,
    /// Paths and addresses that do not tell a version.
    unversioned: Vec<String>,
    includes: Vec<Include>,
    includes_left_out: usize,
}

impl Asked {
    fn new() -> Asked {
        Asked {
            locked: LockedPackages::new(PYPI),
            unpinned: Vec::new(),
            unversioned: Vec::new(),
            includes: Vec::new(),
            includes_left_out: 0,
        }
    }

    /// Takes what is asked for in a line; false where it is no requirement.
    fn take(&mut self, line: &str) -> bool {
        // Options of a single requirement (`--hash=…`, `--config-settings=…`) follow it.
        let line = line.split(" --").next().unwrap_or(line).trim();
        let requirement = Requirement::parse(line);
        if requirement.as_ref().is_none_or(|requirement| requirement.url.is_none())
            && let Some(place) = Place::of(line)
        {
            self.take_place(line, place);
            return true;
        }
        let Some(requirement) = requirement else { return false };
        let version = match requirement.url.map(Place::at) {
            Some(Place::Package { name, version }) if normal_name(&name) == requirement.name => Some(version),
            _ => requirement.pinned_version().map(str::to_owned),
        };
        match version {
            Some(version) => _ = self.locked.require(&requirement.name, &version, false),
            None => self.unpinned.push(requirement.name),
        }
        true
    }

    fn take_place(&mut self, line: &str, place: Place) {
        match place {
            Place::Package { name, version } => _ = self.locked.add(&normal_name(&name), &version, false),
            Place::Folder => {}
            Place::Unknown => self.unversioned.push(place::shown(line).to_owned()),
        }
    }

    fn take_option(&mut self, option: FileOption<'_>) {
        match option {
            FileOption::Editable(place) => self.take_place(place, Place::at(place)),
            FileOption::Includes { file: "", .. } => {}
            FileOption::Includes { .. } if self.includes.len() >= MOST_INCLUDES => self.includes_left_out += 1,
            FileOption::Includes { file, is_constraints } => {
                let kind = if is_constraints { IncludeKind::Constraints } else { IncludeKind::Requirements };
                self.includes.push(Include { file: file.to_owned(), kind });
            }
            FileOption::Other => {}
        }
    }

    fn hand_over(mut self, path: &str, found: &mut Found) {
        if let Some((count, names)) = some_of(&mut self.unpinned) {
            let unpinned = counted(
                count,
                "of its requirements has no pinned version",
                "of its requirements have no pinned version",
            );
            found.gap(path, format!("{unpinned} ({names}); pin with `==`"));
        }
        if let Some((count, names)) = some_of(&mut self.unversioned) {
            let unversioned = counted(
                count,
                "of its requirements is a place that tells no version",
                "of its requirements are places that tell no version",
            );
            found.gap(path, format!("{unversioned} ({names}); name the package and pin with `==`"));
        }
        if self.includes_left_out > 0 {
            let more = counted(self.includes_left_out, "more file", "more files");
            found.gap(path, format!("it refers to {more} than are followed of one file"));
        }
        if !self.includes.is_empty() {
            found.mark = Some(Mark::Includes(self.includes));
        }
        self.locked.hand_over(found);
    }
}

/// How many there are, each once, and the first of them; `None` where there are none.
fn some_of(names: &mut Vec<String>) -> Option<(usize, String)> {
    names.sort_unstable();
    names.dedup();
    let shown = names[..names.len().min(NAMES_IN_GAP)].join(", ");
    let more = if names.len() > NAMES_IN_GAP { ", …" } else { "" };
    (!names.is_empty()).then(|| (names.len(), format!("{shown}{more}")))
}

/// A line that begins with a dash.
enum FileOption<'a> {
    /// `-r` and `-c`: another file is taken in.
    Includes { file: &'a str, is_constraints: bool },
    /// `-e`: a package that is worked on in its place.
    Editable(&'a str),
    /// What says nothing of packages.
    Other,
}

/// The option that a line is.
fn option(line: &str) -> Option<FileOption<'_>> {
    if !line.starts_with('-') {
        return None;
    }
    let value = |short: &str, long: &str| {
        let after_long = line.strip_prefix(long).filter(|rest| rest.starts_with(['=', ' ', '\t']));
        let value = after_long.or_else(|| line.strip_prefix(short))?;
        Some(value.trim_start_matches('=').trim().trim_matches(['"', '\'']))
    };
    Some(if let Some(file) = value("-r", "--requirement") {
        FileOption::Includes { file, is_constraints: false }
    } else if let Some(file) = value("-c", "--constraint") {
        FileOption::Includes { file, is_constraints: true }
    } else if let Some(place) = value("-e", "--editable") {
        FileOption::Editable(place)
    } else {
        FileOption::Other
    })
}

/// Lines with what continues them after a backslash, each with the number of its last part.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open = String::new();
    let mut last = 0;
    for (number, line) in (1..).zip(text.lines()) {
        last = number;
        match line.strip_suffix('\\') {
            Some(begun) => {
                open.push_str(begun);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                lines.push((number, std::mem::take(&mut open)));
            }
        }
    }
    lines.push((last, open));
    lines
}

/// A comment begins the line or follows a blank.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices('#').find(|&(at, _)| at == 0 || line[..at].ends_with([' ', '\t']));
    end.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::python::Python;

    #[test]
    fn pins_are_packages_and_the_rest_is_one_gap() {
        let text = "\u{feff}# made by pip-compile
--index-url https://pypi.example/simple
-r base.txt
-e git+https://github.com/a/b.git#egg=b
Django==4.2.1 \\
    --hash=sha256:0123 \\
    --hash=sha256:4567
    # via -r requirements.in
requests[socks] == 2.31.0 ; python_version >= '3.7'  # comment
typing_extensions===4.7.1
numpy>=1.20,<2
flask
six==1.*
pip @ https://github.com/pypa/pip/archive/22.0.2.zip
./local/package
https://example.com/a.whl
";
        let found = read(&Python, "app/requirements-dev.txt", text.as_bytes());
        assert_eq!(listing(&found), "pypi django 4.2.1\npypi requests 2.31.0\npypi typing-extensions 4.7.1");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        let unpinned = "4 of its requirements have no pinned version (flask, numpy, pip, six); pin with `==`";
        let places =
            "2 of its requirements are places that tell no version (a.whl, b.git); name the package and pin with `==`";
        assert_eq!(reasons, [unpinned, places]);
        let include = Include { file: "base.txt".to_owned(), kind: IncludeKind::Requirements };
        assert_eq!(found.mark, Some(Mark::Includes(vec![include])));
    }

    #[test]
    fn wheels_and_source_archives_are_packages_by_their_names() {
        let text = "./wheels/Zope.Interface-6.0-cp311-cp311-linux_x86_64.whl
b-1.0-py3-none-any.whl --hash=sha256:00
https://h/c-2.0.tar.gz#sha256=00
-e file:///srv/d-3.0.zip
e @ https://h/e-4.0-py3-none-any.whl
f @ https://h/g-4.0-py3-none-any.whl ; python_version > '3'
-e .
--editable=./sub[extra]
../sibling
";
        let found = read(&Python, "app/requirements.txt", text.as_bytes());
        assert_eq!(listing(&found), "pypi zope-interface 6.0\npypi b 1.0\npypi c 2.0\npypi d 3.0\npypi e 4.0");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, ["1 of its requirements has no pinned version (f); pin with `==`"]);
    }

    #[test]
    fn other_files_are_noted_however_they_are_named() {
        let text = "-r a.txt\n-rb.txt\n--requirement=c.txt\n--requirement 'd e.txt'\n-c\tf.txt\n--constraint=g.txt\n-r\n--require-hashes\n-i https://h\n";
        let Some(Mark::Includes(includes)) = read(&Python, "app/requirements.txt", text.as_bytes()).mark else {
            panic!("it names files");
        };
        let names: Vec<(&str, IncludeKind)> =
            includes.iter().map(|include| (include.file.as_str(), include.kind)).collect();
        let expected = ["a.txt", "b.txt", "c.txt", "d e.txt"].map(|name| (name, IncludeKind::Requirements));
        assert_eq!(names[..4], expected);
        assert_eq!(names[4..], ["f.txt", "g.txt"].map(|name| (name, IncludeKind::Constraints)));
        let many = read(&Python, "requirements.txt", "-r x.txt\n".repeat(101).as_bytes());
        assert_eq!(many.gaps[0].reason, "it refers to 1 more file than are followed of one file");
    }

    #[test]
    fn lines_that_are_nothing_are_counted() {
        let found = read(&Python, "app/requirements.txt", b"a==1\n==2\n?\n");
        assert_eq!(
            (listing(&found).as_str(), found.gaps[0].reason.as_str()),
            ("pypi a 1", "2 of its lines cannot be read; the first is line 2: `==2`")
        );
    }

    #[test]
    fn lock_files_of_rye_are_read_and_those_of_charts_are_not() {
        let text = "# generated by rye\n# use `rye lock` or `rye sync` to update this lockfile\n#\n# last locked with the \
                    following flags:\n#   pre: false\n#   features: []\n\n-e file:.\n-e file:libs/b\n\
                    annotated-types==0.7.0\n    # via pydantic\npydantic==2.7.1 ; python_version >= '3.8'\n    # via app\n";
        for path in ["app/requirements.lock", "app/requirements-dev.lock"] {
            let found = read(&Python, path, text.as_bytes());
            assert_eq!(listing(&found), "pypi annotated-types 0.7.0\npypi pydantic 2.7.1", "{path}");
            assert_eq!((found.gaps, found.mark), (vec![], None), "{path}");
        }
        let chart = "dependencies:\n- name: mysql\n  repository: https://h/charts\n  version: 1.6.9\n\
                     digest: sha256:0123\ngenerated: \"2020-01-01T00:00:00Z\"\n";
        assert_eq!(read(&Python, "chart/requirements.lock", chart.as_bytes()), Found::default());
        let damaged = read(&Python, "app/requirements.lock", b"a==1.0\nb==\x002.0\n");
        assert!(damaged.gaps.iter().any(|gap| gap.reason.contains("line 2")), "{damaged:?}");
    }

    #[test]
    fn odd_text_is_no_requirement() {
        let found = read(&Python, "app/requirements.txt", "\\\n\\\n#\n==1\n\u{0}\né==1\n[a]==1\na==\\".as_bytes());
        assert_eq!(listing(&found), "");
    }
}
