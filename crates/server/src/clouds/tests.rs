//! Exchanges with services that answer as those of the clouds are documented to, and check what they are sent.

use std::sync::atomic::{AtomicU32, Ordering};

use api::registries::AwsRole;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use store::registries::Rules;
use test_support::{HttpAnswer, HttpMock, HttpRequest};

use super::*;

const HOUR: i64 = 3600 * SECOND;
/// 2026-09-21T14:13:20Z.
const NOW: i64 = 1_790_000_000 * SECOND;
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ECR_HOST: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

fn answer(status: u16, body: impl ToString) -> HttpAnswer {
    (status, Vec::new(), body.to_string())
}

fn registry(kind: RegistryKind, address: &str) -> Registry {
    Registry {
        id: "r".to_owned(),
        name: "r".to_owned(),
        kind: kind.as_str().to_owned(),
        address: address.to_owned(),
        ca: None,
        plain_http: true,
        rules: Rules::default(),
        poll_seconds: 60,
        most_at_once: 1,
        stale_days: 0,
        is_enabled: true,
        credential: None,
        credential_type: None,
        hook_secret: None,
        next_poll: 0,
        last_listed: None,
        failure: None,
        risks: "[]".to_owned(),
        created: 0,
        changed: 0,
        version: 1,
    }
}

fn clouds(allowed: &str, endpoints: &[(&str, &HttpMock)], variables: &[(&str, &str)]) -> Clouds {
    let endpoints: Vec<String> = endpoints.iter().map(|(service, mock)| format!("{service}={}", mock.url())).collect();
    let surroundings = Surroundings::read(Some(allowed), Some(&endpoints.join(","))).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Clouds::new(surroundings.with_variables(variables), true)
}

fn exchanged(
    clouds: &Clouds,
    registry: &Registry,
    stored: &RegistryCredential,
    now: i64,
) -> Result<RegistryCredential, ExchangeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(clouds.short_lived(registry, stored.clone(), now))
}

fn keys(role: Option<AwsRole>) -> RegistryCredential {
    RegistryCredential::AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SECRET.to_owned(),
        session_token: None,
        region: None,
        role,
    }
}

/// What AWS computes from a request as it arrived (Signature Version 4, written down a second time): whatever the client
/// meant to sign, this is what was sent.
fn is_signed(request: &HttpRequest, secret: &str, service: &str) -> bool {
    let authorization = request.header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").unwrap();
    let part = |name: &str| {
        let parts = authorization.split(", ");
        parts.filter_map(|part| part.strip_prefix(name)).next().and_then(|rest| rest.strip_prefix('=')).unwrap()
    };
    let (id, scope) = part("Credential").split_once('/').unwrap();
    assert!(!id.is_empty());
    let date = request.header("x-amz-date");
    assert_eq!(scope, format!("{}/eu-west-1/{service}/aws4_request", &date[..8]));
    let names = part("SignedHeaders");
    for must in ["host", "x-amz-date"] {
        assert!(names.split(';').any(|name| name == must), "{names}");
    }
    for (name, _) in request.headers.iter().filter(|(name, _)| name.starts_with("x-amz-")) {
        assert!(names.split(';').any(|signed| signed == name), "{name} is not signed");
    }
    let hash = |text: &str| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let mut canonical = format!("{}\n{}\n\n", request.method, request.target);
    for name in names.split(';') {
        canonical += &format!("{name}:{}\n", request.header(name));
    }
    canonical += &format!("\n{names}\n{}", hash(&request.body));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(&canonical));
    let mut key = format!("AWS4{secret}").into_bytes();
    for step in scope.split('/').chain([text.as_str()]) {
        key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), step.as_bytes()).as_ref().to_vec();
    }
    key.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == part("Signature")
}

