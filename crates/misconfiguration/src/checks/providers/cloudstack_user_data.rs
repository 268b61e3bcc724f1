//! User data of the instance hold a secret.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::secret_words::assigned_secret;

check! {
    id: "BHD-CLOUDSTACK-0001",
    aliases: ["CLDSTK-0001", "cloudstack-compute-no-sensitive-info"],
    severity: High,
    title: "User data of the instance hold a secret",
    remedy: "Read secrets from a secret store when the instance starts.",
    rule: Cloud(find),
    bad: [
        r#"resource "cloudstack_instance" "x" { user_data = "export API_TOKEN=abcdef" }"#,
        r#"resource "cloudstack_instance" "x" { user_data = base64encode("DB_PASSWORD=hunter22") }"#,
    ],
    good: [
        r#"resource "cloudstack_instance" "x" { user_data = "export API_TOKEN=$(cat /run/token)" }"#,
        r#"resource "cloudstack_instance" "x" { name = "x" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for data in cloud.of(&["cloudstack_instance"]).map(|instance| instance.get("user_data")) {
        if let Some(name) = data.partial_text().and_then(|text| assigned_secret(&text)) {
            data.fail(found, format!("`{name}` is in the user data"));
        }
    }
}
