//! The facts of one file as text, so that tests of ecosystems read as they would be told.

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::WantedFile;

/// Offers a file to an ecosystem and returns a line for each fact; fails when the ecosystem does not want the path.
pub(crate) fn read(ecosystem: &dyn Ecosystem, path: &str, content: &[u8]) -> String {
    assert!(wants(ecosystem, path), "{} does not want {path}", ecosystem.name());
    let path = model::UntrustedPath::normalise(path);
    let mut stream = content;
    let mut file = WantedFile::new(&path, content.len() as u64, &mut stream);
    let mut found = Found::default();
    let result = ecosystem.read(&mut file, &mut found);
    let mut text = String::new();
    for package in &found.packages {
        text.push_str(&line(package, &found));
    }
    for (_, name) in &found.direct {
        text.push_str(&format!("asks for {name}\n"));
    }
    for gap in &found.gaps {
        text.push_str(&format!("gap {}: {}\n", gap.path, gap.reason));
    }
    if let Err(error) = result {
        text.push_str(&format!("unreadable: {error}\n"));
    }
    text
}

/// Whether one of the ecosystem's wants names the path.
pub(crate) fn wants(ecosystem: &dyn Ecosystem, path: &str) -> bool {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = parent.rsplit('/').next().unwrap_or_default();
    ecosystem.wants().iter().any(|want| match *want {
        Want::Path(wanted) => path == wanted,
        Want::InFolder(wanted, suffix) => parent == wanted && name.ends_with(suffix),
        Want::Name(wanted) => name == wanted,
        Want::Suffix(suffix) => name.to_ascii_lowercase().ends_with(suffix),
        Want::Around(begin, end) => name.starts_with(begin) && name.ends_with(end),
        Want::NameInFolder(suffix, wanted) => folder.ends_with(suffix) && name == wanted,
        Want::SuffixInFolder(wanted, suffix) => folder == wanted && name.ends_with(suffix),
        Want::InChildOf(wanted, suffix) => {
            let grandparent = parent.rsplit_once('/').map_or("", |(grandparent, _)| grandparent);
            (grandparent == wanted || grandparent.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/')))
                && name.ends_with(suffix)
        }
        Want::Executable => false,
    })
}

fn line(package: &FoundPackage, found: &Found) -> String {
    let mut line = format!("{} {} {}", package.ecosystem, package.name, package.version);
    if package.evidence == Evidence::Locked {
        line.push_str(" locked");
    }
    match package.direct {
        Some(true) => line.push_str(" direct"),
        Some(false) => line.push_str(" transitive"),
        None => {}
    }
    if package.development {
        line.push_str(" development");
    }
    if let Some(architecture) = &package.architecture {
        line.push_str(&format!(" {architecture}"));
    }
    if !package.licenses.is_empty() {
        line.push_str(&format!(" [{}]", package.licenses.join(", ")));
    }
    for (key, value) in &package.qualifiers {
        line.push_str(&format!(" {key}={value}"));
    }
    if let Some(sha1) = &package.sha1 {
        line.push_str(&format!(" sha1:{sha1}"));
    }
    if let Some(inner_path) = &package.inner_path {
        line.push_str(&format!(" in {inner_path}"));
    }
    if !package.dependencies.is_empty() {
        let names: Vec<&str> =
            package.dependencies.iter().map(|&place| found.packages[place as usize].name.as_str()).collect();
        line.push_str(&format!(" -> {}", names.join(", ")));
    }
    line.push('\n');
    line
}
