//! `*.cabal` (cabal.readthedocs.io, Package description), `package.yaml` of hpack and `stack.yaml` (docs.haskellstack.org):
//! which packages they ask for that do not come with the compiler.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::manifest::ProjectManifest;
use crate::yaml;

/// The fields of a package description that ask for packages.
const FIELDS: &[&str] = &["build-depends", "build-tool-depends", "setup-depends"];

/// The keys of a `package.yaml` that do.
const KEYS: &[&str] = &["build-tools", "dependencies"];

/// Keys of which a `package.yaml` of hpack has one; other tools have files of the name.
const KEYS_OF_HPACK: &[&str] =
    &["benchmarks", "executable", "executables", "ghc-options", "internal-libraries", "library", "tests"];

/// The packages that come with GHC (GHC User's Guide, Included libraries), sorted.
const OF_COMPILER: &[&str] = &[
    "Cabal",
    "Cabal-syntax",
    "Win32",
    "array",
    "base",
    "binary",
    "bytestring",
    "containers",
    "deepseq",
    "directory",
    "exceptions",
    "filepath",
    "ghc",
    "ghc-bignum",
    "ghc-boot",
    "ghc-boot-th",
    "ghc-compact",
    "ghc-experimental",
    "ghc-heap",
    "ghc-internal",
    "ghc-prim",
    "ghci",
    "haskeline",
    "hpc",
    "integer-gmp",
    "integer-simple",
    "mtl",
    "os-string",
    "parsec",
    "pretty",
    "process",
    "rts",
    "semaphore-compat",
    "stm",
    "system-cxx-std-lib",
    "template-haskell",
    "terminfo",
    "text",
    "time",
    "transformers",
    "unix",
    "xhtml",
];

/// Reads a package description.
pub(super) fn read_cabal(text: &str) -> ProjectManifest {
    let (mut name, mut version) = ("", "");
    let (mut asked, mut own_libraries) = (BTreeSet::new(), BTreeSet::new());
    // The indent of the field whose lines go on.
    let mut field: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with("--") {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if field.is_some_and(|field| indent > field) {
            add_packages(content, &mut asked);
            continue;
        }
        field = None;
        let Some((key, value)) = content.split_once(':') else {
            own_libraries.extend(own_library(content).filter(|_| indent == 0));
            continue;
        };
        let key = key.trim_end();
        if FIELDS.iter().any(|field| key.eq_ignore_ascii_case(field)) {
            field = Some(indent);
            add_packages(value, &mut asked);
        } else if indent == 0 && key.eq_ignore_ascii_case("name") {
            name = value.trim();
        } else if indent == 0 && key.eq_ignore_ascii_case("cabal-version") {
            version = value;
        }
    }
    if names_own_libraries_alone(version) {
        asked.retain(|asked| !own_libraries.contains(asked));
    }
    manifest(name, &asked)
}

/// The name of the library of the package that a section describes: `helper` for `library helper`.
fn own_library(header: &str) -> Option<&str> {
    let mut words = header.trim_end_matches('{').split_whitespace();
    let is_library = words.next()?.eq_ignore_ascii_case("library");
    words.next().filter(|_| is_library)
}

/// Whether descriptions in this version of the format name other libraries of the package without the package before it:
/// those before 3.4, from which on a name by itself is that of a package.
fn names_own_libraries_alone(version: &str) -> bool {
    let mut numbers = version.trim_start_matches(|letter: char| !letter.is_ascii_digit()).split('.').map(str::trim);
    let mut number = || numbers.next().and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    (number(), number()) < (3, 4)
}

/// Adds the packages of a list with commas: `base >=4, own:{a, b}, tool:tool ^>={1.2, 1.3}`.
fn add_packages<'t>(list: &'t str, asked: &mut BTreeSet<&'t str>) {
    let mut depth = 0_usize;
    let parts = list.split(|letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    asked.extend(parts.map(package));
}

/// Reads a `package.yaml` in a folder of this name, after which a package is called that has no other one.
pub(super) fn read_hpack(text: &str, folder: &str) -> ProjectManifest {
    let Ok(document) = yaml::parse::<Value>(text) else { return ProjectManifest::default() };
    let mut asked = BTreeSet::new();
    if KEYS_OF_HPACK.iter().any(|key| document.get(*key).is_some()) {
        add_sections(&document, &mut asked);
    }
    if let Some(libraries) = document.get("internal-libraries").and_then(Value::as_object) {
        asked.retain(|asked| !libraries.contains_key(*asked));
    }
    manifest(document.get("name").and_then(Value::as_str).unwrap_or(folder), &asked)
}

