//! One instruction: its keyword, flags, arguments and here documents.

use crate::dockerfile::shell::{self, Command};

/// The instructions of the Dockerfile reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

impl Keyword {
    pub(crate) fn from_word(word: &str) -> Option<Keyword> {
        Some(match word.to_ascii_uppercase().as_str() {
            "ADD" => Keyword::Add,
            "ARG" => Keyword::Arg,
            "CMD" => Keyword::Cmd,
            "COPY" => Keyword::Copy,
            "ENTRYPOINT" => Keyword::Entrypoint,
            "ENV" => Keyword::Env,
            "EXPOSE" => Keyword::Expose,
            "FROM" => Keyword::From,
            "HEALTHCHECK" => Keyword::Healthcheck,
            "LABEL" => Keyword::Label,
            "MAINTAINER" => Keyword::Maintainer,
            "ONBUILD" => Keyword::Onbuild,
            "RUN" => Keyword::Run,
            "SHELL" => Keyword::Shell,
            "STOPSIGNAL" => Keyword::Stopsignal,
            "USER" => Keyword::User,
            "VOLUME" => Keyword::Volume,
            "WORKDIR" => Keyword::Workdir,
            _ => return None,
        })
    }
}

/// An instruction of a stage.
#[derive(Debug, Clone)]
pub(crate) struct Instruction {
    pub(crate) keyword: Keyword,
    /// Its first and last line, from 1.
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    /// `--name=value` before the arguments, without the dashes.
    pub(crate) flags: Vec<(String, String)>,
    pub(crate) arguments: Arguments,
    /// The bodies of its here documents.
    pub(crate) heredocs: Vec<Heredoc>,
    /// Whether it waits for a build on top of this image (`ONBUILD`).
    pub(crate) is_onbuild: bool,
    /// Where the lines of the arguments' text begin: (offset, line).
    pub(crate) line_map: Vec<(usize, u32)>,
}

/// What follows the flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// `["a", "b"]`.
    Json(Vec<String>),
    /// Anything else, lines joined, variables put in where the builder does so.
    Text(String),
}

/// A here document of an instruction.
#[derive(Debug, Clone)]
pub(crate) struct Heredoc {
    pub(crate) body: String,
    /// The first line of the body.
    pub(crate) line: u32,
}

impl Instruction {
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The arguments as the builder splits them: quotes taken off, here documents left out.
    pub(crate) fn words(&self) -> Vec<String> {
        match &self.arguments {
            Arguments::Json(words) => words.clone(),
            Arguments::Text(text) => shell::words(text),
        }
    }

    /// The text, or the words joined.
    pub(crate) fn text(&self) -> String {
        match &self.arguments {
            Arguments::Json(words) => words.join(" "),
            Arguments::Text(text) => text.clone(),
        }
    }

    /// The commands that a shell would run, in order.
    pub(crate) fn commands(&self) -> Vec<Command> {
        match &self.arguments {
            Arguments::Json(words) => {
                if let [shell, .., script] = words.as_slice()
                    && is_shell(shell)
                    && words.iter().any(|word| word.starts_with('-') && word.ends_with('c'))
                {
                    let mut commands = shell::commands(script);
                    commands.iter_mut().for_each(|command| command.line = self.line);
                    return commands;
                }
                vec![Command { words: words.clone(), line: self.line, pipes_on: false, is_nested: false }]
            }
            Arguments::Text(text) => {
                let is_script = text.trim_start().starts_with("<<");
                let mut commands = if is_script { Vec::new() } else { shell::commands(text) };
                for command in &mut commands {
                    command.line = self.line_at(command.line as usize);
                }
                for heredoc in self.heredocs.iter().filter(|_| is_script || runs_heredoc(text)) {
                    for mut command in shell::commands(&heredoc.body) {
                        let lines = heredoc.body.as_bytes().iter().take(command.line as usize).filter(|b| **b == b'\n');
                        command.line = heredoc.line + u32::try_from(lines.count()).unwrap_or(0);
                        commands.push(command);
                    }
                }
                commands
            }
        }
    }

    /// The line on which the character at an offset of the text stands.
    fn line_at(&self, offset: usize) -> u32 {
        let place = self.line_map.partition_point(|(start, _)| *start <= offset);
        place.checked_sub(1).map_or(self.line, |place| self.line_map[place].1)
    }
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "zsh"))
}

/// `RUN bash <<EOF`: the document is what the shell runs.
fn runs_heredoc(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(is_shell)
}
