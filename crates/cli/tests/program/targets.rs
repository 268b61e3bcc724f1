//! TARGET in all its forms.

use serde_json::Value;
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::{APPLICATION, application};
use crate::run::{Program, ids};

/// What is the same of an image however it is stored.
fn essence(report: &Value) -> (Value, Value, Value) {
    (report["findings"].clone(), report["packages"].clone(), report["removed"].clone())
}

#[test]
fn every_form_of_an_image_has_the_same_findings() {
    let program = Program::new();
    let expected = essence(&{
        program.write("plain.tar", application(Storage::Plain).docker_archive());
        program.scan(&intelligence(), &["plain.tar"])
    });
    assert_eq!(expected.0.as_array().map(Vec::len), Some(2));
    for storage in [Storage::Plain, Storage::Gzip, Storage::Zstd] {
        let images = application(storage);
        program.write("docker.tar", images.docker_archive());
        program.write("old.tar", images.old_docker_archive());
        program.write("oci.tar", images.oci_archive());
        program.write("oci.tar.gz", Storage::Gzip.store(&images.oci_archive()));
        program.write("docker.tar.zst", Storage::Zstd.store(&images.docker_archive()));
        let folder = format!("layout-{storage:?}");
        images.write_oci_layout(&program.path(&folder));
        let layout = format!("oci:{folder}");
        let targets = [
            "docker.tar",
            "docker-archive:docker.tar",
            "old.tar",
            "docker-archive:old.tar",
            "oci.tar",
            "oci-archive:oci.tar",
            "oci-archive:oci.tar.gz",
            "docker.tar.zst",
            folder.as_str(),
            layout.as_str(),
        ];
        for target in targets {
            let report = program.scan(&intelligence(), &[target]);
            assert_eq!(essence(&report), expected, "{target} {storage:?}");
            assert_eq!(report["target"]["kind"], "image", "{target}");
        }
    }
}

#[test]
fn standard_input_takes_an_archive() {
    let program = Program::new();
    let intelligence = intelligence();
    let arguments =
        ["scan", "--detectors", "vulnerabilities", "--format", "json", "--intel", intelligence.to_str().unwrap(), "-"];
    for archive in [application(Storage::Gzip).docker_archive(), application(Storage::Gzip).oci_archive()] {
        let report = program.run_on(&arguments, &archive).json();
        assert_eq!(ids(&report), ["CVE-2021-23337", "CVE-2023-42363"]);
        assert_eq!(report["target"]["name"], "-");
    }
    program.run_on(&arguments, b"no archive at all").ended(3, &["bulkhead: "]);
}

#[test]
fn a_root_file_system_a_folder_and_a_host_are_told_apart() {
    let program = Program::new();
    program.write("root/etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n");
    program.write("root/lib/apk/db/installed", "P:busybox\nV:1.36.1-r15\nA:x86_64\no:busybox\n\n");
    program.write("root/usr/bin/env", "");
    let lock = r#"{"name":"a","lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
    program.write("repository/package-lock.json", lock);
    for (target, kind, expected) in [
        ("rootfs:root", "rootfs", "CVE-2023-42363"),
        ("host:root", "host", "CVE-2023-42363"),
        ("repository", "directory", "CVE-2021-23337"),
        ("dir:repository", "directory", "CVE-2021-23337"),
    ] {
        let report = program.scan(&intelligence(), &[target]);
        assert_eq!((ids(&report), &report["target"]["kind"]), (vec![expected.to_owned()], &kind.into()), "{target}");
        assert_eq!(report["image"], Value::Null, "{target}");
    }
}

#[test]
fn an_archive_of_a_root_file_system_is_a_root_file_system() {
    let program = Program::new();
    let layer = &application(Storage::Plain).images[0].layers[0];
    program.write("root.tar.gz", Storage::Gzip.store(layer));
    for target in ["root.tar.gz", "rootfs:root.tar.gz"] {
        let report = program.scan(&intelligence(), &[target]);
        assert_eq!((ids(&report), &report["target"]["kind"]), (vec!["CVE-2023-42363".to_owned()], &"rootfs".into()));
    }
}

