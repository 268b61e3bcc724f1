//! What reports hold as English texts of checks, rules and gaps, in the language of whoever reads them: the Japanese of
//! `content/messages/checks.ja.json` and `content/messages/found.ja.json`. A text that these do not have is shown as it
//! is: rules of users and advisories have the language of whoever wrote them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::{
    Evidence, FindingKind, Gap, LicenseCategory, MalwareFinding, Misconfiguration, PhraseBook, SecretFinding,
    SecretLocation, Severity,
};
use serde::Deserialize;

use crate::Language;
use crate::messages::Value;
use crate::table::plain;
use crate::told::remedy_in;

impl Language {
    /// What the check asks for.
    pub(crate) fn check_title(self, finding: &Misconfiguration) -> Cow<'_, str> {
        self.of_check(&finding.id, |words| Some(words.title.clone())).unwrap_or(Cow::Borrowed(&finding.title))
    }

    /// What the check found.
    pub(crate) fn check_message(self, finding: &Misconfiguration) -> Cow<'_, str> {
        let say = |words: &Words| PhraseBook::translate(&[&words.messages, &CHECKS.shared], &finding.message);
        self.of_check(&finding.id, say).unwrap_or(Cow::Borrowed(&finding.message))
    }

    /// What to do about it; empty where nothing is said.
    pub(crate) fn check_remedy(self, finding: &Misconfiguration) -> Cow<'_, str> {
        let remedy = finding.remedy.as_deref().unwrap_or_default();
        let said = self.of_check(&finding.id, |words| Some(words.remedy.clone()));
        said.filter(|_| !remedy.is_empty()).unwrap_or(Cow::Borrowed(remedy))
    }

    /// What kind of secret it is.
    pub(crate) fn secret_title(self, finding: &SecretFinding) -> &str {
        self.of_rule(&FOUND.secrets, &finding.title)
    }

    /// Where a secret is that is in no file: in which part of an image's configuration.
    pub(crate) fn secret_place(self, location: SecretLocation, name: &str) -> String {
        let code = match location {
            SecretLocation::File => return name.to_owned(),
            SecretLocation::Environment => "table.secret.environment",
            SecretLocation::Label => "table.secret.label",
            SecretLocation::Argument => "table.secret.argument",
            SecretLocation::History => return self.say("table.secret.history", &[]),
            SecretLocation::Configuration => "table.secret.configuration",
        };
        self.say(code, &[("name", Value::Text(name))])
    }

    /// A place, with the layer (from 0) that takes it out of sight where one does.
    pub(crate) fn removed(self, place: String, removed_in: Option<u32>) -> String {
        let Some(layer) = removed_in else { return place };
        // People count layers from 1, as the sentences about layers do that cannot be read.
        let layer = (u64::from(layer) + 1).to_string();
        self.say("table.removed_in", &[("place", Value::Text(&place)), ("layer", Value::Text(&layer))])
    }

    /// What the rule says of the malware; empty where it says nothing.
    pub(crate) fn malware_description(self, finding: &MalwareFinding) -> &str {
        self.of_rule(&FOUND.malware, finding.description.as_deref().unwrap_or_default())
    }

    /// What the license asks.
    pub(crate) fn license_category(self, category: LicenseCategory) -> String {
        self.say(&format!("license.category.{}", category.as_str()), &[])
    }

    /// The same of a list that reasons of verdicts name, apart by commas.
    pub(crate) fn license_categories(self, list: &str) -> String {
        let known = |name: &str| LicenseCategory::ALL.into_iter().find(|category| category.as_str() == name);
        let said = |name: &str| known(name).map_or_else(|| name.to_owned(), |category| self.license_category(category));
        list.split(", ").map(said).collect::<Vec<_>>().join(self.comma())
    }

    /// The word of a severity, as documents write it; another word is shown as it is.
    pub(crate) fn severity(self, word: &str) -> String {
        match Severity::DESCENDING.into_iter().any(|severity| severity.as_str() == word) {
            true => self.say(&format!("table.severity.{word}"), &[]),
            false => plain(word),
        }
    }

    /// Why something could not be read.
    pub(crate) fn gap_reason(self, gap: &Gap) -> Cow<'_, str> {
        self.reason(&gap.reason)
    }

    /// What a verdict's evidence is called: the id of a finding, or the reason of a gap.
    pub(crate) fn evidence_id(self, evidence: &Evidence) -> Cow<'_, str> {
        match evidence.kind {
            Some(_) => Cow::Borrowed(&evidence.id),
            None => self.reason(&evidence.id),
        }
    }

    /// What repairs what a verdict rests on.
    pub(crate) fn evidence_remedy(self, evidence: &Evidence) -> Option<Cow<'_, str>> {
        let remedy = evidence.remedy.as_deref()?;
        Some(match evidence.kind {
            Some(FindingKind::Misconfiguration) => {
                let said = self.of_check(&evidence.id, |words| Some(words.remedy.clone()));
                said.unwrap_or(Cow::Borrowed(remedy))
            }
            _ => Cow::Owned(remedy_in(remedy, self).replace('\n', "; ")),
        })
    }

    fn title_of(self, kind: &str, id: &str, english: &str) -> Option<String> {
        match kind {
            "misconfiguration" => self.of_check(id, |words| Some(words.title.clone())).map(Cow::into_owned),
            "secret" => Some(self.of_rule(&FOUND.secrets, english).to_owned()),
            "malware" => Some(self.of_rule(&FOUND.malware, english).to_owned()),
            _ => None,
        }
    }

    fn comma(self) -> &'static str {
        match self {
            Language::English => ", ",
            Language::Japanese => "、",
        }
    }

    fn of_check<'a>(self, id: &str, say: impl FnOnce(&Words) -> Option<String>) -> Option<Cow<'a, str>> {
        match self {
            Language::English => None,
            Language::Japanese => CHECKS.checks.get(id).and_then(say).map(Cow::Owned),
        }
    }

    fn of_rule<'a>(self, said: &'static BTreeMap<String, String>, english: &'a str) -> &'a str {
        match self {
            Language::English => english,
            Language::Japanese => said.get(english).map_or(english, String::as_str),
        }
    }

    fn reason(self, english: &str) -> Cow<'_, str> {
        match self {
            Language::English => Cow::Borrowed(english),
            Language::Japanese => {
                PhraseBook::translate(&[&FOUND.gaps], english).map_or(Cow::Borrowed(english), Cow::Owned)
            }
        }
    }
}

