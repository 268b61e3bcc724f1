//! Manifests of Kubernetes: the objects of a file, the pods that they make, the containers of those.

mod container;
mod kustomize;
mod pod;

use model::{Gap, UntrustedPath};

use crate::file_kind::{FileKind, by_name};
use crate::json;
use crate::node::{Node, Value};
use crate::tree::Tree;
use crate::yaml::{self, Tags};

pub(crate) use container::Container;
pub(crate) use pod::Pod;

/// The objects of one file.
#[derive(Debug)]
pub(crate) struct Manifests {
    pub(crate) path: UntrustedPath,
    pub(crate) objects: Vec<Object>,
    /// Whether whoever installs the objects decides their namespace, as for charts.
    pub(crate) is_installed: bool,
    /// The namespace that Kustomize puts all of them into, whatever they say.
    pub(crate) given_namespace: Option<String>,
}

/// One object.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) node: Node,
    /// Its first and last line.
    pub(crate) block: (u32, u32),
}

impl Object {
    /// A text where there has to be a map, of the parts that checks look at: the beginning of a key behind which the file was
    /// cut off is one.
    fn text_for_map(&self) -> Option<(u32, &'static str)> {
        const MAPS: &[&str] = &[
            "metadata",
            "spec",
            "spec.template",
            "spec.template.spec",
            "spec.jobTemplate",
            "spec.jobTemplate.spec",
            "spec.jobTemplate.spec.template",
            "spec.jobTemplate.spec.template.spec",
        ];
        // Others may have a text of that name in their `spec`.
        const WORKLOADS: &[&str] =
            &["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];
        let maps = if WORKLOADS.contains(&self.kind.as_str()) { MAPS } else { &MAPS[..2] };
        let is_text = |node: &Node| matches!(node.value, Value::Text(_));
        let of_object =
            maps.iter().find_map(|path| Some((self.node.at(path).filter(|node| is_text(node))?.line, *path)));
        let pod = Pod::of(self);
        let of_pod = || {
            let lists = ["containers", "initContainers", "ephemeralContainers"];
            let spec = pod.as_ref()?.spec;
            let own =
                spec.get("securityContext").filter(|node| is_text(node)).map(|node| (node.line, "securityContext"));
            own.or_else(|| {
                lists.into_iter().find_map(|list| {
                    let containers = spec.get(list).map(Node::items).unwrap_or_default();
                    containers.iter().find_map(|container| match container.get("securityContext") {
                        _ if is_text(container) => Some((container.line, list)),
                        Some(context) if is_text(context) => Some((context.line, "securityContext")),
                        _ => None,
                    })
                })
            })
        };
        of_object.or_else(of_pod)
    }

    /// The namespace that it names; one that it does not name is decided when it is applied.
    fn namespace(&self) -> Option<String> {
        self.node.text_at("metadata.namespace").map(std::borrow::Cow::into_owned)
    }
}

impl Manifests {
    /// The objects of documents; lists are taken apart.
    pub(crate) fn from_documents(path: &UntrustedPath, documents: Vec<Node>) -> Manifests {
        let mut objects = Vec::new();
        for document in documents {
            collect(document, &mut objects, 0);
        }
        Manifests { path: path.clone(), objects, is_installed: false, given_namespace: None }
    }

    /// The namespace of one of its objects, where anybody says it.
    pub(crate) fn namespace_of(&self, object: &Object) -> Option<String> {
        self.given_namespace.clone().or_else(|| object.namespace())
    }

    pub(crate) fn pods(&self) -> impl Iterator<Item = Pod<'_>> {
        self.objects.iter().filter_map(Pod::of)
    }

    /// Every container of every pod: those that initialize and those for debugging, too.
    pub(crate) fn containers(&self) -> impl Iterator<Item = Container<'_>> {
        self.pods().flat_map(Pod::containers)
    }

    pub(crate) fn of_kind(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| kinds.contains(&object.kind.as_str()))
    }
}

fn collect(node: Node, objects: &mut Vec<Object>, depth: usize) {
    let kind = node.text_at("kind").unwrap_or_default().into_owned();
    if kind.is_empty() || node.text_at("apiVersion").is_none() {
        return;
    }
    if kind.ends_with("List")
        && depth < 4
        && let Some(items) = node.entry("items").and_then(|entry| entry.value.as_list())
    {
        for item in items {
            collect(item.clone(), objects, depth + 1);
        }
        return;
    }
    let name = node.text_at("metadata.name").or_else(|| node.text_at("metadata.generateName"));
    let name = name.unwrap_or_default().into_owned();
    let block = (node.line, last_line(&node));
    objects.push(Object { kind, name, node, block });
}

