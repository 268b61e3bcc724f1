//! Lock files and descriptions that nest, swell, repeat or refer to themselves.

use test_support::TarWriter;

use crate::program::{Bench, Run, image_of};

/// Scans an image that has this file and, to tell that the scan went on, one package of Alpine.
fn scan(path: &str, content: impl AsRef<[u8]>) -> Run {
    let mut layer = TarWriter::new();
    layer.file(path, 0o644, content.as_ref());
    layer.file("lib/apk/db/installed", 0o644, b"P:musl\nV:1.2.3-r0\nA:x86_64\n\n");
    let run = Bench::with("image.tar", &image_of(&layer)).scan("image.tar");
    assert!(run.packages().contains(&"musl".to_owned()), "{path}");
    run
}

#[test]
fn documents_that_nest_without_end_are_gaps() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let json = deep("[", "]");
    for path in [
        "package-lock.json",
        "Pipfile.lock",
        "composer.lock",
        "packages.lock.json",
        "conan.lock",
        "app.deps.json",
        "node_modules/a/package.json",
    ] {
        scan(&format!("app/{path}"), &json).has_gap(path);
        // What nobody asks for is passed over however deep it goes.
        scan(&format!("app/{path}"), deep("{\"a\":", "}").replace(":}", ":1}"));
    }
    let text = deep("{\"packages\":{\"a\":{\"dependencies\":", "}}}");
    scan("app/package-lock.json", text).has_gap("package-lock.json");
    for path in ["poetry.lock", "Cargo.lock", "uv.lock", "pdm.lock", "pylock.toml"] {
        scan(&format!("app/{path}"), format!("a = {json}")).has_gap(path);
        scan(&format!("app/{path}"), format!("[{}]", vec!["a"; 100_000].join("."))).has_gap(path);
    }
    for path in ["pubspec.lock", "Podfile.lock", "stack.yaml.lock"] {
        scan(&format!("app/{path}"), &json).has_gap(path);
        scan(&format!("app/{path}"), "- ".repeat(200_000)).has_gap(path);
    }
    let mut steps = String::new();
    for depth in 0..2000 {
        steps += &format!("{}a:\n", " ".repeat(depth));
    }
    scan("app/pnpm-lock.yaml", format!("lockfileVersion: '9.0'\npackages:\n{steps}")).packages();
    scan("app/pom.xml", deep("<a>", "</a>")).has_gap("pom.xml");
    scan("app/packages.config", deep("<a>", "</a>")).has_gap("packages.config");
}

#[test]
fn aliases_that_multiply_are_a_gap() {
    let mut bomb = "packages:\n  a0: &a0 {v: [x,x,x,x,x,x,x,x,x]}\n".to_owned();
    for level in 1..12 {
        bomb += &format!("  a{level}: &a{level} {{v: [{}]}}\n", format!("*a{},", level - 1).repeat(9));
    }
    scan("app/pubspec.lock", &bomb).has_gap("pubspec.lock");
    scan("app/Podfile.lock", bomb.replace("packages", "PODS")).packages();
    scan("app/environment.yml", bomb.replace("packages", "dependencies")).packages();
    // An alias of what it stands in.
    scan("app/pubspec.lock", "packages: &a\n  b: *a\n").packages();
}

#[test]
fn entities_that_multiply_or_lead_outside_are_not_resolved() {
    let mut laughs = "<!DOCTYPE project [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..12 {
        laughs += &format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10));
    }
    laughs += "<!ENTITY host SYSTEM \"file:///etc/passwd\"><!ENTITY far SYSTEM \"http://169.254.169.254/\">]>";
    for (path, body) in [
        (
            "app/pom.xml",
            "<project><groupId>g</groupId><artifactId>&a11;&host;&far;</artifactId><version>1</version><dependencies><dependency><groupId>&host;</groupId><artifactId>&a11;</artifactId><version>1.0</version></dependency></dependencies></project>",
        ),
        ("app/packages.config", "<packages><package id=\"&host;\" version=\"&a11;\"/></packages>"),
    ] {
        let run = scan(path, format!("{laughs}{body}"));
        assert!(!run.stdout.contains("root:") && !run.stdout.contains("hahaha"), "{}", run.stdout);
    }
}