/// A registry service whose passwords are numbered and last twelve hours.
fn ecr(secret: &'static str, session: &'static str) -> HttpMock {
    let count = AtomicU32::new(0);
    HttpMock::start(move |request| {
        let is_right = request.method == "POST"
            && request.target == "/"
            && request.header("x-amz-target") == "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
            && request.header("content-type") == "application/x-amz-json-1.1"
            && request.header("x-amz-security-token") == session
            && request.body == "{}"
            && is_signed(request, secret, "ecr");
        if !is_right {
            return answer(400, json!({ "__type": "InvalidSignatureException", "message": "…" }));
        }
        let number = count.fetch_add(1, Ordering::SeqCst);
        let token = STANDARD.encode(format!("AWS:password-{number}"));
        let expires = (NOW + i64::from(number) * 11 * HOUR + 12 * HOUR) / SECOND;
        answer(
            200,
            json!({ "authorizationData": [{ "authorizationToken": token, "expiresAt": expires as f64 + 0.5,
            "proxyEndpoint": format!("https://{ECR_HOST}") }] }),
        )
    })
}

fn password(user: &str, password: &str) -> RegistryCredential {
    RegistryCredential::Password { user: user.to_owned(), password: password.to_owned() }
}

#[test]
fn keys_of_an_account_are_exchanged_by_a_signed_request_and_again_before_the_password_ends() {
    let mock = ecr(SECRET, "");
    let (clouds, registry) = (clouds("", &[("ecr", &mock)], &[]), registry(RegistryKind::Ecr, ECR_HOST));
    let at = |hours: i64| exchanged(&clouds, &registry, &keys(None), NOW + hours * HOUR).unwrap();
    assert_eq!((at(0), at(9)), (password("AWS", "password-0"), password("AWS", "password-0")));
    assert_eq!(mock.requests().len(), 1, "it is kept");
    assert_eq!(at(11), password("AWS", "password-1"), "a sixth of its life is left for the work of whoever gets it");
    assert_eq!((at(20), mock.requests().len()), (password("AWS", "password-1"), 2));
    let other = Registry { address: ECR_HOST.replace("1234", "4321"), ..registry.clone() };
    assert_eq!(exchanged(&clouds, &other, &keys(None), NOW + 20 * HOUR).unwrap(), password("AWS", "password-2"));
}

#[test]
fn a_password_that_the_registry_has_refused_is_forgotten_once_it_is_old() {
    let mock = ecr(SECRET, "");
    let (clouds, registry) = (clouds("", &[("ecr", &mock)], &[]), registry(RegistryKind::Ecr, ECR_HOST));
    let at = |now: i64| exchanged(&clouds, &registry, &keys(None), now).unwrap();
    at(NOW);
    assert!(!clouds.forget("r", NOW + SECOND), "another one would be refused too");
    assert!(clouds.forget("r", NOW + HOUR) && !clouds.forget("r", NOW + HOUR));
    assert_eq!(at(NOW + HOUR), password("AWS", "password-1"));
}

