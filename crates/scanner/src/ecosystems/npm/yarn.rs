//! `yarn.lock`: classic (version 1) and berry (yarn 2 and later, which begins with `__metadata:`).
//!
//! Both list blocks: a line of the specifiers that the block answers (`a@^1, a@^1.2`), then indented fields. Classic
//! writes `version "1.0.0"`, berry `version: 1.0.0` and a `resolution` that names package, protocol and version.

use std::collections::HashMap;

use model::LockTool;

use super::{NPM, split_name};
use crate::damage::UnreadLines;
use crate::ecosystems::format_version::tell_unless_known;
use crate::ecosystems::locked_packages::{LockedPackages, is_word};
use crate::found::{Found, Mark};
use crate::wanted_file::ReadFileError;

/// One block of the file.
#[derive(Default)]
struct Block<'a> {
    line: usize,
    heading: &'a str,
    specifiers: Vec<&'a str>,
    version: &'a str,
    resolution: &'a str,
    is_resolved: bool,
    dependencies: Vec<(&'a str, &'a str)>,
}

/// The newest version of berry's format that is read: yarn 4 writes 8, and files of 9 have the same blocks.
const NEWEST_BERRY: u64 = 9;

/// Reads a lock file of either kind.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut unread = UnreadLines::default();
    let blocks = blocks(text, &mut unread);
    let has_any = blocks.iter().any(|block| !block.version.is_empty());
    if !has_any && text.lines().any(|line| !line.is_empty() && !line.starts_with('#')) {
        return Err(ReadFileError::malformed("yarn.lock", "it has no entries"));
    }
    tell_unless_known(berry_version(text), "__metadata version", NEWEST_BERRY, found);
    let mut locked = LockedPackages::new(NPM);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut place_of_block = Vec::with_capacity(blocks.len());
    for block in &blocks {
        let identity = identity(block);
        let place = identity.and_then(|(name, version)| locked.add(name, version, false));
        if is_unread(block, identity) {
            unread.note(block.line, block.heading);
        }
        place_of_block.push(place);
        if let Some(place) = place {
            places.extend(block.specifiers.iter().map(|&specifier| (specifier, place)));
        }
    }
    let mut direct = Vec::new();
    let mut has_workspace = false;
    for (block, place) in blocks.iter().zip(place_of_block) {
        let is_workspace = block.resolution.contains("@workspace:");
        has_workspace |= is_workspace;
        for (name, range) in &block.dependencies {
            // Berry up to version 3 leaves the default protocol out of a range but not out of a specifier.
            let on = [format!("{name}@{range}"), format!("{name}@npm:{range}")]
                .iter()
                .find_map(|specifier| places.get(specifier.as_str()).copied());
            match (place, on) {
                (Some(from), Some(on)) => locked.depends(from, on),
                (None, Some(on)) if is_workspace => direct.push(on),
                _ => {}
            }
        }
    }
    if has_workspace {
        locked.set_direct_only(&direct);
    }
    locked.hand_over(found);
    unread.hand_over("", found);
    if text.lines().any(|line| line.starts_with("__metadata:")) {
        found.mark = Some(Mark::Lock(LockTool::YarnBerry));
    }
    Ok(())
}

/// The version of its format that berry states; empty for classic.
fn berry_version(text: &str) -> &str {
    let behind = text.lines().skip_while(|line| !line.starts_with("__metadata:")).skip(1);
    let mut fields = behind.take_while(|line| line.starts_with(' ')).filter_map(|line| field(line.trim_start()));
    fields.find(|(key, _)| *key == "version").map_or("", |(_, version)| version)
}

/// Whether nobody can tell of which package a block is, or in which version. What is no package of a registry has no identity;
/// whatever has one has a name and a version that can be some.
fn is_unread(block: &Block<'_>, identity: Option<(&str, &str)>) -> bool {
    match identity {
        Some((name, version)) => !is_word(name) || !is_word(version),
        None if block.resolution.is_empty() => block.version.is_empty(),
        None => false,
    }
}

fn blocks<'a>(text: &'a str, unread: &mut UnreadLines) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    let mut is_in_dependencies = false;
    let mut is_in_block = false;
    for (number, line) in (1..).zip(text.lines()) {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if indent == 0 {
            if content == ":" {
                // Behind a key so long that it was written as `? key`.
                continue;
            }
            // A key so long that it was written as `? key` ends without its colon.
            let is_heading = content.ends_with(':') || content.starts_with("? ");
            is_in_block = is_heading && !content.starts_with("__metadata");
            is_in_dependencies = false;
            if is_in_block {
                let specifiers = specifiers(content);
                blocks.push(Block { line: number, heading: content, specifiers, ..Block::default() });
            } else if !is_heading {
                unread.note(number, line);
            }
            continue;
        }
        let Some(block) = blocks.last_mut().filter(|_| is_in_block) else { continue };
        let Some((key, value)) = field(content) else {
            unread.note(number, line);
            continue;
        };
        if indent <= 2 {
            is_in_dependencies = matches!(key, "dependencies" | "optionalDependencies");
            match key {
                "version" => block.version = value,
                "resolution" => block.resolution = value,
                "resolved" => block.is_resolved = true,
                _ => {}
            }
        } else if is_in_dependencies {
            block.dependencies.push((key, value));
        }
    }
    blocks
}

/// The specifiers of a block's first line; classic quotes each of them where needed, berry the line as a whole.
fn specifiers(line: &str) -> Vec<&str> {
    let line = line.strip_prefix("? ").unwrap_or(line);
    let line = line.strip_suffix(':').unwrap_or(line);
    line.split(", ").map(|specifier| specifier.trim_matches('"')).collect()
}

