//! The keys that files of gitleaks have. gitleaks passes over all others, so that a mistyped one does nothing and nobody
//! learns of it.

use toml::{Table, Value};

/// A table, and the keys that it may have. `None` stands for a value that is no table of ours.
struct Shape {
    /// What a message calls it.
    name: &'static str,
    keys: &'static [(&'static str, Option<&'static Shape>)],
}

static ALLOW_LIST: Shape = Shape {
    name: "an allow list",
    keys: &[
        ("id", None),
        ("description", None),
        ("condition", None),
        ("commits", None),
        ("paths", None),
        ("regexTarget", None),
        ("regexes", None),
        ("stopwords", None),
        ("targetRules", None),
    ],
};

static REQUIRED: Shape =
    Shape { name: "`required`", keys: &[("id", None), ("withinLines", None), ("withinColumns", None)] };

static RULE: Shape = Shape {
    name: "a rule",
    keys: &[
        ("id", None),
        ("description", None),
        ("regex", None),
        ("secretGroup", None),
        ("entropy", None),
        ("path", None),
        ("keywords", None),
        ("tags", None),
        ("allowlist", Some(&ALLOW_LIST)),
        ("allowlists", Some(&ALLOW_LIST)),
        ("required", Some(&REQUIRED)),
        ("skipReport", None),
    ],
};

static EXTEND: Shape =
    Shape { name: "`extend`", keys: &[("path", None), ("url", None), ("useDefault", None), ("disabledRules", None)] };

static FILE: Shape = Shape {
    name: "the file",
    keys: &[
        ("title", None),
        ("description", None),
        ("minVersion", None),
        ("betterleaksMinVersion", None),
        ("extend", Some(&EXTEND)),
        ("rules", Some(&RULE)),
        ("allowlist", Some(&ALLOW_LIST)),
        ("allowlists", Some(&ALLOW_LIST)),
    ],
};

/// A key that no file of gitleaks has.
pub(super) struct UnknownKey {
    pub(super) key: String,
    /// The id of the rule it is in, or its place in the file.
    pub(super) rule: Option<String>,
    /// What has no such key.
    pub(super) within: &'static str,
    /// The keys there are.
    pub(super) known: String,
}

/// The first key that is unknown, in either case.
pub(super) fn unknown(file: &Table) -> Option<UnknownKey> {
    unknown_in(file, &FILE)
}

fn unknown_in(table: &Table, shape: &'static Shape) -> Option<UnknownKey> {
    table.iter().find_map(|(key, value)| {
        let Some((_, inner)) = shape.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
            let known: Vec<String> = shape.keys.iter().map(|(name, _)| format!("`{name}`")).collect();
            return Some(UnknownKey { key: key.clone(), rule: None, within: shape.name, known: known.join(", ") });
        };
        let inner = (*inner)?;
        let tables: Vec<&Table> = match value {
            Value::Table(table) => vec![table],
            Value::Array(values) => values.iter().filter_map(Value::as_table).collect(),
            _ => Vec::new(),
        };
        tables.into_iter().enumerate().find_map(|(place, table)| {
            let found = unknown_in(table, inner)?;
            let rule = std::ptr::eq(inner, &RULE).then(|| name_of(table, place));
            Some(UnknownKey { rule: rule.or(found.rule), ..found })
        })
    })
}

/// The id of a rule, or its place in the file.
fn name_of(rule: &Table, place: usize) -> String {
    let id = rule.iter().find(|(key, _)| key.eq_ignore_ascii_case("id")).and_then(|(_, value)| value.as_str());
    id.filter(|id| !id.is_empty()).map_or_else(|| format!("#{}", place + 1), str::to_owned)
}
