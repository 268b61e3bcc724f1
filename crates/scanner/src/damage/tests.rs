//! Every kind of list of packages, damaged in every way in which such files come to harm.

use model::UntrustedPath;

use super::*;
use crate::ecosystem_check::read_with_gaps;
use crate::ecosystems::ECOSYSTEMS;
use crate::selector::SELECTOR;

/// A sound file of each kind with three packages, by lines, and the line in whose middle it is cut off.
const LISTS_OF_PACKAGES: &[(&str, &str)] = &[
    (
        "Cargo.lock",
        "version = 3\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"time\"]\n\n[[package]]\nname = \"time\"\nversion = \"0.1.43\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
    ),
    (
        "poetry.lock",
        "[[package]]\nname = \"jinja2\"\nversion = \"2.11.1\"\n\n[[package]]\nname = \"urllib3\"\nversion = \"1.25.8\"\n\n[metadata]\nlock-version = \"2.0\"\n",
    ),
    (
        "pdm.lock",
        "[[package]]\nname = \"jinja2\"\nversion = \"2.11.1\"\n\n[[package]]\nname = \"urllib3\"\nversion = \"1.25.8\"\n\n[metadata]\nlock_version = \"4.4\"\n",
    ),
    (
        "uv.lock",
        "version = 1\n\n[[package]]\nname = \"jinja2\"\nversion = \"2.11.1\"\nsource = { registry = \"https://pypi.org/simple\" }\n\n[[package]]\nname = \"urllib3\"\nversion = \"1.25.8\"\nsource = { registry = \"https://pypi.org/simple\" }\n",
    ),
    (
        "pylock.toml",
        "lock-version = \"1.0\"\n\n[[packages]]\nname = \"jinja2\"\nversion = \"2.11.1\"\n\n[[packages]]\nname = \"urllib3\"\nversion = \"1.25.8\"\n",
    ),
    ("requirements.txt", "jinja2==2.11.1\nflask==1.0\nurllib3==1.25.8\n"),
    ("environment.yml", "name: x\ndependencies:\n  - numpy=1.21.0\n  - scipy=1.7.0\n  - pip:\n    - jinja2==2.11.1\n"),
    (
        "conda-lock.yml",
        "version: 1\npackage:\n- name: numpy\n  version: 1.21.0\n  manager: conda\n- name: scipy\n  version: 1.7.0\n  manager: conda\n",
    ),
    (
        "conda-linux-64.lock",
        "# platform: linux-64\n@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/linux-64/numpy-1.21.0-py39_0.conda#00\nhttps://conda.anaconda.org/conda-forge/linux-64/scipy-1.7.0-py39_0.conda#00\n",
    ),
    (
        "cabal.project.freeze",
        "active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson ==2.0.3.0,\n             any.text ==1.2.5.0,\n             aeson -bytestring-builder,\n             any.vector ==0.12.3.1\nindex-state: hackage.haskell.org 2022-05-10T00:00:00Z\n",
    ),
    (
        "yarn.lock",
        "# yarn lockfile v1\n\n\na@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#0\"\n\nb@^1.0.0, b@^1.1.0:\n  version \"1.1.0\"\n  resolved \"https://registry.yarnpkg.com/b/-/b-1.1.0.tgz#0\"\n  dependencies:\n    a \"^1.0.0\"\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n    engines: {node: '>=10'}\n    cpu: [x64, arm64]\n\n  b@1.1.0:\n    resolution: {integrity: sha512-y}\n\nsnapshots:\n\n  a@1.0.0:\n    dependencies:\n      b: 1.1.0\n\n  b@1.1.0: {}\n",
    ),
    (
        "package-lock.json",
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"node_modules/a\": {\n      \"version\": \"1.0.0\"\n    },\n    \"node_modules/b\": {\n      \"version\": \"1.1.0\"\n    }\n  }\n}\n",
    ),
    (
        "Gemfile.lock",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.0.1)\n    rails (5.0.0)\n      rack (>= 2)\n    rake (13.0.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rails\n\nBUNDLED WITH\n   2.3.0\n",
    ),
    (
        "go.mod",
        "module example.com/app\n\ngo 1.21\n\nrequire (\n\tgithub.com/a/b v1.0.0\n\tgolang.org/x/net v0.16.0\n\tgolang.org/x/text v0.3.0 // indirect\n)\n",
    ),
    ("go.sum", "github.com/a/b v1.0.0 h1:x=\ngithub.com/a/b v1.0.0/go.mod h1:x=\ngolang.org/x/net v0.16.0 h1:x=\n"),
    ("gradle.lockfile", "a:b:1.0=runtimeClasspath\nc:d:2.0=runtimeClasspath\ne:f:3.0=runtimeClasspath\nempty=\n"),
    (
        "packages.config",
        "<?xml version=\"1.0\"?>\n<packages>\n  <package id=\"A\" version=\"1.0.0\" />\n  <package id=\"B\" version=\"1.1.0\" />\n  <package id=\"C\" version=\"1.2.0\" />\n</packages>\n",
    ),
    (
        "composer.lock",
        "{\n  \"packages\": [\n    {\n      \"name\": \"a/b\",\n      \"version\": \"1.0.0\"\n    },\n    {\n      \"name\": \"c/d\",\n      \"version\": \"1.1.0\"\n    }\n  ]\n}\n",
    ),
    ("Podfile.lock", "PODS:\n  - A (1.0)\n  - B (1.1):\n    - A (~> 1)\n\nDEPENDENCIES:\n  - B\n\nCOCOAPODS: 1.11.0\n"),
    (
        "pubspec.lock",
        "packages:\n  a:\n    dependency: \"direct main\"\n    source: hosted\n    version: \"1.0.0\"\n  b:\n    dependency: transitive\n    source: hosted\n    version: \"1.1.0\"\n",
    ),
    (
        "mix.lock",
        "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"h\", [:mix], [], \"hexpm\"},\n  \"b\": {:hex, :b, \"1.1.0\", \"h\", [:mix], [], \"hexpm\"},\n}\n",
    ),
];

