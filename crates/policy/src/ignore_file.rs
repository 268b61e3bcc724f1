//! Ignore files of Trivy, read as exceptions: `.trivyignore`, a line an id, and `trivyignore.yaml` with paths, purls and
//! ends. Whoever answers for an entry is the file; an entry without an end has none.

use model::{FindingKind, time};

use crate::Pattern;
use crate::check_id::check_id;
use crate::exceptions::{Exception, ExceptionKind, MOST_EXCEPTIONS};
use crate::keys::{IGNORE_FILE, Key};
use crate::nearest::nearest;
use crate::node::{LARGEST_DOCUMENT_BYTES, Node, Value};
use crate::reader::{self, DocumentError, DocumentProblem, Table, error};

/// The word for an exception that has no end.
const NO_END: &str = "never";
/// What stands for a reason that nobody gives.
const NO_REASON: &str = "-";
/// The longest id of a line, in bytes.
const LONGEST_ID_BYTES: usize = 256;

/// The shapes of an ignore file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `.trivyignore`
    Lines,
    /// `trivyignore.yaml`
    Yaml,
}

/// Whether a file is an ignore file, by its name or else by its text.
pub(crate) fn shape(file: &str, text: &str) -> Option<Shape> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_ascii_lowercase();
    let is_yaml = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    match (name.contains("trivyignore"), is_yaml) {
        (true, true) => return Some(Shape::Yaml),
        (true, false) => return Some(Shape::Lines),
        (false, _) => {}
    }
    let mut lines = text.lines().map(|line| line.split_once('#').map_or(line, |(code, _)| code).trim());
    let first = lines.find(|line| !line.is_empty() && *line != "---")?;
    let key = first.split(':').next().unwrap_or_default();
    if IGNORE_FILE.iter().any(|known| known.name == key) {
        return Some(Shape::Yaml);
    }
    let id = first.split_whitespace().next().unwrap_or_default();
    let is_id = id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.contains('-')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte));
    is_id.then_some(Shape::Lines)
}

/// Reads an ignore file of a shape.
///
/// # Errors
/// When it says something that exceptions cannot.
pub(crate) fn read(file: &str, text: &str, shape: Shape) -> Result<Vec<Exception>, DocumentError> {
    let exceptions = match shape {
        Shape::Lines => lines(file, text)?,
        Shape::Yaml => yaml(file, text)?,
    };
    if exceptions.len() > MOST_EXCEPTIONS {
        let reason = format!("the file has more than {MOST_EXCEPTIONS} entries; split it");
        return Err(error(file, 1, DocumentProblem::Combination { reason }));
    }
    Ok(exceptions)
}

fn lines(file: &str, text: &str) -> Result<Vec<Exception>, DocumentError> {
    if text.len() > LARGEST_DOCUMENT_BYTES {
        let reason = format!("the document is larger than {} MiB", LARGEST_DOCUMENT_BYTES >> 20);
        return Err(error(file, 1, DocumentProblem::Malformed { reason }));
    }
    let mut exceptions = Vec::new();
    let mut comment = String::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix('#') {
            if !comment.is_empty() {
                comment.push(' ');
            }
            comment.push_str(words.trim_start_matches('#').trim());
            continue;
        }
        let above = std::mem::take(&mut comment);
        if line.is_empty() {
            continue;
        }
        let (entry, behind) = line.split_once(" #").or_else(|| line.split_once("\t#")).unwrap_or((line, ""));
        let reason = [behind.trim(), above.as_str()].into_iter().find(|words| !words.is_empty()).unwrap_or(NO_REASON);
        exceptions.push(one_line(file, at + 1, entry, reason)?);
    }
    Ok(exceptions)
}

/// An id, and `exp:` with a date.
fn one_line(file: &str, line: usize, entry: &str, reason: &str) -> Result<Exception, DocumentError> {
    let mut words = entry.split_whitespace();
    let id = words.next().unwrap_or_default();
    if id.len() > LONGEST_ID_BYTES || id.chars().any(char::is_control) {
        let reason = "a line must begin with an id, such as CVE-2024-0727 or AVD-DS-0002".to_owned();
        return Err(error(file, line, DocumentProblem::Combination { reason }));
    }
    let mut exception = blank(file, line, reason);
    exception.ids = ids(id, None);
    for word in words {
        match word.split_once(':') {
            Some(("exp", date)) => end(&mut exception, date).map_err(|problem| error(file, line, problem))?,
            Some((key, _)) => {
                let nearest = nearest(key, ["exp"]).unwrap_or_default().to_owned();
                return Err(error(file, line, DocumentProblem::UnknownKey { key: key.to_owned(), nearest }));
            }
            None => {
                let reason = format!("`{word}` has no meaning behind an id; write one id a line, comments behind ` #`");
                return Err(error(file, line, DocumentProblem::Combination { reason }));
            }
        }
    }
    Ok(exception)
}

