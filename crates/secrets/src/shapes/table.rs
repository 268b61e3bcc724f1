//! Tables with the names of their columns in the first line (RFC 4180, and what spreadsheets and managers of passwords write
//! like it): what stands in a column that is named for a secret.

use std::ops::Range;

use super::Shaped;
use crate::assignment::normal_key;
use crate::mask::HIDDEN;

/// How far from the beginning of a file a name of a column is looked at.
pub(crate) const LONGEST_NAMES_BYTES: usize = 4 << 10;
/// How much of a file is read, from its beginning.
pub(crate) const LONGEST_TABLE_BYTES: usize = 48 << 10;
/// The most values of one table.
const MOST_VALUES: usize = 200;

/// What a column is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Password,
    Token,
}

/// The values of the columns that are named for this, in the table that the bytes begin with, where the literal at `at` stands
/// in its first line.
pub(super) fn values(bytes: &[u8], at: usize, column: Column) -> Vec<Shaped> {
    let text = &bytes[..bytes.len().min(LONGEST_TABLE_BYTES)];
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let first_end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let Some(delimiter) = delimiter(&text[start.min(first_end)..first_end]).filter(|_| at < first_end) else {
        return Vec::new();
    };
    let (names, mut next) = row(text, start, delimiter);
    let names: Vec<String> = names.into_iter().map(|cell| name(&text[cell])).collect();
    let is_of_someone = names.iter().any(|name| is_owner(name));
    let wanted: Vec<bool> = names.iter().map(|name| column.is_named(name, is_of_someone)).collect();
    let mut values = Vec::new();
    while next < text.len() && wanted.contains(&true) && values.len() < MOST_VALUES {
        let (cells, end) = row(text, next, delimiter);
        // What is cut off is no value.
        if end == text.len() && text.len() < bytes.len() {
            break;
        }
        next = end;
        if cells.len() == wanted.len() {
            let cells = cells.into_iter().zip(&wanted).filter(|(cell, is_wanted)| **is_wanted && !cell.is_empty());
            values.extend(cells.map(|(whole, _)| Shaped::Secret { whole, shown: HIDDEN.to_owned() }));
        }
    }
    values
}

impl Column {
    /// Whether a column of this name is one; short names are where another column says whose the value is.
    fn is_named(self, name: &str, is_of_someone: bool) -> bool {
        match self {
            Column::Password => {
                let is_short = ["pass", "passwd", "pwd"].contains(&name);
                let is_long = ["password", "passphrase", "パスワード"].iter().any(|end| name.ends_with(end));
                is_of_someone && (is_short || is_long)
            }
            Column::Token => {
                let ends = ["secret_access_key", "secret_key", "api_key", "client_secret"];
                let tokens = ["access_token", "api_token", "auth_token", "bearer_token", "refresh_token"];
                ends.iter().chain(&tokens).any(|end| name.ends_with(end))
                    || is_of_someone && ["apikey", "secret", "token"].contains(&name)
            }
        }
    }
}

/// Whether a column of this name says whose the values are, or where they open something.
fn is_owner(name: &str) -> bool {
    ["user", "login", "mail", "account", "url", "host", "server", "ユーザ", "アカウント", "メール", "ログイン"]
        .iter()
        .any(|word| name.contains(word))
        && !Column::Password.is_named(name, true)
        && !Column::Token.is_named(name, true)
}

/// The name of a column in one form, as the names of assignments have it.
fn name(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    if text.is_ascii() { normal_key(text.replace(' ', "_").as_bytes()) } else { text.into_owned() }
}

/// The sign between the names of columns: the most frequent one of those that are used.
fn delimiter(names: &[u8]) -> Option<u8> {
    let count = |sign: u8| memchr::memchr_iter(sign, names).count();
    let most = b",;\t|".iter().copied().max_by_key(|sign| count(*sign))?;
    (count(most) > 0).then_some(most)
}

/// The cells of the row that begins at `start`, and where the next one does.
fn row(text: &[u8], start: usize, delimiter: u8) -> (Vec<Range<usize>>, usize) {
    let (mut cells, mut at) = (Vec::new(), start);
    loop {
        let (cell, end) = cell(text, at, delimiter);
        cells.push(cell);
        match text.get(end) {
            Some(sign) if *sign == delimiter => at = end + 1,
            Some(_) => return (cells, end + 1),
            None => return (cells, text.len()),
        }
    }
}

