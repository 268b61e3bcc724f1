//! The language of what a command tells people.

use std::ffi::OsString;

use formats::Language;

use super::{Command, PolicyCommand, PolicyImportCommand, parse_language};

/// The language that `--lang` asks for on a command line that may be wrong; the last one counts.
pub(crate) fn language_of(words: impl IntoIterator<Item = OsString>) -> Option<Language> {
    let mut words = words.into_iter().skip(1).take_while(|word| word != "--");
    let mut language = None;
    while let Some(word) = words.next() {
        let word = word.to_string_lossy().into_owned();
        let value = match word.strip_prefix("--lang=") {
            Some(value) => value.to_owned(),
            None if word == "--lang" => words.next().unwrap_or_default().to_string_lossy().into_owned(),
            None => continue,
        };
        language = parse_language(&value).ok().or(language);
    }
    language
}

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

    /// The language of what it says on standard error where people read this one: what developers run, and what brings
    /// intelligence, has its sentences in `content/messages/stderr.ja.json`; what operators run says them in English.
    pub(crate) fn language_on_standard_error(&self, language: Language) -> Language {
        match self {
            // A program of its own asks, and reads what comes back.
            Command::Policy(PolicyCommand::AskRego) => Language::English,
            Command::Scan(_)
            | Command::Sbom(_)
            | Command::Diff(_)
            | Command::Convert(_)
            | Command::Intel(_)
            | Command::Policy(_) => language,
            Command::Up(_) | Command::Admin(_) | Command::Worker(_) | Command::Completions(_) | Command::Man(_) => {
                Language::English
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn operators_alone_are_told_in_english_on_standard_error() {
        for (words, language) in [
            (&["scan", "app"][..], Language::Japanese),
            (&["intel", "status"], Language::Japanese),
            (&["policy", "check", "a.yaml"], Language::Japanese),
            (&["completions", "bash"], Language::English),
        ] {
            let words = [&["bulkhead"][..], words].concat();
            let command = Arguments::try_parse_from(words.iter().copied()).unwrap().command;
            assert_eq!(command.language_on_standard_error(Language::Japanese), language, "{words:?}");
        }
    }

    #[test]
    fn a_wrong_command_line_has_a_language_too() {
        let of = |words: &[&str]| language_of(words.iter().map(OsString::from));
        assert_eq!(of(&["bulkhead", "scan", "--lang", "ja", "--formt"]), Some(Language::Japanese));
        assert_eq!(of(&["bulkhead", "scna", "--lang=ja"]), Some(Language::Japanese));
        assert_eq!(of(&["bulkhead", "scan", "--lang=ja", "--lang", "en"]), Some(Language::English));
        assert_eq!(of(&["bulkhead", "scan", "--lang", "fr"]), None);
        assert_eq!(of(&["bulkhead", "scan", "--lang"]), None);
        assert_eq!(of(&["bulkhead", "scan", "--", "--lang", "ja"]), None);
    }
}
