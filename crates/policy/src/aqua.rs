//! Image assurance policies of Aqua (`/api/v2/assurance_policy/image`) as policies of ours. Every key is told: what became
//! of it, or why nothing did.

mod fields;
mod lists;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::Pattern;
use crate::keys::POLICY_SCHEMA;
use crate::nearest::nearest;
use crate::node;
use crate::scope::{Attribute, Scope, Variable};
use fields::{MAPPED, NOT_MAPPED};

/// A policy of ours made from one of Aqua's.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The policy, as YAML.
    pub policy: String,
    /// Every key of the document, in its order, and what became of it.
    pub keys: Vec<AquaKey>,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AquaKey {
    /// The key, with its place: `policy_settings.enforce`.
    pub key: String,
    /// The stable code of what became of it: `import.mapped`, `import.off`, or why it is not mapped.
    pub code: &'static str,
    /// What it became, or the nearest known key of an unknown one.
    pub detail: String,
}

/// The error of importing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAqua {
    /// No JSON.
    #[error("{file}:{line}: this is no JSON: {reason}")]
    Malformed {
        /// The file, as the caller named it.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// No assurance policy.
    #[error("{file}:{line}: this is no image assurance policy of Aqua: `{key}` must be {expected}")]
    NoPolicy {
        /// The file, as the caller named it.
        file: String,
        /// The line of the key, or the first, counted from 1.
        line: usize,
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A value of another kind.
    #[error("{file}:{line}: `{key}` must be {expected}")]
    WrongValue {
        /// The file, as the caller named it.
        file: String,
        /// The line of the key, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// Nothing of it can be asked here.
    #[error("{file}:1: no control of this policy is switched on and known here, so that there is nothing to import")]
    Nothing {
        /// The file, as the caller named it.
        file: String,
    },
}

/// Makes a policy of an image assurance policy of Aqua, as JSON. `file` is what errors call it.
///
/// # Errors
/// When the text is no such policy, or nothing of it can be mapped.
pub fn import_aqua(file: &str, text: &str) -> Result<Imported, InvalidAqua> {
    let document: Value = serde_json::from_str(text).map_err(|error| InvalidAqua::Malformed {
        file: file.to_owned(),
        line: error.line().max(1),
        reason: error.to_string(),
    })?;
    let lines = lines(file, text)?;
    let line_of = |key: &str| lines.get(key).copied().unwrap_or(1);
    let no_policy = |key, expected| InvalidAqua::NoPolicy { file: file.to_owned(), line: line_of(key), key, expected };
    let members = document.as_object().ok_or_else(|| no_policy("the document", "a JSON object"))?;
    let name = members.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| no_policy("name", "the policy's name"))?;
    let mut import = Import { file, lines, members, keys: Vec::new(), controls: Vec::new(), failed: None };
    let head = import.head(name);
    import.vulnerabilities();
    import.lists();
    import.content();
    import.image();
    import.rest();
    if let Some(error) = import.failed {
        return Err(error);
    }
    if import.controls.is_empty() {
        return Err(InvalidAqua::Nothing { file: file.to_owned() });
    }
    let mut policy = head;
    policy.push_str("controls:\n");
    for control in &import.controls {
        policy.push_str(&format!("  - {control}\n"));
    }
    let place = |key: &AquaKey| members.keys().position(|known| key.key.split(['.', '[']).next() == Some(known));
    let mut keys = import.keys;
    keys.sort_by_key(place);
    Ok(Imported { policy, keys })
}

/// Every key of Aqua's policies that is known here, mapped or not.
pub fn import_aqua_keys() -> impl Iterator<Item = &'static str> {
    MAPPED.iter().copied().chain(NOT_MAPPED.iter().map(|(key, _)| *key))
}

/// The lines on which the keys of the document stand; none where it is too large for that. A key that is there twice is
/// refused, as nobody knows which of both counts.
fn lines(file: &str, text: &str) -> Result<HashMap<String, usize>, InvalidAqua> {
    let root = node::parse(text).ok();
    let mut lines = HashMap::new();
    for entry in root.as_ref().and_then(node::Node::map).unwrap_or_default() {
        if let Some(first) = lines.insert(entry.key.clone(), entry.line) {
            let reason = format!("`{}` is on line {first} already", entry.key);
            return Err(InvalidAqua::Malformed { file: file.to_owned(), line: entry.line, reason });
        }
    }
    Ok(lines)
}

