//! The nearest of the names that would have been right.

/// The longest word for which the nearest is looked for, in characters.
const LONGEST_WORD: usize = 80;

/// The known name that `word` begins, else the one that the fewest changes of a letter make of it; of equally near ones the
/// first. None where nothing is known.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(LONGEST_WORD).flat_map(char::to_lowercase).collect();
    let is_begun = |name: &str| {
        word.len() > 2 && name.chars().flat_map(char::to_lowercase).take(word.len()).eq(word.iter().copied())
    };
    known.into_iter().min_by_key(|name| (!is_begun(name), distance(&word, name)))
}

/// The edit distance (Levenshtein), upper and lower case alike.
fn distance(word: &[char], name: &str) -> usize {
    let name: Vec<char> = name.chars().take(LONGEST_WORD).flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (at, letter) in word.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in name.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let known = ["action", "clauses", "control"];
        assert_eq!(nearest("actoin", known), Some("action"));
        assert_eq!(nearest("Clause", known), Some("clauses"));
        assert_eq!(nearest("image.repo", ["image.name", "image.repository"]), Some("image.repository"), "it was begun");
        assert_eq!(nearest("x", []), None);
    }
}
