//! Gradle's dependency locks: `gradle.lockfile` (Gradle 7: `group:artifact:version=configurations`), the same for the
//! plug-ins of build scripts and settings, and the older `gradle/dependency-locks/CONFIGURATION.lockfile` (one coordinate a
//! line).

use model::Ecosystem;

use crate::ecosystems::locked_packages::is_word;
use crate::found::{Evidence, Found, FoundPackage};

/// Reads a lock file; comments and lines that name no coordinates are passed over.
pub(super) fn read(path: &str, text: &str, found: &mut Found) {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let stem = file_name.strip_suffix(".lockfile").unwrap_or(file_name);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (coordinates, configurations) = line.split_once('=').unwrap_or((line, ""));
        let mut parts = coordinates.split(':').map(str::trim);
        let (Some(group), Some(artifact), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            // `empty=…` lists the configurations without dependencies.
            if coordinates != "empty" {
                found.gap(path, format!("`{line}` in it is no group:artifact:version"));
            }
            continue;
        };
        if ![group, artifact, version].into_iter().all(is_word) {
            found.gap(path, format!("`{line}` in it is no group:artifact:version"));
            continue;
        }
        let mut package = FoundPackage::new(Ecosystem::Maven, Evidence::Locked, format!("{group}:{artifact}"), version);
        let mut names = configurations.split(',').filter(|name| !name.is_empty()).peekable();
        package.development = match names.peek() {
            // The plug-ins of the build itself.
            _ if stem.starts_with("buildscript") || stem.starts_with("settings-") => true,
            Some(_) => names.all(is_test),
            None => is_test(stem),
        };
        found.packages.push(package);
    }
}

/// Whether a configuration serves tests only: `testRuntimeClasspath`, `integrationTestCompileClasspath`.
fn is_test(configuration: &str) -> bool {
    configuration.starts_with("test") || configuration.contains("Test")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ecosystem_check;
    use crate::ecosystems::java::Java;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Java, path, text, expected);
    }

    #[test]
    fn single_lock_files_name_configurations() {
        check(
            "app/gradle.lockfile",
            "# This is a Gradle generated file for dependency locking.\n\
             com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath\n\
             junit:junit:4.13=testCompileClasspath,testRuntimeClasspath\n\
             nonsense\n\
             empty=annotationProcessor\n",
            &expect![[r#"
                locked maven com.google.guava:guava 31.1-jre
                locked maven junit:junit 4.13 dev
                gap app/gradle.lockfile: `nonsense` in it is no group:artifact:version
            "#]],
        );
    }

    #[test]
    fn plug_ins_of_the_build_serve_development() {
        for path in ["settings-gradle.lockfile", "app/buildscript-gradle.lockfile"] {
            check(
                path,
                "org.acme:plugin:1.2=classpath\nempty=\n",
                &expect![[r#"
                    locked maven org.acme:plugin 1.2 dev
                "#]],
            );
        }
        check(
            "settings-gradle.lockfile",
            "nonsense\n",
            &expect![[r#"
                gap settings-gradle.lockfile: `nonsense` in it is no group:artifact:version
            "#]],
        );
    }

    #[test]
    fn older_locks_have_a_file_for_each_configuration() {
        check(
            "gradle/dependency-locks/testCompileClasspath.lockfile",
            "junit:junit:4.12\n",
            &expect![[r#"
                locked maven junit:junit 4.12 dev
            "#]],
        );
    }
}
