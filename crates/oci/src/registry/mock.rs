//! A registry on the loopback address that answers as a test says, hostile ways included.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use model::{Digest, DigestAlgorithm};

use crate::manifest_tree::digest_of;

/// One request as it came.
#[derive(Debug, Clone)]
pub(super) struct MockRequest {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl MockRequest {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

type Stream = Box<dyn FnOnce(&mut TcpStream) -> std::io::Result<()> + Send>;

/// What to answer.
pub(super) enum Reply {
    /// A whole answer.
    Full(u16, Vec<(String, String)>, Vec<u8>),
    /// Anything else, written by hand.
    Stream(Stream),
}

pub(super) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reply {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Reply::Full(status, headers, body.into())
}

pub(super) fn stream(write: impl FnOnce(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> Reply {
    Reply::Stream(Box::new(write))
}

/// The server; it ends with the value.
pub(super) struct MockServer {
    pub(super) address: SocketAddr,
    requests: Arc<Mutex<Vec<MockRequest>>>,
    is_over: Arc<AtomicBool>,
}

impl MockServer {
    pub(super) fn start(answer: impl Fn(&MockRequest) -> Reply + Send + Sync + 'static) -> MockServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (log, over, answer) = (Arc::clone(&requests), Arc::clone(&is_over), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(connection), log, answer) = (connection, Arc::clone(&log), Arc::clone(&answer)) else { return };
                thread::spawn(move || {
                    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                    connection.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
                    // A client that goes away is part of many tests.
                    let _ = serve(connection, &log, &*answer);
                });
            }
        });
        MockServer { address, requests, is_over }
    }

    pub(super) fn requests(&self) -> Vec<MockRequest> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    connection: TcpStream,
    log: &Mutex<Vec<MockRequest>>,
    answer: &(dyn Fn(&MockRequest) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(()) };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = MockRequest { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() };
    log.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Full(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            connection.write_all(head.as_bytes())?;
            connection.write_all(b"\r\n")?;
            connection.write_all(&body)
        }
        Reply::Stream(write) => write(&mut connection),
    }
}

/// An image of one layer, and the answers of a well-behaved registry that has it as `team/app:1`.
#[derive(Clone)]
pub(super) struct MockImage {
    pub(super) layer: Vec<u8>,
    pub(super) config: String,
    pub(super) manifest: String,
}

impl MockImage {
    pub(super) fn new(layer: Vec<u8>) -> MockImage {
        MockImage::for_platform(layer, "linux", "amd64")
    }

    pub(super) fn for_platform(layer: Vec<u8>, os: &str, architecture: &str) -> MockImage {
        MockImage::annotated(layer, "{}", os, architecture)
    }

    /// An image whose layer's descriptor has these annotations, a JSON object.
    pub(super) fn annotated(layer: Vec<u8>, annotations: &str, os: &str, architecture: &str) -> MockImage {
        let config = format!(
            r#"{{"os":"{os}","architecture":"{architecture}","config":{{"User":"app"}},"rootfs":{{"diff_ids":["{}"]}}}}"#,
            sha256(&layer)
        );
        let manifest = format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"{}","size":{}}},"layers":[{{"digest":"{}","size":{},"annotations":{annotations}}}]}}"#,
            sha256(config.as_bytes()),
            config.len(),
            sha256(&layer),
            layer.len()
        );
        MockImage { layer, config, manifest }
    }

    pub(super) fn layer_path(&self) -> String {
        format!("/v2/team/app/blobs/{}", sha256(&self.layer))
    }

    /// The layer, or the part of it that the value of `Range` asks for.
    fn layer_part(&self, range: &str) -> Reply {
        let Some((from, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return reply(200, &[], self.layer.clone());
        };
        let last = last.parse().unwrap_or(self.layer.len() - 1);
        let content_range = format!("bytes {from}-{last}/{}", self.layer.len());
        reply(206, &[("content-range", &content_range)], &self.layer[from.parse().unwrap()..=last])
    }

    pub(super) fn answer(&self, request: &MockRequest) -> Reply {
        let path = request.path.as_str();
        let digest = sha256(self.manifest.as_bytes()).to_string();
        if path == "/v2/team/app/manifests/1" || path == format!("/v2/team/app/manifests/{digest}") {
            return reply(200, &[("docker-content-digest", &digest)], self.manifest.clone());
        }
        if path == format!("/v2/team/app/blobs/{}", sha256(self.config.as_bytes())) {
            return reply(200, &[], self.config.clone());
        }
        if path == self.layer_path() {
            return self.layer_part(request.header("range"));
        }
        reply(404, &[], "")
    }
}

pub(super) fn sha256(bytes: &[u8]) -> Digest {
    digest_of(bytes, DigestAlgorithm::Sha256)
}
