//! Layers whose entries lie: names that lead out, links that lead round, whiteouts, sizes, characters.

use test_support::{Storage, TarWriter, TestImages, pax_record};

use crate::program::{Bench, image, image_of, image_of_layers};

const MUSL: &str = "P:musl\\nV:1.2.3-r0\\nA:x86_64\\n";

fn scan(text: &str) -> crate::program::Run {
    Bench::with("image.tar", &image(text)).scan("image.tar")
}

#[test]
fn names_that_lead_out_of_the_image_stay_inside() {
    // Each is the file of the image itself that its name leads to when the root is the highest folder there is.
    for path in ["../../../lib/apk/db/installed", "/lib/apk/db/installed", "a/../../lib/apk/db/./installed"] {
        let run = scan(&format!("layer ADD x\n  {path} = {MUSL}\n"));
        assert_eq!(run.packages(), ["musl"], "{path}");
        assert!(!run.stdout.contains(".."), "{path}: {}", run.stdout);
    }
}

#[test]
fn members_of_an_archive_that_lead_out_are_not_written() {
    // The archive is compressed, so it goes to a temporary file first: nothing may come to lie beside it.
    let mut tar = TarWriter::new();
    tar.file("../../../../../../tmp/bulkhead-was-here", 0o644, b"x").file("/etc/bulkhead-was-here", 0o644, b"x");
    tar.symbolic_link("out", "/tmp").file("out/bulkhead-was-here", 0o644, b"x");
    let mut bytes = tar.unfinished();
    bytes.extend(image("layer ADD x\n  a = b\n"));
    let bench = Bench::with("slip.tar.gz", &Storage::Gzip.store(&bytes));
    bench.scan("oci-archive:slip.tar.gz").report();
    for place in ["/tmp/bulkhead-was-here", "/etc/bulkhead-was-here"] {
        assert!(!std::path::Path::new(place).exists());
    }
}

#[test]
fn links_that_lead_round_or_out_are_harmless() {
    let run = scan(&format!(
        "layer ADD x\n  a -> b\n  b -> a\n  etc/os-release -> /proc/self/environ\n  lib/apk/db/installed = {MUSL}\n  \
         package-lock.json -> ../../../../../etc/passwd\n  d/d -> .\n"
    ));
    assert_eq!(run.packages(), ["musl"]);
    assert!(!run.stdout.contains("root:"));
}

#[test]
fn a_hard_link_to_nowhere_is_a_gap() {
    let run = scan(&format!("layer ADD x\n  app/package-lock.json => no/such\n  lib/apk/db/installed = {MUSL}\n"));
    run.has_gap("app/package-lock.json: it is a hard link to no/such, which neither the layer nor one below it has");
    assert_eq!(run.packages(), ["musl"]);
    // To itself, and round in a circle.
    let run = scan(
        "layer ADD x\n  Cargo.lock => Cargo.lock\n  a/Cargo.lock => b/Cargo.lock\n  b/Cargo.lock => a/Cargo.lock\n",
    );
    assert_eq!(run.gaps().len(), 3, "{:?}", run.gaps());
}

#[test]
fn whiteouts_hide_what_is_below_and_nothing_else() {
    let base = format!(
        "layer FROM x\n  lib/apk/db/installed = {MUSL}\n  app/Gemfile.lock = GEM\\n  specs:\\n    rack (1.0)\\n\n"
    );
    let seen = |upper: &str| scan(&format!("{base}layer RUN y\n{upper}")).packages();
    assert!(seen("  tmp/x = y\n").contains(&"musl".to_owned()));
    // A whiteout without a name, of itself, of the opaque mark, and of the root hide nothing.
    for odd in [
        "  lib/apk/db/.wh.\n",
        "  lib/apk/db/.wh..\n",
        "  lib/apk/db/.wh...\n",
        "  lib/apk/db/.wh..wh.installed\n",
        "  .wh..wh..wh..opq\n",
    ] {
        assert!(seen(odd).contains(&"musl".to_owned()), "{odd}");
    }
    // A whiteout of a folder hides all below it, and an opaque folder hides what is below but not what comes with it.
    assert!(!seen("  lib/.wh.apk\n").contains(&"musl".to_owned()));
    assert!(!seen("  .wh.lib\n").contains(&"musl".to_owned()));
    let both = format!("  lib/apk/db/installed = {}\n  lib/apk/db/.wh..wh..opq\n", MUSL.replace("musl", "zlib"));
    assert_eq!(seen(&both).iter().filter(|name| *name == "zlib" || *name == "musl").count(), 1);
    // A whiteout beside the file of its own layer, in either order, leaves that file.
    for both in [
        "  lib/apk/db/.wh.installed\n  lib/apk/db/installed = Z\n",
        "  lib/apk/db/installed = Z\n  lib/apk/db/.wh.installed\n",
    ] {
        let names = seen(&both.replace("= Z", &format!("= {}", MUSL.replace("musl", "zlib"))));
        assert!(names.contains(&"zlib".to_owned()) && !names.contains(&"musl".to_owned()), "{both}: {names:?}");
    }
}

