//! Virtual machine has an interface without a security group.

use crate::check::{Found, check};
use crate::cloud::{Cloud, Resource};

check! {
    id: "BHD-AZURE-0068",
    aliases: ["AZU-0068", "azure-compute-vm-not-attached-to-network"],
    severity: Medium,
    title: "Virtual machine has an interface without a security group",
    remedy: "Associate a network security group with the interface or its subnet.",
    rule: Cloud(find),
    bad: [
        r#"resource "azurerm_network_interface" "n" {}
resource "azurerm_linux_virtual_machine" "m" { network_interface_ids = [azurerm_network_interface.n.id] }"#,
        r#"resource "azurerm_network_interface" "n" { count = 2 }
resource "azurerm_windows_virtual_machine" "m" { network_interface_ids = azurerm_network_interface.n[*].id }"#,
    ],
    good: [
        r#"resource "azurerm_network_interface" "n" {}
resource "azurerm_network_interface_security_group_association" "a" { network_interface_id = azurerm_network_interface.n.id }
resource "azurerm_linux_virtual_machine" "m" { network_interface_ids = [azurerm_network_interface.n.id] }"#,
        r#"resource "azurerm_subnet" "s" {}
resource "azurerm_network_interface" "n" {
  ip_configuration { subnet_id = azurerm_subnet.s.id }
}
resource "azurerm_subnet_network_security_group_association" "a" { subnet_id = azurerm_subnet.s.id }
resource "azurerm_linux_virtual_machine" "m" { network_interface_ids = [azurerm_network_interface.n.id] }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let kinds = &["azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine"];
    for machine in cloud.of(kinds) {
        let interfaces = machine.get("network_interface_ids");
        let used = cloud.of(&["azurerm_network_interface"]).filter(|interface| interfaces.refers_to(interface));
        if let Some(interface) = used.into_iter().find(|interface| !is_guarded(cloud, interface)) {
            interfaces.fail(found, format!("{} has no security group", interface.address));
        }
    }
}

fn is_guarded(cloud: &Cloud, interface: &Resource) -> bool {
    const ASSOCIATION: &[&str] = &["azurerm_network_interface_security_group_association"];
    let own = interface.get("network_security_group_id").is_set();
    let associated = cloud.that_refer(ASSOCIATION, "network_interface_id", interface).next().is_some();
    let subnets = interface.each("ip_configuration.subnet_id");
    let by_subnet = cloud.of(&["azurerm_subnet_network_security_group_association"]).any(|association| {
        let subnet = cloud.referred(&association.get("subnet_id"), &["azurerm_subnet"]);
        subnet.is_some_and(|subnet| subnets.iter().any(|used| used.refers_to(subnet)))
    });
    own || associated || by_subnet
}
