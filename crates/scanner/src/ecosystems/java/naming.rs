//! The name of an archive that carries no Maven properties of its own, from its file name, its manifest and the classes
//! in it. Such a name is a guess, with which the archive's SHA-1 goes, but for well-known families whose classes are in it.

use super::families::{TOMCAT, known_group};
use super::manifest::Manifest;

/// What an archive is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) group: Option<String>,
    pub(super) artifact: String,
    pub(super) version: String,
    /// Whether name and classes are those of a well-known family, so that the name is sure.
    pub(super) is_sure: bool,
}

impl Guess {
    /// `group:artifact`, or the artifact alone where no group is known.
    pub(super) fn name(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}:{}", self.artifact),
            None => self.artifact.clone(),
        }
    }
}

/// Takes the archive whose file is called `stem` (without its suffix) for something, if there is a version to be had.
///
/// `holds` tells whether the archive has classes below a folder, such as `org/springframework`.
pub(super) fn guess(stem: &str, manifest: &Manifest, holds: impl Fn(&str) -> bool) -> Option<Guess> {
    if is_no_package(stem, manifest, &holds) {
        return None;
    }
    let in_file_name = split_stem(stem, manifest.stated_version());
    let version = match in_file_name {
        Some((_, number)) => manifest.stated_version().and_then(|stated| spelled_out(number, stated)).unwrap_or(number),
        None => {
            let of_part = || manifest.version_of_part(stem).filter(|_| !is_of_runtime(&holds));
            manifest.stated_version().or_else(of_part)?
        }
    };
    if manifest.title.as_deref() == Some("Apache Tomcat")
        && let Some((_, artifact)) = TOMCAT.iter().find(|(file, _)| *file == stem)
    {
        let group = Some("org.apache.tomcat".to_owned());
        return Some(Guess { group, artifact: (*artifact).to_owned(), version: version.to_owned(), is_sure: true });
    }
    let artifact = match in_file_name {
        Some((artifact, _)) => artifact,
        None => manifest.title.as_deref().filter(|title| is_identifier(title)).unwrap_or(stem),
    };
    if artifact.is_empty() {
        return None;
    }
    let known = known_group(artifact, version, holds);
    let vendor = manifest.vendor_id.as_deref().filter(|id| id.contains('.') && is_identifier(id));
    let symbolic = || {
        [&manifest.symbolic_name, &manifest.module_name].into_iter().flatten().find_map(|name| {
            let above = name.strip_suffix(artifact)?.strip_suffix('.')?;
            let group = if TOP_LEVEL.contains(&above) || FOUNDATIONS.contains(&above) { name.as_str() } else { above };
            (above.contains('.') || group == name).then_some(group).filter(|group| is_identifier(group))
        })
    };
    // Some name a whole foundation as the vendor, of whose groups the name of the bundle tells the one.
    let in_vendor = |group: &&str| {
        vendor.is_some_and(|vendor| group.strip_prefix(vendor).is_some_and(|rest| rest.starts_with('.')))
    };
    let guessed = || {
        let symbolic = symbolic();
        symbolic.filter(in_vendor).or(vendor.filter(|vendor| !FOUNDATIONS.contains(vendor))).or(symbolic)
    };
    let group = known.or_else(guessed);
    // Quarkus and others put the group in front of the artifact in the file name.
    let artifact = match group.and_then(|group| artifact.strip_prefix(group)?.strip_prefix('.')) {
        Some(artifact) if !artifact.is_empty() => artifact,
        _ => artifact,
    };
    Some(Guess {
        group: group.map(str::to_owned),
        artifact: artifact.to_owned(),
        version: version.to_owned(),
        is_sure: known.is_some(),
    })
}

/// Whether the archive is no package of its own for other reasons than that its version is unknown.
pub(super) fn is_no_package(stem: &str, manifest: &Manifest, holds: impl Fn(&str) -> bool) -> bool {
    // The libraries of Java 8 itself belong to the runtime, which is found by its release file.
    manifest.title.as_deref() == Some("Java Runtime Environment")
        // Sources and documentation run nowhere.
        || ["-sources", "-src", "-javadoc", "-groovydoc"].iter().any(|suffix| stem.ends_with(suffix))
        // It fetches the Gradle that a file beside it names, and lies in every repository that Gradle builds.
        || stem == "gradle-wrapper" && holds("org/gradle")
}

/// Whether classes of the runtime itself are in the archive, some of whose libraries state no version or that of a part.
pub(super) fn is_of_runtime(holds: impl Fn(&str) -> bool) -> bool {
    RUNTIME.iter().any(|folder| holds(folder))
}

/// Whether a file called `stem` can be the artifact: `artifact`, `artifact-1.0`, `group.artifact-1.0`.
pub(super) fn is_named_after(stem: &str, group: &str, artifact: &str) -> bool {
    let after = |stem: &str| {
        stem.strip_prefix(artifact).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
    };
    after(stem) || stem.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')).is_some_and(after)
}