/// What a cell says, and where it ends: at a delimiter, a line's end or the end of the text. Within quotes either is text, and
/// two quotes are one.
fn cell(text: &[u8], at: usize, delimiter: u8) -> (Range<usize>, usize) {
    let end_from = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + memchr::memchr2(delimiter, b'\n', rest).unwrap_or(rest.len())
    };
    if text.get(at) == Some(&b'"') {
        let mut from = at + 1;
        while let Some(found) = memchr::memchr(b'"', &text[from..]) {
            let quote = from + found;
            if text.get(quote + 1) != Some(&b'"') {
                return (at + 1..quote, end_from(quote + 1));
            }
            from = quote + 2;
        }
        return (at + 1..text.len(), text.len());
    }
    let end = end_from(at);
    let cell = &text[at..end];
    let blank_before = cell.len() - cell.trim_ascii_start().len();
    let start = at + blank_before;
    (start..start + cell.trim_ascii().len(), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the columns say, for a literal where `word` first stands.
    fn said<'a>(table: &'a str, word: &str, column: Column) -> Vec<&'a str> {
        let at = table.find(word).expect("the word is there");
        let values = values(table.as_bytes(), at, column).into_iter();
        values
            .filter_map(|shaped| match shaped {
                Shaped::Secret { whole, .. } => Some(&table[whole]),
                Shaped::Inner { .. } => None,
            })
            .collect()
    }

    #[test]
    fn a_column_that_is_named_for_passwords_is_read_in_every_form() {
        for table in [
            "user,password\na,hunter2\nb,orchid9",
            "\u{feff}user;password\r\na;hunter2\r\n\r\nb; orchid9 \r\n",
            "\"url\",\"password\",\"note\"\n\"x\",\"hunter2\",\"a\nb, c\"\n\"y\",\"orchid9\",\"\"\n",
            "E-mail\tLogin password\na\thunter2\nb\torchid9\n",
            "a,user,b,password\n1,\"x \"\"y\"\"\",2,hunter2\n3,z,4,orchid9\n",
        ] {
            let word = if table.contains("password") { "password" } else { "Password" };
            assert_eq!(said(table, word, Column::Password), ["hunter2", "orchid9"], "{table}");
        }
        assert_eq!(said("ユーザー名,パスワード\na,hunter2\n", "パスワード", Column::Password), ["hunter2"]);
    }

    #[test]
    fn a_column_that_is_named_for_tokens_is_read() {
        let keys = "User name,Access key ID,Secret access key\na,b,c\n";
        assert_eq!(said(keys, "Secret", Column::Token), ["c"]);
        assert_eq!(said("service,api_key\na,b\n", "api_key", Column::Token), ["b"]);
        assert_eq!(said("user,token\na,b\n", "token", Column::Token), ["b"]);
    }

    #[test]
    fn other_tables_and_other_lines_say_nothing() {
        for (table, word) in [
            ("word,password\na,hunter2\n", "password"),
            ("password\nhunter2\n", "password"),
            ("user,password_hint\na,hunter2\n", "password"),
            ("user,note\na,password\nb,hunter2\n", "password"),
            ("user,password\na\nb,c,hunter2\n,\n", "password"),
        ] {
            assert_eq!(said(table, word, Column::Password), [""; 0], "{table}");
        }
        assert!(said("token,lemma\na,b\n", "token", Column::Token).is_empty());
    }

    #[test]
    fn a_long_table_is_read_up_to_its_limit_and_no_row_is_cut() {
        let rows = |count: usize| format!("user,note,password\n{}", "a,,hunter2\n".repeat(count));
        assert_eq!(said(&rows(MOST_VALUES + 7), "password", Column::Password).len(), MOST_VALUES);
        let wide = format!("user,password\n{}", format!("{},hunter2\n", "a".repeat(1_000)).repeat(100));
        let found = said(&wide, "password", Column::Password);
        assert!(found.len() > 40 && found.len() < 49 && found.iter().all(|value| *value == "hunter2"), "{found:?}");
    }
}
