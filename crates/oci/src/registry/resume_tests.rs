//! Blobs whose connection breaks, from servers that do not go on where it did.

use std::io::Read;

use super::mock::*;
use super::tests::{check, half, layer, options, registry_with_layer};
use super::*;

/// What was asked for of the layer, in order.
fn ranges(server: &MockServer, image: &MockImage) -> Vec<String> {
    let requests = server.requests();
    let of_layer = requests.iter().filter(|request| request.path == image.layer_path());
    of_layer.map(|request| request.header("range").to_owned()).collect()
}

fn whole_head(layer: &[u8]) -> String {
    format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", layer.len())
}

#[test]
fn a_blob_begins_anew_where_the_server_does_not_go_on() {
    let image = MockImage::new(layer());
    let rests: [fn(&[u8]) -> Reply; 4] = [
        |_| reply(416, &[], ""),
        |layer| reply(206, &[], &layer[400_000..]),
        |layer| reply(206, &[("content-range", "bytes 500000-799999/800000")], &layer[500_000..]),
        |layer| reply(206, &[("content-range", "bytes 0-799999/800000")], &layer[400_000..]),
    ];
    for rest in rests {
        let server = registry_with_layer(&image, move |request, count, layer| match (request.header("range"), count) {
            ("", 0) => half(whole_head(layer), layer),
            ("", _) => reply(200, &[], layer),
            _ => rest(layer),
        });
        assert_eq!(check(&server, &options()).unwrap(), image.layer);
        assert_eq!(ranges(&server, &image), ["", "bytes=400000-", ""]);
    }
}

#[test]
fn beginning_anew_counts_as_a_try() {
    let image = MockImage::new(layer());
    let server = || {
        registry_with_layer(&image, |request, _, layer| match request.header("range") {
            "" => half(whole_head(layer), layer),
            _ => reply(416, &[], ""),
        })
    };
    let mut options = options();
    let always_cut = server();
    let error = check(&always_cut, &options).unwrap_err();
    assert!(error.contains("ended the connection at byte 400000 of the 800000 bytes of the blob"), "{error}");
    assert_eq!(ranges(&always_cut, &image), ["", "bytes=400000-", "", "", ""]);
    options.timeouts.retries = 1;
    let error = check(&server(), &options).unwrap_err();
    assert!(error.ends_with("where its connection broke, at byte 400000"), "{error}");
}

#[test]
fn a_part_of_a_blob_begins_anew_too() {
    let image = MockImage::new(layer());
    let rests: [fn(&[u8]) -> Reply; 2] = [|_| reply(416, &[], ""), |layer| reply(200, &[], layer)];
    for rest in rests {
        let server = registry_with_layer(&image, move |request, count, layer| {
            let range = "bytes 100-699999/800000";
            match (request.header("range"), count) {
                (_, 0) => {
                    let head = format!("HTTP/1.1 206 X\r\ncontent-length: 699900\r\ncontent-range: {range}\r\n\r\n");
                    half(head, &layer[100..700_000])
                }
                ("bytes=100-699999", _) => reply(206, &[("content-range", range)], &layer[100..700_000]),
                _ => rest(layer),
            }
        });
        let opened = open_registry(&format!("{}/team/app:1", server.address).parse().unwrap(), &options()).unwrap();
        let mut part = Vec::new();
        opened.blobs.open_part(0, 100..700_000).unwrap().read_to_end(&mut part).unwrap();
        assert!(part == image.layer[100..700_000]);
        assert_eq!(ranges(&server, &image), ["bytes=100-699999", "bytes=350050-699999", "bytes=100-699999"]);
    }
}
