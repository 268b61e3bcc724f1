//! Wrong inputs of every command, as somebody types them who sees the program for the first time: the sentence says what is
//! wrong, where, and what to do.

use test_support::Storage;

use crate::run::Program;

/// Runs the words and looks for the sentence.
fn check(program: &Program, code: i32, words: &str, sentence: &str) {
    let words: Vec<&str> = words.split(' ').collect();
    program.run(&words).ended(code, &[sentence]);
}

fn program() -> Program {
    let program = Program::new();
    program.write("empty", "");
    program.write("hello.txt", "hello\n");
    program.write("folder/x", "");
    program.write("app.jar", b"PK\x03\x04rest");
    program.write("app.tar.xz", b"\xfd7zXZ\0rest");
    program.write("app.tar.gz", b"\x1f\x8b\x08\0rest");
    program.write("program", b"\x7fELF\x02\x01\x01\0");
    program.write("bill.json.gz", Storage::Gzip.store(b"{\"bomFormat\":\"CycloneDX\"}"));
    program.write("cut.json", "{\"bomFormat\":\"CycloneDX\",\n");
    program.write("feeds/osv/a.json", "no json");
    program.write("private.pem", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n");
    for (target, link) in [("nowhere", "dangling"), ("/nowhere/there", "out"), ("dangling", "chain")] {
        std::os::unix::fs::symlink(target, program.path(link)).unwrap();
    }
    program
}

#[test]
fn targets_that_cannot_be_scanned_are_told_by_what_they_are() {
    let program = program();
    let nothing = "hello.txt is nothing that can be scanned: neither an archive";
    for (code, words, sentence) in [
        (3, "scan empty", "empty is empty"),
        (2, "scan folder --ca nosuch.pem", "cannot use --ca: cannot read the certificate authorities in nosuch.pem"),
        (2, "scan folder --ca folder", "cannot use --ca: cannot read the certificate authorities in folder"),
        (2, "scan folder --ca empty", "cannot use --ca: empty has no certificate in PEM form"),
        (2, "scan empty --ca empty", "cannot use --ca: empty has no certificate in PEM form"),
        (2, "scan registry.invalid/app --ca hello.txt", "cannot use --ca: hello.txt has no certificate in PEM form"),
        (2, "sbom folder --ca private.pem", "cannot use --ca: private.pem has a private key and no certificate"),
        (3, "scan hello.txt", nothing),
        (3, "sbom hello.txt", nothing),
        (3, "scan app.jar", "app.jar is a zip archive (or jar, wheel, …), which is not scanned by itself"),
        (3, "scan app.tar.xz", "compressed by xz, which is not read; decompress it"),
        (3, "scan app.tar.gz", "compressed by gzip, and holds no archive that can be read"),
        (3, "scan program", "program is a program, which is not scanned by itself; scan the folder that holds it"),
        (3, "scan cut.json", "cut.json as a bill of materials: it is no valid JSON: it ends too early, in line 2"),
        (3, "scan oci:hello.txt", "oci: means a folder; for an archive write oci-archive:hello.txt"),
        (3, "scan dir:hello.txt", "dir: and host: mean a folder; leave the scheme out"),
        (3, "scan docker-archive:folder", "folder is a folder, and no archive; for an image layout write oci:folder"),
        (3, "scan sbom:folder", "to scan the folder write dir:folder"),
        (3, "scan rootfs:empty", "empty is empty"),
        (
            3,
            "scan rootfs:hello.txt",
            "hello.txt is no tar archive, plain or compressed by gzip or zstd, and rootfs: means a",
        ),
        (
            3,
            "scan rootfs:cut.json",
            "cut.json is a JSON document and no archive, and rootfs: means a folder or a tar archive",
        ),
        (3, "sbom rootfs:cut.json", "for a bill of materials write sbom:cut.json"),
        (
            3,
            "scan docker-archive:cut.json",
            "and docker-archive: means what `docker save` writes; for a bill of materials",
        ),
        (3, "scan oci-archive:hello.txt", "and oci-archive: means an OCI layout in a tar archive"),
        (3, "scan rootfs:app.jar", "app.jar is a zip archive (or jar, wheel, …), which is not scanned by itself"),
        (
            3,
            "scan rootfs:program",
            "program is a program, which is not scanned by itself; scan the folder that holds it",
        ),
        (3, "scan rootfs:bill.json.gz", "bill.json.gz is compressed by gzip, and holds no archive that can be read"),
        (3, "scan rootfs:app.tar.xz", "xz compression is not read; compress it with gzip or zstd"),
        (2, "scan dangling", "dangling is a symbolic link that leads to no file or folder: it leads to /"),
        (2, "scan dir:dangling", "dangling is a symbolic link that leads to no file or folder: it leads to /"),
        (2, "scan dir:chain/", "chain is a symbolic link that leads to no file or folder: it leads to /"),
        (2, "scan dir:out", "out is a symbolic link that leads to no file or folder: it leads to /nowhere/there"),
        (
            2,
            "scan rootfs:out/a/b",
            "out is a symbolic link that leads to no file or folder: it leads to /nowhere/there",
        ),
        (2, "scan oci:out/a:1", "out is a symbolic link that leads to no file or folder"),
        (2, "scan ./out/a", "./out is a symbolic link that leads to no file or folder"),
        (2, "scan dir:folder/none", "there is no file or folder folder/none"),
        (2, "scan missing/", "there is no file or folder missing/"),
        (
            2,
            "scan oci:folder:1.2",
            "there is no file or folder folder:1.2; for the image 1.2 of a layout write oci:folder --image 1.2",
        ),
        (2, "scan oci-archive:hello.txt:a", "for the image a of a layout write oci-archive:hello.txt --image a"),
        (2, "scan oci:nowhere:1.2", "there is no file or folder nowhere:1.2"),
        (2, "scan https://hub.example/app", "is a web address; name the image alone"),
        (3, "scan registry.invalid/app", "cannot get the image registry.invalid/app:latest: the host registry.invalid"),
        (2, "scan folder --rhel-advisories debian", "use almalinux, rocky, rhel, oracle"),
    ] {
        check(&program, code, words, sentence);
    }
}

#[test]
fn files_of_intelligence_are_named_once() {
    let program = program();
    for (code, words, sentence) in [
        (
            2,
            "scan folder --intel missing.db",
            "bulkhead: cannot open the intelligence database missing.db: No such file",
        ),
        (
            2,
            "intel status --intel missing.db",
            "bulkhead: cannot open the intelligence database missing.db: No such file",
        ),
        (
            2,
            "intel status --intel hello.txt",
            "cannot use the intelligence file hello.txt: the file is no intelligence",
        ),
        (
            2,
            "intel build --feeds feeds --out x.db",
            "the feeds in feeds hold no vulnerability and no advisory; not used",
        ),
        (2, "intel build --feeds feeds --out x.db --sign missing", "cannot use the private key missing: No such file"),
        (2, "intel build --feeds feeds --out x.db --delta-from old.db", "there is no file old.db to make a delta from"),
        (0, "intel keygen --out key", ""),
        (2, "intel keygen --out key", "key is there already, and no key is overwritten; name another file"),
        (2, "intel import missing --key key.pub", "there is no file missing"),
        (3, "intel import hello.txt --key key.pub", "bulkhead: what hello.txt offers cannot be used: the file is no"),
        (3, "intel update --key key.pub folder", "; scans go on with the intelligence built into the program"),
        (
            3,
            "intel update --key key.pub oci://127.0.0.1:1/x:1",
            "cannot get the intelligence from oci://127.0.0.1:1/x:1: ",
        ),
    ] {
        check(&program, code, words, sentence);
    }
    assert!(!program.path("x.db").exists());
}
