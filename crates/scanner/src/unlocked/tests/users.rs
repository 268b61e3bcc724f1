use super::{CARGO, PACKAGE, PYPROJECT, check};

/// A lock file of Cargo with these crates of crates.io.
fn cargo_lock(crates: &[&str]) -> String {
    let entry = |name: &&str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n"
        )
    };
    format!("version = 4\n\n{}", crates.iter().map(entry).collect::<String>())
}

#[test]
fn the_lock_file_of_a_crate_tells_what_crates_at_its_paths_ask_for() {
    let (user, part) = (("a/Cargo.toml", "[dependencies]\nb = { path = \"../b\" }\n"), ("b/Cargo.toml", CARGO));
    let (lock, other) = (cargo_lock(&["libc"]), cargo_lock(&["cc"]));
    check(&[user, ("a/Cargo.lock", &lock), part], &[]);
    check(&[user, ("a/Cargo.lock", &other), part], &["b/Cargo.toml"]);
    check(&[user, part], &["b/Cargo.toml"]);
    check(&[("a/Cargo.toml", ""), ("a/Cargo.lock", &lock), part], &["b/Cargo.toml"]);
    let asks_more = format!("{CARGO}[dev-dependencies]\ncc = \"1\"\n");
    check(&[user, ("a/Cargo.lock", &lock), ("b/Cargo.toml", &asks_more)], &["b/Cargo.toml"]);
}

#[test]
fn lock_files_tell_what_is_taken_in_by_way_of_others() {
    let (user, lock) = ("[dependencies]\nb = { path = \"../b\" }\n", cargo_lock(&["libc", "cc"]));
    let between =
        "[package]\nname = \"b\"\n[dependencies]\ncc = \"1\"\nc = { path = \"../c\" }\na = { path = \"../a\" }\n";
    let own = "[package]\nname = \"c\"\n[dependencies]\nlibc = \"1\"\n";
    let files = [("a/Cargo.toml", user), ("b/Cargo.toml", between), ("c/Cargo.toml", own)];
    check(&[&files[..], &[("a/Cargo.lock", lock.as_str())][..]].concat(), &[]);
    check(&files, &["b/Cargo.toml", "c/Cargo.toml"]);
}

#[test]
fn the_lock_file_of_npm_tells_what_packages_in_folders_ask_for_where_it_has_them() {
    let user = ("a/package.json", r#"{"dependencies":{"b":"file:../b"}}"#);
    let part = ("b/package.json", PACKAGE);
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"b":"file:../b"}},
        "node_modules/b":{"version":"1.0.0","resolved":"file:../b"},"node_modules/lodash":{"version":"4.17.15"}}}"#;
    check(&[user, ("a/package-lock.json", lock), part], &[]);
    // Another version is not the one that it asks for.
    check(&[user, ("a/package-lock.json", &lock.replace("4.17.15", "4.17.20")), part], &["b/package.json"]);
    // npm leaves links out of the project to themselves.
    let linked = r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"b":"file:../b"}},
        "../b":{"version":"1.0.0"},"node_modules/b":{"resolved":"../b","link":true}}}"#;
    check(&[user, ("a/package-lock.json", linked), part], &["b/package.json"]);
}

#[test]
fn lock_files_of_python_tell_what_projects_in_folders_ask_for() {
    let uv = "[project]\nname = \"a\"\ndependencies = [\"b\"]\n[tool.uv.sources]\nb = { path = \"../b\" }\n";
    let poetry = "[tool.poetry.dependencies]\nb = { path = \"../b\" }\n";
    let lock = "[[package]]\nname = \"django\"\nversion = \"2.2.0\"\n\n\
                [[package]]\nname = \"b\"\nversion = \"1.0\"\nsource = { directory = \"../b\" }\n";
    let part = ("b/pyproject.toml", PYPROJECT);
    for (user, name) in [(uv, "a/uv.lock"), (poetry, "a/poetry.lock")] {
        check(&[("a/pyproject.toml", user), (name, lock), part], &[]);
        check(&[("a/pyproject.toml", user), (name, &lock.replace("django", "flask")), part], &["b/pyproject.toml"]);
        let stranger = ("c/pyproject.toml", PYPROJECT);
        check(&[("a/pyproject.toml", user), (name, lock), stranger], &["c/pyproject.toml"]);
    }
}

#[test]
fn the_lock_file_of_composer_tells_what_packages_in_folders_ask_for() {
    let project = r#"{"repositories":[{"type":"path","url":"../packages/*"}],"require":{"acme/core":"*"}}"#;
    let part =
        ("packages/core/composer.json", r#"{"name":"acme/core","require":{"php":">=8","monolog/monolog":"^3"}}"#);
    let lock =
        r#"{"packages":[{"name":"acme/core","version":"dev-main"},{"name":"monolog/monolog","version":"3.0.0"}]}"#;
    let user = ("app/composer.json", project);
    check(&[user, ("app/composer.lock", lock), part], &[]);
    let other = lock.replace("monolog/monolog", "a/b");
    check(&[user, ("app/composer.lock", &other), part], &["packages/core/composer.json"]);
}

#[test]
fn lock_files_of_swift_and_dart_tell_what_packages_at_paths_ask_for() {
    let part = ("b/Package.swift", "[.package(url: \"https://h/c\", from: \"1.0.0\")]\n");
    let user = ("a/Package.swift", "[.package(path: \"../b\")]\n");
    check(&[user, ("a/Package.resolved", r#"{"pins":[],"version":2}"#), part], &[]);
    check(&[user, part], &["b/Package.swift"]);

    let part = ("b/pubspec.yaml", "name: b\ndependencies:\n  http: ^1.0.0\n");
    let user = ("a/pubspec.yaml", "name: a\ndependencies:\n  b:\n    path: ../b\n");
    let lock = "packages:\n  http:\n    dependency: transitive\n    source: hosted\n    version: \"1.1.0\"\n";
    check(&[user, ("a/pubspec.lock", lock), part], &[]);
    check(&[user, ("a/pubspec.lock", &lock.replace("http", "path")), part], &["b/pubspec.yaml"]);
}
