//! Where bytes are from, and what follows from that.

/// Where the bytes that are looked at are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// The path of a file (`/` between folders, `!/` between an archive and its member); empty elsewhere.
    pub path: &'a str,
}

impl<'a> Place<'a> {
    /// A file.
    pub fn file(path: &'a str) -> Place<'a> {
        Place { kind: PlaceKind::File, path }
    }

    /// A place that is no file.
    pub fn of(kind: PlaceKind) -> Place<'static> {
        Place { kind, path: "" }
    }
}

/// The kinds of places where secrets stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// A file of an image, a folder or a host.
    File,
    /// A variable of an image's configuration, as `NAME=value`.
    Environment,
    /// A label, as `name=value`.
    Label,
    /// A line of an image's history, or a command or entry point.
    History,
    /// A build argument, as `NAME=value`.
    Argument,
}

impl PlaceKind {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceKind::File => "file",
            PlaceKind::Environment => "environment",
            PlaceKind::Label => "label",
            PlaceKind::History => "history",
            PlaceKind::Argument => "argument",
        }
    }
}

/// Why a finding counts less than its rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It stands among tests or samples.
    TestData,
    /// It stands in documentation.
    Documentation,
    /// It comes with a package that a registry publishes to everybody, or a package makes it for itself when it is
    /// installed, such as a certificate for trying out.
    Packaged,
}

impl Mark {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Mark::TestData => "test_data",
            Mark::Documentation => "documentation",
            Mark::Packaged => "packaged",
        }
    }
}

/// How a file writes assignments, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `name = value` up to the end of a line, with or without quotes.
    Settings,
    /// `NAME=value` up to the next space.
    Shell,
    /// Values stand in quotes; without them they are expressions.
    Code,
    /// Text for people.
    Prose,
    /// One `NAME=value`, and nothing else.
    Single,
}

/// What the path says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlaceFacts {
    pub(crate) kind: PlaceKind,
    pub(crate) syntax: Syntax,
    pub(crate) mark: Option<Mark>,
    /// Whether the file lies where packages of a language are installed: what they show as samples is no secret, though
    /// an application's own keys may lie there as well.
    pub(crate) is_library: bool,
    /// Whether the file may hold what people read, in their languages.
    pub(crate) is_translated: bool,
    /// Whether it holds nothing else: a file of texts in a folder of translations.
    pub(crate) is_all_texts: bool,
}

impl PlaceFacts {
    pub(crate) fn of(place: Place<'_>) -> PlaceFacts {
        let path = place.path.to_ascii_lowercase();
        let path = path.as_str();
        let syntax = match place.kind {
            PlaceKind::File => syntax(path),
            PlaceKind::Environment | PlaceKind::Label | PlaceKind::Argument => Syntax::Single,
            PlaceKind::History => Syntax::Shell,
        };
        PlaceFacts {
            kind: place.kind,
            syntax,
            mark: mark(path, syntax),
            is_library: is_in_library(path),
            is_translated: is_translated(path),
            is_all_texts: is_all_texts(path),
        }
    }

    /// Whether a value is one that is in force, as in an environment or a file of settings.
    pub(crate) fn is_in_force(&self) -> bool {
        self.mark.is_none() && matches!(self.syntax, Syntax::Settings | Syntax::Single)
    }
}

/// Whether a path in lower case lies where packages of a language are installed.
pub(crate) fn is_in_library(path: &str) -> bool {
    LIBRARY_FOLDERS.iter().any(|folder| path.contains(folder))
}

/// Whether a path in lower case is that of a file of translations: `locales/ja.yml`, `messages_ja.properties`.
fn is_translated(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    let mut words = name.rsplit_once('.').map_or(name, |(stem, _)| stem).split(['.', '_', '-']);
    folders.split(['/', '!']).any(|folder| TRANSLATED_FOLDERS.contains(&folder) || folder.starts_with("values-"))
        || ["messages", "strings", "translation", "translations", "locale", "labels"].contains(&stem)
        || words.next_back().is_some_and(|word| LANGUAGES.contains(&word))
}

