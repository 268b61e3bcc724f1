//! What a scan says on standard error, as the sources of those who say it write it: each sentence has Japanese.

use super::reasons::{check, sources};
use super::*;

/// Where the sentences are written.
const SPEAKERS: &[&str] = &[
    "api/src/client.rs",
    "cli/src/arguments.rs",
    "cli/src/better_base.rs",
    "cli/src/comparing.rs",
    "cli/src/convert.rs",
    "cli/src/detectors.rs",
    "cli/src/installed.rs",
    "cli/src/intel",
    "cli/src/intel.rs",
    "cli/src/judging.rs",
    "cli/src/open.rs",
    "cli/src/output.rs",
    "cli/src/place.rs",
    "cli/src/policy_command.rs",
    "cli/src/register.rs",
    "cli/src/register/older.rs",
    "cli/src/scan.rs",
    "cli/src/target.rs",
    "cli/src/vouching.rs",
    "formats/src/bill.rs",
    "formats/src/json.rs",
    "formats/src/lib.rs",
    "formats/src/vex.rs",
    "intelligence/src/build",
    "intelligence/src/build.rs",
    "intelligence/src/database.rs",
    "intelligence/src/feed.rs",
    "intelligence/src/feeds",
    "intelligence/src/signature.rs",
    "intelligence/src/update",
    "intelligence/src/update.rs",
    "model/src/image_name.rs",
    "model/src/platform.rs",
    "model/src/severity.rs",
    "oci/src/cache.rs",
    "oci/src/compression.rs",
    "oci/src/credentials/auth_file.rs",
    "oci/src/credentials/helper.rs",
    "oci/src/engine.rs",
    "oci/src/entry.rs",
    "oci/src/file_tree.rs",
    "oci/src/layer.rs",
    "oci/src/manifest_tree.rs",
    "oci/src/manifest_tree/choose.rs",
    "oci/src/registry.rs",
    "oci/src/registry/address.rs",
    "oci/src/registry/download.rs",
    "oci/src/registry/http.rs",
    "oci/src/registry/trust.rs",
    "oci/src/source.rs",
    "oci/src/unpacked.rs",
];

/// What a sentence stands behind in a source.
const MARKS: &[&str] =
    &["format!(", "#[error(", "usage(", "context(", "anyhow!(", "bail!(", "ensure!(", "warn(", "note("];

/// Where reasons are written why records of feeds are not used.
const FEEDS: &[&str] = &["intelligence/src/build", "intelligence/src/feeds"];

/// What such a reason stands behind.
const MARKS_OF_FEEDS: &[&str] = &["skipped(", "Err(", "malformed("];

/// Sentences that are put together of parts, each with what is said of it.
const OTHERS: &[(&str, &[&str])] = &[
    ("it is no 7: 7", &["it is no NVD JSON 2.0: expected value"]),
    (
        "7 is of another kind of target: it is of 7 7, and this scan is of 7 7",
        &["r.json is of another kind of target: it is of an image a:1, and this scan is of a directory b"],
    ),
    (
        "7 since the report of 7: 77",
        &["1 new finding since the report of a:1: CVE-1", "7 new findings since the report of a:1: CVE-1, CVE-2, …"],
    ),
    (
        "using the intelligence built into the program, which is 7; 7",
        &[
            "using the intelligence built into the program, which is 1 day old; get a fresh one with bulkhead intel update",
            "using the intelligence built into the program, which is 2 days old; get a fresh one with bulkhead intel update",
        ],
    ),
    (
        "the intelligence is 7 and misses what is known since; 7 (7)",
        &[
            "the intelligence is 8 days old and misses what is known since; get a fresh one with bulkhead intel update (/a.db)",
        ],
    ),
    (
        "7 nothing in this report",
        &[
            "1 more VEX statement matches nothing in this report",
            "2 more VEX statements match nothing in this report",
            "a.json: statement 7 (CVE-1: fixed for pkg:npm/a) matches nothing in this report",
        ],
    ),
    (
        "7 is a JSON document and no archive, and 7; for a bill of materials write sbom:7",
        &[
            "a.json is a JSON document and no archive, and docker-archive: means what `docker save` writes; for a bill of materials write sbom:a.json",
            "a.json is a JSON document and no archive, and oci-archive: means an OCI layout in a tar archive; for a bill of materials write sbom:a.json",
        ],
    ),
    (
        "7 is no tar archive, plain or compressed by gzip or zstd, and 7",
        &[
            "a is no tar archive, plain or compressed by gzip or zstd, and rootfs: means a folder or a tar archive of a root file system",
        ],
    ),
    (
        "7 is a device, which is not scanned by itself; 7",
        &[
            "/dev/sda is a device, which is not scanned by itself; if it holds a file system, mount it and scan the folder",
        ],
    ),
    (
        "7 is a named pipe, and nobody waits for what may never come; 7",
        &[
            "a is a named pipe, and nobody waits for what may never come; to scan what comes out of it write - and redirect standard input: - < a",
        ],
    ),
    (
        "; its reasons cannot be read: 7",
        &["registered a:1 at https://s: deny; its reasons cannot be read: it is empty"],
    ),
    (
        "; 7 is denied until its images for other platforms are registered, too, which the server scans where it scans their registry: 7",
        &[
            "registered a:1 at https://s: allow; sha256:1 is denied until its images for other platforms are registered, too, which the server scans where it scans their registry: linux/arm64",
        ],
    ),
    (
        "7 7, and so is no image; give an archive of `docker save` or an OCI layout, and anything else (a root file system, a bill of materials) as a file by its name",
        &[
            "standard input is empty, and so is no image; give an archive of `docker save` or an OCI layout, and anything else (a root file system, a bill of materials) as a file by its name",
            "standard input is a document and no archive, and so is no image; give an archive of `docker save` or an OCI layout, and anything else (a root file system, a bill of materials) as a file by its name",
            "a.tar has neither a manifest.json nor an index.json, and so is no image; give an archive of `docker save` or an OCI layout, and anything else (a root file system, a bill of materials) as a file by its name",
        ],
    ),
    (
        "7 does not let this user read 77; check the name, or log in with `docker login 7`",
        &[
            "r.example does not let this user read a/b without a credential; check the name, or log in with `docker login r.example`",
            "r.example does not let this user read a/b with the credential it was given; check the name, or log in with `docker login r.example`",
        ],
    ),
    (
        "7 sent 7 7 bytes of the blob 7",
        &[
            "r.example sent more than the 7 bytes of the blob sha256:1",
            "r.example sent fewer than the 7 bytes of the blob sha256:1",
        ],
    ),
];

