//! Registries of several makes, as they are documented to answer, listed from beginning to end.

use api::registries::RegistryCredential;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use test_support::{HttpAnswer, HttpMock, HttpRequest};

use super::*;
use crate::environment::Environment;

/// How a registry wants to be shown who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// A token of its token service.
    Token,
    /// User and password with each request.
    Basic,
}

fn sha256(text: &str) -> String {
    let hex: String = digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// `user:pass word`
const AUTHORIZATION: &str = "Basic dXNlcjpwYXNzIHdvcmQ=";

/// A registry with the repositories `team/app` (two tags of one image, on two pages) and `team/other`, which has none.
fn registry(proof: Proof) -> HttpMock {
    let config = json!({ "architecture": "amd64", "os": "linux", "created": "2026-01-02T03:04:05Z", "rootfs": {
        "type": "layers", "diff_ids": [] } })
    .to_string();
    let manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len() } })
    .to_string();
    HttpMock::start(move |request| answer(proof, &config, &manifest, request))
}

fn answer(proof: Proof, config: &str, manifest: &str, request: &HttpRequest) -> HttpAnswer {
    let header = |name: &str, value: String| vec![(name.to_owned(), value)];
    let path = request.target.split('?').next().unwrap_or_default();
    let shown = request.header("authorization");
    if path == "/token" {
        return match shown == AUTHORIZATION {
            true => (200, Vec::new(), json!({ "token": "granted", "expires_in": 300 }).to_string()),
            false => (401, Vec::new(), String::new()),
        };
    }
    let (wanted, challenge) = match proof {
        Proof::Token => {
            ("Bearer granted", format!("Bearer realm=\"http://{}/token\",service=\"registry\"", request.header("host")))
        }
        Proof::Basic => (AUTHORIZATION, "Basic realm=\"Artifactory Realm\"".to_owned()),
    };
    if shown != wanted {
        return (
            401,
            header("www-authenticate", challenge),
            json!({ "errors": [{ "code": "UNAUTHORIZED" }] }).to_string(),
        );
    }
    let with_digest = || header("docker-content-digest", sha256(manifest));
    match path {
        "/v2/" => (200, Vec::new(), "{}".to_owned()),
        "/v2/_catalog" => {
            (200, Vec::new(), json!({ "repositories": ["team/app", "team/other", "base/alpine"] }).to_string())
        }
        "/v2/team/app/tags/list" if !request.target.contains("last=") => {
            let next = header("link", "</v2/team/app/tags/list?n=1&last=1>; rel=\"next\"".to_owned());
            (200, next, json!({ "name": "team/app", "tags": ["1"] }).to_string())
        }
        "/v2/team/app/tags/list" => (200, Vec::new(), json!({ "name": "team/app", "tags": ["latest"] }).to_string()),
        "/v2/team/other/tags/list" => (200, Vec::new(), json!({ "name": "team/other", "tags": null }).to_string()),
        _ if path.starts_with("/v2/team/app/manifests/") => (200, with_digest(), manifest.to_owned()),
        _ if path == format!("/v2/team/app/blobs/{}", sha256(config)) => (200, Vec::new(), config.to_owned()),
        _ => (404, Vec::new(), json!({ "errors": [{ "code": "NAME_UNKNOWN" }] }).to_string()),
    }
}

fn listed(kind: RegistryKind, mock: &HttpMock, password: &str) -> Result<Listing, Undone> {
    let rules = RegistryRules { repositories: vec!["team/*".to_owned()], ..RegistryRules::default() };
    listed_by(kind, mock, password, &rules)
}

fn listed_by(kind: RegistryKind, mock: &HttpMock, password: &str, rules: &RegistryRules) -> Result<Listing, Undone> {
    let registry = LeasedRegistry {
        id: "r".to_owned(),
        kind,
        address: mock.host(),
        ca: None,
        plain_http: true,
        may_be_private: true,
        credential: RegistryCredential::Password { user: "user".to_owned(), password: password.to_owned() },
    };
    let mut reach = Reach::new(&registry, &Environment::default())?;
    (reach.options.timeouts.retries, reach.options.timeouts.first_retry) = (1, std::time::Duration::from_millis(1));
    list(&registry, rules, &reach)
}

