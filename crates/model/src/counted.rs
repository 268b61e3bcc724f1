//! Numbers in sentences, in English: the words behind a number depend on whether it is one.

use std::fmt::Display;

/// A number with the words behind it, of which the first are said of one and the second of any other number:
/// `counted(1, "file is", "files are")` is `1 file is`.
pub fn counted(count: impl Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let words = if count == "1" { one } else { many };
    format!("{count} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_told_in_the_singular() {
        let said = |count: u64| counted(count, "of its files is left out", "of its files are left out");
        assert_eq!([said(0), said(1)], ["0 of its files are left out", "1 of its files is left out"]);
        assert_eq!([said(2), said(11)], ["2 of its files are left out", "11 of its files are left out"]);
    }
}
