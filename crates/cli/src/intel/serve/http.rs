//! As much of HTTP/1.1 as a mirror needs: one request a connection, whole files and single ranges of them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// The most bytes of a request's head.
const LARGEST_HEAD_BYTES: usize = 8 << 10;
/// How long a client may take for its request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a client may take for the answer.
const ANSWER_TIME: Duration = Duration::from_secs(30 * 60);
/// How long a client may take nothing of the answer.
const STALL_TIME: Duration = Duration::from_secs(30);

/// What a client asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) is_head: bool,
    range: Option<String>,
    if_range: Option<String>,
    if_none_match: Option<String>,
}

/// What is answered.
pub(super) struct Answer<'a> {
    status: u16,
    headers: String,
    content: Content<'a>,
    part: Range<u64>,
}

/// What an answer carries.
pub(super) enum Content<'a> {
    Text(&'static str, Vec<u8>),
    File(&'a File, u64),
}

impl Content<'_> {
    pub(super) fn json(bytes: Vec<u8>) -> Content<'static> {
        Content::Text("application/json", bytes)
    }

    pub(super) fn file(file: &File) -> io::Result<Content<'_>> {
        Ok(Content::File(file, file.metadata()?.len()))
    }

    fn size_bytes(&self) -> u64 {
        match self {
            Content::Text(_, bytes) => bytes.len() as u64,
            Content::File(_, size) => *size,
        }
    }
}

/// Tells a client that there are too many.
pub(super) fn refuse(stream: &TcpStream) -> io::Result<()> {
    Answer::of_status(503).write(stream, false)
}

impl Request {
    /// Reads a request, or what to answer to something that is none.
    pub(super) fn read(mut stream: &TcpStream) -> io::Result<Result<Request, Answer<'static>>> {
        let deadline = Instant::now() + HEAD_TIME;
        let mut head = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Err(Answer::of_status(408)));
            }
            stream.set_read_timeout(Some(left))?;
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let searched = head.len().saturating_sub(3);
            head.extend_from_slice(&buffer[..count]);
            if let Some(end) = head[searched..].windows(4).position(|window| window == b"\r\n\r\n") {
                head.truncate(searched + end);
                break;
            }
            if head.len() > LARGEST_HEAD_BYTES {
                return Ok(Err(Answer::of_status(431)));
            }
        }
        Ok(Request::parse(&head).map_err(Answer::of_status))
    }

    /// Reads a head; the error is the status to answer with.
    fn parse(head: &[u8]) -> Result<Request, u16> {
        let head = str::from_utf8(head).map_err(|_| 400_u16)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(400);
        };
        if !version.starts_with("HTTP/1.") {
            return Err(505);
        }
        if !matches!(method, "GET" | "HEAD") {
            return Err(405);
        }
        let path = target.split(['?', '#']).next().unwrap_or_default().to_owned();
        let mut request = Request { path, is_head: method == "HEAD", ..Request::default() };
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(400_u16)?;
            let place = match name.to_ascii_lowercase().as_str() {
                "range" => &mut request.range,
                "if-range" => &mut request.if_range,
                "if-none-match" => &mut request.if_none_match,
                _ => continue,
            };
            *place = Some(value.trim().to_owned());
        }
        Ok(request)
    }

    /// The part of `size` bytes that is asked for: all of it, or nothing where there are no such bytes.
    fn part(&self, size: u64, tag: &str) -> Option<Range<u64>> {
        let range = self.range.as_deref().filter(|_| self.if_range.as_deref().is_none_or(|asked| asked == tag));
        let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.trim().split_once('-')) else {
            return Some(0..size);
        };
        // RFC 9110, 14.2: a range that is not understood, or several at once, may be passed over.
        let part = match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
            (Ok(first), Err(_)) if last.is_empty() => first..size,
            (Err(_), Ok(count)) if first.is_empty() => size.saturating_sub(count)..size,
            _ => return Some(0..size),
        };
        (part.start < part.end).then_some(part)
    }
}

