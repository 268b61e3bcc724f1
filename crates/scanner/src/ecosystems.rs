//! The list of ecosystems. Adding one is one file and one line here (`docs/contributing/add-ecosystem.md`).

pub(crate) mod accounts;
mod apk;
mod binaries;
mod bitnami;
mod borrowed_json;
mod cocoapods;
mod conan;
mod conda;
mod dart;
mod dotnet;
pub(crate) mod dpkg;
mod elixir;
mod format_version;
mod go;
mod haskell;
mod java;
mod julia;
mod locked_packages;
mod npm;
mod php;
mod program_text;
mod python;
mod r;
pub(crate) mod release;
mod rpm;
mod ruby;
mod rust;
mod swift;
mod unread_list;
mod wordpress;

use crate::ecosystem::Ecosystem;
pub(crate) use binaries::{EXECUTABLE_MAGIC_BYTES, is_executable};
pub(crate) use go::{GoModule, GoWorkspace, Replacements};
pub(crate) use java::{EffectiveProject, ManagedVersions, Project};
pub(crate) use npm::{is_installed_at, linked_package, range_takes};
pub(crate) use python::is_zip_application;
pub(crate) use rpm::read_header as read_rpm_header;
pub(crate) use rpm::read_owners as read_rpm_owners;

/// Whether a file of this name is an archive that holds packages; without a byte it cannot be one.
pub(crate) fn is_package_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    java::ARCHIVES.iter().any(|end| name.ends_with(end)) || name.ends_with(".egg") || is_zip_application(&name)
}

/// Every ecosystem the scanner reads.
pub(crate) const ECOSYSTEMS: &[&dyn Ecosystem] = &[
    &release::Release,
    &dpkg::Dpkg,
    &apk::Apk,
    &rpm::Rpm,
    &npm::Npm,
    &python::Python,
    &go::Go,
    &rust::Rust,
    &binaries::Binaries,
    &bitnami::Bitnami,
    &cocoapods::Cocoapods,
    &conan::Conan,
    &conda::Conda,
    &dart::Dart,
    &dotnet::Dotnet,
    &elixir::Elixir,
    &haskell::Haskell,
    &java::Java,
    &julia::Julia,
    &php::Php,
    &r::R,
    &ruby::Ruby,
    &swift::Swift,
    &wordpress::Wordpress,
    &accounts::Accounts,
];

#[cfg(test)]
mod tests {
    use super::*;
    use model::UntrustedPath;

    use crate::ecosystem_check::read_with_gaps;
    use crate::selector::SELECTOR;

    const NOISE: &[u8] = b"\0{}[]()<>\"'\\:,=-#%$/\n \xff";

    /// Changes bytes of a text in ways that a fixed sequence decides, and reads what comes out.
    fn check(path: &str, text: &str) {
        let readers = SELECTOR.select(&UntrustedPath::normalise(path));
        let ecosystem = ECOSYSTEMS[readers.iter().next().unwrap()];
        let mut state = 0x9e37_79b9_u32;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as usize % below.max(1)
        };
        for _ in 0..300 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                match next(4) {
                    0 => bytes[at] = NOISE[next(NOISE.len())],
                    1 => bytes.truncate(at.max(1)),
                    2 => drop(bytes.remove(at)),
                    _ => {
                        let piece = bytes[at..(at + next(40)).min(bytes.len())].to_vec();
                        let to = next(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
                if bytes.is_empty() {
                    break;
                }
            }
            read_with_gaps(ecosystem, path, &bytes);
        }
    }

