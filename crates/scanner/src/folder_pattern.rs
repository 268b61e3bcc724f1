//! Patterns of folders by which workspaces name their members: `packages/*`, `../tools`, `libs/**`, `!libs/old`,
//! `{apps,libs}/*`, `lib-?`, `lib-[ab]`.

/// The signs of patterns that stand for something else than in the ways known here.
const OTHER_SIGNS: [char; 4] = ['(', ')', '\\', '$'];

/// The most parts of a pattern; real ones have a handful.
const MOST_PARTS: usize = 32;

/// The most patterns that one with braces may stand for.
const MOST_ALTERNATIVES: usize = 16;

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

/// The most bytes, of the pattern and of both paths, that are looked at to see whether it takes in the folder.
pub(crate) fn bytes_compared(pattern: &str, root: &str, folder: &str) -> usize {
    // What stands behind `**` is tried again at every part of the folder.
    let again = pattern.split_once('*').map_or(0, |(_, tail)| {
        tail.len().saturating_mul(parts_of(folder).count()) + folder.len().saturating_mul(parts_of(tail).count())
    });
    let once = pattern.len() + root.len() + folder.len();
    once.saturating_add(again).saturating_mul(if pattern.contains('{') { 1 + MOST_ALTERNATIVES } else { 1 })
}

/// A part of a path, and whether signs in it, as `*`, stand for something else.
type Part<'p> = (&'p str, bool);

/// Whether a pattern stands for the folder; `None` where it is not understood or leads out of the target.
fn fits(pattern: &str, root: &str, folder: &str) -> Option<bool> {
    if !pattern.contains(['{', '}']) {
        return fits_without_braces(pattern, root, folder);
    }
    let mut does_any = false;
    for alternative in alternatives(pattern)? {
        does_any |= fits_without_braces(&alternative, root, folder)?;
    }
    Some(does_any)
}

/// The patterns that one with braces stands for: `a/x` and `b/x` for `{a,b}/x`. `None` for too many, braces within others
/// and those without a list.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let mut begun = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        let (list, after) = behind.split_once('}')?;
        let is_list = list.contains(',') && !list.contains('{') && !list.contains("..");
        if !is_list || before.contains('}') || begun.len() * list.split(',').count() > MOST_ALTERNATIVES {
            return None;
        }
        let with_each = |begin: &String| -> Vec<String> {
            list.split(',').map(|choice| format!("{begin}{before}{choice}")).collect()
        };
        begun = begun.iter().flat_map(with_each).collect();
        rest = after;
    }
    begun.iter_mut().for_each(|begin| begin.push_str(rest));
    (!rest.contains('}')).then_some(begun)
}

