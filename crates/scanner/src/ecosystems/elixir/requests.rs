//! `mix.exs` (hexdocs.pm, Mix.Tasks.Deps) and `rebar.config` (rebar3.org, Dependencies): whether they ask for packages that are
//! no parts of the repository.
//!
//! A `mix.exs` is a program, which is not run. What stands in its lists of dependencies beside plain ones counts as asking.

use super::erlang;
use super::term::Term;
use crate::ecosystems::program_text::{ELIXIR, Token, tokens, within};
use crate::manifest::ProjectManifest;

/// What begins another definition of a module.
const DEFINITIONS: &[&str] = &["def", "defmacro", "defmodule", "defp"];

/// How many functions with lists of dependencies are followed in one file.
const MOST_FUNCTIONS: usize = 8;

/// Reads a `mix.exs`.
pub(super) fn read_mix(text: &str) -> ProjectManifest {
    let tokens = tokens(text, ELIXIR);
    let mut manifest = ProjectManifest::default();
    // The functions that list dependencies.
    let mut functions = vec!["deps"];
    // The attributes of the module that do.
    let mut attributes: Vec<&str> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if let (Token::Word("lockfile"), [Token::Sign(':'), Token::Text(lock), ..]) =
            (token, tokens.get(place + 1..).unwrap_or_default())
        {
            // That of an umbrella, as `mix new` writes it into a project below one: `../../mix.lock`.
            manifest.root = lock.strip_suffix("/mix.lock").map(str::to_owned);
        }
        if *token != Token::Word("deps") {
            continue;
        }
        match tokens.get(place + 1..).unwrap_or_default() {
            [Token::Sign(':'), Token::Sign('@'), Token::Word(attribute), ..] if !attributes.contains(attribute) => {
                // One project has one list.
                manifest.asks |= attributes.len() > MOST_FUNCTIONS;
                attributes.extend((attributes.len() <= MOST_FUNCTIONS).then_some(*attribute));
            }
            [Token::Sign(':'), Token::Sign('['), ..] => read_list(within(&tokens, place + 2).0, &mut manifest),
            [Token::Sign(':'), Token::Word(_), Token::Sign('.'), ..] => manifest.asks = true,
            [Token::Sign(':'), Token::Word(function), ..] if !functions.contains(function) => {
                // One project has one list.
                manifest.asks |= functions.len() > MOST_FUNCTIONS;
                functions.extend((functions.len() <= MOST_FUNCTIONS).then_some(*function));
            }
            _ => {}
        }
    }
    for (place, pair) in tokens.windows(2).enumerate() {
        if let [Token::Word("def" | "defp"), Token::Word(function)] = pair
            && functions.contains(function)
        {
            let behind = tokens.get(place + 2..).unwrap_or_default();
            let is_next = |token: &Token<'_>| match token {
                Token::Word(word) => DEFINITIONS.contains(word),
                token => *token == Token::Sign('@'),
            };
            let end = behind.iter().position(is_next).unwrap_or(behind.len());
            let body = &behind[..end];
            // Its parameters are no list.
            let begin = if body.first() == Some(&Token::Sign('(')) { within(body, 0).1 } else { 0 };
            read_list(body.get(begin..).unwrap_or_default(), &mut manifest);
        }
    }
    let mut end_of_list = 0;
    for (place, pair) in tokens.windows(2).enumerate() {
        if let [Token::Sign('@'), Token::Word(attribute)] = pair
            && place >= end_of_list
            && attributes.contains(attribute)
        {
            match tokens.get(place + 2) {
                Some(Token::Sign('[')) => {
                    let (list, behind) = within(&tokens, place + 2);
                    read_list(list, &mut manifest);
                    end_of_list = behind;
                }
                // It is computed; what else stands behind one uses it.
                Some(Token::Word(word)) => manifest.asks |= !matches!(*word, "do" | "end"),
                _ => {}
            }
        }
    }
    manifest
}

/// Reads a list of dependencies, with what may stand around it.
fn read_list(tokens: &[Token<'_>], manifest: &mut ProjectManifest) {
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        match rest {
            [Token::Sign('{'), Token::Sign(':'), Token::Word(_) | Token::Text(_), Token::Sign(','), ..] => {
                let (dependency, behind) = within(rest, 0);
                read_dependency(dependency, manifest);
                at += behind;
            }
            [Token::Break | Token::Word("do" | "end") | Token::Sign('[' | ']' | ',' | ':' | '+' | '(' | ')'), ..] => {
                at += 1
            }
            _ => {
                manifest.asks = true;
                return;
            }
        }
    }
}

