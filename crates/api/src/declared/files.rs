//! From files to what is declared, and from what a server has to files.

use std::collections::{BTreeMap, BTreeSet};

use policy::Tree;
use serde_json::{Value, json};

use super::kind::Kind;
use super::secret::{self, Secrets};
use super::{Current, Files, yaml};
use crate::shape::Misshapen;

/// The most files of one declaration.
pub const MOST_FILES: usize = 10_000;

/// Policies that nothing is judged by stand in this folder of their own.
const DISABLED: &str = "disabled";

/// What files declare.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    pub(super) objects: Vec<Object>,
}

/// A declared object, with names in the place of ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) file: String,
    pub(super) tree: Option<Tree>,
    pub(super) body: Value,
    pub(super) secrets: Secrets,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct FileError {
    /// The file, by its path from the folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub problem: String,
}

impl FileError {
    pub(super) fn new(file: &str, line: usize, problem: impl Into<String>) -> FileError {
        FileError { file: file.to_owned(), line, problem: problem.into() }
    }
}

impl Object {
    pub(super) fn wrong(&self, place: &str, problem: impl Into<String>) -> FileError {
        FileError::new(&self.file, self.tree.as_ref().map_or(1, |tree| tree.line(place)), problem)
    }
}

impl Declared {
    /// The kinds of what is declared.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        self.objects.iter().map(|object| object.kind).collect()
    }

    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.objects.iter().any(|object| object.kind == kind && object.name == name)
    }
}

/// Reads files: `KIND/NAME.yaml` (or `.yml`, `.json`), an object in each; policies as `bulkhead policy check` reads them.
///
/// # Errors
/// With the first thing that is wrong: file, line, key, and the nearest right one.
pub fn read_files(files: &Files) -> Result<Declared, FileError> {
    if files.len() > MOST_FILES {
        return Err(FileError::new(".", 1, format!("there are more than {MOST_FILES} files")));
    }
    let mut objects = Vec::new();
    let mut names: BTreeMap<(Kind, String), String> = BTreeMap::new();
    for (file, text) in files {
        let Some((kind, is_enabled)) = place_of(file)? else { continue };
        let object = match kind {
            Kind::Policy => read_policy(file, text, is_enabled)?,
            kind => read_object(kind, file, text)?,
        };
        if let Some(other) = names.insert((kind, object.name.clone()), file.clone()) {
            let problem = format!("{} `{}` is in {other} too; keep one", kind.word(), object.name);
            return Err(object.wrong("name", problem));
        }
        objects.push(object);
    }
    objects.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    Ok(Declared { objects })
}

/// What the path of a file says; nothing of one that is for readers alone.
fn place_of(file: &str) -> Result<Option<(Kind, bool)>, FileError> {
    let parts: Vec<&str> = file.split('/').collect();
    let Some((name, folders)) = parts.split_last() else { return Ok(None) };
    if parts.iter().any(|part| part.starts_with('.')) || name.to_ascii_lowercase().starts_with("readme") {
        return Ok(None);
    }
    let known = || Kind::ALL.iter().map(|kind| kind.folder());
    let Some((folder, rest)) = folders.split_first() else {
        let all: Vec<&str> = known().collect();
        return Err(FileError::new(file, 1, format!("put it into the folder of its kind: {}", all.join(", "))));
    };
    let Some(kind) = Kind::of_folder(folder) else {
        let nearest = policy::nearest(folder, known()).unwrap_or_default();
        return Err(FileError::new(file, 1, format!("`{folder}` is no folder of a kind; the nearest is `{nearest}`")));
    };
    if ![".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) {
        return Err(FileError::new(file, 1, "it must be named .yaml, .yml or .json"));
    }
    match (kind, rest) {
        (_, []) => Ok(Some((kind, true))),
        (Kind::Policy, [DISABLED]) => Ok(Some((kind, false))),
        _ => {
            Err(FileError::new(file, 1, format!("the folder {folder} has no folders within, but policies/{DISABLED}")))
        }
    }
}

