//! Policies of programs in Rego as others write them: Open Policy Agent's `deny[msg]`, Conftest's `deny_…`, `violation_…`
//! and `warn_…`.

use std::collections::BTreeSet;

use super::{Parsed, RegoError, is_word, quoted};

/// What rules that only warn begin with; the others deny.
const WARNING: &str = "warn";
const DENYING: &[&str] = &["deny", "violation"];

/// A policy that was made of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRego {
    /// The policy, as YAML.
    pub policy: String,
    /// The rules that deny.
    pub denying: Vec<String>,
    /// The rules that warn.
    pub warning: Vec<String>,
}

/// Makes a policy of a program: a control for the rules that deny, and one that warns for those that warn.
///
/// # Errors
/// When the program does not read, or has no such rule.
pub fn import_rego(source: &str) -> Result<ImportedRego, RegoError> {
    let mut parsed = Parsed::new(source)?;
    let heads: BTreeSet<&str> = source.lines().filter_map(head).collect();
    let mut found = Vec::new();
    for name in heads {
        if parsed.has_rule(name)? {
            found.push(name.to_owned());
        }
    }
    let (warning, denying): (Vec<String>, Vec<String>) = found.into_iter().partition(|name| name.starts_with(WARNING));
    if denying.is_empty() && warning.is_empty() {
        return Err(RegoError::NoRule { names: quoted(&["deny", "violation", "warn"]) });
    }
    let name = parsed.package.trim_start_matches("data.");
    let mut policy = format!("schema: bulkhead.policy/1\nname: {name}\ncontrols:\n");
    for (rules, action) in [(&denying, "fail"), (&warning, "warn")] {
        if !rules.is_empty() {
            let control = format!(
                "  - control: custom.rego\n    name: {name}\n    action: {action}\n    rules: [{}]\n    rego: {}",
                rules.join(", "),
                text(source)
            );
            policy.push_str(&control);
        }
    }
    Ok(ImportedRego { policy, denying, warning })
}

/// The name of the rule that a line begins, if it is one that denies or warns.
fn head(line: &str) -> Option<&str> {
    let end = line.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let word = &line[..end.unwrap_or(line.len())];
    let is_wanted =
        |prefix: &&str| word.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    (is_word(word) && DENYING.iter().chain([&WARNING]).any(is_wanted)).then_some(word)
}

/// Whether YAML takes the character as it is (YAML 1.2.2, 5.1; a byte order mark only where a document begins).
fn is_printable(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text under a key that is indented by four: as a block of its lines, or quoted where a block could not hold it.
fn text(source: &str) -> String {
    let is_plain = |character: char| character == '\n' || character == '\t' || is_printable(character);
    if !source.chars().all(is_plain) {
        // JSON leaves some characters bare that YAML knows by their escapes alone.
        let quoted = serde_json::Value::from(source).to_string();
        let escaped = quoted.chars().map(|character| match is_printable(character) {
            true => character.to_string(),
            false => format!("\\u{:04x}", u32::from(character)),
        });
        return format!("{}\n", escaped.collect::<String>());
    }
    let mut block = "|2\n".to_owned();
    for line in source.trim_end().lines() {
        if !line.is_empty() {
            block.push_str("      ");
        }
        block.push_str(line);
        block.push('\n');
    }
    block
}