/// Adds what a document asks for in any of its sections; the reader of YAML bounds how deep they lie.
fn add_sections<'d>(section: &'d Value, asked: &mut BTreeSet<&'d str>) {
    match section {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    _ if !KEYS.contains(&key.as_str()) => add_sections(value, asked),
                    Value::Object(packages) => asked.extend(packages.keys().map(|name| package(name))),
                    Value::Array(packages) => {
                        let names =
                            packages.iter().filter_map(|package| package.get("name").unwrap_or(package).as_str());
                        asked.extend(names.map(package));
                    }
                    value => asked.extend(value.as_str().map(package)),
                }
            }
        }
        Value::Array(sections) => sections.iter().for_each(|section| add_sections(section, asked)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[derive(Deserialize)]
struct Stack {
    #[serde(default, rename = "extra-deps")]
    extra: Value,
}

/// Reads a `stack.yaml`: what it takes beside its snapshot. What the project needs of the snapshot its packages ask for.
pub(super) fn read_stack(text: &str) -> ProjectManifest {
    let Ok(stack) = yaml::parse::<Stack>(text) else {
        // It may have been cut or merged badly.
        return ProjectManifest::that_asks(text.contains("extra-deps:"));
    };
    let mut manifest = ProjectManifest::default();
    for dependency in stack.extra.as_array().into_iter().flatten() {
        let is_folder = |place: &&str| place.contains('/') && !place.contains("://") || place.starts_with('.');
        match dependency.as_str().filter(is_folder) {
            Some(folder) => manifest.folders.push(folder.to_owned()),
            None => manifest.asks = true,
        }
    }
    manifest
}

/// The name that a request begins with: `aeson` of `aeson >=2 && <3`.
fn package(request: &str) -> &str {
    let request = request.trim_start();
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    &request[..request.find(|letter: char| !is_part(letter)).unwrap_or(request.len())]
}

fn manifest(name: &str, asked: &BTreeSet<&str>) -> ProjectManifest {
    let mut manifest = ProjectManifest { name: name.to_owned(), ..ProjectManifest::default() };
    let from_elsewhere = asked.iter().filter(|asked| !asked.is_empty() && OF_COMPILER.binary_search(asked).is_err());
    from_elsewhere.for_each(|asked| manifest.leave_open(asked, ""));
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &ProjectManifest, name: &str, open: &[&str]) {
        let told: Vec<&str> = manifest.open.iter().map(|wish| wish.name.as_str()).collect();
        assert_eq!((manifest.name.as_str(), told.as_slice()), (name, open));
        assert!(!manifest.asks);
    }

    #[test]
    fn package_descriptions_ask_in_every_section() {
        assert!(OF_COMPILER.is_sorted());
        check(
            &read_cabal(
                "cabal-version: 2.4\nname:          own\nversion: 1.0\n-- build-depends: no\n\
                 description: build-depends of all\n\ncommon all\n  build-depends: base >=4.7 && <5, text\n\n\
                 library\n  import: all\n  Build-Depends:\n      aeson\n    , own:{inner, other}\n    -- , absent\n    \
                 , lens ^>={ 5.1, 5.2 }\n                   , bytestring\n  default-language: Haskell2010\n  \
                 if flag(fast)\n    build-depends: vector\n\ntest-suite x\n  build-depends: base\n               , own\n  \
                 build-tool-depends: hspec-discover:hspec-discover\n",
            ),
            "own",
            &["aeson", "hspec-discover", "lens", "own", "vector"],
        );
        check(&read_cabal("name: own\nlibrary\n  build-depends: base, containers\n"), "own", &[]);
    }

    #[test]
    fn descriptions_of_hpack_ask_in_every_section() {
        check(
            &read_hpack(
                "name: own\ndependencies:\n- base >= 4.7 && < 5\n- aeson\nlibrary:\n  dependencies: text\n  when:\n  \
                 - condition: os(linux)\n    dependencies:\n    - name: unix-extra\n      version: '1'\n\
                 tests:\n  spec:\n    dependencies:\n      hspec: '>=2'\n",
                "x",
            ),
            "own",
            &["aeson", "hspec", "unix-extra"],
        );
        check(&read_hpack("library: {}\ndependencies: base\n", "own"), "own", &[]);
        check(&read_hpack("dependencies:\n- of another tool\n", "x"), "x", &[]);
    }

    #[test]
    fn other_libraries_of_the_package_are_its_own() {
        let sections = "name: own\nlibrary helper\n  build-depends: base\nLibrary more {\n  build-depends: lens\n}\n\
                        library\n  build-depends: base, helper, more, aeson\n";
        check(&read_cabal(sections), "own", &["aeson", "lens"]);
        for version in ["2.0", "3.0", ">= 1.10"] {
            check(&read_cabal(&format!("cabal-version: {version}\n{sections}")), "own", &["aeson", "lens"]);
        }
        let strict = format!("cabal-version: 3.4\n{sections}");
        check(&read_cabal(&strict), "own", &["aeson", "helper", "lens", "more"]);
        check(&read_cabal(&strict.replace("helper, more", "own:{helper, more}")), "own", &["aeson", "lens", "own"]);
        // It says nothing of libraries.
        check(
            &read_cabal("name: own\ndescription:\n  library aeson\nlibrary\n  build-depends: aeson\n"),
            "own",
            &["aeson"],
        );

        let of_hpack = "name: own\ninternal-libraries:\n  helper:\n    dependencies: lens\n\
                        executables:\n  e:\n    dependencies: [own, helper]\n";
        check(&read_hpack(of_hpack, "x"), "own", &["lens", "own"]);
    }

    #[test]
    fn stack_asks_for_what_is_in_no_snapshot() {
        for text in ["extra-deps:\n- acme-missiles-0.3\n", "extra-deps:\n- git: https://h/a.git\n  commit: 0a\n"] {
            assert!(read_stack(text).asks, "{text}");
        }
        assert!(read_stack("extra-deps:\n- https://h/a.tar.gz\n").asks && read_stack("extra-deps: [\n").asks);
        for text in ["resolver: lts-22.1\npackages:\n- .\n", "extra-deps: []\n", "extra-deps:\n"] {
            assert_eq!(read_stack(text), ProjectManifest::default(), "{text}");
        }
        let local = read_stack("extra-deps:\n- ./vendor/a\n- ../b\n");
        assert_eq!((local.asks, local.folders.len()), (false, 2));
    }
}