#[test]
fn a_role_of_another_account_is_taken_on_first() {
    let sts = HttpMock::start(|request| {
        let is_right = is_signed(request, SECRET, "sts")
            && request.field("Action") == "AssumeRole"
            && request.field("RoleArn") == "arn:aws:iam::210987654321:role/scan"
            && request.field("ExternalId") == "ex ternal+1"
            && request.field("Version") == "2011-06-15";
        match is_right {
            true => answer(
                200,
                "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
                <SecretAccessKey>role/secret+</SecretAccessKey><SessionToken>session==</SessionToken>\
                <Expiration>2026-09-21T15:13:20Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
            ),
            false => answer(403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"),
        }
    });
    let mock = ecr("role/secret+", "session==");
    let clouds = clouds("", &[("ecr", &mock), ("sts", &sts)], &[]);
    let role =
        AwsRole { arn: "arn:aws:iam::210987654321:role/scan".to_owned(), external_id: Some("ex ternal+1".to_owned()) };
    let registry = registry(RegistryKind::Ecr, ECR_HOST);
    assert_eq!(exchanged(&clouds, &registry, &keys(Some(role)), NOW).unwrap(), password("AWS", "password-0"));
    assert_eq!((sts.requests().len(), mock.requests().len()), (1, 1));
}

#[test]
fn the_role_of_an_instance_is_used_where_the_operator_allows_it_and_nowhere_else() {
    let metadata = HttpMock::start(|request| match (request.method.as_str(), request.target.as_str()) {
        ("PUT", "/latest/api/token") if !request.header("x-aws-ec2-metadata-token-ttl-seconds").is_empty() => {
            answer(200, "imds-session")
        }
        ("GET", _) if request.header("x-aws-ec2-metadata-token") != "imds-session" => answer(401, ""),
        ("GET", "/latest/meta-data/iam/security-credentials/") => answer(200, "scan-role\n"),
        ("GET", "/latest/meta-data/iam/security-credentials/scan-role") => answer(
            200,
            json!({ "Code": "Success",
            "AccessKeyId": "ASIA", "SecretAccessKey": "instance", "Token": "its-token", "Expiration": "2026-09-21T20:00:00Z" }),
        ),
        _ => answer(404, ""),
    });
    let mock = ecr("instance", "its-token");
    let endpoints = [("ecr", &mock), ("aws-instance", &metadata)];
    let (registry, ambient) =
        (registry(RegistryKind::Ecr, ECR_HOST), RegistryCredential::AwsAmbient { region: None, role: None });
    let refused = exchanged(&clouds("google-metadata", &endpoints, &[]), &registry, &ambient, NOW);
    assert!(matches!(refused, Err(ExchangeError::NotAllowed { .. })), "{refused:?}");
    assert_eq!((metadata.requests().len(), mock.requests().len()), (0, 0), "nobody was asked");
    let allowed = clouds("aws-instance", &endpoints, &[]);
    assert_eq!(exchanged(&allowed, &registry, &ambient, NOW).unwrap(), password("AWS", "password-0"));
    let asked: Vec<String> = metadata.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(asked, ["PUT", "GET", "GET"], "the second version of the protocol");
}

#[test]
fn a_container_has_its_role_from_the_endpoint_that_its_variables_name() {
    let endpoint = HttpMock::start(|request| match (request.target.as_str(), request.header("authorization")) {
        ("/v2/credentials/1", "pod-token") => {
            answer(200, json!({ "AccessKeyId": "ASIA", "SecretAccessKey": "container", "Token": "its-token" }))
        }
        _ => answer(403, ""),
    });
    let mock = ecr("container", "its-token");
    let ambient = RegistryCredential::AwsAmbient { region: Some("eu-west-1".to_owned()), role: None };
    let registry = registry(RegistryKind::Ecr, "ecr.internal");
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod-token"),
    ];
    let endpoints = [("ecr", &mock), ("aws-container", &endpoint)];
    let allowed = clouds("aws-container", &endpoints, &variables);
    assert_eq!(exchanged(&allowed, &registry, &ambient, NOW).unwrap(), password("AWS", "password-0"));
    let full = format!("http://localhost:{}/v2/credentials/1", endpoint.host().split_once(':').unwrap().1);
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", full.as_str()), variables[1]];
    let allowed = clouds("aws-container", &endpoints, &variables);
    assert_eq!(exchanged(&allowed, &registry, &ambient, NOW).unwrap(), password("AWS", "password-1"));
    for elsewhere in ["http://evil.example/", "http://10.0.0.1/", "file:///etc/passwd"] {
        let allowed = clouds("aws-container", &endpoints, &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", elsewhere)]);
        let refused = exchanged(&allowed, &registry, &ambient, NOW);
        assert!(matches!(refused, Err(ExchangeError::Unusable { .. })), "{elsewhere}: {refused:?}");
    }
    let nothing = exchanged(&clouds("aws-container", &endpoints, &[]), &registry, &ambient, NOW);
    assert!(matches!(nothing, Err(ExchangeError::Nothing { .. })), "{nothing:?}");
}

#[test]
fn a_web_identity_and_keys_of_the_environment_are_used_where_they_are_allowed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "web.identity.token\n").unwrap();
    let sts = HttpMock::start(|request| {
        let is_right = request.field("Action") == "AssumeRoleWithWebIdentity"
            && request.field("WebIdentityToken") == "web.identity.token"
            && request.header("authorization").is_empty();
        assert!(is_right, "{request:?}");
        answer(
            200,
            "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>web</SecretAccessKey>\
            <SessionToken>its-token</SessionToken></Credentials>",
        )
    });
    let (web, own) = (ecr("web", "its-token"), ecr("environment", ""));
    let (registry, ambient) =
        (registry(RegistryKind::Ecr, ECR_HOST), RegistryCredential::AwsAmbient { region: None, role: None });
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "environment"),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/pod"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", file.path().to_str().unwrap()),
    ];
    let by_web = clouds("aws-container", &[("ecr", &web), ("sts", &sts)], &variables);
    assert_eq!(exchanged(&by_web, &registry, &ambient, NOW).unwrap(), password("AWS", "password-0"));
    let by_keys = clouds("aws-environment,aws-container", &[("ecr", &own), ("sts", &sts)], &variables);
    assert_eq!(exchanged(&by_keys, &registry, &ambient, NOW).unwrap(), password("AWS", "password-0"));
    assert_eq!(sts.requests().len(), 1, "the environment comes first");
}

