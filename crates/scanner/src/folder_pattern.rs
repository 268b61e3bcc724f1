//! Patterns of folders by which workspaces name their members: `packages/*`, `../tools`, `libs/**`, `!libs/old`.

/// The signs of patterns that stand for something else than in the ways known here.
const OTHER_SIGNS: [char; 9] = ['?', '[', ']', '{', '}', '(', ')', '\\', '$'];

/// The most parts of a pattern; real ones have a handful.
const MOST_PARTS: usize = 32;

/// Whether patterns that are written in the folder `root` take in `folder`. What one with `!` leaves out is left out wherever
/// it stands among the others; a pattern that is not understood takes in nothing, or leaves out everything.
pub(crate) fn take_in(patterns: &[String], root: &str, folder: &str) -> bool {
    let mut is_taken_in = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) if fits(pattern, root, folder) != Some(false) => return false,
            Some(_) => {}
            None => is_taken_in |= fits(pattern, root, folder) == Some(true),
        }
    }
    is_taken_in
}

/// A part of a path, and whether a `*` in it is one.
type Part<'p> = (&'p str, bool);

/// Whether a pattern stands for the folder; `None` where it is not understood or leads out of the target.
fn fits(pattern: &str, root: &str, folder: &str) -> Option<bool> {
    if pattern.starts_with('/') || pattern.contains(OTHER_SIGNS) || parts_of(pattern).count() > MOST_PARTS {
        return None;
    }
    let mut parts: Vec<Part<'_>> = parts_of(root).map(|part| (part, false)).collect();
    for part in parts_of(pattern) {
        match part {
            "." => {}
            ".." => _ = parts.pop()?,
            "**" => parts.push((part, true)),
            part if part.matches('*').count() > 1 => return None,
            part => parts.push((part, true)),
        }
    }
    Some(fit_all(&parts, &parts_of(folder).collect::<Vec<_>>()))
}

fn parts_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Whether parts fit one after another, `**` standing for any number of them.
fn fit_all(pattern: &[Part<'_>], folder: &[&str]) -> bool {
    let (mut in_pattern, mut in_folder) = (0, 0);
    // The last `**`, and where in the folder what it stands for ends.
    let mut last: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(in_pattern).copied(), folder.get(in_folder)) {
            (Some(("**", true)), _) => {
                last = Some((in_pattern, in_folder));
                in_pattern += 1;
            }
            (Some(part), Some(name)) if fits_part(part, name) => {
                in_pattern += 1;
                in_folder += 1;
            }
            (None, None) => return true,
            _ => {
                let Some((place, end)) = last.filter(|(_, end)| *end < folder.len()) else { return false };
                last = Some((place, end + 1));
                (in_pattern, in_folder) = (place + 1, end + 1);
            }
        }
    }
}

/// Whether a name fits one part; one that begins with a dot is taken in only where the pattern says the dot.
fn fits_part((pattern, is_pattern): Part<'_>, name: &str) -> bool {
    match pattern.split_once('*').filter(|_| is_pattern) {
        Some((begin, end)) => {
            let is_hidden = begin.is_empty() && name.starts_with('.');
            name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end) && !is_hidden
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patterns: &[&str], root: &str, folder: &str, expected: bool) {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        assert_eq!(take_in(&patterns, root, folder), expected, "{patterns:?} {root} {folder}");
    }

    #[test]
    fn folders_fit_part_by_part() {
        check(&["packages/*"], "", "packages/a", true);
        check(&["./packages/*/"], "shop", "shop/packages/a", true);
        check(&["packages/*"], "", "packages/a/b", false);
        check(&["packages/*"], "", "packages", false);
        check(&["packages/*"], "", "packages/.a", false);
        check(&["lib-*"], "", "lib-a", true);
        check(&["lib-*-x"], "", "lib-x", false);
        check(&["../other"], "shop", "other", true);
        check(&["../../other"], "shop", "other", false);
        check(&["."], "shop", "shop", true);
        check(&["a"], "s*p", "shop/a", false);
    }

    #[test]
    fn two_stars_are_any_number_of_folders() {
        for (folder, expected) in [("a", true), ("a/b", true), ("a/b/c", true), ("b", false)] {
            check(&["a/**"], "", folder, expected);
        }
        check(&["**/x/**/y"], "", "a/x/b/x/c/y", true);
        check(&["**/x/**/y"], "", "a/x/b/x/c/z", false);
        check(&["**"], "", "", true);
    }

    #[test]
    fn what_is_left_out_or_not_understood_is_not_taken_in() {
        check(&["packages/*", "!packages/old"], "", "packages/old", false);
        check(&["!packages/old", "packages/*"], "", "packages/new", true);
        check(&["packages/{a,b}"], "", "packages/a", false);
        check(&["packages/*", "!packages/{a,b}"], "", "packages/c", false);
        check(&["/packages/*"], "", "packages/a", false);
        check(&["p*c*s/a"], "", "packages/a", false);
        check(&[&"a/".repeat(MOST_PARTS + 1)], "", &["a"; MOST_PARTS + 1].join("/"), false);
    }
}
