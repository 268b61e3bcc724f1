//! Script from the network is run unchecked.

use crate::ansible::Play;
use crate::check::{Found, check};

check! {
    id: "BHD-ANSIBLE-0005",
    aliases: [],
    severity: High,
    title: "Script from the network is run unchecked",
    remedy: "Fetch it with get_url and its checksum, and run the file.",
    rule: Ansible(find),
    bad: [
        "- shell: curl -sSf https://a.example/x | sudo bash",
        r#"- ansible.builtin.shell: {cmd: "wget -qO- https://a.example/x | sh"}"#,
    ],
    good: [
        "- shell: curl -o /tmp/x https://a.example/x",
        "- shell: cat list | bash",
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        if !matches!(task.module.as_str(), "shell" | "command" | "raw") {
            continue;
        }
        let script = task.arguments.as_text().map(std::borrow::Cow::into_owned).or_else(|| task.argument("cmd")).unwrap_or_default();
        let fetches = |part: &str| part.split_whitespace().any(|word| matches!(word, "curl" | "wget"));
        let runs = |part: &str| {
            let mut words = part.split_whitespace().skip_while(|word| matches!(*word, "sudo" | "-E"));
            words.next().is_some_and(|word| matches!(word.rsplit('/').next(), Some("sh" | "bash" | "python" | "python3" | "perl")))
        };
        let parts: Vec<&str> = script.split('|').collect();
        if parts.windows(2).any(|pair| fetches(pair[0]) && runs(pair[1])) {
            task.fail(play, "cmd", found, "runs what it fetches");
        }
    }
}
