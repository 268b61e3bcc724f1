use super::{CARGO, PACKAGE, PYPROJECT, check};

/// Checks that a manifest below a project is a gap where the lock file of that names nothing, and none where it names what
/// the manifest asks for, where the project says that the folder is its own, or where the lock file lies there alone.
fn check_below(files: [(&str, &str); 2], full: &str, below: (&str, &str), whole: Option<(&str, &str)>) {
    let [root, lock] = files;
    check(&[root, lock, below], &[below.0]);
    check(&[lock, below], &[]);
    check(&[root, (lock.0, full), below], &[]);
    if let Some(whole) = whole {
        check(&[whole, lock, below], &[]);
    }
}

#[test]
fn a_lock_file_of_npm_above_tells_what_it_names_or_has_as_a_member() {
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"name":"r"}}}"#;
    let full = r#"{"lockfileVersion":3,"packages":{"":{"name":"r"},"node_modules/lodash":{"version":"4.17.15"}}}"#;
    let (root, below) = (("r/package.json", r#"{"name":"r"}"#), ("r/docs/package.json", PACKAGE));
    let whole = ("r/package.json", r#"{"name":"r","workspaces":["docs"]}"#);
    check_below([root, ("r/package-lock.json", lock)], full, below, Some(whole));
    check(&[root, ("r/package-lock.json", &full.replace("17.15", "17.20")), below], &[below.0]);
    for other in ["r/pnpm-workspace.yaml", "r/lerna.json", "r/nx.json", "r/bun.lock"] {
        check(&[root, ("r/package-lock.json", lock), below, (other, "")], &[]);
    }
    let user = (root.0, r#"{"name":"r","dependencies":{"docs":"file:docs"}}"#);
    check(&[user, ("r/package-lock.json", lock), below], &[]);
}

#[test]
fn a_lock_file_of_cargo_above_tells_what_it_names_or_has_as_a_member() {
    let lock = "version = 4\n\n[[package]]\nname = \"r\"\nversion = \"0.1.0\"\n";
    let full = format!(
        "{lock}\n[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\n\
         source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    );
    let (package, below) = ("[package]\nname = \"r\"\n", ("fuzz/Cargo.toml", CARGO));
    let whole = format!("{package}[workspace]\nmembers = [\"fuzz\"]\n");
    for root in [package.to_owned(), format!("{package}[workspace]\nexclude = [\"fuzz\"]\n")] {
        check_below(
            [("Cargo.toml", root.as_str()), ("Cargo.lock", lock)],
            &full,
            below,
            Some(("Cargo.toml", whole.as_str())),
        );
    }
    let user = format!("{package}[dependencies]\nfuzz = {{ path = \"fuzz\" }}\n");
    check(&[("Cargo.toml", &user), ("Cargo.lock", lock), below], &[]);
    for table in ["patch.crates-io", "workspace.dependencies"] {
        let root = format!("{package}[workspace]\n[{table}]\nfuzz = {{ path = \"fuzz\" }}\n");
        check(&[("Cargo.toml", &root), ("Cargo.lock", lock), below], &[]);
    }
}

#[test]
fn lock_files_of_tools_without_workspaces_tell_what_they_name() {
    check_below(
        [("composer.json", r#"{"name":"a/a"}"#), ("composer.lock", r#"{"packages":[]}"#)],
        r#"{"packages":[{"name":"a/b","version":"1.0.0"}]}"#,
        ("tools/t/composer.json", r#"{"require":{"php":">=8","a/b":"^1","psr/log-implementation":"*"}}"#),
        None,
    );
    let uuid = "cd3eb016-35fb-5094-929b-558a96fad6f3";
    check_below(
        [("Project.toml", "name = \"X\"\n"), ("Manifest.toml", "manifest_format = \"2.0\"\n[deps]\n")],
        &format!("manifest_format = \"2.0\"\n[[deps.HTTP]]\nuuid = \"{uuid}\"\nversion = \"1.0.0\"\n"),
        ("docs/Project.toml", &format!("[deps]\nHTTP = \"{uuid}\"\n")),
        None,
    );
    check_below(
        [("pyproject.toml", "[tool.poetry]\nname = \"r\"\n"), ("poetry.lock", "package = []\n")],
        "[[package]]\nname = \"django\"\nversion = \"2.2.0\"\n",
        ("svc/pyproject.toml", PYPROJECT),
        None,
    );
    let cabal = ("e/e.cabal", "name: e\nlibrary\n  build-depends: base, aeson\n");
    let (lock, full) = ("cabal.project.freeze", "constraints: any.aeson ==1.0\n");
    check(&[(lock, "constraints: any.lens ==1\n"), cabal, ("e/cabal.project", "packages: .\n")], &[cabal.0]);
    check(&[(lock, full), cabal, ("e/cabal.project", "packages: .\n")], &[]);
    check(&[(lock, "constraints: any.lens ==1\n"), cabal], &[]);
}

#[test]
fn lock_files_of_dart_are_those_of_workspaces_too() {
    let package = "  http:\n    dependency: transitive\n    source: hosted\n    version: \"1.1.0\"\n";
    let below = ("example/pubspec.yaml", "name: e\ndependencies:\n  http: ^1.0.0\n");
    let whole = ("pubspec.yaml", "name: r\nworkspace:\n  - example\n");
    let files = [("pubspec.yaml", "name: r\n"), ("pubspec.lock", "packages: {}\n")];
    check_below(files, &format!("packages:\n{package}"), below, Some(whole));
    check(&[files[0], files[1], (below.0, &format!("{}resolution: workspace\n", below.1))], &[]);
}

#[test]
fn lock_files_of_mix_are_those_of_umbrellas_too() {
    let project =
        |options: &str| format!("def project do\n [app: :e, {options} deps: [{{:cowboy, \"~> 1.0\"}}]]\nend\n");
    let (root, lock) = (("mix.exs", "def project do\n [app: :r, deps: []]\nend\n"), ("mix.lock", "%{\n}\n"));
    let full = "%{\"cowboy\": {:hex, :cowboy, \"1.0.0\", \"a\", [:mix], [], \"hexpm\", \"b\"}}\n";
    let plain = project("");
    check_below([root, lock], full, ("examples/e/mix.exs", plain.as_str()), None);
    check(&[root, lock, ("apps/e/mix.exs", &plain)], &[]);
    check(&[root, lock, ("parts/e/mix.exs", &project("lockfile: \"../../mix.lock\","))], &[]);
    let own = project("lockfile: \"../mix.lock\",");
    check(&[root, lock, ("parts/e/mix.exs", &own)], &["parts/e/mix.exs"]);
}

#[test]
fn lock_files_of_pods_and_of_swift_are_those_of_the_project_beside_them() {
    let pods = ("Example/Podfile", "target 'B' do\n  pod 'A'\nend\n");
    let lock = ("Podfile.lock", "PODS: []\n");
    check(&[("Podfile", "target 'A' do\nend\n"), lock, pods], &[pods.0]);
    check(&[lock, pods], &[]);
    // What Carthage fetched is none of the project's.
    check(&[("Carthage/Checkouts/B/Podfile", pods.1)], &[]);

    let (root, lock) = (("Package.swift", "let package = Package(name: \"x\")\n"), ("Package.resolved", "{}"));
    let below = ("Examples/E/Package.swift", "[.package(url: \"https://h/a\", from: \"1.0.0\")]\n");
    check(&[root, lock, below], &[below.0]);
    check(&[lock, below], &[]);
    check(&[(root.0, "[.package(path: \"Examples/E\")]\n"), lock, below], &[]);
    check(&[root, lock, below, ("A.xcworkspace/xcshareddata/swiftpm/Package.resolved", "{}")], &[]);
}

#[test]
fn lock_files_of_bundler_are_those_of_the_gemfile_beside_them_and_of_what_it_takes_in() {
    let (root, lock) = (("Gemfile", "gem 'rails'\n"), ("Gemfile.lock", "GEM\n  specs:\n    a (1)\n"));
    let below = ("docs/site/Gemfile", "gem 'jekyll'\n");
    check(&[root, lock, below], &[below.0]);
    check(&[lock, below], &[]);
    check(&[root, lock, below, ("docs/site/Gemfile.lock", lock.1)], &[]);
    check(&[root, ("Gemfile.next.lock", lock.1), below], &[below.0]);
    check(&[("gems.rb", root.1), ("gems.locked", lock.1), ("docs/site/gems.rb", below.1)], &["docs/site/gems.rb"]);
    check(&[root, ("gemfiles/a.gemfile.lock", lock.1), ("Appraisals", ""), below], &[below.0]);
    for whole in [
        "eval_gemfile 'docs/site/Gemfile'\n",
        "gem 'site', path: 'docs/site'\n",
        "path 'docs' do\n  gem 'site'\nend\n",
        "gemspec path: 'docs/site'\n",
        "Dir['docs/*/Gemfile'].each { |file| eval_gemfile file }\n",
    ] {
        check(&[("Gemfile", &format!("gem 'rails'\n{whole}")), lock, below], &[]);
    }
    check(&[("Gemfile", "gem 'rails'\ngem 'a', path: 'parts/a'\n"), lock, below], &[below.0]);
    for over in ["eval_gemfile '../../Gemfile'\n", "eval_gemfile File.expand_path('../../../Gemfile', __FILE__)\n"] {
        check(&[root, lock, (below.0, &format!("{}{over}", below.1))], &[]);
    }
    // What is installed may be for all.
    let installed = "vendor/bundle/ruby/3.1.0/specifications/a-1.gemspec";
    check(&[root, (installed, "# stub: a 1 ruby lib\n"), below], &[]);
}

#[test]
fn lock_files_of_gradle_are_those_of_the_projects_that_the_settings_beside_them_include() {
    let (root, lock) = (("build.gradle", "plugins { id 'java' }\n"), ("gradle.lockfile", "a:b:1=x\nempty=\n"));
    let below = ("libs/a/build.gradle.kts", "dependencies { implementation(\"a:b:1\") }\n");
    check(&[root, lock, below], &[below.0]);
    check(&[lock, below], &[]);
    check(&[root, ("gradle/dependency-locks/x.lockfile", "a:b:1\n"), below], &[below.0]);
    check(&[root, lock, below, ("libs/a/gradle.lockfile", lock.1)], &[]);
    for settings in [
        "include 'libs:a'\n",
        "include(':a')\nproject(':a').projectDir = file('libs/a')\n",
        "file('libs').eachDir { include \":libs:${it.name}\" }\n",
    ] {
        for name in ["settings.gradle", "settings.gradle.kts"] {
            check(&[root, (name, settings), lock, below], &[]);
        }
    }
    check(&[root, ("settings.gradle", "include 'libs:b'\nincludeBuild 'libs/a'\n"), lock, below], &[below.0]);
    let outside = ("b/build.gradle", below.1);
    check(&[("a/settings.gradle", "includeFlat 'b'\n"), ("a/gradle.lockfile", lock.1), outside], &[]);
    // Scripts that others take in are parts of these.
    check(&[root, lock, ("gradle/own.gradle", "dependencies { api 'a:b:1' }\n")], &[]);
}
