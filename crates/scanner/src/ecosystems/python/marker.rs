//! Environment markers of requirements (packaging.python.org, Dependency specifiers, Environment Markers), evaluated for
//! a tree whose Python is not at hand: what the tree does not tell may hold.

use std::cmp::Ordering;

use super::normal_name;

/// How deep brackets may lie in one another.
const DEEPEST: u32 = 32;

/// What the path of an installed distribution tells of its Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Environment {
    /// The folders are laid out as on Unix.
    is_unix: bool,
    /// Major and minor version.
    version: Option<(u32, u32)>,
}

impl Environment {
    /// Reads the part of the path that names the Python: `lib/python3.11/site-packages`.
    pub(super) fn of(path: &str) -> Environment {
        let version_of = |part: &str| {
            let version = part.strip_prefix("python").or_else(|| part.strip_prefix("pypy"))?;
            Some(version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))))
        };
        let mut parts = path.split('/').skip_while(|part| !matches!(*part, "lib" | "lib64")).skip(1);
        match parts.find_map(version_of) {
            Some(version) => Environment { is_unix: true, version },
            None => Environment::default(),
        }
    }
}

/// Whether the marker may hold when this extra, or none, is asked for. A marker that cannot be read may.
pub(super) fn may_hold(marker: &str, environment: Environment, extra: Option<&str>) -> bool {
    let mut reader = Reader { rest: marker.trim(), environment, extra, depth: 0 };
    match reader.either() {
        Some(truth) if reader.rest.is_empty() => truth != Truth::No,
        _ => true,
    }
}

/// The extras that a marker speaks of.
pub(super) fn extras(marker: &str) -> Vec<String> {
    let mut extras: Vec<String> = Vec::new();
    for (at, word) in marker.match_indices("extra") {
        let (before, after) = (&marker[..at], &marker[at + word.len()..]);
        // Either side of the operator may hold the name.
        let right = after.trim_start().strip_prefix("==").map(str::trim_start).and_then(first_text);
        let left = before.trim_end().strip_suffix("==").map(str::trim_end).and_then(last_text);
        extras.extend(right.or(left).map(normal_name));
    }
    extras.sort();
    extras.dedup();
    extras
}

fn first_text(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    text[1..].split_once(quote).map(|(inner, _)| inner)
}

fn last_text(text: &str) -> Option<&str> {
    let quote = text.chars().next_back().filter(|quote| matches!(quote, '"' | '\''))?;
    text[..text.len() - 1].rsplit_once(quote).map(|(_, inner)| inner)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    fn of(is_true: bool) -> Truth {
        if is_true { Truth::Yes } else { Truth::No }
    }

    fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            (Truth::Yes | Truth::Unknown, Truth::Yes | Truth::Unknown) => Truth::Unknown,
        }
    }

    fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Yes, _) | (_, Truth::Yes) => Truth::Yes,
            (Truth::No, Truth::No) => Truth::No,
            (Truth::No | Truth::Unknown, Truth::No | Truth::Unknown) => Truth::Unknown,
        }
    }
}

/// One side of a comparison.
enum Operand<'a> {
    Text(&'a str),
    Variable(&'a str),
}

struct Reader<'a> {
    rest: &'a str,
    environment: Environment,
    extra: Option<&'a str>,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn either(&mut self) -> Option<Truth> {
        let mut truth = self.both()?;
        while self.takes_word("or") {
            truth = truth.or(self.both()?);
        }
        Some(truth)
    }

    fn both(&mut self) -> Option<Truth> {
        let mut truth = self.atom()?;
        while self.takes_word("and") {
            truth = truth.and(self.atom()?);
        }
        Some(truth)
    }

    fn atom(&mut self) -> Option<Truth> {
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
            self.rest = rest.trim_start();
            let truth = self.either()?;
            self.rest = self.rest.strip_prefix(')')?.trim_start();
            self.depth -= 1;
            return Some(truth);
        }
        let left = self.operand()?;
        let operator = self.operator()?;
        let right = self.operand()?;
        Some(match (left, right) {
            (Operand::Variable(name), Operand::Text(value)) => self.compare(name, operator, value),
            (Operand::Text(value), Operand::Variable(name)) => self.compare(name, turned(operator), value),
            (Operand::Text(_), Operand::Text(_)) | (Operand::Variable(_), Operand::Variable(_)) => Truth::Unknown,
        })
    }

    fn operand(&mut self) -> Option<Operand<'a>> {
        let rest = self.rest;
        if rest.starts_with(['"', '\'']) {
            let text = first_text(rest)?;
            self.rest = rest[text.len() + 2..].trim_start();
            return Some(Operand::Text(text));
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
        self.rest = rest[end..].trim_start();
        (end > 0).then(|| Operand::Variable(&rest[..end]))
    }

    fn operator(&mut self) -> Option<&'static str> {
        for operator in ["===", "==", "~=", "!=", "<=", ">=", "<", ">"] {
            if let Some(rest) = self.rest.strip_prefix(operator) {
                self.rest = rest.trim_start();
                return Some(operator);
            }
        }
        if self.takes_word("not") {
            return self.takes_word("in").then_some("not in");
        }
        self.takes_word("in").then_some("in")
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        let rest = rest.filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        self.rest = rest.map_or(self.rest, str::trim_start);
        rest.is_some()
    }

    fn compare(&self, variable: &str, operator: &str, value: &str) -> Truth {
        match variable {
            "extra" => {
                let is_same = self.extra == Some(normal_name(value).as_str());
                match operator {
                    "==" => Truth::of(is_same),
                    "!=" => Truth::of(!is_same),
                    _ => Truth::Unknown,
                }
            }
            "sys_platform" | "sys.platform" | "os_name" | "os.name" | "platform_system" => {
                let is_of_others = matches!(value, "win32" | "cygwin" | "nt" | "Windows" | "java" | "Java");
                match operator {
                    "==" | "===" if self.environment.is_unix && is_of_others => Truth::No,
                    "!=" if self.environment.is_unix && is_of_others => Truth::Yes,
                    _ => Truth::Unknown,
                }
            }
            "python_version" | "python_full_version" => {
                self.environment.version.map_or(Truth::Unknown, |version| compare_version(version, operator, value))
            }
            _ => Truth::Unknown,
        }
    }
}

