//! Which type and which names of Terraform stand for those of Azure's templates.

use crate::cloud::Resource;
use crate::cloud::shape::{put, rename, snake_keys, take};
use crate::node::{Entry, Node, Value};

/// Levels of `properties` within `properties`.
const DEEPEST: usize = 64;

/// A type, what its properties are called in Terraform, and which of them are switches.
struct Mapping {
    azure: &'static str,
    terraform: &'static str,
    renamed: &'static [(&'static str, &'static str)],
    /// `Enabled` and `Disabled`, `On` and `Off`, which are booleans in Terraform.
    switches: &'static [&'static str],
    /// The attribute that refers to the parent, for children.
    parent: Option<(&'static str, &'static str)>,
}

const NONE: Mapping = Mapping { azure: "", terraform: "", renamed: &[], switches: &[], parent: None };

const SITE: &[(&str, &str)] = &[
    ("client_cert_enabled", "client_cert_enabled"),
    ("site_config.http20_enabled", "site_config.http2_enabled"),
    ("site_config.minimum_tls_version", "site_config.min_tls_version"),
];

const DATABASE: &[(&str, &str)] = &[
    ("public_network_access", "public_network_access_enabled"),
    ("ssl_enforcement", "ssl_enforcement_enabled"),
    ("minimal_tls_version", "ssl_minimal_tls_version_enforced"),
];

const DATABASE_SWITCHES: &[&str] = &["public_network_access_enabled", "ssl_enforcement_enabled"];

const MAPPINGS: &[Mapping] = &[
    Mapping {
        azure: "Microsoft.Storage/storageAccounts",
        terraform: "azurerm_storage_account",
        renamed: &[
            ("supports_https_traffic_only", "https_traffic_only_enabled"),
            ("minimum_tls_version", "min_tls_version"),
            ("allow_blob_public_access", "allow_nested_items_to_be_public"),
            ("network_acls", "network_rules"),
            ("encryption.require_infrastructure_encryption", "infrastructure_encryption_enabled"),
            ("encryption.keyvaultproperties", "customer_managed_key"),
        ],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Storage/storageAccounts/blobServices/containers",
        terraform: "azurerm_storage_container",
        renamed: &[("public_access", "container_access_type")],
        parent: Some(("storage_account_name", "Microsoft.Storage/storageAccounts")),
        ..NONE
    },
    Mapping {
        azure: "Microsoft.KeyVault/vaults",
        terraform: "azurerm_key_vault",
        renamed: &[
            ("enable_purge_protection", "purge_protection_enabled"),
            ("soft_delete_retention_in_days", "soft_delete_retention_days"),
        ],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.KeyVault/vaults/secrets",
        terraform: "azurerm_key_vault_secret",
        renamed: &[("attributes.exp", "expiration_date")],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.KeyVault/vaults/keys",
        terraform: "azurerm_key_vault_key",
        renamed: &[("attributes.exp", "expiration_date")],
        ..NONE
    },
    Mapping { azure: "Microsoft.Web/sites", terraform: "azurerm_app_service", renamed: SITE, ..NONE },
    Mapping {
        azure: "Microsoft.Sql/servers",
        terraform: "azurerm_mssql_server",
        renamed: &[
            ("minimal_tls_version", "minimum_tls_version"),
            ("public_network_access", "public_network_access_enabled"),
        ],
        switches: &["public_network_access_enabled"],
        ..NONE
    },
    Mapping { azure: "Microsoft.Sql/servers/firewallRules", terraform: "azurerm_mssql_firewall_rule", ..NONE },
    Mapping {
        azure: "Microsoft.Sql/servers/auditingSettings",
        terraform: "azurerm_mssql_server_extended_auditing_policy",
        renamed: &[("retention_days", "retention_in_days")],
        parent: Some(("server_id", "Microsoft.Sql/servers")),
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Sql/servers/securityAlertPolicies",
        terraform: "azurerm_mssql_server_security_alert_policy",
        ..NONE
    },
    Mapping {
        azure: "Microsoft.DBforPostgreSQL/servers",
        terraform: "azurerm_postgresql_server",
        renamed: DATABASE,
        switches: DATABASE_SWITCHES,
        ..NONE
    },
    Mapping {
        azure: "Microsoft.DBforPostgreSQL/servers/configurations",
        terraform: "azurerm_postgresql_configuration",
        parent: Some(("server_name", "Microsoft.DBforPostgreSQL/servers")),
        ..NONE
    },
    Mapping {
        azure: "Microsoft.DBforPostgreSQL/servers/firewallRules",
        terraform: "azurerm_postgresql_firewall_rule",
        ..NONE
    },
    Mapping {
        azure: "Microsoft.DBforMySQL/servers",
        terraform: "azurerm_mysql_server",
        renamed: DATABASE,
        switches: DATABASE_SWITCHES,
        ..NONE
    },
    Mapping { azure: "Microsoft.DBforMySQL/servers/firewallRules", terraform: "azurerm_mysql_firewall_rule", ..NONE },
    Mapping {
        azure: "Microsoft.ContainerService/managedClusters",
        terraform: "azurerm_kubernetes_cluster",
        renamed: &[
            ("enable_rbac", "role_based_access_control_enabled"),
            ("api_server_access_profile.enable_private_cluster", "private_cluster_enabled"),
            ("api_server_access_profile.authorized_ip_ranges", "api_server_authorized_ip_ranges"),
            ("addon_profiles", "addon_profile"),
            ("addon_profile.omsagent", "addon_profile.oms_agent"),
            ("addon_profile.azurepolicy", "addon_profile.azure_policy"),
            ("disk_encryption_set_id", "disk_encryption_set_id"),
        ],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Network/networkSecurityGroups",
        terraform: "azurerm_network_security_group",
        renamed: &[("security_rules", "security_rule")],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Network/networkSecurityGroups/securityRules",
        terraform: "azurerm_network_security_rule",
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Network/networkInterfaces",
        terraform: "azurerm_network_interface",
        renamed: &[
            ("ip_configurations", "ip_configuration"),
            ("ip_configuration.public_ip_address", "ip_configuration.public_ip_address_id"),
            ("network_security_group", "network_security_group_id"),
        ],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Network/networkWatchers/flowLogs",
        terraform: "azurerm_network_watcher_flow_log",
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Compute/virtualMachines",
        terraform: "azurerm_linux_virtual_machine",
        renamed: &[(
            "os_profile.linux_configuration.disable_password_authentication",
            "disable_password_authentication",
        )],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Compute/disks",
        terraform: "azurerm_managed_disk",
        renamed: &[("encryption_settings_collection.enabled", "encryption_settings.enabled")],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.DataFactory/factories",
        terraform: "azurerm_data_factory",
        renamed: &[("public_network_access", "public_network_enabled")],
        switches: &["public_network_enabled"],
        ..NONE
    },
    Mapping { azure: "Microsoft.DataLakeStore/accounts", terraform: "azurerm_data_lake_store", ..NONE },
    Mapping { azure: "Microsoft.Authorization/roleDefinitions", terraform: "azurerm_role_definition", ..NONE },
    Mapping {
        azure: "Microsoft.Security/pricings",
        terraform: "azurerm_security_center_subscription_pricing",
        renamed: &[("pricing_tier", "tier")],
        ..NONE
    },
    Mapping {
        azure: "Microsoft.Security/securityContacts",
        terraform: "azurerm_security_center_contact",
        switches: &["alert_notifications", "alerts_to_admins"],
        ..NONE
    },
];

