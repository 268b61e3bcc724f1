//! The name of an archive that carries no Maven properties of its own, from its file name, its manifest and the classes
//! in it. Such a name is a guess, with which the archive's SHA-1 goes, but for well-known families whose classes are in it.

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
    // The libraries of Java 8 itself belong to the runtime, which is found by its release file.
    if manifest.title.as_deref() == Some("Java Runtime Environment") {
        return None;
    }
    // Sources and documentation run nowhere.
    if ["-sources", "-src", "-javadoc", "-groovydoc"].iter().any(|suffix| stem.ends_with(suffix)) {
        return None;
    }
    let in_file_name = split_stem(stem, manifest.stated_version());
    let version = match in_file_name {
        Some((_, number)) => manifest.stated_version().and_then(|stated| spelled_out(number, stated)).unwrap_or(number),
        None => manifest.stated_version()?,
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

fn known_group(artifact: &str, version: &str, holds: impl Fn(&str) -> bool) -> Option<&'static str> {
    // Its group has a dot since 2.0.
    if artifact == "dom4j" && version.starts_with("1.") && holds("org/dom4j") {
        return Some("dom4j");
    }
    if artifact.starts_with("groovy") && ["groovy", "org/codehaus/groovy", "org/apache/groovy"].into_iter().any(&holds)
    {
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok())?;
        return Some(if major >= 4 { "org.apache.groovy" } else { "org.codehaus.groovy" });
    }
    if artifact == "hibernate-core" && holds("org/hibernate") {
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok())?;
        return Some(if major >= 6 { "org.hibernate.orm" } else { "org.hibernate" });
    }
    let fits = |(pattern, classes, group): &&(&str, &str, &str)| {
        let bare = artifact.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')).unwrap_or(artifact);
        let is_named = match pattern.strip_suffix('*') {
            Some(prefix) => bare.starts_with(prefix),
            None => bare == *pattern,
        };
        is_named && holds(classes)
    };
    GROUPS.iter().find(fits).map(|(_, _, group)| *group)
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

/// Domains in which groups lie, none of which is a group.
const TOP_LEVEL: &[&str] = &["com", "dev", "edu", "info", "io", "me", "net", "org"];

/// The libraries of a Tomcat server, whose files carry no version: file, artifact.
const TOMCAT: &[(&str, &str)] = &[
    ("annotations-api", "tomcat-annotations-api"),
    ("catalina", "tomcat-catalina"),
    ("catalina-ant", "tomcat-catalina-ant"),
    ("catalina-ha", "tomcat-catalina-ha"),
    ("catalina-ssi", "tomcat-ssi"),
    ("catalina-storeconfig", "tomcat-storeconfig"),
    ("catalina-tribes", "tomcat-tribes"),
    ("jasper", "tomcat-jasper"),
    ("jasper-el", "tomcat-jasper-el"),
    ("tomcat-api", "tomcat-api"),
    ("tomcat-coyote", "tomcat-coyote"),
    ("tomcat-coyote-ffm", "tomcat-coyote-ffm"),
    ("tomcat-dbcp", "tomcat-dbcp"),
    ("tomcat-jdbc", "tomcat-jdbc"),
    ("tomcat-jni", "tomcat-jni"),
    ("tomcat-juli", "tomcat-juli"),
    ("tomcat-util", "tomcat-util"),
    ("tomcat-util-scan", "tomcat-util-scan"),
    ("tomcat-websocket", "tomcat-websocket"),
];