/// The operator that says the same with its sides exchanged.
fn turned(operator: &'static str) -> &'static str {
    match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        "in" | "not in" => "",
        same => same,
    }
}

/// Compares a Python of which major and minor version are known.
fn compare_version(version: (u32, u32), operator: &str, bound: &str) -> Truth {
    let mut parts = bound.trim().split('.');
    let Some(major) = parts.next().and_then(|part| part.parse().ok()) else { return Truth::Unknown };
    let minor = match parts.next() {
        Some("*") => return prefix_truth(operator, version.0 == major),
        Some(part) => match part.parse() {
            Ok(minor) => minor,
            Err(_) => return Truth::Unknown,
        },
        None => 0,
    };
    let third = parts.next();
    let order = version.cmp(&(major, minor));
    if third == Some("*") {
        return prefix_truth(operator, order == Ordering::Equal);
    }
    // The micro version is not known: 3.8 may be before 3.8.1 or after it, but none is before 3.8.0.
    let is_open = order == Ordering::Equal && third.is_some_and(|third| third != "0");
    if is_open {
        return Truth::Unknown;
    }
    match operator {
        "==" | "===" => Truth::of(order == Ordering::Equal),
        "!=" => Truth::of(order != Ordering::Equal),
        "<" => Truth::of(order == Ordering::Less),
        "<=" => Truth::of(order != Ordering::Greater),
        ">" => Truth::of(order == Ordering::Greater),
        ">=" => Truth::of(order != Ordering::Less),
        "~=" => Truth::of(order != Ordering::Less && version.0 == major),
        _ => Truth::Unknown,
    }
}

fn prefix_truth(operator: &str, is_within: bool) -> Truth {
    match operator {
        "==" => Truth::of(is_within),
        "!=" => Truth::of(!is_within),
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(marker: &str, extra: Option<&str>, expected: bool) {
        let environment = Environment::of("usr/lib/python3.11/site-packages/a-1.dist-info/METADATA");
        assert_eq!(may_hold(marker, environment, extra), expected, "{marker}");
    }

    #[test]
    fn the_path_tells_version_and_platform() {
        let of = |path: &str| Environment::of(path);
        assert_eq!(of("opt/venv/lib/python3.9/site-packages/x").version, Some((3, 9)));
        let debian = of("usr/lib/python3/dist-packages/x");
        assert_eq!((debian.is_unix, debian.version), (true, None));
        assert_eq!(of("Python311/Lib/site-packages/x"), Environment::default());
    }

    #[test]
    fn what_the_tree_tells_decides_and_the_rest_may_hold() {
        check("extra == 'socks'", None, false);
        check("extra == 'Socks_x'", Some("socks-x"), true);
        check("python_version < \"3.8\" and extra == 'x'", Some("x"), false);
        check("python_version >= '3'", None, true);
        check("python_version < '3.11'", None, false);
        check("python_full_version < '3.11.3'", None, true);
        check("python_full_version < '3.11.0'", None, false);
        check("python_version == '3.*'", None, true);
        check("python_version ~= '2.7'", None, false);
        check("'3.12' <= python_version", None, false);
        check("sys_platform == 'win32'", None, false);
        check("sys_platform != \"win32\"", None, true);
        check("platform_system == 'Darwin'", None, true);
        check("(os_name == 'nt' or python_version < '3') and platform_machine == 'x'", None, false);
        check("platform_machine in 'x86_64 aarch64'", None, true);
        check("implementation_name not in 'pypy'", None, true);
    }

    #[test]
    fn what_cannot_be_read_may_hold() {
        for marker in ["", "(", "a ==", "== 'x'", "extra == 'x", "'a' == 'b'", "x 'y'", "é", &"(".repeat(10_000)] {
            check(marker, None, true);
        }
    }

    #[test]
    fn extras_are_found_on_either_side() {
        assert_eq!(extras("extra == 'a' or 'B_c' == extra and python_version < '3'"), ["a", "b-c"]);
        assert_eq!(extras("python_version < '3'"), Vec::<String>::new());
    }
}
