//! Checks of an image's configuration and of what stands out among its files.

use serde_json::{Value, json};
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::{Program, text};

fn scan(images: &TestImages, is_docker: bool) -> (Value, String) {
    let program = Program::new();
    program.write("a.tar", if is_docker { images.docker_archive() } else { images.oci_archive() });
    let target = if is_docker { "docker-archive:a.tar" } else { "oci-archive:a.tar" };
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", target]);
    assert_eq!(program.scan(&intelligence(), &["--detectors", "misconfigurations", target]), report);
    let table = program.run(&["scan", "--detectors", "misconfigurations", "--lang", "en", target]);
    table.ended(0, &[]);
    (report, table.stdout)
}

/// `ID PATH LAYER` of each misconfiguration.
fn found(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let rows = findings.iter().map(|finding| {
        let layer = finding["layer"].as_u64().map_or("-".to_owned(), |layer| layer.to_string());
        format!("{} {} {layer}", text(&finding["id"]), finding["path"].as_str().unwrap_or("-"))
    });
    rows.collect()
}

/// A root file system has no configuration that could say as whom its programs run, in an archive no more than in a
/// folder; its files stand out all the same.
#[test]
fn a_root_file_system_does_not_run_as_anybody() {
    let program = Program::new();
    let images = TestImages::parse("layer ADD /\n  usr/bin/su 4755 = x\n  etc/hostname = x\n", Storage::Plain);
    program.write("root.tar", &images.images[0].layers[0]);
    program.write("root/etc/hostname", "x");
    let scan = |target| program.scan(&intelligence(), &["--detectors", "misconfigurations", target]);
    for target in ["root.tar", "rootfs:root.tar"] {
        let report = scan(target);
        assert_eq!(found(&report), ["BHD-IMAGE-0008 usr/bin/su 0"], "{target}");
        assert_eq!((report["image"].get("user"), report["image"]["layers"].as_array().map(Vec::len)), (None, Some(1)));
        let table = program.run(&["scan", "--detectors", "misconfigurations", "--lang", "en", target]);
        assert!(!table.stdout.contains("runs as") && !table.stdout.contains("health check"), "{}", table.stdout);
    }
    assert_eq!(found(&scan("rootfs:root")), [""; 0]);
    // The same files as an image do.
    program.write("image.tar", images.oci_archive());
    assert!(found(&scan("image.tar")).contains(&"BHD-IMAGE-0001 - -".to_owned()));
    let policy = "schema: bulkhead.policy/1\nname: p\ncontrols:\n  - control: superuser\n";
    program.write("policy.yaml", policy);
    program.run(&["scan", "--policy", "policy.yaml", "root.tar"]).ended(0, &[]);
}

#[test]
fn what_stands_out_among_the_files_is_found_with_its_layer() {
    let images = TestImages::parse(
        r"user app
expose 22/tcp
expose 3389/tcp
expose 8080/tcp
label org.opencontainers.image.base.name=docker.io/library/debian:12
layer ADD debian /
  tmp/ 1777
  srv/data/ 777
  srv/closed/ 777
  usr/bin/su 4755 = x
  usr/bin/wall 2755 = x
  usr/bin/plain 755 = x
  etc/shadow 4644 = no program
  var/lib/apt/lists/deb.debian.org_Packages = x
  var/lib/apt/lists/lock
  var/cache/apk/APKINDEX.tar.gz = x
  root/.npm/_cacache/index = x
layer RUN chmod 755 /srv/closed && rm -rf /root/.npm
  srv/closed/
  root/.wh..npm
  usr/bin/new 6755 = x
",
        Storage::Gzip,
    );
    let (report, _) = scan(&images, false);
    let rows = found(&report);
    for expected in [
        "BHD-IMAGE-0005 - -",
        "BHD-IMAGE-0008 usr/bin/new 1",
        "BHD-IMAGE-0008 usr/bin/su 0",
        "BHD-IMAGE-0008 usr/bin/wall 0",
        "BHD-IMAGE-0010 srv/data 0",
        "BHD-IMAGE-0011 var/lib/apt/lists 0",
        "BHD-IMAGE-0012 var/cache/apk 0",
        "BHD-IMAGE-0015 - -",
        "BHD-IMAGE-0016 - -",
    ] {
        assert!(rows.contains(&expected.to_owned()), "{expected} is not in {rows:#?}");
    }
    assert_eq!(rows.len(), 9, "{rows:#?}");
    assert_eq!(report["writable_folders"], json!([{ "path": "srv/data", "layer": 0 }]));
    assert_eq!(report["image"]["exposed_ports"], json!(["22/tcp", "3389/tcp", "8080/tcp"]));
}

#[test]
fn a_missing_health_check_is_told_only_where_the_format_has_a_place_for_it() {
    let images = TestImages::parse("user app\nlayer COPY\n  a = b\n", Storage::Gzip);
    let (report, table) = scan(&images, true);
    assert_eq!(found(&report), ["BHD-IMAGE-0004 - -"]);
    assert_eq!(report["image"]["healthcheck"], "absent");
    assert!(!table.contains("health check unknown"), "{table}");
    let (report, table) = scan(&images, false);
    assert_eq!(found(&report), Vec::<String>::new());
    assert_eq!(report["image"]["healthcheck"], "unknown");
    assert!(table.contains("health check unknown"), "{table}");
}

#[test]
fn an_archive_is_not_asked_for_by_a_name_that_can_change() {
    let images = TestImages::parse("image shop:1\nuser app\nlayer COPY\n  a = b\n", Storage::Gzip);
    assert_eq!(found(&scan(&images, false).0), Vec::<String>::new());
}

#[test]
fn a_user_is_the_superuser_by_number_or_by_the_image_s_own_list() {
    let check = |user: &str, expected: Option<&str>| {
        let image = format!(
            "user {user}\nlayer COPY\n  etc/passwd = root:x:0:0:root:/root:/bin/sh\\ntoor:x:00:0::/:/bin/sh\\napp:x:1000:1000::/:/bin/sh\\n\n"
        );
        let (report, table) = scan(&TestImages::parse(&image, Storage::Gzip), false);
        let findings = report["findings"].as_array().unwrap();
        let message = findings.iter().find(|finding| finding["id"] == "BHD-IMAGE-0001").map(|it| text(&it["message"]));
        assert_eq!(message.as_deref(), expected, "{user}");
        assert_eq!(table.contains("runs as root"), expected.is_some(), "{user}: {table}");
    };
    check("00", Some("the user is `00`"));
    check("+0:app", Some("the user is `+0`"));
    check("root:app", Some("the user is `root`"));
    check("toor:app", Some("the user is `toor`, whose number in /etc/passwd is 0"));
    check("app", None);
    check("nobody-knows", None);
}
