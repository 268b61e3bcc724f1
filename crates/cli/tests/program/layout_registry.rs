//! A registry on the loopback address that serves an OCI layout.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::run::text;

/// The server. Its thread ends with the tests.
pub(crate) struct LayoutRegistry {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

struct Served {
    folder: PathBuf,
    /// The digest under each tag.
    tags: BTreeMap<String, String>,
    /// Whether the registry answers which artifacts refer to an image (OCI distribution-spec 1.1).
    knows_referrers: bool,
}

impl LayoutRegistry {
    pub(crate) fn start(folder: &Path, knows_referrers: bool) -> LayoutRegistry {
        let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
        let entries = index["manifests"].as_array().unwrap();
        let tag = |entry: &Value| text(&entry["annotations"]["org.opencontainers.image.ref.name"]);
        let tags = entries.iter().map(|entry| (tag(entry), text(&entry["digest"]))).collect();
        let served = Arc::new(Served { folder: folder.to_owned(), tags, knows_referrers });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (served, log) = (Arc::clone(&served), Arc::clone(&log));
                std::thread::spawn(move || _ = served.answer(stream, &log));
            }
        });
        LayoutRegistry { address, asked }
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Served {
    fn answer(&self, mut stream: TcpStream, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let Some(first) = lines.next() else { return Ok(()) };
        let path = first?.split(' ').nth(1).unwrap_or_default().to_owned();
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        log.lock().unwrap().push(path.clone());
        let (status, body) = self.body(&path).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
        stream.write_all(&body)
    }

    fn body(&self, path: &str) -> Option<Vec<u8>> {
        let mut parts = path.rsplit('/');
        let (reference, kind) = (parts.next()?, parts.next()?);
        match kind {
            "blobs" => self.blob(reference),
            "manifests" => self.blob(self.tags.get(reference).map_or(reference, String::as_str)),
            "referrers" if self.knows_referrers => Some(self.referrers(reference)),
            _ => None,
        }
    }

    fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join("blobs").join(digest.replacen(':', "/", 1))).ok()
    }

    /// What registries make of it: an index of every manifest whose subject is the image.
    fn referrers(&self, subject: &str) -> Vec<u8> {
        let tag = self.tags.get(&subject.replacen(':', "-", 1));
        let fallback = tag.and_then(|digest| self.blob(digest));
        fallback.unwrap_or_else(|| json!({"schemaVersion": 2, "manifests": []}).to_string().into_bytes())
    }
}
