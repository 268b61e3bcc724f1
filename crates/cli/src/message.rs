//! What is said on standard error, in the language of whoever reads it. The Japanese is in `content/messages/stderr.ja.json`;
//! what is not there, such as errors of rules that users wrote, stays English.

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

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

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
