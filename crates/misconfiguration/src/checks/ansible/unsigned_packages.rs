//! Signatures of packages are not checked.

use crate::ansible::Play;
use crate::check::{Found, check};

check! {
    id: "BHD-ANSIBLE-0002",
    aliases: ["CKV_ANSIBLE_4", "CKV_ANSIBLE_5"],
    severity: High,
    title: "Signatures of packages are not checked",
    remedy: "Remove `disable_gpg_check`, `allow_unauthenticated` and `force`.",
    rule: Ansible(find),
    bad: [
        "- dnf: {name: x, disable_gpg_check: true}",
        r#"- name: all
  block:
  - ansible.builtin.apt: name=x allow_unauthenticated=yes"#,
    ],
    good: [
        "- apt: {name: x, update_cache: true}",
        "- yum: {name: x, disable_gpg_check: false}",
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        let arguments: &[&str] = match task.module.as_str() {
            "apt" => &["allow_unauthenticated", "force"],
            "yum" | "dnf" | "dnf5" | "zypper" => &["disable_gpg_check"],
            _ => continue,
        };
        for argument in arguments {
            if task.argument(argument).is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "yes")) {
                task.fail(play, argument, found, &format!("has `{argument}`"));
            }
        }
    }
}