/// Splits `artifact-version[-classifier]`; a version that the manifest states is believed where it stands in the name.
pub(super) fn split_stem<'a>(stem: &'a str, stated: Option<&str>) -> Option<(&'a str, &'a str)> {
    if let Some(stated) = stated
        && let Some(at) = stem.rfind(stated)
        && let Some(artifact) = stem[..at].strip_suffix(['-', '_'])
        && stem[at + stated.len()..].chars().next().is_none_or(|c| c == '-')
        && !artifact.is_empty()
    {
        let rest = &stem[at + stated.len()..];
        let version = if qualifiers_bytes(rest) == rest.len() { &stem[at..] } else { &stem[at..at + stated.len()] };
        return Some((artifact, version));
    }
    let candidates = || {
        let starts_version =
            |&(at, _): &(usize, &str)| at > 0 && stem[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        stem.match_indices('-').filter(starts_version).map(|(at, _)| (&stem[..at], &stem[at + 1..]))
    };
    if let Some(whole) = candidates().find(|(_, version)| version_bytes(version) == version.len()) {
        return Some(whole);
    }
    if let Some((artifact, version)) = candidates().next() {
        return Some((artifact, &version[..version_bytes(version)]));
    }
    // Eclipse bundles: org.eclipse.core.runtime_3.29.0.v20230726.
    let (artifact, version) = stem.rsplit_once('_')?;
    (!artifact.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())).then_some((artifact, version))
}

/// The version that the manifest states, where the one in the file's name is the same without its dots, as in the downloads
/// of Bouncy Castle: `bcprov-jdk15on-159.jar` is `1.59.0` by its manifest and `1.59` in Maven. Zeros that the name leaves out
/// are none of Maven's. Shorter numbers are versions of their own too often, longer ones are dates.
fn spelled_out<'a>(number: &str, stated: &'a str) -> Option<&'a str> {
    if !(3..=5).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ends = stated.match_indices('.').map(|(at, _)| at).chain([stated.len()]);
    for end in ends.skip(1) {
        let (begin, rest) = stated.split_at(end);
        if begin.bytes().filter(|byte| *byte != b'.').eq(number.bytes()) {
            let is_zero = rest.bytes().all(|byte| b".0".contains(&byte));
            return Some(if is_zero { begin } else { stated });
        }
    }
    None
}

/// How many bytes of `text` are a version: a number and the numbers and qualifiers that follow dashes.
fn version_bytes(text: &str) -> usize {
    let first = text.find(['-', '_']).unwrap_or(text.len());
    first + qualifiers_bytes(&text[first..])
}

