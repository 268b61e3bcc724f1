//! Expressions of workflows (GitHub, Evaluate expressions in workflows and actions): which text that others write can be
//! their value.

/// Expressions within expressions.
const DEEPEST: usize = 32;

/// The expressions of a text, without `${{` and `}}`.
pub(crate) fn expressions(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, expression, after) = next_expression(rest)?;
        rest = after;
        Some(expression)
    })
}

/// A text with what `value` gives in the place of each of its expressions.
pub(crate) fn with_values(text: &str, mut value: impl FnMut(&str) -> String) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, expression, after)) = next_expression(rest) {
        out.push_str(before);
        out.push_str(&value(expression));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What is before the first expression of a text, the expression without `${{` and `}}`, and what is behind it.
fn next_expression(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${{")?;
    let mut is_quoted = false;
    // A brace within a text ends nothing; what has no end is no expression.
    let end = rest.bytes().zip(rest.bytes().skip(1)).position(|(sign, next)| {
        is_quoted ^= sign == b'\'';
        !is_quoted && (sign, next) == (b'}', b'}')
    })?;
    let (expression, after) = rest.split_at(end);
    Some((before, expression.trim(), &after[2..]))
}

/// Whether what others write can become the value of an expression, or a part of it. Variables of the environment (`env.NAME`)
/// are what `is_written_by_others` says of their names.
///
/// What only decides which of other texts is taken (a comparison, `contains`, the left side of `&&`) does not count.
pub(crate) fn is_written_by_others(expression: &str, is_variable_written: &dyn Fn(&str) -> bool) -> bool {
    let mut reader = Reader { rest: expression, depth: 0, is_variable_written };
    // What is no expression makes a workflow that GitHub does not run.
    reader.either().is_some_and(|value| value.is_written) && reader.rest.trim_start().is_empty()
}

/// Parts of events that anybody may write: titles, bodies, names of branches, messages of commits.
const WRITTEN: &[&str] = &[
    "body",
    "default_branch",
    "description",
    "display_title",
    "email",
    "head_branch",
    "head_ref",
    "label",
    "message",
    "name",
    "page_name",
    "ref",
    "title",
];

/// Objects of events that have such parts: as JSON, they show them.
const HOLDERS: &[&str] = &[
    "author",
    "comment",
    "commits",
    "discussion",
    "event",
    "github",
    "head",
    "head_commit",
    "issue",
    "label",
    "labels",
    "milestone",
    "pages",
    "pull_request",
    "review",
    "workflow_run",
];

/// Functions that give a truth or a digest, whatever they are given.
const HARMLESS: &[&str] =
    &["always", "cancelled", "contains", "endswith", "failure", "hashfiles", "startswith", "success"];

struct Reader<'a, 'v> {
    rest: &'a str,
    depth: usize,
    is_variable_written: &'v dyn Fn(&str) -> bool,
}

/// A value, as far as it matters.
#[derive(Debug, Clone, Copy, Default)]
struct Read {
    /// Whether others may write it, as a text.
    is_written: bool,
    /// Whether it has parts that they may write.
    holds_written: bool,
}

impl Read {
    const HARMLESS: Read = Read { is_written: false, holds_written: false };

    fn or(self, other: Read) -> Read {
        Read {
            is_written: self.is_written || other.is_written,
            holds_written: self.holds_written || other.holds_written,
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// Whether the sign comes next; it is taken then.
    fn takes(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `a || b`: either side can be the value.
    fn either(&mut self) -> Option<Read> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let mut written = self.both()?;
        while self.takes("||") {
            written = written.or(self.both()?);
        }
        self.depth -= 1;
        Some(written)
    }

    /// `a && b`: the left side is the value only where it is empty.
    fn both(&mut self) -> Option<Read> {
        let mut written = self.compared()?;
        while self.takes("&&") {
            written = self.compared()?;
        }
        Some(written)
    }

    /// `a == b`: a truth.
    fn compared(&mut self) -> Option<Read> {
        let mut written = self.negated()?;
        while ["==", "!=", "<=", ">=", "<", ">"].iter().any(|operator| self.takes(operator)) {
            self.negated()?;
            written = Read::HARMLESS;
        }
        Some(written)
    }

    /// `!a`: a truth.
    fn negated(&mut self) -> Option<Read> {
        let mut is_truth = false;
        self.rest = self.rest.trim_start();
        while !self.rest.starts_with("!=") && self.takes("!") {
            is_truth = true;
        }
        let value = self.value()?;
        Some(if is_truth { Read::HARMLESS } else { value })
    }

    fn value(&mut self) -> Option<Read> {
        self.rest = self.rest.trim_start();
        if self.takes("(") {
            let written = self.either()?;
            return (self.takes(")") && self.path(Vec::new()).is_some()).then_some(written);
        }
        if self.rest.starts_with('\'') {
            self.text()?;
            return Some(Read::HARMLESS);
        }
        let first = self.rest.chars().next()?;
        if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') {
            let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '+');
            self.rest = self.rest.trim_start_matches(is_sign);
            return Some(Read::HARMLESS);
        }
        let name = self.name()?.to_ascii_lowercase();
        if self.takes("(") {
            return self.call(&name);
        }
        let path = self.path(vec![name])?;
        Some(Read { is_written: self.is_written(&path), holds_written: holds_written(&path) })
    }

    /// What a function gives is made of what it is given. As JSON, an object is all of its parts.
    fn call(&mut self, name: &str) -> Option<Read> {
        let mut given = Read::HARMLESS;
        if !self.takes(")") {
            loop {
                given = given.or(self.either()?);
                if self.takes(")") {
                    break;
                }
                if !self.takes(",") {
                    return None;
                }
            }
        }
        self.path(Vec::new())?;
        Some(match name {
            _ if HARMLESS.contains(&name) => Read::HARMLESS,
            "tojson" => Read { is_written: given.is_written || given.holds_written, holds_written: false },
            _ => given,
        })
    }

    /// What follows a name or a value: `.name`, `.*`, `['name']`, `[0]`; an index that is computed stands for any.
    fn path(&mut self, mut path: Vec<String>) -> Option<Vec<String>> {
        loop {
            if self.takes(".") {
                match self.takes("*") {
                    true => path.push("*".to_owned()),
                    false => path.push(self.name()?.to_ascii_lowercase()),
                }
            } else if self.takes("[") {
                self.rest = self.rest.trim_start();
                let is_text = self.rest.starts_with('\'');
                let before = self.rest;
                let name = if is_text { self.text() } else { None };
                if !is_text || !self.rest.trim_start().starts_with(']') {
                    self.rest = before;
                    if !self.takes("*") {
                        self.either()?;
                    }
                }
                path.push(name.map_or_else(|| "*".to_owned(), |name| name.to_ascii_lowercase()));
                if !self.takes("]") {
                    return None;
                }
            } else {
                return Some(path);
            }
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
        let length = self.rest.find(|sign| !is_sign(sign)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(length).filter(|_| length > 0)?;
        self.rest = rest;
        Some(name)
    }

    /// `'a text'`, in which two quotes are one.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let (part, after) = rest.split_once('\'')?;
            text.push_str(part);
            match after.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    rest = more;
                }
                None => {
                    self.rest = after;
                    return Some(text);
                }
            }
        }
    }

    fn is_written(&self, path: &[String]) -> bool {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["github", "head_ref"] => true,
            ["github", "event", rest @ ..] => {
                let last = rest.iter().rev().find(|name| **name != "*");
                !is_of_owner(rest) && last.is_some_and(|last| WRITTEN.contains(last))
            }
            ["env", name] => (self.is_variable_written)(name),
            _ => false,
        }
    }
}

