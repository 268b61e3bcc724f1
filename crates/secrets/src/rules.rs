//! The set of rules that a scan uses: the built-in ones and those of users.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use crate::allow::AllowList;
use crate::gate::{Gate, Literal};
use crate::gitleaks;
use crate::pattern::{AnyPattern, InvalidPattern, Pattern};
use crate::place::PlaceKind;
use crate::rule::{InvalidRule, Kind, Rule};
use crate::rule_file::RuleFile;

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

/// The largest file of rules.
pub const LARGEST_RULE_FILE_BYTES: usize = 2 << 20;
/// The most rules of a set.
pub const MOST_RULES: usize = 5_000;
/// The memory that the patterns of all users' rules may take together.
pub const LARGEST_RULES_BYTES: usize = 96 << 20;

/// A file of rules that a user gives: Bulkhead's own format, or gitleaks'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserRules<'a> {
    /// The file's name, for messages.
    pub name: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// The error of reading a file of rules. It names the file, the rule and the key, and never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadRulesError {
    /// The file is larger than any such file.
    #[error("{name}: the file of rules is larger than {LARGEST_RULE_FILE_BYTES} bytes")]
    TooLarge {
        /// The file.
        name: String,
    },
    /// The file is no TOML, or has keys that no file of rules has.
    #[error("{name}:{line}: {reason}")]
    Syntax {
        /// The file.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of gitleaks has a key that gitleaks does not know.
    #[error("{name}: {reason}")]
    Key {
        /// The file.
        name: String,
        /// Which key, and where.
        reason: String,
    },
    /// A rule stands in a file twice: only one of them would count.
    #[error("{name}: rule `{rule}`: another rule of the file has this id")]
    Twice {
        /// The file.
        name: String,
        /// The id.
        rule: String,
    },
    /// A file changes nothing.
    #[error("{name}: the file has no rules and no allow lists, and switches none off")]
    Empty {
        /// The file.
        name: String,
    },
    /// An allow list allows nothing.
    #[error("{name}: allow list {place}: it has no paths, values or words")]
    AllowsNothing {
        /// The file.
        name: String,
        /// The list's place in the file, from 1.
        place: usize,
    },
    /// A rule cannot be used.
    #[error("{name}: rule `{rule}`: {reason}")]
    Rule {
        /// The file.
        name: String,
        /// The rule's id, or its place in the file.
        rule: String,
        /// What is wrong with it, and in which key.
        reason: String,
    },
    /// An allow list cannot be used.
    #[error("{name}: allow list {place}: `{key}` {reason}")]
    Allow {
        /// The file.
        name: String,
        /// The list's place in the file, from 1.
        place: usize,
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A name is that of no rule.
    #[error("{name}: `{key}` names the rule `{rule}`, which does not exist")]
    UnknownRule {
        /// The file.
        name: String,
        /// The key.
        key: &'static str,
        /// The name.
        rule: String,
    },
    /// There are more rules than a set may have.
    #[error("{name}: there are more than {MOST_RULES} rules; give them in parts to several scans")]
    TooMany {
        /// The file.
        name: String,
    },
    /// The patterns take too much memory together.
    #[error(
        "{name}: the patterns of the rules take more than {LARGEST_RULES_BYTES} bytes of memory together; give them in parts to \
         several scans, or repeat less in them (`{{0,200}}` is two hundred times what it repeats)"
    )]
    TooMuchMemory {
        /// The file.
        name: String,
    },
}

/// Rules, ready to scan with. One set serves all threads.
#[derive(Debug)]
pub struct SecretRules {
    pub(crate) rules: Vec<Rule>,
    pub(crate) allow: Vec<AllowList>,
    ready: LazyLock<Ready, Box<dyn FnOnce() -> Ready + Send>>,
    /// The paths that the rules without literals ask for; `None` where one of them asks for none.
    bare_paths: OnceLock<Option<AnyPattern>>,
    /// The paths that any rule or allow list is for; `None` where they cannot be looked for together.
    pub(crate) any_path: OnceLock<Option<AnyPattern>>,
}

/// What is made of the rules when the first bytes come.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) gate: Gate,
    /// For each literal of the gate the rules that look where it stands.
    pub(crate) rules_of_literal: Vec<Vec<u16>>,
    /// For each literal of the gate the rules that look at all bytes of a file in which it stands.
    pub(crate) announced_by: Vec<Vec<u16>>,
    /// Rules without literals.
    pub(crate) bare: Vec<u16>,
}

