//! Assignments: a name and the value it is given, as files of settings, programs and shells write them.

use std::ops::Range;

use crate::place::Syntax;

/// The longest name that is looked at.
const LONGEST_KEY: usize = 96;
/// The longest value that is looked at.
const LONGEST_VALUE: usize = 2048;
/// How far from a name its value may begin: `- name: PASSWORD` and, a line below, `value:`.
const FARTHEST_VALUE: usize = 160;

/// A name and its value, by their places in the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) is_quoted: bool,
}

/// The name around this place: letters, digits, `_`, `-` and `.`.
pub(crate) fn key_around(bytes: &[u8], at: usize) -> Range<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let before = bytes[at.saturating_sub(LONGEST_KEY)..at].iter().rev().take_while(is_part).count();
    let after = bytes[at..].iter().take(LONGEST_KEY).take_while(is_part).count();
    let (mut start, mut end) = (at - before, at + after);
    // `\npassword` in a quoted text is a sign and a name.
    if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r') && start < at {
        start += 1;
    }
    while start < at && matches!(bytes[start], b'-' | b'.') {
        start += 1;
    }
    while end > at && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    // `-Ddb.password=x` gives `db.password` to a program in Java.
    let is_property = start > 0 && start < at && bytes[start - 1] == b'-' && bytes[start] == b'D';
    if is_property && bytes[start + 1].is_ascii_lowercase() && bytes[start..end].contains(&b'.') {
        start += 1;
    }
    start..end
}

/// The value that the name gets, if any.
pub(crate) fn assignment(bytes: &[u8], key: Range<usize>, syntax: Syntax) -> Option<Assignment> {
    let made = |(value, is_quoted): (Range<usize>, bool)| Assignment { key: key.clone(), value, is_quoted };
    if syntax == Syntax::Single {
        let is_whole_key = bytes[..key.start].iter().all(|byte| !matches!(byte, b'=' | b'\n' | b' '));
        if is_whole_key && bytes.get(key.end) == Some(&b'=') {
            let mut value = key.end + 1..bytes.len();
            while value.end > value.start && bytes[value.end - 1].is_ascii_whitespace() {
                value.end -= 1;
            }
            return Some(made(unquoted(bytes, value)));
        }
        // Options that a program is given in a variable: `JAVA_OPTS=-Xmx1g -Ddb.password=x`, `ARGS=--password x`.
        if is_option(bytes, &key) {
            let given = direct(bytes, &key, Syntax::Shell).or_else(|| spaced(bytes, &key, Syntax::Shell));
            return given.map(made);
        }
    }
    if syntax == Syntax::Settings && is_option(bytes, &key) && is_command_at(bytes, key.start) {
        let given = direct(bytes, &key, Syntax::Shell).or_else(|| spaced(bytes, &key, Syntax::Shell));
        if given.is_some() {
            return given.map(made);
        }
    }
    direct(bytes, &key, syntax)
        .or_else(|| called(bytes, &key))
        .or_else(|| tagged(bytes, &key))
        .or_else(|| passed(bytes, &key))
        .or_else(|| named(bytes, &key))
        .or_else(|| paired(bytes, &key, syntax))
        .or_else(|| declared(bytes, &key))
        .or_else(|| spaced(bytes, &key, syntax))
        .map(made)
}

/// Whether the name is that of an option: `-Ddb.password`, `--db-password`.
fn is_option(bytes: &[u8], key: &Range<usize>) -> bool {
    let before = &bytes[..key.start];
    // The names of Java's properties are told without the `D` of the option.
    let before = before.strip_suffix(b"D").filter(|rest| rest.ends_with(b"-")).unwrap_or(before);
    let word = before.len() - before.iter().rev().take_while(|byte| **byte == b'-').count();
    let begins_word = before[..word].last().is_none_or(|byte| byte.is_ascii_whitespace() || b"=\"',[".contains(byte));
    word < before.len() && begins_word
}

/// Takes one pair of quotes off.
fn unquoted(bytes: &[u8], value: Range<usize>) -> (Range<usize>, bool) {
    match &bytes[value.clone()] {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => (value.start + 1..value.end - 1, true),
        _ => (value, false),
    }
}