#[test]
fn a_platform_is_chosen_from_an_index() {
    let program = Program::new();
    let arm = APPLICATION.replace("A:x86_64", "A:aarch64").replace("1.36.1-r15", "1.36.1-r16");
    let text = format!("image shop:1 linux/amd64\n{APPLICATION}\nimage shop:1 linux/arm64\n{arm}");
    program.write("both.tar", TestImages::parse(&text, Storage::Gzip).oci_archive());
    let amd = program.scan(&intelligence(), &["--platform", "linux/amd64", "both.tar"]);
    let arm = program.scan(&intelligence(), &["--platform", "linux/arm64", "both.tar"]);
    assert_eq!((ids(&amd).len(), &amd["target"]["platform"]), (2, &"linux/amd64".into()));
    assert_eq!((ids(&arm).len(), &arm["target"]["platform"]), (1, &"linux/arm64".into()));
    program.run(&["scan", "--platform", "linux/s390x", "both.tar"]).ended(3, &["linux/s390x", "linux/arm64"]);
    program.run(&["scan", "--platform", "amd", "both.tar"]).ended(2, &["--platform"]);
}

#[test]
fn an_image_is_chosen_by_its_name() {
    let program = Program::new();
    let text = format!(
        "image shop:1\n{APPLICATION}\nimage base:1\nlayer FROM\n  etc/os-release = ID=alpine\\nVERSION_ID=3.19.1\n"
    );
    program.write("two.tar", TestImages::parse(&text, Storage::Gzip).docker_archive());
    assert_eq!(ids(&program.scan(&intelligence(), &["--image", "shop:1", "two.tar"])).len(), 2);
    assert!(ids(&program.scan(&intelligence(), &["--image", "base:1", "two.tar"])).is_empty());
    program.run(&["scan", "two.tar"]).ended(3, &["shop:1", "base:1"]);
    program.run(&["scan", "--image", "none:1", "two.tar"]).ended(3, &["none:1", "shop:1"]);
}

#[test]
fn an_archive_of_another_kind_than_its_scheme_says_is_refused() {
    let program = Program::new();
    program.write("oci.tar", application(Storage::Gzip).oci_archive());
    program.run(&["scan", "docker-archive:oci.tar"]).ended(3, &["oci.tar", "manifest.json"]);
}

#[test]
fn what_one_project_installs_says_nothing_of_what_another_locks() {
    let program = Program::new();
    let lock = "[[package]]\nname = \"jinja2\"\nversion = \"3.1.2\"\n";
    program.write("repository/backend/poetry.lock", lock);
    let metadata = |version: &str| format!("Metadata-Version: 2.1\nName: jinja2\nVersion: {version}\n");
    let install = |folder: &str, version: &str| {
        let path = format!("repository/{folder}/site-packages/jinja2-{version}.dist-info/METADATA");
        program.write(&path, metadata(version));
    };
    let versions = || -> Vec<String> {
        let report = program.scan(&intelligence(), &["dir:repository"]);
        let packages = report["packages"].as_array().unwrap().iter();
        packages.map(|package| package["version"].as_str().unwrap().to_owned()).collect()
    };
    install("tools", "3.1.3");
    assert_eq!(versions(), ["3.1.2", "3.1.3"]);
    // The project's own environment is what runs.
    install("backend/.venv/lib/python3.12", "3.1.4");
    assert_eq!(versions(), ["3.1.3", "3.1.4"]);
}

#[test]
fn a_package_database_behind_a_symbolic_link_is_read_or_a_gap() {
    let status = "Package: openssl\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 1\\n";
    let program = Program::new();
    let scan = |layer: &str| {
        program.write("a.tar", TestImages::parse(layer, Storage::Gzip).oci_archive());
        program.scan(&intelligence(), &["a.tar"])
    };
    let file = format!(
        "layer ADD /\n  etc/os-release -> os/rel\n  etc/os/rel = ID=debian\\nVERSION_ID=\"12\"\\n\n  var/lib/dpkg/status -> /opt/dpkg/status\n  opt/dpkg/status = {status}\n"
    );
    let report = scan(&file);
    assert_eq!(report["os"]["id"], "debian");
    assert_eq!(report["packages"].as_array().map(Vec::len), Some(1), "{report}");
    // A folder as a link, in this and in another layer, and a link on the way to a file of an upper layer.
    let release = "  etc/os-release = ID=debian\\nVERSION_ID=\"12\"\\n\n";
    let link = "  var/lib/dpkg -> /opt/dpkg\n";
    for layers in [
        format!("layer ADD /\n{release}{link}  opt/dpkg/status = {status}\n"),
        format!("layer ADD /\n{release}{link}layer ADD /\n  opt/dpkg/status = {status}\n"),
        format!("layer ADD /\n{release}{link}layer ADD /\n  var/lib/dpkg/status = {status}\n"),
        format!("layer ADD /\n{release}  opt/dpkg/status = {status}\nlayer RUN ln\n{link}"),
    ] {
        // The second scan knows the image.
        for _ in 0..2 {
            let report = scan(&layers);
            assert_eq!(report["packages"].as_array().map(Vec::len), Some(1), "{report}");
            assert_eq!(report["packages"][0]["paths"][0], "opt/dpkg/status", "{report}");
            assert_eq!(report["gaps"].as_array().map(Vec::len), Some(0), "{report}");
        }
    }
    // In a folder as well.
    program.write("root/opt/rel", "ID=debian\nVERSION_ID=12\n");
    program.write("root/opt/dpkg/status", status.replace("\\n", "\n"));
    program.write("root/var/lib/x", "");
    program.write("root/etc/x", "");
    for (target, path) in [("../opt/rel", "root/etc/os-release"), ("/opt/dpkg", "root/var/lib/dpkg")] {
        std::os::unix::fs::symlink(target, program.path(path)).unwrap();
    }
    let report = program.scan(&intelligence(), &["rootfs:root"]);
    assert_eq!(report["os"]["id"], "debian", "{report}");
    assert_eq!(report["packages"][0]["paths"][0], "opt/dpkg/status", "{report}");
    assert_eq!(report["gaps"].as_array().map(Vec::len), Some(0), "{report}");
    let gaps = scan(&format!("layer ADD /\n{release}{link}"))["gaps"].to_string();
    assert!(gaps.contains("it is a symbolic link to /opt/dpkg, and no packages are found behind it"), "{gaps}");
}

