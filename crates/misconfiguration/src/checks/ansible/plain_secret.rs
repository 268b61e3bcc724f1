//! Task holds a secret.

use crate::ansible::Play;
use crate::check::{Found, check};
use crate::secret_words::{is_secret_name, is_secret_value};

check! {
    id: "BHD-ANSIBLE-0006",
    aliases: [],
    severity: High,
    title: "Task holds a secret",
    remedy: "Keep it in a vault, and set `no_log: true`.",
    rule: Ansible(find),
    bad: [
        "- postgresql_user: {name: a, password: hunter22}",
        r#"- hosts: all
  tasks:
  - community.mysql.mysql_db: {name: a, login_password: "example-of-one"}"#,
    ],
    good: [
        r#"- postgresql_user: {name: a, password: "{{ db_password }}"}"#,
        "- user: {name: a, update_password: on_create}",
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        for entry in task.arguments.as_map().unwrap_or_default() {
            let is_literal = entry.value.as_text().is_some_and(|value| is_secret_value(&value));
            let is_switch = entry.key.starts_with("update_") || entry.value.as_bool().is_some();
            if is_secret_name(&entry.key) && is_literal && !is_switch {
                found.add(&play.path, entry.line, task.block, format!("task `{}` has `{}` in plain text", task.name, entry.key));
            }
        }
    }
}