/// What the files add up to.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) rules: Vec<Rule>,
    pub(crate) allow: Vec<AllowList>,
    pub(crate) has_builtin: bool,
}

impl SecretRules {
    /// The built-in rules. Their patterns are compiled when their literals are first met.
    pub fn builtin() -> SecretRules {
        SecretRules::of(builtin())
    }

    /// The built-in rules with those of these files. A file of rules may switch built-in rules off, one or all.
    ///
    /// # Errors
    /// When a file cannot be used; the sentence names file, rule and key.
    pub fn with_rules(files: &[UserRules<'_>]) -> Result<SecretRules, ReadRulesError> {
        let mut collected = builtin();
        for file in files {
            if file.text.len() > LARGEST_RULE_FILE_BYTES {
                return Err(ReadRulesError::TooLarge { name: file.name.to_owned() });
            }
            let table = parse(file)?;
            if gitleaks::is_gitleaks(&table) {
                gitleaks::read(file.name, table, &mut collected)?;
            } else {
                read_own(file, &mut collected)?;
            }
            if collected.rules.len() > MOST_RULES {
                return Err(ReadRulesError::TooMany { name: file.name.to_owned() });
            }
            if collected.rules.iter().map(Rule::size_bytes).sum::<usize>() > LARGEST_RULES_BYTES {
                return Err(ReadRulesError::TooMuchMemory { name: file.name.to_owned() });
            }
        }
        Ok(SecretRules::of(collected))
    }

    /// The file that a gitleaks file extends (`[extend] path`), by the path it gives; the caller reads that one first.
    pub fn extended_path(text: &str) -> Option<String> {
        let table: toml::Table = text.parse().ok()?;
        gitleaks::extended_path(&table)
    }

    /// Whether a file of this path and size is worth looking at.
    pub fn wants(&self, path: &str, size_bytes: u64) -> bool {
        crate::wants::wants(path, size_bytes)
    }

    /// Whether a file of this path would be worth looking at, and is not for its size alone: it has more than
    /// [`crate::LARGEST_FILE_BYTES`].
    pub fn is_too_large(&self, path: &str, size_bytes: u64) -> bool {
        crate::wants::is_too_large(path, size_bytes)
    }

    /// The rules by id, with title, category and severity, sorted.
    pub fn list(&self) -> Vec<(&str, &str, &str, model::Severity)> {
        let mut list: Vec<_> =
            self.rules.iter().map(|rule| (&*rule.id, &*rule.title, &*rule.category, rule.severity)).collect();
        list.sort_unstable();
        list
    }

    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Whether a rule without literals may hold for this place. All of the built-in ones ask for a file's path, and one look
    /// at it spares most files each of them.
    pub(crate) fn has_bare_for(&self, kind: PlaceKind, path: &str) -> bool {
        let paths = self.bare_paths.get_or_init(|| {
            let bare = self.rules.iter().filter(|rule| rule.literals.is_empty());
            let paths: Option<Vec<&Pattern>> = bare.map(|rule| rule.path.as_ref()).collect();
            AnyPattern::of(&paths?)
        });
        paths.as_ref().is_none_or(|paths| kind == PlaceKind::File && paths.is_match(path.as_bytes()))
    }

    fn of(collected: Collected) -> SecretRules {
        let mut by_literal: BTreeMap<Literal, [Vec<u16>; 2]> = BTreeMap::new();
        let mut bare = Vec::new();
        for (index, rule) in collected.rules.iter().enumerate() {
            let is_anywhere = matches!(rule.kind, Kind::Anywhere { .. });
            for literal in &rule.literals {
                by_literal.entry(literal.clone()).or_default()[usize::from(is_anywhere)].push(index as u16);
            }
            if rule.literals.is_empty() {
                bare.push(index as u16);
            }
        }
        let make = move || {
            let (literals, rules): (Vec<Literal>, Vec<[Vec<u16>; 2]>) = by_literal.into_iter().unzip();
            let (rules_of_literal, announced_by) = rules.into_iter().map(<(Vec<u16>, Vec<u16>)>::from).unzip();
            Ready { gate: Gate::new(literals), rules_of_literal, announced_by, bare }
        };
        SecretRules {
            rules: collected.rules,
            allow: collected.allow,
            ready: LazyLock::new(Box::new(make)),
            bare_paths: OnceLock::new(),
            any_path: OnceLock::new(),
        }
    }
}

fn builtin() -> Collected {
    let file: RuleFile = postcard::from_bytes(PACKED).expect("the build script packs what this reads");
    let rules = file.rules.into_iter().filter_map(|text| Rule::new(text, true).ok()).collect();
    let allow = file.allow.into_iter().filter_map(|text| AllowList::new(text, true).ok()).collect();
    Collected { rules, allow, has_builtin: true }
}

impl Collected {
    pub(crate) fn switch_builtin_off(&mut self) {
        if self.has_builtin {
            self.rules.retain(|rule| !rule.is_builtin);
            self.has_builtin = false;
        }
    }

