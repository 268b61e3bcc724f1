//! Values are shown masked: enough to know which secret it is, never enough to use or to guess it.

use crate::foreign;

/// What may be shown of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mask {
    /// Up to four signs of either end, of a token that is long.
    Ends,
    /// Nothing: passwords are short, and each sign helps to guess the others.
    Nothing,
}

/// Of shorter values nothing shows.
const SHORTEST_SHOWN: usize = 16;
const STARS: usize = 12;
/// What stands for a value of which nothing shows.
pub(crate) const HIDDEN: &str = "********";
/// The most of a name or of the text around a value that is shown.
pub(crate) const LONGEST_CONTEXT: usize = 60;

/// A value alone.
pub(crate) fn masked(value: &[u8], mask: Mask) -> String {
    // A fifth of the value at either end: what is hidden stays longer than what any search can try.
    let shown = (value.len() / 5).min(4);
    match mask {
        Mask::Ends if value.len() >= SHORTEST_SHOWN => {
            format!("{}{}{}", printable(&value[..shown]), "*".repeat(STARS), printable(&value[value.len() - shown..]))
        }
        Mask::Ends | Mask::Nothing => HIDDEN.to_owned(),
    }
}

/// A name, or text around a value, as far as it is shown.
pub(crate) fn context(text: &[u8]) -> String {
    printable(&text[..text.len().min(LONGEST_CONTEXT)])
}

/// Text that may go to a terminal: whatever is neither printable ASCII nor a letter or digit of another script is a point for
/// each of its bytes. Full-width signs are those of ASCII.
fn printable(text: &[u8]) -> String {
    let mut printable = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for sign in chunk.valid().chars() {
            let folded = foreign::folded_sign(sign);
            if (' '..='~').contains(&folded) || folded.is_alphanumeric() {
                printable.push(folded);
            } else {
                printable.extend(std::iter::repeat_n('.', sign.len_utf8()));
            }
        }
        printable.extend(std::iter::repeat_n('.', chunk.invalid().len()));
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_its_ends_and_a_password_nothing() {
        let key = concat!("AKIA", "QYLPMN5HHHFPWXYZ");
        assert_eq!(masked(key.as_bytes(), Mask::Ends), "AKIA************WXYZ");
        assert_eq!(masked(b"hunter2", Mask::Nothing), "********");
        assert_eq!(masked(b"hunter2hunter2", Mask::Ends), "********");
    }

    #[test]
    fn the_length_of_a_value_does_not_show() {
        let masks = [40, 64, 4000].map(|length| masked(&vec![b'x'; length], Mask::Ends));
        assert!(masks.iter().all(|mask| *mask == masks[0]));
    }

    #[test]
    fn signs_that_a_terminal_obeys_are_not_passed_on() {
        assert_eq!(context(b"KEY\x1b[31m"), "KEY.[31m");
        // A sign that turns the direction of the text, and half a letter.
        assert_eq!(context("a\u{202e}b".as_bytes()), "a...b");
        assert_eq!(context(&"aé".as_bytes()[..2]), "a.");
    }

    #[test]
    fn names_of_any_script_are_shown() {
        assert_eq!(context("パスワード：「".as_bytes()), "パスワード:...");
    }
}
