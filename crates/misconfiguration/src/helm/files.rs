//! `.Files`: what a chart's own files hold, and the functions that its methods are spelled as.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotmpl::{Result, Template, Value};

use super::functions::{argument, refuse, string, text};
use super::value::{map, to_yaml};
use super::work::Work;

/// Lines of one file that become items of a list.
const MOST_LINES: usize = 100_000;

/// Gives a template the functions that the methods are spelled as.
pub(super) fn register(template: Template, work: &Arc<Work>) -> Template {
    let get = |a: &[Value]| {
        let content = argument(a, 0)?.field(&text(a, 1)?).cloned();
        Ok(content.unwrap_or_else(|| string("")))
    };
    let globbing = Arc::clone(work);
    template
        .func("filesGet", get)
        .func("filesGetBytes", get)
        .func("filesLines", move |a| {
            let content = get(a)?.to_string();
            let lines: Vec<Value> = content.lines().take(MOST_LINES + 1).map(string).collect();
            if lines.len() > MOST_LINES { refuse("a list becomes too long") } else { Ok(Value::List(lines.into())) }
        })
        .func("filesGlob", work.bound(move |a| glob(&globbing, a)))
        .func("filesAsConfig", work.bound(|a| as_yaml(argument(a, 0)?, |content| content.to_owned())))
        .func("filesAsSecrets", work.bound(|a| as_yaml(argument(a, 0)?, |content| STANDARD.encode(content))))
}

/// The files whose paths fit a pattern.
fn glob(work: &Work, a: &[Value]) -> Result<Value> {
    let Value::Map(files) = argument(a, 0)? else { return refuse("there are no files") };
    let pattern = work.pattern(&as_regex(&text(a, 1)?))?;
    let fits = files.iter().filter(|(path, _)| pattern.is_match(path.as_bytes()));
    Ok(map(fits.map(|(path, content)| (&**path, content.clone()))))
}

/// Contents by the names of the files, as YAML.
fn as_yaml(files: &Value, spell: impl Fn(&str) -> String) -> Result<Value> {
    let Value::Map(files) = files else { return refuse("there are no files") };
    if files.is_empty() {
        return Ok(string(""));
    }
    let named = files.iter().map(|(path, content)| {
        (path.rsplit('/').next().unwrap_or_default(), string(spell(content.as_str().unwrap_or_default())))
    });
    to_yaml(&map(named)).map(string)
}

/// A pattern of paths as a regular expression: `*` and `?` stay within a folder, `**` does not, `{a,b}` is one of both, and
/// `[a-c]` one of these signs.
fn as_regex(glob: &str) -> String {
    let mut regex = "^".to_owned();
    let mut signs = glob.chars().peekable();
    let mut depth = 0_usize;
    while let Some(sign) = signs.next() {
        match sign {
            '*' if signs.next_if_eq(&'*').is_some() => regex.push_str(".*"),
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '{' => {
                depth += 1;
                regex.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                regex.push(')');
            }
            ',' if depth > 0 => regex.push('|'),
            '[' => regex.push_str(if signs.next_if_eq(&'!').is_some() { "[^" } else { "[" }),
            ']' | '-' => regex.push(sign),
            sign if sign.is_alphanumeric() || matches!(sign, '/' | '_') => regex.push(sign),
            sign => regex.push_str(&format!("\\x{{{:x}}}", u32::from(sign))),
        }
    }
    regex.push_str(&")".repeat(depth));
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use regex_automata::meta::Regex;

    use super::*;

    #[test]
    fn patterns_of_files_stay_within_folders() {
        let fits = |glob: &str, path: &str| Regex::new(&as_regex(glob)).unwrap().is_match(path.as_bytes());
        for (glob, path, expected) in [
            ("conf/*.yaml", "conf/a.yaml", true),
            ("conf/*.yaml", "conf/x/a.yaml", false),
            ("conf/**.yaml", "conf/x/a.yaml", true),
            ("{a,b}.txt", "b.txt", true),
            ("[a-c]?.txt", "b1.txt", true),
            ("[!a]", "a", false),
            ("a.b", "axb", false),
        ] {
            assert_eq!(fits(glob, path), expected, "{glob} {path}");
        }
    }
}