/// The packages as `name version`, and the gaps.
fn read(path: &str, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let readers = SELECTOR.select(&UntrustedPath::normalise(path));
    let found: Vec<_> = readers.iter().map(|place| read_with_gaps(ECOSYSTEMS[place], path, bytes)).collect();
    let packages = found.iter().flat_map(|found| &found.packages);
    let mut packages: Vec<String> = packages.map(|package| format!("{} {}", package.name, package.version)).collect();
    packages.sort();
    let gaps = found.iter().flat_map(|found| &found.gaps).map(|gap| gap.reason.clone());
    (packages, gaps.collect())
}

#[test]
fn sound_lists_have_no_gap() {
    for (path, text) in LISTS_OF_PACKAGES {
        assert!(is_list_of_packages(path), "{path}");
        let (packages, gaps) = read(path, text.as_bytes());
        assert!(!packages.is_empty() && gaps.is_empty(), "{path}: {packages:?} {gaps:?}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(read(path, crlf.as_bytes()), (packages, gaps), "{path} with line ends of Windows");
    }
}

#[test]
fn every_damaged_list_is_a_gap_and_no_package_is_invented() {
    let mut silent = Vec::new();
    for (path, text) in LISTS_OF_PACKAGES {
        let (sound, _) = read(path, text.as_bytes());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let middle = lines.len() / 2;
        let with = |line: &str| [&lines[..middle].concat(), line, &lines[middle..].concat()].concat();
        let last = text.trim_end();
        let mut conflict = with("<<<<<<< HEAD\n=======\n>>>>>>> theirs\n");
        let zero = text.replacen("1", "\0", 1);
        let marks_around = [
            &lines[..middle].concat(),
            "<<<<<<< HEAD\n",
            lines[middle],
            "=======\n",
            lines[middle],
            ">>>>>>> theirs\n",
            &lines[middle + 1..].concat(),
        ]
        .concat();
        let not_utf8: Vec<u8> =
            [lines[..middle].concat().as_bytes(), b"\xff\xfe\xfa\n", lines[middle..].concat().as_bytes()].concat();
        conflict.push('\n');
        let damaged: [(&str, Vec<u8>); 6] = [
            ("marks of a merge", conflict.into_bytes()),
            ("two sides of a merge", marks_around.into_bytes()),
            ("a zero byte", zero.into_bytes()),
            ("a line of garbage", with("@@ -1,7 +1,9 @@ garbage (\n").into_bytes()),
            ("bytes that are no text", not_utf8),
            ("zeros at its end", [last.as_bytes(), &[0; 512]].concat()),
        ];
        for (what, bytes) in damaged {
            let (packages, gaps) = read(path, &bytes);
            if gaps.is_empty() {
                silent.push(format!("{path}: {what}"));
            }
            let is_known = |package: &String| sound.contains(package) || what == "a zero byte";
            let invented: Vec<&String> = packages.iter().filter(|package| !is_known(package)).collect();
            assert!(invented.is_empty(), "{path} with {what}: {invented:?}");
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn lists_in_utf16_are_read() {
    for path in ["requirements.txt", "environment.yml", "yarn.lock", "Cargo.lock", "packages.config"] {
        let (_, text) = LISTS_OF_PACKAGES.iter().find(|(known, _)| known == &path).unwrap();
        let sound = read(path, text.as_bytes());
        for order in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(order).collect();
            assert_eq!(read(path, &wide), sound, "{path}");
            let (_, gaps) = read(path, &wide[..wide.len() - 1]);
            assert!(!gaps.is_empty(), "{path} cut off in a character");
        }
    }
}

/// What is cut off in the middle of an entry says so, wherever the cut leaves an entry that cannot be whole.
#[test]
fn a_list_that_ends_within_an_entry_is_a_gap() {
    for (path, end) in [
        ("Cargo.lock", "version = \"0.1."),
        ("Cargo.lock", "name = \"time\"\n"),
        ("poetry.lock", "name = \"urllib3\"\n"),
        ("pdm.lock", "name = \"urllib3\"\n"),
        ("uv.lock", "name = \"urllib3\"\n"),
        ("pylock.toml", "name = \"urllib3\"\n"),
        ("yarn.lock", "b@^1.0.0, b@^1.1.0:\n"),
        ("yarn.lock", "b@^1.0"),
        ("pnpm-lock.yaml", "resolution: {integrity: sha512-"),
        ("pnpm-lock.yaml", "cpu: [x64"),
        ("pnpm-lock.yaml", "  b@1."),
        ("Gemfile.lock", "rails (5."),
        ("Gemfile.lock", "rails"),
        ("go.mod", "golang.org/x/net"),
        ("go.mod", "golang.org/x/net v0.16.0\n"),
        ("go.sum", "golang.org/x/net v0.1"),
        ("cabal.project.freeze", "any.vector =="),
        ("cabal.project.freeze", "any.vec"),
    ] {
        let (_, text) = LISTS_OF_PACKAGES.iter().find(|(known, _)| *known == path).unwrap();
        let at = text.find(end).unwrap_or_else(|| panic!("{path} has {end}")) + end.len();
        let (packages, gaps) = read(path, &text.as_bytes()[..at]);
        assert!(!gaps.is_empty(), "{path} up to {end}: {packages:?}");
    }
}

#[test]
fn a_gap_names_the_line() {
    for (path, bytes, line) in [
        ("go.mod", &b"module a\n\n<<<<<<< HEAD\nrequire a.b/c v1.0.0\n=======\n>>>>>>> x\n"[..], "line 3"),
        ("go.sum", b"a.b/c v1.0.0 h1:x=\nbroken\n", "line 2: `broken`"),
        ("Cargo.lock", b"version = 3\n\n[[package]\n", "line 3"),
        ("poetry.lock", b"[[package]]\nname = \"a\"\nversion = \"1\n", "line 3"),
        ("gradle.lockfile", b"a:b:1=x\nc:d:\0=x\n", "line 2"),
        ("packages.config", b"<packages>\n<package id=\"A\" version=\"1\0\"/>\n</packages>", "line 2"),
        ("yarn.lock", b"a@1:\n  version \"1.0.0\"\n\nb@1:\n  resolved \"x\"\n", "line 4"),
        ("Gemfile.lock", b"GEM\n  specs:\n    rack\n\nDEPENDENCIES\n  rack\n", "line 3"),
        ("pnpm-lock.yaml", b"lockfileVersion: '9.0'\npackages:\n\ta@1.0.0: {}\n", "line 3"),
    ] {
        let (_, gaps) = read(path, bytes);
        assert!(gaps.iter().any(|gap| gap.contains(line)), "{path}: {gaps:?}");
    }
}

#[test]
fn binary_lists_and_documents_are_no_text() {
    assert!(LISTS.is_sorted());
    assert!(!is_list_of_packages("bun.lockb") && !is_list_of_packages("copyright") && !is_list_of_packages("METADATA"));
    assert!(is_list_of_packages("requirements-dev.txt") && is_list_of_packages("pylock.dev.toml"));
    assert_eq!(text_of(b"a\n<<<<<<< x\nb\n=======\nc\n>>>>>>> y\n"), "a\n\nb\n\nc\n\n");
    // Headings of other texts are no marks.
    assert_eq!(text_of(b"Heading\n=======\n"), "Heading\n=======\n");
}
