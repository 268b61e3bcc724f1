//! Ruby: gems installed (`specifications/*.gemspec`) and locked by Bundler (`Gemfile.lock`, `gems.locked`, and what goes by
//! the name of another Gemfile: `Gemfile.next.lock`, `gemfiles/rails7.gemfile.lock`). Of a `Gemfile`, a `gems.rb` and the
//! specifications of a project's own gems it is only seen whether they ask for gems (`ruby/gemfile.rs`).
//!
//! A gemspec is a Ruby program; RubyGems writes the installed ones in one fixed shape with a stub line, which is read
//! as text. In a lock file, four spaces begin a gem and six a dependency of it; gems of `PATH` sections are the project
//! itself and no packages, but what they need counts as direct.

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;

use crate::damage::UnreadLines;
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage, Mark};
use crate::locked::is_in_dependency_folder;
use crate::manifest::ProjectManifest;
use crate::needs::Needs;
use crate::wanted_file::{ReadFileError, WantedFile};

mod gemfile;

/// RubyGems and Bundler.
pub(crate) struct Ruby;

impl Ecosystem for Ruby {
    fn name(&self) -> &'static str {
        "ruby"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("Gemfile"),
            Want::Name("gems.rb"),
            Want::Name("Gemfile.lock"),
            Want::Name("gems.locked"),
            Want::Around("Gemfile-", ".lock"),
            Want::Around("Gemfile.", ".lock"),
            Want::Around("Gemfile_", ".lock"),
            Want::Around("", ".Gemfile.lock"),
            Want::Around("", ".gemfile.lock"),
            Want::SuffixInFolder("specifications", ".gemspec"),
            Want::SuffixInFolder("specifications/default", ".gemspec"),
            Want::OwnSuffix(".gemspec"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if matches!(path.file_name(), "Gemfile" | "gems.rb") {
            if !is_in_dependency_folder(path.as_str()) {
                found.mark = gemfile::read(&file.text()?).into_mark();
            }
            return Ok(());
        }
        if !path.file_name().ends_with(".gemspec") {
            return read_lock(&file.text()?, found);
        }
        let folder = path.parent();
        let is_installed = folder.ends_with("specifications") || folder.ends_with("specifications/default");
        if is_installed {
            let stem = path.file_name().trim_end_matches(".gemspec");
            let package = read_gemspec(stem, &file.text()?).ok_or_else(|| {
                ReadFileError::malformed("gem specification", "neither it nor its name tell a version")
            })?;
            found.packages.push(package);
        } else if !is_in_dependency_folder(path.as_str()) {
            // It lists no package, so that one which cannot be read is no gap of its own. That it asks for nothing counts too.
            let asks = file.text().map_or(true, |text| gemfile::specification_asks(&text));
            found.mark = Some(Mark::Manifest(Box::new(ProjectManifest::that_asks(asks))));
        }
        Ok(())
    }
}

/// The sections of a lock file that list something of use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Gem,
    Git,
    Path,
    Dependencies,
    Other,
}

/// The other sections that Bundler writes.
const OTHER_SECTIONS: &[&str] = &["PLUGIN SOURCE", "PLATFORMS", "RUBY VERSION", "CHECKSUMS", "BUNDLED WITH"];

