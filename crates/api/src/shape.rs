//! Whether a value has the shape of a type of this API, told with its place and the nearest right key. It follows the
//! schema that the type has in openapi.json, so that there is no second list of keys.

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What of a value has another shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Misshapen {
    /// Where: `rules.tags[0]`.
    pub place: String,
    /// What is wrong, as a sentence without a full stop that names the key.
    pub problem: String,
}

/// The schema of a type, with those of the types in it.
#[derive(Debug, Clone)]
pub struct Shape {
    schema: Value,
    named: Map<String, Value>,
}

/// The keys that tell which of several a map is.
const TAGS: [&str; 2] = ["type", "kind"];

/// The deepest nesting that is followed.
const DEEPEST: usize = 32;

impl Shape {
    /// The shape of a type.
    pub fn of<T: ToSchema>() -> Shape {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        let json = |schema| serde_json::to_value(schema).unwrap_or_default();
        let named = schemas.into_iter().map(|(name, schema)| (name, json(schema))).collect();
        Shape { schema: json(T::schema()), named }
    }

    /// The keys of a map of this shape, in the order of the type.
    pub fn keys(&self) -> Vec<String> {
        self.keys_of(self.resolved(&self.schema))
    }

    /// Checks a value.
    ///
    /// # Errors
    /// With the first place that has another shape.
    pub fn check(&self, value: &Value) -> Result<(), Misshapen> {
        self.check_at("", value, &self.schema, 0)
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        name.and_then(|name| self.named.get(name)).unwrap_or(schema)
    }

    fn keys_of(&self, schema: &Value) -> Vec<String> {
        let own = schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned();
        let parts = schema["allOf"].as_array().into_iter().flatten();
        own.chain(parts.flat_map(|part| self.keys_of(self.resolved(part)))).collect()
    }

    fn check_at(&self, place: &str, value: &Value, schema: &Value, depth: usize) -> Result<(), Misshapen> {
        let schema = self.resolved(schema);
        let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        if let Some(choices) = choices {
            return self.check_choice(place, value, choices, depth);
        }
        if let Some(words) = schema["enum"].as_array() {
            return check_word(place, value, words);
        }
        let kinds = kinds(schema);
        if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(value, kind)) {
            let expected: Vec<&str> = kinds.iter().map(|kind| worded(kind)).collect();
            return Err(Misshapen {
                place: place.to_owned(),
                problem: format!("`{}` must be {}, but is {}", shown(place), expected.join(" or "), described(value)),
            });
        }
        if depth >= DEEPEST {
            return Ok(());
        }
        match value {
            Value::Object(map) => self.check_map(place, map, schema, depth),
            Value::Array(items) => {
                let mut items = items.iter().enumerate();
                items.try_for_each(|(at, item)| {
                    self.check_at(&format!("{place}[{at}]"), item, &schema["items"], depth + 1)
                })
            }
            _ => Ok(()),
        }
    }

    fn check_map(&self, place: &str, map: &Map<String, Value>, schema: &Value, depth: usize) -> Result<(), Misshapen> {
        let Some(properties) = schema["properties"].as_object() else { return Ok(()) };
        for (key, value) in map {
            let own = inner(place, key);
            let Some(schema) = properties.get(key) else {
                let nearest = policy::nearest(key, properties.keys().map(String::as_str)).unwrap_or_default();
                let problem = format!("`{own}` is no key here; the nearest is `{nearest}`");
                return Err(Misshapen { place: own, problem });
            };
            self.check_at(&own, value, schema, depth + 1)?;
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        match required.into_iter().find(|key| !map.contains_key(*key)) {
            Some(key) => {
                Err(Misshapen { place: place.to_owned(), problem: format!("`{}` is missing", inner(place, key)) })
            }
            None => Ok(()),
        }
    }

    /// One of several: of tagged ones that with the same tag, else the first that fits.
    fn check_choice(&self, place: &str, value: &Value, choices: &[Value], depth: usize) -> Result<(), Misshapen> {
        let tagged = |key: &str| -> Vec<(Option<&str>, &Value)> {
            let schemas = choices.iter().map(|choice| self.resolved(choice));
            schemas.map(|schema| (schema["properties"][key]["enum"][0].as_str(), schema)).collect()
        };
        // What tells the choices apart is one of these keys.
        let key = TAGS.into_iter().find(|key| tagged(key).iter().any(|(tag, _)| tag.is_some()));
        let tags = tagged(key.unwrap_or_default());
        if let Some(key) = key
            && let Some(given) = value.get(key).and_then(Value::as_str)
        {
            return match tags.iter().find(|(tag, _)| *tag == Some(given)) {
                Some((_, schema)) => self.check_at(place, value, schema, depth + 1),
                None => {
                    let own = inner(place, key);
                    let nearest = policy::nearest(given, tags.iter().filter_map(|(tag, _)| *tag)).unwrap_or_default();
                    let problem = format!("`{given}` is not a value of `{own}`; the nearest is `{nearest}`");
                    Err(Misshapen { place: own, problem })
                }
            };
        }
        let mut last = Ok(());
        for (_, schema) in tags {
            last = self.check_at(place, value, schema, depth + 1);
            if last.is_ok() {
                break;
            }
        }
        last
    }
}

/// A key within a place.
pub(crate) fn inner(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn shown(place: &str) -> &str {
    if place.is_empty() { "the document" } else { place }
}

fn check_word(place: &str, value: &Value, words: &[Value]) -> Result<(), Misshapen> {
    if words.contains(value) {
        return Ok(());
    }
    let given = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let nearest = policy::nearest(&given, words.iter().filter_map(Value::as_str)).unwrap_or_default();
    let problem = format!("`{given}` is not a value of `{}`; the nearest is `{nearest}`", shown(place));
    Err(Misshapen { place: place.to_owned(), problem })
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn worded(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a map",
        "null" => "nothing",
        other => other,
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::people::ScopeEdit;
    use crate::registries::RegistryRequest;

    fn told(shape: &Shape, value: Value) -> String {
        shape.check(&value).map_or_else(|wrong| format!("{}: {wrong}", wrong.place), |()| "fits".to_owned())
    }

    #[test]
    fn the_first_wrong_place_is_told_with_the_nearest_right_key() {
        let shape = Shape::of::<RegistryRequest>();
        assert_eq!(told(&shape, json!({ "name": "hub", "kind": "docker_hub" })), "fits");
        assert_eq!(
            told(&shape, json!({ "name": "hub", "kind": "docker_hub", "rules": { "repositorys": [] } })),
            "rules.repositorys: `rules.repositorys` is no key here; the nearest is `rules.repositories`"
                .replace("`rules.repositories`", "`repositories`")
        );
        assert_eq!(
            told(&shape, json!({ "name": "hub", "kind": "dockerhub" })),
            "kind: `dockerhub` is not a value of `kind`; the nearest is `docker_hub`"
        );
        assert_eq!(
            told(&shape, json!({ "name": "hub", "kind": "quay", "poll_minutes": "often" })),
            "poll_minutes: `poll_minutes` must be a whole number, but is `often`"
        );
        assert_eq!(told(&shape, json!({ "kind": "quay" })), ": `name` is missing");
    }

    #[test]
    fn items_of_lists_are_looked_into() {
        let shape = Shape::of::<ScopeEdit>();
        assert_eq!(
            told(&shape, json!({ "name": "shop", "variables": [{ "attribut": "image.name", "value": "x" }] })),
            "variables[0].attribut: `variables[0].attribut` is no key here; the nearest is `attribute`"
        );
        assert_eq!(shape.keys(), ["description", "expression", "name", "variables"]);
    }
}
