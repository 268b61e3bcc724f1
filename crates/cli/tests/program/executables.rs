//! The files that can run: path, hash, and the package that brought them.

use serde_json::Value;
use test_support::{Storage, TarWriter, TestImages, pax_record};

use crate::feeds::intelligence;
use crate::run::{Program, text};

/// MD5, SHA-1 in base64 and SHA-256 in URL-safe base64 of `x`.
const MD5: &str = "9dd4e461268c8034f5c8564e155c67a6";
const SHA1: &str = "EfatjsUqKYSrqv18O1FlA3hcIHI=";
const SHA256: &str = "LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE";

/// `PATH OWNER`, with ` modified` or ` same` where the database tells, for each listed file.
fn owners(report: &Value) -> Vec<String> {
    let listed = report["executables"].as_array().unwrap().iter().map(|listed| {
        let purl = listed["package"].as_str().unwrap_or("nobody");
        let name = purl.split(['@', '?']).next().unwrap_or_default();
        let change = match listed["modified"].as_bool() {
            Some(true) => " modified",
            Some(false) => " same",
            None => "",
        };
        format!("{} {name}{change}", text(&listed["path"]))
    });
    listed.collect()
}

fn scanned(image: &str) -> Value {
    let program = Program::new();
    program.write("a.tar", TestImages::parse(image, Storage::Gzip).oci_archive());
    let arguments = ["--detectors", "vulnerabilities,malware", "a.tar"];
    let report = program.scan(&intelligence(), &arguments);
    // The second scan answers from the cache.
    assert_eq!(program.scan(&intelligence(), &arguments), report);
    report
}

fn debian() -> String {
    format!(
        r#"layer ADD debian /
  etc/os-release = ID=debian\nVERSION_ID="12"\n
  usr/bin/bash 755 = x
  usr/bin/man.REAL 755 = x
  usr/bin/man 755 = wrapper
  usr/bin/gone 755 = x
  usr/sbin/nginx 755 = x
  etc/init.d/nginx 755 = script
  var/lib/dpkg/info/nginx:amd64.postinst 755 = script
  var/lib/dpkg/info/bash.list = /bin\n/bin/bash\n/usr/bin/gone\n
  var/lib/dpkg/info/bash.md5sums = {MD5}  bin/bash\n
  var/lib/dpkg/info/man-db.list = /usr/bin/man\n
  var/lib/dpkg/info/wrap.list = /usr/bin/man\n
  var/lib/dpkg/info/nginx:amd64.list = /usr/sbin/nginx\n/etc/init.d/nginx\n
  var/lib/dpkg/info/nginx:amd64.md5sums = {MD5}  usr/sbin/nginx\n
  var/lib/dpkg/diversions = /usr/bin/man\n/usr/bin/man.REAL\nwrap\n
  var/lib/dpkg/status
    | Package: bash
    | Status: install ok installed
    | Architecture: amd64
    | Version: 5.2
    |
    | Package: man-db
    | Status: install ok installed
    | Architecture: amd64
    | Version: 2
    |
    | Package: wrap
    | Status: install ok installed
    | Architecture: all
    | Version: 1
    |
    | Package: nginx
    | Status: install ok installed
    | Architecture: amd64
    | Version: 1.22
    |
"#
    )
}

#[test]
fn debian_packages_own_their_files_across_diversions_and_layers() {
    let report = scanned(&format!(
        "{}layer COPY\n  usr/sbin/nginx 755 = another\n  usr/local/bin/own 755 = x\n  usr/bin/.wh.gone\n",
        debian()
    ));
    assert_eq!(
        owners(&report),
        [
            "etc/init.d/nginx pkg:deb/debian/nginx",
            "usr/bin/bash pkg:deb/debian/bash same",
            "usr/bin/man pkg:deb/debian/wrap",
            "usr/bin/man.REAL pkg:deb/debian/man-db",
            "usr/local/bin/own nobody",
            "usr/sbin/nginx pkg:deb/debian/nginx modified",
            "var/lib/dpkg/info/nginx:amd64.postinst pkg:deb/debian/nginx",
        ]
    );
}

#[test]
fn a_package_that_is_gone_owns_nothing() {
    let removed = "layer RUN apt-get purge\n  var/lib/dpkg/status = Package: wrap\\nStatus: install ok installed\\nVersion: 1\\n\n  \
                   var/lib/dpkg/info/.wh.bash.list\n  var/lib/dpkg/info/.wh.bash.md5sums\n";
    let report = scanned(&format!("{}{removed}", debian()));
    let found = owners(&report);
    assert!(found.contains(&"usr/bin/bash nobody".to_owned()), "{found:?}");
    assert!(found.contains(&"usr/sbin/nginx nobody".to_owned()), "{found:?}");
}

#[test]
fn alpine_python_node_and_ruby_packages_own_their_files() {
    let report = scanned(&format!(
        r#"layer ADD alpine /
  etc/os-release = ID=alpine\nVERSION_ID=3.19.1\n
  lib/apk/db/installed = P:busybox\nV:1.36\nA:x86_64\nF:bin\nR:busybox\na:0:0:755\nZ:Q1{SHA1}\nR:other\nZ:Q1{SHA1}\n\n
  bin/busybox 755 = x
  bin/other 755 = changed
  usr/bin/six 755 = x
  usr/lib/python3.11/site-packages/six-1.16.dist-info/METADATA = Name: six\nVersion: 1.16\n
  usr/lib/python3.11/site-packages/six-1.16.dist-info/RECORD = ../../../bin/six,sha256={SHA256},1\n
  app/node_modules/@scope/tool/package.json = {{"name":"@scope/tool","version":"1.0.0"}}
  app/node_modules/@scope/tool/bin/cli.js 755 = x
  app/own.sh 755 = x
  usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.gemspec = # stub: rake 13.0 ruby lib\n
  usr/lib/ruby/gems/3.1.0/gems/rake-13.0/exe/rake 755 = x
"#
    ));
    assert_eq!(
        owners(&report),
        [
            "app/node_modules/@scope/tool/bin/cli.js pkg:npm/%40scope/tool",
            "app/own.sh nobody",
            "bin/busybox pkg:apk/alpine/busybox same",
            "bin/other pkg:apk/alpine/busybox modified",
            "usr/bin/six pkg:pypi/six same",
            "usr/lib/ruby/gems/3.1.0/gems/rake-13.0/exe/rake pkg:gem/rake",
        ]
    );
}

