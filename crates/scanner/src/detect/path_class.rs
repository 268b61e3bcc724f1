//! What a file's path decides for those who look into it. A file with several names is looked into as each of them says: in a
//! picture nobody looks for secrets, in `.env` one does, in `tests/.env` they count less.

use super::license_texts;
use crate::detectors::Detectors;

/// All that a path decides: files whose paths are of one class are looked into alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathClass {
    secrets: Option<secrets::PathClass>,
    malware: Option<malware::PathClass>,
    licenses: license_texts::PathClass,
}

impl PathClass {
    pub(crate) fn of(path: &str, detectors: &Detectors) -> PathClass {
        let Detectors { secrets, malware, license_texts, .. } = detectors;
        PathClass {
            secrets: secrets.as_ref().map(|rules| rules.class_of(path)),
            malware: malware.as_ref().map(|engine| engine.class_of(path)),
            licenses: if *license_texts { license_texts::PathClass::of(path) } else { Default::default() },
        }
    }

    /// Whether a file has to be looked into under a name of this class beside that of the `first`, under which it was looked into
    /// before and something was found or not.
    fn needs_own_look(&self, first: &PathClass, has_found: bool) -> bool {
        let finds_more = |own: &Option<secrets::PathClass>, first: &Option<secrets::PathClass>| {
            own.as_ref().zip(first.as_ref()).is_some_and(|(own, first)| own.may_find_more_than(first))
        };
        let malware = self.malware.as_ref().zip(first.malware.as_ref());
        has_found && self != first
            || finds_more(&self.secrets, &first.secrets)
            || malware.is_some_and(|(own, first)| own.may_find_more_than(first))
            || self.licenses.may_find_more_than(&first.licenses)
    }
}

/// What is known of a file that was looked into under its first name.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FirstLook {
    pub(crate) has_found: bool,
    /// Whether it begins as a program does.
    pub(crate) is_program: bool,
}

/// Whether a file has to be looked into under a further `name` beside its `first`. Which rules look at a program is decided by
/// how it begins: systems have programs under several names (`perl`, `perl5.36.0`), and a look costs a pass over the layer.
pub(crate) fn needs_own_look(name: &str, first: &str, look: FirstLook, detectors: &Detectors) -> bool {
    let (own, other) = (PathClass::of(name, detectors), PathClass::of(first, detectors));
    if !look.is_program {
        return own.needs_own_look(&other, look.has_found);
    }
    let places = own.secrets.as_ref().zip(other.secrets.as_ref());
    let asks = |engine: &malware::Engine| [name, first].iter().any(|path| engine.asks_for_path_of_program(path));
    places.is_some_and(|(own, other)| own.is_of_another_place_than(other))
        || detectors.malware.as_ref().is_some_and(asks)
}

/// Sorts names of one file by their classes, those of the first names first: of each group one look is enough. Gives back the
/// first `most` groups, and the names that are in none of them.
pub(super) fn alike<'n, T>(
    names: &'n [T],
    path: impl Fn(&T) -> &str,
    detectors: &Detectors,
    most: usize,
) -> (Vec<Vec<&'n T>>, Vec<&'n T>) {
    let mut groups: Vec<(PathClass, Vec<&'n T>)> = Vec::new();
    let mut rest = Vec::new();
    for name in names {
        let class = PathClass::of(path(name), detectors);
        let is_full = groups.len() >= most;
        match groups.iter_mut().find(|(known, _)| *known == class) {
            Some((_, names)) => names.push(name),
            None if is_full => rest.push(name),
            None => groups.push((class, vec![name])),
        }
    }
    (groups.into_iter().map(|(_, names)| names).collect(), rest)
}

#[cfg(test)]
mod tests {
    use secrets::SecretRules;

    use super::*;

    fn detectors() -> Detectors {
        Detectors { secrets: Some(SecretRules::builtin()), license_texts: true, ..Detectors::default() }
    }

    #[test]
    fn a_name_that_says_more_needs_a_look_of_its_own_and_others_where_something_was_found() {
        let detectors = detectors();
        let needs = |name: &str, first: &str, has_found: bool| {
            PathClass::of(name, &detectors).needs_own_look(&PathClass::of(first, &detectors), has_found)
        };
        for has_found in [false, true] {
            assert!(needs("app/.env", "app/x.png", has_found));
            assert!(needs("app/.env", "docs/env.md", has_found));
            assert!(needs("app/LICENSE", "app/x.png", has_found));
            assert!(!needs("srv/.env", "app/.env", has_found));
            assert_eq!(needs("app/tests/.env", "app/.env", has_found), has_found);
            assert_eq!(needs("app/x.png", "app/.env", has_found), has_found);
        }
        let none = Detectors::default();
        assert!(!PathClass::of("a.php", &none).needs_own_look(&PathClass::of("b.png", &none), true));
    }

    #[test]
    fn a_program_needs_no_look_of_its_own_for_how_its_name_says_that_texts_are_written() {
        let detectors = Detectors {
            malware: Some(malware::Engine::new(malware::EngineOptions::default()).unwrap()),
            ..detectors()
        };
        for has_found in [false, true] {
            let needs = |name: &str, first: &str, is_program: bool| {
                needs_own_look(name, first, FirstLook { has_found, is_program }, &detectors)
            };
            assert!(needs("usr/bin/perl5.36.0", "usr/bin/perl", false));
            assert!(!needs("usr/bin/perl5.36.0", "usr/bin/perl", true));
            assert!(!needs("app/run.js", "app/run", true));
            // An archive may lie behind it.
            assert!(needs("app/setup", "tests/setup", true));
            // A rule is for files of this name.
            assert!(needs("etc/ld.so.preload", "etc/ld.so.conf", true));
        }
    }

    #[test]
    fn names_of_one_class_are_looked_under_once() {
        let names = ["app/.env", "tests/.env", "x.png", "srv/.env", "y.so"];
        let (groups, rest) = alike(&names, |name| name, &detectors(), 9);
        assert_eq!(groups, [vec![&"app/.env", &"srv/.env"], vec![&"tests/.env"], vec![&"x.png", &"y.so"]]);
        assert_eq!(rest, [&""; 0]);
        let (groups, rest) = alike(&names, |name| name, &detectors(), 1);
        assert_eq!(groups, [[&"app/.env", &"srv/.env"]]);
        assert_eq!(rest, [&"tests/.env", &"x.png", &"y.so"]);
    }
}
