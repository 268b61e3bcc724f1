//! Kustomize, as far as it decides the namespace of what it puts together (Kustomize, The Kustomization File).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Gap, UntrustedPath};

use crate::node::Node;
use crate::tree::Tree;
use crate::yaml::{self, Tags};

const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of files and of folders with a kustomization.
const LISTS: &[&str] = &["resources", "bases", "components", "patchesStrategicMerge", "patches"];

/// The manifests of a tree that stand in a namespace because a kustomization puts them there. Where several do, one that is
/// not `default` counts.
pub(super) fn namespaces(tree: &Tree, gaps: &mut Vec<Gap>) -> BTreeMap<UntrustedPath, String> {
    let mut by_folder: HashMap<&str, Node> = HashMap::new();
    for (path, text) in tree.files().filter(|(path, _)| NAMES.contains(&path.file_name())) {
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => {
                if let Some(document) = documents.into_iter().next() {
                    by_folder.insert(path.parent(), document);
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the manifest cannot be read: {error}"))),
        }
    }
    let namespace = |folder: &str| by_folder.get(folder)?.text_at("namespace").filter(|name| !name.is_empty());
    let mut roots: Vec<(bool, &str, String)> = by_folder
        .keys()
        .filter_map(|folder| namespace(folder).map(|name| (name == "default", *folder, name.into_owned())))
        .collect();
    roots.sort();
    let mut namespaces = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (_, root, namespace) in roots {
        let mut next = vec![root];
        while let Some(folder) = next.pop() {
            let Some((folder, kustomization)) = by_folder.get_key_value(folder) else { continue };
            if !seen.insert(folder) {
                continue;
            }
            for named in LISTS.iter().filter_map(|list| kustomization.get(list)).flat_map(Node::items) {
                let Some(name) = named.as_text().or_else(|| named.text_at("path")) else { continue };
                let path = UntrustedPath::normalise(&format!("{folder}/{name}"));
                match by_folder.get_key_value(path.as_str()) {
                    Some((inner, _)) => next.push(inner),
                    None => {
                        namespaces.entry(path).or_insert_with(|| namespace.clone());
                    }
                }
            }
        }
    }
    namespaces
}

#[cfg(test)]
mod tests {
    use crate::{Options, Tree, check};

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n";

    /// The files with a finding of the check.
    fn found(files: &[(&str, &str)], id: &str) -> Vec<String> {
        let mut tree = Tree::new();
        for (path, text) in files {
            tree.insert((*path).to_owned().into(), text.as_bytes()).unwrap();
        }
        let checked = check(&tree, &Options::default());
        assert_eq!(checked.gaps, []);
        let findings = checked.findings.into_iter().filter(|finding| finding.id == id);
        findings.map(|finding| finding.path.as_str().to_owned()).collect()
    }

    #[test]
    fn a_kustomization_decides_the_namespace_of_what_it_puts_together() {
        let in_default = |files: &[(&str, &str)]| found(files, "BHD-KUBERNETES-0110");
        let own = ("a/kustomization.yaml", "namespace: prod\nresources: [d.yaml, ../b]\n");
        let base = ("b/kustomization.yml", "resources:\n- e.yaml\n- ../a\n");
        let explicit = POD.replace("name: a}", "name: a, namespace: default}");
        assert_eq!(
            in_default(&[own, base, ("a/d.yaml", POD), ("a/x.yaml", POD), ("b/e.yaml", &explicit)]),
            ["a/x.yaml"]
        );
        assert_eq!(in_default(&[base, ("b/e.yaml", POD)]), ["b/e.yaml"]);
        let to_default =
            ("kustomization.yaml", "namespace: default\nresources: [d.yaml, b]\npatches: [{path: p.yaml}]\n");
        let named = POD.replace("name: a}", "name: a, namespace: shop}");
        assert_eq!(in_default(&[to_default, ("d.yaml", &named), ("p.yaml", POD)]), ["d.yaml", "p.yaml"]);
        assert_eq!(
            in_default(&[
                to_default,
                ("d.yaml", &named),
                ("x/Kustomization", "namespace: y\nresources: [../d.yaml]\n")
            ]),
            [""; 0]
        );
    }

    #[test]
    fn the_namespace_of_the_cluster_can_be_given_too() {
        let files = [("kustomization.yaml", "namespace: kube-system\nresources: [d.yaml]\n"), ("d.yaml", POD)];
        assert_eq!(found(&files, "BHD-KUBERNETES-0037"), ["d.yaml"]);
    }
}
