//! YAML and JSON documents as values, for those who read no policy but compare or apply what is declared: with the line of
//! every place.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::node::{Node, Value};
use crate::reader::{DocumentError, DocumentProblem, error, parse};

/// A document as a value that knows its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// What it says.
    pub value: Json,
    /// The line of each place, counted from 1: `rules.tags[0]`.
    lines: BTreeMap<String, usize>,
}

impl Tree {
    /// The line of a place, or of the nearest one around it.
    pub fn line(&self, place: &str) -> usize {
        let mut place = place;
        loop {
            if let Some(line) = self.lines.get(place) {
                return *line;
            }
            let Some(end) = place.rfind(['.', '[']) else { return 1 };
            place = &place[..end];
        }
    }
}

/// Reads the one document of a text, within the bounds of policies. Plain scalars are what the core schema of YAML 1.2
/// (section 10.3) makes of them; a number that JSON would spell otherwise, as the version 1.10, stays a text.
///
/// # Errors
/// When it is neither YAML nor JSON, has a key twice, or is beyond a limit.
pub fn read_tree(file: &str, text: &str) -> Result<Tree, DocumentError> {
    let node = parse(file, text)?;
    let mut lines = BTreeMap::new();
    let value = value(file, &node, "", &mut lines)?;
    Ok(Tree { value, lines })
}

fn value(file: &str, node: &Node, place: &str, lines: &mut BTreeMap<String, usize>) -> Result<Json, DocumentError> {
    lines.entry(place.to_owned()).or_insert(node.line);
    Ok(match &node.value {
        _ if node.is_null() => Json::Null,
        Value::Scalar { text, is_plain } => scalar(text, *is_plain),
        Value::List(items) => {
            let items = items.iter().enumerate().map(|(at, item)| value(file, item, &format!("{place}[{at}]"), lines));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => {
            let mut map = Map::new();
            for entry in entries {
                let own = if place.is_empty() { entry.key.clone() } else { format!("{place}.{}", entry.key) };
                if map.contains_key(&entry.key) {
                    return Err(error(file, entry.line, DocumentProblem::DuplicateKey { key: own }));
                }
                lines.insert(own.clone(), entry.line);
                let value = value(file, &entry.value, &own, lines)?;
                map.insert(entry.key.clone(), value);
            }
            Json::Object(map)
        }
    })
}

fn scalar(text: &str, is_plain: bool) -> Json {
    match text {
        _ if !is_plain => text.into(),
        "true" => true.into(),
        "false" => false.into(),
        _ => match serde_json::from_str::<Json>(text) {
            Ok(Json::Number(number)) if number.to_string() == text => Json::Number(number),
            _ => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_what_they_are_spelled_as() {
        let tree = read_tree("f", "a: 1\nb: 1.10\nc: \"1\"\nd: yes\ne: true\nf:\ng: [x, 2]\n").unwrap();
        assert_eq!(
            tree.value,
            json!({ "a": 1, "b": "1.10", "c": "1", "d": "yes", "e": true, "f": null, "g": ["x", 2] })
        );
        assert_eq!((tree.line("g[1]"), tree.line("c"), tree.line("g[9].h"), tree.line("z")), (7, 3, 7, 1));
    }

    #[test]
    fn a_key_twice_is_told_with_its_line() {
        let error = read_tree("f.yaml", "a:\n  b: 1\n  b: 2\n").unwrap_err();
        assert_eq!(error.to_string(), "f.yaml:3: `a.b` is there twice; keep one");
    }
}
