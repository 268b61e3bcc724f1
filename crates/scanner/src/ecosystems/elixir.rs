//! Elixir and Erlang: `mix.lock`, `rebar.lock`, what a project asks for itself (`mix.exs`, `rebar.config`), and the
//! applications of a release (`lib/NAME-VERSION/ebin/NAME.app`), which is all that an image of a release keeps.

mod erlang;
mod requests;
mod term;

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;

use self::term::Term;
use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::program_text;
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::{is_in_dependency_folder, is_in_folder_of};
use crate::manifest::ProjectManifest;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Where Mix and Rebar keep what they fetched and built.
const FETCHED: &[&str] = &["_build", "_checkouts", "deps"];

/// Hex, Mix and Rebar.
pub(crate) struct Elixir;

impl Ecosystem for Elixir {
    fn name(&self) -> &'static str {
        "elixir"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("mix.lock"),
            Want::Name("rebar.lock"),
            Want::Name("mix.exs"),
            Want::Name("rebar.config"),
            Want::SuffixInFolder("ebin", ".app"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let name = path.file_name();
        // Each fetched dependency has one of its own, which says nothing of this project.
        let is_manifest = matches!(name, "mix.exs" | "rebar.config");
        if is_manifest && (is_in_folder_of(path.as_str(), FETCHED) || is_in_dependency_folder(path.as_str())) {
            return Ok(());
        }
        let text = file.text()?;
        match name {
            "mix.lock" => read_mix_lock(&text, found),
            "rebar.lock" => read_rebar_lock(&text, found),
            "mix.exs" => {
                let manifest = program_text::bounded(&text).map(requests::read_mix);
                found.mark = manifest.unwrap_or_else(|| ProjectManifest::that_asks(true)).into_mark();
                found.direct.extend(asked_for(&text).into_iter().map(|name| (Kind::Hex, name.to_owned())));
                Ok(())
            }
            "rebar.config" => {
                found.mark = requests::read_rebar(&text).into_mark();
                Ok(())
            }
            _ => read_app(&text, found),
        }
    }
}

/// Reads `%{"name": {:hex, :package, "version", …, [dependencies], …}, …}`.
fn read_mix_lock(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut places = BTreeMap::new();
    let mut needs = Vec::new();
    for lock in term::parse(text).map_err(|error| ReadFileError::malformed("mix.lock", error))? {
        let Term::Map(entries) = lock else {
            return Err(ReadFileError::malformed("mix.lock", "it is no map"));
        };
        for entry in entries {
            let (name, parts) = match entry {
                Term::Pair(name, value) => match *value {
                    Term::Tuple(parts) => (name, parts),
                    _ => (name, Vec::new()),
                },
                _ => Default::default(),
            };
            let part = |at: usize| parts.get(at).and_then(Term::text);
            let place = found.packages.len() as u32;
            found.packages.push(match (part(0), part(1), part(2)) {
                (Some("hex"), Some(package), Some(version)) => {
                    let dependencies = parts.get(5).map(Term::items).unwrap_or_default();
                    needs.extend(
                        dependencies.iter().filter_map(|d| Some((place, d.items().first()?.text()?.to_owned()))),
                    );
                    FoundPackage::new(Kind::Hex, Evidence::Locked, package, version)
                }
                (Some("git"), Some(url), Some(revision)) => {
                    repository_package("git", &name, url, revision, git_tag(parts.get(3)))
                }
                _ => without_version(&name),
            });
            places.insert(name, place);
        }
    }
    for (place, name) in needs {
        if let (Some(&needed), Some(package)) = (places.get(&name), found.packages.get_mut(place as usize)) {
            package.dependencies.push(needed);
        }
    }
    Ok(())
}

/// Reads `{"1.2.0",[{<<"name">>,{pkg,<<"package">>,<<"version">>},level}, …]}.`, or the bare list of older versions.
fn read_rebar_lock(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let terms = erlang::parse(text).map_err(|error| ReadFileError::malformed("rebar.lock", error))?;
    let entries = match terms.first() {
        Some(Term::Tuple(parts)) if matches!(parts.get(1), Some(Term::List(_))) => {
            parts.get(1).map(Term::items).unwrap_or_default()
        }
        Some(Term::List(entries)) => entries.as_slice(),
        _ => return Err(ReadFileError::malformed("rebar.lock", "it holds no list of packages")),
    };
    for entry in entries {
        let [name, source, level] = entry.items() else {
            found.packages.push(without_version(""));
            continue;
        };
        let (name, parts) = (name.text().unwrap_or_default(), source.items());
        let part = |at: usize| parts.get(at).and_then(Term::text);
        let mut package = match (part(0), part(1), part(2)) {
            (Some("pkg"), Some(package), Some(version)) => {
                FoundPackage::new(Kind::Hex, Evidence::Locked, package, version)
            }
            (Some(kind @ ("git" | "git_subdir" | "hg")), Some(url), _) => match parts.get(2).map(Term::items) {
                Some([_, revision]) => {
                    let tool = if kind == "hg" { "hg" } else { "git" };
                    repository_package(tool, name, url, revision.text().unwrap_or_default(), None)
                }
                _ => without_version(name),
            },
            _ => without_version(name),
        };
        package.direct = level.text().map(|level| level == "0");
        found.packages.push(package);
    }
    Ok(())
}

