//! What the path of a file decides for whoever looks through it. A file with several names is looked through as each of them
//! says; where they say the same, once is enough.

use crate::pattern::{AnyPattern, Pattern};
use crate::place::{Place, PlaceFacts, Syntax, name_and_ending};
use crate::rules::SecretRules;

/// Paths are compared as those of files of this size, which is neither too small nor too large to be looked through.
const ORDINARY_BYTES: u64 = 1 << 10;

/// Endings behind which the text itself says what of it is documentation, a test or another file.
const TELLING_ENDINGS: &[&str] = &["diff", "log", "patch", "py", "rs", "yaml", "yml"];

/// All that a path decides: files whose paths are of one class are looked through alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathClass(Option<Looked>);

/// The same of a path whose file is looked through at all.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Looked {
    facts: PlaceFacts,
    /// One of [`TELLING_ENDINGS`].
    ending: Option<&'static str>,
    /// The rules and allow lists that are for this path, by their places among those that are for paths.
    chosen: Vec<usize>,
}

impl SecretRules {
    /// The class of a file's path.
    pub fn class_of(&self, path: &str) -> PathClass {
        if !self.wants(path, ORDINARY_BYTES) {
            return PathClass(None);
        }
        let ending = name_and_ending(path).1;
        PathClass(Some(Looked {
            facts: PlaceFacts::of(Place::file(path)),
            ending: TELLING_ENDINGS.iter().copied().find(|telling| *telling == ending),
            chosen: self.chosen_by(path),
        }))
    }

    /// The rules and allow lists that are for a path. Most paths are those of none, which one look at all of them tells: there are
    /// images with a hundred thousand hard links.
    fn chosen_by(&self, path: &str) -> Vec<usize> {
        let any = self.any_path.get_or_init(|| {
            let of_rules = self.rules.iter().filter_map(|rule| rule.path.as_ref());
            let all: Vec<&Pattern> = of_rules.chain(self.allow.iter().flat_map(|list| &list.paths)).collect();
            AnyPattern::of(&all)
        });
        if any.as_ref().is_some_and(|any| !any.is_match(path.as_bytes())) {
            return Vec::new();
        }
        let of_rules = self.rules.iter().filter_map(|rule| rule.path.as_ref()).map(std::slice::from_ref);
        let of_lists = self.allow.iter().map(|list| list.paths.as_slice()).filter(|paths| !paths.is_empty());
        let is_for = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is_match(path.as_bytes()));
        of_rules.chain(of_lists).enumerate().filter(|&(_, patterns)| is_for(patterns)).map(|(place, _)| place).collect()
    }
}

impl PathClass {
    /// Whether a file that is looked through under a path of the `other` class may have more to say under one of this.
    pub fn may_find_more_than(&self, other: &PathClass) -> bool {
        match (&self.0, &other.0) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(own), Some(other)) => own != other && !own.finds_no_more_than(other),
        }
    }

    /// Whether a path of this class lies elsewhere than one of the `other`, as in a folder of tests, or is for other rules,
    /// whatever the names of the files say of how they are written.
    pub fn is_of_another_place_than(&self, other: &PathClass) -> bool {
        let written_alike = |looked: &Looked| Looked {
            facts: PlaceFacts { syntax: Syntax::Code, ..looked.facts },
            ending: None,
            chosen: looked.chosen.clone(),
        };
        self.0.as_ref().map(written_alike) != other.0.as_ref().map(written_alike)
    }
}

impl Looked {
    /// Whether all that is found at a path of this class is found at one of the other too: among tests, documents and packages
    /// only what has a form of its own counts, or is given to a name; files of settings give names values in every way.
    fn finds_no_more_than(&self, other: &Looked) -> bool {
        let (own, others) = (&self.facts, &other.facts);
        own.mark.is_some()
            && others.mark.is_none()
            && (own.syntax == others.syntax || others.syntax == Syntax::Settings)
            && !others.is_library
            && !others.is_translated
            && !others.is_all_texts
            && other.ending.is_none()
            && self.chosen == other.chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(one: &str, other: &str) -> (PathClass, PathClass) {
        let rules = SecretRules::builtin();
        (rules.class_of(one), rules.class_of(other))
    }

    #[test]
    fn names_that_say_the_same_are_of_one_class() {
        for (one, other) in [
            ("app/.env", "srv/.env"),
            ("app/x.png", "app/y.so"),
            ("app/main.js", "srv/other.go"),
            ("app/node_modules/a/index.js", "srv/node_modules/b/main.js"),
            ("docs/a.md", "README.md"),
        ] {
            let (one_class, other_class) = classes(one, other);
            assert_eq!(one_class, other_class, "{one} {other}");
            assert!(!one_class.may_find_more_than(&other_class), "{one} {other}");
        }
    }

    #[test]
    fn a_class_tells_the_rules_that_are_for_its_path() {
        let rules = SecretRules::builtin();
        let chosen = |path: &str| {
            let told = rules.rules.iter().filter(|rule| rule.path.is_some()).enumerate();
            let told = told.filter(|(place, _)| rules.chosen_by(path).contains(place));
            told.map(|(_, rule)| rule.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(chosen("app/main.js"), [""; 0]);
        assert_eq!(chosen("etc/ppp/chap-secrets"), ["ppp-password"]);
        assert_eq!(chosen("etc/snmp/snmpd.conf"), ["snmp-community"]);
        // Of the lists the one for Android's key store.
        assert_eq!(chosen("app/debug.keystore"), [""; 0]);
        assert_eq!(rules.chosen_by("app/debug.keystore").len(), 1);
    }

    #[test]
    fn a_name_that_says_more_is_worth_a_look_of_its_own() {
        for (more, less) in [
            ("app/.env", "app/x.png"),
            ("app/.env", "app/tests/.env"),
            ("app/.env", "docs/settings.md"),
            ("app/.env", "app/main.js"),
            ("app/settings.py", "usr/lib/python3/dist-packages/settings.py"),
            ("app/a.py", "app/a.js"),
            ("root/.pgpass", "root/passwords"),
        ] {
            let (more_class, less_class) = classes(more, less);
            assert!(more_class != less_class && more_class.may_find_more_than(&less_class), "{more} {less}");
        }
    }

    #[test]
    fn a_name_that_says_less_is_none_where_nothing_was_found() {
        for (less, more) in [
            ("app/x.png", "app/.env"),
            ("app/tests/.env", "app/.env"),
            // A store whose files have names without endings.
            ("app/node_modules/a/index.js", "root/.local/share/pnpm/store/v3/files/00/0a1b2c"),
        ] {
            let (less_class, more_class) = classes(less, more);
            assert!(less_class != more_class && !less_class.may_find_more_than(&more_class), "{less} {more}");
        }
    }
}
