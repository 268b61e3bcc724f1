use model::UntrustedPath;

use super::*;
use crate::ecosystem_check::read_with_gaps;
use crate::ecosystems::ECOSYSTEMS;
use crate::path_set::{PathSet, path_hash};
use crate::selector::SELECTOR;

mod above;
mod gradle;
mod users;

fn check(files: &[(&str, &str)], expected: &[&str]) {
    let told: Vec<String> = gaps(&index(files)).into_iter().map(|gap| gap.path).collect();
    assert_eq!(told, expected, "{files:?}");
}

fn index(files: &[(&str, &str)]) -> LayerIndex {
    let mut index = LayerIndex::default();
    for (path, text) in files {
        for place in SELECTOR.select(&UntrustedPath::normalise(path)).iter() {
            let found = read_with_gaps(ECOSYSTEMS[place], path, text.as_bytes());
            index.files.insert((*path).to_owned(), found);
        }
    }
    index.occupied = PathSet::from_hashes(files.iter().map(|(path, _)| path_hash(path)).collect());
    let folders = files.iter().flat_map(|(path, _)| path.match_indices('/').map(|(end, _)| path_hash(&path[..end])));
    index.folders = PathSet::from_hashes(folders.collect());
    index
}

const PACKAGE: &str = r#"{"dependencies":{"lodash":"4.17.15"}}"#;
const PYPROJECT: &str = "[project]\ndependencies = [\"Django==2.2.0\"]\n";
const CARGO: &str = "[dependencies]\nlibc = \"0.2\"\n";
const COMPOSER: &str = r#"{"require":{"php":">=8","a/b":"^1"}}"#;

