//! `extends`: a service takes over what another one says, of its own file or of another one (Compose specification,
//! services, extends).

use std::collections::BTreeMap;

use model::{UntrustedPath, counted};

use super::include::unread;
use super::relative;
use crate::node::{Entry, Node, Value};
use crate::tree::Tree;
use crate::yaml::{self, Tags};

/// How many services may extend each other in a row.
const DEEPEST: usize = 32;

/// Values that all services of a tree take over.
const MOST_INHERITED: usize = 500_000;

/// Keys whose list replaces the one that is taken over; those of all others are added to it.
const REPLACED: [&str; 4] = ["command", "entrypoint", "test", "extends"];

/// Finds what services extend, among the files of a tree.
pub(super) struct Extending<'t> {
    tree: &'t Tree,
    /// The services of files that were read for this, by path; none where it cannot be read.
    files: BTreeMap<String, Option<Node>>,
    inherited: usize,
}

impl<'t> Extending<'t> {
    pub(super) fn new(tree: &'t Tree) -> Extending<'t> {
        Extending { tree, files: BTreeMap::new(), inherited: 0 }
    }

    /// A service with all that it takes over, or why that cannot be known.
    pub(super) fn whole(&mut self, path: &UntrustedPath, services: &Node, service: &Entry) -> Result<Node, String> {
        self.follow(path, services, &service.value, 0).map_err(|why| {
            format!("what its service `{}` extends was not looked at (line {}): {why}", service.key, service.line)
        })
    }

    fn follow(&mut self, path: &UntrustedPath, services: &Node, service: &Node, depth: usize) -> Result<Node, String> {
        let Some(extends) = service.entry("extends") else { return Ok(service.clone()) };
        if depth >= DEEPEST {
            return Err(format!("more than {DEEPEST} services extend each other"));
        }
        let name = extends.value.as_text().or_else(|| extends.value.text_at("service"));
        let Some(name) = name else { return Err("it names no service".to_owned()) };
        let base = match extends.value.entry("file").map(|file| &file.value) {
            None => {
                let base = services.get(&name).ok_or_else(|| format!("there is no service `{name}`"))?;
                self.follow(path, services, &base.clone(), depth + 1)?
            }
            Some(file) => {
                let file = file.as_text().filter(|file| !file.contains('$'));
                let file = file.ok_or("its file depends on a variable")?;
                let unread = || unread(&file);
                let other = relative(path, &file).ok_or_else(unread)?;
                let others = self.services_of(&other).ok_or_else(unread)?;
                let base = others.get(&name).ok_or_else(|| format!("`{file}` has no service `{name}`"))?.clone();
                self.follow(&other.into(), &others, &base, depth + 1)?
            }
        };
        self.inherited += base.weight();
        if self.inherited > MOST_INHERITED {
            let most = counted(MOST_INHERITED, "value is", "values are");
            return Err(format!("{most} the most that services of a folder may take over"));
        }
        Ok(merged(base, service, extends.line))
    }

    fn services_of(&mut self, path: &str) -> Option<Node> {
        let read = || {
            let documents = yaml::parse(self.tree.get(path)?, Tags::Dropped).ok()?;
            documents
                .iter()
                .find_map(|document| document.get("services").filter(|services| services.as_map().is_some()).cloned())
        };
        self.files.entry(path.to_owned()).or_insert_with(read).clone()
    }
}

/// What one service says laid over what it extends. All that it takes over stands on the line of its `extends`: there it
/// can be changed for this service.
fn merged(mut base: Node, own: &Node, line: u32) -> Node {
    move_to(&mut base, line);
    laid_over(base, own, "")
}

fn laid_over(base: Node, own: &Node, key: &str) -> Node {
    match (base.value, &own.value) {
        (Value::Map(mut entries), Value::Map(over)) => {
            for entry in over {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => {
                        let value = std::mem::replace(&mut known.value, Node::unknown(entry.line));
                        *known = Entry { value: laid_over(value, &entry.value, &entry.key), ..entry.clone() };
                    }
                    None => entries.push(entry.clone()),
                }
            }
            Node { value: Value::Map(entries), ..own.clone() }
        }
        (Value::List(mut items), Value::List(over)) if !REPLACED.contains(&key) => {
            items.extend(over.iter().cloned());
            Node { value: Value::List(items), ..own.clone() }
        }
        _ => own.clone(),
    }
}

fn move_to(node: &mut Node, line: u32) {
    node.line = line;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_to(item, line)),
        Value::Map(entries) => {
            for entry in entries {
                entry.line = line;
                move_to(&mut entry.value, line);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
}
