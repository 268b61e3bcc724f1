//! Java and other JVM languages: archives (`archive.rs`), and what builds ask for: `pom.xml`, Gradle's and sbt's lock
//! files. Of the programs that Gradle and sbt run it is only seen whether they ask for packages.
//!
//! Archives are packages that are there; a package in one has the path inside it in `inner_path`. Maven writes
//! `META-INF/maven/GROUP/ARTIFACT/pom.properties` into every archive it builds, which names it exactly; others are named
//! by file name and manifest, and carry their SHA-1.

mod archive;
mod families;
mod gradle;
mod gradle_script;
mod gradle_settings;
mod manifest;
mod naming;
mod pom;
mod project;
mod properties;
mod sbt;
mod sbt_build;

pub(crate) use archive::SUFFIXES as ARCHIVES;
pub(crate) use project::{EffectiveProject, ManagedVersions, Project};

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::program_text;
use crate::found::Found;
use crate::locked::is_in_dependency_folder;
use crate::wanted_file::{ReadFileError, WantedFile};

/// The JVM's ecosystem.
pub(crate) struct Java;

impl Ecosystem for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Suffix(".jar"),
            Want::Suffix(".war"),
            Want::Suffix(".ear"),
            Want::Suffix(".par"),
            Want::Suffix(".sar"),
            Want::Suffix(".nar"),
            Want::Suffix(".jpi"),
            Want::Suffix(".hpi"),
            Want::Suffix(".kar"),
            Want::Suffix(".rar"),
            Want::Suffix(".aar"),
            Want::Name("pom.properties"),
            Want::Name("pom.xml"),
            Want::Name("gradle.lockfile"),
            Want::Name("buildscript-gradle.lockfile"),
            Want::Name("settings-gradle.lockfile"),
            Want::SuffixInFolder("dependency-locks", ".lockfile"),
            Want::Suffix(".sbt.lock"),
            Want::OwnSuffix(".gradle"),
            Want::OwnSuffix(".gradle.kts"),
            Want::OwnSuffix(".sbt"),
            Want::Name("Build.scala"),
            Want::Name("BuildSettings.scala"),
            Want::Name("Common.scala"),
            Want::Name("CommonSettings.scala"),
            Want::Name("Dependencies.scala"),
            Want::Name("Settings.scala"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let name = path.file_name();
        // An archive may lie unpacked, as servers unpack what they deploy; its pom asks for nothing here.
        let is_unpacked = archive::is_in_maven_folder(path.as_str().as_bytes());
        if name == "pom.properties" {
            if is_unpacked {
                match archive::unpacked(&path, &file.text()?) {
                    Some(package) => found.packages.push(package),
                    // The pom beside it stands in.
                    None => found.supplements.push(model::Ecosystem::Maven),
                }
            }
            return Ok(());
        }
        if name == "pom.xml" {
            if is_unpacked {
                found.packages.extend(archive::unpacked_pom(file.bytes()?));
                return Ok(());
            }
            return pom::read(file.bytes()?, found);
        }
        let is_script = name.ends_with(".gradle") || name.ends_with(".gradle.kts");
        if is_script || name.ends_with(".sbt") || name.ends_with(".scala") {
            // The sources in `project` are parts of the build, and files like `plugins.sbt` there list the plug-ins of sbt. A
            // `build.sbt` may be that of a project in a folder of this name.
            let is_in_project = path.parent().rsplit('/').next() == Some("project");
            let is_build = is_script || name == "build.sbt" || is_in_project == name.ends_with(".scala");
            if is_build && !is_in_dependency_folder(path.as_str()) {
                let text = program_text::read(file)?;
                let text = text.as_deref();
                let syntax = if name.ends_with(".kts") { program_text::KOTLIN } else { program_text::GROOVY };
                let mut manifest = if is_script { gradle_script::read(text, syntax) } else { sbt_build::read(text) };
                if is_script && name.starts_with("settings.gradle") {
                    manifest.workspace = gradle_settings::projects(text, syntax);
                }
                found.mark = manifest.into_mark();
            }
            return Ok(());
        }
        if name.ends_with(".lockfile") {
            gradle::read(path.as_str(), &file.text()?, found);
            return Ok(());
        }
        if name.to_ascii_lowercase().ends_with(".sbt.lock") {
            return sbt::read(path.as_str(), file.bytes()?, found);
        }
        // Of an empty file it is said elsewhere that it is.
        let head = file.head(4)?;
        if head.is_empty() || archive::is_other_format(name, head) {
            return Ok(());
        }
        let mut source = file.at_random()?;
        archive::read(&path, &mut source, found)
    }
}
