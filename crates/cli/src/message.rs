//! What is said on standard error, in the language of whoever reads it. The Japanese is in `content/messages/stderr.ja.json`;
//! what is not there, such as errors of rules that users wrote, stays English.

use clap::error::ErrorKind;
use formats::Language;

/// A sentence.
pub(crate) fn said(language: Language, sentence: &str) -> String {
    formats::message_in(language, sentence).unwrap_or_else(|| sentence.to_owned())
}

/// An error and its causes on one line.
pub(crate) fn told(language: Language, error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(|cause| said(language, &cause.to_string())).collect();
    causes.join(": ")
}

/// Tells on standard error what came of the work, as a line.
#[expect(clippy::print_stderr, reason = "messages belong on standard error")]
pub(crate) fn tell(language: Language, sentence: &str) {
    eprintln!("{}", formats::plain(&said(language, sentence)));
}

/// What is wrong with a command line, as clap says it, line by line; `None` where that is English, or help that was asked for.
/// Every line begins as it does in English, so that scripts know errors and tips.
pub(crate) fn of_command_line(language: Language, error: &clap::Error) -> Option<String> {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::DisplayVersion
    );
    if language == Language::English || is_help {
        return None;
    }
    let english = error.render().to_string();
    let lines = english.trim_end().lines().map(|line| {
        let sentence = line.trim_start();
        let begin = ["error: ", "tip: "].into_iter().find(|begin| sentence.starts_with(*begin)).unwrap_or_default();
        let indent = &line[..line.len() - sentence.len()];
        format!("{indent}{begin}{}", formats::plain(&said(language, &sentence[begin.len()..])))
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use clap::Parser;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn what_is_wrong_with_a_command_line_is_said_line_by_line() {
        let told = |words: &[&str]| {
            let error = Arguments::try_parse_from([&["bulkhead"][..], words].concat()).unwrap_err();
            assert_eq!(of_command_line(Language::English, &error), None, "{words:?}");
            of_command_line(Language::Japanese, &error)
        };
        let missing = told(&["scan"]).unwrap();
        assert!(missing.starts_with("error: 次の引数は必須です:\n  <TARGET>\n\n使い方: bulkhead scan "), "{missing}");
        assert!(missing.ends_with("\n\n詳しくは'--help'を参照してください。"), "{missing}");
        let unknown = told(&["scan", "--formt", "json", "app"]).unwrap();
        assert!(unknown.contains("error: '--formt'という引数はありません\n"), "{unknown}");
        assert!(unknown.contains("\n  tip: 似た名前の引数があります: '--format'\n"), "{unknown}");
        assert_eq!(told(&["--help"]), None);
        assert_eq!(told(&["--version"]), None);
    }

    #[test]
    fn each_cause_is_said_by_itself() {
        let cause = std::io::Error::from_raw_os_error(2);
        let error = Err::<(), _>(cause).context("cannot use --ca").unwrap_err();
        assert_eq!(told(Language::English, &error), format!("{error:#}"));
        let japanese = "--caを使用できません: ファイルまたはフォルダーがありません(os error 2)";
        assert_eq!(told(Language::Japanese, &error), japanese);
        let odd = error.context("something odd");
        assert_eq!(told(Language::Japanese, &odd), format!("something odd: {japanese}"));
    }
}