/// The last line on which something of a value begins.
pub(crate) fn last_line(node: &Node) -> u32 {
    match &node.value {
        Value::List(items) => items.iter().map(last_line).max().unwrap_or(node.line),
        Value::Map(entries) => {
            entries.iter().map(|entry| last_line(&entry.value).max(entry.line)).max().unwrap_or(node.line)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => node.line,
    }
}

/// Reads the manifests of a tree, but for templates of charts, which have to be rendered first, and hands over those of each
/// file.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Manifests)) {
    let mut namespaces = kustomize::namespaces(tree, gaps);
    for (path, text) in tree.files() {
        let name = path.file_name();
        let is_json = name.ends_with(".json");
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        let is_other =
            matches!(by_name(path), Some(FileKind::GithubWorkflow | FileKind::Compose | FileKind::Terraform));
        let looks_so = text.contains("apiVersion") && text.contains("kind");
        if !(is_json || is_yaml) || is_other || !looks_so || crate::helm::is_template(tree, path) {
            continue;
        }
        let documents = if is_json {
            json::parse(text).map(|node| vec![node]).map_err(|error| error.to_string())
        } else {
            yaml::parse(text, Tags::Dropped).map_err(|error| error.to_string())
        };
        match documents {
            Ok(documents) => {
                let cut = documents.iter().find(|document| is_cut(document));
                let cut = cut.map(|cut| format!("the object at line {} has no kind; its end may be missing", cut.line));
                let given_namespace = namespaces.remove(path);
                let manifests = Manifests { given_namespace, ..Manifests::from_documents(path, documents) };
                let cut = cut.or_else(|| {
                    let (line, key) = manifests.objects.iter().find_map(Object::text_for_map)?;
                    Some(format!("`{key}` at line {line} is a text and no map; its end may be missing"))
                });
                gaps.extend(cut.map(|reason| Gap::new(path.as_str(), reason)));
                if !manifests.objects.is_empty() {
                    take(manifests);
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the manifest cannot be read: {error}"))),
        }
    }
}

/// Whether a document is an object of which nothing is there behind `kind:`.
fn is_cut(document: &Node) -> bool {
    document.text_at("apiVersion").is_some() && document.entry("kind").is_some_and(|kind| kind.value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifests(text: &str) -> Manifests {
        let documents = yaml::parse(text, Tags::Dropped).unwrap();
        Manifests::from_documents(&UntrustedPath::normalise("x.yaml"), documents)
    }

    #[test]
    fn every_kind_of_workload_has_its_pod() {
        let spec = "{containers: [{name: c}], initContainers: [{name: i}], ephemeralContainers: [{name: e}]}";
        for (kind, body) in [
            ("Pod", format!("spec: {spec}")),
            ("Deployment", format!("spec: {{template: {{spec: {spec}}}}}")),
            ("CronJob", format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {spec}}}}}}}}}")),
            ("PodTemplate", format!("template: {{spec: {spec}}}")),
        ] {
            let read = manifests(&format!("apiVersion: v1\nkind: {kind}\n{body}\n"));
            assert_eq!(read.containers().count(), 3, "{kind}");
        }
    }

    #[test]
    fn lists_and_documents_are_taken_apart() {
        let read = manifests(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n---\napiVersion: v1\nkind: Pod\n",
        );
        assert_eq!(read.objects.len(), 2);
        assert_eq!(read.objects[1].block, (6, 7));
    }

    #[test]
    fn a_manifest_whose_end_is_missing_is_a_gap() {
        for (name, cut) in [
            ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n---\napiVersion: v1\nkind:\n"),
            ("a.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  contain"),
            ("a.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - na"),
            (
                "a.yaml",
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    securityContext:\n      priv",
            ),
            ("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    sp"),
            ("a.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a"),
            ("a.yaml", "apiVersion: v1\nkind: 'Po"),
            ("a.json", r#"{"apiVersion": "v1", "kind": "Po"#),
            ("a.json", r#"{"apiVersion": "v1", "kind""#),
        ] {
            let mut tree = Tree::new();
            tree.insert(name.to_owned().into(), cut.as_bytes()).unwrap();
            let mut gaps = Vec::new();
            read(&tree, &mut gaps, &mut |_| ());
            assert!(gaps.len() == 1 && gaps[0].reason.contains("line"), "{cut}: {gaps:?}");
        }
    }
}
