//! Text from a target on its way into XML, HTML and Markdown.

/// Text that XML 1.0 and HTML show as it is. What XML has no characters for (section 2.2, Char), and what turns the
/// direction of writing, becomes a replacement character.
pub(crate) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || is_odd(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text that Markdown shows as it is, on one line.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !",.:;-/'()".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() || is_odd(c) { ' ' } else { c });
    }
    escaped
}

/// Text in a code span of Markdown: between more backticks than stand in it together (CommonMark, 6.1).
pub(crate) fn markdown_code(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() || is_odd(c) { ' ' } else { c }).collect();
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if line.starts_with('`') || line.ends_with('`') || line.is_empty() { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// Characters that XML does not know or that make text look like another.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_advisories_is_no_markup() {
        assert_eq!(markdown("<img src=x> *a* [b](c) `d`"), r"\<img src\=x\> \*a\* \[b\](c) \`d\`");
        assert_eq!(markdown("a\nb | c"), r"a b \| c");
        assert_eq!(markdown_code("apt-get install x"), "`apt-get install x`");
        assert_eq!(markdown_code("a `b` c"), "``a `b` c``");
        assert_eq!(markdown_code("``x\n"), "``` ``x  ```");
        assert_eq!(xml("<a href=\"x\">&'\u{1}\u{202e}\n"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{fffd}\u{fffd}\n");
    }
}