/// Whether a path in lower case is that of a file of texts in a folder of translations: `i18n/jbo.json`.
fn is_all_texts(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split(['/', '!']).any(|folder| TRANSLATED_FOLDERS.contains(&folder))
        && TRANSLATED_ENDINGS.contains(&name_and_ending(path).1)
}

/// A path in lower case, in its last two parts: the name, and what follows the name's last point.
pub(crate) fn name_and_ending(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    (name, ending)
}

fn syntax(path: &str) -> Syntax {
    let (name, ending) = name_and_ending(path);
    if name.starts_with(".env") || name.ends_with(".env") || name.starts_with("env.") {
        return Syntax::Settings;
    }
    if is_crontab(path) {
        return Syntax::Shell;
    }
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || ending == "dockerfile" {
        return Syntax::Shell;
    }
    if matches!(
        name,
        "readme"
            | "changelog"
            | "changes"
            | "history"
            | "news"
            | "install"
            | "upgrade"
            | "upgrading"
            | "thanks"
            | "credits"
            | "todo"
            | "release-notes"
            | "releasenotes"
            | "copyright"
            | "license"
            | "authors"
            | "faq"
            | "metadata"
            | "pkg-info"
    ) {
        return Syntax::Prose;
    }
    match ending {
        "properties" | "ini" | "cfg" | "conf" | "config" | "cnf" | "yaml" | "yml" | "toml" | "json" | "json5"
        | "jsonc" | "tfvars" | "tfstate" | "xml" | "plist" | "reg" | "service" | "socket" | "mount" | "automount"
        | "swap" | "container" | "credentials" | "netrc" | "env" | "secrets" | "secret" | "settings" | "parameters"
        | "prefs" | "hcl" | "tf" | "backup" | "csv" | "ldif" | "npmrc" | "pypirc" | "yarnrc" | "ovpn" | "kdl"
        | "ron" => Syntax::Settings,
        "sh" | "bash" | "zsh" | "ksh" | "fish" | "bats" | "profile" | "bashrc" | "zshrc" | "envrc" | "mk" | "bat"
        | "cmd" => Syntax::Shell,
        "md" | "markdown" | "rst" | "txt" | "adoc" | "asciidoc" | "html" | "htm" | "xhtml" | "tex" | "texi" | "pod"
        | "org" | "po" | "pot" | "svg" | "ipynb" | "log" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" => {
            Syntax::Prose
        }
        "" if [
            ".bash",
            ".zsh",
            ".ksh",
            ".profile",
            ".login",
            ".envrc",
            "profile",
            "bashrc",
            "makefile",
            "gnumakefile",
        ]
        .iter()
        .any(|start| name.starts_with(start)) =>
        {
            Syntax::Shell
        }
        "" if name.ends_with("file") => Syntax::Code,
        // Credentials, configurations and the like have no ending.
        "" => Syntax::Settings,
        _ if name.starts_with(".bash") || name.starts_with(".zsh") => Syntax::Shell,
        _ if name.starts_with('.') => Syntax::Settings,
        _ => Syntax::Code,
    }
}

/// Whether a path in lower case is that of a table of cron or of a script that cron runs: lines of a shell.
fn is_crontab(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folders.rsplit(['/', '!']).next().unwrap_or(folders);
    matches!(name, "crontab" | "anacrontab")
        || ["cron.d", "cron.hourly", "cron.daily", "cron.weekly", "cron.monthly", "cron.yearly", "crontabs"]
            .contains(&folder)
        || folders.ends_with("spool/cron")
}