/// The one line on a finding of a kind (`misconfiguration`, `secret`, `malware`) in a language, by the id of its check or by
/// its English line; none where that is not known.
pub fn title_in(language: Language, kind: &str, id: &str, english: &str) -> Option<String> {
    language.title_of(kind, id, english)
}

/// What is wrong with a value of a form, in another language than English; none where it is not known.
pub fn field_problem_in(language: Language, english: &str) -> Option<String> {
    match language {
        Language::English => None,
        // What a parser says of a document stands with the reasons of gaps.
        Language::Japanese => PhraseBook::translate(&[&FIELDS, &FOUND.gaps], english),
    }
}

/// What the program says on standard error, in another language than English; none where it is not known.
pub fn message_in(language: Language, english: &str) -> Option<String> {
    match language {
        Language::English => None,
        // What an operating system or a parser says stands with the reasons of gaps.
        // What is wrong with the text of a policy stands with what is wrong with values.
        Language::Japanese => PhraseBook::translate(&[&MESSAGES, &FOUND.gaps], english)
            .or_else(|| PhraseBook::translate(&[&FIELDS, &FOUND.gaps], english)),
    }
}

/// The Japanese of what is said on standard error.
static MESSAGES: LazyLock<PhraseBook> = LazyLock::new(|| {
    let read: BTreeMap<String, String> = parse(include_str!("../../../content/messages/stderr.ja.json"));
    book(&read)
});

/// The Japanese of what is wrong with values.
static FIELDS: LazyLock<PhraseBook> = LazyLock::new(|| {
    let read: BTreeMap<String, String> = parse(include_str!("../../../content/messages/fields.ja.json"));
    book(&read)
});

/// The Japanese of all checks.
struct Checks {
    /// What several checks say.
    shared: PhraseBook,
    /// By id.
    checks: BTreeMap<String, Words>,
}

/// The Japanese of one check.
struct Words {
    title: String,
    remedy: String,
    messages: PhraseBook,
}

/// The Japanese of what else is found.
struct Found {
    /// Titles of secret rules, by the English.
    secrets: BTreeMap<String, String>,
    /// Descriptions of malware rules, by the English.
    malware: BTreeMap<String, String>,
    /// Reasons of gaps.
    gaps: PhraseBook,
}

static CHECKS: LazyLock<Checks> = LazyLock::new(|| {
    let read: CheckFile = parse(include_str!("../../../content/messages/checks.ja.json"));
    let words = |words: CheckWords| Words { messages: book(&words.messages), title: words.title, remedy: words.remedy };
    Checks {
        shared: book(&read.shared),
        checks: read.checks.into_iter().map(|(id, of_check)| (id, words(of_check))).collect(),
    }
});

