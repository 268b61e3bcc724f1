use expect_test::{Expect, expect};

use super::*;
use crate::ecosystem_check;

fn check(path: &str, bytes: impl AsRef<[u8]>, expected: Expect) {
    ecosystem_check::check(&Dpkg, path, bytes, expected);
}

#[test]
fn only_packages_with_files_on_the_disk_count() {
    let states = [
        "install ok installed",
        "hold ok installed",
        "deinstall ok config-files",
        "purge ok not-installed",
        "install reinstreq half-installed",
        "install ok unpacked",
        "install ok half-configured",
        "install ok triggers-awaited",
        "deinstall ok installed",
    ];
    let text: String = states
        .iter()
        .enumerate()
        .map(|(n, state)| format!("Package: p{n}\nStatus: {state}\nVersion: 1\nArchitecture: amd64\n\n"))
        .collect();
    check(
        STATUS,
        text + "Package: stateless\nVersion: 1\n",
        expect![[r#"
        deb p0 1 amd64 source p0 1
        deb p1 1 amd64 source p1 1
        deb p4 1 amd64 source p4 1
        deb p5 1 amd64 source p5 1
        deb p6 1 amd64 source p6 1
        deb p7 1 amd64 source p7 1
        deb p8 1 amd64 source p8 1
        gap var/lib/dpkg/status: 1 of its packages has no state; it is in line 46
    "#]],
    );
}

#[test]
fn sources_and_relations_are_read() {
    check(
        STATUS,
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nSource: glibc\nVersion: 2.36-9\n\
         Depends: libgcc-s1,\n libcrypt1 (>= 1:4.4.10-10~)\n\n\
         Package: libc6\nStatus: install ok installed\nArchitecture: i386\nSource: glibc\nVersion: 2.36-9\n\n\
         Package: mawk\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.3.4-3+b1\nsource: mawk (1.3.4-3)\n\
         Provides: awk (= 1.3)\nPre-Depends: libc6 (>= 2.34)\nBuilt-Using: gcc (= 1)\n\n\
         Package: base-files\nStatus: install ok installed\nVersion: 12.4\nArchitecture: all\n\
         Depends: gawk | awk:any, libc6:any [amd64]\nDescription: caf\u{e9}\n .\n Package: not-me\n",
        expect![[r#"
            deb libc6 2.36-9 amd64 source glibc 2.36-9
            deb libc6 2.36-9 i386 source glibc 2.36-9
            deb mawk 1.3.4-3+b1 amd64 source mawk 1.3.4-3 -> libc6
            deb base-files 12.4 all source base-files 12.4 -> libc6, libc6, mawk
        "#]],
    );
}

#[test]
fn distroless_packages_have_no_state() {
    check(
        "var/lib/dpkg/status.d/tzdata",
        "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n",
        expect![[r#"
        deb tzdata 2024a-0 all source tzdata 2024a-0
    "#]],
    );
    check(
        "var/lib/dpkg/status.d/tzdata.md5sums",
        "0123  usr/share/zoneinfo/Zulu\n4567  ./usr/share/doc/tzdata/copyright\n",
        expect![[r#"
            owns 2 files
        "#]],
    );
}

#[test]
fn lists_of_files_are_owned() {
    check(
        "var/lib/dpkg/info/libjson-java.list",
        "/.\n/usr\n/usr/share/java/json.jar\n/usr/share/doc/x/changelog.gz\n/lib/systemd/a\n",
        expect![[r#"
            owns 3 files
        "#]],
    );
}

#[test]
fn odd_files_give_gaps_and_never_panic() {
    check(
        STATUS,
        b"Package: a\xff\nStatus: install ok installed\nVersion:\n\n\xef\xbb\xbf\x00\n".as_slice(),
        expect![[r#"
        gap var/lib/dpkg/status: 1 of its packages has no version, the first is a�
        gap var/lib/dpkg/status: 1 of its lines cannot be read; it is line 5: `�`
    "#]],
    );
    check(
        STATUS,
        "Package: a\nStatus: install ok installed\nVersion: 1\n\n".to_owned() + &"x".repeat(5 << 20),
        expect![[r#"
        deb a 1 source a 1
        gap var/lib/dpkg/status: packages after a are unknown: it is no valid list of packages: a paragraph is longer than 4 MiB
    "#]],
    );
    check(STATUS, "", expect![[""]]);
}

/// What a damaged status file loses is told with the line, and the packages around it stay.
#[test]
fn no_package_is_lost_without_a_word() {
    const GOOD: &str = "Package: good\nStatus: install ok installed\nVersion: 1\n\n";
    const SSL: &str = "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.9-1\n";
    const BASH: &str = "Package: bash\nStatus: install ok installed\nVersion: 5.2\n";
    let joined = "1 of its packages has no blank line before it; it is in line";
    let line = "1 of its lines cannot be read; it is line";
    let nameless = "1 of its entries names no package; it is in line";
    let repeated = "1 of its fields comes twice in its entry; it is in line";
    for (text, packages, gaps) in [
        (format!("{GOOD}{SSL}{BASH}"), "good libssl3 bash", vec![format!("{joined} 8")]),
        (
            format!("{SSL}{BASH}{SSL}"),
            "libssl3 bash libssl3",
            vec!["2 of its packages have no blank line before them; the first is in line 4".to_owned()],
        ),
        (
            format!("{GOOD}\0\0\0\0{SSL}\n{BASH}"),
            "good bash",
            vec![format!("{line} 5: `����Package: libssl3`"), format!("{nameless} 5")],
        ),
        (
            format!("{GOOD}Package: a\nStatus: install ok installed\nVersion: 1\nDepends: b,\n c\0\0\0d\n\n{BASH}"),
            "good a bash",
            vec![format!("{line} 9: `c���d`")],
        ),
        (format!("{GOOD}{}\n{BASH}", &SSL[1..]), "good bash", vec![format!("{nameless} 5")]),
        (format!("{GOOD}{}", SSL.replace("libssl3", "")), "good", vec![format!("{nameless} 5")]),
        (
            format!("{GOOD}{}", SSL.replace("Status", "Stats")),
            "good",
            vec!["1 of its packages has no state; it is in line 5".to_owned()],
        ),
        (format!("{GOOD}{SSL}garbage in here\n"), "good libssl3", vec![format!("{line} 8: `garbage in here`")]),
        (
            format!("{GOOD}<<<<<<< HEAD\n{SSL}=======\n{BASH}>>>>>>> theirs\n"),
            "good libssl3 bash",
            vec![
                "3 of its lines cannot be read; the first is line 5: `<<<<<<< HEAD`".to_owned(),
                format!("{joined} 10"),
            ],
        ),
        // The beginning of the second is lost with the blank line before it.
        (
            format!("{GOOD}{SSL}{}", &BASH[1..]),
            "good libssl3",
            vec!["2 of its fields come twice in their entries; the first is in line 9".to_owned()],
        ),
        (format!("{GOOD}{SSL}Version: 3.0.10\n\n{BASH}"), "good libssl3 bash", vec![format!("{repeated} 8")]),
        // Nothing of a package is told by these.
        (format!("{GOOD}{SSL}Tag: a\nTag: b\nDescription: a\ndescription: b\n\n{BASH}"), "good libssl3 bash", vec![]),
        // Sound ones: names in any letters, blanks before colons, fields of others, no line end, line ends of Windows.
        (
            format!(
                "{GOOD}package : a\nX-Cargo_1: :\nSTATUS: hold ok installed\nVersion: 1\nConffiles:\n /a b\n\t\u{e9}"
            ),
            "good a",
            vec![],
        ),
        (format!("{GOOD}{SSL}").replace('\n', "\r\n"), "good libssl3", vec![]),
        (
            format!("# by hand\n\n\n{GOOD}\n\n{}", SSL.replace("install ok", "deinstall ok").trim_end()),
            "good libssl3",
            vec![],
        ),
    ] {
        let found = ecosystem_check::read_with_gaps(&Dpkg, STATUS, text.as_bytes());
        let names: Vec<&str> = found.packages.iter().map(|package| package.name.as_str()).collect();
        let reasons: Vec<String> = found.gaps.into_iter().map(|gap| gap.reason).collect();
        assert_eq!((names.join(" ").as_str(), reasons), (packages, gaps), "{text:?}");
    }
}

#[test]
fn each_file_of_status_d_is_a_package_or_a_gap() {
    let read = |name: &str, text: &str| {
        let found = ecosystem_check::read_with_gaps(&Dpkg, &format!("{STATUS_FOLDER}/{name}"), text.as_bytes());
        (found.packages.len(), found.gaps.into_iter().map(|gap| gap.reason).collect::<Vec<_>>())
    };
    let package = "Section: libs\nPackage: libssl3\nVersion: 3.0.9-1\nDescription: a\n .\n b\n";
    for (name, text, count) in [
        ("libssl3", package, 1),
        ("bGlic3NsMw", package, 1),
        ("libssl3.postinst", "#!/bin/sh\nset -e\n", 0),
        ("libssl3.templates", "Template: a\nType: string\n", 0),
        (".keep", "", 0),
    ] {
        assert_eq!(read(name, text), (count, Vec::new()), "{name}");
    }
    for (name, text, count, gap) in [
        ("a", "rubbish", 0, "1 of its lines cannot be read; it is line 1: `rubbish`"),
        ("a", "\n\n", 0, "1 of its entries names no package; it is in line 1"),
        ("a", "ackage: a\nVersion: 1\n", 0, "1 of its entries names no package; it is in line 1"),
        (
            "libssl3.config",
            "Package: a\nVersion: 1\nrubbish",
            1,
            "1 of its lines cannot be read; it is line 3: `rubbish`",
        ),
    ] {
        assert_eq!(read(name, text), (count, vec![gap.to_owned()]), "{text}");
    }
}

#[test]
fn a_list_without_installed_packages_says_so() {
    for list in ["", "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n"] {
        let found = ecosystem_check::read(&Dpkg, STATUS, list.as_bytes());
        assert!(matches!(found.mark, Some(Mark::NoPackages(_))), "{list}");
    }
}

#[test]
fn damaged_files_are_survived() {
    let status = "Package: a\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: all\nSource: b (1)\n\
                  Depends: c | d (>= 1), e:any [amd64]\n f\n\nPackage: c\nStatus: hold ok installed\nVersion: 1\n";
    ecosystem_check::check_survives(&Dpkg, STATUS, status.as_bytes());
    let sums = "0123456789  usr/share/doc/x\n01  ./b\n";
    ecosystem_check::check_survives(&Dpkg, "var/lib/dpkg/status.d/x.md5sums", sums.as_bytes());
    for copyright in [
        "Format: http://dep.debian.net/deps/dep5\n\nFiles: *\nLicense: (GPL-2+ or MIT) and ISC\n text\n",
        "either version 2, or any later version: /usr/share/common-licenses/GPL-2, /usr/share/common-licenses/BSD",
    ] {
        ecosystem_check::check_survives(&Dpkg, "usr/share/doc/x/copyright", copyright.as_bytes());
    }
}

#[test]
fn licenses_are_those_of_the_folder() {
    check(
        "usr/share/doc/libx1/copyright",
        "see /usr/share/common-licenses/GPL-3",
        expect![[r#"
        deb libx1 has license GPL-3.0-only
    "#]],
    );
    check(
        "usr/share/doc/libx1/copyright",
        "Ask the author.",
        expect![[r#"
        deb libx1 has license SEE LICENSE IN copyright
    "#]],
    );
    check("usr/share/doc/libx1/examples/copyright", "see /usr/share/common-licenses/GPL-3", expect![[""]]);
}

#[test]
fn chiselled_images_have_a_manifest() {
    let text = "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":5}\n\
                {\"kind\":\"content\",\"slice\":\"libc6_libs\",\"path\":\"/lib/x86_64-linux-gnu/libc.so.6\"}\n\
                {\"kind\":\"package\",\"name\":\"libc6\",\"version\":\"2.39-0ubuntu8.3\",\"sha256\":\"0\",\"arch\":\"amd64\"}\n\
                {\"kind\":\"path\",\"path\":\"/lib/x86_64-linux-gnu/libc.so.6\",\"mode\":\"0755\",\"slices\":[\"libc6_libs\"]}\n\
                {\"kind\":\"slice\",\"name\":\"libc6_libs\"}\n";
    let compressed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    check(
        CHISEL_MANIFEST,
        &compressed,
        expect![[r#"
            deb libc6 2.39-0ubuntu8.3 amd64
            owns 1 files
            gap var/lib/chisel/manifest.wall: it does not name source packages, so that advisories which name only those may be missed
        "#]],
    );
    ecosystem_check::check_survives(&Dpkg, CHISEL_MANIFEST, &compressed);
    let future = zstd::encode_all("{\"jsonwall\":\"1.0\",\"schema\":\"2.0\"}\n".as_bytes(), 3).unwrap();
    check(
        CHISEL_MANIFEST,
        future,
        expect![[r#"
        gap var/lib/chisel/manifest.wall: it is no valid manifest of a chiselled image: its schema is not 1.x
    "#]],
    );
}

#[test]
fn a_real_minimal_debian_has_its_packages() {
    let Some(files) = test_support::test_files("images/debian/debian12-minbase-nosec.slim.tar.zst") else { return };
    let found = ecosystem_check::read_all(&Dpkg, &files);
    assert_eq!(found.gaps, []);
    assert_eq!(found.packages.len(), 96);
    let dash = found.packages.iter().find(|package| package.name == "dash").unwrap();
    assert_eq!(dash.version, "0.5.12-2");
    let tar = found.packages.iter().find(|package| package.name == "libgcc-s1").unwrap();
    assert_eq!(tar.source.as_ref().unwrap().name, "gcc-12");
    assert!(tar.dependencies.iter().any(|&place| found.packages[place as usize].name == "libc6"));
    assert!(ecosystem_check::owns(&found, "usr/bin/dash"));
    assert!(found.licenses.len() > 60, "{}", found.licenses.len());
}
