use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::mock::*;
use super::*;
use crate::Secret;
use crate::credentials::Credential;

pub(super) fn options() -> RegistryOptions {
    RegistryOptions {
        plain_http: true,
        timeouts: Timeouts {
            first_retry: Duration::from_millis(1),
            idle: Duration::from_secs(10),
            ..Timeouts::default()
        },
        ..RegistryOptions::default()
    }
}

fn open(server: &MockServer, options: &RegistryOptions) -> Result<Image, RegistryError> {
    open_registry(&format!("{}/team/app:1", server.address).parse().unwrap(), options)
}

pub(super) fn read_layer(image: &Image) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    image.blobs.open(0)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens the image of a server and reads its layer; the error is told with its causes.
pub(super) fn check(server: &MockServer, options: &RegistryOptions) -> Result<Vec<u8>, String> {
    let image = open(server, options).map_err(|error| chain(&error))?;
    read_layer(&image).map_err(|error| error.get_ref().map(|error| chain(error)).unwrap_or_else(|| error.to_string()))
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

pub(super) fn layer() -> Vec<u8> {
    (0..200_000u32).flat_map(|number| number.to_le_bytes()).collect()
}

pub(super) fn password(user: &str, password: &str) -> Option<Credential> {
    Some(Credential::Password { user: user.into(), password: Secret::new(password) })
}

#[test]
fn an_open_registry_needs_no_credential() {
    let image = MockImage::new(layer());
    let server = MockServer::start({
        let image = image.clone();
        move |request| image.answer(request)
    });
    let opened = open(&server, &options()).unwrap();
    assert_eq!(opened.digest, Some(sha256(image.manifest.as_bytes())));
    assert_eq!(opened.config.user.as_deref(), Some("app"));
    assert_eq!(opened.layers[0].identity, LayerIdentity::Verified(sha256(&image.layer)));
    assert_eq!(read_layer(&opened).unwrap(), image.layer);
    assert!(server.requests().iter().all(|request| request.header("authorization").is_empty()));
}

#[test]
fn plain_http_is_spoken_only_when_asked() {
    // What a web server with encryption answers to none is what one without answers to the beginning of encryption.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut first = [0; 3];
        connection.read_exact(&mut first).unwrap();
        connection.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").unwrap();
        first
    });
    let options = RegistryOptions { plain_http: false, ..options() };
    let error = open_registry(&format!("{address}/team/app:1").parse().unwrap(), &options).err().unwrap();
    assert!(error.to_string().ends_with("if it speaks plain http, give --plain-http"), "{}", chain(&error));
    assert_eq!(server.join().unwrap(), [22, 3, 1], "the beginning of a TLS handshake");
}

#[test]
fn a_server_that_ends_at_the_beginning_of_encryption_is_told_of_plain_http() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || listener.accept().unwrap().0.read(&mut [0; 8192]).unwrap());
    let mut options = RegistryOptions { plain_http: false, ..options() };
    options.timeouts.retries = 0;
    let error = open_registry(&format!("{address}/team/app:1").parse().unwrap(), &options).err().unwrap();
    let expected = "ended the connection before it answered; if it speaks plain http, give --plain-http";
    assert!(error.to_string().ends_with(expected), "{}", chain(&error));
    assert!(server.join().unwrap() > 0);
}

#[test]
fn basic_authentication_is_sent_when_it_is_asked_for() {
    let image = MockImage::new(layer());
    let server = MockServer::start({
        let image = image.clone();
        move |request| match request.header("authorization") {
            "Basic dTpw" => image.answer(request),
            _ => reply(401, &[("www-authenticate", "Basic realm=\"x\"")], ""),
        }
    });
    let mut options = options();
    options.credentials.given = password("u", "p");
    assert_eq!(check(&server, &options).unwrap(), image.layer);
    options.credentials.given = password("u", "wrong");
    assert!(check(&server, &options).unwrap_err().contains("with the credential it was given"));
    options.credentials.given = None;
    assert!(check(&server, &options).unwrap_err().contains("without a credential"));
}

