//! From blocks to resources: `count`, `for_each` and `dynamic` are spelled out.

use hcl_edit::structure::{Block, Body, Structure};
use model::Gap;

use super::evaluate::{Evaluator, Scope};
use super::functions;
use super::module::Module;
use super::shown;
use super::source::{Folder, Folders};
use crate::cloud::{Language, Resource};
use crate::node::{Entry, Node, Value};
use crate::tree::Tree;

/// Resources of one root module.
const MOST_RESOURCES: usize = 20_000;
/// How often one block is repeated by `count`, `for_each` or `dynamic`.
const MOST_REPEATS: usize = 50;

/// The resources of a root module and of the modules it calls.
pub(super) fn read(tree: &Tree, folders: &Folders, path: &str, folder: &Folder, gaps: &mut Vec<Gap>) -> Vec<Resource> {
    let evaluator = Evaluator::new(folders, tree);
    let root = Module::root(path, folder, &evaluator);
    let mut resources = Vec::new();
    collect(&root, &evaluator, &mut resources);
    if evaluator.was_cut() {
        gaps.push(Gap::new(
            shown(path),
            "its expressions take more steps than are evaluated; some values count as unknown",
        ));
    }
    let left_out = evaluator.left_out_calls();
    if left_out > 0 {
        gaps.push(Gap::new(
            shown(path),
            format!(
                "{left_out} of its calls of modules were not looked at: they are too many, or too deep in one another"
            ),
        ));
    }
    if resources.len() >= MOST_RESOURCES {
        gaps.push(Gap::new(shown(path), format!("it describes more than {MOST_RESOURCES} resources")));
    }
    resources
}

fn collect<'a>(module: &Module<'a>, evaluator: &Evaluator<'a>, resources: &mut Vec<Resource>) {
    for ((kind, name), (source, block)) in &module.resources {
        for body in instances(block, &Scope::new(module, source), evaluator) {
            if resources.len() >= MOST_RESOURCES {
                return;
            }
            resources.push(Resource {
                kind: kind.clone(),
                address: format!("{}{kind}.{name}", module.prefix),
                path: source.path.clone(),
                block: source.block(block),
                body,
                language: Language::Terraform,
            });
        }
    }
    for name in module.called() {
        for child in module.children(name, evaluator) {
            collect(&child.module, evaluator, resources);
        }
    }
}

/// The bodies of a resource, one for each that `count` or `for_each` make; one with unknowns where they cannot be known.
fn instances<'a>(block: &'a Block, scope: &Scope<'a, '_>, evaluator: &Evaluator<'a>) -> Vec<Node> {
    let line = scope.source.block(block).0;
    let repeats = repeats(block, scope, evaluator);
    repeats.iter().map(|repeat| body(&block.body, &repeat.scope, evaluator, line)).collect()
}

/// One of those that `count` or `for_each` make of a block.
pub(super) struct Repeat<'a, 'm> {
    /// What it is called by: `0`, `"key"`. Nothing for a block that is not repeated, or of which it is not known how often.
    pub(super) key: Option<Node>,
    /// Where its expressions stand: `count` and `each` are bound.
    pub(super) scope: Scope<'a, 'm>,
}

/// Every one of those; one with unknowns where they cannot be known.
pub(super) fn repeats<'a, 'm>(
    block: &'a Block,
    scope: &Scope<'a, 'm>,
    evaluator: &Evaluator<'a>,
) -> Vec<Repeat<'a, 'm>> {
    let line = scope.source.block(block).0;
    let only = || vec![Repeat { key: None, scope: scope.clone() }];
    if let Some(attribute) = block.body.get_attribute("count") {
        let Some(count) = evaluator.evaluate(&attribute.value, scope).as_number() else { return only() };
        let places = (0_u32..).take(MOST_REPEATS).take_while(|place| f64::from(*place) < count);
        let repeats = places.map(|place| {
            let index = Node::new(line, Value::Number(f64::from(place)));
            let bound = map(vec![("index", index.clone())]);
            Repeat { key: Some(index), scope: scope.with("count", bound) }
        });
        return repeats.collect();
    }
    if let Some(attribute) = block.body.get_attribute("for_each") {
        let each = evaluator.evaluate(&attribute.value, scope);
        let Some(pairs) = functions::pairs(&each) else { return only() };
        let repeats = pairs.into_iter().take(MOST_REPEATS).map(|(key, value)| {
            // The key of a set's item is the item.
            let key = if each.as_list().is_some() { value.clone() } else { key };
            let bound = map(vec![("key", key.clone()), ("value", value)]);
            Repeat { key: Some(key), scope: scope.with("each", bound) }
        });
        return repeats.collect();
    }
    only()
}

fn map(entries: Vec<(&str, Node)>) -> Node {
    let entries = entries.into_iter().map(|(key, value)| Entry { key: key.to_owned(), line: value.line, value });
    Node::new(0, Value::Map(entries.collect()))
}

/// A body as a map: attributes as they are, blocks as lists under their names.
fn body<'a>(body: &'a Body, scope: &Scope<'a, '_>, evaluator: &Evaluator<'a>, line: u32) -> Node {
    if !evaluator.may_go_on() {
        return Node::unknown(line);
    }
    let mut entries: Vec<Entry> = Vec::new();
    for structure in body.iter() {
        match structure {
            Structure::Attribute(attribute) => entries.push(Entry {
                key: attribute.key.as_str().to_owned(),
                line: scope.source.line(&attribute.key),
                value: evaluator.evaluate(&attribute.value, scope),
            }),
            Structure::Block(block) => {
                let (name, bodies) = blocks(block, scope, evaluator);
                for value in bodies {
                    add_block(&mut entries, &name, value);
                }
            }
        }
    }
    Node::new(line, Value::Map(entries))
}

fn add_block(entries: &mut Vec<Entry>, name: &str, value: Node) {
    match entries.iter_mut().find(|entry| entry.key == name) {
        Some(Entry { value: Node { value: Value::List(items), .. }, .. }) => items.push(value),
        Some(_) => {}
        None => {
            let line = value.line;
            entries.push(Entry { key: name.to_owned(), line, value: Node::new(line, Value::List(vec![value])) });
        }
    }
}

/// The bodies of a nested block; a `dynamic` one is what its content makes of each item.
fn blocks<'a>(block: &'a Block, scope: &Scope<'a, '_>, evaluator: &Evaluator<'a>) -> (String, Vec<Node>) {
    let line = scope.source.block(block).0;
    let name = block.ident.as_str();
    let dynamic = block.labels.first().filter(|_| name == "dynamic");
    let (Some(label), Some(content)) = (dynamic, block.body.get_blocks("content").next()) else {
        return (name.to_owned(), vec![body(&block.body, scope, evaluator, line)]);
    };
    let name = label.as_str();
    let iterator = block.body.get_attribute("iterator").map(|attribute| &attribute.value);
    let iterator = match iterator {
        Some(hcl_edit::expr::Expression::Variable(iterator)) => iterator.as_str(),
        _ => name,
    };
    let each = block.body.get_attribute("for_each").map(|attribute| evaluator.evaluate(&attribute.value, scope));
    let bodies = match each.as_ref().and_then(functions::pairs) {
        Some(pairs) => pairs
            .into_iter()
            .take(MOST_REPEATS)
            .map(|(key, value)| {
                let bound = map(vec![("key", key), ("value", value)]);
                body(&content.body, &scope.with(iterator, bound), evaluator, line)
            })
            .collect(),
        None => vec![body(&content.body, &scope.with(iterator, Node::unknown(line)), evaluator, line)],
    };
    (name.to_owned(), bodies)
}
