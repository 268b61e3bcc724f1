//! Inflates the bundled intelligence once, so that the program can use it where it lies.

use std::path::Path;
use std::{env, fs};

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script everything by its environment")]
fn main() {
    let packed = "../../content/intelligence/snapshot.db.zst";
    println!("cargo::rerun-if-changed={packed}");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let bytes = fs::read(packed).unwrap_or_else(|error| panic!("cannot read {packed}: {error}"));
    let snapshot =
        zstd::decode_all(bytes.as_slice()).unwrap_or_else(|error| panic!("cannot inflate {packed}: {error}"));
    fs::write(Path::new(&out).join("snapshot.db"), snapshot)
        .unwrap_or_else(|error| panic!("cannot write the snapshot: {error}"));
}
