//! Build scripts of Gradle, in Groovy and Kotlin (docs.gradle.org, Declaring Dependencies): whether their blocks of
//! `dependencies` ask for anything that is no part of the build.
//!
//! The scripts are not run. What is not plainly a project of the build, a file or a part of Gradle itself counts as asking,
//! and so does a script that is taken in and not read by itself.

use crate::ecosystems::program_text::{Syntax, Token, arguments, end_of_statement, tokens, within};
use crate::manifest::{GRADLE_PLUGINS, GRADLE_SUBPROJECTS, ProjectManifest};

/// Blocks in which `dependencies` asks for nothing, but says which versions to take of what others ask for, or which files go
/// into an archive.
const ASIDE: &[&str] = &["dependencyManagement", "pom", "publishing", "shadowJar"];

/// The same within `dependencies`.
const ASIDE_WITHIN: &[&str] = &["artifactTypes", "attributesSchema", "components", "constraints", "modules"];

/// Words at the beginning of statements that ask for nothing: definitions, and what speaks of dependencies to leave out.
const NO_REQUESTS: &[&str] =
    &["assert", "def", "exclude", "include", "logger", "print", "println", "relocate", "val", "var"];

/// Words at the beginning of statements that go on with others.
const CONTROL: &[&str] = &["else", "for", "if", "when", "while"];

/// What begins an argument that is a part of the build or of Gradle.
const LOCAL: &[&str] = &[
    "fileTree",
    "files",
    "gradleApi",
    "gradleKotlinDsl",
    "gradleTestKit",
    "layout",
    "localGroovy",
    "projects",
    "sourceSets",
    "tasks",
    "zipTree",
];

/// What may stand around or before such.
const AROUND: &[&str] = &["dependencies", "enforcedPlatform", "platform", "testFixtures", "this"];

/// Methods whose blocks only choose among parts.
const CHOOSING: &[&str] = &["all", "any", "filter", "filterNot", "find", "findAll", "none", "sortBy", "sortedBy"];

/// What begins a list of which something is done with each part; its arguments are given to no configuration.
const LISTS: &[&str] = &["arrayOf", "file", "listOf", "mapOf", "mutableListOf", "project", "sequenceOf", "setOf"];

/// Words for all projects of the build, of which none is from outside.
const OWN_PROJECTS: &[&str] = &["allprojects", "childProjects", "subprojects"];

/// Methods that give something to the configuration that is named first.
const ADDING: &[&str] = &["add", "addProvider", "addProviderConvertible"];

/// How the names of configurations end, in lower case, that ask for libraries.
const CONFIGURATIONS: &[&str] =
    &["annotationprocessor", "api", "classpath", "compile", "compileonly", "implementation", "runtime", "runtimeonly"];

/// In how many pieces behind `apply` the script stands that is taken in, and behind `{` the names end that a block gives to
/// its parts.
const MOST_PIECES: usize = 16;

/// How many methods, blocks and brackets of a statement are looked through for one that does something with each part.
const MOST_LINKS: usize = 64;

/// What may be said of a dependency beside its coordinates.
const ASIDE_KEYS: &[&str] = &["changing", "classifier", "configuration", "force", "transitive"];