/// Reads `{application, name, [{vsn, "version"}, …]}.`; what Erlang and Elixir bring themselves is no package of Hex.
fn read_app(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let terms = erlang::parse(text).map_err(|error| ReadFileError::malformed("application file", error))?;
    let nothing = || ReadFileError::malformed("application file", "it describes no application");
    let Some([kind, name, keys]) = terms.first().map(Term::items) else { return Err(nothing()) };
    let (Some("application"), Some(name)) = (kind.text(), name.text()) else { return Err(nothing()) };
    if OWN_APPLICATIONS.binary_search(&name).is_ok() {
        return Ok(());
    }
    let version = keys.items().iter().find_map(|key| match key.items() {
        [key, value] if key.text() == Some("vsn") => value.string(),
        _ => None,
    });
    let mut package = match version {
        Some(version) => FoundPackage::new(Kind::Hex, Evidence::Installed, name, version),
        None => without_version(name),
    };
    let lists = keys.items().iter().filter_map(|key| match key.items() {
        [key, value] if matches!(key.text(), Some("applications" | "included_applications")) => Some(value),
        _ => None,
    });
    package.needs = lists.flat_map(Term::items).filter_map(Term::text).collect();
    found.packages.push(package);
    Ok(())
}

/// The names in `{:name, …}` of a project file.
fn asked_for(text: &str) -> BTreeSet<&str> {
    let name_end = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    text.split("{:")
        .skip(1)
        .map(|rest| rest.split_at(name_end(rest)))
        .filter(|(name, rest)| !name.is_empty() && rest.trim_start().starts_with(','))
        .map(|(name, _)| name)
        .collect()
}

/// A package from a repository has no version number but its tag's, if it has one.
fn repository_package(tool: &str, name: &str, url: &str, revision: &str, tag: Option<&str>) -> FoundPackage {
    let version = match tag.map(|tag| tag.strip_prefix('v').unwrap_or(tag)) {
        Some(version) if !version.is_empty() => version.to_owned(),
        _ => format!("{tool}@{revision}"),
    };
    let mut package = FoundPackage::new(Kind::Hex, Evidence::Locked, name, version);
    package.qualifiers.push(("vcs_url".to_owned(), format!("{tool}+{url}@{revision}")));
    package
}

/// What names a package and tells no version of it: a gap, as [`Found::drop_nameless`] has it.
fn without_version(name: &str) -> FoundPackage {
    FoundPackage::new(Kind::Hex, Evidence::Locked, name, "")
}

fn git_tag(options: Option<&Term>) -> Option<&str> {
    options?.items().iter().find_map(|option| match option {
        Term::Pair(key, value) if key == "tag" => value.text(),
        _ => None,
    })
}

