//! Bodies by a schema, and all the ways in which they are not by it.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use serde_json::{Map, Value, json};

use super::Chance;

/// How deep a body by its schema goes.
const DEEPEST: usize = 6;

const JSON: &str = "application/json";

/// How a body is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// As the schema says.
    Right,
    /// Something of it is missing.
    Missing,
    /// It has a key that the schema does not know.
    UnknownKey,
    /// A value has another type.
    WrongType,
    /// Numbers that fit nowhere.
    Numbers,
    /// Texts that are long, empty, or hold what breaks others.
    Texts,
    /// Nested without end.
    Deep,
    /// A list in place of an object, a word in place of a list.
    WrongShape,
    /// The same key again and again.
    Twice,
    /// It ends in the middle.
    Cut,
    /// No JSON.
    Garbage,
    /// No text.
    NoText,
    /// Nothing at all.
    Empty,
    /// Another media type.
    WrongKind,
    /// No media type.
    NoKind,
    /// Larger than most routes take.
    Large,
}

impl Draw {
    const ALL: [Draw; 16] = [
        Draw::Right,
        Draw::Missing,
        Draw::UnknownKey,
        Draw::WrongType,
        Draw::Numbers,
        Draw::Texts,
        Draw::Deep,
        Draw::WrongShape,
        Draw::Twice,
        Draw::Cut,
        Draw::Garbage,
        Draw::NoText,
        Draw::Empty,
        Draw::WrongKind,
        Draw::NoKind,
        Draw::Large,
    ];

    /// The draws for one role at one route: all of them where there is a body, but for the costly one, which comes by chance.
    pub(super) fn some(has_body: bool, chance: &mut Chance) -> Vec<Draw> {
        let mut draws = match has_body {
            true => Draw::ALL.to_vec(),
            false => vec![Draw::Right, Draw::UnknownKey, Draw::Texts, Draw::Garbage],
        };
        if chance.below(8) != 0 {
            draws.retain(|draw| *draw != Draw::Large);
        }
        draws
    }
}

/// A value by a schema.
pub(super) fn value(schema: &Value, schemas: &BTreeMap<String, Value>, draw: Draw, chance: &mut Chance) -> Value {
    by_schema(schema, schemas, draw, 0, chance)
}

/// A body of a value, with its media type.
pub(super) fn body(mut value: Value, draw: Draw, chance: &mut Chance) -> (Option<&'static str>, Vec<u8>) {
    spare_time(&mut value);
    let text = |value: &Value| value.to_string().into_bytes();
    match draw {
        Draw::Right | Draw::Numbers | Draw::Texts => (Some(JSON), text(&value)),
        Draw::Missing | Draw::UnknownKey | Draw::WrongType => {
            spoil(&mut value, draw, chance);
            spare_time(&mut value);
            (Some(JSON), text(&value))
        }
        Draw::Deep => (Some(JSON), deep(&value, chance)),
        Draw::WrongShape => {
            let shapes = [json!([value]), json!("word"), json!(null), json!(true), json!([[], {}]), json!(1e308)];
            (Some(JSON), text(&shapes[chance.below(shapes.len())]))
        }
        Draw::Twice => {
            let once = String::from_utf8_lossy(&text(&value)).into_owned();
            let inner = once.trim_start_matches('{').trim_end_matches('}').to_owned();
            (Some(JSON), format!("{{{inner},{inner}}}").into_bytes())
        }
        Draw::Cut => {
            let mut bytes = text(&value);
            bytes.truncate(chance.below(bytes.len()));
            (Some(JSON), bytes)
        }
        Draw::WrongKind => {
            let kinds = [
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json; charset=utf-16",
                "application/zstd",
                "*/*",
                ";",
            ];
            (Some(kinds[chance.below(kinds.len())]), text(&value))
        }
        Draw::NoKind => (None, text(&value)),
        Draw::Large => {
            let filling = "x".repeat((1 << 20) + chance.below(1 << 16));
            (Some(JSON), json!({ "filling": filling }).to_string().into_bytes())
        }
        Draw::Garbage | Draw::NoText | Draw::Empty => (Some(JSON), stray(draw, chance)),
    }
}

/// Bytes that are no body of anything.
pub(super) fn stray(draw: Draw, chance: &mut Chance) -> Vec<u8> {
    match draw {
        Draw::Garbage => {
            let all =
                ["{", "}", "[[[[", "nul", "{\"a\":}", "\u{feff}{}", "'x'", "<a/>", "0x1", "{\"a\":1,}", "-", "NaN"];
            chance.of::<str>(&all).as_bytes().to_vec()
        }
        Draw::NoText => (0..chance.below(64)).map(|_| chance.next().to_be_bytes()[0]).collect(),
        _ => Vec::new(),
    }
}