/// Reads a script in this language; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>, syntax: Syntax) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens = tokens(text, syntax);
    let mut manifest = ProjectManifest::default();
    let (mut is_plugin_asked, mut is_subproject_asking) = (false, false);
    let (mut at, mut end_of_buildscript, mut end_of_subprojects, mut end_of_call) = (0, 0, 0, 0);
    while let Some(token) = tokens.get(at) {
        let opens_block = tokens.get(at + 1) == Some(&Token::Sign('{'));
        let Token::Word(word) = token else {
            at += 1;
            continue;
        };
        if at >= end_of_subprojects.max(end_of_call) && configures_projects(word, &tokens, at) {
            // Arguments are looked through once, whatever stands in them.
            let open = if opens_block { at + 1 } else { within(&tokens, at + 1).1 };
            end_of_call = open;
            if is_of_subprojects(&tokens, at, open) {
                end_of_subprojects = within(&tokens, open).1;
                at = open + 1;
                continue;
            }
        }
        let is_asking = if at < end_of_buildscript {
            &mut is_plugin_asked
        } else if at < end_of_subprojects {
            &mut is_subproject_asking
        } else {
            &mut manifest.asks
        };
        if *word == "apply" {
            *is_asking |= begins_statement(&tokens, at) && takes_in_unread(&tokens, at);
            at += 1;
        } else if !*is_asking && creates_request(word, tokens.get(at + 1..).unwrap_or_default()) {
            *is_asking = true;
            at += 1;
        } else if *word == "dependencies" && opens_block {
            let (block, behind) = within(&tokens, at + 1);
            *is_asking |= block_asks(block);
            at = behind;
        } else if *word == "dependencies" && begins_statement(&tokens, at) {
            let end = end_of_statement(&tokens, at);
            *is_asking |= is_given_dependencies(tokens.get(at + 1..end).unwrap_or_default());
            at = end.max(at + 1);
        } else if !opens_block {
            at += 1;
        } else if ASIDE.contains(word) {
            at = within(&tokens, at + 1).1;
        } else {
            if *word == "buildscript" && at >= end_of_buildscript {
                end_of_buildscript = within(&tokens, at + 1).1;
            }
            at += 2;
        }
    }
    for (name, is_open) in [(GRADLE_PLUGINS, is_plugin_asked), (GRADLE_SUBPROJECTS, is_subproject_asking)] {
        if is_open {
            manifest.leave_open(name, "");
        }
    }
    manifest
}