fn read_policy(file: &str, text: &str, is_enabled: bool) -> Result<Object, FileError> {
    let read = policy::read_policy(file, text);
    let policy = read.map_err(|error| FileError::new(file, error.line, error.problem.to_string()))?;
    Ok(Object {
        kind: Kind::Policy,
        name: policy.name,
        file: file.to_owned(),
        tree: policy::read_tree(file, text).ok(),
        body: json!({ "document": text, "is_enabled": is_enabled }),
        secrets: Secrets::default(),
    })
}

fn read_object(kind: Kind, file: &str, text: &str) -> Result<Object, FileError> {
    let read = policy::read_tree(file, text);
    let tree = read.map_err(|error| FileError::new(file, error.line, error.problem.to_string()))?;
    let wrong = |error: Misshapen| FileError::new(file, tree.line(&error.place), error.problem);
    let mut value = tree.value.clone();
    let secrets = match (kind, value.as_object_mut()) {
        (Kind::Registry, Some(map)) => secret::take(map).map_err(wrong)?,
        (Kind::Integration, Some(map)) => secret::take_of_integration(map).map_err(wrong)?,
        _ => Secrets::default(),
    };
    kind.shape().check(&value).map_err(wrong)?;
    let body = kind.normal(value).map_err(wrong)?;
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(FileError::new(file, tree.line("name"), "`name` is empty"));
    }
    Ok(Object { kind, name, file: file.to_owned(), tree: Some(tree), body, secrets })
}

/// Writes what a server has, without presets, defaults, ids, times and secrets.
pub fn write_files(current: &Current) -> Files {
    let mut files = Files::new();
    let (mut taken, mut variables) = (BTreeSet::new(), BTreeSet::new());
    for ((kind, name), object) in &current.objects {
        if object.is_preset {
            continue;
        }
        let (folder, text) = match kind {
            Kind::Policy => {
                let is_enabled = object.body["is_enabled"] != false;
                let folder = if is_enabled { "policies".to_owned() } else { format!("policies/{DISABLED}") };
                (folder, object.body["document"].as_str().unwrap_or_default().to_owned())
            }
            kind => {
                let mut body = kind.without_defaults(&object.body);
                if let (Some(credential), Some(map)) = (&object.credential_type, body.as_object_mut()) {
                    map.insert("credential".to_owned(), json!({ "type": credential }));
                }
                let mut text = String::new();
                if object.credential_type.is_some() {
                    text.push_str(
                        "# The credential is not written; give it as password_from: env:NAME or file:PATH.\n",
                    );
                }
                if object.has_secret
                    && let Some(map) = body.as_object_mut()
                {
                    let source = format!("env:{}", variable_name(name, &mut variables));
                    map.insert("secret_from".to_owned(), source.into());
                    text.push_str("# The secret is not written: it is read from there where the server has none.\n");
                }
                if object.has_hook_secret {
                    text.push_str("# The secret of its messages is not written; give it as hook_secret_from.\n");
                }
                text.push_str(&yaml::document(&body));
                (kind.folder().to_owned(), text)
            }
        };
        files.insert(file_name(&folder, name, &mut taken), text);
    }
    files
}

/// The environment variable that an export names for the secret of an integration: its own, whatever others are called.
fn variable_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    /// The longest part that is of the name, in characters.
    const LONGEST: usize = 60;
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let base: String = name.chars().take(LONGEST).map(plain).collect();
    let mut variable = format!("INTEGRATION_{base}");
    let mut count = 1;
    while !taken.insert(variable.clone()) {
        count += 1;
        variable = format!("INTEGRATION_{base}_{count}");
    }
    variable
}

