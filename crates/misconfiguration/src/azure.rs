//! Azure Resource Manager templates, also as Bicep compiles them.

mod expression;
mod mapping;

use model::{Gap, UntrustedPath};

use crate::cloud::effort::Effort;
use crate::cloud::{Cloud, Language, Resource};
use crate::json;
use crate::kubernetes::last_line;
use crate::node::{Entry, Node, Value};
use crate::tree::Tree;

use expression::Template;

/// Deployments within deployments, and resources within resources.
const DEEPEST: usize = 12;
/// Resources of one template.
const MOST_RESOURCES: usize = 5_000;

/// Reads every template of a tree and hands it over, so that no two have to be in memory.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Cloud)) {
    for (path, _) in tree.files() {
        let Some(stem) = path.as_str().strip_suffix(".bicep") else { continue };
        if tree.get(&format!("{stem}.json")).is_none() {
            gaps.push(Gap::new(path.as_str(), "Bicep is not read; the template that `bicep build` makes of it is"));
        }
    }
    for (path, text) in tree.files().filter(|(path, _)| path.file_name().ends_with(".json")) {
        let is_template = text.contains("\"$schema\"") && text.to_ascii_lowercase().contains("deploymenttemplate");
        if !is_template {
            continue;
        }
        match json::parse(text) {
            Ok(document) => {
                let effort = expression::effort();
                let mut read = Reading { path, effort: &effort, resources: Vec::new(), left_out: None };
                read.deployment(&document, 0);
                let left_out = read.left_out.map(|reason| Gap::new(path.as_str(), reason));
                gaps.extend(effort.gap(path.as_str()).into_iter().chain(left_out));
                take(Cloud::new(read.resources));
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the Azure template cannot be read: {error}"))),
        }
    }
}

/// What is read of one file.
struct Reading<'a> {
    path: &'a UntrustedPath,
    effort: &'a Effort,
    resources: Vec<Resource>,
    /// Why some of its resources are left out.
    left_out: Option<String>,
}

impl Reading<'_> {
    /// The resources of a template, which Bicep gives as a map by symbol, all others as a list.
    fn deployment(&mut self, document: &Node, depth: usize) {
        let template = Template::new(document, self.effort);
        let Some(declared) = document.get("resources") else { return };
        let entries = declared.as_map().unwrap_or_default().iter().map(|entry| &entry.value);
        for resource in declared.as_list().unwrap_or_default().iter().chain(entries) {
            self.collect(resource, None, &template, depth);
        }
    }

    fn collect(&mut self, declared: &Node, parent: Option<(&str, &str)>, template: &Template<'_>, depth: usize) {
        let Some(kind) = declared.text_at("type") else { return };
        if depth > DEEPEST {
            self.left_out = Some(format!("its resources are more than {DEEPEST} deep in one another"));
            return;
        }
        if self.resources.len() >= MOST_RESOURCES {
            self.left_out = Some(format!("it describes more than {MOST_RESOURCES} resources"));
            return;
        }
        if is_off(declared, template) {
            return;
        }
        let own_name = declared.get("name").map(|name| template.resolve(name));
        let own_name = own_name.as_ref().and_then(Node::as_partial_text).unwrap_or_default();
        let (kind, name) = match parent {
            Some((parent_kind, parent_name)) => (format!("{parent_kind}/{kind}"), format!("{parent_name}/{own_name}")),
            None => (kind.into_owned(), own_name.into_owned()),
        };
        if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
            if let Some(nested) = declared.at("properties.template") {
                self.deployment(nested, depth + 1);
            }
            return;
        }
        for child in declared.get("resources").map(Node::items).unwrap_or_default() {
            self.collect(child, Some((&kind, &name)), template, depth + 1);
        }
        let base = Resource {
            kind: String::new(),
            address: format!("{kind} {name}"),
            path: self.path.clone(),
            block: (declared.line, last_line(declared)),
            body: template.resolve(&body(declared)),
            language: Language::Azure,
        };
        mapping::map(&kind, &name, base, &mut self.resources);
    }
}

/// What a resource says beside what it is.
fn body(declared: &Node) -> Node {
    let entries = declared.as_map().unwrap_or_default().iter();
    let is_own =
        |entry: &&Entry| !matches!(entry.key.as_str(), "resources" | "type" | "apiVersion" | "name" | "dependsOn");
    Node::new(declared.line, Value::Map(entries.filter(is_own).cloned().collect()))
}