fn fits_without_braces(pattern: &str, root: &str, folder: &str) -> Option<bool> {
    if pattern.starts_with('/') || pattern.contains(OTHER_SIGNS) || parts_of(pattern).count() > MOST_PARTS {
        return None;
    }
    let mut parts: Vec<Part<'_>> = parts_of(root).map(|part| (part, false)).collect();
    for part in parts_of(pattern) {
        match part {
            "." => {}
            ".." => _ = parts.pop()?,
            "**" => parts.push((part, true)),
            part if part.matches('*').count() > 1 || !has_plain_brackets(part) => return None,
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
    if !is_pattern {
        return pattern == name;
    }
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (begin, end) = match pattern.split_once('*') {
        Some((begin, end)) => (begin, Some(end)),
        None => (pattern, None),
    };
    let Some(rest) = behind(begin, name) else { return false };
    match end {
        Some(end) => {
            let left_over = rest.chars().count().checked_sub(letter_count(end));
            left_over.is_some_and(|count| {
                let at = rest.char_indices().nth(count).map_or(rest.len(), |(at, _)| at);
                behind(end, &rest[at..]) == Some("")
            })
        }
        None => rest.is_empty(),
    }
}

/// What is left of a name behind the letters for which a pattern without `*` stands.
fn behind<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (mut signs, mut letters) = (pattern.chars(), name.chars());
    while let Some(sign) = signs.next() {
        let letter = letters.next()?;
        let does_fit = match sign {
            '?' => true,
            '[' => {
                let (choices, after) = signs.as_str().split_once(']')?;
                signs = after.chars();
                choices.contains(letter)
            }
            sign => sign == letter,
        };
        if !does_fit {
            return None;
        }
    }
    Some(letters.as_str())
}

/// For how many letters a pattern without `*` stands.
fn letter_count(pattern: &str) -> usize {
    let mut is_in_brackets = false;
    let counts = pattern.chars().filter(|sign| {
        let is_first = !is_in_brackets;
        is_in_brackets = if is_in_brackets { *sign != ']' } else { *sign == '[' };
        is_first
    });
    counts.count()
}

/// Whether all brackets in a part of a pattern hold nothing but the letters of which they stand for one.
fn has_plain_brackets(part: &str) -> bool {
    let mut pieces = part.split('[');
    let has_end = |piece: &str| piece.contains(']');
    pieces.next().is_none_or(|piece| !has_end(piece))
        && pieces.all(|piece| {
            piece.split_once(']').is_some_and(|(choices, after)| {
                !choices.is_empty() && !choices.contains(['-', '!', '^', '*', '?', ':']) && !has_end(after)
            })
        })
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
    fn braces_are_any_of_a_list() {
        for (folder, expected) in [("packages/a", true), ("apps/b", true), ("libs/a", false), ("packages", false)] {
            check(&["{packages,apps}/*"], "", folder, expected);
        }
        check(&["{a,b}/{c,d/e}"], "", "b/d/e", true);
        check(&["{a,b}/{c,d/e}"], "", "b/d", false);
        check(&["lib{,-x}"], "", "lib", true);
        check(&["packages/*", "!packages/{a,b}"], "", "packages/b", false);
        check(&["packages/*", "!packages/{a,b}"], "", "packages/c", true);
    }

    #[test]
    fn question_marks_and_brackets_are_one_letter() {
        check(&["pkg-?"], "", "pkg-é", true);
        check(&["pkg-?"], "", "pkg-", false);
        check(&["pkg-?"], "", "pkg-ab", false);
        check(&["?a"], "", ".a", false);
        check(&["lib-[ab]"], "", "lib-b", true);
        check(&["lib-[ab]"], "", "lib-c", false);
        check(&["[ab]-*-[cd]?"], "", "a-x-dé", true);
        check(&["[ab]-*-[cd]?"], "", "a-dé", false);
        check(&["a"], "l[ab]", "la/a", false);
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
    fn long_patterns_and_what_is_tried_again_count() {
        assert_eq!(bytes_compared("packages", "shop", "shop/a"), 8 + 4 + 6);
        assert_eq!(bytes_compared("packages/*", "shop", "shop/a"), 10 + 4 + 6);
        assert_eq!(bytes_compared("**/[abc]d", "", "a/a/a/a"), 9 + 7 + 8 * 4 + 7 * 2);
        assert_eq!(bytes_compared("{a,b}", "", "a"), (5 + 1) * (1 + MOST_ALTERNATIVES));
    }

    #[test]
    fn what_is_left_out_or_not_understood_is_not_taken_in() {
        check(&["packages/*", "!packages/old"], "", "packages/old", false);
        check(&["!packages/old", "packages/*"], "", "packages/new", true);
        check(&["packages/{a..c}"], "", "packages/a", false);
        check(&["packages/*", "!packages/{a..b}"], "", "packages/c", false);
        check(&["packages/[a-c]"], "", "packages/a", false);
        check(&["packages/*", "!packages/[!a]"], "", "packages/c", false);
        for pattern in ["{a", "a}", "{a}", "{a,{b,c}}", "{a,b}}", "[a", "a]", "[]", "[*]"] {
            check(&["*", &format!("!{pattern}")], "", "x", false);
        }
        let many = format!("!{{{}b}}", "a,".repeat(MOST_ALTERNATIVES));
        check(&["*", &many], "", "x", false);
        check(&["/packages/*"], "", "packages/a", false);
        check(&["p*c*s/a"], "", "packages/a", false);
        check(&[&"a/".repeat(MOST_PARTS + 1)], "", &["a"; MOST_PARTS + 1].join("/"), false);
    }
}
