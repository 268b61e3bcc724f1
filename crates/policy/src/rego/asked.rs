//! What a program asks of the report and what it calls: fields that no report has, functions that are not there. A field
//! that is missing is undefined, and a check that denies by it would pass for ever without a word.

use std::collections::BTreeSet;

use super::nesting::without_strings_and_comments;
use super::{FILE, RegoCheck, engine};
use crate::report_shape::{Shapes, UnknownField};

/// How many different functions are looked up.
const MOST_FUNCTIONS: usize = 200;

/// What stands before a bracket without being a function.
const KEYWORDS: &[&str] = &[
    "as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package", "print",
    "some", "true", "with",
];

/// The fields of `input` that no report has, each once, sorted.
pub(crate) fn unknown_fields(check: &RegoCheck) -> Vec<UnknownField> {
    let code = without_strings_and_comments(&check.source);
    let unknown: BTreeSet<UnknownField> = words(&code)
        .filter(|(_, word)| word.strip_prefix("input").is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        .filter_map(|(at, _)| unknown_in(&code[at + "input".len()..]))
        .collect();
    unknown.into_iter().collect()
}

/// The functions that a program calls and nothing has, each once, sorted.
pub(crate) fn unknown_functions(check: &RegoCheck) -> Vec<String> {
    let code = without_strings_and_comments(&check.source);
    let mut called: BTreeSet<&str> = BTreeSet::new();
    let mut defined: BTreeSet<&str> = BTreeSet::new();
    for (at, name) in words(&code) {
        if !code[at + name.len()..].starts_with('(') || KEYWORDS.contains(&name) {
            continue;
        }
        match is_head(&code[..at], &code[at + name.len()..]) {
            true => defined.insert(name),
            false => called.insert(name),
        };
    }
    defined.extend(code.lines().filter_map(imported));
    let own = [check.package.as_str(), "input", "data"];
    let of_others = called.into_iter().filter(|name| {
        !defined.contains(name)
            && !own.iter().any(|own| name.strip_prefix(own).is_some_and(|rest| rest.starts_with('.')))
    });
    of_others.take(MOST_FUNCTIONS).filter(|name| !is_there(name)).map(str::to_owned).collect()
}

/// Whether a function is defined here rather than called: its name begins the line, or comes behind `default`, and what
/// follows its arguments is what it is. At the left edge of a program nothing else stands.
fn is_head(before: &str, arguments: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let begins = line.trim();
    if begins == "default" || line.is_empty() {
        return true;
    }
    let mut depth = 0_usize;
    let end = arguments.bytes().position(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let after = end.map_or("", |end| arguments[end + 1..].trim_start());
    let is_defined = after.starts_with(":=") || after.starts_with('{') || after.starts_with("if ");
    begins.is_empty() && (is_defined || (after.starts_with('=') && !after.starts_with("==")))
}

/// The name that an import gives to what it brings: its last word, or the end of its path.
fn imported(line: &str) -> Option<&str> {
    let import = line.trim().strip_prefix("import ")?;
    import.rsplit([' ', '.', '\t']).next().filter(|name| !name.is_empty())
}

/// Whether the interpreter knows a function: one that it does not is an error of its own, whatever it is given.
fn is_there(name: &str) -> bool {
    let mut engine = engine(false);
    let program = format!("package probe\nanswer := {name}(1)\n");
    // What cannot be asked so is left to the interpreter.
    if engine.add_policy(FILE.into(), program).is_err() {
        return true;
    }
    let answer = engine.eval_rule("data.probe.answer".to_owned());
    !answer.is_err_and(|error| error.to_string().contains("could not find function"))
}

/// The words of a program with their places, those joined by dots as one.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let bytes = code.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(is_of_word)?;
        at = start + bytes[start..].iter().take_while(|byte| is_of_word(byte)).count();
        Some((start, &code[start..at]))
    })
}

/// The first field that is unknown of a path such as `.findings[_].id`, which goes on from the whole report.
fn unknown_in(path: &str) -> Option<UnknownField> {
    let mut shapes = Shapes::report("input");
    let mut rest = path;
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let end =
                after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(after.len());
            let (name, behind) = after.split_at(end);
            if name.is_empty() {
                return None;
            }
            match shapes.field(name) {
                Ok(found) => shapes = found?,
                Err(unknown) => return Some(unknown),
            }
            rest = behind;
        } else if let Some(after) = rest.strip_prefix('[') {
            // What is between the brackets is an index, a variable, or a text, which is blank here.
            let end = after.find(['[', ']'])?;
            let (index, behind) = after.split_at(end);
            if index.contains('"') || !behind.starts_with(']') {
                return None;
            }
            shapes = shapes.index()?;
            rest = &behind[1..];
        } else {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str) -> RegoCheck {
        RegoCheck::new(&format!("package main\n{body}"), &[]).unwrap()
    }

    #[test]
    fn fields_that_no_report_has_are_found_with_the_nearest() {
        let found = |body: &str| -> Vec<String> {
            let told = |unknown: UnknownField| format!("{} → {}", unknown.path, unknown.nearest);
            unknown_fields(&check(body)).into_iter().map(told).collect()
        };
        assert_eq!(
            found("deny contains \"no\" if input.findings[_].severty == \"high\""),
            ["input.findings[].severty → input.findings[].severity"]
        );
        assert_eq!(
            found("deny contains \"no\" if {\n  i := 0\n  input.packges[i].name\n}"),
            ["input.packges → input.packages"]
        );
        for body in [
            "deny contains f.id if {\n  some f in input.findings\n  f.whatever\n}",
            "deny contains \"input.nothing\" if input.image.labels.team == \"a\" # input.none",
            "deny contains \"no\" if input[\"findings\"][0].x\n",
            "deny contains \"no\" if input.image.labels[\"a\"] == \"b\"\n",
            "myinput := {\"x\": 1}\ndeny contains \"no\" if myinput.x == 1",
        ] {
            assert_eq!(found(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn functions_that_nothing_has_are_found() {
        let found = |body: &str| unknown_functions(&check(body));
        assert_eq!(found("deny contains \"no\" if startwith(input.target.name, \"a\")"), ["startwith"]);
        assert_eq!(
            found("deny contains x if {\n  x := http.send({\"url\": \"u\"})\n  y := sprinf(\"%s\", [x])\n}"),
            ["http.send", "sprinf"]
        );
        // What only looks like a definition: a comparison, a call in a body at the beginning of its line.
        assert_eq!(found("deny contains \"a\" if {\n  nope(1) == 2\n}"), ["nope"]);
        assert_eq!(found("deny contains \"a\" if {\n  nope(1)\n  input.target\n}"), ["nope"]);
        for body in [
            "deny contains msg if {\n  msg := sprintf(\"%s\", [input.target.name])\n}",
            "own(x) := x\ndeny contains own(\"a\") if not (1 == 2)",
            "  own(x) := y if {\n    y := x\n  }\n  other(x) = x\n  deny contains own(\"a\") if other(1) == 1",
            "import data.main.own as mine\nown(x) := x\ndeny contains mine(\"a\") if 1 == 1",
            "default own(_) := 1\ndeny contains \"a\" if own(1) == 1",
            "deny contains \"a\" if count([x | some x in input.findings]) > (1 + 2)",
            "deny contains \"a\" if regex.match(`(a)(b)`, input.target.name)",
        ] {
            assert_eq!(found(body), [""; 0], "{body}");
        }
    }
}
