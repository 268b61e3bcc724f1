//! What used to be passed over: archives of older kinds, copyright files that are no text, empty lock files, Terraform in
//! JSON, hard links behind links of folders.

use serde_json::Value;
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::{Program, text};

/// The EICAR test file, in parts so that this file is none.
fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!", "$H+H*"].concat().into_bytes()
}

/// A plain archive of ar with one file.
fn ar(name: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", format!("{name}/"), 0, 0, 0, 100_644, content.len());
    [b"!<arch>\n", header.as_bytes(), content, &b"\n"[..content.len() % 2]].concat()
}

/// An archive of cpio in the old binary form with one file, and the same in the portable form.
fn cpio(name: &str, content: &[u8]) -> [Vec<u8>; 2] {
    let (mut binary, mut portable) = (Vec::new(), Vec::new());
    for (name, mode, content) in [(name, 0o100_644_u16, content), ("TRAILER!!!", 0, b"")] {
        let (length, size) = (name.len() + 1, content.len());
        let fields = [0o070_707, 0, 1, mode, 0, 0, 1, 0, 0, 0, length as u16, 0, size as u16];
        binary.extend(fields.into_iter().flat_map(u16::to_le_bytes));
        for part in [format!("{name}\0").as_bytes(), content] {
            binary.extend(part);
            binary.resize(binary.len().next_multiple_of(2), 0);
        }
        portable
            .extend(format!("070707{0:06o}{0:06o}{mode:06o}{0:018o}{0:06o}{0:011o}{length:06o}{size:011o}", 0).bytes());
        portable.extend([name.as_bytes(), b"\0", content].concat());
    }
    [binary, portable]
}

fn kind<'a>(report: &'a Value, kind: &str) -> Vec<&'a Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == kind).collect()
}

fn gaps(report: &Value) -> Vec<(String, String)> {
    let gaps = report["gaps"].as_array().unwrap().iter();
    gaps.map(|gap| (text(&gap["path"]), text(&gap["reason"]))).collect()
}

#[test]
fn malware_and_secrets_in_archives_of_ar_and_old_cpio_are_found() {
    let program = Program::new();
    let [binary, portable] = cpio("opt/e.txt", &eicar());
    program.write("root/lib/libx.a", ar("e.txt", &eicar()));
    program.write("root/boot/old.cpio", &binary);
    program.write("root/boot/portable.cpio", &portable);
    program.write("root/srv/cut.cpio", &binary[..binary.len() / 2]);
    let key = ["AKIAQYLP", "MN5HFIQR7XYA"].concat();
    program.write("root/srv/keys.a", ar("aws.ini", format!("aws_access_key_id = {key}\n").as_bytes()));
    let report = program.scan(&intelligence(), &["--detectors", "malware,secrets", "rootfs:root"]);
    let paths: Vec<String> = kind(&report, "malware").iter().map(|finding| text(&finding["path"])).collect();
    assert_eq!(paths, ["boot/old.cpio!/opt/e.txt", "boot/portable.cpio!/opt/e.txt", "lib/libx.a!/e.txt"]);
    let secrets: Vec<String> = kind(&report, "secret").iter().map(|finding| text(&finding["path"])).collect();
    assert_eq!(secrets, ["srv/keys.a!/aws.ini"]);
    let gaps = gaps(&report);
    assert!(gaps.iter().any(|(path, reason)| path == "srv/cut.cpio" && reason.contains("ends inside")), "{gaps:?}");
}