    /// Files that list packages and nothing else, so that one of which nothing is understood is damaged.
    const LISTS: &[&str] = &[
        "Cargo.lock",
        "Directory.Packages.props",
        "Gemfile.lock",
        "Gemfile.next.lock",
        "Package.resolved",
        "Pipfile.lock",
        "Podfile.lock",
        "build.sbt.lock",
        "bun.lock",
        "cabal.project.freeze",
        "composer.lock",
        "conan.lock",
        "conda-linux-64.lock",
        "conda-lock.yml",
        "dev.conda-lock.yml",
        "gems.locked",
        "go.mod",
        "go.sum",
        "go.work",
        "gradle.lockfile",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "packages.My_App.lock.json",
        "packages.config",
        "packages.lock.json",
        "pdm.lock",
        "pixi.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "pom.xml",
        "pubspec.lock",
        "pylock.toml",
        "rails7.gemfile.lock",
        "rebar.lock",
        "renv.lock",
        "requirements-dev.lock",
        "requirements.lock",
        "requirements.txt",
        "settings-gradle.lockfile",
        "stack.yaml.lock",
        "uv.lock",
        "vendor/composer/installed.json",
        "vendor/modules.txt",
        "x.deps.json",
        "yarn.lock",
    ];

    #[test]
    fn a_list_of_packages_of_which_nothing_is_understood_is_a_gap() {
        let garbage: &[&[u8]] = &[
            b"this is garbage\nand nothing else\n",
            b"<!DOCTYPE html>\n<html><body>404: not found</body></html>\n",
            b"\x7f\x00\x01\xff\xfe\x00\x00\x80garbage\x00\n\x00\x80\n",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
            b"{\"message\": \"Not Found\"}\n",
            b"<<<<<<< HEAD\n=======\n>>>>>>> theirs\n",
        ];
        let mut silent = Vec::new();
        for path in LISTS {
            for (number, bytes) in garbage.iter().enumerate() {
                let readers = SELECTOR.select(&UntrustedPath::normalise(path));
                let found = readers.iter().map(|place| read_with_gaps(ECOSYSTEMS[place], path, bytes));
                if found.flat_map(|found| found.gaps).next().is_none() {
                    silent.push(format!("{path} {number}"));
                }
            }
        }
        assert_eq!(silent, Vec::<String>::new());
    }