#[test]
fn robots_of_quay_and_users_of_artifactory_and_nexus_are_listed_what_they_may_read() {
    for (kind, proof) in [
        (RegistryKind::Quay, Proof::Token),
        (RegistryKind::Gitlab, Proof::Token),
        (RegistryKind::Artifactory, Proof::Basic),
        (RegistryKind::Artifactory, Proof::Token),
        (RegistryKind::Nexus, Proof::Basic),
        // Harbor's own interface is not there: its catalog is asked.
        (RegistryKind::Harbor, Proof::Basic),
    ] {
        let mock = registry(proof);
        let listing = listed(kind, &mock, "pass word").unwrap();
        let tags: Vec<String> = listing.tags.iter().map(|tag| format!("{}:{}", tag.repository, tag.tag)).collect();
        assert_eq!(tags, ["team/app:1", "team/app:latest"], "{kind:?}");
        assert_eq!(listing.tags[0].built.map(Moment::text).as_deref(), Some("2026-01-02T03:04:05Z"));
        assert!(listing.is_complete && listing.problems.is_empty(), "{kind:?}: {:?}", listing.problems);
        assert_eq!(listing.is_open, Some(false), "{kind:?}");
        let refused = listed(kind, &mock, "wrong").unwrap_err();
        assert!(!refused.may_pass, "{kind:?}: {refused:?}");
    }
}

/// What is listed and what could not be, each with its code.
fn told(listing: &Listing) -> (Vec<String>, Vec<String>) {
    let tags = listing.tags.iter().map(|tag| format!("{}:{}", tag.repository, tag.tag)).collect();
    let repository = |problem: &Cause| problem.parameters["repository"].as_str().unwrap_or_default().to_owned();
    let problems = listing.problems.iter().map(|problem| format!("{} {}", problem.code, repository(problem)));
    (tags, problems.collect())
}

/// Names of repositories as rules have them.
fn rules(repositories: &[&str]) -> RegistryRules {
    let repositories = repositories.iter().map(|pattern| (*pattern).to_owned()).collect();
    RegistryRules { repositories, ..RegistryRules::default() }
}

/// The registry with answers of its own to some paths.
fn with_answers(answers: fn(&str) -> Option<(u16, &'static str)>) -> HttpMock {
    let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
    let config = config.to_string();
    let manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len() } });
    let manifest = manifest.to_string();
    HttpMock::start(move |request| match answers(request.target.split('?').next().unwrap_or_default()) {
        Some((status, body)) => (status, Vec::new(), body.to_owned()),
        None => answer(Proof::Basic, &config, &manifest, request),
    })
}

#[test]
fn one_repository_that_fails_is_told_and_the_others_are_listed() {
    for (status, code, rules) in [
        (500, "registry.status", rules(&["team/*"])),
        (503, "registry.status", rules(&["team/app", "team/other"])),
        (418, "registry.status", rules(&["team/app", "team/other"])),
        (403, "registry.unauthorized", rules(&["team/*"])),
    ] {
        let failing = match status {
            500 => with_answers(|path| (path == "/v2/team/other/tags/list").then_some((500, ""))),
            503 => with_answers(|path| (path == "/v2/team/other/tags/list").then_some((503, ""))),
            418 => with_answers(|path| (path == "/v2/team/other/tags/list").then_some((418, ""))),
            _ => with_answers(|path| (path == "/v2/team/other/tags/list").then_some((403, "{}"))),
        };
        let listing = listed_by(RegistryKind::Oci, &failing, "pass word", &rules).unwrap();
        let (tags, problems) = told(&listing);
        assert_eq!(tags, ["team/app:1", "team/app:latest"], "{status}");
        assert_eq!(problems, [format!("{code} team/other")], "{status}");
        assert!(!listing.is_complete, "what could not be listed is not gone");
    }
}

#[test]
fn a_registry_of_which_nothing_can_be_listed_for_now_is_tried_again() {
    let failing = with_answers(|path| path.ends_with("/tags/list").then_some((500, "")));
    let undone = listed_by(RegistryKind::Oci, &failing, "pass word", &rules(&["team/*"])).unwrap_err();
    assert!(undone.may_pass && undone.cause.code == "registry.status", "{undone:?}");
    let limited = with_answers(|path| (path == "/v2/team/other/tags/list").then_some((429, "")));
    let undone = listed_by(RegistryKind::Oci, &limited, "pass word", &rules(&["team/*"])).unwrap_err();
    assert!(undone.may_pass && undone.cause.code == "registry.rate_limited", "{undone:?}");
}

