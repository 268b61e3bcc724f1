//! Sentences recognized by their words and said in another language. Reports hold what was found as English sentences;
//! whoever writes for people looks them up here.

/// How often values are cut another way before a sentence counts as unknown: the work on one stays small, whatever it
/// holds.
const MOST_TRIES: usize = 256;

/// How many sentences may stand within one another (`aws_s3_bucket.b: …`, ``container `c` …``).
const DEEPEST: usize = 4;

/// Pairs of a sentence and what it is in another language, with places for values: ``the last USER is `{name}` ``. A place
/// called `{message}` holds a sentence that is translated, too; one called `{detail}` (`{detail2}`, …) likewise, but where no phrase has it, it
/// stays what it is (what an operating system or a library says).
#[derive(Debug, Default)]
pub struct PhraseBook {
    phrases: Vec<Phrase>,
}

#[derive(Debug)]
struct Phrase {
    english: Pattern,
    other: Pattern,
}

/// A sentence in parts: words and places, in turn.
#[derive(Debug)]
struct Pattern {
    /// The words before the first place.
    begin: String,
    /// Each place with the words behind it.
    places: Vec<(String, String)>,
}

impl PhraseBook {
    /// A book of pairs: the English sentence, and the other.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> PhraseBook {
        let phrase = |(english, other)| Phrase { english: Pattern::new(english), other: Pattern::new(other) };
        let mut phrases: Vec<Phrase> = pairs.into_iter().map(phrase).collect();
        // What says more is tried first: `{path} is not set` must not take what `the flag {name} is not set` is for. What
        // has words to begin with is surer than what has not: `it is no {format}: {detail}` is for the whole of what
        // `{message} at line {line}` could take as well, and has that within it.
        phrases.sort_by_key(|phrase| std::cmp::Reverse((!phrase.english.begin.is_empty(), phrase.english.words())));
        PhraseBook { phrases }
    }

    /// The sentence in the other language; `None` where no book has it, or not the sentence within it. Of several books
    /// the earlier counts more.
    pub fn translate(books: &[&PhraseBook], sentence: &str) -> Option<String> {
        translate(books, sentence, 0, &mut 0)
    }
}

fn translate(books: &[&PhraseBook], sentence: &str, depth: usize, tries: &mut usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let mut phrases = books.iter().flat_map(|book| &book.phrases);
    phrases.find_map(|phrase| {
        phrase.english.cut(sentence, tries, &mut |values, tries| {
            let mut said = phrase.other.begin.clone();
            for (place, words) in &phrase.other.places {
                let value = values.iter().find(|(name, _)| name == place).map(|(_, value)| *value)?;
                match place.as_str() {
                    "message" => said.push_str(&translate(books, value, depth + 1, tries)?),
                    place if place.starts_with("detail") => match translate(books, value, depth + 1, tries) {
                        Some(detail) => said.push_str(&detail),
                        None => said.push_str(value),
                    },
                    _ => said.push_str(value),
                }
                said.push_str(words);
            }
            Some(said)
        })
    })
}

/// What is made of the values of a sentence, where they will do.
type Use<'u> = dyn FnMut(&[(&str, &str)], &mut usize) -> Option<String> + 'u;

impl Pattern {
    fn new(text: &str) -> Pattern {
        let mut parts = text.split('{');
        let begin = parts.next().unwrap_or_default().to_owned();
        let place = |part: &str| match part.split_once('}') {
            Some((name, words)) => (name.to_owned(), words.to_owned()),
            None => (part.to_owned(), String::new()),
        };
        Pattern { begin, places: parts.map(place).collect() }
    }

    /// How many bytes of it are words.
    fn words(&self) -> usize {
        self.begin.len() + self.places.iter().map(|(_, words)| words.len()).sum::<usize>()
    }

    /// The first way to cut a sentence into values that `made` can do something with.
    fn cut(&self, sentence: &str, tries: &mut usize, made: &mut Use<'_>) -> Option<String> {
        let rest = sentence.strip_prefix(self.begin.as_str())?;
        cut(&self.places, rest, &mut Vec::new(), tries, made)
    }
}

fn cut<'p, 's>(
    places: &'p [(String, String)],
    rest: &'s str,
    values: &mut Vec<(&'p str, &'s str)>,
    tries: &mut usize,
    made: &mut Use<'_>,
) -> Option<String> {
    let Some(((name, words), others)) = places.split_first() else {
        return if rest.is_empty() { made(values, tries) } else { None };
    };
    if others.is_empty() {
        values.push((name, rest.strip_suffix(words.as_str())?));
        let said = made(values, tries);
        values.pop();
        return said;
    }
    // Two places with nothing between them cannot be told apart.
    if words.is_empty() {
        return None;
    }
    for (at, _) in rest.match_indices(words.as_str()) {
        *tries += 1;
        if *tries > MOST_TRIES {
            return None;
        }
        values.push((name, &rest[..at]));
        let said = cut(others, &rest[at + words.len()..], values, tries, made);
        values.pop();
        if said.is_some() {
            return said;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(sentence: &str) -> Option<String> {
        let own = PhraseBook::new([("the last USER is `{name}`", "最後のUSERが`{name}`です")]);
        let shared = PhraseBook::new([
            ("{address}: {message}", "{address}: {message}"),
            ("container `{name}` {message}", "コンテナ`{name}`は{message}"),
            ("`{path}` is not set", "`{path}`が設定されていません"),
            ("the flag `{name}` is not set", "フラグ`{name}`が設定されていません"),
            ("`{path}` is `{value}`", "`{path}`が`{value}`です"),
            ("is privileged", "特権で動作します"),
        ]);
        PhraseBook::translate(&[&own, &shared], sentence)
    }

    #[test]
    fn values_keep_their_places() {
        assert_eq!(said("the last USER is `root`").as_deref(), Some("最後のUSERが`root`です"));
        assert_eq!(said("`acl` is `public: yes`").as_deref(), Some("`acl`が`public: yes`です"));
        assert_eq!(said("the flag `a` is not set").as_deref(), Some("フラグ`a`が設定されていません"));
    }

    #[test]
    fn sentences_within_sentences_are_said_too() {
        let pod = "Pod `a`: container `c` is privileged";
        assert_eq!(said(pod).as_deref(), Some("Pod `a`: コンテナ`c`は特権で動作します"));
        // An address may hold what separates it from the sentence.
        let odd = "module.m[\"a: b\"].x: `p` is not set";
        assert_eq!(said(odd).as_deref(), Some("module.m[\"a: b\"].x: `p`が設定されていません"));
    }

    #[test]
    fn what_begins_with_words_is_tried_before_what_ends_with_more() {
        let book = PhraseBook::new([
            ("no {format}: {detail}", "{format}ではありません: {detail}"),
            ("{message} at line {line}, column {column}", "{line}行{column}桁: {message}"),
            ("it ends", "途中で終わっています"),
        ]);
        let said = PhraseBook::translate(&[&book], "no YAML: it ends at line 7, column 1");
        assert_eq!(said.as_deref(), Some("YAMLではありません: 7行1桁: 途中で終わっています"));
    }

    #[test]
    fn what_no_phrase_says_stays_unknown() {
        assert_eq!(said("something else"), None);
        assert_eq!(said("Pod `a`: something else"), None);
    }

    #[test]
    fn hostile_values_take_few_steps() {
        let hostile = "`` is ``".repeat(20_000) + ": " + &": ".repeat(20_000);
        assert_eq!(said(&hostile), None);
    }
}