/// Reads one dependency: `:name, "~> 1.0", only: :test`.
fn read_dependency(dependency: &[Token<'_>], manifest: &mut ProjectManifest) {
    let option = |name: &str| {
        let place = dependency.windows(2).position(|pair| *pair == [Token::Word(name), Token::Sign(':')])?;
        dependency.get(place + 2)
    };
    match option("path") {
        Some(Token::Text(folder)) if !folder.contains("#{") => manifest.folders.push((*folder).to_owned()),
        // A path that is computed.
        Some(_) => {}
        // Another project of the same umbrella.
        None if option("in_umbrella") == Some(&Token::Word("true")) => {}
        None => manifest.asks = true,
    }
}

/// Reads a `rebar.config`. What only a profile asks for is in no lock file.
pub(super) fn read_rebar(text: &str) -> ProjectManifest {
    let Ok(terms) = erlang::parse(text) else {
        // It may have been cut or merged badly.
        return ProjectManifest::that_asks(text.contains("{deps"));
    };
    let mut manifest = ProjectManifest::default();
    let lists = terms.iter().filter_map(|term| match term.items() {
        [key, list] if key.text() == Some("deps") => Some(list.items()),
        _ => None,
    });
    for dependency in lists.flatten() {
        let source = dependency.items().last().map(Term::items).unwrap_or_default();
        match source {
            [kind, folder] if kind.text() == Some("path") => {
                manifest.folders.push(folder.text().unwrap_or_default().to_owned());
            }
            _ => manifest.asks = true,
        }
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_mix(deps: &str, asks: bool, folders: &[&str]) {
        let text = format!(
            "defmodule App.MixProject do\n  use Mix.Project\n\n  def project do\n    [app: :app, deps: deps(),\n      \
             dialyzer: [plt_file: {{:no_warn, \"priv/plts/app.plt\"}}]]\n  end\n\n  \
             def application, do: [mod: {{App, []}}, extra_applications: [:logger]]\n\n{deps}\nend\n"
        );
        let manifest = read_mix(&text);
        assert_eq!(manifest.asks, asks, "{text}");
        assert_eq!(manifest.folders, folders, "{text}");
    }

    #[test]
    fn packages_of_a_mix_project_ask_unless_they_are_of_the_repository() {
        let list =
            |deps: &str| format!("  defp deps do\n    [\n      {deps}\n    ]\n  end\n\n  defp aliases, do: [x: \"y\"]");
        check_mix(&list("{:phoenix, \"~> 1.6\"}"), true, &[]);
        check_mix(&list("{:a, git: \"https://h/a.git\"},"), true, &[]);
        check_mix(
            &list("{:b, path: \"../b\"},\n{:a, \"~> 1.0\", only: [:dev, :test], runtime: false}"),
            true,
            &["../b"],
        );
        check_mix(&list("phoenix: \"~> 1.6\""), true, &[]);
        check_mix(&list("] ++ dev_deps() ++ ["), true, &[]);
        check_mix("  defp deps, do: [{:a, \"~> 1.0\"}]", true, &[]);
        check_mix("  defp deps(:test) do [{:a, \"~> 1.0\"}] end", true, &[]);

        check_mix(&list(""), false, &[]);
        check_mix(&list("# {:phoenix, \"~> 1.6\"}"), false, &[]);
        check_mix(&list("{:b, path: \"../b\"},\n      {:c, in_umbrella: true}"), false, &["../b"]);
        check_mix(&list("{:b, \"~> 1.0\", path: \"../b\", override: true}"), false, &["../b"]);
        check_mix("  defp deps, do: []", false, &[]);
        check_mix("  defp depsless do\n    {:a, \"b\"}\n  end", false, &[]);

        assert!(read_mix("def project do\n [deps: own()]\nend\ndefp own do\n [{:a, \"1.0\"}]\nend\n").asks);
        assert!(read_mix("def project do\n [deps: [{:a, \"1.0\"}]]\nend\n").asks);
        let of_attribute = |list: &str| format!("@deps {list}\ndef project do\n [app: :a, deps: @deps]\nend\n");
        assert!(read_mix(&of_attribute("[{:a, \"~> 1.0\"}]")).asks);
        assert!(read_mix(&of_attribute("[\n  {:b, in_umbrella: true},\n  {:a, \"~> 1.0\"}\n]")).asks);
        assert!(read_mix(&of_attribute("Shared.deps()")).asks);
        assert!(!read_mix(&of_attribute("[{:b, in_umbrella: true}]")).asks);
        assert!(!read_mix(&of_attribute("[]").replace("@deps []", "@other [{:a, \"1.0\"}]\n@deps []")).asks);
        assert!(read_mix("def project do\n [deps: Shared.deps()]\nend\n").asks);
        assert!(!read_mix("def project do\n [deps: [], deps_path: \"../deps\"]\nend\n").asks);
    }

    #[test]
    fn packages_of_rebar_ask_unless_only_a_profile_does() {
        for text in [
            "{deps, [cowboy]}.",
            "{deps, [{cowboy, \"2.9.0\"}]}.",
            "{erl_opts, [debug_info]}.\n{deps, [{jsx, {git, \"https://h/jsx.git\", {tag, \"v1\"}}}]}.\n",
            "{deps, [{a, \".*\", {git, \"https://h/a.git\"}}]}.",
            "{deps, [cowboy",
        ] {
            assert!(read_rebar(text).asks, "{text}");
        }
        for text in ["", "{deps, []}.", "% {deps, [a]}\n{erl_opts, []}.", "{profiles, [{test, [{deps, [meck]}]}]}."] {
            assert!(!read_rebar(text).asks, "{text}");
        }
        let by_path = read_rebar("{deps, [{own, {path, \"apps/own\"}}]}.");
        assert_eq!((by_path.asks, by_path.folders.as_slice()), (false, &["apps/own".to_owned()][..]));
    }
}
