//! Builds of Gradle: what their scripts ask for, and which lock files speak for it.

use super::*;

#[test]
fn scripts_of_gradle_have_locks_for_their_plug_ins_and_where_others_take_them_in() {
    let plugins = "buildscript { dependencies { classpath 'a:b:1' } }\n";
    let (script, both) = ("a/build.gradle", format!("{plugins}dependencies {{ api 'a:b:1' }}\n"));
    check(&[(script, plugins)], &[script]);
    check(&[(script, plugins), ("a/buildscript-gradle.lockfile", "")], &[]);
    check(&[(script, &both), ("a/buildscript-gradle.lockfile", "")], &[script]);
    check(&[(script, &both), ("a/gradle.lockfile", ""), ("a/buildscript-gradle.lockfile", "")], &[]);
    // That of the project says nothing of plug-ins.
    check(&[(script, &both), ("a/gradle.lockfile", "")], &[script]);
    check(&[(script, plugins), ("a/gradle.lockfile", "")], &[script]);

    let taken_in = ("buildSrc/src/main/kotlin/own.gradle.kts", "dependencies { api(\"a:b:1\") }\n");
    check(&[taken_in], &[taken_in.0]);
    check(&[taken_in, ("app/gradle.lockfile", "")], &[]);
    check(&[("buildSrc/build.gradle.kts", taken_in.1), ("app/gradle.lockfile", "")], &["buildSrc/build.gradle.kts"]);
}

#[test]
fn gaps_of_gradle_say_which_lock_file_is_read_and_how_it_is_made() {
    let catalog = "[libraries]\nguava = \"com.google.guava:guava:31.0-jre\"\n";
    let plugins = "buildscript { dependencies { classpath 'a:b:1' } }\n";
    let files = [
        ("gradle/libs.versions.toml", catalog),
        ("app/build.gradle.kts", "dependencies {\n  implementation(libs.guava)\n}\n"),
        ("own/build.gradle", plugins),
        ("own/gradle.lockfile", ""),
    ];
    let told: Vec<String> =
        gaps(&index(&files)).into_iter().map(|gap| format!("{}: {}", gap.path, gap.reason)).collect();
    assert_eq!(
        told,
        [
            "app/build.gradle.kts: it names dependencies, and no `gradle.lockfile` lies beside or above it, so that their \
             versions are unknown; `gradle dependencies --write-locks` writes one where the build turns on \
             `dependencyLocking`",
            "own/build.gradle: its `buildscript` names plug-ins, and no `buildscript-gradle.lockfile` lies beside or above \
             it, so that their versions are unknown; `gradle buildEnvironment --write-locks` writes one where the \
             `buildscript` calls `activateDependencyLocking()`",
        ]
    );
}

#[test]
fn what_a_script_of_gradle_asks_for_in_subprojects_is_locked_in_their_folders() {
    let (root, lock) = ("r/build.gradle", ("r/a/gradle.lockfile", "a:b:1=x\nempty=\n"));
    for begin in ["subprojects", "configure(subprojects)", "project(':a')"] {
        let script = format!("{begin} {{ dependencies {{ implementation 'a:b:1' }} }}\n");
        check(&[(root, &script), lock], &[]);
        check(&[(root, &script), ("r/gradle.lockfile", "")], &[]);
        check(&[(root, &script)], &[root]);
        // Those of another project or of the build's own program are not theirs.
        for other in ["r.b/gradle.lockfile", "s/gradle.lockfile", "r/buildSrc/gradle.lockfile"] {
            check(&[(root, &script), (other, "")], &[root]);
        }
        check(&[(root, &format!("{script}dependencies {{ api 'a:b:1' }}\n")), lock], &[root]);
    }
    check(&[("build.gradle.kts", "subprojects { dependencies { \"api\"(\"a:b:1\") } }\n"), lock], &[]);
    check(&[(root, "allprojects { dependencies { api 'a:b:1' } }\n"), lock], &[root]);
}
