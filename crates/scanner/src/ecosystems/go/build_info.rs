//! The build information of a Go program as text (package runtime/debug, `BuildInfo`):
//!
//! ```text
//! path    example.com/app/cmd/app
//! mod     example.com/app  (devel)
//! dep     golang.org/x/net v0.17.0  h1:…
//! =>      example.com/fork v0.17.1  h1:…
//! build   -ldflags="-X main.version=1.2.3"
//! ```

use super::{GOLANG, standard_library, standard_library_version};
use crate::ecosystems::locked_packages::is_word;
use crate::found::{Evidence, Found, FoundPackage};

/// The most modules that are taken from one program.
const MOST_MODULES: usize = 50_000;

/// Adds the standard library of the toolchain, the main module and its dependencies. Says whether the standard library is
/// among them.
pub(in crate::ecosystems) fn read(toolchain: &str, text: &str, found: &mut Found) -> bool {
    let version = standard_library_version(toolchain);
    let has_library = version.is_some();
    found.packages.extend(version.map(|version| standard_library(&version, Evidence::Installed)));
    let mut modules: Vec<(&str, &str)> = Vec::new();
    let mut main: Option<(&str, &str)> = None;
    let mut link_flags = "";
    for line in text.lines() {
        let mut fields = line.split('\t');
        match (fields.next(), fields.next(), fields.next()) {
            (Some("mod"), Some(module), version) => main = Some((module, version.unwrap_or(""))),
            (Some("dep"), Some(module), version) if modules.len() < MOST_MODULES => {
                modules.push((module, version.unwrap_or("")));
            }
            // The line stands for the dependency before it; one replaced by a folder has no version.
            (Some("=>"), Some(module), version) => {
                if let Some(replaced) = modules.last_mut() {
                    *replaced = (module, version.unwrap_or(""));
                }
            }
            (Some("build"), Some(setting), _) => {
                link_flags = setting.strip_prefix("-ldflags=").unwrap_or(link_flags);
            }
            _ => {}
        }
    }
    if let Some((module, version)) = main
        && is_word(module)
    {
        let version = match version {
            "" | "(devel)" => linked_version(module, link_flags).unwrap_or_else(|| "(devel)".to_owned()),
            version => version.to_owned(),
        };
        add(module, &version, found);
    }
    for (module, version) in modules {
        // What a folder replaced is the project's own code.
        if !module.starts_with(['.', '/']) {
            add(module, version, found);
        }
    }
    has_library
}

fn add(module: &str, version: &str, found: &mut Found) {
    if is_word(module) && is_word(version) {
        found.packages.push(FoundPackage::new(GOLANG, Evidence::Installed, module, version));
    }
}

/// The version that the linker put into a variable called `version` of the main package, of the module, or of a module
/// of the same owner. It is believed only when all variables of the best kind agree.
fn linked_version(module: &str, link_flags: &str) -> Option<String> {
    let flags = unquoted(link_flags).replace("\\\"", "\"");
    let mut candidates: Vec<(u8, String)> = Vec::new();
    let words: Vec<&str> = flags.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let Some(flag) = word.trim_matches(['\'', '"']).strip_prefix("-X") else { continue };
        let assignment = if flag.is_empty() { words.get(at + 1).copied().unwrap_or("") } else { flag };
        let assignment = assignment.trim_start_matches('=').trim_matches(['\'', '"']);
        let Some((variable, value)) = assignment.split_once('=') else { continue };
        let Some((package, name)) = variable.rsplit_once('.') else { continue };
        let is_version_name = matches!(
            name.to_ascii_lowercase().as_str(),
            "version" | "buildversion" | "appversion" | "gitversion" | "releaseversion" | "programversion" | "semver"
        );
        let rank = match package {
            "main" => 0,
            package if package == module || package.strip_prefix(module).is_some_and(|rest| rest.starts_with('/')) => 1,
            package if owner(package) == owner(module) => 2,
            _ => continue,
        };
        if let Some(version) = release_version(value.trim_matches(['\'', '"']))
            && is_version_name
        {
            candidates.push((rank, version));
        }
    }
    let best = candidates.iter().map(|(rank, _)| *rank).min()?;
    let mut versions: Vec<String> =
        candidates.into_iter().filter(|(rank, _)| *rank == best).map(|(_, version)| version).collect();
    versions.dedup();
    if versions.len() == 1 { versions.pop() } else { None }
}

