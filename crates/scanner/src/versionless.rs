//! Archives of Java with classes and without a version: which advisories concern them is unknown, so that they are no
//! packages. One gap counts those of an image, since somebody's own programs are among them.

use std::collections::{BTreeMap, HashSet};

use model::{Gap, counted};

use crate::found::Mark;
use crate::merge::VisibleFile;
use crate::owned_files::owned_name;
use crate::path_set::path_hash;

/// The gap for archives in `files`, but for those of packages of the system, whose hashes are in `os_owned`.
pub(crate) fn gap(files: &BTreeMap<&str, VisibleFile<'_>>, os_owned: &HashSet<u64>) -> Option<Gap> {
    let archives = files.iter().filter_map(|(path, file)| match &file.found.mark {
        Some(Mark::Versionless(archives)) => Some((*path, archives)),
        _ => None,
    });
    let mut count = 0_u64;
    let mut example = None;
    for (path, archives) in archives.filter(|(path, _)| !os_owned.contains(&path_hash(&owned_name(path)))) {
        count += u64::from(archives.count);
        example.get_or_insert_with(|| match &archives.inner_path {
            Some(inner_path) => format!("{path}!/{inner_path}"),
            None => path.to_owned(),
        });
    }
    let example = example?;
    let one = format!("Java archive such as {example} tells no version, so that it is left out");
    let many = format!("Java archives such as {example} tell no version, so that they are left out");
    Some(Gap::new("", counted(count, &one, &many)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::read;
    use crate::ecosystems::ECOSYSTEMS;
    use crate::found::Found;
    use crate::zip::writer::zip;

    fn check(files: &[(&str, &[u8])], owned: &[&str], expected: Option<&str>) {
        let java = ECOSYSTEMS.iter().find(|ecosystem| ecosystem.name() == "java").unwrap();
        let read: Vec<(&str, Found)> = files.iter().map(|(path, bytes)| (*path, read(*java, path, bytes))).collect();
        let files = read.iter().map(|(path, found)| (*path, VisibleFile { layer: 0, found })).collect();
        let owned = owned.iter().map(|path| path_hash(&owned_name(path))).collect();
        let said = gap(&files, &owned).map(|gap| format!("{}{}", gap.path, gap.reason));
        assert_eq!(said.as_deref(), expected);
    }

    #[test]
    fn libraries_without_a_version_are_counted() {
        let classes = ("org/junit/Test.class", &b"x"[..], false);
        let junit = zip(&[classes]);
        let war = zip(&[("WEB-INF/lib/a.jar", &junit, false), ("WEB-INF/lib/b.jar", &junit, true), classes]);
        let one = "1 Java archive such as lib/junit.jar tells no version, so that it is left out";
        check(&[("lib/junit.jar", &junit), ("lib/junit-4.8.jar", &junit)], &[], Some(one));
        let three = "3 Java archives such as a.war!/WEB-INF/lib/a.jar tell no version, so that they are left out";
        check(&[("lib/junit.jar", &junit), ("a.war", &war)], &[], Some(three));
        check(&[("lib/junit.jar", &junit)], &["lib/junit.jar"], None);
    }

    #[test]
    fn what_is_no_library_needs_no_version() {
        let manifest = |text: &'static str| ("META-INF/MANIFEST.MF", text.as_bytes(), false);
        let class = |path: &'static str| (path, &b"x"[..], false);
        let properties = ("META-INF/maven/g/a/pom.properties", &b"version=1\ngroupId=g\nartifactId=a\n"[..], false);
        let jre = "Implementation-Title: Java Runtime Environment\n";
        check(&[("a.jar", &zip(&[("a.txt", b"x", false)]))], &[], None);
        check(&[("a-sources.jar", &zip(&[class("a/A.class")]))], &[], None);
        check(&[("lib/rt.jar", &zip(&[manifest(jre), class("a/A.class")]))], &[], None);
        check(&[("lib/sa-jdi.jar", &zip(&[class("sun/jvm/hotspot/HSDB.class")]))], &[], None);
        let wrapper = zip(&[class("org/gradle/wrapper/GradleWrapperMain.class")]);
        check(&[("gradle/wrapper/gradle-wrapper.jar", &wrapper)], &[], None);
        check(&[("renamed.jar", &zip(&[properties, class("a/A.class")]))], &[], None);
        let parts = "Ant-Version: 1\n\nName: org/apache/xalan/\nImplementation-Version: 2.7.1\n";
        check(&[("xalan.jar", &zip(&[manifest(parts), class("org/apache/xalan/A.class")]))], &[], None);
    }
}