#[test]
fn dependencies_that_run_in_a_circle_end() {
    let npm = r#"{"name":"x","lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"}},
        "node_modules/a":{"version":"1.0.0","dependencies":{"b":"1"}},
        "node_modules/b":{"version":"1.0.0","dependencies":{"a":"1","b":"1"}},
        "node_modules/c":{"link":true,"resolved":"node_modules/c"}}}"#;
    assert_eq!(scan("app/package-lock.json", npm).packages(), ["musl", "a", "b"]);
    let cargo = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\"b\"]\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\"a\", \"b\"]\n";
    let names = scan("app/Cargo.lock", cargo).packages();
    assert!(names.contains(&"a".to_owned()) && names.contains(&"b".to_owned()), "{names:?}");
    scan(
        "app/Gemfile.lock",
        "GEM\n  specs:\n    a (1.0)\n      b\n    b (1.0)\n      a\n      b\n\nDEPENDENCIES\n  a\n",
    )
    .packages();
    scan("app/poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\nb = \"*\"\n[[package]]\nname = \"b\"\nversion = \"1\"\n[package.dependencies]\na = \"*\"\n").packages();
    scan("app/yarn.lock", "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n  dependencies:\n    b \"1\"\n\nb@1:\n  version \"1.0.0\"\n  dependencies:\n    a \"1\"\n").packages();
    // Properties of a pom that stand for one another, and requirements that include themselves.
    scan("app/pom.xml", "<project><groupId>${a}</groupId><artifactId>${b}</artifactId><version>${c}</version><properties><a>${b}${b}</a><b>${a}${a}</b><c>${c}</c></properties></project>").packages();
    scan("app/requirements.txt", "-r requirements.txt\n-r ../../../../etc/passwd\n").packages();
}

#[test]
fn numbers_and_words_of_any_size_do_no_harm() {
    let digits = "9".repeat(100_000);
    let long = "x".repeat(5 << 20);
    for (path, text) in [
        (
            "app/package-lock.json",
            format!(r#"{{"lockfileVersion":{digits},"packages":{{"node_modules/a":{{"version":"{digits}.0.0"}}}}}}"#),
        ),
        (
            "app/package-lock.json",
            r#"{"lockfileVersion":1e999,"packages":{"node_modules/a":{"version":"1.0.0"}}}"#.to_owned(),
        ),
        ("app/node_modules/a/package.json", format!(r#"{{"name":"a","version":"{digits}","license":{digits}}}"#)),
        ("app/node_modules/a/package.json", format!(r#"{{"name":"{long}","version":"1.0.0"}}"#)),
        ("app/composer.lock", format!(r#"{{"packages":[{{"name":"a/b","version":"v{digits}"}}]}}"#)),
        ("app/Cargo.lock", format!("version = {digits}\n")),
        ("app/Cargo.lock", format!("[[package]]\nname = \"a\"\nversion = \"{digits}.1.1\"\nsource = \"registry+x\"\n")),
        ("app/requirements.txt", format!("django=={digits}\n{long}\n")),
        ("app/Gemfile.lock", format!("GEM\n  specs:\n    rack ({digits})\n    {long} (1)\n")),
        ("app/go.mod", format!("module a\n\ngo 1.{digits}\n\nrequire b.c/d v{digits}.0.0\n")),
        ("app/yarn.lock", format!("# yarn lockfile v1\n\n\"{long}\":\n  version \"1.0.0\"\n")),
        (
            "app/pom.xml",
            format!(
                "<project><groupId>{long}</groupId><artifactId>a</artifactId><version>{digits}</version></project>"
            ),
        ),
    ] {
        scan(path, text);
    }
}

#[test]
fn files_that_are_something_else_are_gaps_or_nothing() {
    let noise: Vec<u8> = (0..200_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for path in [
        "app/package-lock.json",
        "app/yarn.lock",
        "app/pnpm-lock.yaml",
        "app/bun.lock",
        "app/poetry.lock",
        "app/Pipfile.lock",
        "app/uv.lock",
        "app/Cargo.lock",
        "app/go.mod",
        "app/go.sum",
        "app/Gemfile.lock",
        "app/composer.lock",
        "app/pom.xml",
        "app/gradle.lockfile",
        "app/packages.lock.json",
        "app/a.deps.json",
        "app/pubspec.lock",
        "app/mix.lock",
        "app/Package.resolved",
        "app/Podfile.lock",
        "app/Manifest.toml",
        "app/renv.lock",
        "app/a.jar",
        "etc/os-release",
        "var/lib/dpkg/status",
        "usr/lib/python3/dist-packages/a-1.dist-info/METADATA",
        "root/.cargo/bin/x",
        "opt/conda/conda-meta/a.json",
    ] {
        scan(path, &noise);
        scan(path, b"");
        scan(path, [0; 70_000]);
    }
}

#[test]
fn files_of_countless_small_values_are_bounded_and_said() {
    const LENGTH: usize = 16 << 20;
    scan("app/Cargo.lock", format!("a = [{}]", "1,".repeat(LENGTH / 2 - 10))).has_gap("Cargo.lock");
    scan("app/pubspec.lock", format!("packages: {{a: [{}]}}", "x,".repeat(LENGTH / 2 - 20))).has_gap("pubspec.lock");
    let folders: Vec<String> =
        (0..400_000).map(|number| format!("\"node_modules/{number:x}\":{{\"version\":\"1\"}}")).collect();
    let run = scan("app/package-lock.json", format!("{{\"packages\":{{{}}}}}", folders.join(",")));
    run.has_gap("app/package-lock.json: it names more than 50000 packages");
    assert!(run.packages().len() <= 50_001);
}