/// Sorted.
const TEST_FOLDERS: &[&str] = &[
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "autotest",
    "autotests",
    "benches",
    "benchmark",
    "corpora",
    "corpus",
    "demo",
    "demos",
    "demos-sources",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "functest",
    "functests",
    "fuzz",
    "integration",
    "mochitest",
    "mock",
    "mocks",
    "qa",
    "regress",
    "sample",
    "samples",
    "selftest",
    "selftests",
    "snapshots",
    "spec",
    "specs",
    "t",
    "test",
    "test-data",
    "test-suite",
    "test_data",
    "testcase",
    "testcases",
    "testdata",
    "testing",
    "testlib",
    "tests",
    "testsuite",
    "tutorial",
    "tutorials",
    "unit-tests",
    "unittest",
    "unittests",
    "xt",
];

/// What follows `test` in the names of folders that serve tests: `testutils`, `testkeys`.
const TEST_FOLDER_ENDS: &[&str] = &[
    "util",
    "utils",
    "helper",
    "helpers",
    "support",
    "only",
    "app",
    "apps",
    "key",
    "keys",
    "cert",
    "certs",
    "pki",
    "files",
    "resources",
    "vectors",
    "server",
    "integration",
];

const DOCUMENT_FOLDERS: &[&str] = &["doc", "docs", "documentation", "man", "info", "help", "javadoc", "gtk-doc"];

const TRANSLATED_FOLDERS: &[&str] = &[
    "locale",
    "locales",
    "_locales",
    "lang",
    "langs",
    "language",
    "languages",
    "i18n",
    "l10n",
    "intl",
    "nls",
    "translation",
    "translations",
];

/// Endings of files that hold texts by name.
const TRANSLATED_ENDINGS: &[&str] = &[
    "json",
    "json5",
    "yaml",
    "yml",
    "properties",
    "xml",
    "resx",
    "strings",
    "ini",
    "arb",
    "ftl",
    "lang",
    "toml",
    "js",
    "ts",
    "php",
    "xliff",
    "xlf",
    "po",
];

/// The languages in which passwords are asked for with letters beyond ASCII, as files of translations are named.
const LANGUAGES: &[&str] = &[
    "ja", "jp", "zh", "cn", "tw", "hans", "hant", "ko", "kr", "de", "fr", "es", "pt", "br", "it", "ru", "uk", "pl",
    "cs", "sk", "tr", "el", "he", "ar", "fa", "hi", "th", "vi", "sv", "da", "nb", "no", "fi", "hu", "ro", "bg", "sr",
    "hr", "lt", "lv", "et", "ca",
];

/// Folders to which only package managers write what registries publish.
const PACKAGE_FOLDERS: &[&str] =
    &["node_modules/", "bower_components/", "go/pkg/mod/", ".cargo/registry/", ".m2/repository/", "/gems/"];

const LIBRARY_FOLDERS: &[&str] = &[
    "site-packages/",
    "dist-packages/",
    // The standard library, and the packages of pip that it brings in an archive.
    "lib/python2",
    "lib/python3",
    "usr/lib/ruby/",
    "usr/share/perl5/",
    "usr/share/nodejs/",
];

