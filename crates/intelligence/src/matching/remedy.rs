//! The command that brings a package to a repaired version, where it is installed.

use std::collections::BTreeSet;

use model::{Ecosystem, Inventory, LockTool, Package, RemedyKind, RemedyStep};

/// The tools for the system's packages that the target has, as its packages tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SystemTool {
    Apt,
    Apk,
    Dnf,
    Microdnf,
    Yum,
    Tdnf,
    Zypper,
    /// The target has no package manager, as distroless images.
    None,
}

impl SystemTool {
    /// Recognises the package manager of a target.
    pub(super) fn of(inventory: &Inventory) -> SystemTool {
        let known = [
            ("apt", SystemTool::Apt),
            ("apk-tools", SystemTool::Apk),
            ("zypper", SystemTool::Zypper),
            ("tdnf", SystemTool::Tdnf),
            ("dnf", SystemTool::Dnf),
            ("dnf5", SystemTool::Dnf),
            ("microdnf", SystemTool::Microdnf),
            ("yum", SystemTool::Yum),
        ];
        let has = |name: &str| {
            inventory.packages.iter().any(|package| package.ecosystem.is_operating_system() && package.name == name)
        };
        known.into_iter().find(|(name, _)| has(name)).map_or(SystemTool::None, |(_, tool)| tool)
    }
}

/// The command that upgrades a package to the fixed version, or where there is none, the step to take: one a line for each
/// kind of place that the package is in. Names and versions hold no line breaks, so that a line is never a part of a step.
pub(super) fn remedy(package: &Package, fixed: &str, tool: SystemTool) -> Option<String> {
    let is_plain = |text: &str| !text.is_empty() && !text.starts_with('-') && !text.chars().any(char::is_control);
    if !is_plain(&package.name) || !is_plain(fixed) {
        return None;
    }
    if package.ecosystem.is_operating_system() || package.paths.is_empty() {
        return Some(remedy_at(package, fixed, tool, ""));
    }
    let mut steps: Vec<String> = Vec::new();
    let files: BTreeSet<&str> = package.paths.iter().map(|path| file_name(path)).collect();
    for step in files.into_iter().map(|file| remedy_at(package, fixed, tool, file)) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    Some(steps.join("\n"))
}

/// What repairs the package in a file of the name.
fn remedy_at(package: &Package, fixed: &str, tool: SystemTool, file: &str) -> String {
    let name = package.name.as_str();
    let joined = |separator: &str| quoted(&format!("{name}{separator}{fixed}"));
    let step = |kind: RemedyKind| sentence(kind, name, fixed);
    let is_transitive = package.direct == Some(false);
    match package.ecosystem {
        Ecosystem::Deb | Ecosystem::Apk | Ecosystem::Rpm => system_command(package, fixed, tool),
        Ecosystem::Npm => npm_command(package, fixed, file),
        Ecosystem::Pypi => match file {
            "poetry.lock" if is_transitive => format!("poetry update {}", quoted(name)),
            "poetry.lock" => format!("poetry add {}", joined("@^")),
            "uv.lock" => format!("uv lock --upgrade-package {}", joined("==")),
            file if file.ends_with(".py.lock") => {
                let script = quoted(file.trim_end_matches(".lock"));
                format!("uv lock --script {script} --upgrade-package {}", joined("=="))
            }
            "Pipfile.lock" => format!("pipenv upgrade {}", joined("==")),
            "pdm.lock" => format!("pdm update {}", quoted(name)),
            _ => format!("pip install {}", joined("==")),
        },
        Ecosystem::Golang if matches!(name, "std" | "stdlib" | "toolchain") => {
            sentence(RemedyKind::RebuildWithGo, "Go", fixed)
        }
        Ecosystem::Golang => format!("go get {}", joined(if fixed.starts_with('v') { "@" } else { "@v" })),
        Ecosystem::Cargo => {
            let installed = quoted(&format!("{name}@{}", package.version));
            format!("cargo update -p {installed} --precise {}", quoted(fixed))
        }
        Ecosystem::Gem if matches!(file, "Gemfile.lock" | "gems.locked") => {
            format!("bundle update {}", quoted(name))
        }
        // The lock file of another Gemfile has its name.
        Ecosystem::Gem if file.ends_with(".lock") => {
            let gemfile = quoted(file.trim_end_matches(".lock"));
            format!("BUNDLE_GEMFILE={gemfile} bundle update {}", quoted(name))
        }
        Ecosystem::Gem => format!("gem install {} -v {}", quoted(name), quoted(fixed)),
        Ecosystem::Composer => format!("composer update {} --with-all-dependencies", quoted(name)),
        // One of several projects in a folder has a list by its name: `packages.App.config`.
        Ecosystem::Nuget if file.starts_with("packages.") && file.ends_with(".config") => {
            format!("nuget update {} -Id {} -Version {}", quoted(file), quoted(name), quoted(fixed))
        }
        Ecosystem::Nuget => format!("dotnet add package {} --version {}", quoted(name), quoted(fixed)),
        Ecosystem::Maven => maven_step(name, fixed, file),
        Ecosystem::Pub => format!("dart pub upgrade {}", quoted(name)),
        Ecosystem::Hex if file == "rebar.lock" => format!("rebar3 upgrade {}", quoted(name)),
        Ecosystem::Hex => format!("mix deps.update {}", quoted(name)),
        Ecosystem::Conda if file.ends_with("conda-lock.yml") || file.ends_with("conda-lock.yaml") => {
            format!("conda-lock lock --lockfile {} --update {}", quoted(file), quoted(name))
        }
        Ecosystem::Conda => format!("conda install {}", joined("=")),
        Ecosystem::Swift => format!("swift package update {}", quoted(name.rsplit('/').next().unwrap_or(name))),
        Ecosystem::Cocoapods => format!("pod update {}", quoted(name.split('/').next().unwrap_or(name))),
        Ecosystem::Cran if file == "renv.lock" && is_word(name) && is_word(fixed) => {
            format!("Rscript -e 'renv::install(\"{name}@{fixed}\"); renv::snapshot()'")
        }
        Ecosystem::Conan | Ecosystem::Julia | Ecosystem::Hackage | Ecosystem::Cran => step(RemedyKind::Require),
        Ecosystem::Bitnami | Ecosystem::Wordpress | Ecosystem::Generic => step(RemedyKind::Install),
    }
}