#[test]
fn a_name_that_comes_twice_holds_what_came_last() {
    let mut tar = TarWriter::new();
    for name in ["musl", "zlib", "openssl"] {
        tar.file("lib/apk/db/installed", 0o644, format!("P:{name}\nV:1.0-r0\nA:x86_64\n\n").as_bytes());
    }
    assert_eq!(Bench::with("twice.tar", &image_of(&tar)).scan("twice.tar").packages(), ["openssl"]);
    // What was a file and is a link in the end is no file any more.
    tar.symbolic_link("lib/apk/db/installed", "/dev/null");
    assert_eq!(Bench::with("twice.tar", &image_of(&tar)).scan("twice.tar").packages(), [""; 0]);
}

#[test]
fn entries_before_their_folders_are_read_all_the_same() {
    let run = scan(&format!("layer ADD x\n  lib/apk/db/installed = {MUSL}\n  lib/apk/db/\n  lib/apk/\n  lib/\n"));
    assert_eq!(run.packages(), ["musl"]);
}

#[test]
fn sizes_that_lie_are_refused_with_their_place() {
    let mut larger = TarWriter::new();
    larger.raw(b"lib/apk/db/installed", b'0', b"", 0o644, 1 << 20, b"P:musl\nV:1\n");
    let bench = Bench::with("image.tar", &image_of_layers(&[("", larger.finish())]));
    let run = bench.scan("image.tar");
    assert_eq!(run.code, 3, "{}", run.stdout);
    run.says("it ends inside of a file");

    // A pax size that reaches beyond the archive, and one that is no number.
    for size in [&b"9223372036854775807"[..], b"-1", b"1e9", b"99999999999999999999999999"] {
        let record = pax_record("size", size);
        let mut tar = TarWriter::new();
        tar.raw(b"pax", b'x', b"", 0o644, record.len() as u64, &record);
        tar.raw(b"lib/apk/db/installed", b'0', b"", 0o644, 4, b"P:a\n");
        let run = Bench::with("image.tar", &image_of(&tar)).scan("image.tar");
        assert_eq!(run.code, 3, "{}: {}", String::from_utf8_lossy(size), run.stdout);
        run.says("sha256:");
    }
}