#[test]
fn whiteouts_behind_links_of_lower_layers_hide_what_lies_there() {
    let package = "P:openssl\\nV:1.0\\n\\n\n";
    let program = Program::new();
    let base = format!(
        "layer ADD /\n  etc/os-release = ID=alpine\\nVERSION_ID=3.19.1\\n\n  lib -> usr/lib\n  usr/lib/apk/db/installed = {package}"
    );
    for (upper, count) in [("  tmp/x = y\n", 1), ("  lib/apk/db/.wh.installed\n", 0), ("  lib/.wh..wh..opq\n", 0)] {
        let image = format!("{base}layer RUN x\n{upper}");
        program.write("a.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
        let report = program.scan(&intelligence(), &["a.tar"]);
        assert_eq!(report["packages"].as_array().map(Vec::len), Some(count), "{upper}: {report}");
        assert_eq!(report["removed"].as_array().map(Vec::len), Some(1 - count), "{upper}: {report}");
    }
}

#[test]
fn an_emptied_package_database_is_a_gap_unless_packages_are_told_elsewhere() {
    let program = Program::new();
    let gaps = |layer: &str| -> Vec<String> {
        program.write("a.tar", TestImages::parse(&format!("layer ADD /\n{layer}"), Storage::Gzip).oci_archive());
        let report = program.scan(&intelligence(), &["a.tar"]);
        report["gaps"].as_array().unwrap().iter().map(|gap| gap["path"].as_str().unwrap().to_owned()).collect()
    };
    let debian = "  etc/os-release = ID=debian\\nVERSION_ID=\"12\"\\n\n";
    let alpine = "  etc/os-release = ID=alpine\\nVERSION_ID=3.19.1\\n\n";
    let package = "Package: openssl\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: amd64\\n\n";
    for (layer, expected) in [
        (format!("{debian}  var/lib/dpkg/status = \n"), Some("var/lib/dpkg/status")),
        (format!("{alpine}  lib/apk/db/installed = \n"), Some("lib/apk/db/installed")),
        (format!("{debian}  var/lib/dpkg/status = \n  var/lib/dpkg/status.d/openssl = {package}"), None),
        (format!("{debian}  var/lib -> /opt/lib\n  opt/lib/dpkg/status = {package}"), None),
        // Removed, or never there.
        (
            format!("{debian}  var/lib/dpkg/status = {package}layer RUN rm\n  var/lib/.wh.dpkg\n"),
            Some("etc/os-release"),
        ),
        (alpine.to_owned(), Some("etc/os-release")),
        ("  usr/lib/os-release = ID=rhel\\nVERSION_ID=\"9.4\"\\n\n".to_owned(), Some("usr/lib/os-release")),
        ("  etc/os-release = ID=tinyos\\nVERSION_ID=1\\n\n".to_owned(), Some("etc/os-release")),
        ("  etc/os-release = ID=arch\\n\n  bin/pacman = x\n".to_owned(), Some("etc/os-release")),
        ("  bin/busybox = x\n".to_owned(), None),
        (format!("{debian}  var/lib/rpm -> ../../usr/lib/sysimage/rpm\n"), Some("var/lib/rpm")),
    ] {
        let gaps = gaps(&layer);
        match expected {
            Some(path) => assert!(gaps.contains(&path.to_owned()), "{path} is not in {gaps:?}"),
            None => assert!(gaps.is_empty(), "{gaps:?}"),
        }
    }
}
