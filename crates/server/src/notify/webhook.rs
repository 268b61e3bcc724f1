//! Messages by HTTP: to programs, signed; and to Slack.

use aws_lc_rs::hmac;
use store::outbox::Delivered;

use super::egress::{GuardedResolver, agent, refusal};
use super::{LONGEST_DELIVERY, Message};
use crate::clock::SECOND;

/// Sends a message to a program as JSON, or as a template says. With a key, `X-Bulkhead-Signature: t=SECONDS,v1=HEX` is
/// the HMAC-SHA256 of `SECONDS.BODY`: receivers compare it, and refuse what is old.
pub(super) fn send(
    url: &str,
    key: Option<&str>,
    template: Option<&str>,
    message: &Message,
    may_be_private: bool,
    now: i64,
) -> Delivered {
    let body = match template {
        Some(_) => message.worded(template),
        None => serde_json::to_string(message).map_err(|error| error.to_string()),
    };
    let body = match body {
        Ok(body) => body,
        Err(problem) => return Delivered::Never(format!("the template cannot be used: {problem}")),
    };
    let mut headers = Vec::new();
    if let Some(last) = message.events.last() {
        headers.push(("x-bulkhead-delivery", last.id.to_string()));
    }
    if let Some(key) = key {
        headers.push(("x-bulkhead-signature", signature(key, now / SECOND, &body)));
    }
    post(url, &headers, &body, may_be_private)
}

/// Sends a message to an incoming webhook of Slack, whose address is the secret.
pub(super) fn send_to_slack(
    url: Option<&str>,
    template: Option<&str>,
    message: &Message,
    may_be_private: bool,
) -> Delivered {
    let Some(url) = url else { return Delivered::Never("there is no address of an incoming webhook".to_owned()) };
    let text = match message.worded(template) {
        // Slack's three control characters, which begin links and mentions (api.slack.com, Formatting text for app surfaces).
        Ok(text) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        Err(problem) => return Delivered::Never(format!("the template cannot be used: {problem}")),
    };
    post(url, &[], &serde_json::json!({ "text": text }).to_string(), may_be_private)
}

/// The value of `X-Bulkhead-Signature`.
pub(super) fn signature(key: &str, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

fn post(url: &str, headers: &[(&str, String)], body: &str, may_be_private: bool) -> Delivered {
    let mut request = ureq::http::Request::builder().method("POST").uri(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = match request.body(body) {
        Ok(request) => request,
        Err(_) => return Delivered::Never("the address cannot be used".to_owned()),
    };
    match agent(GuardedResolver::new(may_be_private), LONGEST_DELIVERY, None).run(request) {
        Ok(answer) => match answer.status().as_u16() {
            200..=299 => Delivered::Well,
            status @ 300..=399 => Delivered::Never(format!("HTTP {status}: redirects are not followed")),
            status @ (408 | 425 | 429 | 500..=599) => Delivered::Later(format!("HTTP {status}")),
            status => Delivered::Never(format!("HTTP {status}")),
        },
        Err(ureq::Error::Io(error)) => match refusal(&error) {
            Some(refused) => Delivered::Never(refused.to_string()),
            None => Delivered::Later(format!("the connection failed: {error}")),
        },
        // What ureq says never repeats the address, which may be a secret.
        Err(error) => Delivered::Later(match error {
            ureq::Error::Timeout(_) => "it took too long".to_owned(),
            ureq::Error::HostNotFound => "the host was not found".to_owned(),
            ureq::Error::Rustls(error) => format!("TLS failed: {error}"),
            _ => "the request failed".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_time_and_body() {
        let one = signature("key", 1_790_000_000, "{}");
        assert!(one.starts_with("t=1790000000,v1=") && one.len() == 16 + 64, "{one}");
        assert_ne!(one, signature("key", 1_790_000_000, "{ }"));
        assert_ne!(one[13..], signature("key", 1_790_000_001, "{}")[13..]);
        assert_ne!(one, signature("other", 1_790_000_000, "{}"));
    }

    #[test]
    fn metadata_services_are_never_asked() {
        let message = Message::test("en");
        for url in ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/"] {
            let ended = send(url, None, None, &message, true, 0);
            assert!(matches!(&ended, Delivered::Never(why) if why.contains("special address")), "{url}: {ended:?}");
        }
        let ended = send("http://127.0.0.1:1/", None, None, &message, false, 0);
        assert!(matches!(&ended, Delivered::Never(why) if why.contains("private_addresses")), "{ended:?}");
        assert!(matches!(send("http://127.0.0.1:1/", None, None, &message, true, 0), Delivered::Later(_)));
    }
}