/// `key = value`, `"key": "value"`, `key => 'value'`, `config["key"] = "value"`, `key: String = "value"`.
fn direct(bytes: &[u8], key: &Range<usize>, syntax: Syntax) -> Option<(Range<usize>, bool)> {
    let mut at = key.end;
    let is_quoted_key = is_quote_at(bytes, at);
    at = after_quote(bytes, at);
    if is_quoted_key && bytes.get(at) == Some(&b']') {
        at += 1;
    }
    let after_key = at;
    at = after_blanks(bytes, at);
    let operator = operator_at(bytes, at)?;
    // `PASSWORD =x` is no assignment for a shell.
    if syntax == Syntax::Shell && operator == "=" && at != after_key && !is_quote_at(bytes, after_blanks(bytes, at + 1))
    {
        return None;
    }
    at += operator.len();
    let start = after_blanks(bytes, at);
    if operator == ":" && is_type_at(bytes, start) {
        let after_type = start
            + bytes[start..]
                .iter()
                .take(40)
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_&'<>?.".contains(byte))
                .count();
        let equals = after_blanks(bytes, after_type);
        if operator_at(bytes, equals) == Some("=") {
            let start = after_blanks(bytes, equals + 1);
            if let Some(value) = quoted_at(bytes, start) {
                return Some((value, true));
            }
        }
    }
    if let Some(value) = quoted_at(bytes, start) {
        return Some((value, true));
    }
    if syntax == Syntax::Settings
        && operator == ":"
        && let Some(value) = block_at(bytes, key, start)
    {
        return Some((value, false));
    }
    let is_tight = operator == "=" && start == at && at == after_key + 1;
    if syntax == Syntax::Settings
        && is_tight
        && let Some(value) = quoted_with_name(bytes, key, start)
    {
        return Some((value, true));
    }
    let may_be_bare = match syntax {
        Syntax::Settings => !is_quoted_key,
        Syntax::Shell => operator == "=" && start == at || operator == ":" && !is_quoted_key && start > at,
        Syntax::Prose => !is_quoted_key && operator == "=" && start == at,
        Syntax::Code | Syntax::Single => false,
    };
    if !may_be_bare {
        return None;
    }
    let value = bare_at(bytes, start, syntax)?;
    Some((if is_tight { up_to_next(bytes, value) } else { value }, false))
}

/// The value up to the next assignment of its line: `DB_PASSWORD=x MODE=y` of a unit of systemd.
fn up_to_next(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let text = &bytes[value.clone()];
    let Some(blank) = memchr::memchr2(b' ', b'\t', text) else { return value };
    let rest = text[blank..].trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let is_next = name > 0 && rest.get(name) == Some(&b'=') && rest.get(name + 1) != Some(&b'=');
    if is_next { value.start..value.start + blank } else { value }
}

/// The value in `"NAME=value"`, where a quote opens before the name: a variable of systemd's `Environment=` (systemd.exec(5)), of
/// a list in YAML or JSON, an option of a command. Names with small letters count on lines of systemd alone, for queries of
/// addresses look like them.
fn quoted_with_name(bytes: &[u8], key: &Range<usize>, start: usize) -> Option<Range<usize>> {
    let dashes = bytes[..key.start].iter().rev().take(2).take_while(|byte| **byte == b'-').count();
    let [before @ .., quote @ (b'"' | b'\'')] = &bytes[..key.start - dashes] else { return None };
    let opens = before.last().is_none_or(|byte| byte.is_ascii_whitespace() || b"=[,(:".contains(byte));
    let is_variable = dashes > 0
        || !bytes[key.clone()].iter().any(u8::is_ascii_lowercase)
        || directive_at(bytes, key.start) == b"Environment";
    if !opens || !is_variable {
        return None;
    }
    let end = memchr::memchr(*quote, &bytes[line_at(bytes, start)?])?;
    (end > 0).then_some(start..start + end)
}

/// Whether this place is on a line that runs a command: `ExecStart=` of systemd, `command=` of supervisord.
fn is_command_at(bytes: &[u8], at: usize) -> bool {
    let directive = directive_at(bytes, at);
    directive.starts_with(b"Exec") || directive == b"command"
}

/// What stands before the first `=` of the line at this place. Lines that end with a backslash go on in the next one.
fn directive_at(bytes: &[u8], at: usize) -> &[u8] {
    let first = at.saturating_sub(LONGEST_VALUE);
    let mut start = at;
    loop {
        start = memchr::memrchr(b'\n', &bytes[first..start]).map_or(first, |end| first + end + 1);
        let above = bytes[first..start].strip_suffix(b"\n").unwrap_or_default();
        if !above.strip_suffix(b"\r").unwrap_or(above).ends_with(b"\\") {
            break;
        }
        start = first + above.len();
    }
    let line = &bytes[start..at];
    line[..memchr::memchr(b'=', line).unwrap_or_default()].trim_ascii()
}

