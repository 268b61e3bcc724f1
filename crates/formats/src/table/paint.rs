//! Colors, widths, and text made safe for a terminal.

use model::Severity;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Strong,
    Faint,
    Good,
    Alarm,
}

/// Puts color around text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    is_colored: bool,
}

impl Paint {
    pub(super) fn new(is_colored: bool) -> Paint {
        Paint { is_colored }
    }

    pub(super) fn text(self, style: Style, text: &str) -> String {
        self.sgr(
            match style {
                Style::Strong => "1",
                Style::Faint => "2",
                Style::Good => "32",
                Style::Alarm => "1;31",
            },
            text,
        )
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        self.sgr(
            match severity {
                Severity::Critical => "1;31",
                Severity::High => "31",
                Severity::Medium => "33",
                Severity::Low => "36",
                Severity::None | Severity::Unknown => "2",
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
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// The columns that text takes on a terminal; East Asian wide characters take two.
pub(super) fn columns_of(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Text padded or cut to exactly `width` columns; an ellipsis says that something is cut.
pub(super) fn fit(text: &str, width: usize) -> String {
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
    fn a_target_cannot_command_the_terminal() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