fn yaml(file: &str, text: &str) -> Result<Vec<Exception>, DocumentError> {
    let mut root = reader::parse(file, text)?;
    // A section whose entries were all taken out stays behind without a value.
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|entry| !entry.value.is_null());
    }
    let table = Table::new(file, "", &root, IGNORE_FILE)?;
    let kinds = [
        ("vulnerabilities", FindingKind::Vulnerability),
        ("misconfigurations", FindingKind::Misconfiguration),
        ("secrets", FindingKind::Secret),
        ("licenses", FindingKind::License),
    ];
    let mut exceptions = Vec::new();
    for (section, kind) in kinds {
        for entry in table.tables(section, keys_of(section))? {
            exceptions.push(one_entry(file, &entry, kind)?);
        }
    }
    exceptions.sort_by_key(|exception| exception.line);
    Ok(exceptions)
}

fn keys_of(section: &str) -> &'static [Key] {
    let kind = IGNORE_FILE.iter().find(|key| key.name == section).map(|key| key.kind);
    match kind {
        Some(crate::keys::Kind::Maps(keys)) => keys,
        _ => &[],
    }
}

fn one_entry(file: &str, entry: &Table<'_>, kind: FindingKind) -> Result<Exception, DocumentError> {
    let reason = entry.text("statement").unwrap_or(NO_REASON).trim();
    let mut exception = blank(file, entry.node.line, reason);
    exception.kind = Some(ExceptionKind::Finding(kind));
    exception.ids = ids(entry.required("id"), Some(kind));
    for (path, line) in items(entry, "paths") {
        let pattern = Pattern::glob(path).map_err(|letter| {
            let key = entry.place("paths");
            let reason =
                format!("`{key}`: `{path}` has a `{letter}`, which patterns here do not know; use *, ** and ?");
            error(file, line, DocumentProblem::Combination { reason })
        })?;
        exception.paths.push(pattern);
    }
    for (purl, line) in items(entry, "purls") {
        let purl = purl.parse().map_err(|problem: model::InvalidPurl| {
            let reason = format!("`{}`: {problem}", entry.place("purls"));
            error(file, line, DocumentProblem::Combination { reason })
        })?;
        exception.purls.push(purl);
    }
    if let Some(date) = entry.text("expired_at") {
        end(&mut exception, date).map_err(|problem| entry.error("expired_at", problem))?;
    }
    Ok(exception)
}

fn items<'t>(entry: &Table<'t>, key: &str) -> impl Iterator<Item = (&'t str, usize)> {
    let items = entry.node.get(key).and_then(Node::list).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.text()?, item.line)))
}

/// An exception that covers everything and has no end, named for its place.
fn blank(file: &str, line: usize, reason: &str) -> Exception {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    Exception {
        name: format!("{name}:{line}"),
        kind: None,
        ids: Vec::new(),
        package: None,
        purls: Vec::new(),
        paths: Vec::new(),
        scope: None,
        owner: name.to_owned(),
        reason: reason.to_owned(),
        expires: NO_END.to_owned(),
        ends: i64::MAX,
        file: file.to_owned(),
        line,
    }
}

/// Ends an exception when its day begins, as Trivy does.
fn end(exception: &mut Exception, date: &str) -> Result<(), DocumentProblem> {
    let wrong = || DocumentProblem::WrongValue {
        key: "exp".to_owned(),
        expected: "a date such as 2026-12-31".to_owned(),
        found: format!("`{}`", date.chars().take(60).collect::<String>()),
    };
    exception.ends = time::parse(date).ok_or_else(wrong)?;
    exception.expires = if time::is_date(date) { format!("{date}T00:00:00Z") } else { date.to_owned() };
    Ok(())
}