fn operator_at(bytes: &[u8], at: usize) -> Option<&'static str> {
    let rest = bytes.get(at..)?;
    match rest {
        [b':', b'=', ..] => Some(":="),
        [b'=', b'>', ..] => Some("=>"),
        [b'=', b'=' | b'~', ..] | [b':', b':', ..] => None,
        [b'=', ..] => Some("="),
        [b':', ..] => Some(":"),
        _ => None,
    }
}

/// Whether a word without quotes follows, such as the type of a variable.
fn is_type_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&')
}

/// `setPassword("value")`, `.password('value')`, `withToken("value")`.
fn called(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, bool)> {
    if bytes.get(key.end) != Some(&b'(') {
        return None;
    }
    let value = quoted_at(bytes, after_blanks(bytes, key.end + 1))?;
    let end = after_blanks(bytes, after_quote(bytes, value.end));
    (bytes.get(end) == Some(&b')')).then_some((value, true))
}

/// `define('PASSWORD', 'value')`, `define( 'PASSWORD', 'value' )` as WordPress spaces it, `setenv("PASSWORD", "value")`.
fn passed(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let before = &bytes[key.start.saturating_sub(16)..key.start];
    let before = before.strip_suffix(b"'").or(before.strip_suffix(b"\""))?;
    // Within a text, as in a notebook, the quote is escaped.
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    let at = after_quote(bytes, key.end);
    if !before.trim_ascii_end().ends_with(b"(") || at == key.end {
        return None;
    }
    let comma = after_blanks(bytes, at);
    if bytes.get(comma) != Some(&b',') {
        return None;
    }
    let value = quoted_at(bytes, after_blanks(bytes, comma + 1))?;
    let end = after_blanks(bytes, after_quote(bytes, value.end));
    (bytes.get(end) == Some(&b')')).then_some((value, true))
}

/// `<password>value</password>`, `<string name="api_key">value</string>`.
fn tagged(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let is_tag = key.start > 0 && bytes[key.start - 1] == b'<';
    let mut at = after_quote(bytes, key.end);
    if !is_tag && at == key.end || bytes.get(at) != Some(&b'>') {
        return None;
    }
    at += 1;
    let length = bytes[at..].iter().take(LONGEST_VALUE).position(|&byte| byte == b'<')?;
    let closes = bytes.get(at + length + 1) == Some(&b'/');
    let value = trimmed(bytes, at..at + length);
    (closes && !value.is_empty()).then_some((value, true))
}

/// `<name>app.password</name><value>x</value>` of Hadoop, `<key>password</key><string>x</string>` of property lists.
fn named(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let before = bytes[key.start.saturating_sub(24)..key.start].trim_ascii_end();
    if !["<name>", "<key>", "<param-name>"].iter().any(|tag| before.ends_with(tag.as_bytes())) {
        return None;
    }
    let rest = &bytes[key.end..bytes.len().min(key.end + FARTHEST_VALUE)];
    let rest = rest.trim_ascii_start();
    let closed = ["</name>", "</key>", "</param-name>"].iter().find_map(|tag| rest.strip_prefix(tag.as_bytes()))?;
    let opened = closed.trim_ascii_start();
    let inner = ["<value>", "<string>", "<param-value>"].iter().find_map(|tag| opened.strip_prefix(tag.as_bytes()))?;
    let start = bytes.len().min(key.end + FARTHEST_VALUE) - inner.len();
    let length = bytes[start..].iter().take(LONGEST_VALUE).position(|&byte| byte == b'<')?;
    let value = trimmed(bytes, start..start + length);
    (bytes.get(start + length + 1) == Some(&b'/') && !value.is_empty()).then_some((value, true))
}

