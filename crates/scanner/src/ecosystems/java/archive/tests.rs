use expect_test::{Expect, expect};

use crate::ecosystem_check;
use crate::ecosystems::java::Java;
use crate::zip::writer::zip;

fn check(path: &str, archive: &[u8], expected: &Expect) {
    ecosystem_check::check(&Java, path, archive, expected);
}

fn properties(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    format!("#Created by Apache Maven 3.8.6\nversion={version}\ngroupId={group}\nartifactId={artifact}\n").into_bytes()
}

#[test]
fn shaded_properties_all_count_and_the_archive_itself_is_one_of_them() {
    let archive = zip(&[
        ("META-INF/MANIFEST.MF", b"Bundle-License: http://www.apache.org/licenses/LICENSE-2.0.txt\n", true),
        ("META-INF/maven/com.acme/app/pom.properties", &properties("com.acme", "app", "1.0"), true),
        (
            "META-INF/maven/com.google.guava/guava/pom.properties",
            &properties("com.google.guava", "guava", "31.1-jre"),
            true,
        ),
        ("com/acme/App.class", b"", false),
    ]);
    check(
        "opt/app-1.0-all.jar",
        &archive,
        &expect![[r#"
        maven com.acme:app 1.0 [Apache-2.0]
        maven com.google.guava:guava 31.1-jre
    "#]],
    );
}

#[test]
fn nested_archives_are_read_stored_and_deflated() {
    let inner = zip(&[("META-INF/maven/g/inner/pom.properties", &properties("g", "inner", "1"), true)]);
    let spring = zip(&[
        ("META-INF/MANIFEST.MF", b"Implementation-Title: spring-core\nImplementation-Version: 5.3.20\n", false),
        ("org/springframework/core/A.class", b"x", false),
    ]);
    let war = zip(&[("WEB-INF/lib/inner-1.jar", &inner, true), ("WEB-INF/lib/spring-core-5.3.20.jar", &spring, false)]);
    let mut ear = b"#!/bin/bash\n".to_vec();
    ear.extend(zip(&[("web.war", &war, false), ("lib/inner-1.jar", &inner, false)]));
    check(
        "srv/app.ear",
        &ear,
        &expect![[r#"
            maven g:inner 1 in web.war!/WEB-INF/lib/inner-1.jar
            maven org.springframework:spring-core 5.3.20 in web.war!/WEB-INF/lib/spring-core-5.3.20.jar
            maven g:inner 1 in lib/inner-1.jar
        "#]],
    );
}

#[test]
fn a_pom_stands_in_where_properties_say_too_little() {
    let archive = zip(&[
        ("META-INF/maven/g/a/pom.properties", b"version=${project.version}\n", true),
        ("META-INF/maven/g/a/pom.xml", b"<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>2</version></parent><artifactId>a</artifactId><licenses><license><name>MIT</name></license></licenses></project>", true),
    ]);
    check(
        "a.jar",
        &archive,
        &expect![[r#"
        maven g:a 2 [MIT]
    "#]],
    );
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let archive = zip(&[(
        "META-INF/maven/g/a/pom.properties",
        b"! made by hand\ngroupId : com.acme\\u002eapp\nartifactId=a\\\n    -core\nversion=1\nversion = 2.0\\:1\n",
        true,
    )]);
    check(
        "a.jar",
        &archive,
        &expect![[r#"
        maven com.acme.app:a-core 2.0:1
    "#]],
    );
}

#[test]
fn an_empty_version_is_told_by_what_comes_next() {
    let empty = properties("g", "a", "");
    let pom = b"<project><groupId>g</groupId><artifactId>a</artifactId><version>2</version></project>";
    check(
        "x.jar",
        &zip(&[("META-INF/maven/g/a/pom.properties", &empty, true), ("META-INF/maven/g/a/pom.xml", pom, true)]),
        &expect![[r#"
        maven g:a 2
    "#]],
    );
    let found = ecosystem_check::read(&Java, "a-3.1.jar", &zip(&[("META-INF/maven/g/a/pom.properties", &empty, true)]));
    assert_eq!(found.packages.len(), 1);
    assert_eq!((found.packages[0].name.as_str(), found.packages[0].version.as_str()), ("a", "3.1"));
}

#[test]
fn a_pom_tells_what_its_archive_needs_at_run_time() {
    let pom = b"<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version>\
        <dependencyManagement><dependencies><dependency><groupId>t</groupId><artifactId>managed</artifactId>\
        <version>1</version><scope>test</scope></dependency></dependencies></dependencyManagement><dependencies>\
        <dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId><version>2</version></dependency>\
        <dependency><groupId>r</groupId><artifactId>r</artifactId><scope>runtime</scope></dependency>\
        <dependency><groupId>t</groupId><artifactId>t</artifactId><scope>test</scope></dependency>\
        <dependency><groupId>t</groupId><artifactId>managed</artifactId></dependency>\
        <dependency><groupId>p</groupId><artifactId>p</artifactId><scope>provided</scope></dependency>\
        <dependency><groupId>${unknown}</groupId><artifactId>u</artifactId></dependency></dependencies></project>";
    let archive = zip(&[
        ("META-INF/maven/g/a/pom.properties", &properties("g", "a", "1"), true),
        ("META-INF/maven/g/a/pom.xml", pom, true),
    ]);
    let found = ecosystem_check::read(&Java, "lib/a-1.jar", &archive);
    assert_eq!(found.packages[0].needs.iter().collect::<Vec<_>>(), ["g:b", "r:r"]);
}

#[test]
fn a_renamed_archive_is_what_its_only_properties_say() {
    let archive = zip(&[("META-INF/maven/g/a/pom.properties", &properties("g", "a", "2"), false)]);
    check(
        "renamed.jar",
        &archive,
        &expect![[r#"
        maven g:a 2
    "#]],
    );
    check(
        "other-3.jar",
        &archive,
        &expect![[r#"
            maven g:a 2
            maven other 3 sha1:06cc1fb2fcdf5de29a6eec1caafd3e0106f048e7
        "#]],
    );
}

#[test]
fn a_tomcat_server_is_known_by_its_library() {
    let archive = zip(&[
        ("META-INF/MANIFEST.MF", b"Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.50\n", false),
        ("org/apache/catalina/A.class", b"", false),
    ]);
    check(
        "usr/local/tomcat/lib/catalina.jar",
        &archive,
        &expect![[r#"
            maven org.apache.tomcat:tomcat 9.0.50
            maven org.apache.tomcat:tomcat-catalina 9.0.50
        "#]],
    );
}

#[test]
fn what_cannot_be_read_inside_is_a_gap_and_the_rest_is_kept() {
    let good = zip(&[("META-INF/maven/g/a/pom.properties", &properties("g", "a", "2"), true)]);
    let archive =
        zip(&[("lib/bad.jar", b"not a zip", true), ("lib/good.jar", &good, true), ("lib/x.rar", b"Rar!", true)]);
    check(
        "app.war",
        &archive,
        &expect![[r#"
        maven g:a 2 in lib/good.jar
        gap app.war!/lib/bad.jar: it is no valid zip archive: it has no end record, so it is cut short or something else
    "#]],
    );
    check(
        "bad.jar",
        b"PK but no zip",
        &expect![[r#"
            gap bad.jar: it is no valid zip archive: it has no end record, so it is cut short or something else
        "#]],
    );
    check("empty.jar", b"", &expect![[""]]);
    check("music.kar", b"MThd", &expect![[""]]);
}

#[test]
fn a_manifest_that_cannot_be_read_costs_nothing_else() {
    let mut archive = zip(&[
        ("META-INF/MANIFEST.MF", b"Implementation-Version: 2", false),
        ("META-INF/maven/g/a/pom.properties", &properties("g", "a", "2"), false),
    ]);
    let record = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    archive[record + 8] = 1;
    check(
        "a.jar",
        &archive,
        &expect![[r#"
        maven g:a 2
        gap a.jar!/META-INF/MANIFEST.MF: it is encrypted, so what is in it was not looked at
    "#]],
    );
}

#[test]
fn an_unpacked_archive_is_the_same_package() {
    let folder = "var/war/META-INF/maven/org.jenkins-ci.main/jenkins-war";
    check(
        &format!("{folder}/pom.properties"),
        &properties("org.jenkins-ci.main", "jenkins-war", "2.4"),
        &expect![[r#"
            maven org.jenkins-ci.main:jenkins-war 2.4
        "#]],
    );
    check(&format!("{folder}/pom.xml"), b"<project>", &expect![[""]]);
    let found =
        ecosystem_check::read(&Java, &format!("{folder}/pom.properties"), b"version=\nartifactId=jenkins-war\n");
    assert!(found.packages.is_empty() && found.supplements == [model::Ecosystem::Maven]);
    check(
        &format!("{folder}/pom.xml"),
        b"<project><groupId>org.jenkins-ci.main</groupId><artifactId>jenkins-war</artifactId><version>2.4</version></project>",
        &expect![[r#"
            supplementary maven org.jenkins-ci.main:jenkins-war 2.4
        "#]],
    );
    check("target/maven-archiver/pom.properties", &properties("g", "a", "1"), &expect![[""]]);
}

#[test]
fn nesting_without_end_stops_with_a_gap() {
    let mut archive = zip(&[("META-INF/maven/g/a/pom.properties", &properties("g", "a", "2"), true)]);
    for _ in 0..12 {
        archive = zip(&[("x.jar", &archive, true)]);
    }
    check(
        "deep.jar",
        &archive,
        &expect![[r#"
            gap deep.jar!/x.jar!/x.jar!/x.jar!/x.jar!/x.jar!/x.jar!/x.jar!/x.jar: archives lie more than 8 deep in one another here; unpack it and scan it by itself
        "#]],
    );
}

#[test]
fn a_bomb_of_nested_archives_ends_in_a_gap() {
    // Sixty entries inflate to 16 MiB each, from about one megabyte.
    let zeros = vec![0_u8; 16 << 20];
    let one = zip(&[("z.jar", &zeros, true)]);
    let name = |number: usize| format!("{number}.jar");
    let names: Vec<String> = (0..60).map(name).collect();
    let entries: Vec<(&str, &[u8], bool)> = names.iter().map(|name| (name.as_str(), one.as_slice(), false)).collect();
    let text = ecosystem_check::text(&ecosystem_check::read_with_gaps(&Java, "bomb.jar", &zip(&entries)));
    assert!(text.contains("reading it costs far more than its length warrants"), "{text}");
}

/// Repeats the only directory record of an archive.
fn repeat_directory(archive: &[u8], count: u32) -> Vec<u8> {
    let at = archive.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let end = archive.len() - 22;
    let record = &archive[at..end];
    let mut repeated = archive[..at].to_vec();
    (0..count).for_each(|_| repeated.extend_from_slice(record));
    repeated.extend_from_slice(&archive[end..end + 12]);
    repeated.extend((count * record.len() as u32).to_le_bytes());
    repeated.extend_from_slice(&archive[end + 16..]);
    repeated
}

#[test]
fn entries_that_all_lie_in_one_place_cost_no_more_than_the_archive_warrants() {
    let name = format!("{}.class", "a".repeat(16_000));
    let inner = repeat_directory(&zip(&[(&name, b"", false)]), 500);
    let outer = repeat_directory(&zip(&[("x.jar", &inner, false)]), 30_000);
    let text = ecosystem_check::text(&ecosystem_check::read_with_gaps(&Java, "overlap.jar", &outer));
    assert!(text.contains("gap overlap.jar: only 20000 of the files of interest in it were read"));
    assert_eq!(text.matches("gap overlap.jar!/x.jar: it is no valid archive: reading it costs far more").count(), 1);
}

#[test]
fn properties_that_inflate_without_end_are_cut() {
    let mut bomb = properties("g", "a", "1");
    bomb.resize(64 << 20, b'\n');
    let archive = repeat_directory(&zip(&[("META-INF/maven/g/a/pom.properties", &bomb, true)]), 15_000);
    let text = ecosystem_check::text(&ecosystem_check::read_with_gaps(&Java, "bomb-1.jar", &archive));
    assert!(text.starts_with("maven g:a 1\n") && text.matches("costs far more").count() == 1);
}
