//! Messages by mail: a small SMTP client (RFC 5321) that sends one text to a few recipients.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use api::Moment;
use api::integrations::{MailSecurity, Target};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use store::outbox::Delivered;

use super::egress::{refusal, resolve};
use super::{LONGEST_DELIVERY, Message};

/// Where Debian and others keep the certificates of the authorities that they trust.
const SYSTEM_ROOTS: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The longest line of a reply (RFC 5321, 4.5.3.1.5, with room), and the most lines of one.
const LONGEST_LINE: u64 = 2048;
const MOST_LINES: usize = 100;

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
enum MailError {
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("TLS failed: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the mail server answered {code} to {to}: {text}")]
    Refused { code: u16, to: &'static str, text: String },
    #[error("the mail server answered something that is no SMTP")]
    Strange,
    #[error("the mail server offers no {0}")]
    Missing(&'static str),
    #[error("`{0}` is no name of a host")]
    Host(String),
    #[error("the delivery took too long")]
    Slow,
}

impl MailError {
    /// Whether the same mail may be taken later (RFC 5321, 4.2.1: 4yz is passing, 5yz is not).
    fn is_passing(&self) -> bool {
        match self {
            MailError::Io(error) => refusal(error).is_none(),
            MailError::Refused { code, .. } => *code < 500,
            MailError::Tls(_) | MailError::Strange | MailError::Slow => true,
            MailError::Missing(_) | MailError::Host(_) => false,
        }
    }
}

/// Sends a message as mail.
pub(super) fn send(
    target: &Target,
    password: Option<&str>,
    message: &Message,
    own_name: &str,
    may_be_private: bool,
    now: i64,
) -> Delivered {
    let Target::Email { template, .. } = target else { return Delivered::Never("this is no mail".to_owned()) };
    let text = match message.worded(template.as_deref()) {
        Ok(text) => text,
        Err(problem) => return Delivered::Never(format!("the template cannot be used: {problem}")),
    };
    match try_send(target, password, &message.subject, &text, own_name, may_be_private, now) {
        Ok(()) => Delivered::Well,
        Err(error) if error.is_passing() => Delivered::Later(error.to_string()),
        Err(error) => Delivered::Never(error.to_string()),
    }
}

fn try_send(
    target: &Target,
    password: Option<&str>,
    subject: &str,
    text: &str,
    own_name: &str,
    may_be_private: bool,
    now: i64,
) -> Result<(), MailError> {
    let Target::Email { host, port, security, user, from, to, .. } = target else { return Err(MailError::Strange) };
    let began = Instant::now();
    let name = if own_name.is_empty() { "localhost" } else { own_name };
    let mut line = Line { stream: BufReader::new(connect(host, *port, *security, may_be_private)?), began };
    line.reply("the connection")?;
    let mut offers = line.hello(name)?;
    if *security == MailSecurity::Starttls {
        if !offers.iter().any(|offer| offer == "STARTTLS") {
            return Err(MailError::Missing("STARTTLS"));
        }
        line.say("STARTTLS", "STARTTLS")?;
        // What came in clear behind the answer would be taken as said in secret: it is thrown away with the buffer.
        let Stream::Plain(plain) = line.stream.into_inner() else { return Err(MailError::Strange) };
        line = Line { stream: BufReader::new(encrypted(plain, host)?), began };
        offers = line.hello(name)?;
    }
    if let (Some(user), Some(password)) = (user, password) {
        if *security == MailSecurity::None {
            return Err(MailError::Missing("encryption, without which no password is sent"));
        }
        let plain = offers.iter().any(|offer| {
            offer.strip_prefix("AUTH ").is_some_and(|ways| ways.split(' ').any(|way| way.eq_ignore_ascii_case("PLAIN")))
        });
        if !plain {
            return Err(MailError::Missing("log-in by AUTH PLAIN"));
        }
        // RFC 4616.
        line.say(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}"))), "AUTH")?;
    }
    line.say(&format!("MAIL FROM:<{from}>"), "MAIL")?;
    for recipient in to {
        line.say(&format!("RCPT TO:<{recipient}>"), "RCPT")?;
    }
    line.say("DATA", "DATA")?;
    line.say(&format!("{}\r\n.", document(from, to, subject, text, name, now)), "the message")?;
    let _ = line.say("QUIT", "QUIT");
    Ok(())
}

/// The mail (RFC 5322, RFC 2045): the text in base 64, so that no line is too long or begins with a dot.
fn document(from: &str, to: &[String], subject: &str, text: &str, host: &str, now: i64) -> String {
    let body = STANDARD.encode(text.as_bytes());
    let lines: Vec<&str> =
        body.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    format!(
        "From: Bulkhead <{from}>\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{host}>\r\n\
         Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        to.join(", "),
        encoded_subject(subject),
        date(now),
        crate::ids::new(now),
        lines.join("\r\n")
    )
}

/// A subject as encoded words of at most 75 characters (RFC 2047, section 2), cut at 150 characters.
fn encoded_subject(subject: &str) -> String {
    let letters: Vec<char> =
        subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(150).collect();
    // Eleven characters of up to four bytes each are at most 60 in base 64.
    let words: Vec<String> = letters
        .chunks(11)
        .map(|chunk| format!("=?utf-8?B?{}?=", STANDARD.encode(chunk.iter().collect::<String>())))
        .collect();
    words.join("\r\n ")
}

/// A date of a mail: `28 Nov 2026 17:00:00 +0000` (RFC 5322, 3.3).
fn date(now: i64) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = Moment(now).text();
    let number = |from: usize, until: usize| text.get(from..until).and_then(|part| part.parse::<usize>().ok());
    let month = number(5, 7).and_then(|month| MONTHS.get(month.wrapping_sub(1))).copied().unwrap_or("Jan");
    let time = text.get(11..19).unwrap_or("00:00:00");
    format!("{} {month} {} {time} +0000", number(8, 10).unwrap_or(1), text.get(..4).unwrap_or("1970"))
}

