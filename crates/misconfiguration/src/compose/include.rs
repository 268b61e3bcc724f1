//! `include`: files whose services belong to a project beside its own (Compose specification, include).

use super::relative;
use crate::node::Node;
use model::UntrustedPath;

/// A file that another one includes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Included {
    /// As it is written.
    pub(super) name: String,
    pub(super) line: u32,
    /// Where it lies in the tree, or why that cannot be known.
    pub(super) path: Result<String, String>,
}

/// What a document includes.
pub(super) fn included(from: &UntrustedPath, document: &Node) -> Vec<Included> {
    let items = document.get("include").map(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for item in items {
        // The short form is the path; the long one has a path or several, of which later ones are laid over the first.
        match item.get("path") {
            Some(paths) if paths.as_text().is_none() => found.extend(paths.items().iter().map(|path| one(from, path))),
            Some(path) => found.push(one(from, path)),
            None => found.push(one(from, item)),
        }
    }
    found
}

fn one(from: &UntrustedPath, written: &Node) -> Included {
    let name = written.as_text().map(|name| name.into_owned());
    let path = match &name {
        None => Err("it names no file".to_owned()),
        Some(name) if name.contains('$') => Err("its file depends on a variable".to_owned()),
        Some(name) if name.contains("://") || name.starts_with("git@") => Err(format!("`{name}` is elsewhere")),
        Some(name) => relative(from, name).ok_or_else(|| unread(name)),
    };
    Included { name: name.unwrap_or_default(), line: written.line, path }
}

/// Why a file that is named is not looked at.
pub(super) fn unread(name: &str) -> String {
    format!("`{name}` is no Compose file that can be read")
}