/// A text that somebody may send who means no good, or nothing.
pub(super) fn text(chance: &mut Chance) -> String {
    let all = [
        "",
        "a",
        "name",
        "../../etc/passwd",
        "..",
        "%00",
        "\0",
        "\u{202e}\u{2066}",
        "'; DROP TABLE users; --",
        "\" OR 1=1",
        "*",
        "$1",
        "0",
        "-1",
        "18446744073709551616",
        "1e999",
        "9223372036854775807",
        "null",
        "true",
        "severity:critical",
        "name:\"",
        "a:b,c AND (NOT d:e)",
        "((((((((",
        "sha256:",
        "sha256:zz",
        "2026-01-31T12:00:00Z",
        "+999999-01-01T00:00:00Z",
        "\u{1f4a9}",
        "e\u{301}",
        "name,-created",
        "WyIxIl0",
        "%",
        "a b",
        "/",
        "\\",
        "\r\nx: y",
        "{{7*7}}",
        "http://169.254.169.254/",
    ];
    match chance.below(12) {
        0 => "x".repeat(1 << chance.below(15)),
        1 => "\u{e9}".repeat(chance.below(300)),
        _ => chance.of::<str>(&all).to_owned(),
    }
}

/// Percent-encodes for a path or a query.
pub(super) fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    let sign = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(sign).collect()
}

/// The value of a header.
pub(super) fn header(chance: &mut Chance) -> HeaderValue {
    let all = ["\"1\"", "1", "*", "W/\"1\"", "\"", "", "gzip", "zstd", "bytes=0-", "same-key", "999999999999999999999"];
    let long = "k".repeat(300);
    let value = if chance.below(10) == 0 { long.as_str() } else { chance.of::<str>(&all) };
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("x"))
}

fn by_schema(
    schema: &Value,
    schemas: &BTreeMap<String, Value>,
    draw: Draw,
    depth: usize,
    chance: &mut Chance,
) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    let inner = |schema: &Value, chance: &mut Chance| by_schema(schema, schemas, draw, depth + 1, chance);
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |schema| inner(schema, chance));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[chance.below(words.len())].clone();
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[several].as_array() {
            return inner(&choices[chance.below(choices.len())], chance);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            whole.extend(inner(part, chance).as_object().cloned().unwrap_or_default());
        }
        return Value::Object(whole);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[chance.below(kinds.len())].as_str(),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut object = Map::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if required.contains(&name.as_str()) || chance.below(2) == 0 {
                    object.insert(name.clone(), inner(property, chance));
                }
            }
            Value::Object(object)
        }
        Some("array") => (0..chance.below(4)).map(|_| inner(&schema["items"], chance)).collect(),
        Some("integer" | "number") if draw == Draw::Numbers => hostile_number(chance),
        Some("integer" | "number") => json!(chance.below(100)),
        Some("boolean") => json!(chance.below(2) == 0),
        Some("null") => Value::Null,
        _ if draw == Draw::Texts || chance.below(3) == 0 => json!(text(chance)),
        _ => json!(format!("name-{}", chance.below(1000))),
    }
}

fn hostile_number(chance: &mut Chance) -> Value {
    let all = [
        "-1",
        "0",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "1e308",
        "0.5",
    ];
    serde_json::from_str(chance.of::<str>(&all)).unwrap_or_default()
}

/// Spoils one place of a body.
fn spoil(value: &mut Value, draw: Draw, chance: &mut Chance) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let name = object.keys().nth(chance.below(object.len())).cloned().unwrap_or_default();
            let goes_on = (object[&name].is_object() || object[&name].is_array()) && chance.below(4) != 0;
            match draw {
                _ if goes_on => spoil(&mut object[&name], draw, chance),
                Draw::Missing => drop(object.remove(&name)),
                Draw::UnknownKey => drop(object.insert("__proto__".to_owned(), json!({ "a": [1] }))),
                _ => {
                    let others = [
                        json!({}),
                        json!([]),
                        json!(7),
                        json!("7"),
                        json!(true),
                        Value::Null,
                        json!([{}]),
                        json!(-0.5),
                    ];
                    object[&name] = others[chance.below(others.len())].clone();
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = chance.below(items.len());
            match draw {
                Draw::Missing => drop(items.remove(at)),
                _ => spoil(&mut items[at], draw, chance),
            }
        }
        other => *other = json!({ "unknown": other.clone() }),
    }
}

/// A body whose first value nests without end.
fn deep(value: &Value, chance: &mut Chance) -> Vec<u8> {
    let depth = 1 << (4 + chance.below(12));
    let (open, close) = if chance.below(2) == 0 { ("[", "]") } else { ("{\"a\":", "}") };
    let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
    match value.as_object().and_then(|object| object.keys().next()) {
        Some(name) => format!("{{{}:{nested}}}", json!(name)).into_bytes(),
        None => nested.into_bytes(),
    }
}

/// A worker may wait for a job, which is no hang and takes long.
fn spare_time(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("wait_seconds").is_some_and(|seconds| seconds.as_u64().is_some_and(|seconds| seconds > 0)) {
                object["wait_seconds"] = json!(0);
            }
            object.values_mut().for_each(spare_time);
        }
        Value::Array(items) => items.iter_mut().for_each(spare_time),
        _ => {}
    }
}