/// Artifacts whose builds write no Maven properties: artifact (`*` at its end stands for any rest), a folder of classes
/// that must be in the archive, group. The first that fits counts.
const GROUPS: &[(&str, &str, &str)] = &[
    ("spring-boot*", "org/springframework", "org.springframework.boot"),
    ("spring-security*", "org/springframework", "org.springframework.security"),
    ("spring-integration*", "org/springframework", "org.springframework.integration"),
    ("spring-session*", "org/springframework", "org.springframework.session"),
    ("spring-batch*", "org/springframework", "org.springframework.batch"),
    ("spring-kafka*", "org/springframework", "org.springframework.kafka"),
    ("spring-amqp", "org/springframework", "org.springframework.amqp"),
    ("spring-rabbit*", "org/springframework", "org.springframework.amqp"),
    ("spring-ldap*", "org/springframework", "org.springframework.ldap"),
    ("spring-ws*", "org/springframework", "org.springframework.ws"),
    ("spring-graphql*", "org/springframework", "org.springframework.graphql"),
    ("spring-webflow", "org/springframework", "org.springframework.webflow"),
    ("spring-retry", "org/springframework", "org.springframework.retry"),
    ("spring-aop", "org/springframework", "org.springframework"),
    ("spring-aspects", "org/springframework", "org.springframework"),
    ("spring-beans", "org/springframework", "org.springframework"),
    ("spring-context*", "org/springframework", "org.springframework"),
    ("spring-core*", "org/springframework", "org.springframework"),
    ("spring-expression", "org/springframework", "org.springframework"),
    ("spring-instrument", "org/springframework", "org.springframework"),
    ("spring-jcl", "org/apache", "org.springframework"),
    ("spring-jdbc", "org/springframework", "org.springframework"),
    ("spring-jms", "org/springframework", "org.springframework"),
    ("spring-messaging", "org/springframework", "org.springframework"),
    ("spring-orm", "org/springframework", "org.springframework"),
    ("spring-oxm", "org/springframework", "org.springframework"),
    ("spring-r2dbc", "org/springframework", "org.springframework"),
    ("spring-test", "org/springframework", "org.springframework"),
    ("spring-tx", "org/springframework", "org.springframework"),
    ("spring-web", "org/springframework", "org.springframework"),
    ("spring-webflux", "org/springframework", "org.springframework"),
    ("spring-webmvc*", "org/springframework", "org.springframework"),
    ("spring-websocket", "org/springframework", "org.springframework"),
    ("bcprov-*", "org/bouncycastle", "org.bouncycastle"),
    ("bcpkix-*", "org/bouncycastle", "org.bouncycastle"),
    ("bcutil-*", "org/bouncycastle", "org.bouncycastle"),
    ("bctls-*", "org/bouncycastle", "org.bouncycastle"),
    ("bcpg-*", "org/bouncycastle", "org.bouncycastle"),
    ("bcmail-*", "org/bouncycastle", "org.bouncycastle"),
    ("bcjmail-*", "org/bouncycastle", "org.bouncycastle"),
    ("bc-fips", "org/bouncycastle", "org.bouncycastle"),
    ("bctls-fips", "org/bouncycastle", "org.bouncycastle"),
    ("tomcat-embed-*", "org/apache", "org.apache.tomcat.embed"),
    ("tomcat-annotations-api", "javax/annotation", "org.apache.tomcat"),
    ("tomcat-*", "org/apache", "org.apache.tomcat"),
    ("kafka-*", "org/apache", "org.apache.kafka"),
    ("kafka_*", "kafka", "org.apache.kafka"),
    ("connect-runtime", "org/apache", "org.apache.kafka"),
    ("lucene-*", "org/apache", "org.apache.lucene"),
    ("solr-*", "org/apache", "org.apache.solr"),
    ("elasticsearch*", "org/elasticsearch", "org.elasticsearch"),
    ("opensearch*", "org/opensearch", "org.opensearch"),
    ("micrometer-*", "io/micrometer", "io.micrometer"),
    ("reactor-netty*", "reactor/netty", "io.projectreactor.netty"),
    ("reactor-core", "reactor/core", "io.projectreactor"),
    ("rxjava", "io/reactivex/rxjava3", "io.reactivex.rxjava3"),
    ("rxjava", "io/reactivex", "io.reactivex.rxjava2"),
    ("rxjava", "rx", "io.reactivex"),
    ("okhttp*", "okhttp3", "com.squareup.okhttp3"),
    ("okio*", "okio", "com.squareup.okio"),
    ("retrofit", "retrofit2", "com.squareup.retrofit2"),
    ("kotlin-*", "kotlin", "org.jetbrains.kotlin"),
    ("kotlinx-coroutines-*", "kotlinx", "org.jetbrains.kotlinx"),
    ("ktor-*", "io/ktor", "io.ktor"),
    ("grpc-*", "io/grpc", "io.grpc"),
    ("graphql-java", "graphql", "com.graphql-java"),
    ("h2", "org/h2", "com.h2database"),
    ("hsqldb", "org/hsqldb", "org.hsqldb"),
    ("postgresql", "org/postgresql", "org.postgresql"),
    ("mysql-connector-java", "com/mysql", "mysql"),
    ("mysql-connector-j", "com/mysql", "com.mysql"),
    ("mariadb-java-client", "org/mariadb", "org.mariadb.jdbc"),
    ("c3p0", "com/mchange", "com.mchange"),
    ("dom4j", "org/dom4j", "org.dom4j"),
    ("asm*", "org/objectweb", "org.ow2.asm"),
    ("hibernate-entitymanager", "org/hibernate", "org.hibernate"),
    ("struts2-*", "org/apache", "org.apache.struts"),
    ("commons-beanutils", "org/apache", "commons-beanutils"),
    ("commons-collections", "org/apache", "commons-collections"),
    ("commons-collections4", "org/apache", "org.apache.commons"),
    ("commons-fileupload", "org/apache", "commons-fileupload"),
    ("commons-io", "org/apache", "commons-io"),
    ("commons-lang", "org/apache", "commons-lang"),
    ("commons-lang3", "org/apache", "org.apache.commons"),
    ("commons-codec", "org/apache", "commons-codec"),
    ("commons-httpclient", "org/apache", "commons-httpclient"),
    ("commons-logging", "org/apache", "commons-logging"),
    ("log4j", "org/apache", "log4j"),
    ("ant", "org/apache", "org.apache.ant"),
    ("velocity", "org/apache", "org.apache.velocity"),
    ("xercesImpl", "org/apache", "xerces"),
    ("xalan", "org/apache", "xalan"),
    ("axis", "org/apache", "axis"),
    ("quartz", "org/quartz", "org.quartz-scheduler"),
    ("rhino*", "org/mozilla", "org.mozilla"),
    ("gradle-*", "org/gradle", "org.gradle"),
    ("derby*", "org/apache", "org.apache.derby"),
    ("scala-library", "scala", "org.scala-lang"),
    ("scala-reflect", "scala", "org.scala-lang"),
    ("scala-compiler", "scala", "org.scala-lang"),
    ("akka-*", "akka", "com.typesafe.akka"),
    ("commons-cli", "org/apache", "commons-cli"),
    ("commons-compress", "org/apache/commons", "org.apache.commons"),
    ("commons-configuration", "org/apache/commons", "commons-configuration"),
    ("commons-configuration2", "org/apache/commons", "org.apache.commons"),
    ("commons-csv", "org/apache/commons", "org.apache.commons"),
    ("commons-dbcp", "org/apache/commons", "commons-dbcp"),
    ("commons-dbcp2", "org/apache/commons", "org.apache.commons"),
    ("commons-digester", "org/apache/commons", "commons-digester"),
    ("commons-exec", "org/apache/commons", "org.apache.commons"),
    ("commons-imaging", "org/apache/commons", "org.apache.commons"),
    ("commons-jxpath", "org/apache/commons", "commons-jxpath"),
    ("commons-math3", "org/apache/commons", "org.apache.commons"),
    ("commons-net", "org/apache/commons", "commons-net"),
    ("commons-pool", "org/apache/commons", "commons-pool"),
    ("commons-pool2", "org/apache/commons", "org.apache.commons"),
    ("commons-text", "org/apache/commons", "org.apache.commons"),
    ("commons-validator", "org/apache/commons", "commons-validator"),
    ("commons-vfs2", "org/apache/commons", "org.apache.commons"),
    ("fastjson", "com/alibaba/fastjson", "com.alibaba"),
    ("gson", "com/google/gson", "com.google.code.gson"),
    ("guava", "com/google/common", "com.google.guava"),
    ("httpclient", "org/apache/http", "org.apache.httpcomponents"),
    ("jackson-annotations", "com/fasterxml/jackson", "com.fasterxml.jackson.core"),
    ("jackson-core", "com/fasterxml/jackson", "com.fasterxml.jackson.core"),
    ("jackson-databind", "com/fasterxml/jackson", "com.fasterxml.jackson.core"),
    ("jackson-core-asl", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jackson-core-lgpl", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jackson-jaxrs", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jackson-mapper-asl", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jackson-mapper-lgpl", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jackson-xc", "org/codehaus/jackson", "org.codehaus.jackson"),
    ("jdom2", "org/jdom2", "org.jdom"),
    ("jsch", "com/jcraft/jsch", "com.jcraft"),
    ("json", "org/json", "org.json"),
    ("json-smart", "net/minidev", "net.minidev"),
    ("libthrift", "org/apache/thrift", "org.apache.thrift"),
    ("log4j-api", "org/apache/logging", "org.apache.logging.log4j"),
    ("log4j-core", "org/apache/logging", "org.apache.logging.log4j"),
    ("logback-classic", "ch/qos/logback", "ch.qos.logback"),
    ("logback-core", "ch/qos/logback", "ch.qos.logback"),
    ("hamcrest*", "org/hamcrest", "org.hamcrest"),
    ("netty", "org/jboss/netty", "org.jboss.netty"),
    ("netty-all", "io/netty", "io.netty"),
    ("netty-codec", "io/netty", "io.netty"),
    ("netty-codec-http", "io/netty", "io.netty"),
    ("netty-codec-http2", "io/netty", "io.netty"),
    ("netty-common", "io/netty", "io.netty"),
    ("netty-handler", "io/netty", "io.netty"),
    ("netty-transport", "io/netty", "io.netty"),
    ("protobuf-java", "com/google/protobuf", "com.google.protobuf"),
    ("protobuf-javalite", "com/google/protobuf", "com.google.protobuf"),
    ("shiro-*", "org/apache/shiro", "org.apache.shiro"),
    ("snakeyaml", "org/yaml/snakeyaml", "org.yaml"),
    ("snappy-java", "org/xerial/snappy", "org.xerial.snappy"),
    ("sqlite-jdbc", "org/sqlite", "org.xerial"),
    ("undertow-core", "io/undertow", "io.undertow"),
    ("xstream", "com/thoughtworks/xstream", "com.thoughtworks.xstream"),
    ("zookeeper", "org/apache/zookeeper", "org.apache.zookeeper"),
    ("zookeeper-jute", "org/apache/zookeeper", "org.apache.zookeeper"),
];

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
    }
}
