//! The JSON Schemas of policies and exceptions, made from the list of keys (JSON Schema, draft 2020-12).

use serde_json::{Map, Value, json};

use crate::keys::{
    ANY_OF_EXCEPTION, CONTROLS, EVERY_CONTROL, EXCEPTION, EXCEPTIONS, Key, Kind, LABEL, PACKAGE, POLICY, SCOPE,
    VARIABLE, WHICH_VULNERABILITIES,
};

/// The schema of policies, as JSON with a final line break.
pub fn policy_schema() -> String {
    document("Bulkhead policy", POLICY)
}

/// The schema of lists of exceptions, as JSON with a final line break.
pub fn exceptions_schema() -> String {
    document("Bulkhead exceptions", EXCEPTIONS)
}

/// The schema of profiles, as JSON with a final line break.
pub fn profile_schema() -> String {
    document("Bulkhead profile", crate::profile::PROFILE_KEYS)
}

/// The page `docs/reference/policy-keys.md`: every control and every key.
pub fn keys_page() -> String {
    let mut page = "# Keys of policies and exceptions\n\nMade from the list that the program reads by: \
        `UPDATE_EXPECT=1 cargo test -p policy --test documents` writes this page\nanew. What policies are and how they decide \
        is told in [policies.md](policies.md). A key in bold must be there.\n"
        .to_owned();
    section(&mut page, "A policy", "", POLICY);
    section(&mut page, "A scope", "", SCOPE);
    section(&mut page, "A variable of a scope", "", VARIABLE);
    section(&mut page, "Every control", "", EVERY_CONTROL);
    section(
        &mut page,
        "Which vulnerabilities count",
        "The keys of every control marked *filter*.",
        WHICH_VULNERABILITIES,
    );
    for control in CONTROLS {
        let mark = if control.has_filter { " *(filter)*" } else { "" };
        section(&mut page, &format!("`{}`", control.name), &format!("{}{mark}", control.about), control.keys);
    }
    section(&mut page, "A package", "", PACKAGE);
    section(&mut page, "A label", "", LABEL);
    section(&mut page, "An exception", "", EXCEPTION);
    page
}

fn section(page: &mut String, title: &str, about: &str, keys: &[Key]) {
    page.push_str(&format!("\n## {title}\n"));
    if !about.is_empty() {
        page.push_str(&format!("\n{about}\n"));
    }
    if keys.is_empty() {
        return;
    }
    page.push_str("\n| key | value | |\n|---|---|---|\n");
    for key in keys {
        let name = if key.is_required { format!("**`{}`**", key.name) } else { format!("`{}`", key.name) };
        let row = format!("| {name} | {} | {} |\n", key.kind, key.about.replace("||", "\\|\\|"));
        page.push_str(&row);
    }
}

fn document(title: &str, keys: &[Key]) -> String {
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".into(), json!(title));
    if let Value::Object(members) = map(keys.to_vec()) {
        schema.extend(members);
    }
    // A map of strings and numbers is always JSON.
    let mut text = serde_json::to_string_pretty(&Value::Object(schema)).unwrap_or_default();
    text.push('\n');
    text
}

fn map(keys: Vec<Key>) -> Value {
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(key: &Key) -> Value {
    let mut value = kind(key.kind);
    if let Value::Object(members) = &mut value {
        members.insert("description".into(), json!(key.about));
    }
    value
}

fn kind(kind: Kind) -> Value {
    let list = |item: Value| json!({ "type": "array", "items": item, "minItems": 1 });
    let text = json!({ "type": "string", "minLength": 1 });
    match kind {
        Kind::Text => text,
        Kind::Word => json!({ "type": ["string", "number", "boolean"] }),
        Kind::Texts => list(text),
        Kind::Number { least, most } => json!({ "type": "number", "minimum": least, "maximum": most }),
        Kind::Count { most } => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Choices(words) => list(json!({ "enum": words })),
        Kind::Time => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].*)?$" }),
        Kind::Map(keys) => map(keys.to_vec()),
        Kind::Maps(keys) => {
            let mut item = map(keys.to_vec());
            if let Value::Object(members) = &mut item {
                any_of(members, if std::ptr::eq(keys, EXCEPTION) { ANY_OF_EXCEPTION } else { &[] });
            }
            list(item)
        }
        Kind::Controls => list(controls()),
    }
}

/// Asks for at least one of some keys.
fn any_of(members: &mut Map<String, Value>, keys: &[&str]) {
    if !keys.is_empty() {
        members.insert("anyOf".into(), keys.iter().map(|key| json!({ "required": [key] })).collect());
    }
}

fn controls() -> Value {
    let one = |control: &crate::keys::ControlKeys| {
        let mut value = map(control.all_keys());
        if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("control".into(), json!({ "const": control.name }));
        }
        if let Some(required) = value.get_mut("required").and_then(Value::as_array_mut) {
            required.insert(0, json!("control"));
        }
        if let Value::Object(members) = &mut value {
            members.insert("description".into(), json!(control.about));
            any_of(members, control.any_of());
        }
        value
    };
    json!({ "oneOf": CONTROLS.iter().map(one).collect::<Vec<_>>() })
}