#[test]
fn a_manifest_without_a_lock_file_is_a_gap() {
    for (name, text) in [
        ("package.json", PACKAGE),
        ("package.json", r#"{"devDependencies":{"a":"^1"}}"#),
        ("pyproject.toml", PYPROJECT),
        ("Pipfile", "[packages]\nDjango = \"==2.2.0\"\n"),
        ("setup.py", "setup(\n    install_requires=[\n        'Django==2.2.0',\n    ],\n)\n"),
        ("setup.py", "setup(**{'install_requires': read('requirements.in')})\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    Django==2.2.0\n"),
        ("setup.cfg", "[options.extras_require]\nx = a; b\n"),
        ("Gemfile", "source 'https://rubygems.org'\ngroup :x do\n  gem 'rails', '6.0'\nend\n"),
        ("gems.rb", "gemspec path: '.'\n"),
        ("composer.json", COMPOSER),
        ("composer.json", r#"{"require":{"a/b":"*"},"replace":{"a/c":"*"}}"#),
        ("pixi.toml", "[dependencies]\npython = \"3.12.*\"\n"),
        ("pyproject.toml", "[project]\nname = \"x\"\n[tool.pixi.dependencies]\nnumpy = \"*\"\n"),
        ("pyproject.toml", "[tool.pixi.pypi-dependencies]\nx = { path = \".\" }\nrequests = \"*\"\n"),
        ("pyproject.toml", "[tool.pixi.feature.test.dependencies]\npytest = \"*\"\n"),
        ("pyproject.toml", "[tool.flit.metadata]\nmodule = \"a\"\nrequires = [\"requests\"]\n"),
        ("pyproject.toml", "[tool.flit.metadata.requires-extra]\ntest = [\"pytest\"]\n"),
        ("Pipfile", "[packages]\n[docs]\nsphinx = \"*\"\n"),
        ("Gemfile", "eval_gemfile 'Gemfile.common'\n"),
        ("Cargo.toml", "[package]\nname = \"a\"\n[dev_dependencies]\ncc = \"1\"\n"),
        ("Cargo.toml", "[target.'cfg(unix)'.build_dependencies]\ncc = \"1\"\n"),
        ("Cargo.toml", CARGO),
        ("Cargo.toml", "[target.'cfg(unix)'.dev-dependencies]\na = { version = \"1\" }\n"),
        ("Cargo.toml", "<<<<<<< HEAD\n[dependencies]\na = \"1\"\n"),
    ] {
        let path = format!("a/b/{name}");
        check(&[(path.as_str(), text)], &[path.as_str()]);
    }
}

#[test]
fn a_manifest_that_asks_for_nothing_is_none() {
    for (name, text) in [
        ("package.json", r#"{"name":"a","dependencies":{}}"#),
        ("package.json", r#"{"dependencies":{"a":"workspace:*","b":"file:../b"}}"#),
        ("pyproject.toml", "[tool.black]\nline-length = 100\n[tool.poetry.dependencies]\npython = \"^3\"\n"),
        ("pyproject.toml", "[tool.pixi.workspace]\nchannels = [\"conda-forge\"]\n[tool.pixi.tasks]\na = \"b\"\n"),
        ("Pipfile", "[packages]\n"),
        ("Pipfile", "[[source]]\nurl = \"https://h\"\n[requires]\npython_version = \"3\"\n[scripts]\na = \"b\"\n"),
        ("Cargo.toml", "[dev-dependencies]\n[dev_dependencies]\ncc = \"1\"\n"),
        ("Gemfile", "source 'https://rubygems.org'\n=begin\ngem 'x'\n=end\n"),
        ("setup.py", "# install_requires=['a']\nsetup(install_requires=[ ], extras_require={})\n"),
        ("setup.cfg", "[options]\ninstall_requires =\nzip_safe = no\n[flake8]\nextend =\n    a\n"),
        ("Gemfile", "source 'https://rubygems.org'\n# gem 'rails'\ngem 'own', path: 'own'\n"),
        ("composer.json", r#"{"require":{"php":">=8","ext-json":"*"}}"#),
        ("composer.json", r#"{"require":{"A/b":"*"},"replace":{"a/B":"self.version"}}"#),
        ("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"../b\" }\n"),
    ] {
        let path = format!("a/{name}");
        let parts = [("b/package.json", "{}"), ("b/Cargo.toml", ""), ("a/own/lib/own.rb", "")];
        check(&[&[(path.as_str(), text)][..], &parts[..]].concat(), &[]);
    }
}

#[test]
fn a_folder_that_is_not_there_is_no_part_of_the_repository() {
    for (name, text, other) in [
        ("Cargo.toml", "[dependencies]\nb = { path = \"../b\" }\n", "b/Cargo.toml"),
        ("package.json", r#"{"dependencies":{"b":"file:../b"}}"#, "b/package.json"),
        ("package.json", r#"{"dependencies":{"b":"portal:../b"}}"#, "b/package.json"),
        ("package.json", r#"{"dependencies":{"b":"../b"}}"#, "b/package.json"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nb = { path = \"../b\" }\n", "b/setup.py"),
        ("pyproject.toml", "[project]\ndependencies = [\"b @ file:../b\"]\n", "b/pyproject.toml"),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\"b\"]\n[tool.uv.sources]\nb = { path = \"../b\" }\n",
            "b/pyproject.toml",
        ),
        ("Pipfile", "[packages]\nb = { path = \"../b\" }\n", "b/setup.cfg"),
    ] {
        let path = format!("a/{name}");
        let part = (other, if name == "package.json" { "{}" } else { "" });
        check(&[(path.as_str(), text), part], &[]);
        check(&[(path.as_str(), text)], &[path.as_str()]);
        let outside = text.replace("../b", "../../b");
        check(&[(path.as_str(), &outside), part], &[path.as_str()]);
    }
    for place in ["file:e.tgz", "file:///opt/b", "file:~/b", "link:/opt/b"] {
        let text = format!(r#"{{"dependencies":{{"b":"{place}"}}}}"#);
        check(&[("package.json", &text), ("e.tgz", ""), ("opt/b/package.json", "{}")], &["package.json"]);
    }
}

#[test]
fn a_lock_file_beside_or_above_tells_the_versions() {
    check(&[("a/package.json", PACKAGE), ("a/yarn.lock", "# yarn lockfile v1\n")], &[]);
    check(&[("a/b/package.json", PACKAGE), ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n")], &[]);
    check(&[("a/package.json", PACKAGE), ("common/config/rush/pnpm-lock.yaml", "")], &[]);
    check(&[("crates/a/Cargo.toml", CARGO), ("Cargo.lock", "version = 4\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements/base.txt", "Django==2.2.0\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements-prod.txt", "Django==2.2.0\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements-docker.txt", "Django==2.2.0\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("a/conda-linux-64.lock", "@EXPLICIT\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements.lock", "-e file:.\ndjango==2.2.0\n")], &[]);
    check(&[("a/pixi.toml", "[dependencies]\na = \"*\"\n"), ("a/pixi.lock", "version: 6\npackages: []\n")], &[]);
    check(&[("a/pyproject.toml", PYPROJECT), ("pixi.lock", "version: 6\npackages: []\n")], &[]);
    check(&[("Gemfile", "gem 'a'\n"), ("Gemfile.next.lock", "GEM\n  specs:\n    a (1)\n")], &[]);
    check(&[("a/composer.json", COMPOSER), ("a/composer.lock", r#"{"packages":[]}"#)], &[]);
}

#[test]
fn a_lock_file_of_another_project_or_ecosystem_tells_nothing() {
    check(&[("a/package.json", PACKAGE), ("b/yarn.lock", ""), ("a/c/yarn.lock", "")], &["a/package.json"]);
    check(&[("a/package.json", PACKAGE), ("a/Cargo.lock", "")], &["a/package.json"]);
    for list in ["requirements-dev.txt", "requirements-test.txt", "requirements_dev.txt", "requirements-docs.txt"] {
        let list = format!("a/{list}");
        check(&[("a/pyproject.toml", PYPROJECT), (list.as_str(), "b==1\n")], &["a/pyproject.toml"]);
    }
}

#[test]
fn what_is_installed_in_the_project_tells_the_versions() {
    let lodash = r#"{"name":"lodash","version":"4.17.15"}"#;
    check(&[("a/package.json", PACKAGE), ("a/node_modules/lodash/package.json", lodash)], &[]);
    check(&[("a/b/package.json", PACKAGE), ("a/node_modules/lodash/package.json", lodash)], &[]);
    let metadata = "Metadata-Version: 2.1\nName: django\nVersion: 2.2\n\n";
    let installed = "a/.venv/lib/python3.12/site-packages/django-2.2.dist-info/METADATA";
    check(&[("a/pyproject.toml", PYPROJECT), (installed, metadata)], &[]);
    check(&[("b/pyproject.toml", PYPROJECT), (installed, metadata)], &["b/pyproject.toml"]);
}

#[test]
fn manifests_of_dependencies_are_their_own_affair() {
    for folder in ["node_modules/x/y", "vendor/x", "lib/site-packages/x", "go/pkg/mod/x"] {
        for (name, text) in [("Cargo.toml", CARGO), ("package.json", PACKAGE)] {
            let path = format!("{folder}/{name}");
            check(&[(path.as_str(), text)], &[]);
        }
    }
}

#[test]
fn a_workspace_of_cargo_gives_its_members_crates_of_the_repository() {
    let root = "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nb = { path = \"b\" }\nlibc = \"0.2\"\n";
    let member = "[dependencies]\nb.workspace = true\n[dev-dependencies]\nc = { path = \"../c\" }\n";
    let part = ("shop/b/Cargo.toml", "");
    check(&[("shop/Cargo.toml", root), part, ("shop/a/Cargo.toml", member), ("shop/c/Cargo.toml", "")], &[]);
    let dotted = "[dependencies]\nb = { workspace = true, features = [\"x\"] }\n";
    check(&[("shop/Cargo.toml", root), part, ("shop/a/Cargo.toml", dotted)], &[]);
    let pointed = "[package]\nworkspace = \"../shop\"\n[dependencies]\nb.workspace = true\n";
    check(&[("shop/Cargo.toml", root), part, ("a/Cargo.toml", pointed)], &[]);

    let other_place = root.replace("path = \"b\"", "path = \"../../b\"");
    check(&[("shop/Cargo.toml", &other_place), part, ("shop/a/Cargo.toml", dotted)], &["shop/a/Cargo.toml"]);
    check(&[("shop/Cargo.toml", root), ("shop/a/Cargo.toml", dotted)], &["shop/a/Cargo.toml"]);
    let outside = format!("{dotted}[build-dependencies]\nlibc.workspace = true\n");
    check(&[("shop/Cargo.toml", root), part, ("shop/a/Cargo.toml", &outside)], &["shop/a/Cargo.toml"]);
    check(&[("shop/a/Cargo.toml", member)], &["shop/a/Cargo.toml"]);
    let elsewhere = pointed.replace("../shop", "../../shop");
    check(&[("shop/Cargo.toml", root), part, ("a/Cargo.toml", &elsewhere)], &["a/Cargo.toml"]);
    let own = format!("{root}[dependencies]\nserde = \"1\"\n");
    check(&[("shop/Cargo.toml", &own)], &["shop/Cargo.toml"]);
}

#[test]
fn crates_that_are_patched_by_a_folder_are_parts_of_the_repository() {
    let (asking, patched) = ("[dependencies]\nfoo = \"1\"\n", "[patch.crates-io]\nfoo = { path = \"foo\" }\n");
    let (alone, part) = (format!("{asking}{patched}"), ("foo/Cargo.toml", ""));
    check(&[("Cargo.toml", &alone), part], &[]);
    check(&[("Cargo.toml", &alone)], &["Cargo.toml"]);
    check(&[("Cargo.toml", &alone.replace("\"foo\" }", "\"../foo\" }")), part], &["Cargo.toml"]);
    check(&[("Cargo.toml", &alone.replace("path =", "git =")), part], &["Cargo.toml"]);
    check(&[("Cargo.toml", &format!("{asking}bar = \"1\"\n{patched}")), part], &["Cargo.toml"]);
    let renamed = alone.replace("foo = \"1\"", "own = { version = \"1\", package = \"foo\" }");
    check(&[("Cargo.toml", &renamed), part], &[]);

    let root = format!("[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nfoo = \"1\"\n{patched}");
    check(&[("Cargo.toml", &root), ("a/Cargo.toml", asking), part], &[]);
    check(&[("Cargo.toml", &root), ("a/Cargo.toml", "[dependencies]\nfoo.workspace = true\n"), part], &[]);
    check(&[("Cargo.toml", &root), ("a/Cargo.toml", asking)], &["a/Cargo.toml"]);

    let git = "[dependencies]\nfoo = { git = \"https://h/foo.git\" }\n";
    check(&[("Cargo.toml", &root), ("a/Cargo.toml", git), part], &["a/Cargo.toml"]);
    let of_git = root.replace("crates-io", "\"https://h/foo\"");
    check(&[("Cargo.toml", &of_git), ("a/Cargo.toml", git), part], &[]);
    check(&[("Cargo.toml", &of_git), ("a/Cargo.toml", asking), part], &["a/Cargo.toml"]);
}

#[test]
fn the_lock_file_of_a_workspace_of_cargo_is_that_of_members_outside_of_its_folder() {
    let root = "[workspace]\nmembers = [\"../other\", \"../libs/*\"]\n";
    let lock = ("shop/Cargo.lock", "version = 4\n");
    check(&[("shop/Cargo.toml", root), lock, ("other/Cargo.toml", CARGO), ("libs/a/Cargo.toml", CARGO)], &[]);
    let pointed = format!("[package]\nworkspace = \"../../shop\"\n{CARGO}");
    check(&[("shop/Cargo.toml", "[workspace]\n"), lock, ("tools/a/Cargo.toml", &pointed)], &[]);

    check(&[("shop/Cargo.toml", root), ("other/Cargo.toml", CARGO)], &["other/Cargo.toml"]);
    check(&[("shop/Cargo.toml", root), lock, ("third/Cargo.toml", CARGO)], &["third/Cargo.toml"]);
    let left_out = root.replace("[workspace]\n", "[workspace]\nexclude = [\"../libs/b\"]\n");
    check(&[("shop/Cargo.toml", &left_out), lock, ("libs/b/Cargo.toml", CARGO)], &["libs/b/Cargo.toml"]);
    check(&[("shop/Cargo.toml", CARGO), lock, ("tools/a/Cargo.toml", &pointed)], &["tools/a/Cargo.toml"]);
}

#[test]
fn a_workspace_of_cargo_below_another_has_a_lock_file_of_its_own() {
    let upper = [("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"), ("Cargo.lock", "version = 4\n")];
    let lower = format!("{CARGO}[workspace]\n");
    let lower = ("fuzz/Cargo.toml", lower.as_str());
    check(&[upper[0], upper[1], lower, ("a/Cargo.toml", CARGO)], &["fuzz/Cargo.toml"]);
    check(&[upper[0], upper[1], lower, ("fuzz/a/Cargo.toml", CARGO)], &["fuzz/Cargo.toml", "fuzz/a/Cargo.toml"]);
    check(&[upper[0], upper[1], lower, ("fuzz/Cargo.lock", "version = 4\n")], &[]);
}

#[test]
fn the_lock_file_of_a_workspace_of_pnpm_is_that_of_members_outside_of_its_folder() {
    let root = ("shop/pnpm-workspace.yaml", "packages:\n  - '../libs/*'\n  - '!../libs/old'\n");
    let lock = ("shop/pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
    let member = ("libs/a/package.json", PACKAGE);
    check(&[root, lock, member], &[]);
    check(&[root, member], &["libs/a/package.json"]);
    check(&[root, ("shop/yarn.lock", ""), member], &["libs/a/package.json"]);
    check(&[root, lock, ("libs/old/package.json", PACKAGE)], &["libs/old/package.json"]);
    check(&[(root.0, "packages:\n"), lock, member], &["libs/a/package.json"]);
}

#[test]
fn lock_files_of_rush_are_those_of_the_projects_that_it_names() {
    let rush = "{ // Rush\n \"projects\": [\n\
                {\"packageName\": \"a\", \"projectFolder\": \"apps/a\"},\n\
                {\"packageName\": \"b\", \"projectFolder\": \"libs/b\", \"subspaceName\": \"s\"},\n] }\n";
    let projects = [("rush.json", rush), ("apps/a/package.json", PACKAGE), ("libs/b/package.json", PACKAGE)];
    let of = |more: &[(&'static str, &'static str)]| [&projects[..], more].concat();
    let (common, subspaces) = ("common/config/rush/pnpm-lock.yaml", ("common/config/rush/subspaces.json", "{}"));
    let (default, own) = ("common/config/subspaces/default/pnpm-lock.yaml", "common/config/subspaces/s/pnpm-lock.yaml");
    check(&of(&[(common, "")]), &[]);
    check(&of(&[("common/config/rush/yarn.lock", "")]), &[]);
    check(&of(&[subspaces, (default, ""), (own, "")]), &[]);

    let both = ["apps/a/package.json", "libs/b/package.json"];
    check(&of(&[]), &both);
    check(&of(&[subspaces, (default, "")]), &both[1..]);
    check(&of(&[subspaces, (common, "")]), &both[1..]);
    check(&of(&[subspaces, (own, "")]), &both[..1]);
    check(&of(&[(common, ""), ("apps/c/package.json", PACKAGE)]), &["apps/c/package.json"]);
}

#[test]
fn lock_files_of_appraisal_are_those_of_the_gemfile_above() {
    let (gemfile, lock) =
        (("a/Gemfile", "gem 'rails'\n"), ("a/gemfiles/rails7.gemfile.lock", "GEM\n  specs:\n    a (1)\n"));
    check(&[gemfile, lock, ("a/Appraisals", "appraise 'rails7' do\nend\n")], &[]);
    check(&[gemfile, lock], &["a/Gemfile"]);
    check(&[gemfile, ("a/Appraisals", "")], &["a/Gemfile"]);
    check(&[gemfile, lock, ("Appraisals", "")], &["a/Gemfile"]);
}

#[test]
fn gems_at_a_path_ask_with_their_specifications() {
    let (plain, asking) = ("Gem::Specification.new\n", "Gem::Specification.new { |s| s.add_dependency 'rails' }\n");
    check(&[("a/Gemfile", "gemspec\n"), ("a/own.gemspec", plain)], &[]);
    check(&[("a/Gemfile", "path 'parts' do\n  gem 'b'\nend\n"), ("a/parts/b/b.gemspec", plain)], &[]);
    check(&[("a/Gemfile", "gem 'b', path: '../b'\n"), ("b/b.gemspec", plain)], &[]);

    check(&[("a/Gemfile", "gemspec\n"), ("a/own.gemspec", asking)], &["a/Gemfile"]);
    check(&[("a/Gemfile", "gemspec\n"), ("a/b/own.gemspec", plain)], &["a/Gemfile"]);
    check(&[("a/Gemfile", "gemspec\ngem 'rails'\n"), ("a/own.gemspec", plain)], &["a/Gemfile"]);
    check(&[("a/Gemfile", "path 'parts' do\n  gem 'b'\nend\n"), ("a/parts/b/b.gemspec", asking)], &["a/Gemfile"]);
    check(&[("a/Gemfile", "gem 'b', path: '../b'\n"), ("b/b.gemspec", asking)], &["a/Gemfile"]);
    for statement in ["gem 'b', path: '../b'\n", "path '../b' do\n  gem 'b'\nend\n"] {
        check(&[("a/Gemfile", statement), ("b/lib/b.rb", "")], &[]);
        check(&[("a/Gemfile", statement)], &["a/Gemfile"]);
        check(&[("a/Gemfile", &statement.replace("..", "../..")), ("b/b.gemspec", plain)], &["a/Gemfile"]);
    }
}

#[test]
fn python_projects_ask_for_parts_of_the_repository() {
    let uv = "[project]\ndependencies = [\"x\", \"Y_z>=1\"]\n\
              [tool.uv.sources]\nx = { workspace = true }\ny-z = { path = \"y\" }\n";
    let poetry = "[tool.poetry.dependencies]\npython = \"^3\"\nx = { path = \"../x\", develop = true }\n";
    let enriched = format!("[project]\ndependencies = [\"x\"]\n{poetry}");
    let url = "[project]\nname = \"app\"\ndependencies = [\"x @ file:../x\"]\n\
               [project.optional-dependencies]\nall = [\"app[cli,web]\"]\n";
    for text in [uv, poetry, &enriched, url] {
        check(&[("a/pyproject.toml", text), ("a/y/pyproject.toml", ""), ("x/setup.py", "")], &[]);
    }
    check(&[("a/Pipfile", "[packages]\nx = { path = \".\", editable = true }\n"), ("a/setup.py", "")], &[]);
    check(&[("a/setup.cfg", "[options]\ninstall_requires =\n    x @ file:../x\n")], &[]);

    for text in [
        uv.replace("\"x\"", "\"x\", \"django\""),
        uv.replace("path = \"y\"", "index = \"own\""),
        uv.replace("workspace = true", "git = \"https://h/x.git\""),
        format!("{poetry}django = \"^4\"\n"),
        poetry.replace("../x", "x-1.0-py3-none-any.whl"),
        url.replace("app[cli,web]", "django"),
        url.replace("file:../x", "https://h/x.zip"),
    ] {
        check(&[("a/pyproject.toml", &text)], &["a/pyproject.toml"]);
    }
    check(&[("a/Pipfile", "[packages]\nx = { path = \".\" }\ndjango = \"*\"\n")], &["a/Pipfile"]);
    let configuration = "[options]\ninstall_requires =\n    x @ file:../x\n    django\n";
    check(&[("a/setup.cfg", configuration)], &["a/setup.cfg"]);
}

#[test]
fn the_root_of_a_workspace_of_uv_gives_its_members_sources() {
    let root = "[tool.uv.workspace]\nmembers = [\"packages/*\"]\nexclude = [\"packages/old\"]\n\
                [tool.uv.sources]\nx = { workspace = true }\ny = { index = \"own\" }\n";
    let root = ("a/pyproject.toml", root);
    let member = "[project]\ndependencies = [\"x\"]\n";
    check(&[root, ("a/packages/b/pyproject.toml", member)], &[]);

    let more = "[project]\ndependencies = [\"x\", \"y\"]\n";
    check(&[root, ("a/packages/b/pyproject.toml", more)], &["a/packages/b/pyproject.toml"]);
    let own = format!("{member}[tool.uv.sources]\nx = {{ index = \"own\" }}\n");
    check(&[root, ("a/packages/b/pyproject.toml", &own)], &["a/packages/b/pyproject.toml"]);
    for other in ["a/packages/old/pyproject.toml", "a/tools/pyproject.toml"] {
        check(&[root, (other, member)], &[other]);
    }
}

#[test]
fn members_of_a_workspace_of_node_ask_for_one_another() {
    let root = r#"{"private":true,"workspaces":["packages/*"],"devDependencies":{"@s/b":"*"}}"#;
    let member = r#"{"name":"a","dependencies":{"@s/b":"^1.2.0"},"devDependencies":{"c":"workspace:^"}}"#;
    let asked = ("r/packages/b/package.json", r#"{"name":"@s/b","version":"1.4.0"}"#);
    check(&[("r/package.json", root), ("r/packages/a/package.json", member), asked], &[]);
    let of_yarn = r#"{"workspaces":{"packages":["packages/**"],"nohoist":[]}}"#;
    check(&[("r/package.json", of_yarn), ("r/packages/a/package.json", member), asked], &[]);

    let more = member.replace("\"@s/b\"", "\"lodash\":\"^4.0.0\",\"@s/b\"");
    check(&[("r/package.json", root), ("r/packages/a/package.json", &more), asked], &["r/packages/a/package.json"]);
    for range in ["^2.0.0", "1.3.0", "latest", "npm:other@1.4.0", "s/b"] {
        let other = member.replace("^1.2.0", range);
        check(
            &[("r/package.json", root), ("r/packages/a/package.json", &other), asked],
            &["r/packages/a/package.json"],
        );
    }
    let outside = ("r/fixtures/b/package.json", r#"{"name":"@s/b","version":"1.4.0"}"#);
    let both = ["r/package.json", "r/packages/a/package.json"];
    check(&[("r/package.json", root), ("r/packages/a/package.json", member), outside], &both);
    check(&[("r/packages/a/package.json", member), asked], &both[1..]);
}

#[test]
fn members_of_a_workspace_of_node_lie_by_any_pattern_and_may_be_prereleases() {
    let asked = r#"{"name":"a","version":"1.2.3"}"#;
    let member = r#"{"name":"b","dependencies":{"a":"^1.0.0"}}"#;
    let root = r#"{"private":true,"workspaces":["{packages,apps}/*","pkg-?","lib-[ab]"]}"#;
    let root = ("package.json", root);
    check(&[root, ("packages/a/package.json", asked), ("apps/b/package.json", member)], &[]);
    check(&[root, ("pkg-a/package.json", asked), ("lib-a/package.json", member)], &[]);
    check(&[root, ("others/a/package.json", asked), ("apps/b/package.json", member)], &["apps/b/package.json"]);

    let prerelease = asked.replace("1.2.3", "2.0.0-beta.1");
    let check_range = |range: &str, expected: &[&str]| {
        let member = member.replace("^1.0.0", range);
        check(&[root, ("packages/a/package.json", &prerelease), ("apps/b/package.json", &member)], expected);
    };
    check_range("^2.0.0-beta.1", &[]);
    check_range("^2.0.0-beta.2", &["apps/b/package.json"]);
}

#[test]
fn packages_of_composer_from_a_folder_are_parts_of_the_repository() {
    let project = r#"{"repositories":[{"type":"path","url":"../packages/*"},{"packagist.org":false}],
                      "require":{"php":">=8","Acme/Core":"*"}}"#;
    let part = ("packages/core/composer.json", r#"{"name":"acme/core","require":{"php":">=8"}}"#);
    check(&[("app/composer.json", project), part], &[]);
    let by_name = project.replace("[{\"type\"", "{\"own\":{\"type\"").replace("},{\"packagist.org\":false}]", "}}");
    check(&[("app/composer.json", &by_name), part], &[]);

    for other in [
        project.replace("\"php\"", "\"monolog/monolog\":\"^3\",\"php\""),
        project.replace("../packages", "../others"),
        project.replace("\"path\"", "\"vcs\""),
        project.replace("\"type\"", "\"canonical\":false,\"type\""),
        project.replace("\"type\"", "\"exclude\":[\"acme/core\"],\"type\""),
        project.replace("[{\"type\"", "[{\"type\":\"composer\",\"url\":\"https://h\"},{\"type\""),
    ] {
        check(&[("app/composer.json", &other), part], &["app/composer.json"]);
    }
    check(&[("app/composer.json", project)], &["app/composer.json"]);
}

#[test]
fn packages_of_composer_ask_for_one_another() {
    let root = ("composer.json", r#"{"repositories":[{"type":"path","url":"packages/*"}],"require":{"acme/web":"*"}}"#);
    let web = r#"{"name":"acme/web","require":{"acme/core":"^1"}}"#;
    let core = ("packages/core/composer.json", r#"{"name":"acme/core"}"#);
    check(&[root, ("packages/web/composer.json", web), core], &[]);

    let more = web.replace("\"^1\"", "\"^1\",\"monolog/monolog\":\"^3\"");
    check(&[root, ("packages/web/composer.json", &more), core], &["packages/web/composer.json"]);
    check(&[root, ("others/web/composer.json", web), core], &["composer.json", "others/web/composer.json"]);
}

const LOCKS_OF_XCODE: &[&str] = &[
    "Package.resolved",
    ".package.resolved",
    "App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved",
    ".swiftpm/xcode/package.xcworkspace/xcshareddata/swiftpm/Package.resolved",
];

#[test]
fn manifests_of_further_languages_are_gaps_without_a_lock_file() {
    let swift = "dependencies: [.package(url: \"https://h/a\", from: \"1.0.0\")]\n";
    let julia = "[deps]\nHTTP = \"cd3eb016-35fb-5094-929b-558a96fad6f3\"\n";
    let haskell = &["stack.yaml.lock", "cabal.project.freeze"][..];
    let gradle = &["gradle.lockfile", "gradle/dependency-locks/compileClasspath.lockfile"][..];
    for (manifest, text, locks) in [
        ("build.gradle", "dependencies {\n  implementation 'a:b:1'\n}\n", gradle),
        ("build.gradle.kts", "dependencies {\n  implementation(libs.a)\n}\n", gradle),
        ("own.gradle", "dependencies { api \"a:b:$version\" }\n", gradle),
        ("build.sbt", "libraryDependencies += \"a\" % \"b\" % \"1\"\n", &["build.sbt.lock"][..]),
        ("own.sbt", "libraryDependencies += \"a\" % \"b\" % \"1\"\n", &["build.sbt.lock"][..]),
        ("project/Common.scala", "object Common { val all = libraryDependencies ++= x }\n", &["build.sbt.lock"][..]),
        ("Podfile", "target 'App' do\n  pod 'A'\nend\n", &["Podfile.lock", "Pods/Manifest.lock"][..]),
        ("Package.swift", swift, LOCKS_OF_XCODE),
        ("pubspec.yaml", "name: a\ndependencies:\n  http: ^1.0.0\n", &["pubspec.lock"][..]),
        ("mix.exs", "defp deps do\n  [{:a, \"~> 1.0\"}]\nend\n", &["mix.lock"][..]),
        ("rebar.config", "{deps, [cowboy]}.\n", &["rebar.lock"][..]),
        ("stack.yaml", "extra-deps:\n- a-1.0\n", haskell),
        ("package.yaml", "library: {}\ndependencies:\n- aeson\n", haskell),
        ("own.cabal", "name: own\nlibrary\n  build-depends: base, aeson\n", haskell),
        ("Project.toml", julia, &["Manifest.toml", "JuliaManifest.toml", "Manifest-v1.11.toml"][..]),
        ("JuliaProject.toml", julia, &["JuliaManifest-v1.11.toml"][..]),
    ] {
        let path = format!("a/b/{manifest}");
        check(&[(path.as_str(), text)], &[path.as_str()]);
        for lock in locks {
            for folder in ["a/b", "a", ""] {
                check(&[(path.as_str(), text), (join(folder, lock).as_str(), "")], &[]);
            }
            if manifest != "own.gradle" {
                check(&[(path.as_str(), text), (join("a/c", lock).as_str(), "")], &[path.as_str()]);
            }
        }
        check(&[(format!("vendor/b/{manifest}").as_str(), text)], &[]);
    }
    for fetched in ["deps/a/mix.exs", "_build/a/rebar.config", ".build/checkouts/a/Package.swift"] {
        let text = if fetched.ends_with("swift") { swift } else { "{deps, [{:a, \"~> 1.0\"}]}." };
        check(&[(fetched, text)], &[]);
    }
}

#[test]
fn manifests_of_further_languages_that_ask_for_nothing_are_none() {
    for (manifest, text) in [
        ("build.gradle", "plugins { id 'java' version '1' }\ndependencies {\n  implementation project(':x')\n}\n"),
        ("settings.gradle.kts", "rootProject.name = \"a\"\ninclude(\"b\")\n"),
        ("build.sbt", "name := \"a\"\n"),
        ("project/plugins.sbt", "libraryDependencies += \"a\" % \"b\" % \"1\"\n"),
        ("project/Dependencies.scala", "object Dependencies {\n  val own = \"a\" % \"b\" % \"1\"\n}\n"),
        ("src/Common.scala", "object Common { val libraryDependencies += x }\n"),
        ("Podfile", "platform :ios, '15.0'\ntarget 'App' do\n  flutter_install_all_ios_pods root\nend\n"),
        ("Package.swift", "let package = Package(name: \"A\", targets: [.target(name: \"A\")])\n"),
        ("pubspec.yaml", "name: a\ndependencies:\n  flutter:\n    sdk: flutter\n"),
        ("mix.exs", "defp deps do\n  [{:b, in_umbrella: true}]\nend\n"),
        ("rebar.config", "{erl_opts, [debug_info]}.\n{deps, []}.\n"),
        ("stack.yaml", "resolver: lts-22.1\npackages:\n- .\n"),
        ("package.yaml", "name: a\ndependencies: [base, text]\nlibrary: {}\n"),
        ("a.cabal", "name: a\nlibrary\n  build-depends: base >=4 && <5\ntest-suite t\n  build-depends: a\n"),
        ("Project.toml", "[deps]\nDates = \"ade2ca70-3891-5945-98fb-dc099432e06a\"\n"),
        ("Project.toml", "[deps]\nsomething = \"of another tool\"\n"),
    ] {
        check(&[(format!("a/{manifest}").as_str(), text)], &[]);
    }
}

#[test]
fn packages_of_further_languages_lie_in_folders_of_the_repository() {
    for (manifest, text, part) in [
        ("Podfile", "pod 'Own/Part', :path => '../b'\n", "b/Own.podspec"),
        ("Podfile", "pod 'Own', :path => '../b/Own.podspec'\n", "b/Own.podspec"),
        ("Package.swift", "[.package(path: \"../b\")]\n", "b/Package.swift"),
        ("pubspec.yaml", "dependencies:\n  b:\n    path: ../b\n", "b/pubspec.yaml"),
        ("mix.exs", "defp deps do\n  [{:b, path: \"../b\"}]\nend\n", "b/mix.exs"),
        ("rebar.config", "{deps, [{b, {path, \"../b\"}}]}.\n", "b/rebar.config"),
        ("stack.yaml", "extra-deps:\n- ../b\n", "b/any.cabal"),
        (
            "Project.toml",
            "[deps]\nB = \"cd3eb016-35fb-5094-929b-558a96fad6f3\"\n[sources]\nB = { path = \"../b\" }\n",
            "b/Project.toml",
        ),
    ] {
        let path = format!("a/{manifest}");
        check(&[(path.as_str(), text), (part, "")], &[]);
        check(&[(path.as_str(), text)], &[path.as_str()]);
        check(&[(path.as_str(), &text.replace("../b", "../../b")), (part, "")], &[path.as_str()]);
    }
}

#[test]
fn packages_of_further_languages_ask_for_one_another() {
    let root = ("pubspec.yaml", "name: r\nworkspace:\n  - packages/a\n  - packages/b\n");
    let asking = "name: a\nresolution: workspace\ndependencies:\n  b: ^1.0.0\n";
    let member = ("packages/b/pubspec.yaml", "name: b\nresolution: workspace\n");
    check(&[root, ("packages/a/pubspec.yaml", asking), member], &[]);
    let more = format!("{asking}  http: ^1.0.0\n");
    check(&[root, ("packages/a/pubspec.yaml", &more), member], &["packages/a/pubspec.yaml"]);
    check(&[("packages/a/pubspec.yaml", asking), member], &["packages/a/pubspec.yaml"]);
    check(&[root, ("packages/c/pubspec.yaml", asking), member], &["packages/c/pubspec.yaml"]);

    let asking = ("pubspec.yaml", "name: x\ndependencies:\n  b: ^1.0.0\n");
    let overrides = ("pubspec_overrides.yaml", "dependency_overrides:\n  b:\n    path: b\n");
    check(&[asking, overrides, ("b/pubspec.yaml", "name: b\n")], &[]);
    check(&[asking, overrides], &[asking.0]);
    check(&[asking, (overrides.0, "dependency_overrides:\n  b: 1.0.0\n"), ("b/pubspec.yaml", "")], &[asking.0]);

    let asking = ("a/a.cabal", "name: a\nlibrary\n  build-depends: base, b\n");
    check(&[asking, ("b/b.cabal", "name: b\n")], &[]);
    check(&[asking, ("b/package.yaml", "library: {}\n")], &[]);
    check(&[asking, ("c/c.cabal", "name: c\n")], &["a/a.cabal"]);
    check(&[asking, ("a/package.yaml", "library: {}\ndependencies: b\n")], &["a/package.yaml"]);

    let uuid = "cd3eb016-35fb-5094-929b-558a96fad6f3";
    let (docs, own) = (format!("[deps]\nOwn = \"{uuid}\"\n"), format!("name = \"Own\"\nuuid = \"{uuid}\"\n"));
    check(&[("docs/Project.toml", &docs), ("Project.toml", &own)], &[]);
    check(&[("docs/Project.toml", &docs), ("Project.toml", "name = \"Own\"\n")], &["docs/Project.toml"]);
}
