//! `build.sbt`, other files of its kind beside it, and the sources of Scala in the folder `project` that by their names have
//! what builds take over (scala-sbt.org, Library dependencies; Organizing the build): whether they give a project libraries.
//! They are programs, which are not run: what they compute counts as some.

use crate::ecosystems::program_text::{SWIFT, Token, tokens, within};
use crate::manifest::ProjectManifest;

/// The setting that lists libraries.
const SETTING: &str = "libraryDependencies";

/// Reads a build; `None` stands for one that is too long to be read.
pub(super) fn read(text: Option<&str>) -> ProjectManifest {
    let Some(text) = text else { return ProjectManifest::that_asks(true) };
    let tokens: Vec<Token<'_>> = tokens(text, SWIFT).into_iter().filter(|token| *token != Token::Break).collect();
    let asks = tokens.iter().enumerate().any(|(place, token)| {
        *token == Token::Word(SETTING) && is_given_some(tokens.get(place + 1..).unwrap_or_default())
    });
    ProjectManifest::that_asks(asks)
}

/// Whether what follows the setting adds libraries to it: `+= …`, `in Test ++= Seq(…)`, but not `++= Nil`.
fn is_given_some(behind: &[Token<'_>]) -> bool {
    let behind = match behind {
        [Token::Word("in"), Token::Word(_), behind @ ..] => behind,
        behind => behind,
    };
    let value = match behind {
        [Token::Sign('+' | ':'), Token::Sign('='), value @ ..] => value,
        [Token::Sign('+'), Token::Sign('+'), Token::Sign('='), value @ ..] => value,
        _ => return false,
    };
    let behind_nothing = match value {
        [] => return false,
        [Token::Word("Nil"), behind @ ..] => behind,
        [Token::Word("Seq" | "List" | "Vector" | "Set"), behind @ ..] => match behind {
            [Token::Sign('('), ..] => match within(behind, 0) {
                ([], end) => behind.get(end..).unwrap_or_default(),
                _ => return true,
            },
            [Token::Sign('.'), Token::Word("empty"), behind @ ..] => behind,
            _ => return true,
        },
        _ => return true,
    };
    // `Nil ++ own`, `Seq.empty[ModuleID] ++ own`
    let behind_nothing = match behind_nothing {
        [Token::Sign('['), ..] => behind_nothing.get(within(behind_nothing, 0).1..).unwrap_or_default(),
        behind => behind,
    };
    matches!(behind_nothing, [Token::Sign('+' | ':'), ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_asked_for_in_every_form() {
        for text in [
            "libraryDependencies += \"org.typelevel\" %% \"cats-core\" % \"2.9.0\"\n",
            "lazy val a = project.settings(libraryDependencies ++= Seq(\n  \"a\" % \"b\" % \"1\"))",
            "libraryDependencies ++= deps\n",
            "libraryDependencies := Seq(own)\n",
            "libraryDependencies in Test += x\n",
            "Test / libraryDependencies ++=\n  Nil\nlibraryDependencies ++= List(a)",
            "libraryDependencies ++= (if (x) Seq(a) else Nil)",
            "libraryDependencies ++= Seq(a, b).map(_ % Test)",
            "libraryDependencies ++= Dependencies.all.map(_ % \"provided\")",
            "libraryDependencies ++= Nil ++ own",
            "libraryDependencies := Seq.empty[ModuleID] ++ own",
            "libraryDependencies ++= Seq() :+ own",
            "object Common {\n  val settings = Seq(\n    libraryDependencies += own,\n  )\n}\n",
        ] {
            assert!(read(Some(text)).asks, "{text}");
        }
        assert!(read(None).asks);
    }

    #[test]
    fn a_build_without_libraries_asks_for_nothing() {
        for text in [
            "name := \"a\"\nscalaVersion := \"3.3.1\"\n",
            "libraryDependencies ++= Seq()\nlibraryDependencies := Nil\nlibraryDependencies ++= Seq.empty",
            "libraryDependencies ++= Seq.empty[ModuleID]\nname := \"a\"",
            "object Dependencies {\n  val cats = \"org.typelevel\" %% \"cats-core\" % \"2.9.0\"\n}\n",
            "// libraryDependencies += x\n/* libraryDependencies += x */",
            "val all = libraryDependencies.value\nlibraryDependencies -= x\n",
            "lazy val a = project.dependsOn(b)\nlibraryDependencySchemes += x",
            "description := \"libraryDependencies += x\"",
        ] {
            assert!(!read(Some(text)).asks, "{text}");
        }
    }
}