fn system_command(package: &Package, fixed: &str, tool: SystemTool) -> String {
    let name = package.name.as_str();
    // A package may be numbered apart from its source; then the source's fixed version names no build of it.
    let has_own_number = package.source.as_ref().is_some_and(|source| {
        let installed = package.version.as_str();
        installed != source.version
            && installed.strip_prefix(&source.version).is_none_or(|rest| !rest.starts_with("+b"))
    });
    let quoted_name = quoted(name);
    let with = |separator: &str| {
        if has_own_number { quoted_name.clone() } else { quoted(&format!("{name}{separator}{fixed}")) }
    };
    match tool {
        SystemTool::Apt => format!("apt-get install --only-upgrade {}", with("=")),
        SystemTool::Apk => format!("apk add --upgrade {}", with(">=")),
        SystemTool::Dnf => format!("dnf upgrade {}", with("-")),
        SystemTool::Microdnf => format!("microdnf update {quoted_name}"),
        SystemTool::Yum => format!("yum update {}", with("-")),
        SystemTool::Tdnf => format!("tdnf update {quoted_name}"),
        SystemTool::Zypper => format!("zypper install {}", with(">=")),
        SystemTool::None => sentence(RemedyKind::RebuildOnBase, name, fixed),
    }
}

fn npm_command(package: &Package, fixed: &str, file: &str) -> String {
    let name = quoted(&package.name);
    let exact = quoted(&format!("{}@{fixed}", package.name));
    let is_transitive = package.direct == Some(false);
    match file {
        "yarn.lock" if package.lock_tool == Some(LockTool::YarnBerry) => {
            if is_transitive {
                format!("yarn up -R {name}")
            } else {
                format!("yarn up {exact}")
            }
        }
        // The classic one upgrades what the project itself asks for.
        "yarn.lock" if is_transitive => sentence(RemedyKind::Resolutions, &package.name, fixed),
        "yarn.lock" => format!("yarn upgrade {exact}"),
        "pnpm-lock.yaml" if is_transitive => format!("pnpm update --depth Infinity {name}"),
        "pnpm-lock.yaml" => format!("pnpm update {exact}"),
        "bun.lock" | "bun.lockb" if is_transitive => sentence(RemedyKind::Overrides, &package.name, fixed),
        "bun.lock" | "bun.lockb" => format!("bun add {exact}"),
        _ if is_transitive => format!("npm update {name}"),
        _ => format!("npm install {exact}"),
    }
}

