//! Certificates are not checked.

use crate::ansible::Play;
use crate::check::{Found, check};

check! {
    id: "BHD-ANSIBLE-0001",
    aliases: ["CKV_ANSIBLE_1", "CKV_ANSIBLE_2"],
    severity: High,
    title: "Certificates are not checked",
    remedy: "Remove `validate_certs: false`.",
    rule: Ansible(find),
    bad: [
        r#"- name: get
  ansible.builtin.get_url: {url: "https://x", dest: /x, validate_certs: false}"#,
        "- uri: url=https://x validate_certs=no",
    ],
    good: [
        r#"- get_url: {url: "https://x", dest: /x}"#,
        r#"- get_url: {url: "https://x", dest: /x, validate_certs: "{{ check }}"}"#,
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        for argument in ["validate_certs", "sslverify", "tls_verify"] {
            if task.argument(argument).is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "false" | "no")) {
                task.fail(play, argument, found, "does not check certificates");
            }
        }
    }
}
