//! How large the values of a document can be, by the name of the field that holds them.

use std::collections::HashMap;

use serde_json::Value;

/// How much a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    /// Members of a list or map, bytes of a text.
    pub(super) length: u64,
    /// All members and bytes within.
    pub(super) size: u64,
}

/// The largest extents of a document by field; the members of a list in `field` are under `field[]`.
#[derive(Debug, Default)]
pub(super) struct Shape {
    by_field: HashMap<String, Extent>,
    pub(super) largest: Extent,
}

impl Extent {
    pub(super) fn or(self, other: Extent) -> Extent {
        Extent { length: self.length.max(other.length), size: self.size.max(other.size) }
    }
}

impl Shape {
    pub(super) fn of(document: &Value) -> Shape {
        let mut shape = Shape::default();
        shape.take("report", document);
        shape
    }

    /// The most that a field of this name holds anywhere; nothing has a field that is nowhere.
    pub(super) fn extent(&self, field: &str) -> Extent {
        self.by_field.get(field).copied().unwrap_or_default()
    }

    fn take(&mut self, field: &str, value: &Value) -> Extent {
        let extent = match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Extent { length: 1, size: 1 },
            Value::String(text) => Extent { length: text.len() as u64, size: text.len() as u64 + 1 },
            Value::Array(items) => {
                let inner = format!("{field}[]");
                let size = items.iter().map(|item| self.take(&inner, item).size).sum::<u64>();
                Extent { length: items.len() as u64, size: size + 1 }
            }
            Value::Object(members) => {
                let inner = format!("{field}[]");
                let mut size = 1;
                for (name, member) in members {
                    let extent = self.take(name, member);
                    size += extent.size + name.len() as u64;
                    // Walking over a map gives its keys, and an index gives a value.
                    let key = Extent { length: name.len() as u64, size: name.len() as u64 + 1 };
                    let known = self.by_field.entry(inner.clone()).or_default();
                    *known = known.or(key).or(extent);
                }
                Extent { length: members.len() as u64, size }
            }
        };
        let known = self.by_field.entry(field.to_owned()).or_default();
        *known = known.or(extent);
        self.largest = self.largest.or(extent);
        extent
    }
}