/// What is written by those who may change the repository, or start the workflow by hand.
fn is_of_owner(of_event: &[&str]) -> bool {
    matches!(of_event.first(), Some(&("repository" | "inputs")))
}

fn holds_written(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["github"] | ["github", "event"] => true,
        ["github", "event", rest @ ..] => {
            let last = rest.iter().rev().find(|name| **name != "*");
            !is_of_owner(rest) && last.is_some_and(|last| HOLDERS.contains(last))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_written(expression: &str) -> bool {
        is_written_by_others(expression, &|name| name == "title")
    }

    #[test]
    fn a_text_of_others_is_followed_through_operators_functions_and_indexes() {
        for expression in [
            "github.event.issue.title",
            "GITHUB.EVENT.ISSUE.BODY",
            "github.head_ref",
            "github . head_ref",
            "github.event.issue.title || 'x'",
            "github.event_name == 'issues' && github.event.issue.title || 'x'",
            "(github.head_ref)",
            "format('{0}', github.event.issue.title)",
            "format('}}{{0}}', 'it''s', github.head_ref)",
            "github.event['issue']['title']",
            "github['head_ref']",
            "github.event.commits[0].message",
            "github.event.commits.*.message",
            "github.event.commits[github.run_number].author.email",
            "join(github.event.issue.labels.*.name, ',')",
            "join(github.event.commits.*['message'])",
            "toJSON(github.event)",
            "toJson( github.event.issue )",
            "tojson(github)",
            "toJSON(github.event.commits[0])",
            "toJSON(github.event || 'x')",
            "fromJSON(toJSON(github.event)).issue.title",
            "github.event.workflow_run.head_branch",
            "github.event.workflow_run.display_title",
            "github.event.pages[0].page_name",
            "env.TITLE",
            "env['Title']",
        ] {
            assert!(is_written(expression), "{expression}");
        }
    }

    #[test]
    fn what_only_decides_and_what_owners_write_is_none_of_others() {
        for expression in [
            "github.event.issue.title == 'x'",
            "github.head_ref != 'main' && 'a' || 'b'",
            "github.head_ref && 'a'",
            "!github.head_ref",
            "!(github.head_ref == 'x')",
            "contains(github.event.issue.title, 'x')",
            "startsWith(github.head_ref, 'release/') && github.sha",
            "hashFiles(github.head_ref)",
            "github.event.issue.number",
            "github.event.repository.name",
            "github.event.inputs.title",
            "toJSON(github.event.inputs)",
            "toJSON(github.event.issue.number)",
            "toJSON(matrix)",
            "github.event",
            "github.sha",
            "inputs.title",
            "'github.head_ref'",
            "format('{0} github.head_ref', github.sha)",
            "env.OTHER",
            "steps.x.outputs.title",
            // None of these is an expression.
            "github.head_ref ||",
            "github.head_ref)",
            "format('a, github.head_ref)",
            "",
        ] {
            assert!(!is_written(expression), "{expression}");
        }
        let indexed = format!("{}1{}", "toJSON(a[".repeat(30), "])".repeat(30));
        assert!(!is_written(&indexed), "and soon");
        let deep = format!("{}github.head_ref{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(!is_written(&deep));
        assert!(is_written(&format!("{}true || github.head_ref", "!".repeat(100_000))));
    }

    #[test]
    fn expressions_end_outside_of_texts() {
        let found: Vec<&str> = expressions("a ${{ b }} ${{ format('}}', c) }}${{d}} ${{ open").collect();
        assert_eq!(found, ["b", "format('}}', c)", "d"]);
        assert_eq!(expressions("${{ 'open }} ${{ a }}").count(), 0);
        let put = |text: &str| with_values(text, |expression| format!("<{expression}>"));
        assert_eq!(put("a ${{ b }}, ${{ format('}}', c) }}${{d}} ${{ open"), "a <b>, <format('}}', c)><d> ${{ open");
    }
}
