//! `Package.swift` (docs.swift.org, PackageDescription): whether it asks for packages that are no parts of the repository. It
//! is a program, which is not run: only `.package(…)` with a path is one of the repository.

use crate::ecosystems::program_text::{SWIFT, Token, arguments, tokens, within};
use crate::manifest::ProjectManifest;

/// How many tokens of a value are looked at; those of a package have some ten, and values may lie in one another.
const MOST_TOKENS: usize = 256;

/// Reads a manifest; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens: Vec<Token<'_>> = tokens(text, SWIFT).into_iter().filter(|token| *token != Token::Break).collect();
    let mut manifest = ProjectManifest::default();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        if let [Token::Sign('.'), Token::Word("package"), Token::Sign('('), ..] = rest {
            let (given, behind) = within(rest, 2);
            read_package(given, &mut manifest);
            at += behind;
        } else if let [Token::Sign('.'), Token::Word("init"), Token::Sign('('), ..] = rest {
            let near = rest.get(..MOST_TOKENS).unwrap_or(rest);
            manifest.asks |= is_from_repository(within(near, 2).0);
            at += 3;
        } else {
            at += 1;
        }
    }
    manifest
}

/// Whether a value that is made of these arguments is a package from a repository: `.init(url: "https://…", from: "1.0.0")`.
/// Binary targets, which have a checksum, and other values with an address are none.
fn is_from_repository(given: &[Token<'_>]) -> bool {
    let arguments = arguments(given);
    let has =
        |label: &str| arguments.iter().any(|argument| argument.starts_with(&[Token::Word(label), Token::Sign(':')]));
    let is_versioned = ["from", "exact", "branch", "revision"].into_iter().any(has)
        || arguments.iter().any(|argument| matches!(argument, [Token::Text(_) | Token::Sign('.'), ..]));
    has("url") && is_versioned && !has("checksum")
}

/// Reads what `.package` is given; the products that targets take from packages (`package: "x"`) are none.
fn read_package(given: &[Token<'_>], manifest: &mut ProjectManifest) {
    let path = arguments(given).into_iter().find_map(|argument| match argument {
        [Token::Word("path"), Token::Sign(':'), path @ ..] => Some(path),
        _ => None,
    });
    match path {
        Some([Token::Text(folder)]) if !folder.contains("\\(") => manifest.folders.push((*folder).to_owned()),
        // A path that is computed.
        Some(_) => {}
        None => manifest.asks = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dependencies: &str, asks: bool, folders: &[&str]) {
        let text = format!(
            "// swift-tools-version:5.9\nimport PackageDescription\nlet package = Package(\n  name: \"App\",\n  \
             dependencies: [\n{dependencies}\n  ],\n  targets: [\n    .target(name: \"App\", dependencies: [\n      \
             .product(name: \"NIO\", package: \"swift-nio\"),\n    ]),\n    \
             .binaryTarget(name: \"B\", url: \"https://h/b.zip\", checksum: \"00\"),\n  ]\n)\n"
        );
        let manifest = read(Some(&text));
        assert_eq!(manifest.asks, asks, "{text}");
        assert_eq!(manifest.folders, folders, "{text}");
    }

    #[test]
    fn packages_ask_unless_they_have_a_path() {
        check("    .package(url: \"https://github.com/apple/swift-nio.git\", from: \"2.0.0\"),", true, &[]);
        check("    .package(name: \"NIO\",\n      url: address, .upToNextMajor(from: \"2.0.0\"))", true, &[]);
        check("    .package(id: \"mona.LinkedList\", exact: \"1.0.0\")", true, &[]);
        check(
            "    Package.Dependency.package(path: \"../Core\"), .package(url: a, from: \"1.0.0\")",
            true,
            &["../Core"],
        );
        check("    .init(url: \"https://h/a\", from: \"1.0.0\"),", true, &[]);
        check("    Package.Dependency.init(name: \"A\", url: \"https://h/a\", .branch(\"main\")),", true, &[]);
        check("    .init(url: \"https://h/a\", \"1.0.0\"..<\"2.0.0\"),", true, &[]);
        check("    .init(url: \"https://h/a.zip\", checksum: \"00\"), .init(name: \"A\")", false, &[]);
        check("    .package(name: \"Core\", path: \"../Core\"),", false, &["../Core"]);
        check("    .package(path: root + \"/Core\")", false, &[]);
        check("    // .package(url: \"https://h/a\", from: \"1.0.0\")", false, &[]);
        check("", false, &[]);
        assert!(read(None).asks);
    }
}
