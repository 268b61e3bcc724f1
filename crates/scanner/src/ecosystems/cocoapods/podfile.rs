//! `Podfile` (guides.cocoapods.org, Podfile Syntax Reference): whether it asks for pods that are no parts of the repository.
//! It is a Ruby program, which is not run: a pod is one of the repository where its statement plainly has a path.

use std::collections::BTreeSet;

use crate::ecosystems::program_text::{RUBY, Token, end_of_statement, tokens};
use crate::manifest::ProjectManifest;

/// Methods of other tools that ask for pods from outside: those of React Native and Expo bring their own third-party code.
const OF_OTHER_TOOLS: &[&str] = &["podspec", "use_expo_modules", "use_native_modules", "use_react_native"];

/// Options that say where the code of a pod comes from, whatever a path says of it.
const OUTSIDE: &[&str] = &["git", "http", "podspec", "source", "svn", "hg"];

/// Methods that run another program, which is not followed.
const RUNNING: &[&str] = &["class_eval", "eval", "instance_eval", "load"];

/// Methods that take in another program, which may have methods that ask.
const REQUIRING: &[&str] = &["require", "require_relative"];

/// Methods that call the one they are given the name of.
const CALLING: &[&str] = &["__send__", "method", "public_send", "send"];

/// Reads a Podfile; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens = tokens(text, RUBY);
    let mut manifest = ProjectManifest::default();
    let takes_in = tokens.iter().any(|token| matches!(token, Token::Word(word) if REQUIRING.contains(word)));
    let own: BTreeSet<&str> = tokens.windows(2).filter_map(name_of_method).collect();
    for (place, token) in tokens.iter().enumerate() {
        let Token::Word(method) = token else { continue };
        let before = tokens.get(..place).unwrap_or_default();
        let behind = tokens.get(place + 1..).unwrap_or_default();
        if *method == "pod" && is_given_to_another(before) {
            manifest.asks = true;
        }
        if is_no_call(before, behind) {
            continue;
        }
        if *method == "pod" {
            let end = end_of_statement(&tokens, place + 1);
            read_pod(tokens.get(place + 1..end).unwrap_or_default(), &mut manifest);
        } else if OF_OTHER_TOOLS.contains(method)
            || RUNNING.contains(method) && is_given_something(behind)
            || takes_in && !own.contains(method) && asks_by_name(method, before, behind)
        {
            manifest.asks = true;
        }
    }
    manifest
}

/// The name of a method that the program has itself.
fn name_of_method<'t>(pair: &[Token<'t>]) -> Option<&'t str> {
    match pair {
        [Token::Word("def"), Token::Word(name)] => Some(*name),
        _ => None,
    }
}

/// Whether a method has arguments, as far as the first piece behind its name tells.
fn is_given_something(behind: &[Token<'_>]) -> bool {
    matches!(behind.first(), Some(Token::Word(_) | Token::Text(_) | Token::Sign('(')))
        && behind.first() != Some(&Token::Word("do"))
}

/// Whether what stands before and behind a word makes something else of it than the call of a method of the program: one of
/// something else, the name of a method or of what a block is given.
fn is_no_call(before: &[Token<'_>], behind: &[Token<'_>]) -> bool {
    match before.last() {
        Some(Token::Sign('.' | ':' | '@') | Token::Word("def")) => true,
        // `|pod|` is a name, and `|name| pod name` a call.
        Some(Token::Sign('|')) => matches!(behind.first(), Some(Token::Sign('|' | ','))),
        _ => false,
    }
}

/// Whether a word is the name of a method that another one calls: `each(&method(:pod))`, `send :pod, 'A'`.
fn is_given_to_another(before: &[Token<'_>]) -> bool {
    let calling = match before {
        [.., calling, Token::Sign('('), Token::Sign(':')] | [.., calling, Token::Sign(':')] => calling,
        _ => return false,
    };
    matches!(calling, Token::Word(word) if CALLING.contains(word))
}

/// Whether a statement is the call of a method that by its name asks for pods. Those of Flutter take them from folders.
fn asks_by_name(method: &str, before: &[Token<'_>], behind: &[Token<'_>]) -> bool {
    let begins = matches!(before.last(), None | Some(Token::Break | Token::Sign(';') | Token::Word("do" | "then")));
    let ends = matches!(behind.first(), None | Some(Token::Break | Token::Sign(';' | '(') | Token::Word("end" | "if")));
    begins && ends && method.to_ascii_lowercase().ends_with("pods") && !method.starts_with("flutter_")
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
            "%w[A B].each { |name| pod name }",
            "pods = ['A', 'B']\npods.each do |name| pod name, '~> 1' end",
            "PODS.each { |name, version|\n  pod name, version\n}",
            "['A'].each(&method(:pod))",
            "send :pod, 'A'",
            "def shared_pods\n  pod 'A'\nend\ntarget 'App' do\n  shared_pods\nend",
            "eval File.read('../Podfile.common')",
            "text = <<~TEXT\n  own\nTEXT\npod 'A'",
            "instance_eval(File.read('Podfile.common'))",
            "load 'common.rb'",
            "require_relative 'common'\ntarget 'App' do\n  shared_pods\nend",
            "require './common.rb'\ntarget('App') { |x|\n  ownPods(x)\n}",
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
        check("require_relative 'podhelper'\nflutter_install_all_ios_pods\nuse_frameworks!\n", false, &[]);
        check("require 'json'\ndef own_pods\nend\ntarget 'App' do\n own_pods\nend\nx.all_pods\n", false, &[]);
        check("=begin\npod 'A'\n=end\nputs <<~TEXT\n  pod 'A'\n  TEXT\n", false, &[]);
        check("eval = 1\nloads\ntarget 'App' do\n  all_pods\nend", false, &[]);
        check("['A'].each { |pod, x| puts pod }\nlist.each { |pod| puts pod }", false, &[]);
        check("installer.pods.each do |pod|\n  pod.name\nend\ndef pod(name)\nend\nx.pod 'A'", false, &[]);
    }
}
