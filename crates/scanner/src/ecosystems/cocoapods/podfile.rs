//! `Podfile` (guides.cocoapods.org, Podfile Syntax Reference): whether it asks for pods that are no parts of the repository.
//! It is a Ruby program, which is not run: a pod is one of the repository where its statement plainly has a path.

use crate::ecosystems::program_text::{RUBY, Token, end_of_statement, tokens};
use crate::manifest::ProjectManifest;

/// Methods of other tools that ask for pods from outside: those of React Native and Expo bring their own third-party code.
const OF_OTHER_TOOLS: &[&str] = &["podspec", "use_expo_modules", "use_native_modules", "use_react_native"];

/// Options that say where the code of a pod comes from, whatever a path says of it.
const OUTSIDE: &[&str] = &["git", "http", "podspec", "source", "svn", "hg"];

/// Reads a Podfile; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens = tokens(text, RUBY);
    let mut manifest = ProjectManifest::default();
    for (place, token) in tokens.iter().enumerate() {
        let Token::Word(method) = token else { continue };
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        if matches!(before, Some(Token::Sign('.' | ':' | '|' | '@') | Token::Word("def"))) {
            continue;
        }
        if *method == "pod" {
            let end = end_of_statement(&tokens, place + 1);
            read_pod(tokens.get(place + 1..end).unwrap_or_default(), &mut manifest);
        } else if OF_OTHER_TOOLS.contains(method) {
            manifest.asks = true;
        }
    }
    manifest
}

/// Reads the arguments of `pod`.
fn read_pod(arguments: &[Token<'_>], manifest: &mut ProjectManifest) {
    let arguments = match arguments {
        [Token::Sign('('), inside @ ..] => inside,
        arguments => arguments,
    };
    let name = match arguments {
        [Token::Text(name), ..] => *name,
        // It is computed.
        [Token::Word(_), ..] => {
            manifest.asks = true;
            return;
        }
        _ => return,
    };
    let is_outside = OUTSIDE.iter().any(|key| option(arguments, key).is_some());
    match option(arguments, "path") {
        Some(_) if is_outside => manifest.asks = true,
        Some([Token::Text(folder), ..]) if !folder.contains("#{") => {
            // Subspecs (`Own/Part`) stand in the specification of their pod.
            manifest.leave_open(name.split('/').next().unwrap_or(name), folder);
        }
        // A path that is computed.
        Some(_) => {}
        None => manifest.asks = true,
    }
}

/// What an option is given, from there to the end: `NAME: …`, `:NAME => …`.
fn option<'p, 't>(arguments: &'p [Token<'t>], name: &str) -> Option<&'p [Token<'t>]> {
    let place = arguments.iter().position(|token| *token == Token::Word(name))?;
    match arguments.get(place + 1..)? {
        [Token::Sign(':'), value @ ..] => Some(value),
        [Token::Sign('='), Token::Sign('>'), value @ ..] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, asks: bool, parts: &[(&str, &str)]) {
        let manifest = read(Some(text));
        let told: Vec<(&str, &str)> =
            manifest.open.iter().map(|wish| (wish.name.as_str(), wish.range.as_str())).collect();
        assert_eq!((manifest.asks, told.as_slice()), (asks, parts), "{text}");
    }

    #[test]
    fn pods_from_outside_ask() {
        for text in [
            "pod 'Alamofire', '~> 5.0'",
            "target 'App' do\n  use_frameworks!\n  pod \"Alamofire\"\nend",
            "pod('Alamofire')",
            "pod 'Alamofire', # path: 'x'\n  :configurations => ['Debug']",
            "pod 'A', :git => 'https://h/a.git', :tag => '1'",
            "pod 'A', :podspec => '../A.podspec'",
            "pod name, version",
            "def shared\n  pod 'A'\nend",
            "if x then pod 'A' end",
            "use_react_native!(:path => config[:reactNativePath])",
        ] {
            check(text, true, &[]);
        }
        assert!(read(None).asks);
    }

    #[test]
    fn pods_at_a_path_are_parts_of_the_repository() {
        check("pod 'Own', :path => '../own'", false, &[("Own", "../own")]);
        check("pod 'Own/Part', path: \"own\", :inhibit_warnings => true", false, &[("Own", "own")]);
        check("pod 'Own', :path => File.join(root, 'own')\n", false, &[]);
        check("platform :ios, '15.0'\n# pod 'A'\ntarget 'App' do\n  flutter_install_all_ios_pods x\nend", false, &[]);
        check("installer.pods.each do |pod|\n  pod.name\nend\ndef pod(name)\nend\nx.pod 'A'", false, &[]);
    }
}