fn read_lock(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let malformed = |reason| ReadFileError::malformed("lock file of Bundler", reason);
    let mut section = Section::Other;
    let mut is_lock = false;
    let mut remote = "";
    let mut revision = "";
    let mut places: BTreeMap<&str, u32> = BTreeMap::new();
    let mut needs: Vec<(u32, &str)> = Vec::new();
    let mut direct: BTreeSet<&str> = BTreeSet::new();
    let mut current: Option<u32> = None;
    let mut unread = UnreadLines::default();
    for (number, line) in (1..).zip(text.lines()) {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if content.is_empty() {
            continue;
        }
        if content.starts_with(char::is_whitespace) {
            // Bundler itself takes blanks alone for an indent.
            if section != Section::Other {
                unread.note(number, line);
            }
            continue;
        }
        match indent {
            0 => {
                (remote, revision, current) = ("", "", None);
                section = match content {
                    "GEM" => Section::Gem,
                    "GIT" => Section::Git,
                    "PATH" => Section::Path,
                    "DEPENDENCIES" => Section::Dependencies,
                    _ => {
                        if !OTHER_SECTIONS.contains(&content) {
                            unread.note(number, line);
                        }
                        Section::Other
                    }
                };
                is_lock |= section != Section::Other;
            }
            2 if section == Section::Dependencies => {
                direct.insert(content.split([' ', '!']).next().unwrap_or(content));
            }
            2 => match content.split_once(": ") {
                Some(("remote", value)) => remote = value,
                Some(("revision", value)) => revision = value,
                _ => {}
            },
            4 if section == Section::Gem || section == Section::Git => {
                current = None;
                let Some((name, version)) = content.strip_suffix(')').and_then(|content| content.split_once(" ("))
                else {
                    unread.note(number, line);
                    continue;
                };
                // A platform follows the first dash; versions of gems have none.
                let (version, platform) = version.split_once('-').unwrap_or((version, ""));
                if name.is_empty() || version.is_empty() {
                    unread.note(number, line);
                    continue;
                }
                if let Some(&place) = places.get(name)
                    && let Some(package) = found.packages.get_mut(place as usize)
                    && package.version == version
                {
                    // The same gem for several platforms is one package of no platform in particular.
                    package.qualifiers.retain(|(key, _)| key != "platform");
                    current = Some(place);
                    continue;
                }
                let place = found.packages.len() as u32;
                let mut package = FoundPackage::new(Kind::Gem, Evidence::Locked, name, version);
                if !platform.is_empty() {
                    package.qualifiers.push(("platform".to_owned(), platform.to_owned()));
                }
                if section == Section::Git && !remote.is_empty() {
                    package.qualifiers.push(("vcs_url".to_owned(), format!("git+{remote}@{revision}")));
                }
                found.packages.push(package);
                places.insert(name, place);
                current = Some(place);
            }
            6 => {
                let name = content.split(' ').next().unwrap_or(content);
                match current {
                    Some(place) => needs.push((place, name)),
                    None if section == Section::Path => {
                        direct.insert(name);
                    }
                    None => {}
                }
            }
            // Gems of the project itself.
            4 if section == Section::Path => {}
            _ if section != Section::Other => unread.note(number, line),
            _ => {}
        }
    }
    if !is_lock && !text.trim().is_empty() {
        return Err(malformed("it has none of its sections"));
    }
    unread.hand_over("", found);
    for (place, name) in needs {
        if let (Some(&needed), Some(package)) = (places.get(name), found.packages.get_mut(place as usize)) {
            package.dependencies.push(needed);
        }
    }
    for package in &mut found.packages {
        package.dependencies.sort_unstable();
        package.dependencies.dedup();
        package.direct = Some(direct.contains(package.name.as_str()));
    }
    Ok(())
}

/// Reads an installed specification; `stem` is its file name without the suffix, `name-version[-platform]`.
fn read_gemspec(stem: &str, text: &str) -> Option<FoundPackage> {
    let stub = text.lines().take(5).find_map(|line| line.strip_prefix("# stub: "));
    let mut words = stub.unwrap_or_default().split(' ');
    let mut name = words.next().filter(|word| !word.is_empty()).map(str::to_owned);
    let mut version = words.next().map(str::to_owned);
    let mut platform = words.next().filter(|_| version.is_some()).map(str::to_owned);
    let mut licenses = Vec::new();
    let mut needs = Needs::default();
    for line in text.lines() {
        if let Some(need) = need(line) {
            needs.add(&need);
        }
        let Some((key, value)) = assignment(line) else { continue };
        let first = || strings(value).into_iter().next();
        match key {
            "name" => name = name.or_else(first),
            "version" => version = version.or_else(first),
            "platform" => platform = platform.or_else(first),
            "license" | "licenses" => licenses = strings(value),
            _ => {}
        }
    }
    // A version that another file computes is still in the file's name.
    let (name, version) = match (name, version) {
        (Some(name), Some(version)) => (name, version),
        (name, _) => {
            let (before, after) = match &name {
                Some(name) => (name.as_str(), stem.strip_prefix(name.as_str())?.strip_prefix('-')?),
                None => stem.rsplit_once('-')?,
            };
            let version =
                after.split('-').next().filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))?;
            (before.to_owned(), version.to_owned())
        }
    };
    if name.is_empty() || version.is_empty() {
        return None;
    }
    let mut package = FoundPackage::new(Kind::Gem, Evidence::Installed, name, version);
    licenses.sort();
    licenses.dedup();
    package.licenses = licenses;
    package.needs = needs;
    if let Some(platform) = platform.filter(|platform| platform != "ruby") {
        package.qualifiers.push(("platform".to_owned(), platform));
    }
    Some(package)
}

/// The gem that a line asks for at run time, with its requirement: `s.add_dependency(%q<racc>, ["~> 1.4"])` and the older
/// `add_runtime_dependency` are `racc ~> 1.4`. What serves development is not installed with a gem.
fn need(line: &str) -> Option<String> {
    let (_, call) = line.trim_start().split_once('.')?;
    let arguments = call.strip_prefix("add_runtime_dependency").or_else(|| call.strip_prefix("add_dependency"))?;
    let words = strings(arguments);
    let (name, requirement) = words.split_first()?;
    let is_name = !name.is_empty() && !name.contains([' ', ',']);
    is_name.then(|| if requirement.is_empty() { name.clone() } else { format!("{name} {}", requirement.join(", ")) })
}

/// `s.key = value`, whatever the variable is called.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (left, value) = line.trim_start().split_once('=')?;
    let (variable, key) = left.trim_end().split_once('.')?;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_word(variable) && is_word(key)).then_some((key, value))
}

