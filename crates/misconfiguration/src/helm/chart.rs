//! Charts of a tree: their templates, values and sub-charts.

use std::collections::BTreeSet;

use model::{Gap, UntrustedPath};

use crate::helm::{chart_of, join};
use crate::node::{Entry, Node, Value};
use crate::tree::Tree;
use crate::yaml::{self, Tags};

/// Sub-charts within sub-charts.
const DEEPEST: usize = 6;
/// Charts of a tree.
const MOST_CHARTS: usize = 500;

/// A chart and all that its templates may use.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) folder: String,
    pub(super) metadata: Node,
    pub(super) values: Node,
    /// Templates by path, partials (`_helpers.tpl`) among them.
    pub(super) templates: Vec<(UntrustedPath, String)>,
    /// Files other than templates, for `.Files`.
    pub(super) files: Vec<(String, String)>,
    pub(super) children: Vec<Chart>,
    /// The names under which the values of sub-charts that are not there would stand.
    missing: Vec<String>,
}

impl Chart {
    /// The name in `Chart.yaml`.
    pub(super) fn name(&self) -> String {
        self.metadata.text_at("name").unwrap_or_default().into_owned()
    }

    /// The name of its folder.
    pub(super) fn folder_name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or_default()
    }

    /// Adds the names under which the values of sub-charts that are not there would stand, of all charts within this one.
    pub(super) fn missing_children(&self, names: &mut BTreeSet<String>) {
        names.extend(self.missing.iter().cloned());
        self.children.iter().for_each(|child| child.missing_children(names));
    }
}

/// Reads every chart that is no sub-chart of another.
pub(super) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (path, _) in tree.files().filter(|(path, _)| path.file_name() == "Chart.yaml") {
        let is_child = path
            .parent()
            .rsplit_once("/charts/")
            .is_some_and(|(parent, _)| tree.get(&join(parent, "Chart.yaml")).is_some())
            || (path.parent().starts_with("charts/") && tree.get("Chart.yaml").is_some());
        if is_child || charts.len() >= MOST_CHARTS {
            continue;
        }
        charts.extend(chart(tree, path.parent(), None, gaps, 0));
    }
    charts
}

/// A chart with the values that its parent has for it.
fn chart(tree: &Tree, folder: &str, given: Option<&Node>, gaps: &mut Vec<Gap>, depth: usize) -> Option<Chart> {
    let metadata = document(tree, &join(folder, "Chart.yaml"), gaps)?;
    let mut values = document(tree, &join(folder, "values.yaml"), gaps).unwrap_or_else(empty);
    if let Some(given) = given {
        merge(&mut values, given);
    }
    let mut templates = Vec::new();
    let mut files = Vec::new();
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    for (path, text) in tree.files() {
        let Some(inner) = path.as_str().strip_prefix(&prefix) else { continue };
        if chart_of(path.as_str()) == Some(folder) {
            templates.push((path.clone(), text.to_owned()));
        } else if !inner.starts_with("charts/") && !inner.starts_with("templates/") {
            files.push((inner.to_owned(), text.to_owned()));
        }
    }
    let mut missing = Vec::new();
    let called = match depth < DEEPEST {
        true => children(tree, folder, &metadata, &values, &mut missing, gaps, depth),
        false => Vec::new(),
    };
    let mut children = Vec::with_capacity(called.len());
    for (called, child) in called {
        take_over(&mut values, called, &child.values);
        children.push(child);
    }
    Some(Chart { folder: folder.to_owned(), metadata, values, templates, files, children, missing })
}

/// The sub-charts that are there, with the names that their parent calls them by; those that are not are added to `missing`.
fn children(
    tree: &Tree,
    folder: &str,
    metadata: &Node,
    values: &Node,
    missing: &mut Vec<String>,
    gaps: &mut Vec<Gap>,
    depth: usize,
) -> Vec<(String, Chart)> {
    let prefix = join(folder, "charts/");
    let mut children = Vec::new();
    let dependencies = metadata.get("dependencies").map(Node::items).unwrap_or_default();
    let mut names = Vec::new();
    for dependency in dependencies.iter().filter(|dependency| !is_off(dependency, values)) {
        let Some(name) = dependency.text_at("name") else { continue };
        if tree.get(&format!("{prefix}{name}/Chart.yaml")).is_none() {
            names.push(format!("`{name}`"));
            missing.push(dependency.text_at("alias").unwrap_or(name).into_owned());
        }
    }
    if !names.is_empty() {
        let reason = format!(
            "sub-charts that lie packed or not at all in `charts` were not looked at ({}); unpack them there",
            names.join(", ")
        );
        gaps.push(Gap::new(join(folder, "Chart.yaml"), reason));
    }
    for (path, _) in tree.files() {
        let inner = path.as_str().strip_prefix(&prefix).and_then(|rest| rest.strip_suffix("/Chart.yaml"));
        let Some(name) = inner.filter(|name| !name.contains('/')) else { continue };
        let dependency =
            dependencies.iter().find(|dependency| dependency.text_at("name").is_some_and(|called| called == name));
        if dependency.is_some_and(|dependency| is_off(dependency, values)) {
            continue;
        }
        let called = dependency.and_then(|dependency| dependency.text_at("alias")).unwrap_or(name.into());
        let mut given = values.get(&called).cloned().unwrap_or_else(empty);
        // Sub-charts always have `global`, be it empty.
        if let Value::Map(entries) = &mut given.value {
            let none = || Entry { key: "global".to_owned(), line: 1, value: empty() };
            entries.push(values.entry("global").cloned().unwrap_or_else(none));
        }
        let child = chart(tree, &join(&prefix, name).replace("//", "/"), Some(&given), gaps, depth + 1);
        children.extend(child.map(|child| (called.into_owned(), child)));
    }
    children
}

/// A parent has the values of its sub-charts below their names.
fn take_over(values: &mut Node, called: String, of_child: &Node) {
    let Value::Map(entries) = &mut values.value else { return };
    match entries.iter_mut().find(|entry| entry.key == called) {
        Some(entry) => entry.value = of_child.clone(),
        None => entries.push(Entry { key: called, line: 1, value: of_child.clone() }),
    }
}

/// Whether the values switch a sub-chart off.
fn is_off(dependency: &Node, values: &Node) -> bool {
    dependency.text_at("condition").is_some_and(|condition| {
        let switch = condition.split(',').find_map(|path| values.at(path.trim()));
        switch.and_then(Node::as_bool) == Some(false)
    })
}

fn document(tree: &Tree, path: &str, gaps: &mut Vec<Gap>) -> Option<Node> {
    match yaml::parse(tree.get(path)?, Tags::Dropped) {
        Ok(documents) => documents.into_iter().next().filter(|node| node.as_map().is_some()),
        Err(error) => {
            gaps.push(Gap::new(path, format!("it cannot be read: {error}")));
            None
        }
    }
}

fn empty() -> Node {
    Node::new(1, Value::Map(Vec::new()))
}

/// Values of a parent over those of the chart; null takes a value away (Helm, Values Files).
fn merge(values: &mut Node, given: &Node) {
    let (Value::Map(entries), Some(over)) = (&mut values.value, given.as_map()) else { return };
    for entry in over {
        match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) if known.value.as_map().is_some() && entry.value.as_map().is_some() => {
                merge(&mut known.value, &entry.value);
            }
            Some(known) => known.value = entry.value.clone(),
            None => entries.push(Entry { ..entry.clone() }),
        }
    }
    entries.retain(|entry| !entry.value.is_null());
}