fn qualifiers_bytes(text: &str) -> usize {
    let mut end = 0;
    while let Some(part) = text[end..].strip_prefix(['-', '_']) {
        let part = &part[..part.find(['-', '_']).unwrap_or(part.len())];
        let letters = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
        let word = part[..letters].to_ascii_lowercase();
        if !word.is_empty() && !QUALIFIERS.contains(&word.as_str()) || part.is_empty() {
            break;
        }
        end += 1 + part.len();
    }
    end
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Words that follow a dash in versions.
const QUALIFIERS: &[&str] = &[
    "alpha",
    "beta",
    "a",
    "b",
    "rc",
    "cr",
    "m",
    "milestone",
    "snapshot",
    "final",
    "ga",
    "release",
    "sp",
    "sec",
    "jre",
    "android",
    "redhat",
    "jbossorg",
    "incubating",
    "incubator",
    "pre",
    "preview",
    "build",
    "v",
    "r",
    "patch",
    "p",
    "sr",
    "hadoop",
    "atlassian",
    "cdh",
    "hdp",
    "pfd",
    "dev",
    "ea",
    "fuse",
    "temporary",
    "osgi",
    "empty",
    "java",
];

/// Vendors and hosts that publish under groups of their projects, and nothing under their own name.
const FOUNDATIONS: &[&str] = &["org.apache", "org.codehaus", "org.eclipse", "com.github", "io.github"];

/// Folders of classes that libraries of Java 8 have and no others.
const RUNTIME: &[&str] =
    &["com/sun/java", "com/sun/nio", "java", "javafx", "javax/crypto", "javax/swing", "jdk", "sun"];

/// Domains in which groups lie, none of which is a group.
const TOP_LEVEL: &[&str] = &["com", "dev", "edu", "info", "io", "me", "net", "org"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stem: &str, manifest: &str, classes: &[&str], expected: &str) {
        let guess = guess(stem, &Manifest::parse(manifest), |folder| {
            classes
                .iter()
                .any(|class| *class == folder || class.strip_prefix(folder).is_some_and(|c| c.starts_with('/')))
        });
        let shown = guess.map_or("nothing".to_owned(), |guess| format!("{} {}", guess.name(), guess.version));
        assert_eq!(shown, expected, "{stem}");
    }

    #[test]
    fn versions_are_cut_from_file_names() {
        check("commons-lang-2.6", "", &[], "commons-lang 2.6");
        check("log4j-1.2-api-2.17.0", "", &[], "log4j-1.2-api 2.17.0");
        check("guava-31.1-jre", "", &[], "guava 31.1-jre");
        check("dom4j-1.6.1", "", &["org/dom4j/io"], "dom4j:dom4j 1.6.1");
        check("dom4j-2.1.3", "", &["org/dom4j/io"], "org.dom4j:dom4j 2.1.3");
        check("bcprov-jdk15on-1.70", "", &["org/bouncycastle/asn1"], "org.bouncycastle:bcprov-jdk15on 1.70");
        check(
            "netty-transport-native-epoll-4.1.100.Final-linux-x86_64",
            "",
            &[],
            "netty-transport-native-epoll 4.1.100.Final",
        );
        check("commons-lang-2.6-redhat-4", "", &[], "commons-lang 2.6-redhat-4");
        check("foo-1.0-SNAPSHOT", "", &[], "foo 1.0-SNAPSHOT");
        check("foo-1.0-20200101.120000-1", "", &[], "foo 1.0-20200101.120000-1");
        check("org.eclipse.core.runtime_3.29.0.v20230726", "", &[], "org.eclipse.core.runtime 3.29.0.v20230726");
        check("kafka_2.13-3.6.0", "", &["kafka/server"], "org.apache.kafka:kafka_2.13 3.6.0");
        check("app", "", &[], "nothing");
        check("foo-1.0-sources", "", &[], "nothing");
        check(
            "rt",
            "Implementation-Title: Java Runtime Environment\nImplementation-Version: 1.8.0_292\n",
            &[],
            "nothing",
        );
        check("-1.0", "", &[], "nothing");
        check("ü-1", "", &[], "ü 1");
    }

    #[test]
    fn the_group_comes_from_known_families_the_vendor_or_the_bundle() {
        check(
            "spring-core-5.3.20",
            "Automatic-Module-Name: spring.core\n",
            &["org/springframework"],
            "org.springframework:spring-core 5.3.20",
        );
        check(
            "org.springframework.spring-core-5.3.20",
            "",
            &["org/springframework"],
            "org.springframework:spring-core 5.3.20",
        );
        check("spring-core-5.3.20", "", &["evil"], "spring-core 5.3.20");
        check(
            "play_2.12-2.6.0",
            "Implementation-Vendor-Id: com.typesafe.play\nImplementation-Version: 2.6.0\n",
            &[],
            "com.typesafe.play:play_2.12 2.6.0",
        );
        check(
            "jackson-databind-2.9.1",
            "Bundle-SymbolicName: com.fasterxml.jackson.core.jackson-databind\n",
            &[],
            "com.fasterxml.jackson.core:jackson-databind 2.9.1",
        );
        check("groovy-3.0.9", "", &["org/codehaus/groovy"], "org.codehaus.groovy:groovy 3.0.9");
    }

    #[test]
    fn libraries_whose_builds_wrote_no_properties_are_known_by_name_and_classes() {
        check(
            "jackson-mapper-asl-1.9.13",
            "Bundle-SymbolicName: jackson-mapper-asl\nImplementation-Version: 1.9.13\n",
            &["org/codehaus/jackson"],
            "org.codehaus.jackson:jackson-mapper-asl 1.9.13",
        );
        check(
            "libthrift-0.9.3",
            "Bundle-SymbolicName: org.apache.thrift\nImplementation-Version: 0.9.3\n",
            &["org/apache/thrift"],
            "org.apache.thrift:libthrift 0.9.3",
        );
        // The name of its bundle is that of the project it came from.
        check(
            "zookeeper-3.4.13",
            "Bundle-SymbolicName: org.apache.hadoop.zookeeper\nBundle-Version: 3.4.13\n",
            &["org/apache/zookeeper"],
            "org.apache.zookeeper:zookeeper 3.4.13",
        );
        check(
            "commons-configuration2-2.4",
            "Bundle-SymbolicName: org.apache.commons.configuration\nImplementation-Vendor-Id: org.apache\n",
            &["org/apache/commons"],
            "org.apache.commons:commons-configuration2 2.4",
        );
        check("jsch-0.1.50", "", &["com/jcraft/jsch"], "com.jcraft:jsch 0.1.50");
        check("snakeyaml-1.26", "", &["org/yaml/snakeyaml"], "org.yaml:snakeyaml 1.26");
        // The classes are those of another.
        check("snakeyaml-1.26", "", &["org/example/snakeyaml"], "snakeyaml 1.26");
    }

    #[test]
    fn a_foundation_is_no_group() {
        let manifest = "Bundle-SymbolicName: org.apache.commons.commons-text\nImplementation-Vendor-Id: org.apache\n";
        check("commons-text-1.8", manifest, &[], "org.apache.commons:commons-text 1.8");
        check("foo-1.0", "Implementation-Vendor-Id: org.apache\n", &[], "foo 1.0");
        // The bundle's name goes on where that of the vendor ends.
        let manifest = "Bundle-SymbolicName: com.example.a.foo\nImplementation-Vendor-Id: com.example\n";
        check("foo-1.0", manifest, &[], "com.example.a:foo 1.0");
        let manifest = "Bundle-SymbolicName: org.other.foo\nImplementation-Vendor-Id: com.example\n";
        check("foo-1.0", manifest, &[], "com.example:foo 1.0");
    }

    #[test]
    fn a_version_without_its_dots_in_the_name_is_the_stated_one() {
        let classes = &["org/bouncycastle"][..];
        let check = |stem: &str, stated: &str, expected: &str| {
            check(stem, &format!("Implementation-Version: {stated}\n"), classes, expected);
        };
        check("bcprov-jdk15on-159", "1.59.0", "org.bouncycastle:bcprov-jdk15on 1.59");
        check("bcprov-jdk18on-171", "1.71", "org.bouncycastle:bcprov-jdk18on 1.71");
        check("bcprov-jdk18on-1781", "1.78.1", "org.bouncycastle:bcprov-jdk18on 1.78.1");
        check("bcprov-jdk18on-1781", "1.78.1.0", "org.bouncycastle:bcprov-jdk18on 1.78.1");
        // The name says less than the manifest does.
        check("bcprov-jdk18on-178", "1.78.1", "org.bouncycastle:bcprov-jdk18on 1.78.1");
        check("bcprov-jdk15on-159", "1.60.0", "org.bouncycastle:bcprov-jdk15on 159");
        check("foo-160", "160.0.1", "foo 160");
        check("foo-12", "1.2", "foo 12");
        check("foo-20231013", "2023.10.13", "foo 20231013");
    }

    #[test]
    fn a_bundle_may_be_called_as_its_group() {
        check("jsoup-1.15.3", "Automatic-Module-Name: org.jsoup\n", &[], "org.jsoup:jsoup 1.15.3");
        check("derby-10.1", "Bundle-SymbolicName: org.apache.derby\n", &[], "org.apache.derby:derby 10.1");
        let module = "Automatic-Module-Name: io.github.classgraph\n";
        check("classgraph-4.8", module, &[], "io.github.classgraph:classgraph 4.8");
        check("snakeyaml-1.26", "Bundle-SymbolicName: org.yaml.snakeyaml\n", &[], "org.yaml:snakeyaml 1.26");
        // One word is no group.
        check("foo-1.0", "Bundle-SymbolicName: foo.foo\n", &[], "foo 1.0");
        check("foo-1.0", "Bundle-SymbolicName: foo\n", &[], "foo 1.0");
        let hamcrest = "Automatic-Module-Name: org.hamcrest\nImplementation-Version: 2.2\n";
        check("hamcrest-2.2", hamcrest, &["org/hamcrest"], "org.hamcrest:hamcrest 2.2");
        let netty = "Bundle-SymbolicName: org.jboss.netty\n";
        check("netty-3.2.0.Final", netty, &["org/jboss/netty"], "org.jboss.netty:netty 3.2.0.Final");
    }

    #[test]
    fn a_version_may_stand_in_the_manifest_alone() {
        check(
            "catalina",
            "Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.50\n",
            &[],
            "org.apache.tomcat:tomcat-catalina 9.0.50",
        );
        check("app", "Implementation-Title: demo\nImplementation-Version: 0.1\n", &[], "demo 0.1");
        check("app", "Implementation-Title: My Demo\nImplementation-Version: 0.1\n", &[], "app 0.1");
        let log4j = "Created-By: Apache Ant 1.5.1\n\nName: org/apache/log4j/\nImplementation-Title: log4j\n\
                     Implementation-Version: 1.2.15\n";
        check("log4j", log4j, &["org/apache/log4j"], "log4j:log4j 1.2.15");
        check("log4j-1.2.17", log4j, &["org/apache/log4j"], "log4j:log4j 1.2.17");
        // The engine for scripts of Java 8 is a part of it.
        let nashorn =
            "\nName: jdk/nashorn/\nImplementation-Title: Oracle Nashorn\nImplementation-Version: 1.8.0_292-b10\n";
        check("nashorn", &format!("Created-By: Ant\n{nashorn}"), &["jdk/nashorn/api"], "nothing");
    }
}