/// What no mark stands before.
const FURTHER: &[&str] = &[
    "opening a.tar",
    "reading a.tar",
    "looking for signatures",
    "compiling your rules for malware",
    "cannot read the rules a.toml: it is no regular file",
    "a.txt is nothing that can be scanned: neither an archive (tar, plain or compressed by gzip or zstd) nor a bill of materials (CycloneDX JSON, SPDX 2 JSON) nor a saved report; name one of these, a folder or an image",
    "a.jar is a zip archive (or jar, wheel, …), which is not scanned by itself; scan the folder that holds it",
    "a is compressed by bzip2, which is not read; decompress it, or compress it by gzip or zstd",
    "a is compressed by xz, which is not read; decompress it, or compress it by gzip or zstd",
    "a is a 7z archive, which is not read; unpack it and scan the folder",
    "a is a rar archive, which is not read; unpack it and scan the folder",
    "a is a program, which is not scanned by itself; scan the folder that holds it",
    "a is a squashfs image, which is not read; unpack it (unsquashfs) and scan the folder",
    "a is compressed by gzip, and holds no archive that can be read",
    "a is compressed by zstd, and holds no archive that can be read",
    "cannot read the policy a.yaml",
    "cannot read the list of exceptions a.yaml",
    "cannot write to standard output",
    "cannot use the installed intelligence a.db; run bulkhead intel update or remove it",
    "cannot open the intelligence database a.db",
    "the file is no intelligence database; make one with `bulkhead intel build`",
    "not compliant: policy a: secret, malware",
    "DOCKER_HOST is `ssh://a`; write unix:///PATH or tcp://HOST:PORT",
    "there is no folder a",
    "the layer is not kept with the image (foreign layer)",
    "the layer is unpacked, and its stored bytes are not kept",
    "the layer changed while it was read",
    "the stored bytes could not be read before",
    "the thread that reads ahead has panicked",
    "a part of the layer could not be had",
    "the engine removed the layer while it was read",
    "No such file or directory (os error 2)",
    "Read-only file system (os error 30)",
    "failed to lookup address information: Name or service not known",
    "invalid peer certificate: UnknownIssuer",
    "name an image, a file or a folder",
    "what follows the @ is not a digest",
    "the tag has a character that tags cannot have, or more than 128",
    "the registry is not a host name",
    "64 hexadecimal digits are an image's identifier, not its name",
    "the repository has lower-case letters, digits and single . _ - / only",
    "write a time such as 2026-01-31T12:00:00Z, of the years from 1970 to 2199",
    "use en or ja",
    "name a file after the =",
    "packing a.db",
    "osv                                   7 records",
    "not used: kev kev.json: `a` is no CVE id",
    "the feed osv holds no record; fetch it again or take its folder away",
    "the feed osv holds no record; fetch it again or take its folder away; not used for example: osv a.json: it has no id",
    "the feeds in a hold no vulnerability and no advisory; not used for example: osv a.json: it has no id",
    "a offers sequence 7, which is older than 7, the one in place",
    "oci://a/b:1 is no intelligence but an image; name another artifact, or push this one with the type a/b",
    "oci://a/b:1 is no intelligence and does not say what it is; name another artifact, or push this one with the type a/b",
    "the artifact has no file at all; push the database with the type a, or b where it is not compressed",
    "the artifact has files of other types alone (a, b); push the database with the type a, or b where it is not compressed",
    "still serving the intelligence of before",
    "the delta is for another database",
    "a piece of the delta has another length",
    "the installed intelligence stays (sequence 7, 1 day old)",
    "scans go on with the intelligence built into the program",
    "1 thing to mend in the policies",
    "2 things to mend in the policies",
    "a.yaml:3: `actoin` is no key here; the nearest is `action`",
    "a.json:3: this is no JSON: expected value",
    "a.json:3: this is no image assurance policy of Aqua: `the document` must be a JSON object",
    "a.json:3: `enabled` must be true or false",
    "a.json:3: `a` must be a list of texts",
    "a.json:1: no control of this policy is switched on and known here, so that there is nothing to import",
];

