//! Config map holds a secret.

use crate::check::{Found, check};
use crate::kubernetes::Manifests;
use crate::node::Node;
use crate::secret_words::{assigned_secret, holds_secret};

check! {
    id: "BHD-KUBERNETES-0109",
    aliases: ["KSV-0109", "kubernetes-configMap-with-secrets"],
    severity: High,
    title: "Config map holds a secret",
    remedy: "Put it into a Secret, or better into a secret store.",
    rule: Kubernetes(find),
    bad: [
        r#"apiVersion: v1
kind: ConfigMap
data: {DB_PASSWORD: hunter22}"#,
        r#"apiVersion: v1
kind: ConfigMap
data:
  app.properties: |
    db.url=jdbc:x
    db.password=hunter22"#,
    ],
    good: [
        r#"apiVersion: v1
kind: ConfigMap
data: {PASSWORD_FILE: /run/secrets/db, token: "{{ .Values.token }}"}"#,
        r#"apiVersion: v1
kind: ConfigMap
data:
  app.properties: |
    # password=example
    db.password=${DB_PASSWORD}
    password.required=true"#,
    ],
}

fn find(manifests: &Manifests, found: &mut Found) {
    for object in manifests.of_kind(&["ConfigMap"]) {
        let entries = object.node.get("data").and_then(Node::as_map).unwrap_or_default();
        for entry in entries {
            let Some(text) = entry.value.as_text() else { continue };
            if let Some(name) = secret_in(&entry.key, &text) {
                found.add(&manifests.path, entry.line, object.block, format!("ConfigMap `{}` holds `{name}`", object.name));
            }
        }
    }
}

/// The name of the first secret that a value holds: the key's own, or that of an assignment in a file.
fn secret_in(key: &str, text: &str) -> Option<String> {
    if !text.contains(['\n', '=']) && holds_secret(key, text) {
        return Some(key.to_owned());
    }
    assigned_secret(text)
}
