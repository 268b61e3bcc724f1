//! `Gemfile` and `gems.rb` of Bundler, and the specifications of a project's own gems (bundler.io, Gemfile; guides.rubygems.org,
//! Specification Reference): whether they ask for gems that are no parts of the repository.
//!
//! They are Ruby programs, which are not run. A statement is read where it says plainly where a gem lies; what cannot be
//! followed within a block of `path` counts as asking, and so does a statement with `gem` or another program within it.
//!
//! The folders that a Gemfile takes in are its members: of `eval_gemfile`, `path` and `gemspec`, and those one level below
//! them; all below it where they are computed.

use crate::manifest::{EVERYTHING_BELOW, MOST_PATTERNS, ProjectManifest, Specifications};

/// The options of `gem` by which one comes from outside of the repository.
const OUTSIDE: &[&str] = &["git", "github", "gist", "bitbucket", "source"];

/// The blocks that `path` may have within it.
const BLOCKS: &[&str] = &["group", "platform", "platforms", "install_if"];

/// Reads a Gemfile.
pub(super) fn read(text: &str) -> ProjectManifest {
    let mut manifest = ProjectManifest::default();
    // How many blocks are open from one of `path` on.
    let mut depth = 0_usize;
    for statement in statements(text) {
        let statement = statement.as_str();
        if let Some(rest) = call(statement, "gem") {
            read_gem(rest, depth > 0, &mut manifest);
        } else if let Some(rest) = call(statement, "gemspec") {
            read_gemspec(rest, &mut manifest);
        } else if runs_another(statement) {
            manifest.asks = true;
            let file = statement.split_once("eval_gemfile").and_then(|(_, file)| quoted(file));
            take_in(file.map(|file| file.rsplit_once('/').map_or(".", |(folder, _)| folder)), &mut manifest);
        } else if depth == 0 {
            match call(statement, "path").filter(|rest| opens_block(rest)) {
                Some(folder) => {
                    depth = 1;
                    add_specifications(folder, false, &mut manifest);
                    take_in(quoted(folder), &mut manifest);
                }
                None if has_gem(statement) => {
                    manifest.asks = true;
                    if statement.contains("path") {
                        take_in(None, &mut manifest);
                    }
                }
                None => {}
            }
        } else if statement == "end" {
            depth -= 1;
        } else if BLOCKS.iter().any(|block| call(statement, block).is_some_and(opens_block)) {
            depth += 1;
        } else {
            manifest.asks = true;
            take_in(None, &mut manifest);
            return manifest;
        }
    }
    manifest.asks |= depth > 0;
    manifest
}

/// Whether the specification of a gem of the project asks for other gems.
pub(super) fn specification_asks(text: &str) -> bool {
    const ASKING: &[&str] = &["_dependency", "Gem::Dependency", ".dependencies"];
    without_blocks_of_comment(text)
        .map(without_comment)
        .any(|line| runs_another(line.trim()) || ASKING.iter().any(|word| line.contains(word)))
}

/// Whether a statement runs another program, which is not followed.
fn runs_another(statement: &str) -> bool {
    ["eval", "load"].iter().any(|method| call(statement, method).is_some())
        || ["_eval", "eval(", "eval_gemfile"].iter().any(|word| statement.contains(word))
}

/// Whether `gem` is called somewhere in a statement, as in a block that stands on one line.
fn has_gem(statement: &str) -> bool {
    let is_part = |last: char| last.is_alphanumeric() || last == '_';
    outside_of_quotes(statement).filter(|(_, byte)| *byte == b'g').any(|(at, _)| {
        let arguments = call(&statement[at..], "gem").unwrap_or_default();
        !statement[..at].ends_with(is_part)
            && arguments.starts_with(|next: char| next.is_whitespace() || matches!(next, '(' | '"' | '\''))
    })
}

/// Reads the arguments of `gem`.
fn read_gem(arguments: &str, is_in_path: bool, manifest: &mut ProjectManifest) {
    let path = option(arguments, "path");
    if let Some(folder) = path {
        take_in(quoted(folder), manifest);
    }
    let may_be_elsewhere = OUTSIDE.iter().any(|name| option(arguments, name).is_some())
        || arguments.contains(" ? ")
        || arguments.contains(';');
    if may_be_elsewhere || path.is_none() && !is_in_path {
        manifest.asks = true;
    } else if let Some(folder) = path {
        add_specifications(folder, false, manifest);
    }
}

/// Reads the arguments of `gemspec`: the specification that asks in the Gemfile's place.
fn read_gemspec(arguments: &str, manifest: &mut ProjectManifest) {
    match option(arguments, "path") {
        Some(folder) => {
            manifest.asks |= !add_specifications(folder, true, manifest);
            take_in(quoted(folder), manifest);
        }
        None => manifest.specifications.push(Specifications { folder: ".".to_owned(), is_needed: true }),
    }
}

