//! What a file of rules says, word by word. The build script reads the built-in files with this as well.

use serde::{Deserialize, Serialize};

/// A file of rules in Bulkhead's own format.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// The category of the file's rules.
    pub(crate) category: Option<String>,
    /// `false` switches all built-in rules off.
    pub(crate) builtin: Option<bool>,
    /// Ids of rules to switch off.
    #[serde(default)]
    pub(crate) disable: Vec<String>,
    /// The rules.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<RuleText>,
    /// What is no finding whatever rule finds it.
    #[serde(default, rename = "allow")]
    pub(crate) allow: Vec<AllowText>,
}

/// One rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    pub(crate) category: Option<String>,
    /// Other names by which lists of rules know it.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// One of them must be there before anything else is tried; `hex:` introduces bytes.
    #[serde(default)]
    pub(crate) literals: Vec<String>,
    /// Whether the literals match in either case.
    #[serde(default)]
    pub(crate) ignore_case: bool,
    /// The whole secret; its first group, where there is one, is the value.
    pub(crate) regex: Option<String>,
    /// How many bytes before its literal a match may begin.
    #[serde(default)]
    pub(crate) before: usize,
    /// The name in an assignment, in the form `lower_case_with_underscores`.
    pub(crate) key: Option<String>,
    /// The whole value in an assignment.
    pub(crate) value: Option<String>,
    /// A structure that code reads.
    pub(crate) shape: Option<String>,
    /// The files it holds for; all when absent.
    pub(crate) path: Option<String>,
    /// One of these must stand near.
    #[serde(default)]
    pub(crate) near: Vec<String>,
    /// The least entropy of the value, in bits a character.
    pub(crate) entropy: Option<f64>,
    /// Checks of the value by name.
    #[serde(default)]
    pub(crate) validate: Vec<String>,
    /// What may be shown of the value: `ends` or `nothing`.
    pub(crate) mask: Option<String>,
    /// Whether it is looked for in files that are not text.
    pub(crate) binary: Option<bool>,
    /// Examples that must match. `<+>` is taken out first: it keeps scanners, ours included, from finding them here.
    #[serde(default)]
    pub(crate) matches: Vec<String>,
    /// Examples that must not match.
    #[serde(default)]
    pub(crate) ignores: Vec<String>,
    /// The path of the examples.
    pub(crate) example_path: Option<String>,
}

/// What is no finding.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllowText {
    /// Why.
    pub(crate) reason: Option<String>,
    /// The rules it is for; all when empty.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    /// Paths.
    #[serde(default)]
    pub(crate) paths: Vec<String>,
    /// Values.
    #[serde(default)]
    pub(crate) values: Vec<String>,
    /// Words within values, in either case.
    #[serde(default)]
    pub(crate) words: Vec<String>,
}