fn maven_step(name: &str, fixed: &str, file: &str) -> String {
    match file {
        "pom.xml" => format!("mvn versions:use-dep-version -Dincludes={} -DdepVersion={}", quoted(name), quoted(fixed)),
        // Of old, Gradle had a folder of `CONFIGURATION.lockfile`.
        file if file.ends_with(".lockfile") => sentence(RemedyKind::RequireInGradle, name, fixed),
        file if file.ends_with(".sbt.lock") => sentence(RemedyKind::RequireInSbt, name, fixed),
        _ => sentence(RemedyKind::RequireInBuild, name, fixed),
    }
}

fn sentence(kind: RemedyKind, name: &str, version: &str) -> String {
    RemedyStep { kind, name: name.to_owned(), version: version.to_owned() }.to_string()
}

/// Whether text means nothing but itself inside quotes of any language.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A word as a POSIX shell takes it literally.
fn quoted(word: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"@%+=:,./-_".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::package;

    fn check(line: &str, fixed: &str, tool: SystemTool, command: &str) {
        assert_eq!(remedy(&package(line), fixed, tool).as_deref(), Some(command), "{line}");
    }

    #[test]
    fn the_system_s_packages_are_upgraded_by_its_own_tool() {
        let libssl = "deb libssl3 3.0.9-1 source=openssl/3.0.9-1";
        check(libssl, "3.0.11-1~deb12u2", SystemTool::Apt, "apt-get install --only-upgrade 'libssl3=3.0.11-1~deb12u2'");
        check(
            "deb gcc 4:12.2.0-3 source=gcc-defaults/1.203",
            "1.204",
            SystemTool::Apt,
            "apt-get install --only-upgrade gcc",
        );
        check("deb a 1-1+b2 source=a/1-1", "1-2", SystemTool::Apt, "apt-get install --only-upgrade a=1-2");
        check("apk busybox 1.36.1-r2", "1.36.1-r5", SystemTool::Apk, "apk add --upgrade 'busybox>=1.36.1-r5'");
        check(
            "rpm openssl-libs 1:1.1.1c-2.el8",
            "1:1.1.1g-12.el8_3",
            SystemTool::Dnf,
            "dnf upgrade openssl-libs-1:1.1.1g-12.el8_3",
        );
        check(libssl, "3.0.11", SystemTool::None, "rebuild on a base image that has libssl3 3.0.11 or later");
    }

    #[test]
    fn language_packages_are_upgraded_by_the_tool_of_their_lock_file() {
        check("npm @a/b 1.0.0 path=app/yarn.lock", "1.0.1", SystemTool::None, "yarn upgrade @a/b@1.0.1");
        check(
            "npm lodash 4.17.20 path=app/package-lock.json",
            "4.17.21",
            SystemTool::None,
            "npm install lodash@4.17.21",
        );
        check(
            "nuget A 1.0.0 path=web/packages.config",
            "2.0.0",
            SystemTool::None,
            "nuget update packages.config -Id A -Version 2.0.0",
        );
        check(
            "nuget A 1.0.0 path=web/packages.App.config",
            "2.0.0",
            SystemTool::None,
            "nuget update packages.App.config -Id A -Version 2.0.0",
        );
        check("golang golang.org/x/net v0.16.0", "0.17.0", SystemTool::None, "go get golang.org/x/net@v0.17.0");
        check("golang stdlib 1.21.0", "1.21.3", SystemTool::None, "rebuild with Go 1.21.3 or later");
        check("golang std 1.21.0", "1.21.3", SystemTool::None, "rebuild with Go 1.21.3 or later");
        check("cargo time 0.1.43", "0.2.23", SystemTool::None, "cargo update -p time@0.1.43 --precise 0.2.23");
        check("pypi jinja2 3.1.2", "3.1.3", SystemTool::None, "pip install jinja2==3.1.3");
        check("gem rack 2.0.1 path=Gemfile.lock", "2.2.3", SystemTool::None, "bundle update rack");
    }

    #[test]
    fn what_others_need_is_upgraded_as_each_tool_does_it() {
        let npm = |file: &str, direct: bool, tool: Option<LockTool>| {
            let mut package = package(&format!("npm a 1.0.0 path=app/{file}"));
            package.direct = Some(direct);
            package.lock_tool = tool;
            remedy(&package, "1.0.1", SystemTool::None).unwrap()
        };
        let berry = Some(LockTool::YarnBerry);
        assert_eq!(npm("yarn.lock", true, berry), "yarn up a@1.0.1");
        assert_eq!(npm("yarn.lock", false, berry), "yarn up -R a");
        assert_eq!(npm("yarn.lock", true, None), "yarn upgrade a@1.0.1");
        let step = "set a to 1.0.1 under resolutions in package.json and run yarn install";
        assert_eq!(npm("yarn.lock", false, None), step);
        assert_eq!(npm("pnpm-lock.yaml", true, None), "pnpm update a@1.0.1");
        assert_eq!(npm("pnpm-lock.yaml", false, None), "pnpm update --depth Infinity a");
        assert_eq!(npm("bun.lock", true, None), "bun add a@1.0.1");
        let step = "set a to 1.0.1 under overrides in package.json and run bun install";
        assert_eq!(npm("bun.lock", false, None), step);
        assert_eq!(npm("package-lock.json", false, None), "npm update a");
    }

    #[test]
    fn every_tool_gets_its_own_command() {
        let check = |line: &str, command: &str| check(line, "2.0", SystemTool::None, command);
        check("gem rack 1.0 path=gems.locked", "bundle update rack");
        check("gem rack 1.0 path=gemfiles/rails7.gemfile.lock", "BUNDLE_GEMFILE=rails7.gemfile bundle update rack");
        check("pypi idna 1.0 path=tools/report.py.lock", "uv lock --script report.py --upgrade-package idna==2.0");
        check("hex cowboy 1.0 path=rebar.lock", "rebar3 upgrade cowboy");
        check("hex plug 1.0 path=mix.lock", "mix deps.update plug");
        check("conda numpy 1.0 path=conda-lock.yml", "conda-lock lock --lockfile conda-lock.yml --update numpy");
        check(
            "conda numpy 1.0 path=a/dev.conda-lock.yml",
            "conda-lock lock --lockfile dev.conda-lock.yml --update numpy",
        );
        check("conda numpy 1.0 path=conda-meta/numpy-1.0.json", "conda install numpy=2.0");
        check("cocoapods Firebase/Core 1.0 path=Podfile.lock", "pod update Firebase");
        check("cran xml2 1.0 path=renv.lock", "Rscript -e 'renv::install(\"xml2@2.0\"); renv::snapshot()'");
        check("maven g:a 1.0 path=gradle/dependency-locks/x.lockfile", "require g:a:2.0 in the Gradle build");
        check("maven g:a 1.0 path=build.sbt.lock", "require g:a:2.0 in build.sbt");
        check("maven g:a 1.0 path=a.jar", "require g:a:2.0 or later in the build that made the archive");
        check("generic redis 1.0", "install redis 2.0 or later");
    }

    #[test]
    fn a_package_in_several_kinds_of_places_has_a_step_for_each_kind() {
        let mut lodash = package("npm lodash 4.17.20 path=a/package-lock.json");
        lodash
            .paths
            .extend(["b/yarn.lock", "c/package-lock.json", "d/node_modules/lodash/package.json"].map(Into::into));
        let told = remedy(&lodash, "4.17.21", SystemTool::None).unwrap();
        assert_eq!(told, "npm install lodash@4.17.21\nyarn upgrade lodash@4.17.21");
        let mut jar = package("maven g:a 1.0 path=a/pom.xml");
        jar.paths.push("b/gradle.lockfile".into());
        let told = remedy(&jar, "2.0", SystemTool::None).unwrap();
        let steps =
            ["require g:a:2.0 in the Gradle build", "mvn versions:use-dep-version -Dincludes=g:a -DdepVersion=2.0"];
        assert_eq!(told.lines().collect::<Vec<_>>(), steps);
    }

    #[test]
    fn hostile_names_cannot_leave_their_word() {
        check("npm a';reboot;' 1", "2", SystemTool::None, r"npm install 'a'\'';reboot;'\''@2'");
        assert_eq!(remedy(&package("npm -g 1"), "2", SystemTool::None), None);
        assert_eq!(remedy(&package("npm a 1"), "2\nreboot", SystemTool::None), None);
    }
}
