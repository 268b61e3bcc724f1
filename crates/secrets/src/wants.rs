//! Which files are worth looking at, by path and size.

use crate::place::{is_in_library, name_and_ending};

/// No secret is shorter.
const SMALLEST_FILE_BYTES: u64 = 8;
/// Files beyond this size are data; nobody keeps a secret in the midst of them.
pub(crate) const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// Endings of files that hold no text: pictures, sounds, fonts, programs, archives (whose members come one by one).
const SKIPPED_ENDINGS: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "bmp",
    "ico",
    "icns",
    "tif",
    "tiff",
    "webp",
    "avif",
    "heic",
    "psd",
    "xcf",
    "svgz",
    "mp3",
    "mp4",
    "m4a",
    "m4v",
    "ogg",
    "oga",
    "ogv",
    "opus",
    "flac",
    "wav",
    "avi",
    "mov",
    "mkv",
    "webm",
    "mid",
    "ttf",
    "otf",
    "woff",
    "woff2",
    "eot",
    "pfb",
    "pfm",
    "afm",
    "pcf",
    "so",
    "a",
    "o",
    "ko",
    "obj",
    "lib",
    "dll",
    "exe",
    "dylib",
    "rlib",
    "rmeta",
    "wasm",
    "gch",
    "pch",
    "zip",
    "gz",
    "tgz",
    "bz2",
    "tbz",
    "xz",
    "txz",
    "zst",
    "lz",
    "lz4",
    "lzma",
    "7z",
    "rar",
    "tar",
    "jar",
    "war",
    "ear",
    "aar",
    "apk",
    "deb",
    "rpm",
    "whl",
    "egg",
    "gem",
    "nupkg",
    "crate",
    "iso",
    "img",
    "qcow2",
    "vmdk",
    "squashfs",
    "pdf",
    "djvu",
    "ps",
    "eps",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "odt",
    "ods",
    "odp",
    "mo",
    "gmo",
    "qm",
    "dvi",
    "pfa",
    "hyb",
    "elc",
    "beam",
    "hi",
    "cmi",
    "cmo",
    "cmx",
    "cmxa",
    "crl",
    "sig",
    "md5sums",
    "sha256sums",
    "bmap",
    "stl",
    "glb",
    "npy",
    "npz",
    "h5",
    "onnx",
    "pt",
    "safetensors",
];

/// Files of package managers: names, versions and hashes, which no human writes.
const SKIPPED_NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "cargo.lock",
    "go.sum",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pipfile.lock",
    "composer.lock",
    "gemfile.lock",
    "mix.lock",
    "pubspec.lock",
    "podfile.lock",
    "package.resolved",
    "flake.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "project.assets.json",
    "conan.lock",
    "conda-lock.yml",
    "deno.lock",
    "stack.yaml.lock",
    ".package-lock.json",
    "md5sums",
    "sha256sums",
    "sha512sums",
    "checksums",
    "record",
    "installed.json",
    ".cargo-checksum.json",
    "go.work.sum",
    "buf.lock",
    "renv.lock",
    "cabal.project.freeze",
    ".cargo_vcs_info.json",
];

/// Folders that only package managers and distributions write to, and that hold no settings.
const SKIPPED_FOLDERS: &[&str] = &[
    "usr/share/man/",
    "usr/share/info/",
    "usr/share/locale/",
    "usr/share/zoneinfo/",
    "usr/share/i18n/",
    "usr/share/icons/",
    "usr/share/fonts/",
    "usr/share/mime/",
    "usr/share/terminfo/",
    "usr/lib/locale/",
    "usr/share/X11/locale/",
    "usr/share/unicode/",
    "usr/share/misc/",
    "usr/share/dict/",
    "usr/share/common-licenses/",
    "usr/share/licenses/",
    "var/lib/dpkg/",
    "var/lib/rpm/",
    "usr/lib/sysimage/rpm/",
    "lib/apk/db/",
    "usr/lib/apk/db/",
    "var/lib/apt/lists/",
    "var/cache/apt/",
    "var/cache/debconf/",
    "var/lib/pacman/",
    "etc/ssl/certs/",
    "usr/share/ca-certificates/",
    "etc/pki/ca-trust/",
    "usr/lib/firmware/",
    "lib/firmware/",
    "lib/modules/",
    "usr/lib/modules/",
    "proc/",
    "sys/",
    "dev/",
    "usr/src/linux-headers-",
];

/// Whether a file of this path and size is worth looking at.
pub(crate) fn wants(path: &str, size_bytes: u64) -> bool {
    if !(SMALLEST_FILE_BYTES..=LARGEST_FILE_BYTES).contains(&size_bytes) {
        return false;
    }
    let path = path.strip_prefix("./").or_else(|| path.strip_prefix('/')).unwrap_or(path);
    if SKIPPED_FOLDERS.iter().any(|folder| path.starts_with(folder)) || path.contains(".git/objects/") {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (_, ending) = name_and_ending(&name);
    if SKIPPED_ENDINGS.contains(&ending) || SKIPPED_NAMES.contains(&name.as_str()) {
        return false;
    }
    // An application's compiled Python may hold what its source no longer shows; that of installed packages is public.
    if matches!(ending, "pyc" | "pyo") && is_in_library(&path.to_ascii_lowercase()) {
        return false;
    }
    !is_shared_object(&name)
}

/// `libc.so.6` and `libssl.so.1.1`.
fn is_shared_object(name: &str) -> bool {
    name.split_once(".so.")
        .is_some_and(|(_, version)| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_text_and_lists_of_packages_are_not_wanted() {
        for path in ["a/logo.PNG", "usr/lib/libssl.so.3", "package-lock.json", "var/lib/dpkg/status", "go.sum", "x.jar"]
        {
            assert!(!wants(path, 1000), "{path}");
        }
        for path in [".env", "id_rsa", "app/settings.py", "store.p12", "Main.class", "etc/shadow", "noending", "a.sol"]
        {
            assert!(wants(path, 1000), "{path}");
        }
    }

    #[test]
    fn compiled_python_is_wanted_but_where_packages_are_installed() {
        for path in ["app/__pycache__/build.cpython-312.pyc", "srv/settings.pyc", "srv/old.pyo"] {
            assert!(wants(path, 1000), "{path}");
        }
        for path in ["usr/lib/python3.11/__pycache__/os.cpython-311.pyc", "venv/site-packages/a/__pycache__/b.pyc"] {
            assert!(!wants(path, 1000), "{path}");
        }
    }

    #[test]
    fn empty_and_huge_files_are_not_wanted() {
        assert!(
            !wants(".env", 3) && !wants("dump.sql", LARGEST_FILE_BYTES + 1) && wants("dump.sql", LARGEST_FILE_BYTES)
        );
    }
}