#[test]
fn the_key_of_a_service_account_is_exchanged_for_an_access_token_that_is_renewed() {
    let count = AtomicU32::new(0);
    let google = HttpMock::start(move |request| {
        let assertion = request.field("assertion");
        let claims = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap_or_default()).unwrap_or_default();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap_or_default();
        let is_right = request.target == "/token"
            && request.field("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && claims["aud"] == "https://oauth2.googleapis.com/token"
            && claims["exp"].as_i64() == claims["iat"].as_i64().map(|iat| iat + 3600);
        match is_right {
            true => {
                let token = format!("ya29.{}", count.fetch_add(1, Ordering::SeqCst));
                answer(200, json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" }))
            }
            false => answer(400, json!({ "error": "invalid_grant", "error_description": assertion })),
        }
    });
    let key = RegistryCredential::GoogleKey { key: include_str!("samples/service-account.json").to_owned() };
    let (clouds, registry) = (clouds("", &[("google", &google)], &[]), registry(RegistryKind::Google, "gcr.io"));
    let at = |minutes: i64| exchanged(&clouds, &registry, &key, NOW + minutes * 60 * SECOND).unwrap();
    let token = |number: u32| password("oauth2accesstoken", &format!("ya29.{number}"));
    assert_eq!((at(0), at(49), at(51)), (token(0), token(0), token(1)));
    let sent = google.requests()[0].field("assertion");
    assert_eq!(sent, include_str!("samples/assertion.jwt").trim(), "byte for byte what OpenSSL signs");
}

#[test]
fn googles_metadata_server_is_asked_only_where_the_operator_allows_it() {
    let metadata = HttpMock::start(|request| {
        let path = "/computeMetadata/v1/instance/service-accounts/default/token";
        match request.target == path && request.header("metadata-flavor") == "Google" {
            true => answer(200, json!({ "access_token": "ya29.machine", "expires_in": 1800 })),
            false => answer(403, ""),
        }
    });
    let registry = registry(RegistryKind::Google, "europe-docker.pkg.dev");
    let endpoints = [("google-metadata", &metadata)];
    let ambient = RegistryCredential::GoogleAmbient;
    let refused = exchanged(&clouds("aws-instance", &endpoints, &[]), &registry, &ambient, NOW).unwrap_err();
    assert_eq!((refused.cause().code.as_str(), metadata.requests().len()), ("registry.exchange_not_allowed", 0));
    let given = exchanged(&clouds("google-metadata", &endpoints, &[]), &registry, &ambient, NOW);
    assert_eq!(given.unwrap(), password("oauth2accesstoken", "ya29.machine"));
}

#[test]
fn an_application_of_azure_gets_a_refresh_token_of_the_registry() {
    let entra = HttpMock::start(|request| {
        let is_right = request.target == "/contoso.example/oauth2/v2.0/token"
            && request.field("grant_type") == "client_credentials"
            && request.field("client_id") == "app-1"
            && request.field("client_secret") == "s3cret/+ &"
            && request.field("scope") == "https://management.azure.com/.default";
        match is_right {
            true => answer(200, json!({ "access_token": "entra-token", "expires_in": 3599 })),
            false => answer(401, json!({ "error": "invalid_client", "error_description": "AADSTS7000215: …" })),
        }
    });
    let refresh =
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(json!({ "exp": (NOW + 3 * HOUR) / SECOND }).to_string()));
    let token = refresh.clone();
    let acr = HttpMock::start(move |request| {
        let is_right = request.target == "/oauth2/exchange"
            && request.field("grant_type") == "access_token"
            && request.field("service") == request.header("host")
            && request.field("tenant") == "contoso.example"
            && request.field("access_token") == "entra-token";
        match is_right {
            true => answer(200, json!({ "refresh_token": token })),
            false => answer(401, json!({ "errors": [{ "code": "UNAUTHORIZED" }] })),
        }
    });
    let registry = registry(RegistryKind::Acr, &acr.host());
    let secret = |text: &str| RegistryCredential::AzureSecret {
        tenant: "contoso.example".to_owned(),
        client_id: "app-1".to_owned(),
        client_secret: text.to_owned(),
    };
    let clouds = clouds("", &[("azure", &entra)], &[]);
    let at = |minutes: i64| exchanged(&clouds, &registry, &secret("s3cret/+ &"), NOW + minutes * 60 * SECOND).unwrap();
    assert_eq!((at(0), at(149)), (RegistryCredential::RefreshToken { token: refresh.clone() }, at(0)));
    assert_eq!(acr.requests().len(), 1);
    at(151);
    assert_eq!(acr.requests().len(), 2, "it is renewed before three hours are over");
    let wrong = exchanged(&clouds, &registry, &secret("wrong"), NOW).unwrap_err();
    assert!(!wrong.may_pass());
    assert_eq!(wrong.to_string(), "Microsoft Entra refused: HTTP 401, invalid_client");
}