/// The applications that come with Erlang/OTP and Elixir, sorted.
const OWN_APPLICATIONS: &[&str] = &[
    "asn1",
    "common_test",
    "compiler",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "eex",
    "eldap",
    "elixir",
    "erl_docgen",
    "erl_interface",
    "et",
    "eunit",
    "ex_unit",
    "ftp",
    "hipe",
    "iex",
    "inets",
    "jinterface",
    "kernel",
    "logger",
    "megaco",
    "mix",
    "mnesia",
    "observer",
    "odbc",
    "os_mon",
    "parsetools",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "tftp",
    "tools",
    "wx",
    "xmerl",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Elixir, path, text, expected);
    }

    #[test]
    fn mix_locks_of_several_ages_are_read() {
        check(
            "srv/mix.lock",
            r#"%{
  "castore": {:hex, :castore, "0.1.17", "ba67", [:mix], [], "hexpm", "d9844"},
  "mint": {:hex, :mint, "1.4.2", "50c", [:mix], [{:castore, "~> 0.1.0", [hex: :castore, repo: "hexpm", optional: true]}], "hexpm", "ce7"},
  "old": {:hex, :old, "0.1.0"},
  "tool": {:git, "https://github.com/acme/tool.git", "0a1b", [tag: "v1.2.0"]},
  "fork": {:git, "https://github.com/acme/fork.git", "0a1b", []},
}
"#,
            &expect![[r#"
                locked hex castore 0.1.17
                locked hex mint 1.4.2 -> castore
                locked hex old 0.1.0
                locked hex tool 1.2.0 vcs_url=git+https://github.com/acme/tool.git@0a1b
                locked hex fork git@0a1b vcs_url=git+https://github.com/acme/fork.git@0a1b
            "#]],
        );
        check("mix.lock", "%{}", &expect![[""]]);
        check(
            "mix.lock",
            r#"%{"a": {:hex, :a}, "b": {:path, "../b"}, "c": "1.0", "d": {:hex, :d, "1.0", "h", [:mix], [{:a, "~> 1.0"}], "hexpm"}}"#,
            &expect![[r#"
                locked hex d 1.0
                gap mix.lock: 3 of its packages lack a name or a version
            "#]],
        );
        check(
            "mix.lock",
            &"%{\"a\": {".repeat(10_000),
            &expect![[r#"
                gap mix.lock: it is no valid mix.lock: its terms lie more than 64 deep
            "#]],
        );
    }

    #[test]
    fn rebar_locks_of_several_ages_are_read() {
        check(
            "rebar.lock",
            "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0},\n {<<\"jsx\">>,{git,\"https://github.com/talentdeficit/jsx.git\",{ref,\"abc\"}},1}]}.\n[\n{pkg_hash,[\n {<<\"cowboy\">>, <<\"865D\">>}]}\n].\n",
            &expect![[r#"
                locked hex cowboy 2.9.0 direct
                locked hex jsx git@abc indirect vcs_url=git+https://github.com/talentdeficit/jsx.git@abc
            "#]],
        );
        check(
            "rebar.lock",
            "[{<<\"ranch\">>,{pkg,<<\"ranch\">>,<<\"1.8.0\">>},0}].",
            &expect![[r#"
                locked hex ranch 1.8.0 direct
            "#]],
        );
        check("rebar.lock", "[].", &expect![[""]]);
        check(
            "rebar.lock",
            "[{<<\"h\">>,{hg,\"https://h.example/x\",{ref,\"aabb\"}},0},\n {<<\"own\">>,{own_source,\"x\"},0},\n {<<\"half\">>,{git,\"https://h.example/y\"},1},\n {<<\"short\">>}].",
            &expect![[r#"
                locked hex h hg@aabb direct vcs_url=hg+https://h.example/x@aabb
                gap rebar.lock: 3 of its packages lack a name or a version
            "#]],
        );
    }

    #[test]
    fn releases_keep_application_files() {
        check(
            "app/lib/phoenix-1.6.6/ebin/phoenix.app",
            "{application,phoenix,\n             [{applications,[kernel,stdlib]},\n              {description,\"Peace of \\\"mind\\\"\"},\n              {modules,['Elixir.Phoenix']},\n              {vsn,\"1.6.6\"}]}.\n",
            &expect![[r#"
                hex phoenix 1.6.6
            "#]],
        );
        check("lib/ssl-10.9/ebin/ssl.app", "%% This is\n{application, ssl, [{vsn, \"10.9\"}]}.", &expect![[""]]);
        assert!(OWN_APPLICATIONS.is_sorted());
        check(
            "lib/c-1.0/ebin/c.app",
            "garbage",
            &expect![[r#"
                gap lib/c-1.0/ebin/c.app: it is no valid application file: it describes no application
            "#]],
        );
        check(
            "lib/d-1.0/ebin/d.app",
            "{application,d,[{description,\"x\"},{modules,[]}]}.",
            &expect![[r#"
                gap lib/d-1.0/ebin/d.app: 1 of its packages lacks a name or a version
            "#]],
        );
        check("lib/kernel-9.0/ebin/kernel.app", "{application,kernel,[{modules,[]}]}.", &expect![[""]]);
    }

    #[test]
    fn application_files_have_any_term() {
        check(
            "lib/rare-1.2.3/ebin/rare.app",
            r##"%% coding: utf-8
{application, 'rare',
 [{description, "100% \"sure\" of }]" " {vsn, \"8\"}"},
  {env, [{#{<<"k"/utf8>> => $}, "x" => [16#ff, -1.5e-3, 2#1010, 1_000 | []]}, '[{\'vsn\'', ~"}"},
         {~S(\), fun lists:map/2, <<1:4, 2:4, "z">>},
         {text, """
           {vsn, "7"}
           """}]}, % {vsn, "6"},
  {vsn, "1.2.3"},
  {applications, [kernel, cowboy]}]}.
"##,
            &expect![[r#"
                hex rare 1.2.3
            "#]],
        );
        for (vsn, version) in [
            ("\"1\" \".2\"", "1.2"),
            ("[$1, $., 16#32]", "1.2"),
            ("~\"1.2\"", "1.2"),
            ("\"\"\"\n  1.2\n  \"\"\"", "1.2"),
            ("'1.2'", "1.2"),
            ("\"\\x{31}.2\"", "1.2"),
        ] {
            let text = format!("{{application,a,[{{vsn,{vsn}}}]}}.");
            let found = ecosystem_check::read_with_gaps(&Elixir, "lib/a/ebin/a.app", text.as_bytes());
            assert_eq!(ecosystem_check::listing(&found), format!("hex a {version}"), "{text}");
        }
    }

    #[test]
    fn project_files_name_what_they_ask_for() {
        check(
            "mix.exs",
            "defp deps do\n [{:phoenix, \"~> 1.6\"}, {:jason,\n \"~> 1.0\", only: :dev}]\nend\n",
            &expect![[r#"
                asks for jason
                asks for phoenix
            "#]],
        );
    }
}