/// The quoted strings in a piece of Ruby: `"a"`, `'a'`, `%q<a>`.
fn strings(mut value: &str) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(start) = value.find(['"', '\'', '<']) {
        let quote = value[start..].chars().next().unwrap_or('"');
        let rest = &value[start + 1..];
        let is_bare = quote == '<' && !value[..start].ends_with("%q") && !value[..start].ends_with("%Q");
        if is_bare {
            value = rest;
            continue;
        }
        let Some(end) = rest.find(if quote == '<' { '>' } else { quote }) else { break };
        all.push(rest[..end].to_owned());
        value = &rest[end + 1..];
    }
    all
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Ruby, path, text, expected);
    }

    #[test]
    fn lock_files_tell_direct_gems_platforms_and_relations() {
        check(
            "srv/Gemfile.lock",
            "GIT\n  remote: https://github.com/acme/tool.git\n  revision: 0123abc\n  specs:\n    tool (0.3.0)\n\n\
             PATH\n  remote: .\n  specs:\n    engine (0.1)\n      rack (>= 2)\n\n\
             GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.16.0-x86_64-linux)\n      racc (~> 1.4)\n\
             \x20   nokogiri (1.16.0-arm64-darwin)\n      racc (~> 1.4)\n    racc (1.7.3)\n    rack (3.0.0.beta1)\n    sqlite3 (1.6.0-x86_64-linux)\n\n\
             PLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  engine!\n  nokogiri (~> 1.16)\n  tool!\n\n\
             CHECKSUMS\n  rack (3.0.0) sha256=00\n\nBUNDLED WITH\n   2.5.3\n",
            &expect![[r#"
                locked gem tool 0.3.0 direct vcs_url=git+https://github.com/acme/tool.git@0123abc
                locked gem nokogiri 1.16.0 direct -> racc
                locked gem racc 1.7.3 indirect
                locked gem rack 3.0.0.beta1 direct
                locked gem sqlite3 1.6.0 indirect platform=x86_64-linux
            "#]],
        );
    }

    #[test]
    fn lock_files_go_by_the_names_of_other_gemfiles() {
        for path in ["Gemfile.next.lock", "gemfiles/rails_7.0.gemfile.lock", "app/gems.locked"] {
            check(
                path,
                "GEM\n  specs:\n    rack (2.0.1)\n\nDEPENDENCIES\n  rack\n",
                &expect![[r#"
                    locked gem rack 2.0.1 direct
                "#]],
            );
        }
        check(
            "gemfiles/x.gemfile.lock",
            "4711\n",
            &expect![[r#"
                gap gemfiles/x.gemfile.lock: it is no valid lock file of Bundler: it has none of its sections
            "#]],
        );
    }

    #[test]
    fn what_is_no_lock_file_is_said() {
        check(
            "Gemfile.lock",
            "<<<<<<< HEAD\nGEM\n",
            &expect![[r#"
                gap Gemfile.lock: it has the marks of an unfinished merge in line 1, so that what it asks for is undecided
            "#]],
        );
        check(
            "Gemfile.lock",
            "\u{1}\u{2}",
            &expect![[r#"
                gap Gemfile.lock: it is no valid lock file of Bundler: it has none of its sections
            "#]],
        );
        check("Gemfile.lock", "\n", &expect![[r#""#]]);
        check(
            "Gemfile.lock",
            "GEM\n\tremote: https://rubygems.org/\n\tspecs:\n\t\track (2.0.1)\n   rake (13.0.0)\n    json (2.6.1)\n\nPLATFORMS\n\truby\n\n\
             DEPENDENCIES\n\track\n  json\n\nBUNDLED WITH\n   2.5.3\n",
            &expect![[r#"
                locked gem json 2.6.1 direct
                gap : 5 of its lines cannot be read; the first is line 2: `remote: https://rubygems.org/`
            "#]],
        );
        check(
            "Gemfile.lock",
            "\tGEM\n\t\tspecs:\n",
            &expect![[r#"
                gap Gemfile.lock: it is no valid lock file of Bundler: it has none of its sections
            "#]],
        );
    }

    #[test]
    fn installed_specifications_are_read_by_stub_or_text() {
        check(
            "usr/local/bundle/specifications/nokogiri-1.16.0-x86_64-linux.gemspec",
            "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.16.0 x86_64-linux lib\n\nGem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  s.licenses = [\"MIT\".freeze]\nend\n",
            &expect![[r#"
                gem nokogiri 1.16.0 [MIT] platform=x86_64-linux
            "#]],
        );
        check(
            "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec",
            "Gem::Specification.new do |spec|\n  spec.name = %q<json>\n  spec.version = Foo::VERSION\n  spec.license = 'Ruby'\nend\n",
            &expect![[r#"
                gem json 2.6.1 [Ruby]
            "#]],
        );
        check(
            "specifications/rake-13.0.gemspec",
            "Gem::Specification.new do |s|\n  s.name = 'rake'\n  s.version = Gem::Version.new(\"13.0.6\")\nend\n",
            &expect![[r#"
                gem rake 13.0.6
            "#]],
        );
        check(
            "specifications/broken.gemspec",
            "",
            &expect![[r#"
                gap specifications/broken.gemspec: it is no valid gem specification: neither it nor its name tell a version
            "#]],
        );
        check("config/default/x-1.gemspec", "", &expect![[r#""#]]);
    }
}
