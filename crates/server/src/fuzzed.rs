//! The API asked as its own document says and as it does not: every route, by every preset role, with bodies that are
//! malformed, of wrong types, too deep, too large, of another kind. Whatever is asked, an answer comes, and a refusal is a
//! problem with a code of the list.
//!
//! Requests follow from a seed, so that what fails fails again. `BULKHEAD_API_FUZZ_ROUNDS` asks for more of them and
//! `BULKHEAD_API_FUZZ_SEED` for others.

mod bodies;
mod document;

use std::time::{Duration, Instant};

use api::ProblemCode;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use policy::access::{PRESETS, preset};
use serde_json::{Value, json};

use crate::routes::PREFIX;
use crate::sample;
use crate::testing::{As, RawAnswer, TestServer};
use bodies::Draw;
use document::{Operation, operations};

/// How long any answer may take to come whole.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// Rounds over all routes and roles where nothing else is said.
const ROUNDS: u64 = 1;

/// Requests to paths that no route has.
const STRAYS: u64 = 300;

/// Numbers by chance that are the same each time (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or_default()
    }

    pub(super) fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment how long to run")]
fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Whoever asks, with the role that says what they may.
struct Asker {
    role: Option<&'static str>,
    how: As,
}

fn askers(server: &TestServer) -> Vec<Asker> {
    let mut askers = vec![Asker { role: None, how: As::Nobody }];
    for preset in PRESETS {
        let (role, permissions) = (Some(preset.name), preset.permissions().to_string());
        askers.push(Asker { role, how: server.user(&format!("person-{}", preset.name), &[preset.name]) });
        askers.push(Asker { role, how: server.token(&permissions) });
    }
    askers
}

/// Things that are there to be asked for, changed and removed.
fn things(server: &TestServer, admin: &As) -> Vec<String> {
    let made = [
        (
            "/registries",
            json!({ "name": "r", "kind": "oci", "address": "r.example", "hook_secret": "0123456789abcdef" }),
        ),
        ("/policies", json!({ "document": sample::SEVERE })),
        ("/groups", json!({ "name": "g" })),
        ("/scopes", json!({ "name": "s", "expression": "image.registry == \"r.example\"" })),
        ("/tokens", json!({ "name": "t", "permissions": ["images.read"] })),
    ];
    let mut things = vec![sample::digest(1)];
    for (path, body) in made {
        let answer = server.ask(admin, "POST", path, body);
        things.extend(answer.body["id"].as_str().map(str::to_owned));
    }
    for path in ["/users", "/roles", "/jobs"] {
        let answer = server.ask(admin, "GET", path, Value::Null);
        let items = answer.body["items"].as_array().cloned().unwrap_or_default();
        let ids = items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned));
        // Whoever asks must stay who they are.
        things.extend(ids.filter(|_| path != "/users").take(3));
    }
    things
}

/// What the document calls an object and no more, because another document says what it is.
fn sample_for(operation: &Operation) -> Option<Value> {
    match (operation.method.as_str(), operation.path.as_str()) {
        ("POST", "/images") => Some(sample::index(2, "r.example/shop/web:1", &[("left-pad", "1.0.0"), ("a", "2")])),
        ("POST", "/policies") => Some(json!({ "document": sample::SEVERE.replace("severe", "other") })),
        _ => None,
    }
}

struct Fuzzing<'a> {
    server: &'a TestServer,
    chance: Chance,
    things: Vec<String>,
    sent: u64,
    /// How often each status came.
    statuses: std::collections::BTreeMap<u16, u64>,
}