fn connect(host: &str, port: u16, security: MailSecurity, may_be_private: bool) -> Result<Stream, MailError> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the host has no address");
    for address in resolve(host, port, may_be_private)? {
        match TcpStream::connect_timeout(&address, LONGEST_DELIVERY / 2) {
            Ok(stream) => {
                stream.set_read_timeout(Some(LONGEST_DELIVERY))?;
                stream.set_write_timeout(Some(LONGEST_DELIVERY))?;
                return match security {
                    MailSecurity::Tls => encrypted(stream, host),
                    MailSecurity::Starttls | MailSecurity::None => Ok(Stream::Plain(stream)),
                };
            }
            Err(error) => last = error,
        }
    }
    Err(last.into())
}

fn encrypted(stream: TcpStream, host: &str) -> Result<Stream, MailError> {
    let mut roots = rustls::RootCertStore::empty();
    let files = SYSTEM_ROOTS.iter().filter_map(|file| CertificateDer::pem_file_iter(file).ok());
    roots.add_parsable_certificates(files.flatten().flatten());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| MailError::Host(host.to_owned()))?;
    let session = rustls::ClientConnection::new(Arc::new(config), name)?;
    Ok(Stream::Tls(Box::new(rustls::StreamOwned::new(session, stream))))
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

/// A conversation in lines.
struct Line {
    stream: BufReader<Stream>,
    began: Instant,
}

impl Line {
    /// Says who one is, and hears what the server offers, in capitals.
    fn hello(&mut self, name: &str) -> Result<Vec<String>, MailError> {
        let lines = self.say(&format!("EHLO {name}"), "EHLO")?;
        Ok(lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect())
    }

    fn say(&mut self, words: &str, what: &'static str) -> Result<Vec<String>, MailError> {
        let stream = self.stream.get_mut();
        stream.write_all(words.as_bytes())?;
        stream.write_all(b"\r\n")?;
        stream.flush()?;
        self.reply(what)
    }

