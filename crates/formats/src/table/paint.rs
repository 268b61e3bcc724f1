//! Colors, widths, and text made safe for a terminal.

use model::Severity;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Strong,
    Faint,
    Good,
    Alarm,
    High,
    Medium,
    Low,
}

impl Style {
    /// How a severity stands out.
    pub(crate) fn of(severity: Severity) -> Style {
        match severity {
            Severity::Critical => Style::Alarm,
            Severity::High => Style::High,
            Severity::Medium => Style::Medium,
            Severity::Low => Style::Low,
            Severity::None | Severity::Unknown => Style::Faint,
        }
    }
}

/// Puts color around text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    is_colored: bool,
}

impl Paint {
    pub(crate) fn new(is_colored: bool) -> Paint {
        Paint { is_colored }
    }

    pub(crate) fn text(self, style: Style, text: &str) -> String {
        self.sgr(
            match style {
                Style::Strong => "1",
                Style::Faint => "2",
                Style::Good => "32",
                Style::Alarm => "1;31",
                Style::High => "31",
                Style::Medium => "33",
                Style::Low => "36",
            },
            text,
        )
    }

    /// ECMA-48, Select Graphic Rendition.
    fn sgr(self, parameters: &str, text: &str) -> String {
        if self.is_colored { format!("\x1b[{parameters}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Text from the target without what a terminal would obey: control characters and invisible direction changes.
pub fn plain(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                    | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
            )
    };
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// The columns that text takes on a terminal; East Asian wide characters take two.
pub(crate) fn columns_of(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Text padded or cut to exactly `width` columns; an ellipsis says that something is cut.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let columns = columns_of(text);
    if columns <= width {
        return format!("{text}{}", " ".repeat(width - columns));
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns > width {
            break;
        }
        used += columns;
        cut.push(c);
    }
    cut.push('…');
    cut.push_str(&" ".repeat(width.saturating_sub(used)));
    cut
}

/// Text in lines of at most `width` columns, broken at spaces and between characters that take two columns (as Japanese is
/// written), and where there is neither, anywhere.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> Vec<&str> {
    let Some(width) = width.map(|width| width.max(8)) else { return vec![text] };
    let mut lines = Vec::new();
    let mut rest = text;
    while columns_of(rest) > width {
        let (mut used, mut end, mut place) = (0, rest.len(), None);
        let mut before = None;
        for (at, c) in rest.char_indices() {
            if at > 0 && may_break(before, c) {
                place = Some(at);
            }
            used += c.width().unwrap_or(0);
            if used > width && c != ' ' {
                end = at;
                break;
            }
            before = Some(c);
        }
        let (line, remaining) = rest.split_at(place.unwrap_or(end.max(1)));
        lines.push(line.trim_end());
        rest = remaining.trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Whether a line may end between two characters: Japanese punctuation does not begin a line, a bracket does not end one.
fn may_break(before: Option<char>, after: char) -> bool {
    let is_wide = |c: char| c.width() == Some(2);
    let Some(before) = before else { return false };
    after == ' '
        || before == ' '
        || ((is_wide(before) || is_wide(after))
            && !"、。，．・：；！？）」』】ーぁぃぅぇぉっゃゅょァィゥェォッャュョ)],.".contains(after)
            && !"（「『【([".contains(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits_its_columns_whatever_its_script() {
        for (text, width, fitted) in
            [("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("脆弱性情報", 6, "脆弱… "), ("abc", 3, "abc")]
        {
            assert_eq!(fit(text, width), fitted);
            assert_eq!(columns_of(&fit(text, width)), width);
        }
    }

    #[test]
    fn long_text_is_broken_where_it_may_be() {
        assert_eq!(wrapped("one two three four", Some(9)), ["one two", "three", "four"]);
        assert_eq!(wrapped("修正バージョンがあります", Some(10)), ["修正バー", "ジョンがあ", "ります"]);
        assert_eq!(wrapped("abcdefghijklmnop q", Some(10)), ["abcdefghij", "klmnop q"]);
        assert_eq!(wrapped("", Some(10)), [""]);
        assert_eq!(wrapped("日本", Some(0)), ["日本"]);
    }

    #[test]
    fn a_target_cannot_command_the_terminal() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
