//! Images of Docker and Podman, as their `save` commands export them.

use serde::Deserialize;

use super::api::{EngineApi, is_plain};
use super::{EngineError, EngineOptions};
use crate::Image;
use crate::source::{OpenOptions, open_archive_stream};

#[derive(Deserialize)]
struct Description {
    #[serde(rename = "Id", default)]
    id: String,
}

/// Opens an image that Docker has, by name, digest or id.
///
/// # Errors
/// When Docker cannot be reached, has no such image, or exports something that is none.
pub fn open_docker(reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    open("Docker", reference, options)
}

/// Opens an image that Podman has, by name, digest or id.
///
/// # Errors
/// When Podman cannot be reached, has no such image, or exports something that is none.
pub fn open_podman(reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    open("Podman", reference, options)
}

fn open(engine: &'static str, reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    if !is_plain(reference) {
        return Err(EngineError::Reference { reference: reference.to_owned() });
    }
    let api = EngineApi::new(engine, options)?;
    let description: Option<Description> = api.document(&format!("/images/{reference}/json"))?;
    let no_such_image = || EngineError::NoSuchImage { engine, reference: reference.to_owned() };
    let Description { id } = description.ok_or_else(no_such_image)?;
    // By id it is one image whatever its names; without an id the engine is asked by the same name again.
    let wanted = if is_plain(&id) { id.as_str() } else { reference };
    let mut archive = api.stream(&format!("/images/{wanted}/get"))?;
    let open_options = OpenOptions { platform: options.platform.clone(), image: None, cache: options.cache };
    let place = format!("the export of {reference}");
    let mut image = open_archive_stream(&mut archive, &place, &open_options)
        .map_err(|source| EngineError::Export { engine, source: Box::new(source) })?;
    image.name = reference.to_owned();
    Ok(image)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::PathBuf;
    use std::thread;

    use super::*;
    use crate::engine::EngineAddress;

    const ID: &str = "sha256:8e46dd8f2f2b2d6f0b6bbf3a2a0b6c8f4b9c6c1f5e1c5a1f0d2e9a6c6f1b2a3d";

    /// An engine on a socket that has `team/app:1` with an archive as its export.
    fn engine(archive: Vec<u8>) -> (tempfile::TempDir, EngineOptions<'static>) {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            for connection in listener.incoming().take(3) {
                answer(connection.unwrap(), &archive);
            }
        });
        (folder, EngineOptions::at(EngineAddress::Unix(path)))
    }

    fn answer(mut connection: UnixStream, archive: &[u8]) {
        let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
        let request = lines.next().unwrap().unwrap();
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let path = request.split(' ').nth(1).unwrap();
        let mut send = |status: &str, body: &[u8]| {
            // Docker sends its exports in chunks.
            write!(connection, "HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
            for part in body.chunks(100_000) {
                write!(connection, "{:x}\r\n", part.len()).unwrap();
                connection.write_all(part).unwrap();
                connection.write_all(b"\r\n").unwrap();
            }
            connection.write_all(b"0\r\n\r\n").unwrap();
        };
        match path {
            "/images/team/app:1/json" => send("200 OK", format!(r#"{{"Id":"{ID}","RepoTags":null}}"#).as_bytes()),
            path if path == format!("/images/{ID}/get") => send("200 OK", archive),
            "/images/team/broken/json" => send("500 X", br#"{"message":"out of\n order"}"#),
            _ => send("404 Not Found", br#"{"message":"No such image"}"#),
        }
    }

    #[test]
    fn an_image_of_the_engine_is_its_export() {
        let Some(path) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
        else {
            return;
        };
        let (_folder, options) = engine(fs::read(path).unwrap());
        let image = open_docker("team/app:1", &options).unwrap();
        assert_eq!(image.name, "team/app:1");
        assert_eq!(image.layers.len(), 4);
    }

    #[test]
    fn what_the_engine_does_not_have_is_told() {
        let (_folder, options) = engine(Vec::new());
        let tell = |reference: &str| open_podman(reference, &options).err().map(|error| error.to_string()).unwrap();
        assert_eq!(tell("team/other"), "Podman has no image `team/other`; pull it first, or scan it from its registry");
        assert_eq!(tell("team/broken"), "Podman answered 500: out of order");
        assert_eq!(tell("../containers/x"), "`../containers/x` cannot be the name of an image or a container");
    }

    #[test]
    fn an_export_that_is_no_archive_is_an_error() {
        let (_folder, options) = engine(vec![b'x'; 5000]);
        assert!(matches!(open_docker("team/app:1", &options), Err(EngineError::Export { .. })));
    }

    #[test]
    fn an_engine_that_does_not_run_is_told() {
        let options = EngineOptions::at(EngineAddress::Unix("/nonexistent/docker.sock".into()));
        let error = open_docker("alpine", &options).err().map(|error| error.to_string()).unwrap();
        assert!(error.starts_with("cannot reach Docker at /nonexistent/docker.sock"), "{error}");
    }
}
