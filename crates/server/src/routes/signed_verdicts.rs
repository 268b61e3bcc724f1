//! Verdicts that are signed and may be kept: the same bytes for a while, so that caches and `If-None-Match` serve most.

use api::Moment;
use api::images::VerdictQuery;
use api::verdicts::{
    SignedVerdict, VERDICT_PAYLOAD_TYPE, VERDICT_STATEMENT_SCHEMA, VerdictBasis, VerdictKey, VerdictKeys,
    VerdictSignature, VerdictStatement, encoding,
};
use aws_lc_rs::digest::{SHA256, digest as hash_of};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::access::Permit;
use store::evaluation::Progress;
use store::{Connection, StoreError, evaluation, verdict_keys};

use crate::app::App;
use crate::assurance::asked::{Asked, Found, Told};
use crate::clock::{self, SECOND};
use crate::error::ApiResult;
use crate::guard::Caller;
use crate::json::Query;
use crate::uses;

/// How long the answer stays the same where nothing changes, so that it can be kept.
pub(crate) const WINDOW: i64 = 60 * SECOND;

/// How long a signed verdict holds from the beginning of its window.
pub(crate) const VALID: i64 = 600 * SECOND;

/// How long a key is told after its server was last there.
const KEY_TOLD: i64 = 7 * 24 * 3600 * SECOND;

/// The verdict on an image by its digest, signed, with when it holds and what it rests on. It answers `If-None-Match`.
#[utoipa::path(get, path = "/verdict/signed", operation_id = "show_signed_verdict", tag = "verdicts",
    params(VerdictQuery),
    responses((status = 200, description = "The signed verdict, an envelope of DSSE", body = SignedVerdict)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<VerdictQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let permit = caller.permit()?;
    let asked = Asked::read(&query)?;
    let (asking, own) = (permit.clone(), asked.clone());
    let (progress, found) = app.read(move |connection| standing(connection, &asking, &own)).await?;
    let now = clock::now();
    // Whoever asks by what may be kept uses the image as well.
    uses::note(&app, found.due(&asked, now));
    let issued = now - now.rem_euclid(WINDOW);
    // What is judged or told for this answer alone is the same for as long as the answer is.
    let id = hex(&hash_of(&SHA256, format!("{query:?} {issued}").as_bytes()).as_ref()[..16]);
    // Judged as of the beginning of the window, or the last end of an exception since.
    let mut at = issued;
    let Told { verdict, ends } = loop {
        let told = asked.answer(&app, &permit, found.clone(), at, &id).await?;
        match told.ends {
            Some(end) if end <= now && at < end => at = end,
            _ => break told,
        }
    };
    let expires = ends.map_or(issued + VALID, |end| end.min(issued + VALID));
    let statement = VerdictStatement {
        schema: VERDICT_STATEMENT_SCHEMA.to_owned(),
        digest: asked.digest,
        decision: verdict["decision"].as_str().unwrap_or("deny").to_owned(),
        effects: serde_json::from_value(verdict["effects"].clone()).ok(),
        issued: Moment(issued),
        expires: Moment(expires),
        basis: VerdictBasis {
            intelligence: verdict["intelligence"].as_i64(),
            rules: progress.wanted,
            judged_rules: progress.done,
        },
        verdict,
    };
    let payload = serde_json::to_vec(&statement).map_err(|_| crate::assurance::defect())?;
    let tag = format!("\"{}\"", hex(&hash_of(&SHA256, &payload).as_ref()[..16]));
    let cache = format!("private, max-age={}", (expires.min(issued + WINDOW) - now).max(0) / SECOND);
    let about = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, cache)];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let sig = STANDARD.encode(app.verdict_key.sign(&encoding(VERDICT_PAYLOAD_TYPE, &payload)));
    let envelope = SignedVerdict {
        payload_type: VERDICT_PAYLOAD_TYPE.to_owned(),
        payload: STANDARD.encode(&payload),
        signatures: vec![VerdictSignature { keyid: app.verdict_key.public().id.clone(), sig }],
    };
    Ok((about, Json(envelope)).into_response())
}

/// How far the evaluation is, and then the verdict: one that is read first may be of before the change that the evaluation
/// is told to have caught up with, and would be signed as current. Nothing is told as newer than it is this way around.
fn standing(connection: &mut Connection, permit: &Permit, asked: &Asked) -> Result<(Progress, Found), StoreError> {
    let progress = evaluation::progress(connection)?;
    Ok((progress, asked.find(connection, permit)?))
}