/// A registry whose tokens serve a number of requests and whose token service is on the same host.
fn token_registry(image: MockImage, requests_for_a_token: usize, wants: &'static str, denied: u16) -> MockServer {
    let issued = AtomicUsize::new(0);
    let used = AtomicUsize::new(0);
    MockServer::start(move |request| {
        if request.path.starts_with("/token") {
            let is_right = match request.method.as_str() {
                "GET" => request.header("authorization") == wants && request.path.contains("service=s%20s"),
                _ => request.body.contains(wants) && request.body.contains("grant_type=refresh_token"),
            };
            if !is_right {
                return reply(401, &[], "");
            }
            used.store(0, Ordering::SeqCst);
            let token = issued.fetch_add(1, Ordering::SeqCst) + 1;
            return reply(200, &[], format!(r#"{{"token":"t{token}","expires_in":300}}"#));
        }
        let challenge = format!(
            r#"Bearer realm="http://{}/token",service="s s",scope="repository:team/app:pull""#,
            request.header("host")
        );
        let expected = format!("Bearer t{}", issued.load(Ordering::SeqCst));
        if request.header("authorization") == expected && used.fetch_add(1, Ordering::SeqCst) < requests_for_a_token {
            return image.answer(request);
        }
        let status = if request.header("authorization").is_empty() { 401 } else { denied };
        reply(status, &[("www-authenticate", &challenge)], "")
    })
}

#[test]
fn tokens_are_fetched_once_and_renewed_when_they_expire() {
    let image = MockImage::new(layer());
    for (requests_for_a_token, denied, tokens) in [(100, 401, 1), (1, 401, 3), (1, 403, 3)] {
        let server = token_registry(image.clone(), requests_for_a_token, "", denied);
        assert_eq!(check(&server, &options()).unwrap(), image.layer);
        let fetched = server.requests().iter().filter(|request| request.path.starts_with("/token")).count();
        assert_eq!(fetched, tokens);
    }
}

#[test]
fn the_token_service_gets_passwords_and_identity_tokens() {
    let image = MockImage::new(layer());
    let mut options = options();
    options.credentials.given = password("u", "p");
    assert_eq!(check(&token_registry(image.clone(), 9, "Basic dTpw", 401), &options).unwrap(), image.layer);
    options.credentials.given = Some(Credential::IdentityToken(Secret::new("i/t")));
    assert_eq!(check(&token_registry(image.clone(), 9, "refresh_token=i%2Ft", 401), &options).unwrap(), image.layer);
    let error = check(&token_registry(image, 9, "refresh_token=other", 401), &options).unwrap_err();
    assert!(error.contains("does not let this user read team/app"), "{error}");
}

#[test]
fn a_registry_that_never_accepts_its_own_token_is_given_up() {
    let server = token_registry(MockImage::new(layer()), 0, "", 401);
    assert!(check(&server, &options()).unwrap_err().contains("does not let this user read"));
    assert!(server.requests().len() < 6);
}

#[test]
fn redirects_to_storage_leave_the_credential_behind() {
    let image = MockImage::new(layer());
    let storage = MockServer::start({
        let image = image.clone();
        move |_| reply(200, &[], image.layer.clone())
    });
    let target = format!("http://{}/bucket?signature=x", storage.address);
    let server = MockServer::start({
        let image = image.clone();
        move |request| {
            if request.header("authorization") != "Basic dTpw" {
                return reply(401, &[("www-authenticate", "Basic realm=\"x\"")], "");
            }
            if request.path == image.layer_path() {
                return reply(307, &[("location", &target)], "");
            }
            image.answer(request)
        }
    });
    let mut options = options();
    options.credentials.given = password("u", "p");
    assert_eq!(check(&server, &options).unwrap(), image.layer);
    let requests = storage.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/bucket?signature=x");
    assert_eq!(requests[0].header("authorization"), "");
}

#[test]
fn many_threads_share_one_renewed_token() {
    let image = MockImage::new(layer());
    let server = token_registry(image.clone(), 100, "", 401);
    let opened = open(&server, &options()).unwrap();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| read_layer(&opened).unwrap())).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == image.layer));
    });
    assert_eq!(server.requests().iter().filter(|request| request.path.starts_with("/token")).count(), 1);
}