    /// Hears a reply: lines `250-…` up to one `250 …` (RFC 5321, 4.2.1).
    fn reply(&mut self, to: &'static str) -> Result<Vec<String>, MailError> {
        let mut lines = Vec::new();
        for _ in 0..MOST_LINES {
            if self.began.elapsed() > LONGEST_DELIVERY {
                return Err(MailError::Slow);
            }
            let mut bytes = Vec::new();
            (&mut self.stream).take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end();
            let code: u16 = text.get(..3).and_then(|code| code.parse().ok()).ok_or(MailError::Strange)?;
            lines.push(text.get(4..).unwrap_or_default().to_owned());
            match (text.as_bytes().get(3), code) {
                (Some(b'-'), _) => {}
                (Some(b' ') | None, 200..=399) => return Ok(lines),
                (Some(b' ') | None, _) => {
                    let text: String =
                        lines.join(" ").chars().filter(|letter| !letter.is_control()).take(200).collect();
                    return Err(MailError::Refused { code, to, text });
                }
                _ => return Err(MailError::Strange),
            }
        }
        Err(MailError::Strange)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A mail server for one conversation, which answers each line by `answer` and gives back all that was said.
    fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> (u16, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            stream.write_all(b"220 mail ready\r\n").unwrap();
            let (mut all, mut is_data) = (String::new(), false);
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap_or(0) > 0 {
                all.push_str(&line);
                let words = line.trim_end().to_owned();
                line.clear();
                if is_data && words != "." {
                    continue;
                }
                is_data = words == "DATA";
                if stream.write_all(answer(&words).as_bytes()).is_err() || words == "QUIT" {
                    break;
                }
            }
            all
        });
        (port, said)
    }

    fn target(port: u16, user: Option<&str>, security: MailSecurity) -> Target {
        Target::Email {
            host: "127.0.0.1".into(),
            port,
            security,
            user: user.map(str::to_owned),
            from: "bulkhead@example.com".into(),
            to: vec!["ann@example.com".into(), "bob@example.com".into()],
            template: None,
        }
    }

    fn usual(words: &str) -> String {
        match words.split(' ').next().unwrap_or_default() {
            "EHLO" => "250-mail\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n".to_owned(),
            "DATA" => "354 go on\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        }
    }

    #[test]
    fn a_mail_arrives_with_its_words() {
        let (port, said) = serve(usual);
        let mut message = Message::test("ja");
        message.subject = "検証\r\nBcc: x@y".to_owned();
        let ended =
            send(&target(port, None, MailSecurity::None), None, &message, "host.example", true, 1_790_000_000_000_000);
        assert_eq!(ended, Delivered::Well);
        let said = said.join().unwrap();
        for line in ["EHLO host.example", "MAIL FROM:<bulkhead@example.com>", "RCPT TO:<bob@example.com>", "QUIT"] {
            assert!(said.contains(line), "{line}: {said}");
        }
        assert!(!said.contains("Bcc:"), "{said}");
        assert!(said.contains(&STANDARD.encode(&message.text)[..70]), "{said}");
        assert!(said.contains("Date: 21 Sep 2026 "), "{said}");
    }

    #[test]
    fn what_is_refused_for_now_is_tried_again_and_what_is_for_good_is_not() {
        let ended = |code: &'static str| {
            let (port, said) = serve(move |words| match words.starts_with("RCPT") {
                true => format!("{code} no\r\n"),
                false => usual(words),
            });
            let ended = send(&target(port, None, MailSecurity::None), None, &Message::test("en"), "h", true, 0);
            said.join().unwrap();
            ended
        };
        assert!(matches!(ended("451"), Delivered::Later(why) if why.contains("451")));
        assert!(matches!(ended("550"), Delivered::Never(why) if why.contains("550")));
    }

    #[test]
    fn no_password_goes_over_a_line_that_is_not_encrypted() {
        let (port, said) = serve(usual);
        let ended =
            send(&target(port, Some("eve"), MailSecurity::None), Some("hunter2"), &Message::test("en"), "h", true, 0);
        assert!(matches!(ended, Delivered::Never(_)));
        assert!(!said.join().unwrap().contains("AUTH"));
        let (port, said) = serve(usual);
        let target = target(port, Some("eve"), MailSecurity::Starttls);
        let ended = send(&target, Some("hunter2"), &Message::test("en"), "h", true, 0);
        assert!(matches!(ended, Delivered::Never(why) if why.contains("STARTTLS")));
        assert!(!said.join().unwrap().contains("AUTH"), "a server that takes STARTTLS away gets no password");
    }

    #[test]
    fn private_mail_servers_are_a_choice() {
        let ended = send(&target(25, None, MailSecurity::None), None, &Message::test("en"), "h", false, 0);
        assert!(matches!(ended, Delivered::Never(why) if why.contains("private_addresses")));
    }
}