impl Fuzzing<'_> {
    /// A request to an operation, and the sentence by which a failure tells it.
    fn request(&mut self, operation: &Operation, draw: Draw) -> (Request<Body>, String) {
        let mut path = format!("{PREFIX}{}", operation.path);
        for name in &operation.in_path {
            let value = match self.chance.below(3) {
                0 => bodies::text(&mut self.chance),
                _ => self.things[self.chance.below(self.things.len())].clone(),
            };
            path = path.replace(&format!("{{{name}}}"), &bodies::encoded(&value));
        }
        let mut query = Vec::new();
        for name in &operation.in_query {
            for _ in 0..self.chance.below(3) {
                query.push(format!("{name}={}", bodies::encoded(&bodies::text(&mut self.chance))));
            }
        }
        if draw == Draw::UnknownKey {
            query.push("unknown=1".to_owned());
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let (kind, body) = match &operation.body {
            Some(schema) => {
                let value = match sample_for(operation) {
                    Some(value) => value,
                    None => bodies::value(schema, &operation.schemas, draw, &mut self.chance),
                };
                bodies::body(value, draw, &mut self.chance)
            }
            None => (None, bodies::stray(draw, &mut self.chance)),
        };
        let told = format!(
            "{} {path}{query} {draw:?} {} {}",
            operation.method,
            kind.unwrap_or_default(),
            String::from_utf8_lossy(&body[..body.len().min(400)])
        );
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::from_bytes(operation.method.as_bytes()).unwrap();
        // What is no address at all never gets to a server.
        *request.uri_mut() = format!("{path}{query}").parse().unwrap_or_else(|_| Uri::from_static("/api/v1/nowhere"));
        if let Some(kind) = kind {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for name in ["if-match", "idempotency-key", "last-event-id", "content-encoding", "accept", "range"] {
            if self.chance.below(4) == 0 {
                let value = bodies::header(&mut self.chance);
                request.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        (request, told)
    }

    /// Sends a request and looks at what comes.
    fn send(&mut self, asker: &Asker, request: Request<Body>, rule: Option<&str>, told: &str) -> RawAnswer {
        let began = Instant::now();
        let answer = self.server.raw(&asker.how, request, LONGEST_ANSWER);
        let Some(answer) = answer else { panic!("no answer after {:?}: {told}", began.elapsed()) };
        self.sent += 1;
        *self.statuses.entry(answer.status).or_default() += 1;
        let by = asker.role.unwrap_or("nobody");
        let shown = String::from_utf8_lossy(&answer.body[..answer.body.len().min(400)]).into_owned();
        assert!(answer.status < 500, "{by}: {told}\n-> {} {shown}", answer.status);
        assert!(answer.status >= 200 && answer.status != 301 && answer.status != 302, "{by}: {told}");
        if answer.status >= 400 {
            let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            assert_eq!(kind, Some("application/problem+json"), "{by}: {told}\n-> {} {shown}", answer.status);
            let problem: api::Problem = serde_json::from_slice(&answer.body)
                .unwrap_or_else(|error| panic!("{by}: {told}\n-> no problem: {error}: {shown}"));
            let code = ProblemCode::ALL.iter().find(|code| code.as_str() == problem.code);
            let code = code.unwrap_or_else(|| panic!("{by}: {told}\n-> unknown code {}", problem.code));
            assert_eq!((code.status(), problem.status), (answer.status, answer.status), "{by}: {told}");
            assert!(!problem.detail.is_empty() && problem.request.is_some(), "{by}: {told}\n-> {shown}");
        }
        if let Some(permission) = rule.and_then(|rule| rule.parse().ok()) {
            let may = asker.role.and_then(preset).is_some_and(|preset| preset.permissions().contains(permission));
            assert!(may || answer.status >= 400, "{by} may not: {told}\n-> {} {shown}", answer.status);
        }
        answer
    }
}

#[test]
fn whatever_is_asked_is_answered_and_never_a_failure_of_the_server() {
    let server = TestServer::new();
    let mut askers = askers(&server);
    let admin = askers[1].how.clone();
    server.register(&admin, &sample::index(1, "r.example/shop/api:1", &[("left-pad", "1.0.0")]));
    let operations = operations(&server.ask(&As::Nobody, "GET", "/openapi.json", Value::Null).body);
    assert!(operations.len() >= 100, "{}", operations.len());
    let (seed, rounds) = (number("BULKHEAD_API_FUZZ_SEED", 1), number("BULKHEAD_API_FUZZ_ROUNDS", ROUNDS));
    let things = things(&server, &admin);
    let mut fuzzing = Fuzzing { server: &server, chance: Chance(seed), things, sent: 0, statuses: Default::default() };
    for round in 0..rounds {
        for operation in &operations {
            for asker in &mut askers {
                // The document says what is meant; each role gets its share of what is not.
                for draw in Draw::some(operation.body.is_some(), &mut fuzzing.chance) {
                    let (request, told) = fuzzing.request(operation, draw);
                    let answer = fuzzing.send(asker, request, Some(&operation.rule), &told);
                    let is_out = answer.status == 401 && asker.role.is_some() && operation.rule != "public";
                    if is_out {
                        // Whoever has ended their own session or token comes again.
                        let role = asker.role.unwrap_or_default();
                        let permissions = preset(role).map(|preset| preset.permissions().to_string());
                        asker.how = server.token(&permissions.unwrap_or_default());
                    }
                }
            }
        }
        strays(&mut fuzzing, &askers, seed.wrapping_add(round));
    }
    eprint_statuses(&fuzzing);
    assert!(fuzzing.statuses.keys().filter(|status| **status < 300).count() >= 3, "{:?}", fuzzing.statuses);
    server.ask(&As::Nobody, "GET", "/setup", Value::Null).expect(200);
}

fn eprint_statuses(fuzzing: &Fuzzing<'_>) {
    eprintln!("{} requests: {:?}", fuzzing.sent, fuzzing.statuses);
}

/// Paths that no route has, methods that no route has.
fn strays(fuzzing: &mut Fuzzing<'_>, askers: &[Asker], seed: u64) {
    let mut chance = Chance(seed ^ 0x5eed);
    let starts =
        ["", "/", "/api", "/api/v1", "/api/v1/", "/api/v2/images", "/api/v1/images/", "/api/v1/users/../", "//"];
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "X"];
    for _ in 0..STRAYS {
        let mut path = chance.of::<str>(&starts).to_owned();
        for _ in 0..chance.below(4) {
            path.push_str(&format!("/{}", bodies::encoded(&bodies::text(&mut chance))));
        }
        let method = chance.of::<str>(&methods);
        let Ok(uri) = path.parse::<Uri>() else { continue };
        let mut request = Request::new(Body::from(bodies::stray(Draw::Garbage, &mut chance)));
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = uri;
        let asker = &askers[chance.below(askers.len())];
        // An answer to HEAD has no body to look at.
        if method == "HEAD" {
            let answer = fuzzing.server.raw(&asker.how, request, LONGEST_ANSWER);
            assert!(answer.is_some_and(|answer| answer.status < 500), "HEAD {path}");
            continue;
        }
        fuzzing.send(asker, request, None, &format!("{method} {path}"));
    }
}
