//! Charts of a tree: their templates, values and sub-charts.

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
}

impl Chart {
    /// The name in `Chart.yaml`.
    pub(super) fn name(&self) -> String {
        self.metadata.text_at("name").unwrap_or_default().into_owned()
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
    let children = if depth < DEEPEST { children(tree, folder, &metadata, &values, gaps, depth) } else { Vec::new() };
    Some(Chart { folder: folder.to_owned(), metadata, values, templates, files, children })
}

fn children(
    tree: &Tree,
    folder: &str,
    metadata: &Node,
    values: &Node,
    gaps: &mut Vec<Gap>,
    depth: usize,
) -> Vec<Chart> {
    let prefix = join(folder, "charts/");
    let mut children = Vec::new();
    let dependencies = metadata.get("dependencies").map(Node::items).unwrap_or_default();
    let missing: Vec<String> = dependencies
        .iter()
        .filter(|dependency| !is_off(dependency, values))
        .filter_map(|dependency| dependency.text_at("name"))
        .filter(|name| tree.get(&format!("{prefix}{name}/Chart.yaml")).is_none())
        .map(|name| format!("`{name}`"))
        .collect();
    if !missing.is_empty() {
        let reason = format!(
            "sub-charts that lie packed or not at all in `charts` were not looked at ({}); unpack them there",
            missing.join(", ")
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
        if let (Some(global), Value::Map(entries)) = (values.entry("global"), &mut given.value) {
            entries.push(global.clone());
        }
        children.extend(chart(tree, &join(&prefix, name).replace("//", "/"), Some(&given), gaps, depth + 1));
    }
    children
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
