//! Build scripts of Gradle, in Groovy and Kotlin (docs.gradle.org, Declaring Dependencies): whether their blocks of
//! `dependencies` ask for anything that is no part of the build.
//!
//! The scripts are not run. What is not plainly a project of the build, a file or a part of Gradle itself counts as asking.

use crate::ecosystems::program_text::{GROOVY, Token, arguments, end_of_statement, tokens, within};
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

/// What may be said of a dependency beside its coordinates.
const ASIDE_KEYS: &[&str] = &["changing", "classifier", "configuration", "force", "transitive"];

/// Reads a script; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens = tokens(text, GROOVY);
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
        if !opens_block {
            at += 1;
        } else if *word == "dependencies" {
            let (block, behind) = within(&tokens, at + 1);
            if block_asks(block) {
                if at < end_of_buildscript {
                    is_plugin_asked = true;
                } else if at < end_of_subprojects {
                    is_subproject_asking = true;
                } else {
                    manifest.asks = true;
                }
            }
            at = behind;
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

/// Whether a statement in a block of `dependencies` asks for something from outside.
fn block_asks(block: &[Token<'_>]) -> bool {
    let mut at = 0;
    while let Some(token) = block.get(at) {
        let (Token::Word(head) | Token::Text(head)) = token else {
            at += 1;
            continue;
        };
        let next = block.get(at + 1);
        if CONTROL.contains(head) {
            at = if next == Some(&Token::Sign('(')) { within(block, at + 1).1 } else { at + 1 };
        } else if next == Some(&Token::Sign('{')) {
            at = if ASIDE_WITHIN.contains(head) { within(block, at + 1).1 } else { at + 2 };
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

/// Whether a configuration is given something from outside: `implementation 'g:a:1'`, `"api"(libs.a) { … }`.
fn statement_asks(head: &str, behind: &[Token<'_>]) -> bool {
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
    let names_configuration = usize::from(method == "add");
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
mod tests {
    use super::*;

    fn check(text: &str, asks: bool, asks_for_plugins: bool) {
        check_open(text, asks, if asks_for_plugins { &[GRADLE_PLUGINS] } else { &[] });
    }

    fn check_open(text: &str, asks: bool, open: &[&str]) {
        let manifest = read(Some(text));
        let told: Vec<&str> = manifest.open.iter().map(|wish| wish.name.as_str()).collect();
        assert_eq!((manifest.asks, told.as_slice()), (asks, open), "{text}");
    }

    #[test]
    fn what_comes_from_outside_asks() {
        for statement in [
            "implementation 'com.google.guava:guava:31.1-jre'",
            "implementation(\"com.google.guava:guava:31.1-jre\")",
            "implementation(libs.guava)",
            "api libs.bundles.testing",
            "implementation group: 'a', name: 'b', version: '1'",
            "implementation(group = \"a\", name = \"b\")",
            "\"implementation\"(\"a:b:1\")",
            "implementation project(':x'), 'a:b:1'",
            "implementation project(':x'),\n        'a:b:1'",
            "implementation(\n    'a:b:1'\n)",
            "implementation('a:b:1') { exclude group: 'c' }",
            "implementation platform('a:bom:1')",
            "implementation(kotlin(\"stdlib\"))",
            "add('implementation', 'a:b:1')",
            "if (fast) {\n  implementation 'a:b:1'\n} else {\n  implementation project(':a')\n}",
            "def own = 'a:b:1'\n implementation own",
            "dependencies.forEach { implementation(it) }\n implementation(deps.a)",
        ] {
            check(&format!("plugins {{ id 'java' }}\ndependencies {{\n  {statement}\n}}\n"), true, false);
        }
        check("allprojects {\n dependencies { implementation 'a:b:1' }\n}", true, false);
        check("kotlin { sourceSets { commonMain.dependencies { api(\"a:b:1\") } } }", true, false);
        check("dependencies { implementation 'a:b:1'", true, false);
        assert!(read(None).asks);
    }

    #[test]
    fn parts_of_the_build_and_of_gradle_do_not() {
        for statement in [
            "",
            "// implementation 'a:b:1'\n /* api 'a:b:1' */",
            "implementation project(':x')",
            "implementation(project(\":x\")) { because(\"a: b\") }",
            "implementation project(path: ':x', configuration: 'y')",
            "api(projects.core.model)",
            "implementation platform(project(':bom'))",
            "testImplementation(testFixtures(project(\":x\")))",
            "implementation files('libs/a.jar')",
            "implementation fileTree(dir: 'libs', include: ['*.jar'])",
            "implementation(project.files(\"a.jar\"))",
            "implementation gradleApi()",
            "compileOnly localGroovy()",
            "testImplementation sourceSets.main.output",
            "\"implementation\"(project(\":x\"))",
            "add(\"implementation\", project(\":x\"))",
            "implementation rootProject",
            "constraints {\n implementation 'a:b:1'\n }",
            "def version = '1'\n implementation project(':x'), { transitive = false }",
            "if (fast) { api project(':x') }",
        ] {
            check(&format!("dependencies {{\n  {statement}\n}}\n"), false, false);
        }
        check("plugins { id 'java' }\nrepositories { mavenCentral() }\n", false, false);
        check("dependencyManagement { dependencies { dependency 'a:b:1' } }", false, false);
        check("shadowJar { dependencies { include(dependency('a:b:1')) } }", false, false);
        check("tasks.x { dependencies { exclude(dependency('a:b:1')) } }", false, false);
        check("description = \"dependencies { implementation 'a:b:1' }\"", false, false);
    }

    #[test]
    fn plug_ins_of_the_script_are_asked_for_apart() {
        let plugins = "buildscript {\n repositories { google() }\n dependencies { classpath 'a:b:1' }\n}\n";
        check(plugins, false, true);
        check(&format!("{plugins}dependencies {{ api project(':x') }}"), false, true);
        check(&format!("{plugins}dependencies {{ api 'a:b:1' }}"), true, true);
    }

    #[test]
    fn what_is_asked_for_in_subprojects_is_told_apart() {
        let asks = "dependencies { implementation 'a:b:1' }";
        for begin in [
            "subprojects",
            "configure(subprojects)",
            "configure(subprojects.findAll { it.name != 'x' })",
            "configure([project(':a'), project(':b')])",
            "configure(rootProject.subprojects - project(':a'))",
            "project(':a')",
            "project(\":a\")",
        ] {
            check_open(&format!("{begin} {{\n  apply plugin: 'java'\n  {asks}\n}}\n"), false, &[GRADLE_SUBPROJECTS]);
            check_open(&format!("{begin} {{\n  {asks}\n}}\n{asks}\n"), true, &[GRADLE_SUBPROJECTS]);
            check_open(&format!("{begin} {{\n  buildscript {{ {asks} }}\n}}\n"), false, &[GRADLE_PLUGINS]);
            check_open(&format!("{begin} {{\n  dependencies {{ api project(':b') }}\n}}\n"), false, &[]);
        }
        for begin in ["allprojects", "configure(allprojects)", "configure(rootProject)", "project(':')"] {
            check_open(&format!("{begin} {{\n  {asks}\n}}\n"), true, &[]);
        }
        check_open(&format!("println(project(':a'))\n{asks}"), true, &[]);
    }
}
