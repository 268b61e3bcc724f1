//! The environment: the one place that reads variables, so that everything else takes values.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use formats::Language;

/// What the environment tells the program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `BULKHEAD_CACHE_DIR`, else `$XDG_CACHE_HOME/bulkhead`, else `~/.cache/bulkhead`.
    pub(crate) cache_folder: Option<PathBuf>,
    /// `BULKHEAD_DATA_DIR`, else `$XDG_DATA_HOME/bulkhead`, else `~/.local/share/bulkhead`: the installed intelligence.
    pub(crate) data_folder: Option<PathBuf>,
    /// `BULKHEAD_SERVER`: the address of the server.
    pub(crate) server: Option<String>,
    /// `BULKHEAD_CA`: the certificate authorities of the server.
    pub(crate) server_ca: Option<PathBuf>,
    /// `BULKHEAD_INTEL`: the intelligence file, as `--intel`.
    pub(crate) intelligence_file: Option<PathBuf>,
    /// Files with registry credentials, in the order in which they are asked: `$REGISTRY_AUTH_FILE`,
    /// `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, `$XDG_RUNTIME_DIR/containers/auth.json`.
    pub(crate) credential_files: Vec<PathBuf>,
    /// `PATH`: where credential helpers are looked for.
    pub(crate) program_folders: Vec<PathBuf>,
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, lower case too.
    pub(crate) https_proxy: Option<String>,
    pub(crate) http_proxy: Option<String>,
    pub(crate) no_proxy: Option<String>,
    /// `DOCKER_HOST`.
    pub(crate) docker_host: Option<String>,
    /// `CONTAINER_HOST`: Podman's socket.
    pub(crate) podman_host: Option<String>,
    /// `BULKHEAD_CONTAINERD_ROOT`: the root folder of containerd, where it is none of the usual ones.
    pub(crate) containerd_root: Option<PathBuf>,
    /// `$XDG_RUNTIME_DIR/podman/podman.sock`: Podman's socket of a user.
    pub(crate) runtime_folder: Option<PathBuf>,
    /// `SOURCE_DATE_EPOCH`: seconds since 1970 for formats that demand a time.
    pub(crate) source_date: Option<i64>,
    /// Whether `NO_COLOR` is set, or the terminal can do none.
    pub(crate) no_color: bool,
    /// Whether standard output is a terminal.
    pub(crate) stdout_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub(crate) stderr_is_terminal: bool,
    /// `COLUMNS`, when it overrides the terminal's own width.
    pub(crate) columns: Option<usize>,
    /// `BULKHEAD_TOKEN_FILE`: the file with the API token for a server.
    pub(crate) token_file: Option<PathBuf>,
    /// `BULKHEAD_TOKEN`: that token itself.
    pub(crate) token: Option<String>,
    /// Whether the server is told where to serve health and metrics (`BULKHEAD_OPERATIONS_LISTEN`), or has a configuration file
    /// that may tell it (`BULKHEAD_CONFIG`).
    pub(crate) has_operations: bool,
    /// What a pipeline says of itself: `repository`, `commit`, `build` (an address), each where it is known.
    pub(crate) build: Vec<(&'static str, String)>,
    /// The language of what people read: that of `--lang`, else the one that `LC_ALL`, `LC_MESSAGES` or `LANG` ask for.
    pub(crate) language: Language,
}

