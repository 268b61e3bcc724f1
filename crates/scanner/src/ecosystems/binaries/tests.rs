use std::io::Write;

use oci::tar_entries;
use test_support::TarWriter;

use super::Binaries;
use crate::ecosystem_check::{listing, read, try_read};
use crate::found::Found;

const LIST_BEGIN: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const LIST_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";

/// One loaded part of a synthetic program: flags (1 executable, 2 writable), content. Part n begins at n × 64 KiB of the
/// file and at 4 MiB + n × 64 KiB of the memory.
type Part<'a> = (u32, &'a [u8]);

const PART_BYTES: usize = 64 << 10;
const ADDRESS: u64 = 4 << 20;

/// A 64-bit ELF program of these parts, with `unloaded` behind them and its section headers at the end.
fn elf(has_go_note: bool, parts: &[Part<'_>], unloaded: &[u8]) -> Vec<u8> {
    let mut file = vec![0; PART_BYTES * (parts.len() + 1)];
    let sections_at = (file.len() + unloaded.len()) as u64;
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16] = 2;
    file[32..40].copy_from_slice(&64_u64.to_le_bytes());
    file[40..48].copy_from_slice(&sections_at.to_le_bytes());
    file[54..56].copy_from_slice(&56_u16.to_le_bytes());
    file[56..58].copy_from_slice(&(parts.len() as u16 + 1).to_le_bytes());
    file[58..60].copy_from_slice(&64_u16.to_le_bytes());
    file[60..62].copy_from_slice(&1_u16.to_le_bytes());
    let header = |kind: u32, flags: u32, offset: usize, bytes: usize| {
        let numbers = [offset as u64, ADDRESS + offset as u64, 0, bytes as u64, bytes as u64, 16].map(u64::to_le_bytes);
        [kind.to_le_bytes().as_slice(), &flags.to_le_bytes(), &numbers.concat()].concat()
    };
    let mut headers = if has_go_note { header(4, 4, 2048, 100) } else { header(6, 4, 64, 56) };
    file[2048..2064].copy_from_slice(b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0");
    for (place, (flags, content)) in parts.iter().enumerate() {
        let offset = PART_BYTES * (place + 1);
        headers.extend(header(1, flags | 4, offset, PART_BYTES));
        file[offset..offset + content.len()].copy_from_slice(content);
    }
    file[64..64 + headers.len()].copy_from_slice(&headers);
    file.extend_from_slice(unloaded);
    file.extend_from_slice(&[0; 64]);
    file
}

/// Writes 32-bit numbers at these places of a file.
fn put(file: &mut [u8], numbers: &[(usize, u32)]) {
    for (at, number) in numbers {
        file[*at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
}

/// A 64-bit PE program with this data in a section that is writable.
fn pe(data: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 2 * PART_BYTES];
    file[..2].copy_from_slice(b"MZ");
    file[0x80..0x84].copy_from_slice(b"PE\0\0");
    let part = PART_BYTES as u32;
    // Where its headers are, one section, 240 bytes of optional header, which says that it is of 64 bits.
    put(&mut file, &[(0x3c, 0x80), (0x86, 1), (0x94, 240), (0x98, 0x20b)]);
    let section = 0x98 + 240;
    file[section..section + 5].copy_from_slice(b".data");
    put(&mut file, &[(section + 8, part), (section + 12, 4096), (section + 16, part), (section + 20, part)]);
    put(&mut file, &[(section + 36, 0xc000_0040)]);
    file[PART_BYTES..PART_BYTES + data.len()].copy_from_slice(data);
    file
}

/// A 64-bit Mach-O program with this data in a segment that is writable.
fn mach_o(data: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 2 * PART_BYTES];
    let part = PART_BYTES as u32;
    // A program of one command, of 72 bytes: a segment with its address, length, place in the file, length there and
    // protection.
    put(&mut file, &[(0, 0xfeed_facf), (12, 2), (16, 1), (32, 0x19), (36, 72)]);
    put(&mut file, &[(56, ADDRESS as u32), (64, part), (72, part), (80, part), (92, 3)]);
    file[PART_BYTES..PART_BYTES + data.len()].copy_from_slice(data);
    file
}

/// A universal file of one program.
fn universal(program: &[u8]) -> Vec<u8> {
    let mut file = [0xcafe_babe, 1, 0x0100_0007, 3, 4096, program.len() as u32, 12].map(u32::to_be_bytes).concat();
    file.resize(4096, 0);
    file.extend_from_slice(program);
    file
}

/// The same with numbers of 64 bits.
fn universal_64(program: &[u8]) -> Vec<u8> {
    let length = program.len() as u32;
    let mut file = [0xcafe_babf, 1, 0x0100_0007, 3, 0, 4096, 0, length, 12, 0].map(u32::to_be_bytes).concat();
    file.resize(4096, 0);
    file.extend_from_slice(program);
    file
}

fn counted(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut length = text.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(text);
    bytes
}

fn inline_header(version: &str, list: &str) -> Vec<u8> {
    let list = [LIST_BEGIN, list.as_bytes(), LIST_END].concat();
    [b"\xff Go buildinf:\x08\x02".as_slice(), &[0; 16], &counted(version.as_bytes()), &counted(&list)].concat()
}

fn list_of(modules: usize) -> String {
    let mut list = "path\ta/b\nmod\ta/b\tv1.0.0\t\n".to_owned();
    for module in 0..modules {
        list.push_str(&format!(
            "dep\texample.com/m{module}\tv1.0.{module}\th1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        ));
    }
    list
}

#[test]
fn inline_build_information_is_read_wherever_it_lies_in_the_data() {
    let header = inline_header("go1.22.3", &list_of(2));
    let expected =
        "golang stdlib 1.22.3\ngolang a/b v1.0.0\ngolang example.com/m0 v1.0.0\ngolang example.com/m1 v1.0.1";
    for shift in [0, 16, 4096, 60_000 & !15] {
        // A text with the magic that is on no boundary of 16 is none.
        let data = [vec![1; shift], header.clone()].concat();
        for has_go_note in [true, false] {
            let file = elf(has_go_note, &[(1, b"code"), (0, b"\xff Go buildinf:"), (2, &data)], b"");
            assert_eq!(listing(&read(&Binaries, "bin/app", &file)), expected, "{shift}");
        }
    }
    let unaligned = elf(true, &[(2, &[vec![1; 8], header].concat())], b"");
    assert!(read(&Binaries, "bin/app", &unaligned).gaps[0].reason.contains("without build information"));
}

#[test]
fn a_go_program_of_a_toolchain_that_is_no_release_is_a_gap() {
    for (toolchain, library) in [
        ("devel +a1b2c3d4e5 Tue Jan 1 00:00:00 2019 +0000", None),
        ("   ", None),
        ("go1.2.3.", None),
        ("devel go1.22-a1b2c3d4e5 Mon Jan 1", Some("stdlib 1.22")),
    ] {
        let gap = "no the version of Go's standard library is not told, so that its vulnerabilities are not found";
        let modules = ["a/b v1.0.0", "example.com/m0 v1.0.0"].into_iter();
        let gap = library.is_none().then_some(gap);
        let expected: Vec<&str> = library.into_iter().chain(modules).chain(gap).collect();
        let file = elf(true, &[(1, b"code"), (2, &inline_header(toolchain, &list_of(1)))], b"");
        assert_eq!(told(&file), expected.join(", "), "{toolchain}");
    }
}

#[test]
fn pointers_of_older_programs_lead_to_their_strings() {
    let list = [LIST_BEGIN, list_of(1).as_bytes(), LIST_END].concat();
    let read_only = [b"xgo1.9go1.17.5go1.4".as_slice(), &list].concat();
    let data_address = ADDRESS + 3 * PART_BYTES as u64;
    let string = [ADDRESS + 2 * PART_BYTES as u64 + 6, 8].map(u64::to_le_bytes).concat();
    let pointers = [data_address + 64, data_address + 128].map(u64::to_le_bytes).concat();
    let data = [b"\xff Go buildinf:\x08\0".as_slice(), &pointers, &[0; 32], &string].concat();
    let file = elf(true, &[(1, b"code"), (0, &read_only), (2, &data)], b"");
    let expected = "golang stdlib 1.17.5\ngolang a/b v1.0.0\ngolang example.com/m0 v1.0.0";
    assert_eq!(listing(&read(&Binaries, "bin/app", &file)), expected);
}

fn deflated(json: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(json).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn lists_of_crates_lie_behind_the_loaded_segments() {
    let json = br#"{"packages":[{"name":"serde","version":"1.0.1","source":"crates.io"}]}"#;
    let decoy = deflated(b"something else");
    let stripped = [b"GCC: 12\0".as_slice(), &decoy, &deflated(json)].concat();
    let far = [b"rustc version 1.95.0\0".as_slice(), &vec![0x78; 400_000], &decoy, &deflated(json)].concat();
    let unnamed = [vec![0x78; 400_000], deflated(json)].concat();
    for (unloaded, expected) in
        [(stripped, "cargo serde 1.0.1 indirect"), (far, "cargo serde 1.0.1 indirect"), (unnamed, "")]
    {
        let file = elf(false, &[(1, b"code"), (2, b"data")], &unloaded);
        assert_eq!(listing(&read(&Binaries, "bin/app", &file)), expected);
    }
    let damaged = &deflated(&[json.as_slice(), &[b' '; 500]].concat())[..40];
    let file = elf(false, &[(1, b"code")], damaged);
    assert!(read(&Binaries, "bin/app", &file).gaps[0].reason.contains("damaged"));
}

#[test]
fn a_bomb_in_the_list_of_crates_is_a_gap() {
    let bomb = deflated(&[b"{\"packages\"".as_slice(), &vec![b' '; 64 << 20]].concat());
    let file = elf(false, &[(1, b"code")], &bomb);
    assert!(read(&Binaries, "bin/app", &file).gaps[0].reason.contains("longer than 8 MiB"));
}

#[test]
fn packed_programs_are_a_gap() {
    let mut file = elf(false, &[(1, b"code")], b"");
    file[300..304].copy_from_slice(b"UPX!");
    assert!(read(&Binaries, "bin/app", &file).gaps[0].reason.contains("UPX"));
}

/// What a layer with this one file says of it.
fn in_layer(path: &str, mode: u32, file: &[u8]) -> String {
    let archive = TarWriter::new().file(path, mode, file).finish();
    let read = crate::layer_index::index_entries(&mut *tar_entries(archive.as_slice(), "layer"), None).unwrap();
    assert_eq!(read.index.gaps, []);
    read.index.files.get(path).map(listing).unwrap_or_default()
}

#[test]
fn programs_of_any_name_and_mode_are_read() {
    let program = elf(true, &[(2, &inline_header("go1.22.3", &list_of(1)))], b"");
    let expected = "golang stdlib 1.22.3\ngolang a/b v1.0.0\ngolang example.com/m0 v1.0.0";
    for (path, mode) in [("opt/app", 0o755), ("opt/app", 0o644), ("srv/model.dat", 0o600), ("srv/app.tar.gz", 0o444)] {
        assert_eq!(in_layer(path, mode, &program), expected, "{path} {mode:o}");
    }
    let crates = deflated(br#"{"packages":[{"name":"serde","version":"1.0.1","source":"crates.io"}]}"#);
    let program = elf(false, &[(1, b"code"), (2, b"data")], &crates);
    assert_eq!(in_layer("srv/app", 0o644, &program), "cargo serde 1.0.1 indirect");
    // What begins otherwise, or goes on otherwise, is none.
    let class = [b"\xca\xfe\xba\xbe\0\0\0\x41".as_slice(), &program[8..]].concat();
    for other in [[b"MZ".as_slice(), &program[2..]].concat(), [b"EFL".as_slice(), &program[3..]].concat(), class] {
        assert_eq!(in_layer("srv/app", 0o644, &other), "");
    }
}

#[test]
fn programs_of_other_systems_are_read_whatever_they_are_called() {
    let header = inline_header("go1.22.3", &list_of(1));
    let expected = "golang stdlib 1.22.3\ngolang a/b v1.0.0\ngolang example.com/m0 v1.0.0";
    for (name, program) in [
        ("tool-windows-amd64", pe(&header)),
        ("tool_darwin_arm64", mach_o(&header)),
        ("tool_darwin_all.bin", universal(&mach_o(&header))),
        ("tool_darwin_all64.bin", universal_64(&mach_o(&header))),
    ] {
        for mode in [0o755, 0o644] {
            assert_eq!(in_layer(&format!("downloads/{name}"), mode, &program), expected, "{name} {mode:o}");
        }
        // A smaller one is looked at where its name or mode says that it is one.
        let small = &program[..program.len() - 64];
        for ending in ["exe", "EXE", "Dll", "dylib"] {
            assert_eq!(in_layer(&format!("downloads/{name}.{ending}"), 0o644, small), expected, "{name}.{ending}");
        }
    }
}

/// What is told of a program: its packages, then what a gap says that the file ends before.
fn told(file: &[u8]) -> String {
    let Found { packages, gaps, .. } = read(&Binaries, "bin/app", file);
    let packages = packages.iter().map(|package| format!("{} {}", package.name, package.version));
    let gaps = gaps.iter().map(|gap| {
        let cut = gap.reason.strip_prefix("it is cut off: the file ends before its ");
        let what = cut.and_then(|cut| cut.strip_suffix(" do; its packages may be missing"));
        format!("no {}", what.unwrap_or(&gap.reason))
    });
    packages.chain(gaps).collect::<Vec<_>>().join(", ")
}

/// An ELF program whose section headers are at this place, if it has any.
fn with_sections_at(mut file: Vec<u8>, place: Option<u64>) -> Vec<u8> {
    file[40..48].copy_from_slice(&place.unwrap_or(0).to_le_bytes());
    file[60..62].copy_from_slice(&u16::from(place.is_some()).to_le_bytes());
    file
}

#[test]
fn a_go_program_that_is_cut_off_is_a_gap_unless_its_modules_are_there() {
    let header = inline_header("go1.22.3", &list_of(1));
    let modules = "stdlib 1.22.3, a/b v1.0.0, example.com/m0 v1.0.0";
    for has_go_note in [true, false] {
        let file = elf(has_go_note, &[(1, b"code"), (2, &header)], &[0; 5000]);
        // In front, at the end, and before the first byte of its build information.
        for end in [PART_BYTES + 100, 2 * PART_BYTES, 2 * PART_BYTES + header.len() - 1] {
            assert_eq!(told(&file[..end]), "no section headers", "{end}");
            // Go's own linker puts them in front.
            assert_eq!(told(&with_sections_at(file.clone(), Some(512))[..end]), "no segments", "{end}");
        }
        for end in [2 * PART_BYTES + header.len(), 3 * PART_BYTES, file.len() - 64, file.len()] {
            assert_eq!(told(&file[..end]), modules, "{end}");
        }
        assert_eq!(told(&file[..100]), "no headers");
    }
    // Older ones have the list in the read-only data, and behind it what leads to their version.
    let list = [LIST_BEGIN, list_of(1).as_bytes(), LIST_END].concat();
    let file = elf(true, &[(1, b"code"), (0, &list), (2, b"data")], b"");
    assert_eq!(told(&file[..2 * PART_BYTES + list.len() - 1]), "no section headers");
    assert_eq!(told(&file[..3 * PART_BYTES]), "a/b v1.0.0, example.com/m0 v1.0.0, no section headers");
}

#[test]
fn a_rust_program_that_is_cut_off_is_a_gap_unless_its_list_is_there() {
    let list = deflated(br#"{"packages":[{"name":"serde","version":"1.0.1","source":"crates.io"}]}"#);
    let file = elf(false, &[(1, b"code"), (2, b"data")], &[list.as_slice(), &[0; 500]].concat());
    let begin = 3 * PART_BYTES;
    for end in [PART_BYTES, begin, begin + 1, begin + list.len() / 2, begin + list.len() - 8] {
        assert_eq!(told(&file[..end]), "no section headers", "{end}");
    }
    for end in [begin + list.len(), file.len() - 1, file.len()] {
        assert_eq!(told(&file[..end]), "serde 1.0.1", "{end}");
    }
}

#[test]
fn programs_of_other_systems_that_are_cut_off_are_gaps() {
    let header = inline_header("go1.22.3", &list_of(1));
    let modules = "stdlib 1.22.3, a/b v1.0.0, example.com/m0 v1.0.0";
    let (windows, macos) = (pe(&header), mach_o(&header));
    for end in [PART_BYTES, PART_BYTES + header.len() - 1] {
        assert_eq!(told(&windows[..end]), "no sections");
        assert_eq!(told(&macos[..end]), "no segments");
        assert_eq!(told(&universal(&macos)[..4096 + end]), "no segments");
        assert_eq!(told(&universal_64(&macos)[..4096 + end]), "no segments");
    }
    assert_eq!((told(&windows[..0x100]), told(&macos[..60])), ("no headers".to_owned(), "no headers".to_owned()));
    let behind = PART_BYTES + header.len();
    assert_eq!((told(&windows[..behind]), told(&macos[..behind])), (modules.to_owned(), modules.to_owned()));
}

#[test]
fn what_is_kept_of_a_go_program_for_debuggers_is_no_gap() {
    let program = elf(true, &[(1, b"code"), (2, b"data")], b"");
    let gap = "no it is a Go program without build information (built before Go 1.13, or stripped of it)";
    assert_eq!(told(&program), gap);
    // The parts of the program are none of the file's: the data has no bytes in it, or ends behind it.
    let mut emptied = program.clone();
    // The bytes in the file of the third of the program headers, each of 56 bytes.
    emptied[64 + 2 * 56 + 32..64 + 2 * 56 + 40].fill(0);
    assert_eq!(told(&emptied), "");
    assert_eq!(told(&with_sections_at(program, Some(4096))[..4096 + 64]), "");
}

#[test]
fn whole_programs_without_packages_are_no_gap() {
    let file = elf(false, &[(1, b"code"), (2, b"data")], b"comments");
    assert_eq!(told(&file), "");
    // Stripped of its section headers too.
    assert_eq!(told(&with_sections_at(file.clone(), None)[..3 * PART_BYTES]), "");
    // What debuggers want of a program, which has its segments elsewhere.
    assert_eq!(told(&with_sections_at(file.clone(), Some(4096))[..4096 + 64]), "");
    assert_eq!(told(&with_sections_at(file, Some(4096))[..4096 + 63]), "no section headers");
    for other in [pe(b""), mach_o(b""), universal(&mach_o(b""))] {
        assert_eq!(told(&other), "");
    }
    // The last section need not be padded.
    let mut padded = pe(b"");
    put(&mut padded, &[(0x98 + 240 + 8, 100)]);
    assert_eq!(told(&padded[..PART_BYTES + 100]), "");
    assert_eq!(told(&padded[..PART_BYTES + 99]), "no sections");
    let mut symbols = mach_o(b"");
    put(&mut symbols, &[(12, 10)]);
    assert_eq!(told(&symbols[..PART_BYTES]), "");
    // Programs of DOS.
    for place in [0, 64, 4000, u32::MAX] {
        let mut dos = vec![0; 300];
        dos[..2].copy_from_slice(b"MZ");
        put(&mut dos, &[(0x3c, place)]);
        assert_eq!(told(&dos), "", "{place}");
    }
}

#[test]
fn damaged_headers_never_panic() {
    let whole = elf(true, &[(1, b"code"), (2, &inline_header("go1.22.3", &list_of(3)))], b"tail");
    for end in (0..300).chain((300..whole.len()).step_by(997)) {
        let _ = try_read(&Binaries, "bin/app", &whole[..end]);
    }
    for place in 0..400 {
        for value in [0, 0x7f, 0xff] {
            let mut file = whole.clone();
            file[place] = value;
            let _ = try_read(&Binaries, "bin/app", &file);
            for magic in [b"MZ\0\0", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf", b"\xfe\xed\xfa\xce"]
            {
                file[..4].copy_from_slice(magic);
                file.truncate(70_000);
                let _ = try_read(&Binaries, "bin/app", &file);
            }
        }
    }
}

/// A program of one read-only part with this text, under this name.
fn check(name: &str, text: &[u8], expected: &str) {
    let Found { packages, .. } = read(&Binaries, &format!("usr/local/bin/{name}"), &elf(false, &[(0, text)], b""));
    let found: Vec<String> = packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
    assert_eq!(found.join(", "), expected, "{name}");
}

#[test]
fn well_known_programs_tell_their_version() {
    for (name, text, expected) in [
        ("httpd", "Apache/\0Apache/2.4\0Apache/2.4.58 (Unix)\0", "apache-httpd 2.4.58"),
        ("bash", "@(#)Bash version 5.2.15(1) release GNU\0", "bash 5.2.15"),
        ("named", "BIND 9 is\0named version: BIND 9.18.49-1 <>\0", "bind 9.18.49"),
        ("busybox", "BusyBox v1.36.1 (2023-11-07 18:53:09 UTC)\0", "busybox 1.36.1"),
        ("curl", "curl/%s\0curl/8.5.0\0", "curl 8.5.0"),
        ("dnsmasq", "dnsmasq-2.90\0", "dnsmasq 2.90"),
        ("dovecot", "Dovecot v2.3.19.1 (9b53102964) starting up\0", "dovecot 2.3.19.1"),
        ("dropbear", "SSH-2.0-dropbear_2022.83\0", "dropbear 2022.83"),
        ("ffmpeg", "FFmpeg version n6.1.1\0", "ffmpeg 6.1.1"),
        ("libavutil.so.57.28.100", "FFmpeg version 5.1.9-0+deb12u1\0", "ffmpeg 5.1.9"),
        ("git", "/usr/share/git/\0git/2.39.5\0", "git 2.39.5"),
        ("haproxy", "HAProxy version \0 version 2.9.1-f72603c, released 2023/12/15\0", "haproxy 2.9.1"),
        ("magick", "ImageMagick 7.1.1-21 Q16\0", "imagemagick 7.1.1"),
        ("libcurl.so.4.8.0", "libcurl/7.88.1\0", "libcurl 7.88.1"),
        ("liblzma.so.5.6.1", "5.6.1\0XZ 1.2.3\0", "liblzma 5.6.1"),
        ("lighttpd", "lighttpd/1.4.69 (ssl)\0", "lighttpd 1.4.69"),
        ("lua5.4", "Lua 5.4\0Lua 5.4.4  Copyright (C)\0", "lua 5.4.4"),
        ("mariadbd", "10.11.19-MariaDB\0MariaDB 10.11.19\0", "mariadb 10.11.19"),
        ("memcached", "memcached 1.6.18\0", "memcached 1.6.18"),
        ("mysqld", "/export/home/pb2/build/mysql-8.0.36/sql/mysqld.cc\0", "mysql 8.0.36"),
        ("nginx", "nginx version: nginx/1.25.3\0", "nginx 1.25.3"),
        ("nginx", "nginx version: openresty/1.25.3.1\0", "openresty 1.25.3.1"),
        ("node", "node.js/v20.11.1\0", "node 20.11.1"),
        ("node20", "node.js/v20.11.1\0", "node 20.11.1"),
        ("node-v18.19.0-linux-x64", "node.js/v18.19.0\0", "node 18.19.0"),
        ("openssl-3.0", "OpenSSL 3.0.2 15 Mar 2022\0", "openssl 3.0.2"),
        ("redis-server7", "7.2.4\x007.2.4buildkitsandbox-1704786820000000000\0", "redis 7.2.4"),
        ("libcrypto.so.1.1", "OpenSSL 1.1.1w  11 Sep 2023\0", "openssl 1.1.1w"),
        ("openssl", "OpenSSL \0OpenSSL 3.2.0-beta1 26 Oct 2023\0", "openssl 3.2.0-beta1"),
        ("openvpn", "OpenVPN 2.6.14 x86_64\0", "openvpn 2.6.14"),
        ("perl5.36.0", "v5.10\0v5.36.0\0", "perl 5.36.0"),
        ("php8.2", "X-Powered-By: PHP/8.2.14\0", "php 8.2.14"),
        ("postgres", "postgres (PostgreSQL) 16.1\0", "postgresql 16.1"),
        ("proftpd", "ProFTPD 1.3.8 standalone\0", "proftpd 1.3.8"),
        ("python3.11", "/usr/local/3.11\0Python-3.11.7\0", "python 3.11.7"),
        ("libpython3.13t.so.1.0", "3.13.0rc1\0", "python 3.13.0rc1"),
        ("redis-server", "7.0.15\x00127.0.0.1\x007.2.4\x007.2.4buildkitsandbox-1704786820000000000\0", "redis 7.2.4"),
        ("redis-check-rdb", "7.0.15\0A7.0.151790282056000000000\0", "redis 7.0.15"),
        ("ruby", "ruby 3.1.7p261 (2025-03-26 revision 0a3704f218)\0", "ruby 3.1.7"),
        ("libsqlite3.so.0.8.6", "3.40.1\0", "sqlite 3.40.1"),
        ("squid", "squid/5.7\0", "squid 5.7"),
        ("stunnel", "stunnel 5.68 on x86_64\0", "stunnel 5.68"),
        ("tor", " (on Tor 0.4.9.11 )\0", "tor 0.4.9.11"),
        ("unbound", "unbound 1.17.1\0", "unbound 1.17.1"),
        ("valkey-server", "7.2.5\x007.2.5sandbox-01-1704786820000000000\0", "valkey 7.2.5"),
        ("varnishd", "varnish-7.1.1 revision 7cee1c58\0", "varnish 7.1.1"),
        ("vsftpd", "(vsFTPd 3.0.3)\0", "vsftpd 3.0.3"),
        ("libz.so.1.3.1", " deflate 1.3.1 Copyright 1995-2024\0", "zlib 1.3.1"),
    ] {
        check(name, text.as_bytes(), expected);
    }
}

#[test]
fn pre_releases_are_written_as_the_program_writes_them() {
    for (name, text, expected) in [
        ("php", "X-Powered-By: PHP/8.4.0RC3\0", "php 8.4.0RC3"),
        ("php-fpm", "X-Powered-By: PHP/8.5.0beta1\0", "php 8.5.0beta1"),
        ("postgres", "postgres (PostgreSQL) 17beta1\0", "postgresql 17beta1"),
        ("postgres", "postgres (PostgreSQL) 17rc1 (Debian 17~rc1-1)\0", "postgresql 17rc1"),
        ("postgres", "postgres (PostgreSQL) 9.6beta2\0", "postgresql 9.6beta2"),
        ("postgres", "postgres (PostgreSQL) 17\0", ""),
        ("ruby", "ruby 3.4.0preview1 (2024-05-16 master 9d69619623) [x86_64-linux]\0", "ruby 3.4.0preview1"),
        ("ruby", "ruby 3.3.0rc1 (2023-12-11 master a49643340e) [x86_64-linux]\0", "ruby 3.3.0rc1"),
        ("python3.13", "3.13.0a5+\0", "python 3.13.0a5+"),
        ("libpython3.12.so.1.0", "3.12.1+\0", "python 3.12.1+"),
        ("python3.12", "3.12.1+x\0", ""),
        ("openssl", "OpenSSL 1.1.1-pre9 (beta) 21 Aug 2018\0", "openssl 1.1.1-pre9"),
        ("haproxy", " version 3.1-dev2-1234abc, released 2024/06/29\0", "haproxy 3.1-dev2"),
        // A snapshot has no version.
        ("ffmpeg", "FFmpeg version N-100000-gabcdef1234\0", ""),
        // Where more than one number is asked for, a stage is none.
        ("lua", "Lua 5rc1  Copyright (C)\0", ""),
    ] {
        check(name, text.as_bytes(), expected);
    }
}

#[test]
fn stages_without_a_number_are_pre_releases_too() {
    for (name, text, expected) in [
        ("php", "X-Powered-By: PHP/8.3.0-dev\0", "php 8.3.0-dev"),
        ("php", "X-Powered-By: PHP/8.4.0RC\0", "php 8.4.0RC"),
        ("php", "X-Powered-By: PHP/8.4.0RC2-dev\0", "php 8.4.0RC2-dev"),
        ("postgres", "postgres (PostgreSQL) 18devel\0", "postgresql 18devel"),
        ("ruby", "ruby 3.4.0dev (2024-05-16 master 9d69619623) [x86_64-linux]\0", "ruby 3.4.0dev"),
        ("curl", "curl/8.9.0-DEV\0", "curl 8.9.0-DEV"),
        ("node", "node.js/v22.0.0-pre\0", "node 22.0.0-pre"),
        ("httpd", "Apache/2.5.1-dev (Unix)\0", "apache-httpd 2.5.1-dev"),
        ("openssl", "OpenSSL 3.2.0-alpha3-dev \0", "openssl 3.2.0-alpha3-dev"),
        ("libcrypto.so.1.1", "OpenSSL 1.1.1x-dev  xx XXX xxxx\0", "openssl 1.1.1x-dev"),
        ("tor", " (on Tor 0.4.9.1-alpha )\0", "tor 0.4.9.1-alpha"),
        ("ffmpeg", "FFmpeg version n7.1-dev-1234-gabcdef1234\0", "ffmpeg 7.1-dev"),
        ("mysqld", "/export/home/pb2/build/mysql-8.0.4-rc/sql/mysqld.cc\0", "mysql 8.0.4-rc"),
        ("liblzma.so.5.5.2", "5.5.2beta\0", "liblzma 5.5.2beta"),
        // Git writes points for the hyphens of its tags.
        ("git", "git/2.45.0.rc1\0", "git 2.45.0.rc1"),
        // What a builder adds is no stage.
        ("php", "X-Powered-By: PHP/8.2.20-devuan1\0", "php 8.2.20"),
        ("php", "X-Powered-By: PHP/8.2.20developer\0", ""),
    ] {
        check(name, text.as_bytes(), expected);
    }
}

#[test]
fn programs_that_say_nothing_clear_are_no_package() {
    check("nginx", b"nginx version: nginx/\0", "");
    check("python3.11", b"3.11.7\x003.11.8\0", "");
    check("libsqlite3.so.0", b"3.40.1\x0013.40.1\x003.9.9\0", "");
    check("grep", b"curl/8.5.0\0ruby 3.1.7p261 (2025-03-26 revision 0a3704f218)\0", "");
    check("redis-server", b"7.2.4\x00127.0.0.1\0", "");
    check("node_exporter", b"node_exporter, version 1.7.0\0", "");
}

#[test]
fn a_mark_of_its_own_tells_a_program_of_any_name() {
    check("renamed-runtime", b"node.js/v20.11.1\0", "node 20.11.1");
    check("proxy", b"nginx version: nginx/1.25.3\0", "nginx 1.25.3");
    check("rescue", b"BusyBox v1.36.1 (2023-11-07 18:53:09 UTC)\0", "busybox 1.36.1");
    // One that knows several says nothing of its own, and libraries hold what their users are asked about.
    check("prober", b"nginx version: nginx/1.25.3\0nginx version: nginx/1.24.0\0", "");
    check("libsignatures.so.1", b"node.js/v20.11.1\0", "");
    check("signatures.dll", b"node.js/v20.11.1\0", "");
}

#[test]
fn a_program_under_the_name_of_another_is_told_by_its_mark() {
    let busybox = b"BusyBox v1.31.1 (2020-01-01 00:00:00 UTC)\0";
    for name in ["httpd", "bash", "openssl-wrapper", "python3.11", "redis-server"] {
        check(name, busybox, "busybox 1.31.1");
    }
    check("nodejs-nginx", b"nginx version: nginx/1.18.0\0", "nginx 1.18.0");
    // What the name says counts where the content says so too, wherever the marks of others stand.
    check("bash", b"BusyBox v1.31.1 (x)\0Bash version 5.2.15(1) release GNU\0", "bash 5.2.15");
    check("bash", b"Bash version 5.2.15(1) release GNU\0BusyBox v1.31.1 (x)\0", "bash 5.2.15");
    check("python3.11", b"BusyBox v1.31.1 (x)\x003.11.7\0", "python 3.11.7");
    check("libcurl.so.4", busybox, "");
}

#[test]
fn a_file_with_the_marks_of_several_programs_is_none_of_them() {
    check("one", b"nginx version: nginx/1.18.0\0BusyBox v1.30.0 (x)\0", "");
    check("httpd", b"nginx version: nginx/1.18.0\0BusyBox v1.30.0 (x)\0", "");
    check("one", b"nginx version: nginx/1.18.0\0nginx version: nginx/1.19.0\0BusyBox v1.30.0 (x)\0", "");
    check("one", b"nginx version: openresty/1.21.4.1\0", "openresty 1.21.4.1");
    // FFmpeg has two marks.
    check("one", b"FFmpeg version n6.1.1\0FFmpeg version 6.1.1\0", "ffmpeg 6.1.1");
    check("one", b"FFmpeg version n6.1.1\0FFmpeg version 5.1.9-0+deb12u1\0", "");
}

#[test]
fn a_mark_at_the_edge_of_a_window_is_seen() {
    for shift in (0..700).step_by(7) {
        let mut text = vec![b'.'; 64 << 10];
        let at = text.len() - 800 + shift;
        text[at..at + 28].copy_from_slice(b"nginx version: nginx/1.25.3\0");
        check("nginx", &text, "nginx 1.25.3");
    }
}
