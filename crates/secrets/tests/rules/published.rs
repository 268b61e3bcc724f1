//! What its maker publishes is no secret, wherever it stands; what differs from it in a few signs is one.

use secrets::{Place, SecretRules};

fn found(path: &str, text: &str) -> usize {
    SecretRules::builtin().scan(text.as_bytes(), Place::file(path)).secrets.len()
}

/// Files that hold a published value, the value between `@`.
const PUBLISHED: &[(&str, &str)] = &[
    ("app/config.py", "CLIENT_SECRET = '@ZmssLNjJ<+>y2998hD4CTg2ejr2@'\n"),
    ("app/auth.py", "client_secret = '@d-FL95Q1<+>9q7MQmFpd7hHD0Ty@'\n"),
    ("app/auth.py", "client_secret = '@p3RlpR10<+>xMFh9ZXBS/ZNLYUu@'\n"),
    ("app/auth.js", "const o = { clientSecret: '@v6V3fKV_<+>zWU7iw1DrpO1rknX@' };\n"),
    ("app/api.js", "const o = { clientSecret: '@j9iVZfS8<+>kkCEFUPaAeJV0sAi@' };\n"),
    ("app/oauth2.js", "const OAUTH = '@GOCSPX-<+>4uHgMPm-1o7Sk-geV6Cu5clXFsxl@';\n"),
    ("etc/chromium.d/apikeys", "export GOOGLE_API_KEY=\"@AIzaSyCk<+>fPOPZXDKNn8hhgu3JrA62wIgC93d44k@\"\n"),
    ("etc/chromium.d/apikeys", "export GOOGLE_DEFAULT_CLIENT_SECRET=\"@kdloedMF<+>GdGla2P1zacGjAQh@\"\n"),
    ("app/put.py", "Minio('play.min.io', secret_key='@zuf+tfte<+>SlswRu7BJ86wekitnifILbZam1KYY3TG@')\n"),
    ("app/mail.env", "SENDGRID_API_KEY=@SG.<+>ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr@\n"),
    ("app/pay.js", "const o = { client_secret: '@EO422dn3<+>gQLgDbuwqTjzrFgFtaRLRR5BdHEESmha49TM@' };\n"),
    ("app/post.py", "consumer_secret = '@kAcSOqF2<+>1Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw@'\n"),
    ("app/post.py", "token_secret = '@LswwdoUa<+>IvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE@'\n"),
    ("app/login.py", "access_token = '@e72e16c7<+>e42f292c6912e7710c838347ae178b4a@'\n"),
    ("app/form.env", "RECAPTCHA_PRIVATE_KEY=@6LeIxAcT<+>AAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe@\n"),
    ("app/settings.env", "DB_PASSWORD=@1f2d1e2e<+>67df@\n"),
    ("deploy/wallet.env", "PRIVATE_KEY=@0xac0974<+>bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80@\n"),
    (
        "root/.vagrant.d/insecure_private_key",
        "-----BEGIN RSA <+>PRIVATE KEY-----\n@MIIEogIBAAKCAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzI@\n\
         w+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoP\n-----END RSA <+>PRIVATE KEY-----\n",
    ),
];

/// The text with the value as it is published, and with its signs in the midst in another order.
fn both(text: &str) -> (String, String) {
    let parts: Vec<&str> = text.split('@').collect();
    let value = parts[1].replace("<+>", "");
    let middle = value.len() / 2 - 4..value.len() / 2 + 4;
    let turned: String = value[middle.clone()].chars().rev().collect();
    let other = [&value[..middle.start], turned.as_str(), &value[middle.end..]].concat();
    let whole = |value: &str| [parts[0], value, parts[2]].concat().replace("<+>", "");
    (whole(&value), whole(&other))
}

#[test]
fn what_its_maker_publishes_is_no_secret_and_what_differs_from_it_is() {
    let counts: Vec<(usize, usize)> = PUBLISHED
        .iter()
        .map(|(path, text)| {
            let (published, other) = both(text);
            (found(path, &published), found(path, &other))
        })
        .collect();
    let wrong: Vec<_> =
        PUBLISHED.iter().zip(counts).filter(|(_, (published, other))| *published > 0 || *other == 0).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_key_store_of_builds_to_try_out_is_no_secret_by_its_name() {
    let store = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1][..], &[7; 40]].concat();
    let found = |path: &str| SecretRules::builtin().scan(&store, Place::file(path)).secrets.len();
    assert_eq!((found("app/android/app/debug.keystore"), found("app/android/app/release.keystore")), (0, 1));
}

#[test]
fn keys_that_come_with_go_and_cmake_are_no_secrets_in_their_places() {
    let pem = "-----BEGIN <+>PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIL8dGdmS0Nm0qS8zk0v6mVfZAqhs0vT5nEwTR3pY7bKx\n\
        -----END <+>PRIVATE KEY-----\n"
        .replace("<+>", "");
    for (path, count) in [
        ("usr/local/go/src/crypto/x509/platform_root_key.pem", 0),
        ("src/crypto/x509/platform_root_key.pem", 0),
        ("usr/local/go/src/crypto/x509/server_key.pem", 1),
        ("srv/platform_root_key.pem", 1),
    ] {
        assert_eq!(found(path, &pem), count, "{path}");
    }
    let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
    let store = [&[0x30, 0x82, 4, 0, 2, 1, 3, 0x30][..], &[0; 40], &oid, &[0xa0, 0x82, 1, 0]].concat();
    for (path, count) in [
        ("usr/share/cmake-3.25/Templates/Windows/Windows_TemporaryKey.pfx", 0),
        ("srv/app/Windows_TemporaryKey.pfx", 1),
        ("usr/share/cmake-3.25/Templates/Windows/Signing.pfx", 1),
    ] {
        assert_eq!(SecretRules::builtin().scan(&store, Place::file(path)).secrets.len(), count, "{path}");
    }
}