    #[test]
    fn damaged_files_never_panic() {
        check(
            "Gemfile.lock",
            "GEM\n  remote: https://x/\n  specs:\n    a (1.0-x86)\n      b (>= 1)\n    b (2)\n\nDEPENDENCIES\n  a!\n",
        );
        check(
            "app/Gemfile",
            "path \"parts\" do # own\n  gem 'a', group: [\n    :test]\nend\ngem \"b\", :path => '../b'\ngemspec path: 'c'\n",
        );
        check(
            "app/own.gemspec",
            "Gem::Specification.new do |s| # own\n  s.name = \"a\\\"\"\n  s.add_dependency 'x'\nend\n",
        );
        check(
            "app/Cargo.toml",
            "[package]\nworkspace = \"..\"\n[workspace]\nmembers = [\"a/*\"]\n[workspace.dependencies]\na = { path = \"a\" }\n",
        );
        check(
            "rush.json",
            "{ // own\n \"projects\": [{\"projectFolder\": \"a\", \"subspaceName\": \"s\"},], /* x */ }",
        );
        check("app/package.json", r#"{"name":"a","workspaces":["b/*"],"dependencies":{"b":"^1.2.3","c":"~1.0.0"}}"#);
        check(
            "app/pyproject.toml",
            "[project]\ndependencies = [\"a @ file:../a\"]\n[tool.uv.sources]\nb = [{ path = \"b\" }]\n[tool.uv.workspace]\nmembers = [\"c\"]\n",
        );
        check(
            "specifications/a-1.0.gemspec",
            "# stub: a 1.0 ruby lib\nGem::Specification.new do |s|\n  s.name = \"a\"\n  s.licenses = [\"MIT\"]\n",
        );
        check(
            "composer.lock",
            r#"{"packages":[{"name":"a/b","version":"v1","require":{"c/d":"*"},"license":["MIT"]}],"packages-dev":[]}"#,
        );
        check(
            "x.deps.json",
            r#"{"runtimeTarget":{"name":"n"},"targets":{"n":{"A/1":{"dependencies":{"B":"1"},"runtime":{}}}},"libraries":{"A/1":{"type":"package"}}}"#,
        );
        check(
            "a.csproj",
            "<Project><PropertyGroup><V>1</V></PropertyGroup><ItemGroup><PackageReference Include='A' Version='$(V)'/></ItemGroup></Project>",
        );
        check(
            "pom.xml",
            "<project><properties><v>${w}</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>",
        );
        check("gradle.lockfile", "a:b:1=testX\nempty=\n");
        check(
            "conan.lock",
            r#"{"graph_lock":{"nodes":{"0":{"path":"x","requires":["1"]},"1":{"ref":"a/1@u/c#r:p"}}}}"#,
        );
        check(
            "Package.resolved",
            r#"{"pins":[{"identity":"a","location":"git@github.com:a/b.git","state":{"branch":"m","revision":"0a"}}],"version":2}"#,
        );
        check(
            "Podfile.lock",
            "PODS:\n  - A/B (1.0):\n    - C (~> 1)\nDEPENDENCIES:\n  - A/B\nEXTERNAL SOURCES:\n  C:\n    :path: x\n",
        );
        check(
            "pubspec.lock",
            "packages:\n  a:\n    dependency: \"direct main\"\n    source: hosted\n    version: \"1\"\n",
        );
        check(
            "mix.lock",
            r#"%{"a": {:hex, :a, "1", "h", [:mix], [{:b, "~> 1", [hex: :b]}], "hexpm"}, "b": {:git, "u", "r", [tag: "v1"]}}"#,
        );
        check("rebar.lock", "{\"1.2.0\",[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0}]}.");
        check("rebar.config", "{deps, [a, {b, \"1\"}, {c, {path, \"d\"}}]}. % own\n");
        check("mix.exs", "def project, do: [deps: own()]\ndefp own do\n [{:a, \"~> 1\"}, {:b, path: \"b\"}]\nend\n");
        check(
            "build.gradle",
            "buildscript {\n dependencies { classpath 'a:b:1' } }\ndependencies { api(project(':c')) { x }\n}",
        );
        check("build.sbt", "libraryDependencies ++= Seq(\"a\" %% \"b\" % \"1\") // own\n");
        check("Podfile", "target 'a' do\n pod 'b/c', :path => '../d'\nend\n");
        check("Package.swift", "[.package(path: \"../a\"), .package(url: \"b\", from: \"1\")]");
        check("pubspec.yaml", "name: a\nworkspace: [b]\ndependencies:\n  c:\n    path: d\n");
        check("a.cabal", "name: a\nlibrary\n  build-depends: b:{c, d} >=1,\n    e\n");
        check("package.yaml", "library:\n  dependencies: [a, {name: b}]\n");
        check("stack.yaml", "extra-deps: [a-1, ./b, {git: c}]\n");
        check("ebin/a.app", "{application, a, [{vsn, \"1\"}, {'B', [c]}]}.");
        check("environment.yml", "dependencies:\n  - c::a=1=b\n  - pip:\n    - x[y]==1 ; z\n");
        check(
            "pixi.lock",
            "version: 6\npackages:\n- conda: https://h/c/noarch/a-1-0.conda\n- pypi: ./b-1.tar.gz\n- kind: pypi\n  path: .\n",
        );
        check("pixi.toml", "[feature.a.dependencies]\nb = {path = '.'}\n");
        check("conda-linux-64.lock", "@EXPLICIT\nhttps://h/c/linux-64/a-1-0.conda#0\n# pip b === 1\n");
        check(
            "Manifest.toml",
            "manifest_format = \"2.0\"\n[[deps.A]]\nuuid = \"a\"\nversion = \"1\"\ndeps = [\"B\"]\n",
        );
        check("stack.yaml.lock", "packages:\n- completed:\n    hackage: a-1.0@sha256:x,1\n");
        check("DESCRIPTION", "Package: a\nVersion: 1\nBuilt: R\n");
        check(
            "opt/bitnami/x/.spdx-x.spdx",
            r#"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/a@1-2?arch=x"}]}]}"#,
        );
        check("wp-content/plugins/a/a.php", "<?php\n/*\nPlugin Name: ä\nVersion: 1\n*/");
    }
}
