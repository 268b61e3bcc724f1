use expect_test::{Expect, expect};

use super::*;
use crate::ecosystem_check;

/// Reads several files, each on its own, and compares what each says.
fn check(files: &[(&str, &str)], expected: Expect) {
    let text: String = files
        .iter()
        .map(|(path, text)| {
            let found = ecosystem_check::read_with_gaps(&Release, path, text.as_bytes());
            let gaps: String = found.gaps.iter().map(|gap| format!("gap {}\n", gap.reason)).collect();
            let Some(FoundRelease { rank, distribution: d }) = found.release.map(|release| *release) else {
                return gaps;
            };
            let mut line = format!("{rank} {} {:?} {:?}", d.id, d.version, d.name);
            for (word, value) in [("codename", d.codename), ("cpe", d.cpe), ("until", d.end_of_life)] {
                line += &value.map(|value| format!(" {word} {value}")).unwrap_or_default();
            }
            if !d.id_like.is_empty() {
                line += &format!(" like {}", d.id_like.join(" "));
            }
            line + "\n" + &gaps
        })
        .collect();
    expected.assert_eq(&text);
}

#[test]
fn os_release_is_read_as_the_shell_would() {
    check(
        &[
            (
                "usr/lib/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
                 VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
            ),
            (
                "etc/os-release",
                "NAME='Rocky Linux'\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.0\"\n\
             PRETTY_NAME=\"Rocky \\\"Linux\\\" 9.0\"\nCPE_NAME=\"cpe:/o:rocky:rocky:9::baseos\"\n# ID=no\n",
            ),
            ("etc/os-release", "NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\""),
            (
                "etc/os-release",
                "NAME=\"CentOS Stream\"\nVERSION=\"9\"\nID=\"centos\"\nVERSION_ID=\"9\"\nPRETTY_NAME=\"CentOS Stream 9\"",
            ),
            ("etc/os-release", "ID=\"sles\"\nVERSION_ID=\"15.4\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP4\""),
            ("etc/os-release", "ID=amzn\nVERSION_ID=\"2023\"\nNAME=\"Amazon Linux\""),
            ("etc/os-release", "ID=\"ol\"\nVERSION_ID=\"8.10\"\nPRETTY_NAME=\"Oracle Linux Server 8.10\""),
            (
                "etc/os-release",
                "ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nPRETTY_NAME=\"Ubuntu 22.04.3 LTS\"",
            ),
            ("etc/os-release", "ID=azurelinux\nVERSION_ID=\"3.0\"\nPRETTY_NAME=\"Microsoft Azure Linux 3.0\""),
            ("etc/os-release", "ID=photon\nVERSION_ID=4.0\nPRETTY_NAME=\"VMware Photon OS/Linux\""),
            ("etc/os-release", "ID=bottlerocket\nVERSION_ID=1.19.0"),
            ("etc/os-release", "NAME=\"Talos\"\nID=talos\nVERSION_ID=v1.6.0"),
            ("etc/os-release", "ID=echo\nID_LIKE=debian\nVERSION_ID=1"),
            ("etc/os-release", "NOTHING=here\n"),
            ("etc/os-release", ""),
        ],
        expect![[r#"
            1 debian "12" "Debian GNU/Linux 12 (bookworm)" codename bookworm until 2028-06-30
            0 rocky "9.0" "Rocky \"Linux\" 9.0" cpe cpe:/o:rocky:rocky:9::baseos until 2032-05-31 like rhel centos fedora
            0 centos "7" "CentOS Linux 7" until 2024-06-30
            0 centos "9" "CentOS Stream 9" until 2027-05-31
            0 sles "15.4" "SUSE Linux Enterprise Server 15 SP4" until 2023-12-31
            0 amzn "2023" "Amazon Linux 2023" until 2029-06-30
            0 ol "8.10" "Oracle Linux Server 8.10" until 2029-07-31
            0 ubuntu "22.04" "Ubuntu 22.04.3 LTS" codename jammy until 2027-04-01
            0 azurelinux "3.0" "Microsoft Azure Linux 3.0" until 2027-08-31
            0 photon "4.0" "VMware Photon OS/Linux" until 2027-10-11
            0 bottlerocket "1.19.0" "bottlerocket 1.19.0"
            0 talos "v1.6.0" "Talos v1.6.0"
            0 echo "1" "echo 1" like debian
            gap it does not say which distribution this is: it has neither ID nor NAME
        "#]],
    );
}

#[test]
fn rolling_and_unreleased_distributions_are_told_from_releases() {
    check(
        &[
            ("etc/os-release", "ID=wolfi\nNAME=\"Wolfi\"\nPRETTY_NAME=\"Wolfi\"\nVERSION_ID=\"20230201\""),
            (
                "etc/os-release",
                "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240101\"\nPRETTY_NAME=\"openSUSE Tumbleweed\"\n\
             CPE_NAME=\"cpe:/o:opensuse:tumbleweed:20240101\"",
            ),
            ("etc/os-release", "ID=alpine\nVERSION_ID=3.21.0_alpha20240807\nPRETTY_NAME=\"Alpine Linux edge\""),
            ("etc/alpine-release", "3.21.0_alpha20240807\n"),
            ("etc/alpine-release", "3.19.4\n"),
            ("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nVERSION_CODENAME=trixie"),
            ("etc/debian_version", "trixie/sid\n"),
            ("etc/debian_version", "12.15\n"),
            ("etc/debian_version", "3.1\n"),
        ],
        expect![[r#"
            0 wolfi "" "Wolfi"
            0 opensuse-tumbleweed "" "openSUSE Tumbleweed" cpe cpe:/o:opensuse:tumbleweed:20240101
            0 alpine "edge" "Alpine Linux edge"
            2 alpine "edge" "Alpine Linux 3.21.0_alpha20240807"
            2 alpine "3.19.4" "Alpine Linux 3.19.4" until 2025-11-01
            0 debian "13" "Debian GNU/Linux trixie/sid" codename trixie until 2030-06-30
            6 debian "13" "Debian GNU/Linux trixie/sid" codename trixie until 2030-06-30
            6 debian "12" "Debian GNU/Linux 12.15" until 2028-06-30
            6 debian "3.1" "Debian GNU/Linux 3.1" until 2008-03-31
        "#]],
    );
}

#[test]
fn release_files_are_trusted_by_their_words() {
    check(
        &[
            ("etc/redhat-release", "Red Hat Enterprise Linux release 8.10 (Ootpa)\n"),
            ("etc/redhat-release", "Rocky Linux release 9.0 (Blue Onyx)\n"),
            ("etc/centos-release", "CentOS Linux release 7.5.1804 (Core) \n"),
            ("etc/centos-release", "CentOS Stream release 8\n"),
            ("etc/redhat-release", "CentOS release 6.10 (Final)\n"),
            ("etc/oracle-release", "Oracle Linux Server release 6.10\n"),
            ("etc/almalinux-release", "AlmaLinux release 8.9 (Midnight Oncilla)\n"),
            ("etc/system-release", "Amazon Linux AMI release 2018.03\n"),
            ("etc/system-release", "Amazon Linux release 2 (Karoo)\n"),
            ("etc/fedora-release", "Fedora release 39 (Thirty Nine)\n"),
            ("etc/photon-release", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n"),
            ("etc/mariner-release", "CBL-Mariner 2.0.20220527\nMARINER_BUILD_NUMBER=1\n"),
            ("etc/SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"),
            ("etc/SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n"),
            (
                "etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION=\"Ubuntu 14.04.6 LTS\"\n",
            ),
            ("etc/redhat-release", "Own House Linux release V3.2\n"),
            ("etc/redhat-release", "\n"),
        ],
        expect![[r#"
            5 rhel "8.10" "Red Hat Enterprise Linux release 8.10 (Ootpa)" until 2029-05-31
            5 rocky "9.0" "Rocky Linux release 9.0 (Blue Onyx)" until 2032-05-31
            3 centos "7.5.1804" "CentOS Linux release 7.5.1804 (Core)" until 2024-06-30
            3 centos "8" "CentOS Stream release 8" until 2024-05-31
            5 centos "6.10" "CentOS release 6.10 (Final)" until 2020-11-30
            3 ol "6.10" "Oracle Linux Server release 6.10" until 2021-03-31
            3 almalinux "8.9" "AlmaLinux release 8.9 (Midnight Oncilla)" until 2029-03-01
            5 amzn "2018.03" "Amazon Linux AMI release 2018.03" until 2023-12-31
            5 amzn "2" "Amazon Linux release 2 (Karoo)" until 2026-06-30
            3 fedora "39" "Fedora release 39 (Thirty Nine)" until 2024-11-26
            3 photon "4.0" "VMware Photon OS 4.0" until 2027-10-11
            3 mariner "2.0" "CBL-Mariner 2.0.20220527" until 2025-07-31
            3 sles "11.4" "SUSE Linux Enterprise Server 11" until 2019-03-31
            3 opensuse "13.2" "openSUSE 13.2" codename Harlequin until 2017-01-17
            4 ubuntu "14.04" "Ubuntu 14.04.6 LTS" codename trusty until 2019-04-02
            5 own-house "3.2" "Own House Linux release V3.2"
        "#]],
    );
}

#[test]
fn damaged_files_are_survived() {
    for (path, text) in [
        ("etc/os-release", "ID=\"a\\b\"\nNAME='c'\nVERSION=\"9 (stretch)\"\nVERSION_ID=9\n"),
        ("etc/redhat-release", "CentOS Linux release 7.5.1804 (Core)\n"),
        ("etc/mariner-release", "CBL-Mariner 2.0.20220527\n"),
        ("etc/SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n"),
        ("etc/debian_version", "trixie/sid\n"),
        ("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n"),
        ("etc/alpine-release", "3.21.0_alpha20240807\n"),
    ] {
        ecosystem_check::check_survives(&Release, path, text.as_bytes());
    }
}

#[test]
fn real_images_say_what_they_are() {
    for (image, id, version) in [
        ("images/alpine/alpine-minirootfs-3.19.4-x86_64.tar.gz", "alpine", "3.19.4"),
        ("images/debian/debian12-minbase-sec.slim.tar.zst", "debian", "12"),
        ("images/rpm/ubi8-2019-05.rootfs.tar.gz", "rhel", "8.0"),
        ("images/rpm/centos7.rootfs.tar.gz", "centos", "7"),
    ] {
        let Some(files) = test_support::test_files(image) else { return };
        let release = ecosystem_check::read_all(&Release, &files).release.unwrap();
        assert_eq!((&*release.distribution.id, &*release.distribution.version), (id, version));
    }
}

#[test]
fn the_stream_of_openeuler_stands_in_the_brackets_of_its_version() {
    check(
        &[
            (
                "etc/os-release",
                "NAME=\"openEuler\"\nVERSION=\"22.03 (LTS-SP3)\"\nID=\"openEuler\"\nVERSION_ID=\"22.03\"\nPRETTY_NAME=\"openEuler 22.03 (LTS-SP3)\"\n",
            ),
            ("usr/lib/os-release", "NAME=\"openEuler\"\nVERSION=\"23.09\"\nID=\"openEuler\"\nVERSION_ID=\"23.09\"\n"),
            ("etc/openEuler-release", "openEuler release 24.03 (LTS)\n"),
        ],
        expect![[r#"
            0 openeuler "22.03" "openEuler 22.03 (LTS-SP3)" codename LTS-SP3
            1 openeuler "23.09" "openEuler 23.09"
            3 openeuler "24.03" "openEuler release 24.03 (LTS)"
        "#]],
    );
}
