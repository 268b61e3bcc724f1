//! The language of what a command tells people.

use formats::Language;

use super::{Command, PolicyCommand, PolicyImportCommand};

impl Command {
    /// The language that `--lang` asks for.
    pub(crate) fn language(&self) -> Option<Language> {
        match self {
            Command::Scan(arguments) => arguments.output.lang,
            Command::Sbom(arguments) => arguments.output.lang,
            Command::Diff(arguments) => arguments.output.lang,
            Command::Convert(arguments) => arguments.output.lang,
            Command::Policy(PolicyCommand::Check(arguments)) => arguments.lang,
            Command::Policy(PolicyCommand::Explain(arguments)) => arguments.output.lang,
            Command::Policy(PolicyCommand::Import(
                PolicyImportCommand::Aqua(arguments) | PolicyImportCommand::Rego(arguments),
            )) => arguments.output.lang,
            Command::Policy(PolicyCommand::Schema(_) | PolicyCommand::Show(_) | PolicyCommand::AskRego)
            | Command::Intel(_)
            | Command::Up(_)
            | Command::Admin(_)
            | Command::Worker(_)
            | Command::Completions(_)
            | Command::Man(_) => None,
        }
    }

    /// The language of what it says on standard error where people read this one: what developers run has its sentences in
    /// `content/messages/stderr.ja.json`, what operators run says them in English.
    pub(crate) fn language_on_standard_error(&self, language: Language) -> Language {
        match self {
            Command::Scan(_) | Command::Sbom(_) | Command::Diff(_) | Command::Convert(_) => language,
            Command::Intel(_)
            | Command::Policy(_)
            | Command::Up(_)
            | Command::Admin(_)
            | Command::Worker(_)
            | Command::Completions(_)
            | Command::Man(_) => Language::English,
        }
    }
}
