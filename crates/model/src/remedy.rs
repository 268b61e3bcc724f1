//! Steps that repair where no command does. Reports hold them as an English sentence beside commands; whoever writes for
//! people recognizes the sentence and says it in their language.

use std::fmt;

/// A step for a person: what is to be had, in which version, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemedyStep {
    /// What is to be done.
    pub kind: RemedyKind,
    /// The package; `Go` where its toolchain is meant.
    pub name: String,
    /// The version that repairs.
    pub version: String,
}

/// The sorts of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemedyKind {
    /// Build the image anew on a base that has the package: it has no package manager of its own.
    RebuildOnBase,
    /// Build the program anew with a later Go.
    RebuildWithGo,
    /// Require the archive in the build that made it.
    RequireInBuild,
    /// Require the archive in a build of Gradle.
    RequireInGradle,
    /// Require the archive in a build of sbt.
    RequireInSbt,
    /// Set the version under `resolutions` of `package.json`, as Yarn classic takes it for what others need.
    Resolutions,
    /// Set the version under `overrides` of `package.json`, as Bun takes it.
    Overrides,
    /// Require the package where the project says what it needs.
    Require,
    /// Install the program anew.
    Install,
}

impl RemedyKind {
    /// All of them, those whose sentences end in more words first.
    const ALL: [RemedyKind; 9] = [
        RemedyKind::RebuildOnBase,
        RemedyKind::RebuildWithGo,
        RemedyKind::RequireInBuild,
        RemedyKind::RequireInGradle,
        RemedyKind::RequireInSbt,
        RemedyKind::Resolutions,
        RemedyKind::Overrides,
        RemedyKind::Require,
        RemedyKind::Install,
    ];

    /// The word of the kind, for catalogs of sentences.
    pub fn as_str(self) -> &'static str {
        match self {
            RemedyKind::RebuildOnBase => "rebuild_on_base",
            RemedyKind::RebuildWithGo => "rebuild_with_go",
            RemedyKind::RequireInBuild => "require_in_build",
            RemedyKind::RequireInGradle => "require_in_gradle",
            RemedyKind::RequireInSbt => "require_in_sbt",
            RemedyKind::Resolutions => "resolutions",
            RemedyKind::Overrides => "overrides",
            RemedyKind::Require => "require",
            RemedyKind::Install => "install",
        }
    }

    /// What stands before the name, between name and version, and behind them.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            RemedyKind::RebuildOnBase => ("rebuild on a base image that has ", " ", " or later"),
            RemedyKind::RebuildWithGo => ("rebuild with ", " ", " or later"),
            RemedyKind::RequireInBuild => ("require ", ":", " or later in the build that made the archive"),
            RemedyKind::RequireInGradle => ("require ", ":", " in the Gradle build"),
            RemedyKind::RequireInSbt => ("require ", ":", " in build.sbt"),
            RemedyKind::Resolutions => ("set ", " to ", " under resolutions in package.json and run yarn install"),
            RemedyKind::Overrides => ("set ", " to ", " under overrides in package.json and run bun install"),
            RemedyKind::Require => ("require ", " ", " or later"),
            RemedyKind::Install => ("install ", " ", " or later"),
        }
    }
}

impl RemedyStep {
    /// Recognizes the sentence of a step; nothing for a command.
    pub fn recognize(remedy: &str) -> Option<RemedyStep> {
        RemedyKind::ALL.into_iter().find_map(|kind| {
            let (before, between, behind) = kind.words();
            let (name, version) = remedy.strip_prefix(before)?.strip_suffix(behind)?.rsplit_once(between)?;
            Some(RemedyStep { kind, name: name.to_owned(), version: version.to_owned() })
        })
    }
}

impl fmt::Display for RemedyStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, between, behind) = self.kind.words();
        write!(f, "{before}{}{between}{}{behind}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_recognized_by_its_sentence_and_no_command_is() {
        for kind in RemedyKind::ALL {
            let name = if kind == RemedyKind::RebuildWithGo { "Go" } else { "g:a" };
            let step = RemedyStep { kind, name: name.to_owned(), version: "1.2-3".to_owned() };
            assert_eq!(RemedyStep::recognize(&step.to_string()), Some(step));
        }
        for command in ["apt-get install --only-upgrade a=1", "npm install a@1", "bundle update a", ""] {
            assert_eq!(RemedyStep::recognize(command), None, "{command}");
        }
    }
}