/// Whether a word may begin a block that speaks to other projects of the build: `subprojects {`, `configure(…) {`,
/// `project(':a') {`.
fn configures_projects(word: &str, tokens: &[Token<'_>], at: usize) -> bool {
    match tokens.get(at + 1) {
        Some(Token::Sign('{')) => word == "subprojects",
        Some(Token::Sign('(')) => matches!(word, "configure" | "project"),
        _ => false,
    }
}

/// Whether the block at `open` speaks to other projects than that of the script itself, by the arguments between the word at
/// `at` and the block.
fn is_of_subprojects(tokens: &[Token<'_>], at: usize, open: usize) -> bool {
    let given = tokens.get(at + 1..open).unwrap_or_default();
    let names_own = given.iter().enumerate().any(|(place, token)| match token {
        Token::Word("allprojects") | Token::Text(":") => true,
        Token::Word("project" | "rootProject" | "this") => {
            !matches!(given.get(place + 1), Some(Token::Sign('.' | '(')))
        }
        Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Break => false,
    });
    tokens.get(open) == Some(&Token::Sign('{')) && !names_own
}

/// Whether a script is taken in that is not read by itself: from an address, or of another name than scripts have.
fn takes_in_unread(tokens: &[Token<'_>], at: usize) -> bool {
    let given: Vec<&Token<'_>> =
        tokens.iter().skip(at + 1).take(MOST_PIECES).take_while(|token| **token != Token::Break).collect();
    let from = match given.as_slice() {
        [Token::Sign('(' | '{'), Token::Word("from"), rest @ ..] | [Token::Word("from"), rest @ ..] => rest,
        _ => return false,
    };
    let last = from.iter().rev().find_map(|token| match token {
        Token::Text(text) => Some(*text),
        Token::Word(_) | Token::Sign(_) | Token::Break => None,
    });
    last.is_some_and(|file| file.contains("://") || !(file.ends_with(".gradle") || file.ends_with(".gradle.kts")))
}

/// Whether a word stands where a statement begins, if need be behind the name of the project itself.
fn begins_statement(tokens: &[Token<'_>], at: usize) -> bool {
    let before = match tokens.get(..at).unwrap_or_default() {
        [before @ .., Token::Word("project" | "this"), Token::Sign('.')] => before,
        before => before,
    };
    matches!(before.last(), None | Some(Token::Break | Token::Sign('{' | '}' | ';')))
}

/// Whether `dependencies` is given something without a block: `dependencies.add('api', 'g:a:1')`, `dependencies(own)`.
fn is_given_dependencies(behind: &[Token<'_>]) -> bool {
    match behind {
        [Token::Sign('.'), Token::Word(method), Token::Sign('(') | Token::Text(_), ..] => {
            let is_configuration = || CONFIGURATIONS.iter().any(|end| method.to_ascii_lowercase().ends_with(end));
            (ADDING.contains(method) || is_configuration()) && statement_asks("dependencies", behind)
        }
        [Token::Sign('('), ..] => !within(behind, 0).0.is_empty(),
        [Token::Word(word), ..] => !matches!(*word, "as" | "in" | "instanceof" | "is"),
        _ => false,
    }
}

/// Whether something from outside is made to be given to a configuration that may have no name, or by itself:
/// `configurations.detachedConfiguration(dependencies.create('g:a:1'))`, `withDependencies { addLater(own) }`.
fn creates_request(word: &str, behind: &[Token<'_>]) -> bool {
    let pieces = behind.get(..MOST_PIECES).unwrap_or(behind);
    let given = match pieces {
        [Token::Sign('.'), Token::Word("create"), Token::Sign('('), given @ ..]
            if matches!(word, "dependencies" | "dependencyFactory") =>
        {
            given
        }
        [Token::Sign('('), given @ ..] if matches!(word, "addLater" | "addAllLater") => given,
        _ => return false,
    };
    let given: Vec<Token<'_>> = given.iter().filter(|token| **token != Token::Break).copied().collect();
    given.first() != Some(&Token::Sign(')')) && !is_local(&given)
}

/// Whether a statement in a block of `dependencies` asks for something from outside.
fn block_asks(block: &[Token<'_>]) -> bool {
    let closings = closings(block);
    let mut at = 0;
    while let Some(token) = block.get(at) {
        if let Some(each) = for_each(block, &closings, at) {
            if each.source_asks() {
                return true;
            }
            at = if each.asks_for_nothing() { each.end } else { behind_names(block, each.open) };
            continue;
        }
        let (Token::Word(head) | Token::Text(head)) = token else {
            at += 1;
            continue;
        };
        let next = block.get(at + 1);
        if CONTROL.contains(head) {
            at = if next == Some(&Token::Sign('(')) { within(block, at + 1).1 } else { at + 1 };
        } else if next == Some(&Token::Sign('{')) {
            at = if ASIDE_WITHIN.contains(head) { within(block, at + 1).1 } else { behind_names(block, at + 1) };
        } else {
            let end = end_of_statement(block, at);
            if !NO_REQUESTS.contains(head) && statement_asks(head, block.get(at + 1..end).unwrap_or_default()) {
                return true;
            }
            at = end.max(at + 1);
        }
    }
    false
}

/// For each bracket that opens, the place behind the one that closes it, or the end where none does; for anything else 0.
fn closings(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut closings = vec![0; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => open.push(place),
            Token::Sign(')' | ']' | '}') => {
                if let Some(closing) = open.pop().and_then(|opening| closings.get_mut(opening)) {
                    *closing = place + 1;
                }
            }
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Break => {}
        }
    }
    for opening in open {
        if let Some(closing) = closings.get_mut(opening) {
            *closing = tokens.len();
        }
    }
    closings
}

/// A statement that does something with each part of another thing: `libs.each { … }`, `listOf("g:a:1").forEach { … }`.
struct ForEach<'p, 't> {
    /// What the parts are of.
    source: &'p [Token<'t>],
    method: &'t str,
    /// Where the block begins that is done with each, and the place behind its end.
    open: usize,
    end: usize,
}

/// The statement at `begin`, where it is of this kind.
fn for_each<'p, 't>(block: &'p [Token<'t>], closings: &[usize], begin: usize) -> Option<ForEach<'p, 't>> {
    let mut at = match block.get(begin)? {
        Token::Sign('[' | '(') => *closings.get(begin)?,
        Token::Word(word) if !CONTROL.contains(word) && !NO_REQUESTS.contains(word) => begin + 1,
        Token::Word(_) | Token::Sign(_) | Token::Text(_) | Token::Break => return None,
    };
    // Where the last method is called, and its name.
    let mut called = None;
    for _ in 0..MOST_LINKS {
        match block.get(at..)? {
            [Token::Sign('.'), Token::Word(method), ..] => {
                called = Some((at, *method));
                at += 2;
            }
            [Token::Sign('?' | '*') | Token::Break, Token::Sign('.'), ..] => at += 1,
            [Token::Sign('(' | '['), ..] => {
                called = None;
                at = *closings.get(at)?;
            }
            [Token::Sign('{'), ..] => {
                let (end_of_source, method) = called?;
                let end = *closings.get(at)?;
                let goes_on =
                    matches!(block.get(end..), Some([Token::Sign('.'), ..] | [Token::Break, Token::Sign('.'), ..]));
                if !(goes_on && CHOOSING.contains(&method)) {
                    let source = block.get(begin..end_of_source)?;
                    return Some(ForEach { source, method, open: at, end });
                }
                (at, called) = (end, None);
            }
            _ => return None,
        }
    }
    None
}

impl ForEach<'_, '_> {
    /// Whether it is something else, done with what a configuration was given: `implementation('g:a:1').apply { … }`.
    fn source_asks(&self) -> bool {
        match self.source {
            [Token::Word(head), behind @ ..] if behind.first() == Some(&Token::Sign('(')) => {
                !LISTS.contains(head) && statement_asks(head, behind)
            }
            _ => false,
        }
    }

    /// Whether nothing comes from outside by what is done with each, whatever it is.
    fn asks_for_nothing(&self) -> bool {
        let is_word_aside = |word: &str| ASIDE_WITHIN.contains(&word) || word == "configurations";
        let is_head_aside = matches!(self.source.first(), Some(Token::Word(head)) if is_word_aside(head));
        let is_own_project = |token: &Token<'_>| matches!(token, Token::Word(word) if OWN_PROJECTS.contains(word));
        is_head_aside
            || is_word_aside(self.method)
            || CHOOSING.contains(&self.method)
            || self.source.iter().any(is_own_project)
            || self.is_of_parts()
    }

    /// Whether it is done with a list that names parts of the build alone: `listOf(project(":a")).forEach { … }`.
    fn is_of_parts(&self) -> bool {
        let Some(open) = self.source.iter().position(|token| matches!(token, Token::Sign('(' | '['))) else {
            return false;
        };
        let list = within(self.source, open).0;
        list.iter().any(|token| matches!(token, Token::Word(_)))
            && arguments(list).into_iter().all(|part| {
                let part: Vec<Token<'_>> = part.iter().filter(|token| **token != Token::Break).copied().collect();
                is_local(&part)
            })
    }
}

/// The place behind the bracket that opens a block, and behind the names that it gives to what it is done with: `{ a, b ->`.
fn behind_names(block: &[Token<'_>], open: usize) -> usize {
    let begin = open + 1;
    let pieces = block.get(begin..).unwrap_or_default();
    let pieces = pieces.get(..MOST_PIECES).unwrap_or(pieces);
    let line = pieces.split(|token| matches!(token, Token::Break | Token::Sign('{' | '}'))).next().unwrap_or_default();
    let arrow = line.windows(2).position(|pair| pair == [Token::Sign('-'), Token::Sign('>')]);
    arrow.map_or(begin, |arrow| begin + arrow + 2)
}

/// Whether a configuration is given something from outside: `implementation 'g:a:1'`, `"api"(libs.a) { … }`.
fn statement_asks(head: &str, behind: &[Token<'_>]) -> bool {
    // A function of the build that asks.
    if let [Token::Sign('('), Token::Sign(')')] = behind {
        return true;
    }
    // `configurations.api(…)`, `dependencies.add("api", …)`
    let mut method = head;
    let mut rest = behind;
    while let [Token::Sign('.'), Token::Word(word), more @ ..] = rest {
        method = *word;
        rest = more;
    }
    let given = match rest.first() {
        Some(Token::Sign('(')) => within(rest, 0).0,
        // A variable is set.
        Some(Token::Sign('=')) => return false,
        _ => rest,
    };
    let names_configuration = usize::from(ADDING.contains(&method));
    arguments(given).into_iter().skip(names_configuration).any(|argument| {
        let argument: Vec<Token<'_>> = argument.iter().filter(|token| **token != Token::Break).copied().collect();
        !is_local(&argument)
    })
}

/// Whether an argument plainly is nothing from outside.
fn is_local(argument: &[Token<'_>]) -> bool {
    match argument {
        // What a block says of the dependency before it.
        [] | [Token::Sign('{'), ..] => return true,
        [Token::Word(key), Token::Sign(':' | '='), ..] if ASIDE_KEYS.contains(key) => return true,
        _ => {}
    }
    for (place, token) in argument.iter().enumerate() {
        match token {
            Token::Word("project" | "rootProject") if argument.get(place + 1) != Some(&Token::Sign('.')) => {
                return true;
            }
            Token::Word("project" | "rootProject") | Token::Sign('(' | '.') => {}
            Token::Word(word) if AROUND.contains(word) => {}
            Token::Word(word) => return LOCAL.contains(word),
            Token::Text(_) | Token::Sign(_) | Token::Break => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests;