#[test]
fn a_proxy_is_asked_to_connect_to_a_registry_that_only_it_knows() {
    let image = MockImage::new(layer());
    let registry = MockServer::start({
        let image = image.clone();
        move |request| image.answer(request)
    });
    let address = registry.address;
    let proxy = MockServer::start(move |request| {
        let is_right = request.method == "CONNECT"
            && request.path == "registry.invalid:80"
            && request.header("proxy-authorization") == "Basic dTpw";
        if !is_right {
            return reply(407, &[], "");
        }
        stream(move |connection| {
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let mut upstream = std::net::TcpStream::connect(address)?;
            let (mut from, mut to) = (connection.try_clone()?, upstream.try_clone()?);
            thread::spawn(move || io::copy(&mut from, &mut to));
            io::copy(&mut upstream, connection)?;
            connection.shutdown(std::net::Shutdown::Both)
        })
    });
    let mut options = options();
    options.proxies.http = Some(format!("http://u:p@{}", proxy.address));
    let opened = open_registry(&"registry.invalid/team/app:1".parse().unwrap(), &options).unwrap();
    assert_eq!(read_layer(&opened).unwrap(), image.layer);
    options.proxies.http = Some(format!("http://{}", proxy.address));
    let error = open_registry(&"registry.invalid/team/app:1".parse().unwrap(), &options).err().unwrap();
    assert!(chain(&error).contains("proxy refused"), "{}", chain(&error));
    options.proxies.except = "invalid".into();
    let error = open_registry(&"registry.invalid/team/app:1".parse().unwrap(), &options).err().unwrap();
    assert!(error.to_string().contains("is unknown"), "{error}");
}

fn registry_that_redirects_its_layer(location: &'static str) -> MockServer {
    let image = MockImage::new(layer());
    MockServer::start(move |request| match request.path == image.layer_path() || request.path == location {
        true => reply(302, &[("location", location)], ""),
        false => image.answer(request),
    })
}

