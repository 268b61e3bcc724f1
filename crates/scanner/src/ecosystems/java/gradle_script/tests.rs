use super::*;
use crate::ecosystems::program_text::{GROOVY, KOTLIN};

fn check(text: &str, asks: bool, asks_for_plugins: bool) {
    check_open(text, asks, if asks_for_plugins { &[GRADLE_PLUGINS] } else { &[] });
}

fn check_open(text: &str, asks: bool, open: &[&str]) {
    let manifest = read(Some(text), GROOVY);
    let told: Vec<&str> = manifest.open.iter().map(|wish| wish.name.as_str()).collect();
    assert_eq!((manifest.asks, told.as_slice()), (asks, open), "{text}");
}

#[test]
fn what_comes_from_outside_asks() {
    for statement in [
        "implementation 'com.google.guava:guava:31.1-jre'",
        "implementation(\"com.google.guava:guava:31.1-jre\")",
        "implementation(libs.guava)",
        "api libs.bundles.testing",
        "implementation group: 'a', name: 'b', version: '1'",
        "implementation(group = \"a\", name = \"b\")",
        "\"implementation\"(\"a:b:1\")",
        "implementation project(':x'), 'a:b:1'",
        "implementation project(':x'),\n        'a:b:1'",
        "implementation(\n    'a:b:1'\n)",
        "implementation('a:b:1') { exclude group: 'c' }",
        "implementation platform('a:bom:1')",
        "implementation(kotlin(\"stdlib\"))",
        "add('implementation', 'a:b:1')",
        "if (fast) {\n  implementation 'a:b:1'\n} else {\n  implementation project(':a')\n}",
        "def own = 'a:b:1'\n implementation own",
        "dependencies.forEach { implementation(it) }\n implementation(deps.a)",
    ] {
        check(&format!("plugins {{ id 'java' }}\ndependencies {{\n  {statement}\n}}\n"), true, false);
    }
    check("allprojects {\n dependencies { implementation 'a:b:1' }\n}", true, false);
    check("kotlin { sourceSets { commonMain.dependencies { api(\"a:b:1\") } } }", true, false);
    check("dependencies { implementation 'a:b:1'", true, false);
    assert!(read(None, GROOVY).asks);
}

#[test]
fn what_is_made_without_a_block_asks() {
    for statement in [
        "dependencies.addProvider('implementation', libs.own)",
        "project.dependencies.addProvider(\"api\", provider { \"a:b:1\" })",
        "configurations.detachedConfiguration(dependencies.create('a:b:1'))",
        "val own = configurations.detachedConfiguration(\n  project.dependencies.create(\"a:b:1\"),\n)",
        "configurations { own { withDependencies { add(dependencies.create('a:b:1')) } } }",
        "configurations.own { defaultDependencies { it.add(dependencyFactory.create(\"a:b:1\")) } }",
        "configurations.own.withDependencies { addLater(own.map { x }) }",
    ] {
        check(statement, true, false);
        check(&format!("buildscript {{\n{statement}\n}}\n"), false, true);
    }
    for statement in [
        "dependencies.addProvider('implementation', project(':x'))",
        "configurations.detachedConfiguration(dependencies.create(project(':x')))",
        "configurations.detachedConfiguration(dependencies.create(files('a.jar')))",
        "components.create('a:b:1')\ndependencies.create()",
    ] {
        check(statement, false, false);
    }
    let nested = "/* a /* b */ dependencies { api(\"a:b:1\") } */";
    assert!(!read(Some(nested), KOTLIN).asks && read(Some(nested), GROOVY).asks);
}

#[test]
fn what_is_asked_for_in_loops_and_by_functions_asks() {
    for statement in [
        "listOf(\"a:b:1\", \"a:c:1\").forEach { implementation(it) }",
        "listOf(\n \"a:b:1\",\n)\n.forEach { own -> implementation(own) }",
        "['a:b:1', 'a:c:1'].each { implementation it }",
        "deps.each { implementation it }",
        "rootProject.ext.deps.values().each { own ->\n  implementation own\n}",
        "libs.filter { it.isOwn }.forEach { add(\"api\", it) }",
        "[api: 'a:b:1'].each { name, it -> add(name, it) }",
        "deps.each { d -> if (d.own) { api d } }",
        "for (own in deps) { implementation(own) }",
        "for (own in deps)\n  implementation(own)",
        "deps?.each { api it }",
        "(1..3).each { api \"a:b:$it\" }",
        "deps.forEach(::implementation)",
        "implementation(\"a:b:1\").apply { because(\"x\") }",
        "commonLibraries()",
    ] {
        check(&format!("def deps = ['a:b:1']\ndependencies {{\n  {statement}\n}}\n"), true, false);
    }
    for statement in [
        "[':x', ':y'].each { implementation project(it) }",
        "listOf(\":x\", \":y\").forEach { own -> implementation(project(own)) }",
        "listOf(project(\":x\"), project(\":y\")).forEach { implementation(it) }",
        "rootProject.subprojects.forEach { dokka(it) }",
        "subprojects.findAll { it.name.startsWith('x') }\n.each { dokka it }",
        "subprojects.findAll { it.name.startsWith('x') }.each { println it }",
        "configurations.all { resolutionStrategy { cacheFor 0, 'seconds' } }",
        "components.all { own -> allVariants { x 'a' } }",
        "deps.each { own -> println own }",
    ] {
        check(&format!("dependencies {{\n  {statement}\n}}\n"), false, false);
    }
}