#[test]
fn a_registry_that_goes_away_is_not_asked_for_every_repository() {
    let failing = with_answers(|path| (path.starts_with("/v2/r") && path.ends_with("/tags/list")).then_some((500, "")));
    let names: Vec<String> = (0..40).map(|at| format!("r{at}")).chain(["base/alpine".to_owned()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(listed_by(RegistryKind::Oci, &failing, "pass word", &rules(&names)).unwrap_err().may_pass);
    let asked = failing.requests().iter().filter(|request| request.target.contains("/tags/list")).count();
    assert!(asked <= 3 * MOST_FAILURES, "{asked} requests");
}

#[test]
fn a_project_of_harbor_that_cannot_be_listed_is_told_and_the_others_are_listed() {
    for patterns in [&["team/*", "closed/*"][..], &[][..]] {
        let harbor = with_answers(|path| match path {
            "/api/v2.0/projects" => Some((200, r#"[{"name":"closed"},{"name":"team"}]"#)),
            "/api/v2.0/projects/team/repositories" => Some((200, r#"[{"name":"team/app"}]"#)),
            "/api/v2.0/projects/closed/repositories" => Some((403, "{}")),
            _ => None,
        });
        let listing = listed_by(RegistryKind::Harbor, &harbor, "pass word", &rules(patterns)).unwrap();
        let (tags, problems) = told(&listing);
        assert_eq!(tags, ["team/app:1", "team/app:latest"], "{patterns:?}");
        assert_eq!(problems, ["registry.unauthorized closed/*"], "{patterns:?}");
        assert!(!listing.is_complete, "what could not be listed is not gone");
    }
}

#[test]
fn groups_of_gitlab_are_listed_by_its_own_interface_and_a_catalog_is_not_needed() {
    // The registry closes its catalog, as GitLab's does; its token service is GitLab's, and tells whoever may use it.
    let listing = |password: &'static str, patterns: &[&str]| {
        let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
        let config = config.to_string();
        let manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len() } });
        let manifest = manifest.to_string();
        let gitlab = HttpMock::start(move |request| {
            let path = request.target.split('?').next().unwrap_or_default();
            let is_known = request.header("authorization") == "Bearer pass word";
            match path {
                "/v2/_catalog" => (404, Vec::new(), "{}".to_owned()),
                "/jwt/auth" => (200, Vec::new(), json!({ "token": "granted", "expires_in": 300 }).to_string()),
                _ if path.starts_with("/api/v4/") && !is_known => (401, Vec::new(), "{}".to_owned()),
                "/api/v4/groups" => (200, Vec::new(), r#"[{"full_path":"team"},{"full_path":"team/sub"}]"#.to_owned()),
                "/api/v4/groups/team/registry/repositories" => {
                    (200, Vec::new(), r#"[{"path":"team/app"},{"path":"team/other"}]"#.to_owned())
                }
                _ if path.starts_with("/api/v4/") => (404, Vec::new(), "{}".to_owned()),
                _ => {
                    let (status, headers, body) = answer(Proof::Token, &config, &manifest, request);
                    let headers =
                        headers.into_iter().map(|(name, value)| (name, value.replace("/token\"", "/jwt/auth\"")));
                    (status, headers.collect(), body)
                }
            }
        });
        listed_by(RegistryKind::Gitlab, &gitlab, password, &rules(patterns))
    };
    for patterns in [&["team/*"][..], &[][..], &["team/app*", "team/other"][..]] {
        let found = listing("pass word", patterns).unwrap();
        let (tags, problems) = told(&found);
        assert_eq!(
            (tags, problems),
            (vec!["team/app:1".to_owned(), "team/app:latest".to_owned()], Vec::new()),
            "{patterns:?}"
        );
        assert!(found.is_complete, "{patterns:?}");
    }
    // A token that may pull and not ask GitLab: what is named is listed, the rest is told to be unknown.
    let found = listing("a deploy token", &["team/app", "team/o*"]).unwrap();
    let codes: Vec<&str> = found.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!((found.tags.len(), codes), (2, vec!["registry.no_catalog"]));
    let undone = listing("a deploy token", &[]).unwrap_err();
    assert!(!undone.may_pass && undone.cause.code == "registry.no_catalog", "{undone:?}");
}

#[test]
fn a_repository_whose_times_are_not_told_is_not_taken_for_one_that_is_gone() {
    let harbor = with_answers(|path| match path {
        "/api/v2.0/projects/team/repositories" => {
            Some((200, r#"[{"name":"team/app"},{"name":"team/gone"},{"name":"team/other"}]"#))
        }
        "/api/v2.0/projects/team/repositories/app/artifacts" => Some((404, "{}")),
        "/api/v2.0/projects/team/repositories/other/artifacts" => Some((200, "[]")),
        _ => None,
    });
    let rules = RegistryRules { pulled_within_days: Some(7), ..rules(&["team/*"]) };
    let listing = listed_by(RegistryKind::Harbor, &harbor, "pass word", &rules).unwrap();
    let (tags, problems) = told(&listing);
    assert_eq!((tags.len(), problems), (0, vec!["registry.no_times team/app".to_owned()]));
    assert!(!listing.is_complete, "its tags are not gone");
}

fn check(newest: Option<u32>, days: Option<u32>, expected: &[&str]) {
    let tag = |tag: &str, digest: &str, built: Option<i64>| ListedTag {
        repository: "a".to_owned(),
        tag: tag.to_owned(),
        digest: digest.to_owned(),
        built: built.map(|days| Moment(days * DAY)),
    };
    let tags = vec![tag("1", "a", Some(1)), tag("2", "b", Some(5)), tag("latest", "b", Some(5)), tag("odd", "c", None)];
    let rules = RegistryRules { newest, pushed_within_days: days, ..RegistryRules::default() };
    let chosen = choose(tags, &rules, 8 * DAY);
    assert_eq!(chosen.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(), expected);
}

#[test]
fn the_newest_images_count_with_all_their_tags() {
    check(None, None, &["1", "2", "latest", "odd"]);
    check(Some(1), None, &["2", "latest"]);
    check(Some(2), None, &["1", "2", "latest"]);
    check(None, Some(3), &["2", "latest"]);
    check(Some(9), Some(1), &[]);
}

#[test]
fn tags_count_by_when_they_were_pushed_and_pulled() {
    let day = |day: i64| Some(Moment(day * DAY).text());
    let check = |pushed, pulled, pushed_within, pulled_within, expected: bool| {
        let rules = RegistryRules {
            pushed_within_days: pushed_within,
            pulled_within_days: pulled_within,
            ..RegistryRules::default()
        };
        let times = TagTimes { pushed, pulled };
        assert_eq!(is_recent(Some(&times), &rules, 100 * DAY), expected, "{times:?} {rules:?}");
    };
    check(day(1), day(99), None, Some(7), true);
    check(day(1), day(50), None, Some(7), false);
    check(day(1), None, None, Some(7), false);
    check(day(99), None, None, Some(7), true);
    check(day(1), day(99), Some(7), Some(7), false);
    check(day(95), None, Some(7), None, true);
    check(None, None, Some(7), None, false);
    check(None, None, None, None, true);
    assert!(is_recent(None, &RegistryRules { pulled_within_days: Some(1), ..RegistryRules::default() }, 0));
}

#[test]
fn patterns_name_the_projects_that_are_listed() {
    let check = |patterns: &[&str], is_nested: bool, expected: Option<&[&str]>| {
        let patterns: Vec<Pattern> = patterns.iter().map(|pattern| Pattern::new(*pattern)).collect();
        let expected = expected.map(|places| places.iter().map(|place| (*place).to_owned()).collect());
        assert_eq!(places(&patterns, is_nested), expected);
    };
    for is_nested in [false, true] {
        check(&["shop/*", "base/alpine*"], is_nested, Some(&["base", "shop"]));
        check(&["shop/*", "*/api"], is_nested, None);
        check(&["sh*p/api"], is_nested, None);
        check(&["*"], is_nested, None);
        check(&[], is_nested, None);
    }
    check(&["shop/backend/*", "shop/b*/api"], false, Some(&["shop"]));
    check(&["shop/backend/*", "shop/b*/api"], true, Some(&["shop", "shop/backend"]));
}

#[test]
fn signatures_are_no_images() {
    assert!(is_companion(&format!("sha256-{}.sig", "a".repeat(64))));
    assert!(is_companion(&format!("sha256-{}", "a".repeat(64))));
    assert!(!is_companion("sha256-abc") && !is_companion("latest"));
}
