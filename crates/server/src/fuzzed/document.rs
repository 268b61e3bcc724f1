//! What the API's own document says of its routes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// An operation of the document.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    /// `public`, `oneself`, or the permission that it needs.
    pub(super) rule: String,
    pub(super) in_path: Vec<String>,
    pub(super) in_query: Vec<String>,
    /// The schema of its body.
    pub(super) body: Option<Value>,
    pub(super) schemas: Arc<BTreeMap<String, Value>>,
}

/// Every operation, in the order of the document.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let schemas = Arc::new(schemas.map(|(name, schema)| (name.clone(), schema.clone())).collect());
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let names = |place: &str| {
                let of = parameters.iter().filter(|parameter| parameter["in"] == place);
                of.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
            };
            let content = operation["requestBody"]["content"].as_object();
            operations.push(Operation {
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                rule: operation["x-rule"].as_str().unwrap_or_default().to_owned(),
                in_path: names("path"),
                in_query: names("query"),
                body: content.and_then(|content| content.values().next()).map(|content| content["schema"].clone()),
                schemas: Arc::clone(&schemas),
            });
        }
    }
    operations
}
