//! `settings.gradle` and `settings.gradle.kts` (docs.gradle.org, Settings File Basics; Multi-Project Build Basics): the folders of
//! the projects that a build has below or beside its own.
//!
//! They are programs, which are not run: where they compute what they include, include more than is kept, or take in another
//! script, any folder below may be that of a project.

use std::collections::BTreeSet;

use crate::ecosystems::program_text::{Syntax, Token, arguments, end_of_statement, tokens, within};
use crate::manifest::{EVERYTHING_BELOW, MOST_PATTERNS, Workspace};

/// What texts with the folder of the settings begin with.
const OWN_FOLDER: &[&str] = &["$rootDir/", "${rootDir}/", "$settingsDir/", "${settingsDir}/", "./"];

/// Reads settings; `None` stands for some that are too long to be read, and is the answer for those that include nothing.
pub(super) fn projects(text: Option<&str>, syntax: Syntax) -> Option<Workspace> {
    let folders = text.and_then(|text| folders(text, syntax)).filter(|folders| folders.len() <= MOST_PATTERNS);
    let folders = folders.unwrap_or_else(|| BTreeSet::from([EVERYTHING_BELOW.to_owned()]));
    let members: Vec<String> = folders.into_iter().collect();
    (!members.is_empty()).then(|| Workspace { members, ..Workspace::default() })
}

/// The folders of the projects; nothing where they are computed.
fn folders(text: &str, syntax: Syntax) -> Option<BTreeSet<String>> {
    let tokens = tokens(text, syntax);
    let mut folders = BTreeSet::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Token::Word(word) = token else {
            at += 1;
            continue;
        };
        let end = match *word {
            "include" | "includeFlat" | "projectDir" => end_of_statement(&tokens, at + 1),
            "apply" if takes_in(tokens.get(at + 1..).unwrap_or_default()) => return None,
            _ => at + 1,
        };
        let given = tokens.get(at + 1..end).unwrap_or_default();
        match *word {
            "include" => included(given)?.into_iter().for_each(|path| add_with_those_above(path, &mut folders)),
            "includeFlat" => folders.extend(included(given)?.into_iter().map(|name| format!("../{name}"))),
            "projectDir" => _ = folders.insert(folder_given(given)?),
            _ => {}
        }
        at = end.max(at + 1);
    }
    Some(folders)
}

/// Whether what follows `apply` takes in another script.
fn takes_in(behind: &[Token<'_>]) -> bool {
    matches!(behind, [Token::Word("from"), ..] | [Token::Sign('(' | '{'), Token::Word("from"), ..])
}

/// The paths of projects that are included; nothing where one is computed.
fn included<'t>(given: &[Token<'t>]) -> Option<Vec<&'t str>> {
    let given = match given {
        [Token::Sign('('), ..] => within(given, 0).0,
        given => given,
    };
    let mut paths = Vec::new();
    for argument in arguments(given) {
        let mut pieces = argument.iter().filter(|token| **token != Token::Break);
        match (pieces.next(), pieces.next()) {
            (None, _) => {}
            (Some(Token::Text(path)), None) if !path.contains('$') => paths.push(*path),
            _ => return None,
        }
    }
    Some(paths)
}

/// Adds the folder of a project and of those that are included with it: `a` and `a/b` for `:a:b`.
fn add_with_those_above(path: &str, folders: &mut BTreeSet<String>) {
    let mut folder = String::new();
    for name in path.split(':').filter(|name| !name.is_empty()) {
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(name);
        folders.insert(folder.clone());
    }
}

/// The folder that a project is given: `= file('modules/a')`, `= new File(settingsDir, '../a')`.
fn folder_given(given: &[Token<'_>]) -> Option<String> {
    let texts = given.iter().filter_map(|token| match token {
        Token::Text(text) => Some(*text),
        Token::Word(_) | Token::Sign(_) | Token::Break => None,
    });
    let texts: Vec<&str> = texts.collect();
    let &[text] = texts.as_slice() else { return None };
    let folder = OWN_FOLDER.iter().find_map(|begin| text.strip_prefix(*begin)).unwrap_or(text);
    (!folder.contains('$')).then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystems::program_text::GROOVY;

    fn check(text: &str, expected: &[&str]) {
        let told = projects(Some(text), GROOVY).unwrap_or_default().members;
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn projects_lie_in_folders_of_their_names() {
        check("rootProject.name = 'x'\ninclude 'a', \"b\"\ninclude(':c:d')\n", &["a", "b", "c", "c/d"]);
        check("include(\n  \":a\", // own\n  \":b\",\n)\n", &["a", "b"]);
        check("includeFlat 'a'\n", &["../a"]);
        check("include 'a'\nproject(':a').projectDir = file(\"$rootDir/x/a\")\n", &["a", "x/a"]);
        check("include(\"a\")\nproject(\":a\").projectDir = File(settingsDir, \"../a\")\n", &["../a", "a"]);
    }

    #[test]
    fn settings_without_projects_have_none() {
        check("rootProject.name = 'x'\nincludeBuild('build-logic')\nplugins { id 'a' }\n// include 'a'\n", &[]);
    }

    #[test]
    fn any_folder_may_be_that_of_a_project_where_they_are_computed() {
        for text in [
            "include names",
            "include \"own-$name\"",
            "['a'].each { include it }",
            "listOf(\"a\").forEach { include(it) }",
            "apply from: 'own.gradle'",
            "apply(from = \"own.gradle.kts\")",
            "include 'a'\nproject(':a').projectDir = new File(place, \"x/$name\")",
            "rootProject.children.each { it.projectDir = own(it) }",
        ] {
            check(text, &["**"]);
        }
        assert_eq!(projects(None, GROOVY).unwrap_or_default().members, ["**"]);
        let include = |most: usize| (0..most).map(|number| format!("include ':a{number}'\n")).collect::<String>();
        let count = |most: usize| projects(Some(&include(most)), GROOVY).unwrap_or_default().members.len();
        assert_eq!((count(MOST_PATTERNS), count(MOST_PATTERNS + 1)), (MOST_PATTERNS, 1));
    }
}
