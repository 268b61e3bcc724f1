//! Requirements that say where a package is instead of what it is called: paths and addresses of wheels, source archives,
//! repositories and folders (pip.pypa.io, requirement specifiers; PEP 427 and PEP 625 for names of files).

use serde_json::Value;

use crate::manifest::ProjectManifest;

/// What a path or address tells.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ecosystems) enum Place {
    /// The name and the version, from the file's name.
    Package { name: String, version: String },
    /// A folder: a project beside the file, which is no package of anybody's.
    Folder,
    /// Something whose version only its content tells.
    Unknown,
}

impl Place {
    /// What a requirement is that Python's tools take for a path or an address; `None` for any other.
    pub(super) fn of(requirement: &str) -> Option<Place> {
        let place = requirement.split(" ;").next().unwrap_or_default().trim();
        let is_path = place.starts_with(['.', '/']) || place.starts_with("file:");
        // A name may stand before an address: `name @ https://…`.
        let is_one_word = !place.contains(char::is_whitespace);
        let is_place = is_path || is_one_word && (place.contains("://") || ends_like_an_archive(file_of(place)));
        is_place.then(|| Place::at(place))
    }

    /// What lies at a path or an address.
    pub(in crate::ecosystems) fn at(place: &str) -> Place {
        let file = file_of(place);
        if let Some((name, version)) = wheel(file).or_else(|| source_archive(file)) {
            return Place::Package { name: name.to_owned(), version: version.replace("%2B", "+").replace("%2b", "+") };
        }
        let is_elsewhere = place.contains("://") && !place.starts_with("file:");
        if is_elsewhere || ends_like_an_archive(file) { Place::Unknown } else { Place::Folder }
    }
}

/// Whether the address behind `name @` leads to a folder of the repository: `file:../x`, `{root:uri}/../x` of hatch.
pub(super) fn is_folder_of_repository(address: &str) -> bool {
    let is_here = ["file:", "{root:", "./", "../"].iter().any(|begin| address.starts_with(begin));
    is_here && Place::at(address) == Place::Folder
}

/// The folder that such an address names, seen from that of the manifest.
pub(super) fn folder_of_address(address: &str) -> &str {
    let of_root = ["file:///${PROJECT_ROOT}", "{root:uri}"].iter().find_map(|root| address.strip_prefix(root));
    let folder = match of_root {
        Some(below) => below.trim_start_matches('/'),
        None => address.strip_prefix("file:").unwrap_or(address),
    };
    folder.split(['#', '?']).next().unwrap_or_default()
}

/// Notes in a manifest where a package comes from that it asks for, by the table that stands for it in uv's sources, in the
/// lists of Poetry or in a `Pipfile`.
pub(super) fn note(table: &Value, manifest: &mut ProjectManifest) {
    if is_part_of_repository(table) {
        note_folders(table, manifest);
    } else {
        manifest.asks = true;
    }
}

fn note_folders(table: &Value, manifest: &mut ProjectManifest) {
    match table {
        Value::Array(tables) => tables.iter().for_each(|table| note_folders(table, manifest)),
        _ => manifest.folders.extend(table.get("path").and_then(Value::as_str).map(str::to_owned)),
    }
}

/// The keys by which a source of uv counts in some environments only: in others the package comes from an index.
const CONDITIONS: [&str; 3] = ["marker", "extra", "group"];

/// Whether the table that stands for a package in uv's sources, in the lists of Poetry or in a `Pipfile` says that it is a
/// folder of the repository, wherever it is asked for; of several tables, whether all do.
pub(super) fn is_part_of_repository(table: &Value) -> bool {
    match table {
        Value::Array(tables) => !tables.is_empty() && tables.iter().all(is_part_of_repository),
        Value::Object(table) => {
            let path = table.get("path").and_then(Value::as_str);
            let is_folder = path.is_some_and(|path| Place::at(path) == Place::Folder);
            let is_part = is_folder || table.get("workspace") == Some(&Value::Bool(true));
            is_part && !CONDITIONS.iter().any(|condition| table.contains_key(*condition))
        }
        _ => false,
    }
}

/// How a place is called in a sentence: by its end alone, because addresses may hold passwords.
pub(super) fn shown(place: &str) -> &str {
    let place = place.split_once("://").map_or(place, |(_, rest)| rest.split_once('/').map_or("…", |(_, path)| path));
    let end = file_of(place);
    end.char_indices().nth(LONGEST_SHOWN).map_or(end, |(at, _)| &end[..at])
}

/// How many characters of a place are shown.
const LONGEST_SHOWN: usize = 80;

/// The last part of a path or an address, without query and fragment.
fn file_of(place: &str) -> &str {
    let place = place.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
    place.rsplit('/').next().unwrap_or(place)
}

