//! Which files are worth looking at, by path and size.

use crate::place::{is_in_library, name_and_ending};

/// No secret is shorter.
const SMALLEST_FILE_BYTES: u64 = 8;
/// The largest file that is looked through, in bytes. Files beyond it are data as a rule; a text among them is told.
pub const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// Endings of files that hold no text: pictures, sounds, fonts, programs, archives (whose members come one by one). Sorted.
const SKIPPED_ENDINGS: &[&str] = &[
    "7z",
    "a",
    "aar",
    "afm",
    "apk",
    "avi",
    "avif",
    "beam",
    "bmap",
    "bmp",
    "bz2",
    "cmi",
    "cmo",
    "cmx",
    "cmxa",
    "crate",
    "crl",
    "deb",
    "djvu",
    "dll",
    "doc",
    "docx",
    "dvi",
    "dylib",
    "ear",
    "egg",
    "elc",
    "eot",
    "eps",
    "exe",
    "flac",
    "gch",
    "gem",
    "gif",
    "glb",
    "gmo",
    "gz",
    "h5",
    "heic",
    "hi",
    "hyb",
    "icns",
    "ico",
    "img",
    "iso",
    "jar",
    "jpeg",
    "jpg",
    "ko",
    "lib",
    "lz",
    "lz4",
    "lzma",
    "m4a",
    "m4v",
    "md5sums",
    "mid",
    "mkv",
    "mo",
    "mov",
    "mp3",
    "mp4",
    "npy",
    "npz",
    "nupkg",
    "o",
    "obj",
    "odp",
    "ods",
    "odt",
    "oga",
    "ogg",
    "ogv",
    "onnx",
    "opus",
    "otf",
    "pcf",
    "pch",
    "pdf",
    "pfa",
    "pfb",
    "pfm",
    "png",
    "ppt",
    "pptx",
    "ps",
    "psd",
    "pt",
    "qcow2",
    "qm",
    "rar",
    "rlib",
    "rmeta",
    "rpm",
    "safetensors",
    "sha256sums",
    "sig",
    "so",
    "squashfs",
    "stl",
    "svgz",
    "tar",
    "tbz",
    "tgz",
    "tif",
    "tiff",
    "ttf",
    "txz",
    "vmdk",
    "war",
    "wasm",
    "wav",
    "webm",
    "webp",
    "whl",
    "woff",
    "woff2",
    "xcf",
    "xls",
    "xlsx",
    "xz",
    "zip",
    "zst",
];

/// Files of package managers: names, versions and hashes, which no human writes. Sorted.
const SKIPPED_NAMES: &[&str] = &[
    ".cargo-checksum.json",
    ".cargo_vcs_info.json",
    ".package-lock.json",
    "buf.lock",
    "bun.lock",
    "bun.lockb",
    "cabal.project.freeze",
    "cargo.lock",
    "checksums",
    "composer.lock",
    "conan.lock",
    "conda-lock.yml",
    "deno.lock",
    "flake.lock",
    "gemfile.lock",
    "go.sum",
    "go.work.sum",
    "gradle.lockfile",
    "installed.json",
    "md5sums",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.resolved",
    "packages.lock.json",
    "pdm.lock",
    "pipfile.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "project.assets.json",
    "pubspec.lock",
    "record",
    "renv.lock",
    "sha256sums",
    "sha512sums",
    "stack.yaml.lock",
    "uv.lock",
    "yarn.lock",
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
    if is_in_skipped_folder(path) || path.contains(".git/objects/") {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (_, ending) = name_and_ending(&name);
    if SKIPPED_ENDINGS.binary_search(&ending).is_ok() || SKIPPED_NAMES.binary_search(&name.as_str()).is_ok() {
        return false;
    }
    // An application's compiled Python may hold what its source no longer shows; that of installed packages is public.
    if matches!(ending, "pyc" | "pyo") && is_in_library(&path.to_ascii_lowercase()) {
        return false;
    }
    !is_shared_object(&name)
}

/// Whether a file of this path would be worth looking at if it had not more than [`LARGEST_FILE_BYTES`].
pub(crate) fn is_too_large(path: &str, size_bytes: u64) -> bool {
    size_bytes > LARGEST_FILE_BYTES && wants(path, LARGEST_FILE_BYTES)
}

/// Whether it lies in one of [`SKIPPED_FOLDERS`]; most files of applications lie below none of the same top.
fn is_in_skipped_folder(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or(path);
    matches!(top, "dev" | "etc" | "lib" | "proc" | "sys" | "usr" | "var")
        && SKIPPED_FOLDERS.iter().any(|folder| path.starts_with(folder))
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
    fn lists_are_sorted_and_no_folder_is_overlooked() {
        assert!(SKIPPED_ENDINGS.is_sorted() && SKIPPED_NAMES.is_sorted());
        for folder in SKIPPED_FOLDERS {
            assert!(is_in_skipped_folder(&format!("{folder}a")) && !wants(&format!("./{folder}a"), 1000), "{folder}");
        }
        for path in ["opt/usr/share/man/a", "usr", "usr/share", "etc/ssl/openssl.cnf", "a"] {
            assert!(!is_in_skipped_folder(path), "{path}");
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
        assert!(is_too_large("dump.sql", LARGEST_FILE_BYTES + 1) && !is_too_large("dump.sql", LARGEST_FILE_BYTES));
        assert!(!is_too_large("film.mkv", LARGEST_FILE_BYTES + 1) && !is_too_large(".env", 3));
    }
}