#[test]
fn a_copyright_file_that_is_no_text_makes_the_license_unknown() {
    let program = Program::new();
    let status = "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";
    program.write("root/var/lib/dpkg/status", status);
    program.write("root/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    program.write("root/usr/share/doc/a/copyright", b"\x1f\x8b\x08\0\xff\xfe compressed by mistake");
    program.write("root/usr/share/doc/b/copyright", "License: MIT, in /usr/share/common-licenses/GPL-2\n");
    let report = program.scan(&intelligence(), &["--detectors", "licenses", "rootfs:root"]);
    let licenses: Vec<&Value> = kind(&report, "license");
    let unknown: Vec<&&Value> = licenses.iter().filter(|finding| finding["category"] == "unknown").collect();
    assert_eq!(unknown.len(), 1, "{licenses:#?}");
    assert!(unknown[0].to_string().contains("SEE LICENSE IN copyright"), "{unknown:?}");
    let gaps = gaps(&report);
    assert!(
        gaps.iter().any(|(path, reason)| path == "usr/share/doc/a/copyright" && reason.contains("no text")),
        "{gaps:?}"
    );
}

#[test]
fn lock_files_without_a_byte_are_gaps() {
    let program = Program::new();
    let names =
        ["package-lock.json", "yarn.lock", "Cargo.lock", "poetry.lock", "Gemfile.lock", "go.sum", "composer.lock"];
    for name in names {
        program.write(&format!("app/{name}"), "");
    }
    program.write("app/node_modules/x/yarn.lock", "");
    program.write("app/requirements.txt", "");
    let report = program.scan(&intelligence(), &["dir:app"]);
    let mut paths: Vec<String> = gaps(&report).into_iter().map(|(path, _)| path).collect();
    paths.sort();
    let mut expected = names.map(str::to_owned);
    expected.sort();
    assert_eq!(paths, expected);
}

#[test]
fn terraform_in_json_is_checked_like_the_native_syntax() {
    let program = Program::new();
    let json = "{\n  \"resource\": {\n    \"aws_db_instance\": {\n      \"d\": {\n        \"publicly_accessible\": \"${var.open}\"\n      }\n    }\n  },\n  \"variable\": {\"open\": {\"default\": true}}\n}\n";
    let native = "variable \"open\" {\n  default = true\n}\nresource \"aws_db_instance\" \"d\" {\n  publicly_accessible = var.open\n}\n";
    program.write("json/main.tf.json", json);
    program.write("native/main.tf", native);
    let [of_json, of_native] = ["json", "native"].map(|folder| {
        let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", &format!("dir:{folder}")]);
        assert_eq!(gaps(&report), []);
        let mut found: Vec<String> = kind(&report, "misconfiguration").iter().map(|it| text(&it["id"])).collect();
        found.sort();
        let public = kind(&report, "misconfiguration").into_iter().find(|it| it["id"] == "BHD-AWS-0180").cloned();
        (found, public.map(|it| it["line"].clone()))
    });
    assert_eq!(of_json.0, of_native.0);
    assert_eq!((of_json.1, of_native.1), (Some(5.into()), Some(5.into())));
    program.write("json/main.tf.json", "{");
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "dir:json"]);
    assert_eq!(gaps(&report).len(), 1);
}

#[test]
fn a_hard_link_behind_a_link_of_folders_into_another_layer_is_read() {
    let program = Program::new();
    let images = "layer base\n  etc/os-release = ID=debian\\nVERSION_ID=\"12\"\\n\n  var/lib/dpkg -> /opt/dpkg\nlayer packages\n  srv/x/copy = Package: libssl3\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 3.0.11-1\\n\n  opt/dpkg/status => srv/x/copy\n";
    program.write("app.tar", TestImages::parse(images, Storage::Gzip).docker_archive());
    let report = program.scan(&intelligence(), &["app.tar"]);
    let packages: Vec<String> =
        report["packages"].as_array().unwrap().iter().map(|package| text(&package["name"])).collect();
    assert_eq!(packages, ["libssl3"]);
    assert_eq!(gaps(&report), []);
}

#[test]
fn a_hard_link_to_a_file_of_a_lower_layer_is_read() {
    let program = Program::new();
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
    let images = format!(
        "layer base\n  srv/blob-1 = {lock}\n\nlayer app\n  app/package-lock.json => srv/blob-1\nlayer cleanup\n  srv/.wh.blob-1\n"
    );
    program.write("app.tar", TestImages::parse(&images, Storage::Gzip).oci_archive());
    // The second scan has the layers from the cache, and the third the whole image.
    for _ in 0..3 {
        let report = program.scan(&intelligence(), &["app.tar"]);
        let found = kind(&report, "vulnerability");
        let places: Vec<String> = found.iter().map(|finding| text(&finding["target"])).collect();
        assert_eq!((places, gaps(&report)), (vec!["app/package-lock.json".to_owned()], Vec::new()));
        assert_eq!(found[0]["layer"], 1);
    }
}