    /// Switches a rule off by any of its names; says whether there was one.
    pub(crate) fn disable(&mut self, name: &str) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| !rule.is_called(name));
        self.rules.len() < before
    }

    /// Adds a rule; one of the same id goes.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.retain(|known| known.id != rule.id);
        self.rules.push(rule);
    }
}

fn parse(file: &UserRules<'_>) -> Result<toml::Table, ReadRulesError> {
    file.text.parse().map_err(|error: toml::de::Error| syntax_error(file, &error))
}

fn syntax_error(file: &UserRules<'_>, error: &toml::de::Error) -> ReadRulesError {
    let at = error.span().map_or(0, |span| span.start.min(file.text.len()));
    let line = 1 + file.text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    // Only the first line: the others quote the file.
    let reason = error.message().lines().next().unwrap_or("it is no TOML").to_owned();
    ReadRulesError::Syntax { name: file.name.to_owned(), line, reason }
}

fn read_own(file: &UserRules<'_>, collected: &mut Collected) -> Result<(), ReadRulesError> {
    let parsed: RuleFile = toml::from_str(file.text).map_err(|error| syntax_error(file, &error))?;
    if parsed.builtin == Some(false) {
        collected.switch_builtin_off();
    }
    for name in &parsed.disable {
        if !collected.disable(name) {
            return Err(ReadRulesError::UnknownRule {
                name: file.name.to_owned(),
                key: "disable",
                rule: shortened(name),
            });
        }
    }
    if parsed.rules.is_empty() && parsed.allow.is_empty() && parsed.disable.is_empty() && parsed.builtin.is_none() {
        return Err(ReadRulesError::Empty { name: file.name.to_owned() });
    }
    let mut ids = BTreeSet::new();
    for (place, mut text) in parsed.rules.into_iter().enumerate() {
        let id = if text.id.is_empty() { format!("#{}", place + 1) } else { shortened(&text.id) };
        let refused = |reason: InvalidRule| ReadRulesError::Rule {
            name: file.name.to_owned(),
            rule: id.clone(),
            reason: reason.to_string(),
        };
        if text.id.is_empty() {
            return Err(refused(InvalidRule::Missing { key: "id" }));
        }
        if !ids.insert(text.id.clone()) {
            return Err(ReadRulesError::Twice { name: file.name.to_owned(), rule: id.clone() });
        }
        text.category = text.category.take().or_else(|| parsed.category.clone());
        collected.add(Rule::new(text, false).map_err(refused)?);
    }
    for (place, text) in parsed.allow.into_iter().enumerate() {
        if text.paths.is_empty() && text.values.is_empty() && text.words.is_empty() {
            return Err(ReadRulesError::AllowsNothing { name: file.name.to_owned(), place: place + 1 });
        }
        let list = AllowList::new(text, false).map_err(|(key, reason): (&'static str, InvalidPattern)| {
            ReadRulesError::Allow { name: file.name.to_owned(), place: place + 1, key, reason: reason.to_string() }
        })?;
        if let Some(rule) = list.rules.iter().find(|name| !collected.rules.iter().any(|rule| rule.is_called(name))) {
            return Err(ReadRulesError::UnknownRule {
                name: file.name.to_owned(),
                key: "rules",
                rule: shortened(rule),
            });
        }
        collected.allow.push(list);
    }
    Ok(())
}

/// A name for a message: short, and of one line.
pub(crate) fn shortened(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_control()).take(80).collect()
}