/// Splits `key value`, `"key" "value"`, `key: value` and `"key": "value"`.
fn field(content: &str) -> Option<(&str, &str)> {
    let (key, rest) = match content.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => content.split_at(content.find([' ', ':'])?),
    };
    Some((key, rest.strip_prefix(':').unwrap_or(rest).trim().trim_matches('"')))
}

/// The name and the version of a block's package; `None` for workspaces, links and folders.
fn identity<'a>(block: &Block<'a>) -> Option<(&'a str, &'a str)> {
    if !block.resolution.is_empty() {
        let (name, reference) = split_name(block.resolution)?;
        let (protocol, _) = reference.split_once(':').unwrap_or((reference, ""));
        return match protocol {
            "workspace" | "link" | "portal" | "file" => None,
            _ => Some((name, block.version)),
        };
    }
    let (name, range) = split_name(block.specifiers.first()?)?;
    if range.starts_with("link:") || range.starts_with("file:") && !block.is_resolved {
        return None;
    }
    // `alias@npm:name@range`
    let target = range.strip_prefix("npm:").and_then(split_name);
    Some((target.map_or(name, |(name, _)| name), block.version))
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::npm::Npm;

    fn check(text: &str, expected: &[&str]) {
        let found = read(&Npm, "app/yarn.lock", text.as_bytes());
        assert_eq!(listing(&found), expected.join("\n"));
    }

    #[test]
    fn classic_blocks_answer_several_ranges() {
        let text = r##"# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@babel/code-frame@^7.0.0", "@babel/code-frame@^7.8.3":
  version "7.8.3"
  resolved "https://registry.yarnpkg.com/@babel/code-frame/-/code-frame-7.8.3.tgz#33e25903d7481181534e12ec0a25f16b6fcf419e"
  integrity sha512-x
  dependencies:
    "@babel/highlight" "^7.8.3"
    js-tokens "^3.0.0 || ^4.0.0"

"@babel/highlight@^7.8.3":
  version "7.8.3"
  resolved "https://registry.yarnpkg.com/@babel/highlight/-/highlight-7.8.3.tgz#4e"

"js-tokens@^3.0.0 || ^4.0.0":
  version "4.0.0"

"alias@npm:lodash@^4.17.0":
  version "4.17.21"
  optionalDependencies:
    "@babel/highlight" "^7.8.3"

"local@file:../local":
  version "0.0.0"

"archive@file:archive.tgz":
  version "1.0.0"
  resolved "file:archive.tgz#012345"
"##;
        check(
            text,
            &[
                "npm @babel/code-frame 7.8.3 -> @babel/highlight, js-tokens",
                "npm @babel/highlight 7.8.3",
                "npm js-tokens 4.0.0",
                "npm lodash 4.17.21 -> @babel/highlight",
                "npm archive 1.0.0",
            ],
        );
    }

    #[test]
    fn berry_names_packages_by_their_resolution() {
        let text = r#"# This file is generated by running "yarn install" inside your project.
# Manual changes might be lost - proceed with caution!

__metadata:
  version: 8
  cacheKey: 10c0

"@types/node@npm:*, @types/node@npm:^18":
  version: 18.0.0
  resolution: "@types/node@npm:18.0.0"
  checksum: 10c0/0123
  languageName: node
  linkType: hard

"alias@npm:lodash@^4":
  version: 4.17.21
  resolution: "lodash@npm:4.17.21"
  dependencies:
    "@types/node": "npm:*"
  peerDependencies:
    typescript: "*"
  peerDependenciesMeta:
    typescript:
      optional: true
  languageName: node
  linkType: hard

"typescript@npm:^4.0.0":
  version: 4.9.5
  resolution: "typescript@npm:4.9.5"
  bin:
    tsc: bin/tsc
  languageName: node
  linkType: hard

"typescript@patch:typescript@npm%3A^4.0.0#optional!builtin<compat/typescript>":
  version: 4.9.5
  resolution: "typescript@patch:typescript@npm%3A4.9.5#optional!builtin<compat/typescript>::version=4.9.5&hash=289587"
  languageName: node
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    alias: "npm:lodash@^4"
    typescript: ^4.0.0
  languageName: unknown
  linkType: soft

"linked@portal:../linked::locator=app%40workspace%3A.":
  version: 0.0.0-use.local
  resolution: "linked@portal:../linked::locator=app%40workspace%3A."
  languageName: node
  linkType: soft
"#;
        check(
            text,
            &[
                "npm @types/node 18.0.0 indirect",
                "npm lodash 4.17.21 direct -> @types/node",
                "npm typescript 4.9.5 direct",
            ],
        );
    }

    #[test]
    fn a_block_whose_name_cannot_be_one_is_a_gap() {
        let text = "a@^1.0.0:\n  version \"1.0.0\"\n\na b@1:\n  version \"1.2.3\"\n\n\"c d@npm:1\":\n  version: 1.0.0\n  \
                    resolution: \"c d@npm:1.0.0\"\n\n\"own@workspace:.\":\n  version: 0.0.0-use.local\n  \
                    resolution: \"own@workspace:.\"\n";
        let found = read(&Npm, "yarn.lock", text.as_bytes());
        assert_eq!(listing(&found), "npm a 1.0.0 indirect");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, ["2 of its lines cannot be read; the first is line 4: `a b@1:`"]);
    }

    #[test]
    fn text_that_is_no_lock_file_is_an_error_and_an_empty_one_is_not() {
        check("# yarn lockfile v1\n\n\n", &[]);
        assert!(try_read(&Npm, "yarn.lock", b"  version \"1\"\n").is_err());
        for odd in ["\"", "a@1:\n  \"\n", "a@1:\n  version\n", "?\n:\n", "@:\n  version 1\n", "é@é:\n  é é\n"] {
            let _ = try_read(&Npm, "yarn.lock", odd.as_bytes());
        }
    }
}