/// A file name that every file system takes, and no other object has.
fn file_name(folder: &str, name: &str, taken: &mut BTreeSet<String>) -> String {
    /// The longest name without its ending, in characters.
    const LONGEST: usize = 80;
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let mut base: String = name.chars().take(LONGEST).map(plain).collect();
    // A leading dot hides a file, and README is for readers.
    if base.starts_with('.') || base.to_ascii_lowercase().starts_with("readme") {
        base.insert(0, '_');
    }
    let mut path = format!("{folder}/{base}.yaml");
    let mut count = 1;
    while !taken.insert(path.to_ascii_lowercase()) {
        count += 1;
        path = format!("{folder}/{base}-{count}.yaml");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(file: &str, text: &str) -> String {
        read_files(&Files::from([(file.to_owned(), text.to_owned())])).unwrap_err().to_string()
    }

    #[test]
    fn every_mistake_is_told_with_file_line_key_and_the_nearest_right_one() {
        assert_eq!(
            wrong("roles/dev.yaml", "name: dev\npermisions: []\n"),
            "roles/dev.yaml:2: `permisions` is no key here; the nearest is `permissions`"
        );
        assert_eq!(
            wrong("roles/dev.yaml", "name: dev\npermissions:\n  - images.read\n  - image.write\n"),
            "roles/dev.yaml:4: `image.write` is no permission; the nearest is `images.write`"
        );
        assert_eq!(
            wrong("registrys/hub.yaml", ""),
            "registrys/hub.yaml:1: `registrys` is no folder of a kind; the nearest is `registries`"
        );
        assert!(wrong("dev.yaml", "").contains("put it into the folder of its kind"));
        assert!(wrong("roles/dev.txt", "").contains(".yaml"));
        assert_eq!(
            wrong("scopes/s.yaml", "name: s\nvariables:\n  - attribute: image.nam\n    value: x\n"),
            "scopes/s.yaml:3: `image.nam` is no attribute; the nearest is `image.name`"
                .replace("`image.nam` is no attribute; the nearest is `image.name`", &unknown_attribute())
        );
        assert!(
            wrong("policies/p.yaml", "schema: bulkhead.policy/1\nname: p\ncontrol: []\n")
                .starts_with("policies/p.yaml:3: ")
        );
    }

    fn unknown_attribute() -> String {
        "image.nam".parse::<policy::Attribute>().unwrap_err().to_string()
    }

    #[test]
    fn two_files_of_one_name_are_refused_and_readers_files_are_left_alone() {
        let role = "name: dev\npermissions: [images.read]\n".to_owned();
        let files = Files::from([
            ("roles/a.yaml".to_owned(), role.clone()),
            ("roles/b.yml".to_owned(), role),
            ("README.md".to_owned(), String::new()),
            (".git/x".to_owned(), String::new()),
        ]);
        assert!(read_files(&files).unwrap_err().to_string().contains("role `dev` is in roles/a.yaml too"));
    }

    #[test]
    fn the_secret_of_an_integration_stands_in_no_file_and_its_target_has_a_shape() {
        let integration = |rest: &str| wrong("integrations/chat.yaml", &format!("name: chat\ntopics: ['*']\n{rest}"));
        let error = integration("target:\n  kind: slack\nsecret: https://hooks.example.com/marker\n");
        assert!(error.starts_with("integrations/chat.yaml:5: `secret` would be a secret in a file"), "{error}");
        assert!(!error.contains("marker"), "{error}");
        assert_eq!(
            integration("target:\n  kind: slak\n"),
            "integrations/chat.yaml:4: `slak` is not a value of `target.kind`; the nearest is `slack`"
        );
        assert_eq!(
            integration("target:\n  kind: webhook\n  ulr: x\n"),
            "integrations/chat.yaml:5: `target.ulr` is no key here; the nearest is `url`"
        );
        let error = integration("target:\n  kind: slack\nsecret_from: hunter2\n");
        assert!(error.contains("must be `env:NAME` or `file:PATH`") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn variables_of_secrets_are_plain_and_each_its_own() {
        let mut taken = BTreeSet::new();
        let names: Vec<String> =
            ["ops chat", "ops-chat", "チーム"].iter().map(|name| variable_name(name, &mut taken)).collect();
        assert_eq!(names, ["INTEGRATION_OPS_CHAT", "INTEGRATION_OPS_CHAT_2", "INTEGRATION____"]);
    }

    #[test]
    fn names_of_files_are_plain_and_each_its_own() {
        let mut taken = BTreeSet::new();
        let names = ["a/b", "a_b", "A_B", "../x", ".x", "readme"];
        let files: Vec<String> = names.iter().map(|name| file_name("roles", name, &mut taken)).collect();
        assert_eq!(
            files,
            [
                "roles/a_b.yaml",
                "roles/a_b-2.yaml",
                "roles/A_B-3.yaml",
                "roles/_.._x.yaml",
                "roles/_.x.yaml",
                "roles/_readme.yaml"
            ]
        );
    }
}
