//! What a server has, in the words of declarations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::kind::{Kind, texts};
use super::{Reply, Server};
use crate::{ClientError, LARGEST_PAGE};

/// What a server has of some kinds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Current {
    pub(super) objects: BTreeMap<(Kind, String), CurrentObject>,
    /// The ids of users by name.
    pub(super) users: BTreeMap<String, String>,
}

/// An object of a server, with names in the place of ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CurrentObject {
    pub(super) id: String,
    pub(super) body: Value,
    pub(super) is_preset: bool,
    pub(super) credential_type: Option<String>,
    pub(super) has_hook_secret: bool,
    pub(super) has_secret: bool,
}

/// Reads what a server has of these kinds, and of those that they name.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub fn read_server(server: &impl Server, kinds: &BTreeSet<Kind>) -> Result<Current, ClientError> {
    let mut wanted = kinds.clone();
    if wanted.contains(&Kind::Group) {
        wanted.insert(Kind::Role);
    }
    if wanted.contains(&Kind::Role) {
        wanted.insert(Kind::Scope);
    }
    let mut current = Current::default();
    if wanted.contains(&Kind::Group) {
        for user in all(server, "users")? {
            current.users.insert(text(&user, "name"), text(&user, "id"));
        }
    }
    // What others name is read before them, so that their ids can be told as names.
    for kind in wanted {
        for answer in all(server, kind.folder())? {
            let object = current.object(kind, &answer);
            let name = text(&answer, "name");
            current.objects.insert((kind, name), object);
        }
    }
    Ok(current)
}

impl Current {
    /// Keeps only these kinds: what was read to tell ids as names goes.
    pub fn only(mut self, kinds: &BTreeSet<Kind>) -> Current {
        self.objects.retain(|(kind, _), _| kinds.contains(kind));
        self
    }

    /// How many objects there are that can be declared.
    pub fn len(&self) -> usize {
        self.objects.values().filter(|object| !object.is_preset).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An answer of the server as an object.
    pub(super) fn object(&self, kind: Kind, answer: &Value) -> CurrentObject {
        let keys = kind.shape().keys();
        let known = answer.as_object().into_iter().flatten().filter(|(key, _)| keys.contains(key));
        let mut body: Map<String, Value> = known.map(|(key, value)| (key.clone(), value.clone())).collect();
        for (key, of) in kind.references() {
            let names: BTreeSet<String> = texts(&answer[*key]).iter().map(|id| self.name_of(*of, id)).collect();
            body.insert((*key).to_owned(), names.into_iter().collect());
        }
        let given = Value::Object(body);
        let body = match kind {
            Kind::Policy => json!({ "document": answer["document"], "is_enabled": answer["is_enabled"] }),
            // What the server keeps has the shape; where it had not, it is told as it is.
            kind => kind.normal(given.clone()).unwrap_or(given),
        };
        CurrentObject {
            id: text(answer, "id"),
            body,
            is_preset: answer["is_preset"] == true,
            credential_type: answer["credential_type"].as_str().map(str::to_owned),
            has_hook_secret: answer["has_hook_secret"] == true,
            has_secret: answer["has_secret"] == true,
        }
    }

    fn name_of(&self, kind: Option<Kind>, id: &str) -> String {
        let found = match kind {
            None => self.users.iter().find(|(_, own)| *own == id).map(|(name, _)| name.clone()),
            Some(kind) => self
                .objects
                .iter()
                .find(|((of, _), object)| *of == kind && object.id == id)
                .map(|((_, name), _)| name.clone()),
        };
        found.unwrap_or_else(|| id.to_owned())
    }

    /// The id of a name.
    pub(super) fn id_of(&self, kind: Option<Kind>, name: &str) -> Option<String> {
        match kind {
            None => self.users.get(name).cloned(),
            Some(kind) => self.objects.get(&(kind, name.to_owned())).map(|object| object.id.clone()),
        }
    }
}

/// Every item of a list.
fn all(server: &impl Server, route: &str) -> Result<Vec<Value>, ClientError> {
    let mut items = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let behind = cursor.as_deref().map(|cursor| format!("&cursor={}", crate::encoded(cursor))).unwrap_or_default();
        let path = format!("/{route}?limit={LARGEST_PAGE}{behind}");
        let Reply { body, .. } = server.ask("GET", &path, None, None)?;
        items.extend(body["items"].as_array().cloned().unwrap_or_default());
        match body["next"].as_str() {
            Some(next) if cursor.as_deref() != Some(next) => cursor = Some(next.to_owned()),
            _ => return Ok(items),
        }
    }
}

pub(super) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
