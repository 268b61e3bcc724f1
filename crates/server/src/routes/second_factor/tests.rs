use serde_json::json;

use crate::testing::{As, PASSWORD, TestServer};
use crate::{clock, totp};

/// Base 32 (RFC 4648, section 6) as an authenticator application reads it.
fn bytes(text: &str) -> Vec<u8> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    out
}

#[test]
fn a_second_factor_counts_from_its_first_code_until_it_is_removed() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let bob = server.user("bob", &["auditor"]);
        let begun = server.ask(&bob, "POST", "/me/second-factor", json!(null));
        begun.expect(201);
        let secret = begun.body["secret"].as_str().unwrap();
        let uri = format!("otpauth://totp/Bulkhead:bob?secret={secret}&issuer=Bulkhead");
        assert_eq!(begun.body["uri"], uri);
        let log_in = |code: Option<&str>| {
            server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": PASSWORD, "code": code }))
        };
        log_in(None).expect(201);
        let wrong = server.ask(&bob, "POST", "/me/second-factor/confirm", json!({ "code": "000000x" }));
        assert_eq!(wrong.code(), "request.invalid");
        let step = clock::now() / clock::SECOND / 30;
        let code = totp::code(&bytes(secret), step);
        server.ask(&bob, "POST", "/me/second-factor/confirm", json!({ "code": code })).expect(204);
        assert_eq!(server.ask(&bob, "GET", "/me", json!(null)).body["has_second_factor"], true);
        assert_eq!(log_in(None).code(), "access.second_factor_needed");
        assert_eq!(log_in(Some(&code)).code(), "access.login_refused", "a code counts once");
        log_in(Some(&totp::code(&bytes(secret), step + 1))).expect(201);
        assert_eq!(server.ask(&bob, "POST", "/me/second-factor", json!(null)).code(), "object.state");
        let remove =
            |password: &str| server.ask(&bob, "POST", "/me/second-factor/remove", json!({ "password": password }));
        assert_eq!(remove("wrong").status, 422);
        remove(PASSWORD).expect(204);
        log_in(None).expect(201);
        let trail = server.trail();
        assert!(trail.contains(&"user.second_factor_add done".to_owned()), "{trail:?}");
        assert!(trail.contains(&"user.second_factor_remove done".to_owned()), "{trail:?}");
    }
}

#[test]
fn guessing_a_password_in_a_session_locks_out_like_a_log_in() {
    let server = TestServer::new();
    let bob = server.user("bob", &[]);
    for _ in 0..5 {
        assert_eq!(server.ask(&bob, "POST", "/me/confirm", json!({ "password": "wrong" })).status, 422);
    }
    assert_eq!(server.ask(&bob, "POST", "/me/confirm", json!({ "password": PASSWORD })).status, 422);
    let answer = server.ask(&As::Nobody, "POST", "/sessions", json!({ "name": "bob", "password": PASSWORD }));
    assert_eq!(answer.code(), "access.login_refused");
    let token = server.token("images.read");
    assert_eq!(server.ask(&token, "POST", "/me/confirm", json!({ "password": "x" })).code(), "object.state");
}