fn mark(path: &str, syntax: Syntax) -> Option<Mark> {
    // The package ssl-cert of Debian makes it anew on each machine. The folder that is scanned may be `etc` itself.
    if path == "private/ssl-cert-snakeoil.key" || path.ends_with("ssl/private/ssl-cert-snakeoil.key") {
        return Some(Mark::Packaged);
    }
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut folders = folders.split(['/', '!']);
    let in_tests = folders.clone().any(|folder| {
        TEST_FOLDERS.binary_search(&folder).is_ok()
            || folder.strip_prefix("test").is_some_and(|rest| TEST_FOLDER_ENDS.contains(&rest))
            || folder.contains("test")
                && folder.split(['-', '_', '.']).any(|part| matches!(part, "test" | "tests" | "testing" | "testdata"))
            || folder.starts_with("dummy")
    });
    // `es256_go1.20_test.go` has a point before its ending as well.
    let first_stem = name.split('.').next().unwrap_or(name);
    let whole_stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_test = ["test_", "test-"].iter().any(|start| name.starts_with(start))
        || matches!(first_stem, "test" | "tests")
        || [first_stem, whole_stem]
            .iter()
            .any(|stem| ["_test", "_tests", "-test", "_spec"].iter().any(|end| stem.ends_with(end)))
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.ends_with(".t")
        || name.contains("example")
        || name.contains("sample")
        || name.ends_with(".dist")
        || name.ends_with(".tmpl");
    if in_tests || is_test {
        Some(Mark::TestData)
    } else if folders.any(|folder| DOCUMENT_FOLDERS.contains(&folder))
        || matches!(syntax, Syntax::Prose)
            && !name.ends_with(".txt")
            && !name.ends_with(".log")
            && !name.ends_with(".ipynb")
    {
        Some(Mark::Documentation)
    } else if PACKAGE_FOLDERS.iter().any(|folder| path.contains(folder)) {
        Some(Mark::Packaged)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(path: &str) -> (Syntax, Option<Mark>) {
        let facts = PlaceFacts::of(Place::file(path));
        (facts.syntax, facts.mark)
    }

    #[test]
    fn folders_and_names_of_tests_and_documents_mark_a_file() {
        assert!(TEST_FOLDERS.is_sorted());
        for folder in TEST_FOLDERS.iter().copied().chain(["my-tests", "unit.test.js", "a_testdata_b", "testkeys"]) {
            assert_eq!(facts(&format!("app/{folder}/key.pem")).1, Some(Mark::TestData), "{folder}");
        }
        assert_eq!(facts("src/test/resources/key.pem").1, Some(Mark::TestData));
        assert_eq!(facts("pkg/auth_test.go").1, Some(Mark::TestData));
        assert_eq!(facts("app/.env.example").1, Some(Mark::TestData));
        for path in ["jwk/es256k_go1.20_test.go", "pkg/testutils/source.go", "certs/testkeys/a.key", "functest/ca.key"]
        {
            assert_eq!(facts(path).1, Some(Mark::TestData), "{path}");
        }
        assert_eq!(facts("usr/share/doc/curl/secret.txt").1, Some(Mark::Documentation));
        assert_eq!(facts("README.md").1, Some(Mark::Documentation));
        for folder in ["etc/ssl/private", "ssl/private", "private"] {
            assert_eq!(facts(&format!("{folder}/ssl-cert-snakeoil.key")).1, Some(Mark::Packaged), "{folder}");
        }
        assert_eq!(facts("app/node_modules/debug/.coveralls.yml").1, Some(Mark::Packaged));
        for path in [
            "app/contest/key.pem",
            "latest/app.py",
            "testament/key.pem",
            "attest.go",
            "root/.ssh/id_rsa",
            "app/.env",
            "notes.txt",
            "ssl/private/server.key",
            "app/ssl-cert-snakeoil.key",
        ] {
            assert_eq!(facts(path).1, None, "{path}");
        }
    }

    #[test]
    fn the_name_tells_how_a_file_writes_assignments() {
        for (path, syntax) in [
            (".env", Syntax::Settings),
            ("prod.env", Syntax::Settings),
            (".env.production", Syntax::Settings),
            ("application.yml", Syntax::Settings),
            ("settings.py", Syntax::Code),
            ("Dockerfile", Syntax::Shell),
            ("run.sh", Syntax::Shell),
            ("root/.aws/credentials", Syntax::Settings),
            (".bashrc", Syntax::Shell),
            ("root/.bash_history", Syntax::Shell),
            ("etc/cron.d/backup", Syntax::Shell),
            ("etc/crontab", Syntax::Shell),
            ("var/spool/cron/crontabs/first.last", Syntax::Shell),
            ("var/spool/cron/root", Syntax::Shell),
            ("etc/cron.deny", Syntax::Code),
            ("etc/systemd/system/app.service", Syntax::Settings),
            ("etc/systemd/system/app.socket", Syntax::Settings),
        ] {
            assert_eq!(facts(path).0, syntax, "{path}");
        }
    }
}
