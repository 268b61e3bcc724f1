//! What lies at a place on disk that cannot be what the command line says: told before more than its beginning is read.

use std::fs::{File, FileType, Metadata};
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::descriptors::end_of_links;
use crate::target::Target;

/// How files begin that are known and not read, and what to do with them.
const KNOWN: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive (or jar, wheel, …), which is not scanned by itself; scan the folder that holds it"),
    (b"BZh", "compressed by bzip2, which is not read; decompress it, or compress it by gzip or zstd"),
    (b"\xfd7zXZ\0", "compressed by xz, which is not read; decompress it, or compress it by gzip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read; unpack it and scan the folder"),
    (b"Rar!", "a rar archive, which is not read; unpack it and scan the folder"),
    (b"\x7fELF", "a program, which is not scanned by itself; scan the folder that holds it"),
    (b"MZ", "a program, which is not scanned by itself; scan the folder that holds it"),
    (b"hsqs", "a squashfs image, which is not read; unpack it (unsquashfs) and scan the folder"),
    (b"\x1f\x8b", "compressed by gzip, and holds no archive that can be read"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd, and holds no archive that can be read"),
];

/// What is said where there is nothing at `path`. Other programs write the name of an image behind that of its layout
/// (`oci:DIR:TAG`).
pub(crate) fn missing(target: &Target, path: &Path) -> String {
    if let Some(sentence) = dangling(path) {
        return sentence;
    }
    let place = path.display();
    let scheme = match target {
        Target::OciLayout(_) => Some("oci"),
        Target::OciArchive(_) => Some("oci-archive"),
        _ => None,
    };
    match scheme.zip(path.to_str().and_then(|path| path.split_once(':'))) {
        Some((scheme, (layout, image))) if !layout.is_empty() && Path::new(layout).exists() => format!(
            "there is no file or folder {place}; for the image {image} of a layout write {scheme}:{layout} \
             --image {image}"
        ),
        _ => format!("there is no file or folder {place}"),
    }
}

/// What is said of a path that is, or leads through, a symbolic link to nothing; `None` where none does.
pub(crate) fn dangling(path: &Path) -> Option<String> {
    // A slash at the end would have the link followed.
    let path = path.components().as_path();
    let is_dangling = |way: &&Path| way.is_symlink() && matches!(way.try_exists(), Ok(false));
    let link = path.ancestors().find(is_dangling)?;
    let end = end_of_links(link).or_else(|| link.read_link().ok())?;
    Some(format!(
        "{} is a symbolic link that leads to no file or folder: it leads to {}",
        link.display(),
        end.display()
    ))
}

/// Why a file or folder cannot be what its scheme says; `None` where it can.
pub(crate) fn mismatch(target: &Target, metadata: &Metadata) -> Option<String> {
    if let Some(sentence) = neither_file_nor_folder(target, metadata.file_type()) {
        return Some(sentence);
    }
    let path = target.path()?.display();
    let (is_file, is_folder) = (metadata.is_file(), metadata.is_dir());
    match target {
        Target::OciLayout(_) if is_file => {
            Some(format!("{path} is a file, and oci: means a folder; for an archive write oci-archive:{path}"))
        }
        Target::Directory(_) | Target::Host(_) if is_file => Some(format!(
            "{path} is a file, and dir: and host: mean a folder; leave the scheme out to have it recognized"
        )),
        Target::DockerArchive(_) | Target::OciArchive(_) if is_folder => {
            Some(format!("{path} is a folder, and no archive; for an image layout write oci:{path}, else dir:{path}"))
        }
        Target::Sbom(_) if is_folder => {
            Some(format!("{path} is a folder, and sbom: means a file; to scan the folder write dir:{path}"))
        }
        Target::DockerArchive(_) | Target::OciArchive(_) | Target::Rootfs(_) | Target::Path(_)
            if is_file && metadata.len() == 0 =>
        {
            Some(format!("{path} is empty"))
        }
        Target::DockerArchive(file) => no_archive(file, metadata, "docker-archive: means what `docker save` writes"),
        Target::OciArchive(file) => no_archive(file, metadata, "oci-archive: means an OCI layout in a tar archive"),
        Target::Rootfs(file) => {
            no_archive(file, metadata, "rootfs: means a folder or a tar archive of a root file system")
        }
        _ => None,
    }
}

/// Why a file that begins unlike an archive is not what its scheme means; `None` where it may be one, or cannot be read.
fn no_archive(file: &Path, metadata: &Metadata, meant: &str) -> Option<String> {
    if !metadata.is_file() || oci::begins_as_archive(file).unwrap_or(true) {
        return None;
    }
    let place = file.display();
    let mut head = [0; 8];
    let head = head_of(file, &mut head);
    if let Some((_, what)) = known(head) {
        return Some(format!("{place} is {what}"));
    }
    Some(match head.trim_ascii_start() {
        [b'{' | b'[', ..] => {
            format!(
                "{place} is a JSON document and no archive, and {meant}; for a bill of materials write sbom:{place}"
            )
        }
        _ => format!("{place} is no tar archive, plain or compressed by gzip or zstd, and {meant}"),
    })
}

/// Why a pipe, a socket or a device is not scanned: opening a pipe waits for whoever writes into it, and devices have no end.
/// A pipe that this process has open already, as `<(…)` of a shell makes one, is read.
fn neither_file_nor_folder(target: &Target, kind: FileType) -> Option<String> {
    let path = target.path()?;
    let place = path.display();
    if kind.is_socket() {
        return Some(format!("{place} is a socket, and nothing that can be scanned"));
    }
    if kind.is_char_device() || kind.is_block_device() {
        let advice = "if it holds a file system, mount it and scan the folder";
        return Some(format!("{place} is a device, which is not scanned by itself; {advice}"));
    }
    if !kind.is_fifo() || end_of_links(path).is_none() {
        return None;
    }
    let input = if matches!(target, Target::Sbom(_)) { "sbom:-" } else { "-" };
    let advice = format!("to scan what comes out of it write {input} and redirect standard input: {input} < {place}");
    Some(format!("{place} is a named pipe, and nobody waits for what may never come; {advice}"))
}

/// Why a file that is neither an archive nor a bill of materials cannot be scanned.
pub(crate) fn unreadable(path: &Path) -> String {
    let mut head = [0; 8];
    let what = known(head_of(path, &mut head)).map_or(
        "nothing that can be scanned: neither an archive (tar, plain or compressed by gzip or zstd) nor a bill of \
         materials (CycloneDX JSON, SPDX 2 JSON) nor a saved report; name one of these, a folder or an image",
        |(_, what)| what,
    );
    format!("{} is {what}", path.display())
}

/// The first bytes of a file; none where it cannot be read.
fn head_of<'a>(path: &Path, head: &'a mut [u8; 8]) -> &'a [u8] {
    let length = File::open(path).and_then(|mut file| file.read(head)).unwrap_or(0);
    &head[..length]
}

fn known(head: &[u8]) -> Option<&'static (&'static [u8], &'static str)> {
    KNOWN.iter().find(|(magic, _)| head.starts_with(magic))
}