#[test]
fn a_layer_that_is_cut_off_is_refused_with_its_place() {
    let whole = TestImages::parse("layer ADD x\n  var/a = 1\n", Storage::Plain).images[0].layers[0].clone();
    for (end, storage) in [("+gzip", Storage::Gzip), ("+zstd", Storage::Zstd)] {
        let stored = storage.store(&whole);
        for length in [stored.len() / 2, stored.len() - 5] {
            let run = Bench::with("cut.tar", &image_of_layers(&[(end, stored[..length].to_vec())])).scan("cut.tar");
            assert_eq!(run.code, 3, "{end} {length}: {}", run.stdout);
            run.says("sha256:");
        }
    }
    // A tar archive without its end is what many programs write.
    let run = Bench::with("cut.tar", &image_of_layers(&[("", whole[..1024].to_vec())])).scan("cut.tar");
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn garbage_behind_the_last_member_is_passed_over() {
    let layer = TestImages::parse(&format!("layer ADD x\n  lib/apk/db/installed = {MUSL}\n"), Storage::Plain);
    let layer = layer.images[0].layers[0].clone();
    for (end, storage) in [("", Storage::Plain), ("+gzip", Storage::Gzip), ("+zstd", Storage::Zstd)] {
        let mut stored = storage.store(&layer);
        stored.extend_from_slice(&[0; 700]);
        let run = Bench::with("tail.tar", &image_of_layers(&[(end, stored)])).scan("tail.tar");
        if storage == Storage::Zstd {
            // Frames may follow one another without end, and zeroes are none: other programs refuse them too.
            run.fails_with("layer 1 of 1");
        } else {
            assert_eq!(run.packages(), ["musl"], "{end}");
        }
    }
}

#[test]
fn control_characters_of_the_image_do_not_reach_the_terminal() {
    let evil = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{202e}\r";
    let mut tar = TarWriter::new();
    tar.file(
        "lib/apk/db/installed",
        0o644,
        format!("P:{evil}\nV:1.0-r0{evil}\nA:x86_64\nL:{evil}\no:{evil}\n\nP:openssl\nV:1.0.0-r0\n\n").as_bytes(),
    );
    tar.file("etc/os-release", 0o644, format!("ID=alpine\nVERSION_ID=3.10.0\nPRETTY_NAME=\"{evil}\"\n").as_bytes());
    tar.file(&format!("app/{evil}/package-lock.json"), 0o644, b"{");
    tar.file(&format!("app/{evil}/Cargo.lock"), 0o644, format!("[[package]]\nname = \"smallvec\"\nversion = \"0.6.0{evil}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n").replace('\u{1b}', "\\u001b").as_bytes());
    tar.file(
        "app/node_modules/a/package.json",
        0o644,
        br#"{"name":"lodash","version":"1.0.0","license":"\u001b[2J\u0007"}"#,
    );
    let bench = Bench::with("evil.tar", &image_of(&tar));
    for language in ["en", "ja"] {
        let run = bench.run(&["scan", "--lang", language, "evil.tar"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let odd: Vec<char> =
            run.stdout.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(odd.is_empty(), "{odd:?} in {}", run.stdout);
    }
    for format in ["json", "sarif", "cyclonedx", "spdx"] {
        let run = bench.run(&["scan", "--format", format, "evil.tar"]);
        assert!(!run.stdout.contains('\u{1b}'), "{format}: {}", run.stdout);
        serde_json::from_str::<serde_json::Value>(&run.stdout).expect("it is JSON");
    }
    // Neither do they in an error, which names what the user named and what the archive says.
    let mut tar = TarWriter::new();
    tar.file(
        "manifest.json",
        0o644,
        br#"[{"Config":"\u001b[31mconfig","RepoTags":["\u001b[2Ja:1"],"Layers":["\u001b[31m"]}]"#,
    );
    let run = Bench::with("evil.tar", &tar.finish()).scan("docker-archive:evil.tar");
    assert_eq!(run.code, 3);
}

#[test]
fn names_of_every_sort_of_bytes_are_read() {
    let mut tar = TarWriter::new();
    let long = format!("{}/package-lock.json", "x/".repeat(20_000));
    let records = [
        pax_record("path", b"\xff\xfe\xc0\xaf/package-lock.json"),
        pax_record("path", "\u{feff}\u{202e}/package-lock.json".as_bytes()),
        pax_record("path", b""),
        pax_record("path", long.as_bytes()),
    ];
    for record in &records {
        tar.raw(b"pax", b'x', b"", 0o644, record.len() as u64, record);
        tar.raw(b"x", b'0', b"", 0o644, 1, b"{");
    }
    tar.raw(b"\xff\xfe/Cargo.lock", b'0', b"", 0o644, 1, b"[");
    tar.file("lib/apk/db/installed", 0o644, b"P:musl\nV:1.2.3-r0\nA:x86_64\n\n");
    let run = Bench::with("names.tar", &image_of(&tar)).scan("names.tar");
    assert_eq!(run.packages(), ["musl"]);
    assert!(run.gaps().len() >= 3, "{:?}", run.gaps());

    let long = "y".repeat(100_000);
    for (name, words) in [(&b"a\0b"[..], "a name with a zero byte"), (long.as_bytes(), "a name is longer than 64 KiB")]
    {
        let record = pax_record("path", name);
        let mut tar = TarWriter::new();
        tar.raw(b"pax", b'x', b"", 0o644, record.len() as u64, &record).raw(b"x", b'0', b"", 0o644, 0, b"");
        Bench::with("names.tar", &image_of(&tar)).scan("names.tar").fails_with(words);
    }
}

#[test]
fn devices_and_pipes_in_a_layer_are_no_files() {
    let mut tar = TarWriter::new();
    for kind in *b"346" {
        tar.entry(&format!("{}/package-lock.json", kind as char), kind, "", 0o644, b"");
    }
    let run = Bench::with("devices.tar", &image_of(&tar)).scan("devices.tar");
    // Each has the name of a file that would be read, which is told.
    let gaps = run.gaps();
    assert_eq!((run.packages().len(), gaps.len()), (0, 3));
    assert!(gaps.iter().all(|gap| gap.contains("no regular file but a pipe, socket or device")), "{gaps:?}");
}
