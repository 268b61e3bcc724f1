//! Bills of materials: written, and scanned with the same findings as the image itself.

use proptest::prelude::*;
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::images::{application, debian};
use crate::run::{Program, ids};

/// Asserts that the bills of a target have the target's findings.
fn check(program: &Program, target: &str) -> usize {
    let intelligence = intelligence();
    let expected = program.scan(&intelligence, &[target]);
    for format in ["cyclonedx", "spdx"] {
        program.run(&["sbom", "--quiet", "--format", format, "--output", "bill.json", target]).ended(0, &[]);
        let found = program.scan(&intelligence, &["sbom:bill.json"]);
        assert_eq!(found["target"]["kind"], "sbom");
        assert_eq!(found["findings"], expected["findings"], "{target} as {format}");
        assert_eq!(found["os"]["id"], expected["os"]["id"], "{target} as {format}");
    }
    expected["findings"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_bill_of_an_image_has_its_findings() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program.write("debian.tar", debian().docker_archive());
    assert_eq!(check(&program, "app.tar"), 2);
    assert_eq!(check(&program, "debian.tar"), 2);
}

/// A bill says as whom an image runs, and not all else that checks of its configuration look at.
#[test]
fn what_cannot_be_looked_for_in_a_bill_is_told() {
    let program = Program::new();
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    let detectors = ["--detectors", "vulnerabilities,misconfigurations"];
    let of_image = program.scan(&intelligence(), &[&detectors[..], &["app.tar"]].concat());
    assert!(ids(&of_image).contains(&"BHD-IMAGE-0001".to_owned()), "{of_image}");
    program.run(&["sbom", "--quiet", "--output", "bill.json", "app.tar"]).ended(0, &[]);
    let of_bill = program.scan(&intelligence(), &[&detectors[..], &["bill.json"]].concat());
    assert_eq!(of_bill["detectors"], serde_json::json!(["vulnerabilities"]));
    let note =
        "bulkhead: note: bill.json is a bill of materials, which has neither the files nor the whole configuration";
    for (words, told) in [
        (&["scan", "bill.json"][..], "not looked for in it: secrets, malware, misconfigurations\n"),
        (&["scan", detectors[0], detectors[1], "bill.json"], "not looked for in it: misconfigurations\n"),
    ] {
        program.run(words).ended(0, &[note, told]);
    }
    let ran = program.run(&["scan", "--detectors", "vulnerabilities,licenses", "bill.json"]);
    assert!(!ran.ended(0, &[]).stderr.contains("not looked for"), "{ran:?}");
}

#[test]
fn bills_of_real_images_have_their_findings() {
    let program = Program::new();
    let images = [
        "alpine/alpine-minirootfs-3.16.9-x86_64.tar.gz",
        "alpine/alpine-minirootfs-3.19.4-x86_64.tar.gz",
        "busybox-oci/busybox-glibc.oci.tar",
        "debian/debian12-minbase-nosec.slim.tar.zst",
        "docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar",
        "docker-archive/alpine-3.10.4.tar.gz",
        "rpm/rocky9.rootfs.tar.gz",
    ];
    for image in images {
        let Some(path) = test_support::test_data(&format!("images/{image}")) else { return };
        check(&program, path.to_str().unwrap());
    }
}

/// An image of some distribution with some packages, in one or two layers.
fn image_text() -> impl Strategy<Value = String> {
    let node = prop::sample::select(vec!["3.10.1", "4.17.19", "4.17.20", "4.17.21", "5.0.0-rc.1"]);
    let log4j = prop::sample::select(vec!["2.12.0", "2.14.1", "2.15.0"]);
    let busybox = prop::sample::select(vec!["1.36.1-r1", "1.36.1-r15", "1.36.1-r16"]);
    let openssl = prop::sample::select(vec!["3.0.7-1", "3.0.11-1~deb12u2", "3.0.13-1~deb12u1", "1:0.9"]);
    let system = prop_oneof![
        busybox.prop_map(|version| format!(
            "  etc/os-release = ID=alpine\\nVERSION_ID=3.19.1\\n\n  sbin/apk 755 = apk\n  lib/apk/db/installed = P:busybox-binsh\\nV:{version}\\nA:x86_64\\no:busybox\\nL:GPL-2.0-only\\n\n"
        )),
        openssl.prop_map(|version| format!(
            "  etc/os-release = ID=debian\\nVERSION_ID=12\\n\n  usr/bin/apt-get 755 = apt\n  var/lib/dpkg/status = Package: libssl3\\nStatus: install ok installed\\nArchitecture: amd64\\nSource: openssl\\nVersion: {version}\\n\\n\n"
        )),
        Just(String::new()),
    ];
    (system, prop::collection::vec(node, 0..3), prop::option::of(log4j), any::<bool>()).prop_map(
        |(system, node, log4j, apart)| {
            let mut text = format!("layer FROM\n{system}  opt/marker = x\n");
            if apart {
                text += "layer COPY\n";
            }
            for (number, version) in node.iter().enumerate() {
                text += &format!(
                    "  srv/{number}/package-lock.json = {{\"name\":\"a\",\"lockfileVersion\":3,\"packages\":{{\"node_modules/lodash\":{{\"version\":\"{version}\"}}}}}}\n"
                );
            }
            if let Some(version) = log4j {
                text += &format!(
                    "  srv/gradle.lockfile = org.apache.logging.log4j:log4j-core:{version}=runtimeClasspath\\n\n"
                );
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_bill_of_any_image_has_its_findings(text in image_text()) {
        let program = Program::new();
        program.write("image.tar", TestImages::parse(&text, Storage::Gzip).docker_archive());
        check(&program, "image.tar");
    }
}
