//! `requirements*.txt`: the versions that a project pins (pip.pypa.io, requirements file format).
//!
//! `-r` and `-c` name files that are wanted for their own names or not at all; what has no pinned version cannot be
//! looked up and is counted in one gap for the file.

use super::PYPI;
use super::requirement::Requirement;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;

/// How many unpinned names a gap lists.
const NAMES_IN_GAP: usize = 5;

/// Reads the requirements file at `path`.
pub(super) fn read(path: &str, text: &str, found: &mut Found) {
    let mut locked = LockedPackages::new(PYPI);
    let mut unpinned: Vec<String> = Vec::new();
    let mut is_understood = text.trim().is_empty();
    let mut has_other = false;
    for line in logical_lines(text) {
        let line = without_comment(&line).trim();
        if line.is_empty() {
            continue;
        }
        if line.starts_with('-') {
            is_understood = true;
            continue;
        }
        // Options of a single requirement (`--hash=…`, `--config-settings=…`) follow it.
        let line = line.split(" --").next().unwrap_or(line);
        let Some(requirement) = Requirement::parse(line) else {
            let is_place = is_place(line);
            is_understood |= is_place;
            has_other |= !is_place;
            continue;
        };
        is_understood = true;
        match requirement.pinned_version() {
            Some(version) => {
                locked.add(&requirement.name, version, false);
            }
            None => unpinned.push(requirement.name),
        }
    }
    if has_other && !is_understood {
        found.gap(path, "it is no valid requirements file: none of its lines is a requirement");
    }
    unpinned.sort_unstable();
    unpinned.dedup();
    if !unpinned.is_empty() {
        let names = unpinned[..unpinned.len().min(NAMES_IN_GAP)].join(", ");
        let more = if unpinned.len() > NAMES_IN_GAP { ", …" } else { "" };
        let count = unpinned.len();
        let reason = format!("{count} of its requirements have no pinned version ({names}{more}); pin them with `==`");
        found.gap(path, reason);
    }
    locked.hand_over(found);
}

/// Whether a requirement is where the package is, rather than its name.
fn is_place(line: &str) -> bool {
    (line.contains("://") && !line.contains(char::is_whitespace))
        || line.starts_with(['.', '/'])
        || [".whl", ".zip", ".tar.gz"].iter().any(|end| line.ends_with(end))
}

/// Lines with what continues them after a backslash.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        match line.strip_suffix('\\') {
            Some(begun) => {
                open.push_str(begun);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    lines.push(open);
    lines
}

/// A comment begins the line or follows a blank.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices('#').find(|&(at, _)| at == 0 || line[..at].ends_with([' ', '\t']));
    end.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
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
        let reason = "4 of its requirements have no pinned version (flask, numpy, pip, six); pin them with `==`";
        assert_eq!(found.gaps[0].reason, reason);
    }

    #[test]
    fn odd_text_is_no_requirement() {
        let found = read(&Python, "app/requirements.txt", "\\\n\\\n#\n==1\n\u{0}\né==1\n[a]==1\na==\\".as_bytes());
        assert_eq!(listing(&found), "");
    }
}
