//! Settings: one TOML file and `BULKHEAD_*` variables, checked before anything starts.
//!
//! A program declares its settings in a table, which is its documentation too. The key `listen` is `listen = "…"` in the
//! file and `BULKHEAD_LISTEN` in the environment, which wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the names of variables begin with.
const PREFIX: &str = "BULKHEAD_";

/// The largest configuration file, in bytes.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The key in the file; the variable is `BULKHEAD_` and the key in upper case.
    pub key: &'static str,
    /// What holds where it is not set, as it would be written; empty for nothing.
    pub default: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
}

/// The settings of a program, as they were given.
#[derive(Debug, Clone)]
pub struct Settings {
    table: &'static [Setting],
    /// By key: the value, and where it was given.
    given: BTreeMap<&'static str, (String, String)>,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path} is no TOML: {problem}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        problem: String,
    },
    /// A key that does not exist.
    #[error("{place}: `{key}` is no setting; the settings are {known}")]
    Unknown {
        /// The file or variable.
        place: String,
        /// The key.
        key: String,
        /// What exists.
        known: String,
    },
    /// A value that cannot be used.
    #[error("{place}: `{value}` cannot be used for {key}: {problem}")]
    Value {
        /// The file or variable.
        place: String,
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Settings {
    /// Reads the settings of a table from a file, where one is named, and from variables, which win.
    ///
    /// # Errors
    /// When the file cannot be read, or names what does not exist. Variables that begin with `BULKHEAD_` and are no
    /// setting belong to other programs of the platform, and are left alone.
    pub fn read(
        table: &'static [Setting],
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Settings, SettingsError> {
        let mut given = BTreeMap::new();
        if let Some(path) = file {
            let text = read_bounded(path)?;
            let values: toml::Table = text.parse().map_err(|error: toml::de::Error| SettingsError::Malformed {
                path: path.to_owned(),
                problem: error.to_string().trim().replace('\n', " "),
            })?;
            for (key, value) in values {
                let place = path.display().to_string();
                let Some(setting) = table.iter().find(|setting| setting.key == key) else {
                    let known: Vec<&str> = table.iter().map(|setting| setting.key).collect();
                    return Err(SettingsError::Unknown { place, key, known: known.join(", ") });
                };
                given.insert(setting.key, (plain(&value), place));
            }
        }
        for (name, value) in variables {
            let Some(key) = name.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            if let Some(setting) = table.iter().find(|setting| setting.key == key) {
                given.insert(setting.key, (value, name));
            }
        }
        Ok(Settings { table, given })
    }

    /// The text of a setting; `None` where it is neither given nor has a default.
    ///
    /// # Panics
    /// When the program asks for a setting that is not in its table.
    pub fn text(&self, key: &str) -> Option<&str> {
        let setting = self.table.iter().find(|setting| setting.key == key);
        let setting = setting.unwrap_or_else(|| panic!("the setting {key} is not in the table"));
        let value = self.given.get(setting.key).map_or(setting.default, |(value, _)| value.as_str());
        (!value.is_empty()).then_some(value)
    }

    /// What was given of a setting, and the file or variable that gave it; `None` where its default holds.
    pub fn given(&self, key: &str) -> Option<(&str, &str)> {
        self.given.get(key).map(|(value, place)| (value.as_str(), place.as_str()))
    }

    /// A setting as a path.
    ///
    /// # Panics
    /// As [`Settings::text`].
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A setting as any type that can be read from text.
    ///
    /// # Errors
    /// When the value cannot be read so.
    ///
    /// # Panics
    /// As [`Settings::text`].
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, key: &'static str) -> Result<Option<T>, SettingsError> {
        self.text(key).map(|value| value.parse().map_err(|error: T::Err| self.wrong(key, error))).transpose()
    }

    /// The error that says where a setting was given and what is wrong with it.
    pub fn wrong(&self, key: &'static str, problem: impl std::fmt::Display) -> SettingsError {
        let (value, place) = match self.given.get(key) {
            Some((value, place)) => (value.clone(), place.clone()),
            None => (self.text(key).unwrap_or_default().to_owned(), "default".to_owned()),
        };
        SettingsError::Value { place, key, value, problem: problem.to_string() }
    }

    /// The table as a page of documentation, in Markdown.
    pub fn page(table: &[Setting]) -> String {
        let mut page = "| key in the file | variable | default | what it is |\n|---|---|---|---|\n".to_owned();
        for Setting { key, default, meaning } in table {
            let default = if default.is_empty() { "–".to_owned() } else { format!("`{default}`") };
            page.push_str(&format!("| `{key}` | `{PREFIX}{}` | {default} | {meaning} |\n", key.to_uppercase()));
        }
        page
    }
}

fn read_bounded(path: &Path) -> Result<String, SettingsError> {
    use std::io::Read as _;
    let read = || -> std::io::Result<String> {
        let mut text = String::new();
        std::fs::File::open(path)?.take(LARGEST_FILE_BYTES).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|source| SettingsError::Read { path: path.to_owned(), source })
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(holds) => holds.to_string(),
        toml::Value::Datetime(time) => time.to_string(),
        // No setting is a table; its own check will say what it wants instead.
        toml::Value::Table(_) => "a table".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Setting] = &[
        Setting { key: "listen", default: "127.0.0.1:8443", meaning: "Where it listens." },
        Setting { key: "workers", default: "", meaning: "How many." },
    ];

    fn read(file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bulkhead.toml");
        std::fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::read(TABLE, Some(&path), variables)
            .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
        let settings = read("listen = \"0.0.0.0:1\"\nworkers = 3", &[("BULKHEAD_WORKERS", "4")]).unwrap();
        assert_eq!(settings.text("listen"), Some("0.0.0.0:1"));
        assert_eq!(settings.parsed::<u32>("workers").unwrap(), Some(4));
        let settings = read("", &[("BULKHEAD_INTEL", "/a"), ("HOME", "/")]).unwrap();
        assert_eq!((settings.text("listen"), settings.text("workers")), (Some("127.0.0.1:8443"), None));
    }

    #[test]
    fn wrong_settings_are_told_with_their_place() {
        assert_eq!(
            read("port = 1", &[]).unwrap_err(),
            "/bulkhead.toml: `port` is no setting; the settings are listen, workers"
        );
        assert!(read("listen = ", &[]).unwrap_err().contains("is no TOML"));
        let settings = read("", &[("BULKHEAD_WORKERS", "many")]).unwrap();
        let error = settings.parsed::<u32>("workers").unwrap_err().to_string();
        assert_eq!(error, "BULKHEAD_WORKERS: `many` cannot be used for workers: invalid digit found in string");
    }
}
