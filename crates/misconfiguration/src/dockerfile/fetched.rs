//! Scripts that are run as they come from the network: `curl … | sh`, `bash <(curl …)`, `sh -c "$(curl …)"`.

use super::shell::Command;

/// A program that runs what another one fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FetchedScript {
    /// The line of the command that fetches it.
    pub(crate) line: u32,
    pub(crate) program: String,
    pub(crate) fetcher: &'static str,
}

impl FetchedScript {
    /// What a finding says.
    pub(crate) fn message(&self) -> String {
        format!("`{}` runs what `{}` fetches", self.program, self.fetcher)
    }
}

/// The programs that fetch what an address names.
const FETCHERS: [&str; 2] = ["curl", "wget"];

/// Every such script among the commands of one text.
pub(crate) fn fetched_scripts(commands: &[Command]) -> Vec<FetchedScript> {
    let mut found = Vec::new();
    let mut fetching: Option<(u32, &'static str)> = None;
    for command in commands {
        let program = command.program();
        if let Some((line, fetcher)) = fetching
            && runs_what_it_reads(program, command.arguments())
        {
            found.push(FetchedScript { line, program: program.to_owned(), fetcher });
            fetching = None;
        } else if let Some(fetcher) = runs_within(program, command.arguments()) {
            found.push(FetchedScript { line: command.line, program: program.to_owned(), fetcher });
        }
        if let Some(fetcher) = fetcher(program) {
            fetching = Some((command.line, fetcher));
        }
        if !command.pipes_on {
            fetching = None;
        }
    }
    found
}

fn fetcher(program: &str) -> Option<&'static str> {
    FETCHERS.into_iter().find(|fetcher| *fetcher == program)
}

fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh")
}

/// Whether the program takes its script from the pipe: it is given no other one.
fn runs_what_it_reads(program: &str, arguments: &[String]) -> bool {
    let is_interpreter = matches!(program, "python" | "python3" | "perl" | "ruby" | "node" | "php");
    let is_shell = is_shell(program);
    let first = arguments.first().map(String::as_str);
    match first {
        None | Some("-") => is_shell || is_interpreter,
        Some("-c" | "-e" | "-m") => false,
        Some("-s" | "/dev/stdin") => is_shell,
        Some(option) => is_shell && option.starts_with('-') && arguments.iter().all(|word| word.starts_with('-')),
    }
}

/// What fetches the script that stands in place of a file, which reads as if it were an argument, or of a text.
fn runs_within(program: &str, arguments: &[String]) -> Option<&'static str> {
    let takes_file = is_shell(program) || matches!(program, "source" | ".");
    let takes_text = program == "eval" || is_shell(program) && arguments.first().is_some_and(|word| word == "-c");
    let file = arguments.iter().find(|word| !word.starts_with('-')).filter(|_| takes_file && !takes_text);
    let text = arguments.iter().find_map(|word| {
        let inner = word.trim_start().strip_prefix("$(").or_else(|| word.trim_start().strip_prefix('`'))?;
        fetcher(inner.split_whitespace().next()?)
    });
    file.and_then(|word| fetcher(word)).or(text.filter(|_| takes_text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::shell::commands;

    #[test]
    fn a_script_may_come_by_a_pipe_a_file_or_a_text() {
        for (text, expected) in [
            ("curl -s https://a.example/i.sh | bash -s -- -y", Some("bash curl")),
            ("bash <(curl -s https://a.example/i.sh) -f x", Some("bash curl")),
            ("source <(wget -qO- https://a.example/i.sh)", Some("source wget")),
            ("sh -c \"$(curl -fsSL https://a.example/i.sh)\"", Some("sh curl")),
            ("eval \"$(curl -fsSL https://a.example/i.sh)\"", Some("eval curl")),
            ("echo \"$(curl -fsSL https://a.example/v)\"", None),
            ("sh -c 'curl -fsSL https://a.example/v -o v'", None),
            ("diff <(curl -s https://a.example/a) b", None),
            ("curl -s https://a.example/v.json | python3 -c 'import json'", None),
        ] {
            let found = fetched_scripts(&commands(text));
            let told: Vec<String> = found.iter().map(|it| format!("{} {}", it.program, it.fetcher)).collect();
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
