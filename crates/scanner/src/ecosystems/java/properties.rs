//! Property files of Java (java.util.Properties, load): keys and values with escapes, on lines that may go on.

/// What may stand around keys and values.
const BLANKS: [char; 3] = [' ', '\t', '\x0c'];

/// The keys with their values, in the order of the file.
pub(super) fn entries(text: &str) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut open = String::new();
    let mut goes_on = false;
    for line in text.lines().flat_map(|line| line.split('\r')) {
        let part = line.trim_start_matches(BLANKS);
        if !goes_on && (part.is_empty() || part.starts_with(['#', '!'])) {
            continue;
        }
        // A backslash behind another is itself meant.
        let backslashes = part.bytes().rev().take_while(|&byte| byte == b'\\').count();
        goes_on = backslashes % 2 == 1;
        open.push_str(if goes_on { &part[..part.len() - 1] } else { part });
        if !goes_on {
            entries.push(entry(&open));
            open.clear();
        }
    }
    if goes_on {
        entries.push(entry(&open));
    }
    entries
}

/// Splits a line at the first sign that ends a key: `=`, `:` or a blank.
fn entry(line: &str) -> (String, String) {
    let mut is_escaped = false;
    let end = line.find(|letter: char| {
        let ends = !is_escaped && (matches!(letter, '=' | ':') || BLANKS.contains(&letter));
        is_escaped = letter == '\\' && !is_escaped;
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(BLANKS);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(BLANKS);
    (unescaped(key), unescaped(value))
}

fn unescaped(text: &str) -> String {
    // A sign beyond the first plane is written as the two units of UTF-16 that make it.
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let plain = match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', None) => break,
            ('\\', Some('t')) => '\t',
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('f')) => '\x0c',
            ('\\', Some('u')) => match letters.as_str().get(..4).map(|digits| u16::from_str_radix(digits, 16)) {
                Some(Ok(unit)) => {
                    units.push(unit);
                    letters = letters.as_str()[4..].chars();
                    continue;
                }
                Some(Err(_)) | None => 'u',
            },
            (_, Some(escaped)) => escaped,
            (plain, None) => plain,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let entries = entries(text);
        let entries: Vec<(&str, &str)> = entries.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(entries, expected, "{text:?}");
    }

    #[test]
    fn keys_end_at_the_first_sign_or_blank() {
        check("a=b\nc : d\r\n  e f=g\rh\n", &[("a", "b"), ("c", "d"), ("e", "f=g"), ("h", "")]);
        check("# no\n ! no\n\na==b\n", &[("a", "=b")]);
        check("a\\=b\\:c\\ d=e\n", &[("a=b:c d", "e")]);
    }

    #[test]
    fn lines_go_on_behind_an_odd_number_of_backslashes() {
        check("a=1.\\\n   2\n", &[("a", "1.2")]);
        check("a=1\\\\\nb=2\\\n# 3\n", &[("a", "1\\"), ("b", "2# 3")]);
        check("a=1\\\n\nb=2", &[("a", "1"), ("b", "2")]);
        check("a=1\\\r\n  2\\", &[("a", "12")]);
    }

    #[test]
    fn escapes_stand_for_signs() {
        check("a=\\u0031.\\u00e9\\ud83d\\ude00\\t\\q\n", &[("a", "1.é😀\tq")]);
        check("a=\\u12\nb=\\uzzzz\nc=\\u+0é", &[("a", "u12"), ("b", "uzzzz"), ("c", "u+0é")]);
    }
}
