//! What a program asks for that is not in it. Of `data` there is its own package and nothing else: a rule that looks for more
//! would be undefined, and a check that denies by it would pass for ever without a word.

use super::nesting::without_strings_and_comments;

/// The first path under `data` that is not the program's own package, as it is written. `package` is `data.main`.
pub(super) fn asked_elsewhere(source: &str, package: &str) -> Option<String> {
    let code = without_strings_and_comments(source);
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    for (at, _) in code.match_indices("data") {
        let before = code[..at].trim_end();
        let is_whole = !code.as_bytes()[..at].last().is_some_and(|byte| is_of_word(byte) || *byte == b'.');
        let rest = &code[at + "data".len()..];
        let path: String =
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')).collect();
        // A variable or a key of that name is something else.
        if !is_whole || !path.starts_with('.') || before.ends_with('.') {
            continue;
        }
        let asked = format!("data{path}");
        let is_own = asked.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if !is_own {
            return Some(asked);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::asked_elsewhere;

    #[test]
    fn only_the_programs_own_package_is_there() {
        let asked = |source: &str| asked_elsewhere(source, "data.main");
        assert_eq!(asked("package main\nimport data.lib\ndeny if lib.x"), Some("data.lib".into()));
        assert_eq!(asked("deny if data.mainly.x"), Some("data.mainly.x".into()));
        assert_eq!(asked("deny if data.main.x\nx if input.data.y"), None);
        assert_eq!(asked("# data.lib\nx := \"data.lib\" # data.lib\ny := `data.lib`\nmetadata.x"), None);
    }
}
