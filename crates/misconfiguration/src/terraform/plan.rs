//! Plans as `terraform show -json` writes them (Terraform, JSON output format).

use model::{Gap, UntrustedPath};

use crate::cloud::{Cloud, Language, Resource};
use crate::json;
use crate::node::{Node, Value};
use crate::tree::Tree;

/// Modules within modules.
const DEEPEST: usize = 32;

pub(super) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Cloud)) {
    for (path, text) in tree.files() {
        let is_json = path.file_name().ends_with(".json") || path.file_name().ends_with(".tfplan");
        if !is_json || !looks_so(text) {
            continue;
        }
        match json::parse_plan(text) {
            Ok(plan) => {
                let mut resources = Vec::new();
                // What is written of a state has the same beginning, and no planned values.
                if let Some(root) = plan.at("planned_values.root_module") {
                    collect(root, path, &mut resources, 0);
                }
                add_references(&plan, &mut resources);
                take(Cloud::new(resources));
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the plan cannot be read: {error}"))),
        }
    }
}

/// Whether a text, of which the end may be missing, is a plan by its words.
fn looks_so(text: &str) -> bool {
    text.contains("\"planned_values\"")
        || (text.contains("\"format_version\"") && text.contains("\"terraform_version\""))
}

fn collect(module: &Node, path: &UntrustedPath, resources: &mut Vec<Resource>, depth: usize) {
    for resource in module.get("resources").map(Node::items).unwrap_or_default() {
        let Some(kind) = resource.text_at("type") else { continue };
        let is_data = resource.text_at("mode").is_some_and(|mode| mode == "data");
        let address = resource.text_at("address").unwrap_or_default().into_owned();
        resources.push(Resource {
            kind: if is_data { format!("data.{kind}") } else { kind.into_owned() },
            address: without_index(&address),
            path: path.clone(),
            block: (resource.line, crate::kubernetes::last_line(resource)),
            body: resource.get("values").cloned().unwrap_or_else(|| Node::new(resource.line, Value::Map(Vec::new()))),
            language: Language::Terraform,
        });
    }
    if depth < DEEPEST {
        for child in module.get("child_modules").map(Node::items).unwrap_or_default() {
            collect(child, path, resources, depth + 1);
        }
    }
}

/// What is known only after the plan is applied is missing from its values; the configuration says what it refers to.
fn add_references(plan: &Node, resources: &mut [Resource]) {
    let Some(configured) = plan.at("configuration.root_module.resources") else { return };
    for configuration in configured.items() {
        let Some(address) = configuration.text_at("address") else { continue };
        let expressions = configuration.get("expressions").and_then(Node::as_map).unwrap_or_default();
        for resource in resources.iter_mut().filter(|resource| resource.address == *address) {
            let Value::Map(entries) = &mut resource.body.value else { continue };
            for expression in expressions {
                let references = expression.value.get("references").map(Node::items).unwrap_or_default();
                let references: Vec<String> =
                    references.iter().filter_map(Node::as_text).map(|text| without_index(&text)).collect();
                if references.is_empty() {
                    continue;
                }
                let place = entries.iter().position(|entry| entry.key == expression.key);
                let place = place.unwrap_or_else(|| {
                    let (key, line) = (expression.key.clone(), resource.block.0);
                    entries.push(crate::node::Entry { key, line, value: Node::unknown(line) });
                    entries.len() - 1
                });
                if entries[place].value.is_null() {
                    entries[place].value.value = Value::Unknown;
                }
                entries[place].value.references = references;
            }
        }
    }
}

/// `module.a["x"].aws_s3_bucket.b[0]` is `module.a.aws_s3_bucket.b` for those that refer to it.
fn without_index(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut is_inside = false;
    for sign in address.chars() {
        match sign {
            '[' => is_inside = true,
            ']' => is_inside = false,
            _ if !is_inside => out.push(sign),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_whose_end_is_missing_is_a_gap() {
        let whole = r#"{"format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {"root_module": {}}}"#;
        for end in 55..=whole.len() {
            let mut tree = Tree::new();
            tree.insert("plan.json".to_owned().into(), &whole.as_bytes()[..end]).unwrap();
            let mut gaps = Vec::new();
            read(&tree, &mut gaps, &mut |_| ());
            let is_cut = end < whole.len();
            assert_eq!(
                gaps.iter().filter(|gap| gap.reason.contains("plan cannot be read")).count(),
                usize::from(is_cut)
            );
        }
    }
}