#[test]
fn services_that_fail_lie_or_hang_up_end_in_a_reason() {
    let check = |status: u16, body: &'static str, code: &str, may_pass: bool| {
        let mock = HttpMock::start(move |_| answer(status, body));
        let (clouds, registry) = (clouds("", &[("ecr", &mock)], &[]), registry(RegistryKind::Ecr, ECR_HOST));
        let error = exchanged(&clouds, &registry, &keys(None), NOW).unwrap_err();
        assert_eq!((error.cause().code.as_str(), error.may_pass()), (code, may_pass), "{status} {body}");
        assert!(!error.cause().parameters["detail"].to_string().contains(SECRET));
    };
    check(500, "", "registry.exchange_away", true);
    check(429, "", "registry.exchange_away", true);
    check(400, r#"{"__type":"UnrecognizedClientException"}"#, "registry.exchange_refused", false);
    check(302, "", "registry.exchange_refused", false);
    for lie in ["", "{}", "[]", r#"{"authorizationData":[]}"#, r#"{"authorizationData":[{"authorizationToken":"%%"}]}"#]
    {
        check(200, lie, "registry.exchange_protocol", true);
    }
    // `AWS` without a password, and a time that is none.
    check(
        200,
        r#"{"authorizationData":[{"authorizationToken":"QVdTOg==","expiresAt":-1e300}]}"#,
        "registry.exchange_protocol",
        true,
    );
}

#[test]
fn nobody_is_sent_to_where_only_the_server_can_reach() {
    // An exchange of Azure goes to the address that whoever set the registry up has chosen.
    let entra = HttpMock::start(|_| answer(200, json!({ "access_token": "entra-token" })));
    let secret = RegistryCredential::AzureSecret {
        tenant: "t".to_owned(),
        client_id: "c".to_owned(),
        client_secret: "s".to_owned(),
    };
    for address in ["169.254.169.254", "[fd00:ec2::254]", "168.63.129.16:80", "[::ffff:169.254.169.254]"] {
        let registry = registry(RegistryKind::Acr, address);
        let error = exchanged(&clouds("", &[("azure", &entra)], &[]), &registry, &secret, NOW).unwrap_err();
        assert!(error.to_string().contains("special address"), "{address}: {error}");
    }
}

#[test]
fn what_the_server_itself_has_goes_to_the_clouds_own_hosts_alone() {
    let check = |credential: &RegistryCredential, address: &str, expected: bool| {
        assert_eq!(may_be_sent_to(credential, address, true), expected, "{address}");
        assert!(!may_be_sent_to(credential, address, false), "{address}, unencrypted");
    };
    for (address, expected) in [
        ("gcr.io", true),
        ("eu.gcr.io", true),
        ("europe-docker.pkg.dev", true),
        ("evil.example", false),
        ("gcr.io.evil.example", false),
        ("evilgcr.io", false),
        ("gcr.io:8443", false),
    ] {
        check(&RegistryCredential::GoogleAmbient, address, expected);
    }
    let amazon = RegistryCredential::AwsAmbient { region: Some("eu-west-1".to_owned()), role: None };
    check(&amazon, "123456789012.dkr.ecr.eu-west-1.amazonaws.com", true);
    check(&amazon, "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", false);
    check(&amazon, "evil.example", false);
}

/// A service that takes connections and says nothing.
fn silent() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, format!("http://{address}"))
}