/// Whether the one who asks has it (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|text| text.split(',')).any(|own| {
        let own = own.trim();
        own == "*" || own.trim_start_matches("W/") == tag
    })
}

/// The public keys that verdicts are signed with, of every server of the installation.
#[utoipa::path(get, path = "/verdict/keys", operation_id = "list_verdict_keys", tag = "verdicts",
    responses((status = 200, description = "The keys", body = VerdictKeys)))]
pub(super) async fn keys(State(app): State<App>) -> ApiResult<Response> {
    let now = clock::now();
    let found = app.read(move |connection| verdict_keys::since(connection, now - KEY_TOLD)).await?;
    let key = |key: verdict_keys::VerdictKey| VerdictKey {
        id: key.id,
        public_key: STANDARD.encode(key.bytes),
        created: Moment(key.created),
    };
    let keys = VerdictKeys { keys: found.into_iter().map(key).collect() };
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(keys)).into_response())
}

/// Notes that this server is there with its key.
pub(crate) async fn note_key(app: &App) -> Result<(), StoreError> {
    let (own, now) = (app.verdict_key.public().clone(), clock::now());
    app.note(move |connection| verdict_keys::note(connection, &own.id, &own.bytes, now)).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use api::verdicts::{VerdictError, verify};
    use serde_json::json;

    use super::*;
    use crate::sample::{SEVERE, digest, index, intelligence};
    use crate::testing::{As, TestServer, until_another_waits};

    fn servers() -> Vec<(TestServer, As)> {
        let filled = |server: TestServer| {
            intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
            server.catch_up();
            server.run(note_key(&server.app)).unwrap();
            let who = server.token("images.write,verdicts.read,policies.write");
            server.policy(&who, SEVERE);
            server.catch_up();
            server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
            (server, who)
        };
        std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled).collect()
    }

    fn keys_of(server: &TestServer) -> Vec<VerdictKey> {
        let answer = server.ask(&As::Nobody, "GET", "/verdict/keys", json!(null));
        answer.expect(200);
        serde_json::from_value::<VerdictKeys>(answer.body).unwrap().keys
    }

    #[test]
    fn a_signed_verdict_is_the_plain_one_and_verifies_by_the_published_keys() {
        for (server, who) in servers() {
            let path = format!("/verdict/signed?image=shop/api@{}", digest(1));
            let answer = server.ask(&who, "GET", &path, json!(null));
            answer.expect(200);
            let envelope: SignedVerdict = serde_json::from_value(answer.body).unwrap();
            let statement = verify(&envelope, &keys_of(&server), &digest(1), Moment(clock::now())).unwrap();
            let plain = server.ask(&who, "GET", &format!("/verdict?image=shop/api@{}", digest(1)), json!(null));
            assert_eq!((statement.decision.as_str(), &statement.verdict), ("deny", &plain.body));
            let effects = ["fail_pipeline", "block", "record", "notify"].map(str::to_owned);
            assert_eq!(statement.effects, Some(effects.to_vec()), "the policy does not say");
            assert_eq!(statement.basis.rules, statement.basis.judged_rules);
            assert!(statement.basis.intelligence.is_some());
            assert_eq!(statement.verdict["policies"][0]["version"], "1", "{}", statement.verdict);
            assert_eq!(statement.expires.0 - statement.issued.0, VALID);
            let other = verify(&envelope, &keys_of(&server), &digest(2), Moment(clock::now()));
            assert!(matches!(other, Err(VerdictError::OtherImage { .. })));
        }
    }

    #[test]
    fn it_may_be_kept_until_it_changes() {
        for (server, who) in servers() {
            let path = format!("/verdict/signed?image={}", digest(1));
            // Two requests may lie in two windows; of three, two do not.
            let tags: Vec<String> =
                (0..3).map(|_| server.ask(&who, "GET", &path, json!(null)).header("etag").to_owned()).collect();
            assert!(tags[0] == tags[1] || tags[1] == tags[2], "{tags:?}");
            let answer = server.ask_with(&who, "GET", &path, &[("if-none-match", &tags[2])], json!(null));
            if answer.header("etag") == tags[2] {
                assert_eq!((answer.status, &answer.body), (304, &json!("")));
            }
            assert!(answer.header("cache-control").starts_with("private, max-age="));
            server.policy(&who, &SEVERE.replace("severe", "another").replace("high", "critical"));
            server.catch_up();
            let answer = server.ask_with(&who, "GET", &path, &[("if-none-match", &tags[2])], json!(null));
            answer.expect(200);
        }
    }

    #[test]
    fn it_does_not_outlive_the_exceptions_that_it_rests_on() {
        for (server, _) in servers() {
            let (dev, approver) = (server.user("dev", &["developer"]), server.user("eve", &["security-engineer"]));
            let now = clock::now();
            let end = Moment(now - now.rem_euclid(SECOND) + 90 * SECOND);
            for (name, expires) in [("far", "2099-12-31".to_owned()), ("near", end.text())] {
                let id = if name == "far" { "CVE-2026-0001" } else { "GHSA-aaaa-bbbb-cccc" };
                let terms = json!({ "name": name, "ids": [id], "owner": "o", "reason": "r", "expires": expires });
                let made = server.ask(&dev, "POST", "/exceptions", terms);
                made.expect(201);
                let path = format!("/exceptions/{}/approve", made.body["id"].as_str().unwrap());
                let version = [("if-match", "\"1\"")];
                server.ask_with(&approver, "POST", &path, &version, json!({ "comment": "seen" })).expect(200);
            }
            server.catch_up();
            // Under its own name, and judged as what it is under another.
            for image in ["shop/api", "shop/elsewhere"] {
                let path = format!("/verdict/signed?image={image}@{}", digest(1));
                let answer = server.ask(&dev, "GET", &path, json!(null));
                answer.expect(200);
                let envelope: SignedVerdict = serde_json::from_value(answer.body).unwrap();
                let statement = verify(&envelope, &keys_of(&server), &digest(1), Moment(clock::now())).unwrap();
                assert_eq!((statement.decision.as_str(), statement.expires), ("excepted", end), "{image}");
            }
        }
    }

    #[test]
    fn a_verdict_of_before_a_change_is_never_told_as_one_of_after_it() {
        // Of the two stores this is the one in which a change can come between two reads that wait for one another.
        let Some(server) = TestServer::on_postgres() else { return };
        intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
        server.catch_up();
        let who = server.token("images.write,verdicts.read");
        server.register(&who, &index(1, "shop/api:1", &[("left-pad", "1.0.0")])).expect(200);
        let (locked, is_locked) = std::sync::mpsc::channel();
        let store = server.app.store.clone();
        let change = std::thread::spawn(move || {
            store.write_blocking(store::Lane::Beside, move |connection| {
                connection.execute("LOCK TABLE evaluation IN ACCESS EXCLUSIVE MODE", &[])?;
                let _ = locked.send(());
                until_another_waits(connection)?;
                // Somebody reads how far it is. The evaluation of another change ends just now.
                connection.execute("UPDATE verdicts SET cause = 'later'", &[])?;
                connection.execute("UPDATE evaluation SET wanted = wanted + 1, done = wanted + 1", &[])
            })
        });
        is_locked.recv().unwrap();
        let permit = policy::access::permit(&policy::access::Principal::server(), "verdicts.read".parse().unwrap());
        let query = VerdictQuery { image: digest(1), platform: None };
        let (permit, own) = (permit.unwrap(), Asked::read(&query).unwrap());
        let read = server.app.store.read_blocking(move |connection| standing(connection, &permit, &own));
        let (progress, found) = read.unwrap();
        change.join().unwrap().unwrap();
        let Found::Image(found) = found else { panic!("it is registered") };
        assert_eq!((progress.done, found.verdict.cause.as_str()), (progress.wanted, "later"));
    }

    #[test]
    fn an_image_that_nobody_registered_is_denied_by_signature_too() {
        for (server, who) in servers() {
            let path = format!("/verdict/signed?image=shop/api@{}", digest(9));
            let envelope: SignedVerdict =
                serde_json::from_value(server.ask(&who, "GET", &path, json!(null)).body).unwrap();
            let statement = verify(&envelope, &keys_of(&server), &digest(9), Moment(clock::now())).unwrap();
            assert_eq!(statement.decision, "deny");
            assert_eq!(
                server.ask(&who, "GET", "/verdict/signed?image=shop/api:1", json!(null)).code(),
                "request.invalid"
            );
            server.ask(&server.token("images.read"), "GET", &path, json!(null)).expect(403);
            server.ask(&As::Nobody, "GET", &path, json!(null)).expect(401);
        }
    }
}
