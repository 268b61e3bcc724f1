use super::mock::*;
use super::*;
use crate::Companions;

/// Finds what lies beside an image whose registry answers `beside` to what it does not know of the image itself.
fn find(beside: impl Fn(&MockRequest, &Digest) -> Reply + Send + Sync + 'static) -> (Companions, Vec<String>) {
    let image = MockImage::new(b"layer".to_vec());
    let digest = sha256(image.manifest.as_bytes());
    let server = MockServer::start(move |request| {
        let is_of_image = request.path.ends_with("/manifests/1") || request.path.ends_with(&image_blob(&image));
        if is_of_image { image.answer(request) } else { beside(request, &digest) }
    });
    let options = RegistryOptions {
        plain_http: true,
        timeouts: Timeouts { first_retry: Duration::from_millis(1), retries: 1, ..Timeouts::default() },
        ..RegistryOptions::default()
    };
    let image = open_registry(&format!("{}/team/app:1", server.address).parse().unwrap(), &options).unwrap();
    let before = server.requests().len();
    let companions = image.companions(&|kind| kind != "application/unwanted");
    let asked = server.requests()[before..].iter().map(|request| request.path.clone()).collect();
    (companions, asked)
}

fn image_blob(image: &MockImage) -> String {
    let manifest: serde_json::Value = serde_json::from_str(&image.manifest).unwrap();
    manifest["config"]["digest"].as_str().unwrap().to_owned()
}

/// A signature with one file, as the bytes of its manifest.
fn signature(body: &[u8]) -> String {
    let (digest, size) = (sha256(body), body.len());
    format!(
        r#"{{"artifactType":"application/a","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{digest}","size":{size}}},"layers":[{{"mediaType":"application/b","digest":"{digest}","size":{size},"annotations":{{"x":"y"}}}}]}}"#
    )
}

fn index(entries: &[(&str, &str)]) -> String {
    let entry = |(manifest, kind): &(&str, &str)| {
        let (digest, size) = (sha256(manifest.as_bytes()), manifest.len());
        format!(r#"{{"mediaType":"m","digest":"{digest}","size":{size},"artifactType":"{kind}"}}"#)
    };
    format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.iter().map(entry).collect::<Vec<_>>().join(","))
}

fn absent() -> Reply {
    reply(404, &[], "")
}

#[test]
fn a_registry_without_signatures_is_asked_four_times_at_most() {
    let (companions, asked) = find(|_, _| absent());
    assert_eq!((companions.found.len(), companions.unread.len(), companions.has_place), (0, 0, true));
    assert_eq!(asked.len(), 4, "{asked:?}");
    let (_, asked) = find(|request, _| match request.path.contains("/referrers/") {
        true => reply(200, &[], index(&[])),
        false => absent(),
    });
    assert_eq!(asked.len(), 3, "{asked:?}");
}

#[test]
fn referrers_are_read_page_by_page_and_unwanted_ones_are_not_fetched() {
    let (one, two) = (signature(b"one"), signature(b"two"));
    let pages = [index(&[(&one, "application/a"), ("{}", "application/unwanted")]), index(&[(&two, "")])];
    let (companions, asked) = find(move |request, subject| {
        let next = format!("</v2/team/app/referrers/{subject}?last=1>; rel=\"next\"");
        let known = [b"one".as_slice(), b"two", one.as_bytes(), two.as_bytes()];
        match &request.path {
            path if path.ends_with("?last=1") => reply(200, &[], pages[1].clone()),
            path if path.contains("/referrers/") => reply(200, &[("link", &next)], pages[0].clone()),
            path => known
                .iter()
                .find(|body| path.ends_with(&sha256(body).to_string()))
                .map_or_else(absent, |body| reply(200, &[], body.to_vec())),
        }
    });
    assert_eq!(companions.unread, []);
    let bodies: Vec<&[u8]> = companions.found.iter().map(|found| found.files[0].bytes.as_slice()).collect();
    assert_eq!(bodies, [b"one".as_slice(), b"two"]);
    assert_eq!(companions.found[0].files[0].annotations["x"], "y");
    assert_eq!(asked.len(), 2 + 2 + 2 + 2, "{asked:?}");
}

#[test]
fn the_fallback_tag_and_the_tags_of_cosign_are_read() {
    let (one, two) = (signature(b"one"), signature(b"two"));
    let listed = index(&[(&one, "application/a")]);
    let (companions, _) = find(move |request, subject| {
        let tag = |ending: &str| format!("/manifests/sha256-{}{ending}", subject.hex());
        let known = [b"one".as_slice(), b"two", one.as_bytes(), two.as_bytes()];
        match &request.path {
            path if path.ends_with(&tag("")) => reply(200, &[], listed.clone()),
            path if path.ends_with(&tag(".att")) => reply(200, &[], two.clone()),
            path if path.contains("/referrers/") => reply(405, &[], ""),
            path => known
                .iter()
                .find(|body| path.ends_with(&sha256(body).to_string()))
                .map_or_else(absent, |body| reply(200, &[], body.to_vec())),
        }
    });
    assert_eq!((companions.found.len(), companions.unread.len()), (2, 0), "{companions:?}");
}

#[test]
fn what_a_hostile_registry_says_is_unread_and_leads_nowhere() {
    let reasons = |answer: fn(&MockRequest, &Digest) -> Reply| {
        let (companions, asked) = find(answer);
        assert_eq!(companions.found, []);
        let reasons: Vec<String> = companions.unread.into_iter().map(|unread| unread.reason).collect();
        (reasons.join("\n"), asked.len())
    };
    let (said, _) = reasons(|request, _| match request.path.contains("/referrers/") {
        true => reply(200, &[], "hello"),
        false => absent(),
    });
    assert!(said.contains("no index"), "{said}");
    let (said, asked) = reasons(|request, subject| match request.path.contains("/referrers/") {
        true => reply(200, &[("link", &format!("</v2/team/app/referrers/{subject}?n=1>; rel=next"))], index(&[])),
        false => absent(),
    });
    assert!(said.contains("more than 16 pages"), "{said}");
    assert!(asked < 24, "{asked}");
    let (said, _) = reasons(|request, _| match request.path.contains("/referrers/") {
        true => reply(200, &[("link", "<http://169.254.169.254/latest>; rel=next")], index(&[])),
        false => absent(),
    });
    assert!(said.contains("address of no use"), "{said}");
    let (said, _) = reasons(|request, _| match &request.path {
        path if path.contains("/referrers/") => reply(200, &[], index(&[(&signature(b"one"), "application/a")])),
        path if path.contains("/manifests/sha256:") => reply(200, &[], "{}"),
        _ => absent(),
    });
    assert!(said.contains("damaged or replaced"), "{said}");
}
