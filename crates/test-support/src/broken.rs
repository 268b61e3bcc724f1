//! Texts broken in the ways in which files are: cut off, with a sign too few, too many or another one.

/// Signs that mean something to some format.
const SIGNS: &[&str] = &[
    "{", "}", "[", "]", "(", ")", "\"", "'", ":", ",", "-", "\t", "\n", "&", "*", "!", "|", "%", "#", "=", "<", ">",
    "$", "{{", "}}", "\\", "\\u12", "@", "`", "a", "9", "0x", "..", "/*", "- ", "? ", ".", "~", "\u{0}", "\r", "...",
    "---\n", "<!--", "<?", "&amp", "1e", "+", "true", "null", "\"\"\"", "'''", "/", "é",
];

/// Every text that one such break at one of about `places` places makes of `text`.
pub fn broken(text: &str, places: usize) -> impl Iterator<Item = String> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let step = (ends.len() / places.max(1)).max(1);
    (0..ends.len()).step_by(step).flat_map(move |place| {
        let (before, after) = text.split_at(ends[place]);
        let skip = |count: usize| ends.get(place + count).map(|&end| &text[end..]);
        let cut = [before.to_owned()].into_iter();
        let shorter = [skip(1), skip(4)].into_iter().flatten().map(move |rest| format!("{before}{rest}"));
        let other = SIGNS.iter().flat_map(move |sign| {
            [Some(after), skip(1)].into_iter().flatten().map(move |rest| format!("{before}{sign}{rest}"))
        });
        cut.chain(shorter).chain(other).collect::<Vec<String>>()
    })
}

/// English words of a text in another language that has Latin letters in names alone: two words that follow one another,
/// outside of what is quoted. What a system says of an error has its number in words (`os error 2`).
pub fn english_left(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut quote = None;
    for letter in text.chars() {
        match quote {
            Some(end) if letter == end => quote = None,
            Some(_) => {}
            None if matches!(letter, '`' | '"') => quote = Some(letter),
            None => plain.push(letter),
        }
    }
    let plain = plain.replace("(os error ", "(");
    let words: Vec<&str> = plain.split(' ').collect();
    let is_word = |part: &str| part.len() > 1 && part.chars().all(|letter| letter.is_ascii_alphabetic());
    words.windows(2).find_map(|pair| {
        // The first may end a longer text, the second begin one.
        let first = pair[0].rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        let second = pair[1].split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        (is_word(first) && is_word(second)).then(|| format!("{first} {second}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_found_between_other_words_and_names_are_left_alone() {
        assert_eq!(english_left("正しいYAMLではありません(5行目: did not find it)").as_deref(), Some("did not"));
        assert_eq!(english_left("アクセス権がありません(os error 13)、`no such key`、64 MiB、a: b"), None);
    }

    #[test]
    fn a_text_is_broken_everywhere() {
        let texts: Vec<String> = broken("ab", 10).collect();
        for text in ["", "a", "b", "{ab", "{b", "ab{", "a{b"] {
            assert!(texts.iter().any(|other| other == text), "{text}");
        }
    }
}