#[test]
fn redirects_to_metadata_services_are_refused() {
    for location in [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/x",
        "http://0.0.0.0/x",
        // The same address as a number, which only resolving it reveals.
        "http://2852039166/latest/meta-data/",
    ] {
        let before = Instant::now();
        let error = check(&registry_that_redirects_its_layer(location), &options()).unwrap_err();
        assert!(error.contains("refused to connect") || error.contains("unknown"), "{location}: {error}");
        assert!(before.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_token_service_at_a_metadata_address_gets_no_password() {
    for realm in ["http://169.254.169.254/token", "http://2852039166/token", "gopher://127.0.0.1/token", ""] {
        let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
        let server = MockServer::start(move |_| reply(401, &[("www-authenticate", &challenge)], ""));
        let mut options = options();
        options.credentials.given = password("u", "p");
        let error = check(&server, &options).unwrap_err();
        let is_refused = ["refused to connect", "unknown", "of no use", "does not say where"];
        assert!(is_refused.iter().any(|words| error.contains(words)), "{realm}: {error}");
        assert_eq!(server.requests().len(), 1, "{realm}");
    }
}

#[test]
fn redirects_without_end_or_to_other_schemes_are_refused() {
    let error = check(&registry_that_redirects_its_layer("/loop"), &options()).unwrap_err();
    assert!(error.contains("redirects more than 5 times"), "{error}");
    let error = check(&registry_that_redirects_its_layer("file:///etc/passwd"), &options()).unwrap_err();
    assert!(error.contains("address of no use"), "{error}");
}

/// A registry that answers requests for the layer in a way of its own.
pub(super) fn registry_with_layer(
    image: &MockImage,
    answer: impl Fn(&MockRequest, usize, &[u8]) -> Reply + Send + Sync + 'static,
) -> MockServer {
    let image = image.clone();
    let count = AtomicUsize::new(0);
    MockServer::start(move |request| match request.path == image.layer_path() {
        true => answer(request, count.fetch_add(1, Ordering::SeqCst), &image.layer),
        false => image.answer(request),
    })
}

/// Sends the head of an answer and the first half of the body that it promises.
pub(super) fn half(head: String, body: &[u8]) -> Reply {
    let part = body[..body.len() / 2].to_vec();
    stream(move |connection| {
        connection.write_all(head.as_bytes())?;
        connection.write_all(&part)
    })
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let image = MockImage::new(layer());
    let server = registry_with_layer(&image, |request, count, layer| {
        let from: usize =
            request.header("range").trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap_or(0);
        let rest = &layer[from..];
        let head = format!(
            "HTTP/1.1 206 X\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{}\r\n\r\n",
            rest.len(),
            layer.len() - 1,
            layer.len()
        );
        match count {
            0 => half(format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", layer.len()), layer),
            1 => half(head, rest),
            2 => reply(503, &[], ""),
            _ => reply(206, &[("content-range", &format!("bytes {from}-{}/{}", layer.len() - 1, layer.len()))], rest),
        }
    });
    assert_eq!(check(&server, &options()).unwrap(), image.layer);
    let ranges: Vec<String> =
        server.requests().iter().skip(2).map(|request| request.header("range").to_owned()).collect();
    assert_eq!(ranges, ["", "bytes=400000-", "bytes=600000-", "bytes=600000-"]);
}

#[test]
fn a_server_that_cannot_send_parts_sends_everything_again() {
    let image = MockImage::new(layer());
    let server = registry_with_layer(&image, |_, count, layer| match count {
        0 => half("HTTP/1.1 200 X\r\nconnection: close\r\n\r\n".into(), layer),
        _ => reply(200, &[], layer),
    });
    assert_eq!(check(&server, &options()).unwrap(), image.layer);
}

#[test]
fn a_download_that_always_breaks_is_given_up() {
    let image = MockImage::new(layer());
    let server = registry_with_layer(&image, |_, _, layer| {
        half(format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", layer.len()), layer)
    });
    let error = check(&server, &options()).unwrap_err();
    assert!(error.contains("ended the connection at byte 400000 of the 800000 bytes of the blob"), "{error}");
    assert!(server.requests().len() < 10);
}

#[test]
fn blobs_of_another_length_are_refused() {
    let image = MockImage::new(layer());
    let server = registry_with_layer(&image, |_, _, layer| reply(200, &[], &layer[1..]));
    assert!(check(&server, &options()).unwrap_err().contains("fewer than the 800000 bytes"));
    let server = registry_with_layer(&image, |_, _, layer| reply(200, &[], [layer, b"x"].concat()));
    assert!(check(&server, &options()).unwrap_err().contains("more than the 800000 bytes"));
}

#[test]
fn a_body_without_end_ends_at_the_size_of_the_blob() {
    let image = MockImage::new(layer());
    let server = registry_with_layer(&image, |_, _, _| {
        stream(|connection| {
            connection.write_all(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n")?;
            loop {
                connection.write_all(b"1000\r\n")?;
                connection.write_all(&[b'a'; 0x1000])?;
                connection.write_all(b"\r\n")?;
            }
        })
    });
    assert!(check(&server, &options()).unwrap_err().contains("more than the 800000 bytes"));
}

#[test]
fn a_body_that_stops_or_drips_is_given_up() {
    let image = MockImage::new(layer());
    let drip = |pause: Duration| {
        registry_with_layer(&image, move |_, _, layer| {
            let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", layer.len());
            stream(move |connection| {
                connection.write_all(head.as_bytes())?;
                loop {
                    connection.write_all(b"x")?;
                    thread::sleep(pause);
                }
            })
        })
    };
    let mut options = options();
    options.timeouts.retries = 1;
    options.timeouts.idle = Duration::from_millis(100);
    let error = check(&drip(Duration::from_secs(5)), &options).unwrap_err();
    assert!(error.contains("took too long"), "{error}");
    options.timeouts.idle = Duration::from_secs(5);
    options.timeouts.grace = Duration::from_millis(200);
    let error = check(&drip(Duration::from_millis(10)), &options).unwrap_err();
    assert!(error.contains("at less than 32768 bytes a second"), "{error}");
}

#[test]
fn a_head_that_drips_is_given_up() {
    let server = MockServer::start(|_| {
        stream(|connection| {
            connection.write_all(b"HTTP/1.1 200 X\r\n")?;
            loop {
                connection.write_all(b"a: b\r\n")?;
                thread::sleep(Duration::from_millis(20));
            }
        })
    });
    let mut options = options();
    options.timeouts.answer = Duration::from_millis(200);
    options.timeouts.retries = 0;
    let error = check(&server, &options).unwrap_err();
    assert!(error.contains("took too long"), "{error}");
}

#[test]
fn a_registry_that_asks_to_wait_is_waited_for_within_bounds() {
    let image = MockImage::new(layer());
    let limited = |wait: &'static str| {
        let image = image.clone();
        let count = AtomicUsize::new(0);
        MockServer::start(move |request| match count.fetch_add(1, Ordering::SeqCst) {
            0 => reply(429, &[("retry-after", wait)], ""),
            _ => image.answer(request),
        })
    };
    assert_eq!(check(&limited("0"), &options()).unwrap(), image.layer);
    assert!(check(&limited("86400"), &options()).unwrap_err().contains("asks to come back in 86400 s"));
}

#[test]
fn documents_that_lie_are_refused() {
    let image = MockImage::new(layer());
    let server = MockServer::start({
        let image = image.clone();
        move |request| match request.path.contains("/manifests/") {
            true => {
                let other = sha256(b"another").to_string();
                reply(200, &[("docker-content-digest", &other)], image.manifest.clone())
            }
            false => image.answer(request),
        }
    });
    assert!(check(&server, &options()).unwrap_err().contains("says that manifest 1 has the digest"));
    let name = format!("{}/team/app@{}", server.address, sha256(b"asked"));
    let error = open_registry(&name.parse().unwrap(), &options()).err().map(|error| chain(&error)).unwrap();
    assert!(error.contains("was damaged or replaced"), "{error}");
    let huge = MockServer::start(|_| reply(200, &[], vec![b' '; 5 << 20]));
    assert!(check(&huge, &options()).unwrap_err().contains("more than 4194304 bytes"));
    let other_config = MockServer::start({
        let image = image.clone();
        move |request| match request.path.contains("/manifests/") {
            true => image.answer(request),
            false => reply(200, &[], image.config.replace("app", "bpp")),
        }
    });
    assert!(check(&other_config, &options()).unwrap_err().contains("was damaged or replaced"));
}

#[test]
fn a_manifest_that_breaks_off_is_fetched_again() {
    let image = MockImage::new(layer());
    let count = AtomicUsize::new(0);
    let server = MockServer::start({
        let image = image.clone();
        move |request| match count.fetch_add(1, Ordering::SeqCst) {
            0 => half(
                format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", image.manifest.len()),
                image.manifest.as_bytes(),
            ),
            1 => reply(502, &[], ""),
            _ => image.answer(request),
        }
    });
    assert_eq!(check(&server, &options()).unwrap(), image.layer);
}

#[test]
fn a_manifest_that_drips_is_given_up() {
    let server = MockServer::start(|_| {
        stream(|connection| {
            connection.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 9999\r\n\r\n")?;
            loop {
                connection.write_all(b" ")?;
                thread::sleep(Duration::from_millis(20));
            }
        })
    });
    let mut options = options();
    options.timeouts.document = Duration::from_millis(200);
    let before = Instant::now();
    let error = check(&server, &options).unwrap_err();
    assert!(error.contains("took too long"), "{error}");
    assert!(before.elapsed() < Duration::from_secs(5));
    assert!(server.requests().len() <= 2);
}

#[test]
fn an_index_gives_the_image_of_the_platform_asked_for() {
    let images =
        [MockImage::for_platform(layer(), "linux", "amd64"), MockImage::for_platform(vec![7; 9], "linux", "arm64")];
    let entry = |image: &MockImage, architecture: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},"platform":{{"os":"linux","architecture":"{architecture}"}}}}"#,
            sha256(image.manifest.as_bytes()),
            image.manifest.len()
        )
    };
    let index = format!(r#"{{"manifests":[{},{}]}}"#, entry(&images[0], "amd64"), entry(&images[1], "arm64"));
    let server = MockServer::start({
        let images = images.clone();
        move |request| match request.path.ends_with("/manifests/1") {
            true => reply(200, &[], index.clone()),
            false => images
                .iter()
                .map(|image| image.answer(request))
                .find(|reply| matches!(reply, Reply::Full(200, ..)))
                .unwrap_or_else(|| reply(404, &[], "")),
        }
    });
    let asked = |platform: &str| RegistryOptions { platform: Some(platform.parse().unwrap()), ..options() };
    assert_eq!(check(&server, &asked("linux/arm64")).unwrap(), vec![7; 9]);
    assert_eq!(check(&server, &asked("linux/amd64")).unwrap(), images[0].layer);
    let error = check(&server, &asked("linux/s390x")).unwrap_err();
    assert!(error.contains("choose with --platform from: linux/amd64, linux/arm64"), "{error}");
}

#[test]
fn mirrors_follow_a_grammar() {
    let mirror: Mirror = "index.docker.io=http://mirror:5000/hub/".parse().unwrap();
    let expected =
        Mirror { from: "docker.io".into(), to: "mirror:5000".into(), prefix: "hub".into(), plain_http: Some(true) };
    assert_eq!(mirror, expected);
    assert!("docker.io=mirror".parse::<Mirror>().is_ok());
    for bad in ["docker.io", "=x", "docker.io=", "docker.io=a b", "docker.io=https://u:p@x", "a/b=c", "x=y/Z"] {
        assert!(bad.parse::<Mirror>().is_err(), "{bad}");
    }
}

#[test]
fn an_unknown_registry_is_told_at_once() {
    let name = "registry.invalid/team/app:1".parse().unwrap();
    let error = open_registry(&name, &options()).err().map(|error| error.to_string()).unwrap();
    assert_eq!(error, "the host registry.invalid is unknown; check its spelling, the network and the name server");
}
