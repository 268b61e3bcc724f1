use std::io::Write;

use super::mock::*;
use super::tests::{check, layer, options, password, read_layer};
use super::*;

#[test]
fn mirrors_are_tried_before_the_registry() {
    let image = MockImage::new(layer());
    let broken = MockServer::start(|_| reply(404, &[], ""));
    let good = MockServer::start({
        let image = image.clone();
        move |request| image.answer(&MockRequest { path: request.path.replace("/hub/", "/"), ..request.clone() })
    });
    let mut options = options();
    options.credentials.given = password("u", "p");
    let mirror =
        |server: &MockServer| -> Mirror { format!("quay.example.com={}/hub", server.address).parse().unwrap() };
    options.mirrors = vec![mirror(&broken), mirror(&good)];
    let opened = open_registry(&"quay.example.com/team/app:1".parse().unwrap(), &options).unwrap();
    assert_eq!(opened.name, "quay.example.com/team/app:1");
    assert_eq!(read_layer(&opened).unwrap(), image.layer);
    assert!(good.requests().iter().all(|request| request.path.starts_with("/v2/hub/team/app/")));
    options.mirrors = vec![format!("{}={}", good.address, broken.address).parse().unwrap()];
    let served = open_registry(&format!("{}/hub/team/app:1", good.address).parse().unwrap(), &options).unwrap();
    assert_eq!(read_layer(&served).unwrap(), image.layer);
    options.mirrors = vec![format!("{}={}", broken.address, broken.address).parse().unwrap()];
    let error = check(&broken, &options).unwrap_err();
    assert!(error.contains("failed too") && error.contains("has no manifest 1 in team/app"), "{error}");
}

/// A mirror that knows an image need not have all of its blobs yet, or keep up to the end.
#[test]
fn what_a_mirror_does_not_give_comes_from_the_next_place() {
    let image = MockImage::new(layer());
    let answering = |answer: fn(Vec<u8>) -> Reply| {
        let image = image.clone();
        MockServer::start(move |request| match request.path == image.layer_path() {
            true => answer(image.layer.clone()),
            false => image.answer(request),
        })
    };
    let without = answering(|_| reply(404, &[], ""));
    let cutting = answering(|layer| {
        stream(move |connection| {
            write!(connection, "HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", layer.len())?;
            connection.write_all(&layer[..1000])
        })
    });
    let origin = MockServer::start({
        let image = image.clone();
        move |request| image.answer(request)
    });
    for mirrors in [vec![&without], vec![&cutting], vec![&without, &cutting]] {
        let mut options = options();
        let name = format!("{}/team/app:1", origin.address);
        let own = |server: &&MockServer| format!("{}={}", origin.address, server.address).parse().unwrap();
        options.mirrors = mirrors.iter().map(own).collect();
        options.timeouts.retries = 1;
        assert_eq!(read_layer(&open_registry(&name.parse().unwrap(), &options).unwrap()).unwrap(), image.layer);
    }
    let mut options = options();
    options.mirrors = vec![format!("{}={}", cutting.address, without.address).parse().unwrap()];
    options.timeouts.retries = 0;
    let error = check(&cutting, &options).unwrap_err();
    assert!(error.contains(&format!("{} failed too", without.address)), "{error}");
}
