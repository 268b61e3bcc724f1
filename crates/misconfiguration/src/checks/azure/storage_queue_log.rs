//! Queue service writes no log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AZURE-0009",
    aliases: ["AZU-0009", "azure-storage-queue-services-logging-enabled", "CKV_AZURE_33"],
    severity: Medium,
    title: "Queue service writes no log",
    remedy: "Set `queue_properties.logging` with `delete`, `read` and `write`.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_storage_account" "a" { name = "a" }
resource "azurerm_storage_queue" "q" { storage_account_name = "a" }"#,
        r#"resource "azurerm_storage_account" "a" {
  queue_properties {
    logging {
      read   = true
      write  = true
      delete = false
    }
  }
}"#,
    ],
    good: [
        r#"resource "azurerm_storage_account" "a" { name = "a" }"#,
        r#"resource "azurerm_storage_account" "a" {
  queue_properties {
    logging {
      read   = true
      write  = true
      delete = true
    }
  }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for account in cloud.of(&["azurerm_storage_account"]) {
        let properties = account.get("queue_properties");
        let has_queues = cloud.that_refer(&["azurerm_storage_queue"], "storage_account_name", account).next().is_some();
        if properties.is_unknown() || (properties.is_missing() && !has_queues) {
            continue;
        }
        if ["delete", "read", "write"].iter().any(|kind| properties.get(&format!("logging.{kind}")).is_off()) {
            properties.get("logging").fail(found, "reads, writes and deletions are not all logged");
        }
    }
}
