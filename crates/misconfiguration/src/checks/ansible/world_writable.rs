//! File can be written by everybody.

use crate::ansible::Play;
use crate::check::{Found, check};

check! {
    id: "BHD-ANSIBLE-0004",
    aliases: [],
    severity: Medium,
    title: "File can be written by everybody",
    remedy: "Set a `mode` without write permission for others.",
    rule: Ansible(find),
    bad: [
        r#"- file: {path: /x, mode: "0777"}"#,
        "- copy: src=a dest=/x mode=o+w",
    ],
    good: [
        r#"- file: {path: /x, mode: "0644"}"#,
        r#"- file: {path: /x, state: directory, mode: "1777"}"#,
    ],
}

fn find(play: &Play, found: &mut Found) {
    for task in &play.tasks {
        let is_file = matches!(task.module.as_str(), "file" | "copy" | "template" | "get_url" | "lineinfile" | "unarchive" | "blockinfile");
        let Some(mode) = task.argument("mode").filter(|_| is_file) else { continue };
        let octal = mode.len() >= 3 && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        let others = mode.bytes().last().filter(|_| octal).is_some_and(|digit| (digit - b'0') & 2 != 0);
        let symbolic = mode.split(',').any(|part| part.split_once(['=', '+']).is_some_and(|(who, what)| who.contains(['o', 'a']) && what.contains('w')));
        let is_sticky = octal && mode.trim_start_matches('0').len() == 4 && mode.trim_start_matches('0').starts_with('1');
        if (others && !is_sticky) || symbolic {
            task.fail(play, "mode", found, &format!("sets the mode {mode}"));
        }
    }
}
