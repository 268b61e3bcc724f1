//! `build.sbt.lock`, as the plug-in sbt-dependency-lock writes it (its `docs/lockfile.md`).

use model::Ecosystem;
use serde::Deserialize;

use crate::ecosystems::borrowed_json::object;
use crate::ecosystems::locked_packages::Unusable;
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow)]
    dependencies: Vec<Module<'a>>,
}

#[derive(Deserialize)]
struct Module<'a> {
    #[serde(default)]
    org: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
    #[serde(borrow, default)]
    configurations: Vec<std::borrow::Cow<'a, str>>,
}

/// Reads the lock file at `path`.
///
/// # Errors
/// When it is not JSON of this shape.
pub(super) fn read(path: &str, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let lock: Lock<'_> = object(bytes).map_err(|error| ReadFileError::malformed("sbt lock file", error))?;
    let mut unusable = Unusable::default();
    for module in lock.dependencies {
        let name = format!("{}:{}", module.org, module.name);
        if module.org.is_empty() || module.name.is_empty() || module.version.is_empty() {
            unusable.note(&name);
            continue;
        }
        let mut package = FoundPackage::new(Ecosystem::Maven, Evidence::Locked, name, module.version);
        let is_test = |name: &std::borrow::Cow<'_, str>| matches!(&**name, "test" | "it" | "test-internal");
        package.development = !module.configurations.is_empty() && module.configurations.iter().all(is_test);
        found.packages.push(package);
    }
    unusable.hand_over(path, found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ecosystem_check;
    use crate::ecosystems::java::Java;

    fn check(text: &str, expected: &Expect) {
        ecosystem_check::check(&Java, "build.sbt.lock", text, expected);
    }

    #[test]
    fn modules_are_listed_with_their_configurations() {
        check(
            r#"{"lockVersion":1,"timestamp":"2022-01-01T00:00:00Z","configurations":["compile","test"],"dependencies":[
              {"org":"org.scala-lang","name":"scala-library","version":"2.13.8","artifacts":[{"name":"scala-library.jar","hash":"sha1:x"}],"configurations":["compile","runtime","test"]},
              {"org":"org.scalatest","name":"scalatest_2.13","version":"3.2.11","artifacts":[],"configurations":["test"]}]}"#,
            &expect![[r#"
                locked maven org.scala-lang:scala-library 2.13.8
                locked maven org.scalatest:scalatest_2.13 3.2.11 dev
            "#]],
        );
        check(
            r#"{"lockVersion":1,"dependencies":[{"org":"a","name":"b","version":"1.0"},{"org":"a"},{"org":"a","name":"c"}]}"#,
            &expect![[r#"
                locked maven a:b 1.0
                gap build.sbt.lock: 2 of its entries have no version that can be used (a:, a:c)
            "#]],
        );
        check(
            r#"{"lockVersion":1}"#,
            &expect![[r#"
                gap build.sbt.lock: it is no valid sbt lock file: missing field `dependencies` at line 1 column 17
            "#]],
        );
        check(
            "{",
            &expect![[r#"
                gap build.sbt.lock: it is no valid sbt lock file: EOF while parsing an object at line 1 column 1
            "#]],
        );
    }
}