/// Adds the folder that the text begins with, if it does.
fn add_specifications(text: &str, is_needed: bool, manifest: &mut ProjectManifest) -> bool {
    let folder = quoted(text);
    manifest.specifications.extend(folder.map(|folder| Specifications { folder: folder.to_owned(), is_needed }));
    folder.is_some()
}

/// Notes a folder that is taken in, or all below where it is computed or one of too many.
fn take_in(folder: Option<&str>, manifest: &mut ProjectManifest) {
    let members = &mut manifest.workspace.get_or_insert_default().members;
    // There is room for these two, and for what stands for all that come behind.
    match folder.filter(|_| members.len() + 3 <= MOST_PATTERNS).map(|folder| folder.trim_end_matches('/')) {
        Some(folder) => members.extend([folder.to_owned(), format!("{folder}/*")]),
        None if members.last().is_some_and(|last| last == EVERYTHING_BELOW) => {}
        None => members.push(EVERYTHING_BELOW.to_owned()),
    }
}

/// What follows the name of a method that a statement calls.
fn call<'s>(statement: &'s str, method: &str) -> Option<&'s str> {
    let rest = statement.strip_prefix(method)?;
    let ends_there =
        !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '?' | '!' | '.'));
    let is_assigned = rest.trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with('='));
    (ends_there && !is_assigned).then_some(rest)
}

fn opens_block(rest: &str) -> bool {
    rest.strip_suffix("do").is_some_and(|rest| rest.ends_with([' ', ')', '\t']))
}

/// What an option is given, from there to the end: `NAME: …`, `:NAME => …`.
fn option<'s>(arguments: &'s str, name: &str) -> Option<&'s str> {
    arguments.match_indices(name).find_map(|(at, _)| {
        let (before, after) = (&arguments[..at], &arguments[at + name.len()..]);
        if before.ends_with(':') {
            after.trim_start().strip_prefix("=>")
        } else {
            after.strip_prefix(':').filter(|_| before.ends_with([' ', ',', '(', '{', '\t']))
        }
    })
}

/// The text in quotes that some text begins with; nothing where it is computed.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start().trim_start_matches('(').trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (inside, _) = text[1..].split_once(quote)?;
    (!inside.contains(['#', '\\'])).then_some(inside)
}

/// The statements of a program: lines without their comments, those that ask for a gem with the lines on which they go on.
fn statements(text: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in without_blocks_of_comment(text) {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let is_next = call(line, "gem").is_some();
        match statements.last_mut().filter(|last| goes_on && !is_next && last.starts_with("gem")) {
            Some(statement) => {
                statement.push(' ');
                statement.push_str(line);
            }
            None => statements.push(line.to_owned()),
        }
        goes_on = line.ends_with([',', '(', '{', '[', '\\']);
    }
    statements
}

