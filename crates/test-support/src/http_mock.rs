//! A service on the loopback address that answers as a test says, and tells what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a connection may be silent.
const LONGEST_SILENCE: Duration = Duration::from_secs(20);

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case; of several with one name the last.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl HttpRequest {
    /// A header's value, empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A field of a form, decoded; empty where it is not there.
    pub fn field(&self, name: &str) -> String {
        let value = self.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let mut bytes = Vec::new();
        let mut rest = value.unwrap_or_default().bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits: Vec<u8> = rest.by_ref().take(2).collect();
                    let digits = String::from_utf8_lossy(&digits).into_owned();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
                }
                b'+' => bytes.push(b' '),
                byte => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What is answered: status, headers, body.
pub type HttpAnswer = (u16, Vec<(String, String)>, String);

/// The service; it ends with the value.
#[derive(Debug)]
pub struct HttpMock {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
    is_over: Arc<AtomicBool>,
}

impl HttpMock {
    /// Starts a service that answers each request as the function says.
    ///
    /// # Panics
    /// When the loopback address has no port left.
    pub fn start(answer: impl Fn(&HttpRequest) -> HttpAnswer + Send + Sync + 'static) -> HttpMock {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (requests, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, over, answer) = (Arc::clone(&requests), Arc::clone(&is_over), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(connection), log, answer) = (connection, Arc::clone(&log), Arc::clone(&answer)) else { return };
                // A client that goes away is part of many tests.
                thread::spawn(move || serve(connection, &log, &*answer));
            }
        });
        HttpMock { address, requests, is_over }
    }

    /// Where it is: `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for HttpMock {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    mut connection: TcpStream,
    log: &Mutex<Vec<HttpRequest>>,
    answer: &(dyn Fn(&HttpRequest) -> HttpAnswer + Send + Sync),
) -> std::io::Result<()> {
    connection.set_read_timeout(Some(LONGEST_SILENCE))?;
    connection.set_write_timeout(Some(LONGEST_SILENCE))?;
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(()) };
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
    let request = HttpRequest { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() };
    log.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let (status, headers, body) = answer(&request);
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    connection.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        connection.write_all(body.as_bytes())?;
    }
    Ok(())
}