struct Import<'a> {
    file: &'a str,
    lines: HashMap<String, usize>,
    members: &'a Map<String, Value>,
    keys: Vec<AquaKey>,
    controls: Vec<Value>,
    failed: Option<InvalidAqua>,
}

impl<'a> Import<'a> {
    fn tell(&mut self, key: &str, code: &'static str, detail: impl Into<String>) {
        if self.members.contains_key(key.split(['.', '[']).next().unwrap_or_default()) {
            self.keys.push(AquaKey { key: key.to_owned(), code, detail: detail.into() });
        }
    }

    fn mapped(&mut self, keys: &[&str], to: &str) {
        keys.iter().for_each(|key| self.tell(key, "import.mapped", to));
    }

    fn off(&mut self, keys: &[&str]) {
        keys.iter().for_each(|key| self.tell(key, "import.off", ""));
    }

    fn wrong(&mut self, key: &str, expected: &'static str) {
        let first = key.split(['.', '[']).next().unwrap_or_default();
        // A key that is missing is asked for by its switch.
        let line = self.lines.get(first).or_else(|| self.lines.get(&format!("{first}_enabled"))).copied().unwrap_or(1);
        let error = InvalidAqua::WrongValue { file: self.file.to_owned(), line, key: key.to_owned(), expected };
        self.failed.get_or_insert(error);
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.members.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong(key, "true or false");
                false
            }
        }
    }

    /// Whether a switch is on; a value without its switch counts as switched on.
    fn is_on(&mut self, switch: &str, value: &str) -> bool {
        match self.members.contains_key(switch) {
            true => self.flag(switch),
            false => self.members.get(value).is_some_and(|value| !is_nothing(value)),
        }
    }

    fn number(&mut self, key: &str) -> Option<f64> {
        let number = match self.members.get(key)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null => return None,
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, "a number");
        }
        number
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.members.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    fn texts(&mut self, key: &str) -> Vec<String> {
        let items = match self.members.get(key) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong(key, "a list of texts");
                return Vec::new();
            }
        };
        let texts: Option<Vec<String>> =
            items.iter().map(|item| item.as_str().map(|text| text.trim().to_owned())).collect();
        if texts.is_none() {
            self.wrong(key, "a list of texts");
        }
        texts.unwrap_or_default().into_iter().filter(|text| !text.is_empty()).collect()
    }

    fn objects(&mut self, key: &str) -> Vec<&'a Map<String, Value>> {
        let items = match self.members.get(key) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong(key, "a list of objects");
                return Vec::new();
            }
        };
        let objects: Option<Vec<_>> = items.iter().map(Value::as_object).collect();
        if objects.is_none() {
            self.wrong(key, "a list of objects");
        }
        objects.unwrap_or_default()
    }

    fn head(&mut self, name: &str) -> String {
        self.mapped(&["name"], "name");
        let mut head = format!(
            "# Imported from an image assurance policy of Aqua.\nschema: {POLICY_SCHEMA}\nname: {}\n",
            json!(name)
        );
        match self.text("description") {
            Some(description) => {
                head.push_str(&format!("description: {}\n", json!(description)));
                self.mapped(&["description"], "description");
            }
            None => self.off(&["description"]),
        }
        let mut effects = Vec::new();
        let switches = ["fail_cicd", "block_failed", "audit_on_failure"];
        let has_switch = switches.iter().any(|key| self.members.get(*key).is_some_and(|value| !value.is_null()));
        for (key, effect) in [("fail_cicd", "fail_pipeline"), ("block_failed", "block"), ("audit_on_failure", "record")]
        {
            if self.flag(key) {
                effects.push(effect);
                self.mapped(&[key], &format!("effects: {effect}"));
            } else {
                self.off(&[key]);
            }
        }
        let is_on = !self.members.contains_key("enabled") || self.flag("enabled");
        // Without any of the switches nobody has said that nothing shall happen: what policies do where they do not say.
        let mode = if is_on && (!effects.is_empty() || !has_switch) { "enforce" } else { "audit" };
        let code = match (has_switch, effects.is_empty()) {
            (false, _) => Some("import.effects_unsaid"),
            (true, true) => Some("import.effects_off"),
            (true, false) => None,
        };
        self.keys.extend(code.map(|code| AquaKey { key: switches.join(", "), code, detail: format!("mode: {mode}") }));
        self.mapped(&["enabled"], &format!("mode: {mode}"));
        head.push_str(&format!("mode: {mode}\n"));
        if !effects.is_empty() {
            head.push_str(&format!("effects: [{}]\n", effects.join(", ")));
        }
        if let Some(scope) = self.scope() {
            head.push_str(&format!("scope: {scope}\n"));
        }
        head
    }

    /// The scope, where all its variables are known; else none, so that the policy applies to more and never to less.
    fn scope(&mut self) -> Option<Value> {
        let scope = self.members.get("scope").filter(|scope| !is_nothing(scope))?;
        // Some versions wrap the one scope in a list.
        let scope = scope.as_array().and_then(|list| list.first()).unwrap_or(scope);
        let mut variables = Vec::new();
        for (at, variable) in scope.get("variables").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let attribute = variable.get("attribute").and_then(Value::as_str).unwrap_or_default();
            let Some(known) = fields::attribute(attribute) else {
                let code = if attribute == "aqua.registry" { "import.unsure" } else { "import.unknown" };
                let near = nearest(attribute, Attribute::ALL.iter().map(|known| known.as_str()));
                let detail = near.unwrap_or_default();
                self.tell(&format!("scope.variables[{at}].attribute {attribute}"), code, detail);
                self.tell("scope", "import.wider", attribute);
                return None;
            };
            let name = variable.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
            if known.has_keys() && name.is_none() {
                self.tell(&format!("scope.variables[{at}].name"), "import.unsure", "");
                self.tell("scope", "import.wider", attribute);
                return None;
            }
            let value = variable.get("value").filter(|value| !value.is_null()).cloned().unwrap_or(json!("*"));
            if value.as_str().is_none_or(|text| text.trim().is_empty()) {
                self.wrong(&format!("scope.variables[{at}].value"), "a text");
                return None;
            }
            let mut mapped = json!({ "attribute": known.as_str(), "value": value });
            if let Some(name) = name.filter(|_| known.has_keys()) {
                mapped["name"] = json!(name);
            }
            variables.push(mapped);
        }
        if variables.is_empty() {
            self.off(&["scope"]);
            return None;
        }
        let text = scope.get("expression").and_then(Value::as_str).unwrap_or_default();
        let asked = variables.iter().enumerate().map(|(at, _)| Variable {
            term: format!("v{}", at + 1),
            attribute: Attribute::ImageName,
            key: None,
            value: Pattern::new("*"),
        });
        if Scope::new(text, asked.collect()).is_err() {
            self.wrong("scope.expression", "v1, v2, … of its variables, joined by &&, ||, ! and brackets");
            return None;
        }
        let mut mapped = json!({ "variables": variables });
        if let Some(expression) = scope.get("expression").and_then(Value::as_str).filter(|text| !text.trim().is_empty())
        {
            mapped["expression"] = json!(expression);
        }
        self.mapped(&["scope"], "scope");
        Some(mapped)
    }

    fn vulnerabilities(&mut self) {
        let mut filter = Map::new();
        if self.flag("ignore_base_image_vln") {
            filter.insert("base_image".into(), json!("ignore"));
            self.mapped(&["ignore_base_image_vln"], "base_image: ignore");
        } else {
            self.off(&["ignore_base_image_vln"]);
        }
        for (switch, to) in [
            ("ignore_recently_published_vln", "published_days_ago"),
            ("ignore_recently_published_fix_vln", "fixed_days_ago"),
        ] {
            let period = format!("{switch}_period");
            let days = self.number(&period);
            let is_on = self.flag(switch);
            if is_on && days.is_some_and(|days| !(0.0..=36_525.0).contains(&days)) {
                self.wrong(&period, "a number of days from 0 to 36525");
                continue;
            }
            match (is_on, days) {
                (true, Some(days)) => {
                    filter.insert(to.into(), json!(days as u64));
                    self.mapped(&[switch, &period], to);
                }
                (true, None) => self.tell(switch, "import.incomplete", &period),
                (false, _) => self.off(&[switch, &period]),
            }
        }
        let no_fix = |filter: &Map<String, Value>, excludes: bool| {
            let mut filter = filter.clone();
            if excludes {
                filter.insert("fix".into(), json!("available"));
            }
            filter
        };
        let keys = ["cvss_severity_enabled", "cvss_severity", "cvss_severity_exclude_no_fix"];
        if self.is_on(keys[0], keys[1]) {
            let word = self.text(keys[1]).unwrap_or_default().to_lowercase();
            let severity = match word.as_str() {
                "critical" | "high" | "medium" | "low" => Some(word.as_str()),
                "negligible" => Some("low"),
                _ => None,
            };
            match severity {
                Some(severity) => {
                    let excludes = self.flag(keys[2]);
                    let mut control = no_fix(&filter, excludes);
                    control.insert("at_least".into(), json!(severity));
                    self.control("vulnerability.severity", control);
                    self.mapped(&keys, "vulnerability.severity");
                }
                None => self.wrong(keys[1], "critical, high, medium, low or negligible"),
            }
        } else {
            self.off(&keys);
        }
        let keys = ["maximum_score_enabled", "maximum_score", "maximum_score_exclude_no_fix"];
        if self.is_on(keys[0], keys[1]) {
            match self.number(keys[1]).filter(|score| (0.0..=10.0).contains(score)) {
                Some(score) => {
                    let excludes = self.flag(keys[2]);
                    let mut control = no_fix(&filter, excludes);
                    control.insert("score".into(), json!(score));
                    self.control("cvss.maximum_score", control);
                    self.mapped(&keys, "cvss.maximum_score");
                }
                None => self.wrong(keys[1], "a number from 0 to 10"),
            }
        } else {
            self.off(&keys);
        }
    }

    fn content(&mut self) {
        for (switch, ignored, control) in [
            ("disallow_malware", "exceptional_monitored_malware_paths", "malware"),
            ("scan_sensitive_data", "ignored_sensitive_resources", "secret"),
        ] {
            let paths = self.texts(ignored);
            if !self.flag(switch) {
                self.off(&[switch, ignored]);
                continue;
            }
            let mut members = Map::new();
            if !paths.is_empty() {
                // A path of Aqua's names a file or a folder, from the root; ours begin without a slash. The root itself is
                // everything.
                let patterns = paths.iter().flat_map(|path| match path.trim_matches('/') {
                    "" => vec!["*".to_owned()],
                    path => vec![path.to_owned(), format!("{path}/*")],
                });
                members.insert("ignore_paths".into(), json!(patterns.collect::<Vec<String>>()));
            }
            self.control(control, members);
            self.mapped(&[switch, ignored], control);
        }
    }

    fn image(&mut self) {
        if self.flag("only_none_root_users") {
            self.control("superuser", Map::new());
            self.mapped(&["only_none_root_users"], "superuser");
        } else {
            self.off(&["only_none_root_users"]);
        }
        self.bases();
        self.kubernetes();
    }

    /// What has not been told: what is known not to be mapped, and what nobody knows.
    fn rest(&mut self) {
        let members = self.members;
        for (key, value) in members {
            if self.keys.iter().any(|told| told.key.split(['.', '[']).next() == Some(key)) {
                continue;
            }
            match NOT_MAPPED.iter().find(|(known, _)| known == key) {
                Some(_) if is_nothing(value) => self.off(&[key]),
                Some((_, code)) => self.tell(key, code, ""),
                None if MAPPED.contains(&key.as_str()) => self.off(&[key]),
                None => {
                    let known = NOT_MAPPED.iter().map(|(known, _)| *known).chain(MAPPED.iter().copied());
                    let near = nearest(key, known).unwrap_or_default();
                    self.tell(key, "import.unknown", near);
                }
            }
        }
    }

    fn control(&mut self, control: &str, members: Map<String, Value>) {
        let mut whole = Map::from_iter([("control".to_owned(), json!(control))]);
        whole.extend(members);
        self.controls.push(Value::Object(whole));
    }
}

/// Whether a value says nothing: a switch that is off, an empty list.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
    }
}

#[cfg(test)]
mod tests;