#[test]
fn programs_of_a_real_alpine_image_are_of_its_packages_unmodified() {
    let image = "images/alpine/alpine-minirootfs-3.20.3-x86_64.tar.gz";
    let Some(path) = test_support::test_data(image) else { return };
    let program = Program::new();
    let target = format!("rootfs:{}", path.canonicalize().unwrap().display());
    let report = program.scan(&intelligence(), &["--detectors", "malware", &target]);
    let found = owners(&report);
    assert!(found.len() > 10, "{found:?}");
    // What a package's script writes at installation is listed nowhere.
    let strange: Vec<_> = found.iter().filter(|line| !line.ends_with(" same")).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// Programs that unpack layers give a file the mode in the header of a hard link to it, so that all its names have it.
#[test]
fn a_hard_link_gives_its_file_the_mode_in_its_header() {
    let check = |layers: &str, expected: &[&str]| {
        let report = scanned(layers);
        let listed = report["executables"].as_array().into_iter().flatten().map(|file| {
            let setuid = if file["setuid"] == true { " setuid" } else { "" };
            format!("{}{setuid}", text(&file["path"]))
        });
        assert_eq!(listed.collect::<Vec<_>>(), expected, "{layers}");
        report
    };
    check("layer ADD /\n  x 755 = x\n  y 4755 => x\n", &["x setuid", "y setuid"]);
    check("layer ADD /\n  x 4755 = x\n  y 755 => x\n", &["x", "y"]);
    check("layer ADD /\n  x 644 = x\n  y 755 => x\n", &["x", "y"]);
    check("layer ADD /\n  x 644 = x\n  y 4755 => x\n  z 4755 => y\n", &["x setuid", "y setuid", "z setuid"]);
    check("layer ADD /\n  x 755 = x\n  y 644 => x\n", &[]);
    check("layer ADD /\n  x 755 = x\n  y 4755 => x\n  z 755 => y\n", &["x", "y", "z"]);
    // Something takes the place of the link, or of the file.
    check("layer ADD /\n  x 755 = x\n  y 4755 => x\n  y = other\n", &["x setuid"]);
    check("layer ADD /\n  x 755 = x\n  y 4755 => x\n  x 755 = other\n", &["x", "y setuid"]);
    // Of a file of a lower layer the name that the upper one gives has it.
    check("layer ADD /\n  x 755 = x\nlayer RUN ln\n  y 4755 => x\n", &["x", "y setuid"]);
    check("layer ADD /\n  x 4755 = x\nlayer RUN ln\n  y 755 => x\n", &["x setuid", "y"]);
    let report = check("layer ADD /\n  x 644 = x\nlayer RUN ln\n  y 755 => x\n", &[]);
    let gaps = report["gaps"].to_string();
    assert!(gaps.contains("1 file of a lower layer that only a hard link makes executable is missing"), "{gaps}");
}

/// So they do with its capabilities; a header without any takes none away.
#[test]
fn a_hard_link_gives_its_file_the_capabilities_in_its_header() {
    // As `setcap cap_net_raw+ep` writes it.
    let attribute = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let record = pax_record("SCHILY.xattr.security.capability", &attribute);
    let check = |layer: &TarWriter| {
        let program = Program::new();
        program.write("root.tar", layer.finish());
        let report = program.scan(&intelligence(), &["--detectors", "vulnerabilities,malware", "rootfs:root.tar"]);
        let listed = report["executables"].as_array().unwrap().iter();
        let listed: Vec<String> =
            listed.map(|file| format!("{} {}", text(&file["path"]), file["capabilities"])).collect();
        assert_eq!(listed, [r#"x ["cap_net_raw"]"#, r#"y ["cap_net_raw"]"#]);
    };
    let (mut on_link, mut on_file) = <(TarWriter, TarWriter)>::default();
    on_link.file("etc/hostname", 0o644, b"x").file("x", 0o755, b"x");
    on_link.entry("pax", b'x', "", 0o644, &record).hard_link_with_mode("y", "x", 0o755);
    check(&on_link);
    on_file.file("etc/hostname", 0o644, b"x").entry("pax", b'x', "", 0o644, &record);
    on_file.file("x", 0o755, b"x").hard_link_with_mode("y", "x", 0o755);
    check(&on_file);
}

/// Programs that run as another user are told by the modes that they end with.
#[test]
fn set_uid_programs_are_told_by_the_headers_of_hard_links_to_them() {
    let is_told = |layers: &str| {
        let program = Program::new();
        program.write("a.tar", TestImages::parse(layers, Storage::Gzip).oci_archive());
        let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "a.tar"]);
        report["findings"].to_string().contains("BHD-IMAGE-0008")
    };
    assert!(is_told("layer ADD /\n  x 755 = x\n  y 4755 => x\n"));
    assert!(is_told("layer ADD /\n  x 644 = x\n  y 4755 => x\n"));
    assert!(is_told("layer ADD /\n  x 755 = x\nlayer RUN ln\n  y 4755 => x\n"));
    assert!(!is_told("layer ADD /\n  x 4755 = x\n  y 755 => x\n"));
}
