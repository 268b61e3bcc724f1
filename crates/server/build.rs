//! Puts the built console into the server: a table of the files in `console/dist/site`. Where it was not built the table is
//! empty, and the server says so; a bare `cargo build` needs no Node.

#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script everything by its environment")]
fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let dist = manifest.join("../../console/dist");
    // The folder is always there (it holds a file of the repository), so that this runs only where something changed.
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    let site = dist.join("site");
    let mut files = Vec::new();
    if site.is_dir() {
        list(&site, &site, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for path in files.iter().filter(|path| !is_compressed(path)) {
        let place = site.join(path);
        let brotli = beside(&files, path, ".br");
        let gzip = beside(&files, path, ".gz");
        // What is there compressed is not put in once more.
        let plain = if brotli && gzip { "None".to_owned() } else { bytes(&place) };
        let compressed = |is_there: bool, ending: &str| match is_there {
            true => bytes(Path::new(&format!("{}{ending}", place.display()))),
            false => "None".to_owned(),
        };
        writeln!(
            table,
            "    File {{ path: {path:?}, plain: {plain}, brotli: {}, gzip: {} }},",
            compressed(brotli, ".br"),
            compressed(gzip, ".gz")
        )
        .map_err(io::Error::other)?;
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("console_files.rs"), table)
}

fn list(root: &Path, folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else if let Ok(place) = path.strip_prefix(root) {
            files.push(place.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn is_compressed(path: &str) -> bool {
    path.ends_with(".br") || path.ends_with(".gz")
}

fn beside(files: &[String], path: &str, ending: &str) -> bool {
    files.binary_search(&format!("{path}{ending}")).is_ok()
}

fn bytes(place: &Path) -> String {
    format!("Some(include_bytes!({:?}))", place.display().to_string())
}