#[test]
fn an_exchange_ends_in_time_though_a_service_never_answers_and_others_wait_for_their_turn() {
    let (_listener, url) = silent();
    let surroundings = Surroundings::read(None, Some(&format!("ecr={url}"))).unwrap();
    let clouds = Clouds { longest: Duration::from_millis(500), ..Clouds::new(surroundings, true) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let ended = runtime.block_on(async {
        let names: Vec<Registry> = (0..3 * MOST_AT_ONCE)
            .map(|at| Registry { id: format!("r{at}"), ..registry(RegistryKind::Ecr, ECR_HOST) })
            .collect();
        let exchanges = names.iter().map(|registry| clouds.short_lived(registry, keys(None), NOW));
        futures_util::future::join_all(exchanges).await
    });
    assert!(began.elapsed() < Duration::from_secs(8), "one request alone may take ten seconds");
    for error in ended.into_iter().map(Result::unwrap_err) {
        assert!(matches!(error, ExchangeError::Away { .. }) && error.may_pass(), "{error}");
        assert!(error.to_string().ends_with("it took too long"), "{error}");
    }
}

#[test]
fn what_an_exchange_has_spent_is_missing_for_its_next_request() {
    let (_listener, url) = silent();
    let sts = HttpMock::start(|_| {
        std::thread::sleep(Duration::from_millis(700));
        let keys = "<AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>";
        answer(200, keys)
    });
    let endpoints = format!("ecr={url},sts={}", sts.url());
    let surroundings = Surroundings::read(None, Some(&endpoints)).unwrap();
    let role = AwsRole { arn: "arn:aws:iam::123456789012:role/pull".to_owned(), external_id: None };
    let place = Place { address: ECR_HOST.to_owned(), plain_http: false, ca: None, may_be_private: true };
    let began = Instant::now();
    let until = began + Duration::from_millis(1500);
    let error = exchange(&keys(Some(role)), &place, &surroundings, until, NOW).unwrap_err();
    assert!(matches!(error, ExchangeError::Away { service: "Amazon ECR", .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(6), "both requests together: {:?}", began.elapsed());
}