/// `- name: PASSWORD` and `value: x` on the next line, `{"name": "PASSWORD", "value": "x"}`, `<add key="p" value="x"/>`.
fn paired(bytes: &[u8], key: &Range<usize>, syntax: Syntax) -> Option<(Range<usize>, bool)> {
    let before = &bytes[key.start.saturating_sub(24)..key.start];
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
    let before = before.strip_suffix(b":").or(before.strip_suffix(b"="))?;
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
    if !["name", "key", "Name", "Key", "variable", "ParameterKey"].iter().any(|word| before.ends_with(word.as_bytes()))
    {
        return None;
    }
    let from = after_quote(bytes, key.end);
    let gap = &bytes[from..bytes.len().min(from + FARTHEST_VALUE)];
    let is_gap = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_whitespace() || b",\"'".contains(byte));
    for word in ["value", "Value", "defaultValue", "ParameterValue"] {
        let Some(at) = memchr::memmem::find(gap, word.as_bytes()) else { continue };
        if !is_gap(&gap[..at]) {
            continue;
        }
        let at = after_blanks(bytes, after_quote(bytes, from + at + word.len()));
        let operator = operator_at(bytes, at)?;
        let start = after_blanks(bytes, at + operator.len());
        if let Some(value) = quoted_at(bytes, start) {
            return Some((value, true));
        }
        if syntax == Syntax::Settings && operator == ":" {
            return bare_at(bytes, start, syntax).map(|value| (value, false));
        }
        return None;
    }
    None
}

/// `variable "password" { default = "value" }` of Terraform.
fn declared(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let is_variable = bytes[..key.start].ends_with(b"variable \"");
    let block = bytes.get(after_quote(bytes, key.end)..)?;
    let block = &block[..block.len().min(2 * FARTHEST_VALUE)];
    if !is_variable || !block.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let block = &block[..memchr::memchr(b'}', block)?];
    let start = after_quote(bytes, key.end) + memchr::memmem::find(block, b"default")? + "default".len();
    let equals = after_blanks(bytes, start);
    if bytes.get(equals) != Some(&b'=') {
        return None;
    }
    quoted_at(bytes, after_blanks(bytes, equals + 1)).map(|value| (value, true))
}

/// `--password value` of a command, `ENV PASSWORD value` of a Dockerfile, `aws configure set secret value`, and in any file
/// `%env PASSWORD value` of IPython (Built-in magic commands, %env and %set_env).
fn spaced(bytes: &[u8], key: &Range<usize>, syntax: Syntax) -> Option<(Range<usize>, bool)> {
    let is_magic = [&b"%env "[..], b"%set_env "].iter().any(|magic| bytes[..key.start].ends_with(magic));
    if syntax != Syntax::Shell && !is_magic {
        return None;
    }
    let before = &bytes[key.start.saturating_sub(4)..key.start];
    let is_set = bytes[..key.start].ends_with(b"configure set ");
    if !before.ends_with(b"--") && !before.ends_with(b"ENV ") && !before.ends_with(b"env ") && !is_set {
        return None;
    }
    let start = after_blanks(bytes, key.end);
    // What follows an option may be the next one.
    if start == key.end || before.ends_with(b"--") && bytes.get(start) == Some(&b'-') {
        return None;
    }
    match quoted_at(bytes, start) {
        Some(value) => Some((value, true)),
        None => bare_at(bytes, start, Syntax::Shell).map(|value| (value, false)),
    }
}

fn after_blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at.min(bytes.len())..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_quote_at(bytes: &[u8], at: usize) -> bool {
    after_quote(bytes, at) != at
}

/// Behind a quote, or an escaped one, if there is one.
fn after_quote(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\\', b'"' | b'\'', ..] => at + 2,
        [b'"' | b'\'' | b'`', ..] => at + 1,
        _ => at,
    }
}

/// The text between quotes that open here, on one line. Prefixes of string literals (`b"`, `r'`, `@"`) are skipped.
fn quoted_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    let (skip, quote): (usize, &[u8]) = match rest {
        [b'\\', quote @ (b'"' | b'\''), ..] => (2, if *quote == b'"' { b"\\\"" } else { b"\\'" }),
        [b'"', ..] => (1, b"\""),
        [b'\'', ..] => (1, b"'"),
        [b'`', ..] => (1, b"`"),
        [b'b' | b'r' | b'u' | b'f' | b'@' | b'L', b'"', ..] => (2, b"\""),
        [b'b' | b'r' | b'u' | b'f', b'\'', ..] => (2, b"'"),
        _ => return None,
    };
    let start = at + skip;
    let line = &bytes[start..bytes.len().min(start + LONGEST_VALUE)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let mut from = 0;
    loop {
        let end = from + memchr::memmem::find(&line[from..], quote)?;
        if quote.len() == 1 && line[..end].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1 {
            from = end + 1;
            continue;
        }
        return Some(start..start + end);
    }
}