fn ends_like_an_archive(file: &str) -> bool {
    [".whl", ".zip", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz"].iter().any(|end| file.ends_with(end))
}

/// `NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl` (PEP 427, File name convention).
fn wheel(file: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
    let &[name, version, ..] = parts.as_slice() else { return None };
    let is_wheel = matches!(parts.len(), 5 | 6) && parts.iter().all(|part| !part.is_empty());
    (is_wheel && is_name(name) && begins_like_a_version(version)).then_some((name, version))
}

/// `NAME-VERSION.tar.gz` (PEP 625), older ones also `.zip`.
fn source_archive(file: &str) -> Option<(&str, &str)> {
    let stem = file.strip_suffix(".tar.gz").or_else(|| file.strip_suffix(".zip"))?;
    let (name, version) = stem.rsplit_once('-')?;
    (is_name(name) && begins_like_a_version(version)).then_some((name, version))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn begins_like_a_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(requirement: &str, expected: Option<&str>) {
        let told = Place::of(requirement).map(|place| match place {
            Place::Package { name, version } => format!("{name} {version}"),
            Place::Folder => "folder".to_owned(),
            Place::Unknown => "unknown".to_owned(),
        });
        assert_eq!(told.as_deref(), expected, "{requirement}");
    }

    #[test]
    fn wheels_and_source_archives_tell_name_and_version() {
        check("./wheels/Zope_Interface-6.0-cp311-cp311-linux_x86_64.whl", Some("Zope_Interface 6.0"));
        check("x-1.0-1build-py3-none-any.whl", Some("x 1.0"));
        check("https://h/x/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl#sha256=00", Some("torch 2.1.0+cpu"));
        check("https://h/simple/a.b-c-1.2.tar.gz?x=1", Some("a.b-c 1.2"));
        check("file:///srv/a-1.zip ; os_name == 'posix'", Some("a 1"));
    }

    #[test]
    fn other_places_tell_no_version() {
        for place in ["./x.whl", "x-1.0-any.whl", "https://github.com/a/b/archive/22.0.2.zip", "/a-v1.tar.gz"] {
            check(place, Some("unknown"));
        }
        check("git+https://github.com/a/b.git@v1#egg=b", Some("unknown"));
        for folder in [".", "./sub", "../other[extra]", "/srv/app", "file:///srv/app"] {
            check(folder, Some("folder"));
        }
    }

    #[test]
    fn requirements_are_no_places() {
        for requirement in ["a", "a==1.0", "a @ https://h/a-1.0.zip", "a>=1 ; python_version < '3'", ""] {
            check(requirement, None);
        }
    }

    #[test]
    fn folders_of_the_repository_are_told_from_archives_and_addresses() {
        for address in ["file:../x", "file:///srv/x", "{root:uri}/../x", "../x#egg=x"] {
            assert!(is_folder_of_repository(address), "{address}");
        }
        for address in ["file:../x-1.0.zip", "https://h/x", "git+file:../x", "git+https://h/x.git"] {
            assert!(!is_folder_of_repository(address), "{address}");
        }
    }

    #[test]
    fn addresses_of_folders_are_seen_from_the_manifest() {
        for (address, folder) in [
            ("file:../x#egg=x", "../x"),
            ("file:///srv/x", "///srv/x"),
            ("file:///${PROJECT_ROOT}/x", "x"),
            ("{root:uri}/../x", "../x"),
            ("./x", "./x"),
        ] {
            assert_eq!(folder_of_address(address), folder);
        }
    }

    #[test]
    fn tables_name_a_folder_for_every_environment() {
        let check = |json: &str| is_part_of_repository(&serde_json::from_str(json).unwrap());
        for json in [r#"{"path":"../x","develop":true}"#, r#"{"workspace":true}"#, r#"[{"path":"a"},{"path":"b"}]"#] {
            assert!(check(json), "{json}");
        }
        for json in [
            r#"{"path":"./x-1.0-py3-none-any.whl"}"#,
            r#"{"workspace":false}"#,
            r#"{"path":"../x","marker":"os_name == 'nt'"}"#,
            r#"{"git":"https://h/x.git"}"#,
            r#"[{"path":"a"},{"index":"own"}]"#,
            "[]",
            r#""^1""#,
        ] {
            assert!(!check(json), "{json}");
        }
    }

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        assert_eq!(shown("git+https://user:secret@h/a/b.git@v1#egg=b"), "b.git@v1");
        assert_eq!(shown("https://user:secret@h"), "…");
        assert_eq!(shown("./a/x.whl"), "x.whl");
        assert_eq!(shown(&"é".repeat(200)).chars().count(), 80);
    }
}
