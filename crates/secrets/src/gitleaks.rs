//! Files of rules in the format of gitleaks (v8, with the allow lists of v8.25 and the composite rules of v8.28).
//!
//! Keys count in either case. What differs: a file adds to the built-in rules unless it says `useDefault = false`;
//! conditions on commits never hold, because no history is scanned; patterns are of Go's syntax and are translated; and
//! what would do nothing is refused: an unknown key, a rule that stands there twice, the name of a rule that nobody has.

mod default_ids;
mod go_syntax;
mod keys;

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::{Table, Value};

use crate::allow::{AllowList, Target};
use crate::gate::{Literal, SHORTEST};
use crate::mask::Mask;
use crate::pattern::{InvalidPattern, Pattern};
use crate::rule::{InvalidRule, Kind, LONGEST_LITERAL_BYTES, Required, Rule};
use crate::rules::{Collected, ReadRulesError, shortened};
use crate::validators::Check;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    extend: Extend,
    rules: Vec<RuleTable>,
    allowlist: Option<AllowTable>,
    allowlists: Vec<AllowTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Extend {
    path: String,
    url: String,
    usedefault: Option<bool>,
    disabledrules: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RuleTable {
    id: String,
    description: String,
    path: String,
    regex: String,
    secretgroup: usize,
    entropy: f64,
    keywords: Vec<String>,
    allowlist: Option<AllowTable>,
    allowlists: Vec<AllowTable>,
    required: Vec<RequiredTable>,
    skipreport: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RequiredTable {
    id: String,
    withinlines: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AllowTable {
    condition: String,
    commits: Vec<String>,
    paths: Vec<String>,
    regextarget: String,
    regexes: Vec<String>,
    stopwords: Vec<String>,
    targetrules: Vec<String>,
}

/// Whether the file is one of gitleaks rather than of our own format.
pub(crate) fn is_gitleaks(table: &Table) -> bool {
    table.keys().any(|key| matches!(key.to_ascii_lowercase().as_str(), "rules" | "extend" | "allowlist" | "allowlists"))
}

/// The path of the file that this one extends.
pub(crate) fn extended_path(table: &Table) -> Option<String> {
    let of = |table: &Table, name: &str| {
        table.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let extend = of(table, "extend")?;
    of(extend.as_table()?, "path")?.as_str().filter(|path| !path.is_empty()).map(str::to_owned)
}

/// Adds the file to what is collected.
pub(crate) fn read(name: &str, table: Table, collected: &mut Collected) -> Result<(), ReadRulesError> {
    if let Some(unknown) = keys::unknown(&table) {
        let place = unknown.rule.map_or_else(String::new, |rule| format!("rule `{}`: ", shortened(&rule)));
        let (key, within, known) = (shortened(&unknown.key), unknown.within, unknown.known);
        let reason = format!("{place}there is no key `{key}`; {within} has {known}");
        return Err(ReadRulesError::Key { name: name.to_owned(), reason });
    }
    let document: Document = lower_keys(Value::Table(table), 0).try_into().map_err(|error: toml::de::Error| {
        let reason = error.message().lines().next().unwrap_or("a value has the wrong type").to_owned();
        ReadRulesError::Rule { name: name.to_owned(), rule: "?".to_owned(), reason }
    })?;
    let Extend { path, url, usedefault, disabledrules } = &document.extend;
    if !url.is_empty() {
        return Err(ReadRulesError::Key {
            name: name.to_owned(),
            reason: "`extend` has a `url`; nothing is fetched, so name a file with `path`".to_owned(),
        });
    }
    let has_lists = document.allowlist.is_some() || !document.allowlists.is_empty();
    if document.rules.is_empty() && !has_lists && path.is_empty() && usedefault.is_none() && disabledrules.is_empty() {
        return Err(ReadRulesError::Empty { name: name.to_owned() });
    }
    if document.extend.usedefault == Some(false) {
        collected.switch_builtin_off();
    }
    let unknown_rule =
        |key, rule: &str| ReadRulesError::UnknownRule { name: name.to_owned(), key, rule: shortened(rule) };
    for id in &document.extend.disabledrules {
        let was_there = collected.disable(id);
        if !was_there && !default_ids::has(id) {
            return Err(unknown_rule("disabledRules", id));
        }
    }
    let mut ids = BTreeSet::new();
    for (place, table) in document.rules.into_iter().enumerate() {
        let id = if table.id.is_empty() { format!("#{}", place + 1) } else { shortened(&table.id) };
        if !ids.insert(id.clone()) {
            return Err(ReadRulesError::Twice { name: name.to_owned(), rule: id });
        }
        add_rule(table, collected).map_err(|error| ReadRulesError::Rule {
            name: name.to_owned(),
            rule: id,
            reason: error.to_string(),
        })?;
    }
    for rule in collected.rules.iter().filter(|rule| !rule.is_builtin) {
        let missing = |required: &&Required| !collected.rules.iter().any(|other| other.is_called(&required.rule));
        if let Some(required) = rule.required.iter().find(missing) {
            let reason = RefusedRule::Required { id: shortened(&required.rule) }.to_string();
            return Err(ReadRulesError::Rule { name: name.to_owned(), rule: shortened(&rule.id), reason });
        }
    }
    for (place, table) in document.allowlist.into_iter().chain(document.allowlists).enumerate() {
        let targets = table.targetrules.clone();
        let is_known = |id: &&String| collected.rules.iter().any(|rule| rule.is_called(id)) || default_ids::has(id);
        if let Some(id) = targets.iter().find(|id| !is_known(id)) {
            return Err(unknown_rule("targetRules", id));
        }
        let list = allow_list(table, targets).map_err(|(key, reason)| ReadRulesError::Allow {
            name: name.to_owned(),
            place: place + 1,
            key,
            reason,
        })?;
        collected.allow.push(list);
    }
    Ok(())
}

/// All keys in lower case. The TOML reader has a bound on depth, so this needs none of its own but is given one.
fn lower_keys(value: Value, depth: usize) -> Value {
    match value {
        Value::Table(table) if depth < 32 => Value::Table(
            table.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), lower_keys(value, depth + 1))).collect(),
        ),
        Value::Array(values) if depth < 32 => {
            Value::Array(values.into_iter().map(|value| lower_keys(value, depth + 1)).collect())
        }
        other => other,
    }
}

#[derive(Debug, thiserror::Error)]
enum RefusedRule {
    #[error(transparent)]
    Rule(#[from] InvalidRule),
    #[error("`{key}` of an allow list {reason}")]
    Allow { key: &'static str, reason: String },
    #[error("`required` names the rule `{id}`, which does not exist")]
    Required { id: String },
}

fn add_rule(table: RuleTable, collected: &mut Collected) -> Result<(), RefusedRule> {
    if table.id.is_empty() {
        return Err(InvalidRule::Missing { key: "id" }.into());
    }
    for list in table.allowlist.into_iter().chain(table.allowlists) {
        let list = allow_list(list, vec![table.id.clone()]);
        collected.allow.push(list.map_err(|(key, reason)| RefusedRule::Allow { key, reason })?);
    }
    let pattern = |key, text: &str, make: fn(&str) -> Result<Pattern, InvalidPattern>| match text {
        "" => Ok(None),
        text => match make(&go_syntax::translated(text)) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(source) => Err(InvalidRule::Pattern { key, source }),
        },
    };
    let change = Change {
        pattern: pattern("regex", &table.regex, Pattern::finding)?,
        path: pattern("path", &table.path, Pattern::checked)?,
        title: Some(shortened(&table.description)).filter(|title| !title.is_empty()),
        literals: keywords(&table.keywords),
        group: table.secretgroup,
        entropy: Some(table.entropy).filter(|entropy| *entropy > 0.0),
        required: table
            .required
            .into_iter()
            .map(|one| Required { rule: one.id, within_lines: one.withinlines })
            .collect(),
        is_silent: table.skipreport,
    };
    match collected.rules.iter_mut().find(|rule| rule.is_called(&table.id)) {
        Some(rule) => change.apply(rule)?,
        // What changes a rule that only gitleaks has changes nothing.
        None if change.pattern.is_none() && change.path.is_none() && default_ids::has(&table.id) => {}
        None if change.pattern.is_none() && change.path.is_none() => {
            return Err(InvalidRule::Missing { key: "regex` or `path" }.into());
        }
        None => collected.add(change.into_rule(table.id)?),
    }
    Ok(())
}

/// What a table says of a rule: of one that is there the parts to change, else all of it.
struct Change {
    pattern: Option<Pattern>,
    path: Option<Pattern>,
    title: Option<String>,
    literals: Vec<Literal>,
    group: usize,
    entropy: Option<f64>,
    required: Vec<Required>,
    is_silent: bool,
}

impl Change {
    fn apply(self, rule: &mut Rule) -> Result<(), InvalidRule> {
        if let Some(pattern) = self.pattern {
            rule.group = group(self.group, &pattern)?;
            rule.kind = Kind::Anywhere { pattern };
            rule.is_builtin = false;
            rule.literals = self.literals;
        } else {
            rule.literals.extend(self.literals);
        }
        rule.title = self.title.map_or_else(|| rule.title.clone(), Into::into);
        rule.path = self.path.or(rule.path.take());
        rule.entropy = self.entropy.or(rule.entropy);
        rule.required.extend(self.required);
        rule.is_silent |= self.is_silent;
        Ok(())
    }

    fn into_rule(self, id: String) -> Result<Rule, InvalidRule> {
        // gitleaks asks for a digit in whatever its generic rule finds.
        let checks = if id.starts_with("generic") { vec![Check::Mixed] } else { Vec::new() };
        let group = self.pattern.as_ref().map_or(Ok(None), |pattern| group(self.group, pattern))?;
        Ok(Rule {
            title: self.title.unwrap_or_else(|| shortened(&id)).into(),
            category: "custom".into(),
            severity: model::Severity::High,
            aliases: Vec::new(),
            literals: self.literals,
            kind: self.pattern.map_or(Kind::File, |pattern| Kind::Anywhere { pattern }),
            group,
            path: self.path,
            near: Vec::new(),
            entropy: self.entropy,
            checks,
            mask: Mask::Ends,
            in_binaries: false,
            is_builtin: false,
            required: self.required,
            is_silent: self.is_silent,
            id: id.into(),
        })
    }
}

fn group(group: usize, pattern: &Pattern) -> Result<Option<usize>, InvalidRule> {
    if group == 0 {
        return Ok(None);
    }
    let count = pattern.group_count();
    if group > count {
        return Err(InvalidRule::Group { key: "secretGroup", group, count });
    }
    Ok(Some(group))
}

/// The keywords as literals; none when one of them is too short or too long to gate with, and the pattern then always looks.
fn keywords(words: &[String]) -> Vec<Literal> {
    let literals: Vec<Literal> =
        words.iter().map(|word| Literal { bytes: word.to_lowercase().into_bytes(), ignore_case: true }).collect();
    let can_gate = |literal: &Literal| (SHORTEST..=LONGEST_LITERAL_BYTES).contains(&literal.bytes.len());
    if literals.iter().all(can_gate) { literals } else { Vec::new() }
}

fn allow_list(table: AllowTable, rules: Vec<String>) -> Result<AllowList, (&'static str, String)> {
    let needs_all = match table.condition.to_ascii_uppercase().as_str() {
        "" | "OR" | "||" => false,
        "AND" | "&&" => true,
        _ => return Err(("condition", "is neither OR nor AND".to_owned())),
    };
    let target = match table.regextarget.as_str() {
        "" | "secret" => Target::Value,
        "match" => Target::Match,
        "line" => Target::Line,
        _ => return Err(("regexTarget", "is none of secret, match and line".to_owned())),
    };
    if table.commits.is_empty() && table.paths.is_empty() && table.regexes.is_empty() && table.stopwords.is_empty() {
        return Err(("allowlist", "has no commits, paths, regexes or stopwords".to_owned()));
    }
    let patterns = |key: &'static str, texts: &[String]| {
        let made = texts.iter().map(|text| {
            Pattern::checked(&go_syntax::translated(text)).map_err(|error: InvalidPattern| (key, error.to_string()))
        });
        made.collect::<Result<Vec<_>, _>>()
    };
    Ok(AllowList {
        rules,
        paths: patterns("paths", &table.paths)?,
        patterns: patterns("regexes", &table.regexes)?,
        target,
        words: table.stopwords.iter().map(|word| word.to_lowercase()).collect(),
        needs_all,
        has_foreign_condition: !table.commits.is_empty(),
    })
}

#[cfg(test)]
mod tests;