/// A value without quotes.
fn bare_at(bytes: &[u8], start: usize, syntax: Syntax) -> Option<Range<usize>> {
    let line = bytes.get(start..bytes.len().min(start + LONGEST_VALUE))?;
    let line = &line[..memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len())];
    let end = match syntax {
        Syntax::Settings => {
            // A comment begins behind a blank; a comma ends a value of JSON and the like.
            let comment =
                [&b" #"[..], b"\t#", b" ;", b" //"].iter().filter_map(|sign| memchr::memmem::find(line, sign)).min();
            comment.unwrap_or(line.len())
        }
        _ => line
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || b";&|)\"'`,\\<>".contains(byte))
            .unwrap_or(line.len()),
    };
    let value = trimmed(bytes, start..start + end);
    (!value.is_empty()).then_some(value)
}

/// The line of a block scalar of YAML (`|`, `>-`), which stands below the name and deeper. Several lines are a text, and no
/// value of a name.
fn block_at(bytes: &[u8], key: &Range<usize>, start: usize) -> Option<Range<usize>> {
    let header = line_at(bytes, start)?;
    let [b'|' | b'>', signs @ ..] = bytes[header.clone()].trim_ascii_end() else { return None };
    if signs.len() > 2 || !signs.iter().all(|sign| matches!(sign, b'+' | b'-' | b'1'..=b'9')) {
        return None;
    }
    let depth = |line: &Range<usize>| bytes[line.clone()].iter().take_while(|byte| **byte == b' ').count();
    let from = key.start.saturating_sub(LONGEST_KEY);
    let line_start = memchr::memrchr(b'\n', &bytes[from..key.start]).map_or(from, |end| from + end + 1);
    let key_depth = depth(&(line_start..key.start));
    let line = line_at(bytes, header.end + 1).filter(|line| depth(line) > key_depth)?;
    let next = line_at(bytes, line.end + 1);
    let goes_on = next.is_some_and(|next| depth(&next) > key_depth && !bytes[next].trim_ascii().is_empty());
    let value = trimmed(bytes, line);
    (!goes_on && !value.is_empty()).then_some(value)
}

/// The rest of the line from here on, as far as values are looked at.
fn line_at(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let line = bytes.get(start..bytes.len().min(start + LONGEST_VALUE))?;
    Some(start..start + memchr::memchr(b'\n', line).unwrap_or(line.len()))
}

fn trimmed(bytes: &[u8], mut range: Range<usize>) -> Range<usize> {
    while range.start < range.end && bytes[range.start].is_ascii_whitespace() {
        range.start += 1;
    }
    while range.end > range.start && bytes[range.end - 1].is_ascii_whitespace() {
        range.end -= 1;
    }
    range
}

/// A name in one form: `dbPassword`, `DB-PASSWORD` and `db.password` are `db_password`. What a stage, a number or a kind
/// adds at its end (`_prod`, `2`, `_value`) is left out.
pub(crate) fn normal_key(key: &[u8]) -> String {
    let mut normal = String::with_capacity(key.len() + 8);
    for (index, &byte) in key.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| key[index]);
        let is_joint = byte.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_ascii_uppercase())
                    && key.get(index + 1).is_some_and(u8::is_ascii_lowercase));
        if is_joint && !normal.ends_with('_') {
            normal.push('_');
        }
        match byte {
            b'-' | b'.' | b'_' => normal.push('_'),
            _ => normal.push(char::from(byte.to_ascii_lowercase())),
        }
    }
    loop {
        let before = normal.len();
        normal.truncate(normal.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '_').len());
        for ending in ENDINGS {
            if let Some(rest) = normal.strip_suffix(ending)
                && !rest.is_empty()
            {
                normal.truncate(rest.len());
            }
        }
        if normal.len() == before {
            return normal;
        }
    }
}

const ENDINGS: &[&str] = &[
    "_value",
    "_string",
    "_base64",
    "_b64",
    "_prod",
    "_production",
    "_staging",
    "_stage",
    "_dev",
    "_development",
    "_live",
    "_old",
    "_new",
    "_default",
    "_base",
    "_plain",
    "_text",
    "_current",
    "_previous",
    "_primary",
    "_secondary",
    "_arg",
];

#[cfg(test)]
mod tests;