#[test]
fn configuration_files_whose_end_is_missing_are_gaps() {
    let program = Program::new();
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    let files = [
        ("a.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resou".to_owned()),
        ("b.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n".to_owned()),
        ("c.template", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Prop".to_owned()),
        ("d.json", format!("{{\"$schema\": \"{schema}\", \"resources\": [{{\"type")),
        ("e.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: a".to_owned()),
        ("compose.yaml", "services:\n  web:\n".to_owned()),
        ("plan.json", "{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.5\", \"varia".to_owned()),
        ("site.yml", "- hosts: all\n  tasks:\n    - name: x\n      ap".to_owned()),
        (".github/workflows/a.yml", "on: push\njobs:\n".to_owned()),
        ("main.tf", "module \"a\" {\n  source = \"./none\"\n}\n".to_owned()),
    ];
    for (path, content) in &files {
        program.write(&format!("repo/{path}"), content);
    }
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "dir:repo"]);
    let mut unread: Vec<String> = gaps(&report).into_iter().map(|(path, _)| path).collect();
    unread.sort();
    let mut expected = files.map(|(path, _)| path.to_owned());
    expected.sort();
    assert_eq!(unread, expected, "{:?}", gaps(&report));
    let japanese = program.run(&["scan", "--detectors", "misconfigurations", "--lang", "ja", "dir:repo"]);
    for words in ["末尾が欠けている", "検査していません"] {
        assert!(japanese.stdout.contains(words) || japanese.stderr.contains(words), "{}", japanese.stdout);
    }
}

/// Names that readers go by, on links to files of other names.
#[test]
fn packages_behind_links_to_files_of_other_names_are_found_in_images_and_folders() {
    let program = Program::new();
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
    let image = format!(
        "image a:1\nlayer base\n  srv/blob-1 = {lock}\n\nlayer app\n  app/package-lock.json -> ../srv/blob-1\n"
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    program.write("repo/blob-1", lock);
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, program.path(name)).unwrap();
    std::fs::create_dir_all(program.path("repo/app")).unwrap();
    std::fs::create_dir_all(program.path("repo/b")).unwrap();
    link("../blob-1", "repo/app/package-lock.json");
    for target in ["image.tar", "dir:repo", "rootfs:repo"] {
        let report = program.scan(&intelligence(), &["--no-cache", target]);
        let found = kind(&report, "vulnerability");
        let places: Vec<String> = found.iter().map(|finding| text(&finding["target"])).collect();
        assert_eq!((places, gaps(&report)), (vec!["app/package-lock.json".to_owned()], Vec::new()), "{target}");
    }
    // What leads nowhere, out of the folder or in a circle is told.
    link("nowhere", "repo/b/Cargo.lock");
    link("../../elsewhere", "repo/b/yarn.lock");
    link("go.sum", "repo/b/go.sum");
    let report = program.scan(&intelligence(), &["dir:repo"]);
    let paths: Vec<String> = gaps(&report).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["b/Cargo.lock", "b/go.sum", "b/yarn.lock"]);
}

/// Folders of packages that are links to folders of other names.
#[test]
fn packages_behind_links_of_folders_are_found_in_images_and_folders() {
    let program = Program::new();
    let lodash = r#"{"name":"lodash","version":"4.17.20"}"#;
    let numpy = r#"{"name":"numpy","version":"1.26.0"}"#;
    let files = format!("  srv/nm/lodash/package.json = {lodash}\n\n  srv/meta/numpy.json = {numpy}\n\n");
    let links = "  app/node_modules -> ../srv/nm\n  app/conda-meta -> ../srv/meta\n";
    let images = [
        format!("layer a\n{files}layer b\n{links}"),
        format!("layer a\n{links}layer b\n{files}"),
        format!("layer a\n{files}{links}"),
    ];
    for (number, layers) in images.iter().enumerate() {
        let images = TestImages::parse(&format!("image a:1\n{layers}"), Storage::Gzip);
        program.write(&format!("{number}.tar"), images.oci_archive());
    }
    program.write("root/srv/nm/lodash/package.json", lodash);
    program.write("root/srv/meta/numpy.json", numpy);
    std::fs::create_dir_all(program.path("root/app")).unwrap();
    for (target, name) in [("../srv/nm", "root/app/node_modules"), ("../srv/meta", "root/app/conda-meta")] {
        std::os::unix::fs::symlink(target, program.path(name)).unwrap();
    }
    for target in ["0.tar", "1.tar", "2.tar", "dir:root", "rootfs:root"] {
        let report = program.scan(&intelligence(), &["--no-cache", target]);
        let packages = report["packages"].as_array().unwrap().iter();
        let mut paths: Vec<String> = packages.map(|package| text(&package["paths"][0])).collect();
        paths.sort();
        let expected = ["app/conda-meta/numpy.json", "app/node_modules/lodash/package.json"];
        assert_eq!((paths, gaps(&report)), (expected.map(str::to_owned).to_vec(), Vec::new()), "{target}");
        let found = kind(&report, "vulnerability");
        let places: Vec<String> = found.iter().map(|finding| text(&finding["target"])).collect();
        assert_eq!(places, ["app/node_modules/lodash/package.json"], "{target}");
    }
}