/// Brings a resource of Azure into the shape of Terraform; types that no check asks about are left out.
pub(super) fn map(kind: &str, name: &str, mut resource: Resource, resources: &mut Vec<Resource>) {
    let Some(mapping) = MAPPINGS.iter().find(|mapping| mapping.azure.eq_ignore_ascii_case(kind)) else { return };
    resource.kind = mapping.terraform.to_owned();
    hoist_properties(&mut resource.body, 0);
    snake_keys(&mut resource.body);
    for (from, to) in mapping.renamed.iter().filter(|(from, to)| from != to) {
        rename(&mut resource.body, from, to);
    }
    let line = resource.block.0;
    let Value::Map(entries) = &mut resource.body.value else { return };
    for path in mapping.switches {
        if let Some(entry) = take(entries, path) {
            let value = switch(&entry.value);
            put(entries, path, Entry { value, ..entry });
        }
    }
    let (parent, own) = name.rsplit_once('/').map_or(("", name), |(parent, own)| (parent, own));
    entries.push(Entry { key: "name".to_owned(), line, value: Node::text(line, own) });
    if let Some((attribute, parent_kind)) = mapping.parent {
        let owner = parent.split('/').next().unwrap_or_default();
        let reference = Node { references: vec![format!("{parent_kind} {owner}")], ..Node::text(line, owner) };
        entries.push(Entry { key: attribute.to_owned(), line, value: reference });
    }
    adjust(mapping.azure, entries, &mut resource.kind);
    resources.push(resource);
}

/// What differs in more than names.
fn adjust(azure: &str, entries: &mut Vec<Entry>, kind: &mut String) {
    match azure {
        "Microsoft.Storage/storageAccounts" => {
            if let Some(sku) = take(entries, "sku.name") {
                let text = sku.value.as_text().and_then(|name| name.split_once('_').map(|(_, kind)| kind.to_owned()));
                let value = text.map_or_else(|| Node::unknown(sku.line), |text| Node::text(sku.line, text));
                put(entries, "account_replication_type", Entry { value, ..sku });
            }
            if let Some(bypass) = take(entries, "network_rules.bypass") {
                let items = bypass.value.as_text().map(|text| {
                    let items = text.split(',').map(|item| Node::text(bypass.line, item.trim()));
                    Value::List(items.collect())
                });
                let value = Node::new(bypass.line, items.unwrap_or(Value::Unknown));
                put(entries, "network_rules.bypass", Entry { value, ..bypass });
            }
        }
        "Microsoft.Storage/storageAccounts/blobServices/containers" => {
            if let Some(access) = entries.iter_mut().find(|entry| entry.key == "container_access_type")
                && access.value.as_text().is_some_and(|text| text.eq_ignore_ascii_case("None"))
            {
                access.value = Node::text(access.line, "private");
            }
        }
        "Microsoft.Web/sites" => {
            let site = take(entries, "kind").and_then(|entry| entry.value.as_text().map(std::borrow::Cow::into_owned));
            if site.is_some_and(|site| site.contains("functionapp")) {
                *kind = "azurerm_function_app".to_owned();
            }
        }
        _ => {}
    }
}

fn switch(node: &Node) -> Node {
    let value = match node.as_text().map(|text| text.to_ascii_lowercase()).as_deref() {
        Some("enabled" | "on" | "true") => Value::Bool(true),
        Some("disabled" | "off" | "false") => Value::Bool(false),
        _ => Value::Unknown,
    };
    Node::new(node.line, value)
}

/// What stands under `properties` belongs to what has them, at every depth.
fn hoist_properties(node: &mut Node, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    crate::cloud::shape::hoist(node, "properties");
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| hoist_properties(item, depth + 1)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| hoist_properties(&mut entry.value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
}
