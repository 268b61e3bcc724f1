//! File is fetched over plain HTTP.

use crate::ansible::Play;
use crate::check::{Found, check};

check! {
    id: "BHD-ANSIBLE-0003",
    aliases: [],
    severity: Medium,
    title: "File is fetched over plain HTTP",
    remedy: "Fetch it over HTTPS, and say its checksum.",
    rule: Ansible(find),
    bad: [
        r#"- get_url: {url: "http://a.example/x", dest: /x}"#,
        "- rpm_key: key=http://a.example/key",
    ],
    good: [
        r#"- get_url: {url: "https://a.example/x", dest: /x}"#,
        r#"- get_url: {url: "http://a.example/x", dest: /x, checksum: "sha256:1"}"#,
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        if !matches!(task.module.as_str(), "get_url" | "unarchive" | "rpm_key" | "apt_key" | "uri") {
            continue;
        }
        for argument in ["url", "src", "key"] {
            let address = task.argument(argument).unwrap_or_default();
            let is_local = address.starts_with("http://localhost") || address.starts_with("http://127.");
            let is_checked = task.argument("checksum").is_some();
            if address.starts_with("http://") && !is_local && !is_checked {
                task.fail(play, argument, found, &format!("fetches `{address}`"));
            }
        }
    }
}