impl Environment {
    /// Reads the environment of the process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads environment variables")]
    pub(crate) fn read() -> Environment {
        let path = |name: &str| -> Option<PathBuf> {
            std::env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from)
        };
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let either = |upper: &str, lower: &str| text(lower).or_else(|| text(upper));
        let home = path("HOME");
        let below_home = |variable: &str, usual: &str| {
            path(variable).or_else(|| home.as_ref().map(|home| home.join(usual))).map(|folder| folder.join("bulkhead"))
        };
        let docker_folder = path("DOCKER_CONFIG").or_else(|| home.as_ref().map(|home| home.join(".docker")));
        let runtime_folder = path("XDG_RUNTIME_DIR");
        let credential_files = [
            path("REGISTRY_AUTH_FILE"),
            docker_folder.map(|folder| folder.join("config.json")),
            runtime_folder.as_ref().map(|folder| folder.join("containers/auth.json")),
        ];
        let locale = text("LC_ALL").or_else(|| text("LC_MESSAGES")).or_else(|| text("LANG")).unwrap_or_default();
        Environment {
            cache_folder: path("BULKHEAD_CACHE_DIR").or_else(|| below_home("XDG_CACHE_HOME", ".cache")),
            data_folder: path("BULKHEAD_DATA_DIR").or_else(|| below_home("XDG_DATA_HOME", ".local/share")),
            server: text("BULKHEAD_SERVER"),
            server_ca: path("BULKHEAD_CA"),
            intelligence_file: path("BULKHEAD_INTEL"),
            credential_files: credential_files.into_iter().flatten().collect(),
            program_folders: std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            https_proxy: either("HTTPS_PROXY", "https_proxy"),
            http_proxy: either("HTTP_PROXY", "http_proxy"),
            no_proxy: either("NO_PROXY", "no_proxy"),
            docker_host: text("DOCKER_HOST"),
            podman_host: text("CONTAINER_HOST"),
            containerd_root: path("BULKHEAD_CONTAINERD_ROOT"),
            runtime_folder,
            source_date: text("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok()),
            no_color: path("NO_COLOR").is_some() || text("TERM").is_some_and(|term| term == "dumb"),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            columns: text("COLUMNS").and_then(|columns| columns.parse().ok()),
            token_file: path("BULKHEAD_TOKEN_FILE"),
            token: text("BULKHEAD_TOKEN"),
            has_operations: path("BULKHEAD_OPERATIONS_LISTEN").or_else(|| path("BULKHEAD_CONFIG")).is_some(),
            build: build(&text),
            language: if locale.starts_with("ja") { Language::Japanese } else { Language::English },
        }
    }

    /// The width of the terminal on standard output, in columns.
    pub(crate) fn width(&self) -> Option<usize> {
        if !self.stdout_is_terminal {
            return None;
        }
        let asked = || rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col));
        self.columns.or_else(asked).filter(|columns| *columns > 0)
    }
}

/// A variable that a declaration names as the source of a secret.
#[expect(clippy::disallowed_methods, reason = "the one place that reads environment variables")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the variables of GitHub Actions, GitLab, Azure Pipelines, CircleCI and Jenkins say of a build; the first that is
/// set counts.
fn build(text: &impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let first = |names: &[&str]| names.iter().find_map(|name| text(name));
    let github_repository = || Some(format!("{}/{}", text("GITHUB_SERVER_URL")?, text("GITHUB_REPOSITORY")?));
    let repository = github_repository().or_else(|| {
        let names = [
            "CI_PROJECT_URL",
            "BUILD_REPOSITORY_URI",
            "CIRCLE_REPOSITORY_URL",
            "GIT_URL",
            "GITHUB_REPOSITORY",
            "CI_PROJECT_PATH",
        ];
        first(&names)
    });
    let commit = first(&["GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "CIRCLE_SHA1", "GIT_COMMIT"]);
    let github = || Some(format!("{}/actions/runs/{}", github_repository()?, text("GITHUB_RUN_ID")?));
    let azure = || {
        let (server, project) = (text("SYSTEM_COLLECTIONURI")?, text("SYSTEM_TEAMPROJECT")?);
        Some(format!("{server}{project}/_build/results?buildId={}", text("BUILD_BUILDID")?))
    };
    let build = github().or_else(|| first(&["CI_JOB_URL", "CIRCLE_BUILD_URL", "BUILD_URL"])).or_else(azure);
    [("repository", repository), ("commit", commit), ("build", build)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, without_user(&value?))))
        .collect()
}

/// An address without who logs in there, and above all without the password: it is kept where others read it.
fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let host = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    match host.rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_says_what_it_builds() {
        let of = |pairs: &[(&str, &str)]| {
            build(&|name: &str| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
        };
        let github = [
            ("GITHUB_REPOSITORY", "shop/web"),
            ("GITHUB_SHA", "abc"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_RUN_ID", "7"),
        ];
        assert_eq!(
            of(&github),
            [
                ("repository", "https://github.com/shop/web".to_owned()),
                ("commit", "abc".to_owned()),
                ("build", "https://github.com/shop/web/actions/runs/7".to_owned())
            ]
        );
        assert_eq!(of(&[("GIT_COMMIT", "abc")]), [("commit", "abc".to_owned())]);
        for (told, kept) in [
            ("https://robot:s3cret@git.example/shop.git", "https://git.example/shop.git"),
            ("https://git.example/shop@2", "https://git.example/shop@2"),
            ("git@git.example:shop.git", "git@git.example:shop.git"),
        ] {
            assert_eq!(of(&[("GIT_URL", told)]), [("repository", kept.to_owned())]);
            assert_eq!(of(&[("BUILD_URL", told)]), [("build", kept.to_owned())]);
        }
        assert_eq!(of(&[]), []);
    }
}
