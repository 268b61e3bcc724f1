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
    pub(crate) fn needs_own_look(&self, first: &PathClass, has_found: bool) -> bool {
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
