//! What is said of artifacts that cannot be had.

use std::io;

use super::mock::*;
use super::tests::{half, layer, options};
use super::*;

/// A registry with one artifact of one file, of which it answers as it is told; the manifest is that of the file.
fn registry(file: &[u8], manifest: Option<&str>, answer: impl Fn() -> Reply + Send + Sync + 'static) -> MockServer {
    let digest = sha256(file);
    let whole = format!(
        r#"{{"schemaVersion":2,"artifactType":"application/x","layers":[{{"mediaType":"application/y","digest":"{digest}",
        "size":{},"annotations":{{"org.opencontainers.image.title":"own.db"}}}}]}}"#,
        file.len()
    );
    let manifest = manifest.map_or(whole, str::to_owned);
    MockServer::start(move |request| match request.path.as_str() {
        "/v2/team/intel/manifests/1" => reply(200, &[], manifest.clone()),
        path if path == format!("/v2/team/intel/blobs/{digest}") => answer(),
        _ => reply(404, &[], ""),
    })
}

/// Reads the first file of an artifact; the error as it is told.
fn read(server: &MockServer, tag: &str) -> Result<Vec<u8>, String> {
    let name = format!("{}/team/intel:{tag}", server.address).parse().unwrap();
    let artifact = open_artifact(&name, &options()).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    artifact.read(0, &mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[test]
fn a_file_is_read_as_its_digest_says() {
    let file = layer();
    let sent = file.clone();
    let server = registry(&file, None, move || reply(200, &[], sent.clone()));
    assert_eq!(read(&server, "1").unwrap(), file);

    let other = vec![1; file.len()];
    let found = sha256(&other);
    let server = registry(&file, None, move || reply(200, &[], other.clone()));
    let stated = sha256(&file);
    let expected =
        format!("{} says that the file own.db has the digest {stated}, and what it sent has {found}", server.address);
    assert_eq!(read(&server, "1").unwrap_err(), expected);
}

#[test]
fn a_file_that_is_cut_off_is_told_with_where() {
    let file = layer();
    let sent = file.clone();
    let server =
        registry(&file, None, move || half(format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", sent.len()), &sent));
    let digest = sha256(&file);
    let expected =
        format!("{} ended the connection at byte 400000 of the 800000 bytes of the blob {digest}", server.address);
    assert_eq!(read(&server, "1").unwrap_err(), expected);
    let short = file[..100].to_vec();
    let server = registry(&file, None, move || reply(200, &[], short.clone()));
    let expected = format!("{} sent fewer than the 800000 bytes of the blob {digest}", server.address);
    assert_eq!(read(&server, "1").unwrap_err(), expected);
}

#[test]
fn what_is_no_artifact_is_told_as_what_it_is() {
    for (manifest, reason) in [
        (r#"{"manifests":[]}"#, "it is an index; name the artifact in it by its digest"),
        ("<html>", "its manifest is no JSON of the shape of manifests"),
    ] {
        let server = registry(b"", Some(manifest), || reply(404, &[], ""));
        let expected = format!("{}/team/intel:1 is no artifact that can be read: {reason}", server.address);
        assert_eq!(read(&server, "1").unwrap_err(), expected);
    }
    let server = registry(b"", None, || reply(404, &[], ""));
    let expected =
        format!("{} has no manifest 2 in team/intel; check the name, and whether it may be read", server.address);
    assert_eq!(read(&server, "2").unwrap_err(), expected);
}

/// Takes nothing, as a decoder that makes nothing of the bytes.
struct Refusing(io::ErrorKind);

impl io::Write for Refusing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "this is no frame"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn another_digest_explains_why_the_bytes_are_refused() {
    let file = layer();
    let mut flipped = file.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let (stated, found) = (sha256(&file), sha256(&flipped));
    for (sent, kind, is_wrong) in [
        (&flipped, io::ErrorKind::Other, true),
        (&flipped, io::ErrorKind::InvalidData, true),
        (&file, io::ErrorKind::InvalidData, false),
        // That there is no room says nothing of the bytes.
        (&flipped, io::ErrorKind::StorageFull, false),
        (&flipped, io::ErrorKind::FileTooLarge, false),
    ] {
        let sent = sent.clone();
        let server = registry(&file, None, move || reply(200, &[], sent.clone()));
        let name = format!("{}/team/intel:1", server.address).parse().unwrap();
        let artifact = open_artifact(&name, &options()).unwrap();
        let expected = match is_wrong {
            true => format!(
                "{} says that the file own.db has the digest {stated}, and what it sent has {found}",
                server.address
            ),
            false => "this is no frame".to_owned(),
        };
        assert_eq!(artifact.read(0, &mut Refusing(kind)).unwrap_err().to_string(), expected, "{kind}");
    }
}