static FOUND: LazyLock<Found> = LazyLock::new(|| {
    let read: FoundFile = parse(include_str!("../../../content/messages/found.ja.json"));
    Found { gaps: book(&read.gaps), secrets: read.secrets, malware: read.malware }
});

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    serde_json::from_str(text).expect("the words are part of the program and are tested")
}

fn book(pairs: &BTreeMap<String, String>) -> PhraseBook {
    PhraseBook::new(pairs.iter().map(|(english, japanese)| (english.as_str(), japanese.as_str())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    shared: BTreeMap<String, String>,
    checks: BTreeMap<String, CheckWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckWords {
    title: String,
    remedy: String,
    #[serde(default)]
    messages: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundFile {
    secrets: BTreeMap<String, String>,
    malware: BTreeMap<String, String>,
    gaps: BTreeMap<String, String>,
}

#[cfg(test)]
mod reasons;
#[cfg(test)]
mod standard_error;

#[cfg(test)]
mod tests {
    use super::*;

    fn all_texts() -> Vec<String> {
        let checks: CheckFile = parse(include_str!("../../../content/messages/checks.ja.json"));
        let found: FoundFile = parse(include_str!("../../../content/messages/found.ja.json"));
        let of_checks = checks
            .checks
            .into_values()
            .flat_map(|words| [words.title, words.remedy].into_iter().chain(words.messages.into_values()));
        let messages = parse(include_str!("../../../content/messages/stderr.ja.json"));
        let lists = [checks.shared, found.secrets, found.malware, found.gaps, messages];
        of_checks.chain(lists.into_iter().flat_map(BTreeMap::into_values)).collect()
    }

    #[test]
    fn japanese_and_latin_have_no_space_between_them() {
        let is_japanese =
            |letter: char| ('\u{3040}'..='\u{30ff}').contains(&letter) || ('\u{4e00}'..='\u{9fff}').contains(&letter);
        for text in all_texts() {
            let letters: Vec<char> = text.chars().collect();
            for window in letters.windows(3) {
                let [before, between, after] = window else { continue };
                assert!(*between != ' ' || !(is_japanese(*before) || is_japanese(*after)) || *before == ':', "{text}");
            }
            let is_wide = |letter| matches!(letter, '\u{ff01}'..='\u{ff5d}' | '\u{3000}');
            assert!(!text.contains(is_wide), "brackets, colons and digits are half-width: {text}");
        }
    }

    /// The console says these as well (`console/src/parts/gap/phrases.test.ts`).
    #[test]
    fn reasons_of_gaps_are_told_in_japanese_with_what_parsers_say() {
        let reasons: BTreeMap<String, String> = parse(include_str!("words/reasons.json"));
        for (english, japanese) in reasons {
            let gap = Gap::new("a", english.as_str());
            assert_eq!(Language::Japanese.gap_reason(&gap), japanese);
            assert_eq!(Language::English.gap_reason(&gap), english);
        }
    }

    #[test]
    fn what_an_interpreter_says_of_a_check_is_told_in_japanese() {
        let parameters = |problem: &str| {
            let text = |text: &str| model::Parameter::from(text);
            BTreeMap::from([("name".to_owned(), text("own")), ("problem".to_owned(), text(problem))])
        };
        let say = |language, problem| crate::verdict::say(language, "verdict.custom.error", &parameters(problem));
        let problem = "Undeclared reference to 'x'";
        let japanese = say(Language::Japanese, problem);
        assert_eq!(japanese, "カスタムチェック「own」を評価できませんでした: `x`が宣言されていません。");
        assert!(say(Language::English, problem).contains(problem));
        assert!(say(Language::Japanese, "it is odd").contains("it is odd"));
    }

    #[test]
    fn a_finding_is_told_in_japanese_and_what_nobody_translated_as_it_is() {
        let mut finding = Misconfiguration {
            path: "Dockerfile".into(),
            line: Some(2),
            id: "BHD-DOCKER-0002".into(),
            aliases: Vec::new(),
            severity: Severity::High,
            title: "Container runs as the superuser".into(),
            message: "the last USER is `root`".into(),
            remedy: Some("Add `USER name`.".into()),
            layer: None,
            excepted_by: None,
        };
        assert_eq!(Language::Japanese.check_title(&finding), "スーパーユーザーで動作するコンテナ");
        assert_eq!(Language::Japanese.check_message(&finding), "最後のUSERが`root`です");
        assert!(Language::Japanese.check_remedy(&finding).ends_with("追加してください。"));
        assert_eq!(Language::English.check_message(&finding), "the last USER is `root`");
        finding.id = "MINE-1".into();
        assert_eq!(Language::Japanese.check_title(&finding), "Container runs as the superuser");
    }
}
