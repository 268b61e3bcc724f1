use rustix::fs::{CWD, FileType, Mode, XattrFlags, makedev, mknodat, setxattr};

use super::*;

fn set(path: &Path, name: &str, value: &str) {
    setxattr(path, name, value.as_bytes(), XattrFlags::empty()).unwrap();
}

/// A folder of a layer; `None` where the user may not make such ones.
fn layer() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    if !sees_marks() {
        eprintln!("SKIPPED: only the superuser may make the marks of overlayfs");
        return None;
    }
    fs::create_dir_all(folder.path().join("etc/deep")).unwrap();
    fs::write(folder.path().join("etc/deep/file"), "x").unwrap();
    Some(folder)
}

fn read(folder: &Path) -> Vec<String> {
    let mut layer = UnpackedLayer::open(folder, "layer".into()).unwrap();
    let mut paths = Vec::new();
    while let Some(entry) = layer.next_entry().unwrap() {
        paths.push(entry.path.to_string());
    }
    assert_eq!(layer.finish().unwrap(), []);
    paths
}

#[test]
fn marks_of_overlayfs_are_whiteouts_of_a_layer() {
    let Some(folder) = layer() else { return };
    let place = |path: &str| folder.path().join(path);
    mknodat(CWD, place("etc/gone"), FileType::CharacterDevice, Mode::empty(), makedev(0, 0)).unwrap();
    mknodat(CWD, place("etc/null"), FileType::CharacterDevice, Mode::empty(), makedev(1, 3)).unwrap();
    set(&place("etc/deep"), "trusted.overlay.opaque", "y");
    set(&place("etc/deep/file"), "trusted.overlay.origin", "handle");
    assert!(is_whole(folder.path()));
    let expected = ["etc", "etc/deep", "etc/deep/.wh..wh..opq", "etc/deep/file", "etc/.wh.gone", "etc/null"];
    assert_eq!(read(folder.path()), expected);
    set(folder.path(), "trusted.overlay.opaque", "y");
    assert_eq!(read(folder.path())[0], ".wh..wh..opq");
}

#[test]
fn a_folder_whose_content_lies_elsewhere_is_not_whole() {
    let marks = [
        ("etc/deep", "trusted.overlay.redirect", "/other"),
        ("etc/deep/file", "trusted.overlay.metacopy", ""),
        ("etc/deep/file", "user.overlay.metacopy", ""),
        ("etc", "trusted.overlay.opaque", "x"),
        ("etc/deep/file", "trusted.overlay.whiteout", ""),
        ("etc/deep/file", "trusted.overlay.opaque", "y"),
    ];
    for (path, name, value) in marks {
        let Some(folder) = layer() else { return };
        assert!(is_whole(folder.path()));
        set(&folder.path().join(path), name, value);
        assert!(!is_whole(folder.path()), "{path} {name}");
    }
}

#[test]
fn what_an_image_may_bring_along_to_hide_files_is_not_read_in_place() {
    // To the superuser's overlayfs these are a plain file and an attribute like any other.
    let Some(folder) = layer() else { return };
    fs::write(folder.path().join("etc/.wh.passwd"), "").unwrap();
    assert!(!is_whole(folder.path()));
    fs::remove_file(folder.path().join("etc/.wh.passwd")).unwrap();
    assert!(is_whole(folder.path()));
    set(&folder.path().join("etc"), "user.overlay.opaque", "y");
    assert!(!is_whole(folder.path()));
}

#[test]
fn a_link_in_place_of_a_layer_is_not_followed() {
    let Some(folder) = layer() else { return };
    let link = folder.path().join("etc/link");
    std::os::unix::fs::symlink(folder.path().join("etc/deep"), &link).unwrap();
    assert!(!is_whole(&link));
    assert!(UnpackedLayer::open(&link, "layer".into()).is_err());
    assert!(!is_whole(&folder.path().join("nothing")));
    // A link inside of it is an entry, and nothing behind it is one.
    std::os::unix::fs::symlink("/etc", folder.path().join("out")).unwrap();
    assert_eq!(read(folder.path()), ["etc", "etc/deep", "etc/deep/file", "etc/link", "out"]);
}

#[test]
fn a_layer_that_the_engine_removes_meanwhile_is_an_error() {
    let Some(folder) = layer() else { return };
    let inner = folder.path().join("etc");
    let mut layer = UnpackedLayer::open(&inner, "layer".into()).unwrap();
    while layer.next_entry().unwrap().is_some() {}
    fs::rename(&inner, folder.path().join("etc-removing")).unwrap();
    assert!(layer.finish().is_err());
}

#[test]
fn only_the_superuser_of_the_machine_sees_all_marks() {
    let check = |user: &str, capabilities: &str, map: &str| {
        is_superuser(&format!("Name:\tx\nUid:\t1\t{user}\t1\t1\nCapEff:\t{capabilities}\n"), map)
    };
    let whole = "         0          0 4294967295\n";
    assert!(check("0", "000001ffffffffff", whole));
    assert!(!check("1000", "000001ffffffffff", whole));
    assert!(!check("0", "00000000a80425fb", whole), "a container without --privileged");
    assert!(!check("0", "000001ffffffffff", "0 1000 1\n1 100000 65536\n"), "a user namespace");
    assert!(!is_superuser("", ""));
}