/// The lines of a program outside of `=begin` and `=end`, which stand at the very beginning of their lines, and before
/// `__END__`.
fn without_blocks_of_comment(text: &str) -> impl Iterator<Item = &str> {
    let begins_with = |line: &str, word: &str| {
        line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let mut is_comment = false;
    text.lines().take_while(|line| *line != "__END__").filter(move |line| {
        if is_comment {
            is_comment = !begins_with(line, "=end");
            return false;
        }
        is_comment = begins_with(line, "=begin");
        !is_comment
    })
}

/// A line up to the `#` that begins its comment, which stands outside of quotes.
fn without_comment(line: &str) -> &str {
    let begin = outside_of_quotes(line).find(|(_, byte)| *byte == b'#');
    begin.map_or(line, |(at, _)| &line[..at])
}

/// The bytes outside of quotes, with where they are.
fn outside_of_quotes(line: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut quote: Option<u8> = None;
    let mut is_escaped = false;
    line.bytes().enumerate().filter(move |(_, byte)| {
        let is_outside = quote.is_none();
        match quote {
            _ if is_escaped => is_escaped = false,
            Some(_) if *byte == b'\\' => is_escaped = true,
            Some(open) if *byte == open => quote = None,
            None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
            Some(_) | None => {}
        }
        is_outside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, asks: bool, folders: &[&str]) {
        let manifest = read(text);
        let told: Vec<&str> = manifest.specifications.iter().map(|it| it.folder.as_str()).collect();
        assert_eq!((manifest.asks, told.as_slice()), (asks, folders), "{text}");
    }

    #[test]
    fn gems_at_a_path_are_parts_of_the_repository() {
        check("source 'https://rubygems.org'\nruby '3.3'\n", false, &[]);
        check("gem 'a', path: 'a'\ngem \"b\", :path => \"../b\"\n", false, &["a", "../b"]);
        check("gem 'a', # ours\n    require: false,\n    path: 'a'\n", false, &["a"]);
        check("gem(\n  'a',\n  path: 'a'\n)\n", false, &["a"]);
        check("gem 'a', path: File.join('x', 'a')\n", false, &[]);
        check("=begin x\ngem 'rails'\n =end\ngem 'a'\n=end x\n__END__\ngem 'rails'\n", false, &[]);
        check("gem_group = 'gem a'\ngit_source(:gem) { |gem| \"https://gem #{gem}.git\" }\n", false, &[]);
        check("gemspec\n", false, &["."]);
        check("gemspec path: 'core'\n", false, &["core"]);
    }

    #[test]
    fn all_gems_of_a_block_of_path_are() {
        check("path 'parts' do\n  gem 'a'\n  group :test do\n    gem 'b'\n  end\nend\n", false, &["parts"]);
        check("path(\"parts\") do # ours\n  gem 'a'\nend\ngem 'c', path: 'c'\n", false, &["parts", "c"]);
    }

    #[test]
    fn folders_that_are_taken_in_are_members() {
        for (text, members) in [
            ("gem 'rails'\ngemspec\n", &[][..]),
            ("gem 'a', path: 'parts/a'\n", &["parts/a", "parts/a/*"][..]),
            ("path '../parts/' do\n  gem 'a'\nend\n", &["../parts", "../parts/*"][..]),
            ("gemspec path: 'core'\n", &["core", "core/*"][..]),
            ("eval_gemfile 'core/Gemfile'\n", &["core", "core/*"][..]),
            ("eval_gemfile(\"Gemfile.common\") if true\n", &[".", "./*"][..]),
            ("eval_gemfile File.join(__dir__, 'core/Gemfile')\n", &["**"][..]),
            ("gem 'a', path: \"#{parts}/a\"\n", &["**"][..]),
            ("Dir['parts/*'].each { |part| gem File.basename(part), path: part }\n", &["**"][..]),
            ("path 'a' do\n  own\nend\n", &["a", "a/*", "**"][..]),
        ] {
            let told = read(text).workspace.unwrap_or_default().members;
            assert_eq!(told, members, "{text}");
        }
        for computed in ["", "gem 'a', path: \"#{parts}/a\"\n"] {
            let one = |number: usize| format!("gem 'a', path: 'a{number}'\n{computed}");
            let told = read(&(0..1_000).map(one).collect::<String>()).workspace.unwrap_or_default().members;
            assert!((MOST_PATTERNS - 3..=MOST_PATTERNS).contains(&told.len()), "{}", told.len());
            assert_eq!(told.last().map(String::as_str), Some("**"));
        }
    }

    #[test]
    fn everything_else_asks() {
        for text in [
            "gem 'rails'",
            "gem('rails', '~> 7')",
            "gem 'rails' # path: 'x'",
            "gem 'rails', load_path: 'x'",
            "gem 'rails', git: 'https://h/rails.git'",
            "gem 'a', ENV['X'] ? { path: 'a' } : { git: 'https://h/a.git' }",
            "gem 'a', path: 'a'; gem 'rails'",
            "gemspec path: File.dirname(__FILE__)",
            "path 'a' do\n  gem 'b'\nend\ngem 'rails'",
            "path 'a' do\n  gem 'rails', source: 'https://h'\nend",
            "path 'a' do\n  if true\n    gem 'b'\n  end\nend\n",
            "path 'a' do\n  gem 'b'\n",
            "group :x do\n  gem 'rails'\nend",
            "group(:development) { gem \"rake\" }",
            "source \"https://h\" do gem \"x\" end",
            "%w[rails rack].each { |g| gem g }",
            "group(:x) { gem('rails') }",
            "if ENV['X'] then gem'rails' end",
            "eval File.read(\"Gemfile.common\")",
            "instance_eval(File.read('Gemfile.common'))",
            "load 'Gemfile.common'",
            "path 'a' do\n  load 'Gemfile.common'\nend",
            "File.exist?('x') && eval_gemfile('x')",
            "eval_gemfile 'Gemfile.common'",
            "eval_gemfile(File.join(__dir__, 'gems.rb')) if true",
            "=begin\n=end\ngem 'rails'",
            " =begin\ngem 'rails'\n =end",
        ] {
            assert!(read(text).asks, "{text}");
        }
    }

    #[test]
    fn a_specification_asks_with_any_kind_of_dependency() {
        let own = "Gem::Specification.new do |s|\n  s.name = 'own' # s.add_dependency 'x'\n  s.summary = \"a #{1}\"\n";
        assert!(!specification_asks(own));
        for line in [
            "  s.add_dependency 'rails'",
            "  s.add_runtime_dependency('rails', '>= 7')",
            "  s.add_development_dependency \"rspec\"",
            "  s.dependencies << Gem::Dependency.new('rails')",
            "  instance_eval File.read('common.rb')",
            "load 'common.rb'",
        ] {
            assert!(specification_asks(&format!("{own}{line}\nend\n")), "{line}");
        }
    }
}
