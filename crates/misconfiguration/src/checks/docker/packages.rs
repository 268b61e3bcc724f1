//! Package managers as builds use them.

use crate::check::Found;
use crate::dockerfile::{Command, Dockerfile, Instruction};

/// The names of each package manager, and the words by which it updates its lists.
pub(super) const MANAGERS: &[(&[&str], &[&str])] = &[
    (&["apt-get", "apt"], &["update"]),
    (&["apk"], &["update"]),
    (&["yum"], &["update", "makecache"]),
    (&["dnf", "dnf5"], &["makecache", "update"]),
    (&["zypper"], &["update", "up"]),
];

const INSTALLS: &[&str] =
    &["install", "reinstall", "source-install", "groupinstall", "localinstall", "add", "in", "upgrade", "dist-upgrade"];

pub(super) fn is_install(command: &Command, names: &[&str]) -> bool {
    // The first word that is no option may be the value of one (`-o Dpkg::Use-Pty=0`).
    names.contains(&command.program()) && command.operands().take(3).any(|word| INSTALLS.contains(&word))
}

/// Whether lists, or packages, are brought up to date: what that gives depends on the day the layer was built.
pub(super) fn is_update(command: &Command, names: &[&str]) -> bool {
    let Some((_, words)) = MANAGERS.iter().find(|(known, _)| *known == names) else { return false };
    names.contains(&command.program()) && command.operands().take(3).any(|word| words.contains(&word))
}

/// Installations of a manager after which the RUN does not clean its cache.
pub(super) fn leaves_cache(manager: &str, clean: &[&str], folder: &str, file: &Dockerfile, found: &mut Found) {
    for (stage, run, commands) in file.runs() {
        let Some(install) = commands.iter().rposition(|command| is_install(command, &[manager])) else { continue };
        let after = &commands[install..];
        let cleans = after.iter().any(|command| {
            let words: Vec<&str> = command.operands().collect();
            let is_clean = matches!(words.first(), Some(&("clean" | "cc")));
            command.program() == manager && is_clean && clean.iter().all(|word| words.contains(word))
        });
        if !cleans && !mounts_or_removes(run, after, folder) {
            let message = format!("`{}` is followed by no `{manager} clean`", after[0].words.join(" "));
            found.add(&file.path, after[0].line, stage.block(), message);
        }
    }
}

/// Whether a folder is mounted for the time of the RUN, or removed by one of the commands.
pub(super) fn mounts_or_removes(run: &Instruction, commands: &[Command], folder: &str) -> bool {
    let is_mounted = run.flags.iter().any(|(name, value)| name == "mount" && value.contains(folder));
    let removes = |command: &Command| {
        command.program() == "rm"
            && command.operands().any(|word| word.starts_with(folder) || word.starts_with("/var/cache/*"))
    };
    is_mounted || commands.iter().any(removes)
}