#[test]
fn what_is_asked_for_without_a_block_asks() {
    for text in [
        "dependencies.add('implementation', 'a:b:1')",
        "project.dependencies.add(\"api\", \"a:b:1\")",
        "dependencies.implementation 'a:b:1'",
        "def own = { implementation 'a:b:1' }\ndependencies own\n",
        "dependencies(rootProject.ext.own)",
    ] {
        check(text, true, false);
    }
    check("buildscript {\n  dependencies.add('classpath', 'a:b:1')\n}", false, true);
    for text in [
        "dependencies.add('implementation', project(':x'))",
        "configurations.api.dependencies.add(x('a:b:1'))",
        "println(dependencies.add('a', 'b'))",
        "dependencies.each { println it }",
        "def dependencies = ['a:b:1']\n",
        "for (own in dependencies) { println own }",
        "dependencies()",
    ] {
        check(text, false, false);
    }
}

#[test]
fn scripts_that_are_taken_in_and_not_read_ask() {
    for text in [
        "apply from: 'https://example.com/own.gradle'",
        "apply(from = \"https://example.com/own.gradle.kts\")",
        "apply from: \"$rootDir/gradle/libraries.groovy\"\n",
        "apply { from 'gradle/libraries' }",
    ] {
        check(text, true, false);
    }
    for text in [
        "apply from: 'gradle/own.gradle'",
        "apply(from = rootProject.file(\"own.gradle.kts\"))",
        "apply from: own",
        "apply plugin: 'java'\n",
        "apply<Own>()\nfrom 'x'",
        "copies.apply { from('x') }",
    ] {
        check(text, false, false);
    }
}

#[test]
fn parts_of_the_build_and_of_gradle_do_not() {
    for statement in [
        "",
        "// implementation 'a:b:1'\n /* api 'a:b:1' */",
        "implementation project(':x')",
        "implementation(project(\":x\")) { because(\"a: b\") }",
        "implementation project(path: ':x', configuration: 'y')",
        "api(projects.core.model)",
        "implementation platform(project(':bom'))",
        "testImplementation(testFixtures(project(\":x\")))",
        "implementation files('libs/a.jar')",
        "implementation fileTree(dir: 'libs', include: ['*.jar'])",
        "implementation(project.files(\"a.jar\"))",
        "implementation gradleApi()",
        "compileOnly localGroovy()",
        "testImplementation sourceSets.main.output",
        "\"implementation\"(project(\":x\"))",
        "add(\"implementation\", project(\":x\"))",
        "implementation rootProject",
        "constraints {\n implementation 'a:b:1'\n }",
        "def version = '1'\n implementation project(':x'), { transitive = false }",
        "if (fast) { api project(':x') }",
    ] {
        check(&format!("dependencies {{\n  {statement}\n}}\n"), false, false);
    }
    check("plugins { id 'java' }\nrepositories { mavenCentral() }\n", false, false);
    check("dependencyManagement { dependencies { dependency 'a:b:1' } }", false, false);
    check("shadowJar { dependencies { include(dependency('a:b:1')) } }", false, false);
    check("tasks.x { dependencies { exclude(dependency('a:b:1')) } }", false, false);
    check("description = \"dependencies { implementation 'a:b:1' }\"", false, false);
}

#[test]
fn plug_ins_of_the_script_are_asked_for_apart() {
    let plugins = "buildscript {\n repositories { google() }\n dependencies { classpath 'a:b:1' }\n}\n";
    check(plugins, false, true);
    check(&format!("{plugins}dependencies {{ api project(':x') }}"), false, true);
    check(&format!("{plugins}dependencies {{ api 'a:b:1' }}"), true, true);
}

#[test]
fn what_is_asked_for_in_subprojects_is_told_apart() {
    let asks = "dependencies { implementation 'a:b:1' }";
    for begin in [
        "subprojects",
        "configure(subprojects)",
        "configure(subprojects.findAll { it.name != 'x' })",
        "configure([project(':a'), project(':b')])",
        "configure(rootProject.subprojects - project(':a'))",
        "project(':a')",
        "project(\":a\")",
    ] {
        check_open(&format!("{begin} {{\n  apply plugin: 'java'\n  {asks}\n}}\n"), false, &[GRADLE_SUBPROJECTS]);
        check_open(&format!("{begin} {{\n  {asks}\n}}\n{asks}\n"), true, &[GRADLE_SUBPROJECTS]);
        check_open(&format!("{begin} {{\n  buildscript {{ {asks} }}\n}}\n"), false, &[GRADLE_PLUGINS]);
        check_open(&format!("{begin} {{\n  dependencies {{ api project(':b') }}\n}}\n"), false, &[]);
    }
    for begin in ["allprojects", "configure(allprojects)", "configure(rootProject)", "project(':')"] {
        check_open(&format!("{begin} {{\n  {asks}\n}}\n"), true, &[]);
    }
    check_open(&format!("println(project(':a'))\n{asks}"), true, &[]);
}