/// A setting without the quotes that Go puts around one with blanks.
fn unquoted(setting: &str) -> &str {
    let inside = |quote| setting.strip_prefix(quote).and_then(|setting| setting.strip_suffix(quote));
    inside('"').or_else(|| inside('`')).unwrap_or(setting)
}

/// Who publishes a module: the host, and on forges for everybody the account too.
fn owner(module: &str) -> &str {
    let is_forge =
        ["github.com/", "gitlab.com/", "bitbucket.org/", "codeberg.org/"].iter().any(|forge| module.starts_with(forge));
    let end = module.match_indices('/').nth(usize::from(is_forge)).map_or(module.len(), |(end, _)| end);
    &module[..end]
}

/// `1.2.3` and `v1.2.3-rc.1` as `v1.2.3` and `v1.2.3-rc.1`; nothing for a commit, a date or the state after a release.
fn release_version(text: &str) -> Option<String> {
    let version = text.strip_prefix('v').unwrap_or(text);
    let numbers_end = version.find(['-', '+']).unwrap_or(version.len());
    let numbers: Vec<&str> = version[..numbers_end].split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_release = numbers.len() == 3 && numbers.iter().all(is_number) && numbers != ["0", "0", "0"];
    // `git describe` appends the number of commits since the tag and the commit.
    let is_between = version[numbers_end..].contains("-g") || version.contains("dirty");
    (is_release && !is_between && version.len() <= 64).then(|| format!("v{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::listing;

    fn check(toolchain: &str, text: &str, expected: &str) {
        let mut found = Found::default();
        let has_library = read(toolchain, text, &mut found);
        assert_eq!(has_library, expected.contains("stdlib"));
        assert_eq!(listing(&found).replace('\n', " | "), expected);
    }

    #[test]
    fn dependencies_count_as_what_replaces_them() {
        check(
            "go1.21.5",
            "path\texample.com/app\nmod\texample.com/app\tv1.2.3\th1:x\ndep\tgolang.org/x/net\tv0.17.0\th1:x\n\
             dep\texample.com/a\tv1.0.0\n=>\texample.com/fork\tv1.0.1\th1:x\ndep\texample.com/b\tv0.0.0\n=>\t./b\t(devel)\n\
             dep\texample.com/c\tv0.0.0\n=>\t./c\t\n",
            "golang stdlib 1.21.5 | golang example.com/app v1.2.3 | golang golang.org/x/net v0.17.0 | \
             golang example.com/fork v1.0.1",
        );
    }

    #[test]
    fn a_main_module_without_a_version_takes_that_of_the_linker() {
        let app = |flags: &str, version: &str| {
            let text = format!("mod\tgithub.com/o/app\t(devel)\t\nbuild\t-ldflags={flags}\n");
            check("go1.22", &text, &format!("golang stdlib 1.22 | golang github.com/o/app {version}"));
        };
        app("\"-s -w -X main.version=1.2.3\"", "v1.2.3");
        app("\"-X 'github.com/o/app/internal.Version=v2.0.0-rc.1' -X main.commit=0123\"", "v2.0.0-rc.1");
        app("\"-X \\\"github.com/o/common/version.GitVersion=v1.4.0\\\"\"", "v1.4.0");
        app("\"-X=main.Version=1.0.0 -X github.com/o/app.Version=3.0.0\"", "v1.0.0");
        app("\"-X github.com/other/lib.Version=3.0.0\"", "(devel)");
        app("\"-X main.version=1.0.0 -X main.buildVersion=1.0.1\"", "(devel)");
        app("\"-X main.version=v1.0.0-4-g0123456\"", "(devel)");
        app("\"-X main.version=20240101\"", "(devel)");
        app("-X", "(devel)");
    }
}
