//! Activity log leaves regions out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0032",
    aliases: ["AZU-0032", "azure-monitor-capture-all-regions"],
    severity: Medium,
    title: "Activity log leaves regions out",
    remedy: "List every region, and global, in `locations`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_monitor_log_profile" "x" { locations = ["westeurope", "global"] }"#,
        r#"resource "azurerm_monitor_log_profile" "x" {}"#,
    ],
    good: [
        r#"variable "locations" {}
resource "azurerm_monitor_log_profile" "x" { locations = var.locations }"#,
        r#"data "azurerm_locations" "all" {}
resource "azurerm_monitor_log_profile" "x" { locations = data.azurerm_locations.all.names }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    const REGIONS: &[&str] = &[
        "eastus", "eastus2", "southcentralus", "westus2", "westus3", "australiaeast", "southeastasia", "northeurope", "swedencentral",
        "uksouth", "westeurope", "centralus", "northcentralus", "westus", "southafricanorth", "centralindia", "eastasia", "japaneast",
        "koreacentral", "canadacentral", "francecentral", "germanywestcentral", "norwayeast", "switzerlandnorth", "uaenorth",
        "brazilsouth", "global",
    ];
    for locations in cloud.of(&["azurerm_monitor_log_profile"]).map(|profile| profile.get("locations")) {
        let listed = locations.texts();
        let missing = REGIONS.iter().find(|region| !listed.iter().any(|listed| listed.eq_ignore_ascii_case(region)));
        if let Some(missing) = missing.filter(|_| locations.is_known_list()) {
            locations.fail(found, format!("`{missing}` is left out"));
        }
    }
}