/// Whether `condition` is surely false.
fn is_off(declared: &Node, template: &Template<'_>) -> bool {
    declared.get("condition").is_some_and(|condition| template.resolve(condition).as_bool() == Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(text: &str) -> Cloud {
        let text = text.replace(
            "SCHEMA",
            "\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\"",
        );
        let mut tree = Tree::new();
        tree.insert("azuredeploy.json".to_owned().into(), text.as_bytes()).unwrap();
        let mut gaps = Vec::new();
        let mut clouds = Vec::new();
        read(&tree, &mut gaps, &mut |cloud| clouds.push(cloud));
        let cloud = clouds.remove(0);
        assert_eq!(gaps, []);
        cloud
    }

    #[test]
    fn properties_have_the_names_of_terraform() {
        let cloud = read_one(
            r#"{SCHEMA, "parameters": {"https": {"type": "bool", "defaultValue": false}}, "variables": {"sku": "[concat('Standard', '_', 'LRS')]"},
                "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "a", "sku": {"name": "[variables('sku')]"},
                "properties": {"supportsHttpsTrafficOnly": "[parameters('https')]", "minimumTlsVersion": "TLS1_0",
                "networkAcls": {"defaultAction": "Allow", "bypass": "Metrics, AzureServices"}}}]}"#,
        );
        let account = cloud.of(&["azurerm_storage_account"]).next().unwrap();
        assert_eq!(account.get("https_traffic_only_enabled").bool(), Some(false));
        assert_eq!(account.get("account_replication_type").text().unwrap(), "LRS");
        assert_eq!(account.get("network_rules.bypass").texts(), ["Metrics", "AzureServices"]);
    }

    #[test]
    fn children_nested_deployments_and_conditions_are_followed() {
        let cloud = read_one(
            r#"{SCHEMA, "resources": {"one": {"type": "Microsoft.Sql/servers", "name": "s", "resources": [
                {"type": "firewallRules", "name": "all", "properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}}]},
                "two": {"type": "Microsoft.KeyVault/vaults", "name": "v", "condition": "[equals('a', 'b')]"},
                "three": {"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"template": {"resources": [
                {"type": "Microsoft.Compute/disks", "name": "k"}]}}}}}"#,
        );
        assert_eq!(cloud.of(&["azurerm_mssql_firewall_rule"]).count(), 1);
        assert_eq!(cloud.of(&["azurerm_key_vault"]).count(), 0);
        assert_eq!(cloud.of(&["azurerm_managed_disk"]).count(), 1);
    }

    fn gaps_of(text: &str) -> Vec<String> {
        let text = text.replace(
            "SCHEMA",
            r#""$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#""#,
        );
        let mut tree = Tree::new();
        tree.insert("azuredeploy.json".to_owned().into(), text.as_bytes()).unwrap();
        crate::check(&tree, &crate::Options::default()).gaps.into_iter().map(|gap| gap.reason).collect()
    }

    #[test]
    fn a_template_whose_end_is_missing_is_a_gap() {
        let whole = r#"{SCHEMA, "resources": [{"type": "Microsoft.Compute/disks", "name": "k"}]}"#;
        for end in 8..whole.len() {
            let gaps = gaps_of(&whole[..end]);
            assert!(
                gaps.len() == 1 && gaps[0].contains("Azure template cannot be read"),
                "{}: {gaps:?}",
                &whole[..end]
            );
        }
    }

    #[test]
    fn variables_that_double_themselves_are_a_gap() {
        let doubling: String = (1..20)
            .map(|level| format!(r#", "v{level}": "[concat(variables('v{0}'), variables('v{0}'))]""#, level - 1))
            .collect();
        let gaps = gaps_of(&format!(
            r#"{{SCHEMA, "variables": {{"v0": "x"{doubling}}}, "resources": [
                {{"type": "Microsoft.Storage/storageAccounts", "name": "[variables('v19')]"}}]}}"#
        ));
        assert!(gaps.len() == 1 && gaps[0].contains("300000 steps"), "{gaps:?}");
    }

    #[test]
    fn what_is_left_out_is_told() {
        let account = r#"{"type": "Microsoft.Storage/storageAccounts", "name": "a"}"#;
        let many = vec![account; MOST_RESOURCES + 1].join(",");
        let gaps = gaps_of(&format!(r#"{{SCHEMA, "resources": [{many}]}}"#));
        assert!(gaps.iter().any(|gap| gap.contains("more than 5000 resources")), "{gaps:?}");
        let deep =
            r#"{"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"template": {"resources": ["#;
        let gaps = gaps_of(&format!(r#"{{SCHEMA, "resources": [{}{account}{}]}}"#, deep.repeat(14), "]}}}".repeat(14)));
        assert!(gaps.iter().any(|gap| gap.contains("12 deep")), "{gaps:?}");
    }

    #[test]
    fn what_cannot_be_known_of_a_name_shows_as_such() {
        let text = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "[concat('st', uniqueString('a'))]",
            "properties": {"minimumTlsVersion": "TLS1_0"}}]}"#;
        let mut tree = Tree::new();
        tree.insert("azuredeploy.json".to_owned().into(), text.as_bytes()).unwrap();
        let findings = crate::check(&tree, &crate::Options::default()).findings;
        let finding = findings.iter().find(|finding| finding.id == "BHD-AZURE-0011").unwrap();
        assert!(finding.message.starts_with("Microsoft.Storage/storageAccounts st…:"), "{}", finding.message);
    }

    #[test]
    fn bicep_that_is_not_compiled_is_a_gap() {
        for (compiled, count) in [("other.json", 1), ("main.json", 0)] {
            let mut tree = Tree::new();
            tree.insert("main.bicep".to_owned().into(), b"param a string").unwrap();
            tree.insert(compiled.to_owned().into(), b"{}").unwrap();
            let gaps = crate::check(&tree, &crate::Options::default()).gaps;
            assert_eq!(gaps.len(), count, "{gaps:?}");
        }
    }
}
