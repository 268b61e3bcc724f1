//! Files are given to everybody, or run as their owner.

use crate::check::{Found, check};
use crate::dockerfile::Dockerfile;

check! {
    id: "BHD-DOCKER-0103",
    aliases: [],
    severity: Medium,
    title: "Files are given to everybody, or run as their owner",
    remedy: "Give the permissions that are needed, without write permission for others and without set-uid.",
    rule: Dockerfile(find),
    bad: [
        r#"FROM debian:12
RUN mkdir /x && chmod -R 777 /x"#,
        r#"FROM debian:12
RUN chmod u+s /usr/bin/x; chmod a+rw /y"#,
    ],
    good: [
        r#"FROM debian:12
RUN chmod 0755 /x && chmod +x /y && chmod 1777 /tmp && chmod u=rw,go=r /z"#,
        r#"FROM debian:12
RUN chmod u-s /usr/bin/x && echo chmod 777 /x"#,
    ],
}

fn find(file: &Dockerfile, found: &mut Found) {
    for (stage, _, commands) in file.runs() {
        for command in commands.iter().filter(|command| command.program() == "chmod") {
            if command.arguments().iter().any(|mode| is_wide(mode)) {
                found.add(&file.path, command.line, stage.block(), format!("`{}`", command.words.join(" ")));
            }
        }
    }
}

/// `777`, `4755`, `o+w`, `u+s`; the sticky folder `1777` is for everybody on purpose.
fn is_wide(mode: &str) -> bool {
    if mode.len() >= 3 && mode.len() <= 5 && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        let number = u32::from_str_radix(mode, 8).unwrap_or(0);
        let is_sticky = number & 0o1000 != 0;
        return (number & 0o002 != 0 && !is_sticky) || number & 0o6000 != 0;
    }
    mode.split(',').filter_map(|clause| clause.split_once(['+', '='])).any(|(who, what)| {
        let is_mode = who.chars().all(|letter| "ugoa".contains(letter)) && what.chars().all(|letter| "rwxXst".contains(letter));
        is_mode && ((who.contains(['o', 'a']) && what.contains('w')) || what.contains('s'))
    })
}