impl<'a> Answer<'a> {
    pub(super) fn of_status(status: u16) -> Answer<'static> {
        let sentence = format!("{}\n", phrase(status)).into_bytes();
        let part = 0..sentence.len() as u64;
        let headers = if status == 405 { "Allow: GET, HEAD\r\n".to_owned() } else { String::new() };
        Answer { status, headers, content: Content::Text("text/plain", sentence), part }
    }

    pub(super) fn of_content(content: Content<'a>, tag: String, request: &Request) -> Answer<'a> {
        let size = content.size_bytes();
        let known = request.if_none_match.as_deref();
        if known.is_some_and(|known| known == "*" || known.split(',').any(|known| known.trim() == tag)) {
            let nothing = Content::Text("text/plain", Vec::new());
            return Answer { status: 304, headers: format!("ETag: {tag}\r\n"), content: nothing, part: 0..0 };
        }
        let mut headers = format!("ETag: {tag}\r\nAccept-Ranges: bytes\r\nCache-Control: no-cache\r\n");
        let Some(part) = request.part(size, &tag) else {
            let mut answer = Answer::of_status(416);
            answer.headers = format!("Content-Range: bytes */{size}\r\n");
            return answer;
        };
        let is_whole = part == (0..size);
        if !is_whole {
            headers += &format!("Content-Range: bytes {}-{}/{size}\r\n", part.start, part.end - 1);
        }
        Answer { status: if is_whole { 200 } else { 206 }, headers, content, part }
    }

    /// Writes the answer, without its content where only the head was asked for.
    pub(super) fn write(&self, mut stream: &TcpStream, is_head: bool) -> io::Result<()> {
        let deadline = Instant::now() + ANSWER_TIME;
        stream.set_write_timeout(Some(STALL_TIME))?;
        let Range { start, end } = self.part;
        let kind = match self.content {
            Content::Text(kind, _) => kind,
            Content::File(..) => "application/octet-stream",
        };
        write!(
            stream,
            "HTTP/1.1 {} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n",
            self.status,
            phrase(self.status),
            end - start,
            self.headers
        )?;
        if is_head {
            return Ok(());
        }
        match &self.content {
            Content::Text(_, bytes) => {
                let part = usize::try_from(start).ok().zip(usize::try_from(end).ok());
                stream.write_all(part.and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default())
            }
            Content::File(file, _) => {
                let mut buffer = vec![0; 64 << 10];
                let mut at = start;
                while at < end && Instant::now() < deadline {
                    let wanted = usize::try_from(end - at).map_or(buffer.len(), |left| left.min(buffer.len()));
                    let count = file.read_at(&mut buffer[..wanted], at)?;
                    if count == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    stream.write_all(&buffer[..count])?;
                    at += count as u64;
                }
                Ok(())
            }
        }
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "HTTP Version Not Supported",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, expected: Result<Range<u64>, u16>) {
        let request = Request::parse(head.replace('\n', "\r\n").as_bytes());
        let part = request.and_then(|request| request.part(100, "\"a\"").ok_or(416));
        assert_eq!(part, expected, "{head}");
    }

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        check("GET / HTTP/1.1", Ok(0..100));
        check("GET / HTTP/1.1\nRange: bytes=10-19", Ok(10..20));
        check("GET / HTTP/1.1\nRange: bytes=90-", Ok(90..100));
        check("GET / HTTP/1.1\nrange: bytes=-5", Ok(95..100));
        check("GET / HTTP/1.1\nRange: bytes=0-18446744073709551615", Ok(0..100));
        check("GET / HTTP/1.1\nRange: bytes=100-", Err(416));
        check("GET / HTTP/1.1\nRange: bytes=0-1,5-6", Ok(0..100));
        check("GET / HTTP/1.1\nRange: bytes=10-19\nIf-Range: \"b\"", Ok(0..100));
        check("GET / HTTP/1.1\nRange: bytes=10-19\nIf-Range: \"a\"", Ok(10..20));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        check("GET /", Err(400));
        check("GET / HTTP/2.0", Err(505));
        check("POST / HTTP/1.1", Err(405));
        check("GET / HTTP/1.1\nno header", Err(400));
        check("GET  / HTTP/1.1", Err(400));
    }
}