/// What clap says of a command line, line by line.
const OF_COMMAND_LINES: &[&str] = &[
    "unexpected argument '--a' found",
    "unexpected value 'b' for '--a <A>' found; no more were expected",
    "unrecognized subcommand 'a'",
    "invalid value 'b' for '--a <A>'",
    "invalid value 'b' for '--a <A>': `b` is not a severity; use critical, high, medium, low, none or unknown",
    "invalid value 'b' for '--a <A>': 70 is not in 0..=64",
    "a value is required for '--a <A>' but none was supplied",
    "the following required arguments were not provided:",
    "the argument '--a <A>' cannot be used with '--b'",
    "the argument '--a <A>' cannot be used with:",
    "the argument '--a <A>' cannot be used multiple times",
    "invalid UTF-8 was detected in one or more arguments",
    "'bulkhead intel' requires a subcommand but one was not provided",
    "a similar argument exists: '--a'",
    "some similar arguments exist: '--a', '--b'",
    "a similar subcommand exists: 'a'",
    "some similar subcommands exist: 'a', 'b'",
    "a similar value exists: 'a'",
    "some similar values exist: 'a', 'b'",
    "to pass '--a' as a value, use '-- --a'",
    "subcommand 'a' exists; to use it, remove the '--' before it",
    "'a --b' exists",
    "[possible values: a, b]",
    "[subcommands: a, b]",
    "Usage: bulkhead scan [OPTIONS] <TARGET>",
    "For more information, try '--help'.",
];

#[test]
fn every_sentence_on_standard_error_has_japanese() {
    let crates = test_support::checkout().join("crates");
    let mut found = Vec::new();
    for speaker in SPEAKERS {
        sources(&crates.join(speaker), MARKS, &mut found);
    }
    for feeds in FEEDS {
        sources(&crates.join(feeds), MARKS_OF_FEEDS, &mut found);
    }
    assert!(found.len() > 250, "only {} were found", found.len());
    let is_said = |english: &str| message_in(Language::Japanese, english).is_some();
    let further = [FURTHER, OF_COMMAND_LINES].concat();
    check(&found, OTHERS, &further, "stderr.ja.json", is_said);
}

#[test]
fn english_and_what_nobody_translated_stay_what_they_are() {
    assert_eq!(message_in(Language::English, "cannot use --ca"), None);
    assert_eq!(message_in(Language::Japanese, "something else went wrong"), None);
    let said = message_in(Language::Japanese, "cannot write to a/b.json: Permission denied (os error 13)");
    assert_eq!(said.as_deref(), Some("a/b.jsonに書き込めません: アクセス権がありません(os error 13)"));
}

#[test]
fn a_layer_is_named_in_japanese() {
    for (english, expected) in [
        ("cannot read LAYER", "LAYERを読み取れません"),
        ("cannot read LAYER to its end", "LAYERを最後まで読み取れません"),
        ("cannot inflate LAYER", "LAYERを展開できません"),
        ("LAYER changed while it was read", "LAYERが読み取り中に変更されました"),
        ("cannot read LAYER at byte 512 of its uncompressed content", "LAYERの展開後の512バイト目を読み取れません"),
        (
            "LAYER is damaged at byte 512 of its uncompressed content: it ends inside of a header",
            "LAYERの展開後の512バイト目が破損しています: ヘッダーの途中で終わっています",
        ),
        (
            "LAYER is not what it claims to be: its bytes have the digest sha256:cd",
            "LAYERの内容が名前と一致しません(実際のダイジェスト: sha256:cd)",
        ),
    ] {
        for (layer, japanese) in [
            ("layer 2 of 3 (sha256:ab) of a:1", "a:1のレイヤー2/3 (sha256:ab)"),
            ("layer 2 of 3 of a.tar", "a.tarのレイヤー2/3"),
        ] {
            let said = message_in(Language::Japanese, &english.replace("LAYER", layer));
            assert_eq!(said, Some(expected.replace("LAYER", japanese)), "{english}");
        }
    }
}