/// An id in the one spelling; a license that SPDX has since split (`GPL-3.0`) stands for the one it always meant as well.
pub(crate) fn ids(id: &str, kind: Option<FindingKind>) -> Vec<String> {
    let id = check_id(id);
    let is_license = matches!(kind, None | Some(FindingKind::License));
    let is_split = is_license
        && ["GPL-", "LGPL-", "AGPL-", "GFDL-"].iter().any(|family| {
            id.strip_prefix(family).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        });
    let split = is_split.then(|| format!("{id}-ONLY"));
    std::iter::once(id).chain(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(file: &str, text: &str) -> Result<Vec<Exception>, String> {
        let shape = shape(file, text).unwrap_or_else(|| panic!("{file} is an ignore file"));
        read(file, text, shape).map_err(|error| error.to_string())
    }

    #[test]
    fn a_mark_of_byte_order_is_no_part_of_the_first_id() {
        let read = crate::read_exceptions(".trivyignore", "\u{feff}CVE-2024-1\r\nCVE-2024-2\r\n").unwrap();
        assert_eq!(read.iter().map(|row| row.ids[0].as_str()).collect::<Vec<_>>(), ["CVE-2024-1", "CVE-2024-2"]);
    }

    #[test]
    fn a_section_without_entries_is_read() {
        let text = "vulnerabilities:\nsecrets:\n  - id: aws\n";
        assert_eq!(read_as("trivyignore.yaml", text).unwrap().len(), 1);
        assert!(read_as("trivyignore.yaml", "vulnerabilities: x\n").is_err());
    }

    #[test]
    fn lines_are_ids_with_comments_and_ends() {
        let text =
            "# Accepted by the team\nCVE-2018-14618\n\nCVE-2022-40897 exp:2026-06-01\nAVD-DS-0002 # not ours\nDS002\n";
        let read = read_as("ci/.trivyignore", text).unwrap();
        let facts: Vec<_> =
            read.iter().map(|row| (row.name.as_str(), row.ids[0].as_str(), row.reason.as_str())).collect();
        assert_eq!(
            facts,
            [
                (".trivyignore:2", "CVE-2018-14618", "Accepted by the team"),
                (".trivyignore:4", "CVE-2022-40897", "-"),
                (".trivyignore:5", "DS-0002", "not ours"),
                (".trivyignore:6", "DS-0002", "-"),
            ]
        );
        let midnight = time::parse("2026-06-01").unwrap();
        assert!(read[1].is_expired(midnight) && !read[1].is_expired(midnight - 1));
        assert_eq!(read[1].expires, "2026-06-01T00:00:00Z");
        assert!(!read[0].is_expired(i64::MAX - 1));
    }

    #[test]
    fn yaml_entries_keep_what_they_are_limited_to() {
        let text = "vulnerabilities:\n  - id: CVE-2022-40897\n    paths:\n      - usr/**/METADATA\n    purls:\n      - pkg:pypi/setuptools\n    statement: Not reachable\n    expired_at: 2026-06-01\nsecrets:\n  - id: aws-access-key-id\nlicenses:\n  - id: GPL-3.0\n";
        let read = read_as("any.yaml", text).unwrap();
        assert_eq!(read[0].kind, Some(ExceptionKind::Finding(FindingKind::Vulnerability)));
        assert_eq!((read[0].purls.len(), read[0].paths.len(), read[0].reason.as_str()), (1, 1, "Not reachable"));
        assert_eq!(read[1].kind, Some(ExceptionKind::Finding(FindingKind::Secret)));
        assert_eq!(read[2].ids, ["GPL-3.0", "GPL-3.0-ONLY"]);
    }

    #[test]
    fn what_cannot_be_an_exception_is_an_error_with_its_place() {
        let check = |file: &str, text: &str, expected: &str| assert_eq!(read_as(file, text).unwrap_err(), expected);
        check(
            ".trivyignore",
            "\nCVE-1 exp:soon\n",
            ".trivyignore:2: `exp` must be a date such as 2026-12-31, but is `soon`",
        );
        check(
            ".trivyignore",
            "CVE-1 until:2026-01-01\n",
            ".trivyignore:1: `until` is no key here; the nearest is `exp`",
        );
        check(
            ".trivyignore",
            "CVE-1 CVE-2\n",
            ".trivyignore:1: `CVE-2` has no meaning behind an id; write one id a line, comments behind ` #`",
        );
        check(
            "trivyignore.yaml",
            "vulnerabilities:\n  - id: CVE-1\n    path: [a]\n",
            "trivyignore.yaml:3: `vulnerabilities[0].path` is no key here; the nearest is `paths`",
        );
        check(
            "trivyignore.yaml",
            "CVE-1\n\n  CVE-2\n",
            "trivyignore.yaml:1: `the document` must be a map, but is `CVE-1 CVE-2`",
        );
        check(
            "trivyignore.yaml",
            "vulnerabilites: []\n",
            "trivyignore.yaml:1: `vulnerabilites` is no key here; the nearest is `vulnerabilities`",
        );
        check(
            "trivyignore.yaml",
            "secrets:\n  - id: a\n    paths:\n      - 'x[12]'\n",
            "trivyignore.yaml:4: `secrets[0].paths`: `x[12]` has a `[`, which patterns here do not know; use *, ** and ?",
        );
        check(
            "trivyignore.yaml",
            "misconfigurations:\n  - paths: [a]\n",
            "trivyignore.yaml:2: `misconfigurations[0].id` is missing: The id of what is ignored.",
        );
    }

    #[test]
    fn our_own_exceptions_are_no_ignore_file() {
        assert_eq!(shape("e.yaml", "schema: bulkhead.exceptions/1\n"), None);
        assert_eq!(shape("e.json", "{\"schema\": \"bulkhead.exceptions/1\"}"), None);
        assert_eq!(shape("e.txt", "# x\n\nCVE-2024-1\n"), Some(Shape::Lines));
        assert_eq!(shape("e.yaml", ""), None);
    }
}
