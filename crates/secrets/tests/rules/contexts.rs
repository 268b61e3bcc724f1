//! Secrets where people leave them: each kind of file, and each place of an image that is no file.

use std::collections::BTreeMap;

use secrets::{Mark, Outcome, Place, PlaceKind, SecretRules};

use crate::files::{Example, examples};

fn scan(path: &str, text: &str) -> Outcome {
    SecretRules::builtin().scan(text.replace("<+>", "").as_bytes(), Place::file(path))
}

/// `rule:line` of each finding.
fn found(path: &str, text: &str) -> Vec<String> {
    scan(path, text).secrets.iter().map(|secret| format!("{}:{}", secret.rule, secret.line)).collect()
}

fn found_at(kind: PlaceKind, text: &str) -> Vec<String> {
    let outcome = SecretRules::builtin().scan(text.replace("<+>", "").as_bytes(), Place::of(kind));
    outcome.secrets.iter().map(|secret| secret.rule.to_string()).collect()
}

const KEY: &str = "-----BEGIN <+>PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIL8dGdmS0Nm0qS8zk0v6mVfZAqhs0vT5nEwTR3pY7bKx\n-----END <+>PRIVATE KEY-----\n";

#[test]
fn files_of_settings_give_their_passwords_and_tokens_with_their_lines() {
    let env = "# settings\nDEBUG=true\nDB_PASSWORD=kR8<+>spq2x\nAWS_ACCESS_KEY_ID=AKIA<+>QYLPMN5HFIQR7XYA\n";
    assert_eq!(found(".env", env), ["generic-password:3", "aws-access-key-id:4"]);
    let settings =
        "DATABASES = {\n    'default': {\n        'NAME': 'app',\n        'PASSWORD': 'kR8<+>spq2x',\n    }\n}\n";
    assert_eq!(found("app/settings.py", settings), ["generic-password:4"]);
    let application = "spring:\n  datasource:\n    username: app\n    password: kR8<+>spq2x\n";
    assert_eq!(found("app.jar!/BOOT-INF/classes/application.yml", application), ["generic-password:4"]);
    let properties = "spring.datasource.username=app\nspring.datasource.password=kR8<+>spq2x\n";
    assert_eq!(found("app.jar!/application.properties", properties), ["generic-password:2"]);
    let compose =
        "services:\n  db:\n    environment:\n      - POSTGRES_USER=app\n      - POSTGRES_PASSWORD=kR8<+>spq2x\n";
    assert_eq!(found("docker-compose.yml", compose), ["generic-password:5"]);
    let json =
        "{\n  \"ConnectionStrings\": {\n    \"Default\": \"Server=db;User Id=sa;Password=kR8<+>spq2x;\"\n  }\n}\n";
    assert_eq!(found("appsettings.json", json), ["connection-string:3"]);
    let php = "<?php\ndefine('DB_USER', 'wp');\ndefine('DB_PASSWORD', 'kR8<+>spq2x');\n";
    assert_eq!(found("wp-config.php", php), ["generic-password:3"]);
    let spaced = "<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', 'kR8<+>spq2x' );\n";
    assert_eq!(found("wp-config.php", spaced), ["generic-password:3"]);
    let state = "{\n  \"attributes\": {\n    \"username\": \"admin\",\n    \"password\": \"kR8<+>spq2x\"\n  }\n}\n";
    assert_eq!(found("terraform.tfstate", state), ["generic-password:4"]);
}

#[test]
fn keys_are_found_in_every_form() {
    assert_eq!(found("root/.ssh/id_ed25519", KEY), ["private-key:1"]);
    assert_eq!(found("a.py", &format!("KEY = \"{}\"\n", KEY.replace('\n', "\\n"))), ["private-key:1"]);
    let der: &[u8] = &[
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20, 7, 9, 1, 8, 2, 7, 3, 6, 4, 5, 5, 4, 6,
        3, 7, 2, 8, 1, 9, 0, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4,
    ];
    let in_binary = |path: &str, bytes: &[u8]| {
        let outcome = SecretRules::builtin().scan(bytes, Place::file(path));
        outcome.secrets.iter().map(|secret| secret.rule.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(in_binary("server.key", der), ["der-private-key"]);
    let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
    let store = [&[0x30, 0x82, 4, 0, 2, 1, 3, 0x30][..], &[0; 40], &oid, &[0xa0, 0x82, 1, 0]].concat();
    assert_eq!(in_binary("server.p12", &store), ["pkcs12-key-store"]);
    let java = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1][..], &[7; 40]].concat();
    assert_eq!(in_binary("app.jks", &java), ["java-key-store"]);
    let trusted = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2][..], &[7; 40]].concat();
    assert_eq!(in_binary("cacerts", &trusted), [""; 0]);
    // PKCS #8 (RFC 5958) with PBES2.
    let encrypted = [
        &[
            0x30, 0x55, 0x30, 0x13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d, 0x30, 6, 6, 4, 0, 0, 0, 0, 4,
            0x3e,
        ][..],
        &[7; 62],
    ]
    .concat();
    assert_eq!(in_binary("server.der", &encrypted), ["der-private-key-encrypted"]);
    assert_eq!(in_binary("server.der", &encrypted[..80]), [""; 0]);
    assert_eq!(in_binary("server.der", &[&[0x30, 0x02, 0, 0], &encrypted[..]].concat()), [""; 0]);
    let pgp = |usage: u8| {
        let public = [4, 0x66, 0x5d, 0x67, 0xda, 22, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1, 1, 7];
        let body = [&public[..], &[0x40; 33], &[usage], &[9; 40]].concat();
        [vec![0x95, 0, body.len() as u8], body].concat()
    };
    assert_eq!(in_binary("root/secret.gpg", &pgp(0)), ["pgp-private-key-file"]);
    assert_eq!(in_binary("root/.gnupg/secring.gpg", &pgp(254)), ["pgp-private-key-file-encrypted"]);
    let public = [&[0x99][..], &pgp(0)[1..]].concat();
    assert_eq!(in_binary("usr/share/keyrings/debian.gpg", &public), [""; 0]);
}

#[test]
fn texts_of_java_classes_are_looked_at() {
    for length in [16u8, 61] {
        let tail = "Z".repeat(usize::from(length) - 4);
        let token = concat!("AKIA", "QYLPMN5HFIQR7XYA");
        let class = [&b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10\x01\0"[..], &[20], token.as_bytes(), &[1, 0, length]].concat();
        let class = [&class, tail.as_bytes()].concat();
        let outcome = SecretRules::builtin().scan(&class, Place::file("a.jar!/Main.class"));
        assert_eq!(outcome.secrets.len(), 1);
    }
}

#[test]
fn the_key_that_is_part_of_every_netty_is_none_and_others_beside_it_are() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCCBtayYNDrM3NF@nkBbwTd6gaWp@\
        84ENvkWzWgFGtVAe5iZUChqrAPNdgnQs7Brb3cCBYRDWOlxtnaGmhhDOoRkFMucWEyuFEWUfops@";
    let pem = |body: &str| format!("-----BEGIN <+>PRIVATE KEY-----\n{body}-----END <+>PRIVATE KEY-----\n");
    let path = "app/netty-handler.jar!/io/netty/handler/ssl/SslUtils.class";
    let published = pem(&body.replacen('@', "", 1).replace('@', "\n"));
    assert_eq!(found(path, &published), [""; 0]);
    assert_eq!(found("key.pem", &pem(&body.replace('@', "\n"))), [""; 0]);
    let own = published.replace("BtayYNDr", "BtbzYNDr");
    assert_eq!(found(path, &format!("{published}{own}")), ["private-key:5"]);
}

#[test]
fn texts_of_compiled_python_are_looked_at() {
    let token = concat!("AKIA", "QYLPMN5HFIQR7XYA");
    // Short texts of the marshal format: kept for reference, not kept, and with the sign of `None` behind them.
    for (kind, behind) in [(0xfa, 0xfa), (b'z', b'z'), (b'Z', b'N')] {
        let compiled = [&b"\xa7\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3)\x02"[..], &[kind, 20], token.as_bytes(), &[behind]];
        let outcome =
            SecretRules::builtin().scan(&compiled.concat(), Place::file("app/__pycache__/build.cpython-311.pyc"));
        assert_eq!(outcome.secrets.len(), 1, "{kind}");
    }
}

#[test]
fn a_percent_sign_before_a_secret_hides_it_only_as_an_encoding() {
    let user = "CREATE USER 'app'@'%' IDENTIFIED BY 'kR8<+>spq2x';\n";
    assert_eq!(found("init.sql", user), ["sql-user-password:1"]);
    assert_eq!(
        found("a.log", "100% \"AKIA<+>QYLPMN5HFIQR7XYA\" %3DAKIA<+>QYLPMN5HFIQR7XYB"),
        ["aws-access-key-id:1"; 2]
    );
    assert_eq!(found("a.log", "100%XAKIA<+>QYLPMN5HFIQR7XYA"), [""; 0]);
}

#[test]
fn comments_that_document_programs_hold_samples() {
    let documented = "/// ```\n/// let id = \"AKIA<+>QYLPMN5HFIQR7XYA\";\n/// ```\n";
    let severities: Vec<_> = scan("src/lib.rs", documented).secrets.iter().map(|secret| secret.severity).collect();
    assert_eq!(severities, [model::Severity::Low]);
    for line in
        ["//! let password = \"kR8<+>spq2x\";", "//\t\"password\": \"kR8<+>spq2x\",", " * password = \"kR8<+>spq2x\";"]
    {
        assert_eq!(found("src/kv.go", line), [""; 0], "{line}");
    }
    for line in ["let password = \"kR8<+>spq2x\";", "// password = \"kR8<+>spq2x\";"] {
        assert_eq!(found("src/kv.go", line), ["generic-password:1"], "{line}");
    }
}

#[test]
fn sessions_with_python_that_a_text_shows_hold_samples() {
    for text in [
        "    >>> connect('postgres<+>://app:kR8<+>spq2x@db/app')\n",
        "    >>> builder().add(\n    ...     'app', 'x').unsplit()\n    'https<+>://app:kR8<+>spq2x@git.acme.io/a'\n",
        "    >>> password = 'kR8<+>spq2x'\n",
    ] {
        assert_eq!(found("app/builder.py", text), [""; 0], "{text}");
    }
    assert_eq!(found("app/a.py", "x = 1\nurl = 'https<+>://app:kR8<+>spq2x@git.acme.io/a'\n"), ["url-credentials:2"]);
}

#[test]
fn answers_of_several_lines_are_part_of_the_session_that_a_text_shows() {
    let secret = "'password': 'kR8<+>spq2x'";
    for text in [
        // An answer of several lines, below an input of several lines, in a document as in a program.
        format!(">>> login(\n...     'app')\n{{'user': 'app',\n 'roles': ['a',\n           'b'],\n {secret}}}\n"),
        format!("    >>> f()\n    {{\n        {secret}\n    }}\n"),
        format!("    \"\"\">>> f()\n    [1,\n    {{{secret}}}]\"\"\"\n"),
        format!("# >>> f()\n# [1,\n# {{{secret}}}]\n"),
        ">>> f()\r\n[1,\r\n 'https<+>://app:kR8<+>spq2x@git.acme.io/a']\r\n".to_owned(),
    ] {
        for path in ["app/client.py", "app/guide.txt", "app/README.rst", "app/README.md"] {
            assert_eq!(found(path, &text), [""; 0], "{path}: {text}");
        }
    }
    // What stands behind the session is none of it.
    for text in [
        format!("    >>> f()\n    1\n\n    x = {{{secret}}}\n"),
        format!("def f():\n    \"\"\"\n    >>> f()\n    1\n    \"\"\"\n    x = {{{secret}}}\n"),
        format!("    \"\"\">>> f()\"\"\"\n    x = {{{secret}}}\n"),
        format!("    >>> f()\n    1\nx = {{{secret}}}\n"),
        format!("# >>> f()\n# 1\nx = {{{secret}}}\n"),
        format!("```\n>>> f()\n1\n```\nx = {{{secret}}}\n"),
        format!("... x = {{{secret}}}\n"),
        format!(">>> f()\n{}x = {{{secret}}}\n", "1\n".repeat(4096)),
    ] {
        let expected = [format!("generic-password:{}", text.lines().count())];
        assert_eq!(found("app/client.py", &text), expected, "{text}");
        assert_eq!(found("app/guide.txt", &text), expected, "{text}");
    }
    let log = format!(">>> login()\n{{{secret}}}\n");
    assert_eq!(found("app/session.log", &log), ["generic-password:2"]);
    // Tokens whose form alone tells are found in a session as elsewhere.
    assert_eq!(found("app/client.py", ">>> f()\n'AKIA<+>QYLPMN5HFIQR7XYA'\n"), ["aws-access-key-id:2"]);
}

#[test]
fn a_default_of_a_service_on_the_same_machine_is_no_secret() {
    for address in ["postgres<+>://postgres:postgres@localhost:5432/app", "amqp<+>://guest:guest@127.0.0.1"] {
        assert_eq!(found(".env", &format!("URL={address}\n")), [""; 0], "{address}");
    }
    for address in ["postgres<+>://postgres:postgres@db:5432/app", "postgres<+>://app:kR8<+>spq2x@localhost/app"] {
        assert_eq!(found(".env", &format!("URL={address}\n")), ["database-url:1"], "{address}");
    }
}

#[test]
fn a_key_of_openssh_with_a_passphrase_counts_less() {
    let body = |cipher: &str| {
        let length = [0, 0, 0, cipher.len() as u8];
        let noise: Vec<u8> = (0..160u32).map(|at| (at * at * 31 % 251) as u8).collect();
        let bytes = [&b"openssh-key-v1\0"[..], &length, cipher.as_bytes(), &noise].concat();
        format!("-----BEGIN OPENSSH <+>PRIVATE KEY-----\n{}\n-----END OPENSSH <+>PRIVATE KEY-----\n", encoded(&bytes))
    };
    assert_eq!(found("id_rsa", &body("none")), ["private-key:1"]);
    assert_eq!(found("id_rsa", &body("aes256-ctr")), ["private-key-encrypted:1"]);
}

#[test]
fn secrets_of_kubernetes_are_looked_at_decoded() {
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  username: {}\n  password: {}\n  tls.key: {}\n",
        encoded(b"app"),
        encoded(b"kR8spq2x"),
        encoded(KEY.replace("<+>", "").as_bytes()),
    );
    assert_eq!(found("secret.yaml", &manifest), ["generic-password:7", "private-key:8"]);
    let plain = "kind: Secret\nstringData:\n  password: kR8<+>spq2x\n";
    assert_eq!(found("secret.yaml", plain), ["generic-password:3"]);
    let block = "kind: Secret\nstringData:\n  password: |-\n    kR8<+>spq2x\n  user: app\n";
    assert_eq!(found("secret.yaml", block), ["generic-password:3"]);
    assert_eq!(found("application.yml", "db:\n  password: >-\n    kR8<+>spq2x\n"), ["generic-password:2"]);
    for text in ["kR8<+>spq2x\n    Zx9<+>1kd9w", "${DB_PASSWORD}", "<password>", ""] {
        let settings = format!("db:\n  password: |\n    {text}\n  user: app\n");
        assert_eq!(found("application.yml", &settings), [""; 0], "{text}");
    }
    let configuration =
        format!("users:\n- user:\n    client-key-data: {}\n", encoded(KEY.replace("<+>", "").as_bytes()));
    assert_eq!(found("root/.kube/config", &configuration), ["private-key:3"]);
}

#[test]
fn a_service_account_is_found_in_base64_wherever_its_key_begins() {
    let account = |blanks: &str, key: &str| {
        let key = key.replace("<+>", "").replace('\n', "\\n");
        let text = format!(
            "{{{blanks}\"type\": \"service_account\", \"private_key\": \"{key}\", \"client_email\": \"a@p.iam.gserviceaccount.com\"}}"
        );
        encoded(text.as_bytes())
    };
    for blanks in ["", " ", "  ", "\n    "] {
        let variable = format!("GOOGLE_CREDENTIALS_B64={}", account(blanks, KEY));
        assert_eq!(found("app/.env", &format!("A=b\n{variable}\nC=d\n")), ["gcp-service-account:2"], "{blanks:?}");
        assert_eq!(found("deploy.yml", &format!("account: {}\n", account(blanks, KEY))), ["gcp-service-account:1"]);
        assert_eq!(found_at(PlaceKind::Environment, &variable), ["gcp-service-account"], "{blanks:?}");
        let masked = SecretRules::builtin().masked(&variable, Place::of(PlaceKind::History)).into_owned();
        assert!(masked.len() < 100, "{masked}");
        let hollow = account(blanks, "-----BEGIN <+>PRIVATE KEY-----\n...\n-----END <+>PRIVATE KEY-----\n");
        assert_eq!(found("deploy.yml", &format!("account: {hollow}\n")), [""; 0], "{blanks:?}");
    }
    // What stands before it is part of a path, and several keys stand in one text.
    let key = KEY.replace("<+>", "");
    assert_eq!(found("a.sh", &format!("get a/bcd/{} x\n", encoded(key.as_bytes()))), ["private-key:1"]);
    let bundle = encoded(format!("a\n{key}b\n{key}").as_bytes());
    assert_eq!(found("a.sh", &format!("get {bundle} x\n")), ["private-key:1"]);
}

#[test]
fn places_of_an_image_that_are_no_files_are_looked_at() {
    let is_password = ["generic-password"];
    assert_eq!(found_at(PlaceKind::Environment, "DB_PASSWORD=correct horse"), is_password);
    assert_eq!(found_at(PlaceKind::Environment, "MYSQL_ROOT_PASSWORD=mysecretpw"), is_password);
    assert_eq!(found_at(PlaceKind::Environment, "DATABASE_URL=postgres<+>://app:weak@db/app"), ["database-url"]);
    assert_eq!(found_at(PlaceKind::Argument, "NPM_TOKEN=npm<+>_q7Rk2Lw9Zx4Tn8Vb1Yc5Hd3Jf6Gs0Mp2QaKe"), ["npm-token"]);
    assert_eq!(found_at(PlaceKind::Label, "com.acme.api-key=9f86d081<+>884c7d659a2feaa0c55ad015"), ["generic-api-key"]);
    let history = "RUN |2 DB_PASSWORD=kR8<+>spq2x VERSION=1 /bin/sh -c ./install # buildkit";
    assert_eq!(found_at(PlaceKind::History, history), is_password);
    assert_eq!(found_at(PlaceKind::History, "/bin/sh -c #(nop)  ENV DB_PASSWORD=kR8<+>spq2x"), is_password);
    for quiet in
        ["PATH=/usr/local/bin:/usr/bin", "DB_PASSWORD=${DB_PASSWORD}", "PASSWORD_FILE=/run/secrets/db", "DB_PASSWORD="]
    {
        assert_eq!(found_at(PlaceKind::Environment, quiet), [""; 0], "{quiet}");
    }
}

#[test]
fn keys_among_tests_are_marked_and_passwords_there_are_passed_over() {
    let outcome = scan("src/test/resources/server.key", KEY);
    let facts: Vec<_> = outcome.secrets.iter().map(|secret| (secret.mark, secret.severity.as_str())).collect();
    assert_eq!(facts, [(Some(Mark::TestData), "low")]);
    assert_eq!(found("src/test/resources/application.yml", "db_password: kR8<+>spq2x\n"), [""; 0]);
    let library = "usr/lib/python3.11/site-packages/a.py";
    assert_eq!(found(library, "db_password = 'kR8<+>spq2x'\n"), [""; 0]);
    assert_eq!(scan(library, KEY).secrets[0].mark, None);
    let outcome = scan("etc/ssl/private/ssl-cert-snakeoil.key", KEY);
    assert_eq!(outcome.secrets[0].mark, Some(Mark::Packaged));
    let rust = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n    const KEY: &str = \"{KEY}\";\n}}\n");
    assert_eq!(scan("src/a.rs", &rust).secrets[0].mark, Some(Mark::TestData));
}

#[test]
fn text_of_utf_16_is_read() {
    let text = "[Registry]\r\nDB_PASSWORD=kR8spq2x\r\n";
    for big in [false, true] {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let bytes: Vec<u8> =
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        let outcome = SecretRules::builtin().scan(&bytes, Place::file("a.reg"));
        let lines: Vec<u64> = outcome.secrets.iter().map(|secret| secret.line).collect();
        assert_eq!(lines, [2], "big: {big}");
    }
}

#[test]
fn a_secret_is_found_wherever_the_pieces_of_a_long_file_part() {
    let rules = SecretRules::builtin();
    let secret = concat!("\nAWS_ACCESS_KEY_ID=AKIA", "QYLPMN5HFIQR7XYA\n");
    let filler = "some text of a log without anything in it\n".repeat(20_000);
    for cut in [0, 1, 262_100, 262_144, 262_150, 327_680, 400_000, 800_000] {
        let text = [&filler[..cut], secret, &filler[cut..]].concat();
        let line = 2 + text[..cut].matches('\n').count() as u64;
        let mut stream = rules.stream(Place::file("a.log"));
        text.as_bytes().chunks(65_521).for_each(|piece| stream.push(piece));
        let places: Vec<_> = stream.finish().secrets.iter().map(|secret| (secret.line, secret.start)).collect();
        assert_eq!(places, [(line, cut as u64 + 19)], "at {cut}");
    }
}

#[test]
fn what_only_begins_like_a_token_costs_little() {
    // The mappings of a source map, in which a literal of Facebook's tokens stands in most segments.
    let map = format!("{{\"version\":3,\"mappings\":\"{}\"}}", "EAAC,CAAC,EAAM,EAAG;".repeat(3_000));
    assert!(!scan("encode-html.js.map", &map).is_exhausted);
}

#[test]
fn what_repeats_without_end_ends_with_a_mark_on_the_outcome() {
    let rules = SecretRules::builtin();
    for unit in [
        "password=",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "sk-ant-api03-",
        "kind: Secret\ndata:\n",
        "eyJhbGci",
        "curl -u ",
    ] {
        let text = unit.repeat(500_000 / unit.len());
        let outcome = rules.scan(text.as_bytes(), Place::file("a.env"));
        assert!(outcome.secrets.len() <= 1_000, "{unit}");
    }
    let many = concat!("key = AKIA", "QYLPMN5HFIQR7XYA\n").repeat(5_000);
    let outcome = rules.scan(many.as_bytes(), Place::file("a.txt"));
    assert!(outcome.is_cut_off && outcome.secrets.len() == 100);
}

/// Ways in which a value is written into a file, with `@` for it.
const CONTEXTS: &[(&str, &str)] = &[
    ("a.env", "TOKEN=@\n"),
    ("a.sh", "export TOKEN='@'\n"),
    ("a.json", "{\"token\": \"@\"}\n"),
    ("a.yml", "token: @\nother: 1\n"),
    ("a.py", "token = \"@\"\n"),
    ("a.xml", "<token>@</token>\n"),
    ("a.js", "call(`@`, 1)\n"),
    ("a.txt", "The token (@) is here.\n"),
    ("a.log", "GET /?token=@&x=1 HTTP/1.1\n"),
    ("a.md5", "a\\n@\\nb\n"),
];

#[test]
fn tokens_are_found_in_whatever_text_they_stand() {
    let rules = SecretRules::builtin();
    let mut table: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut missed = Vec::new();
    for Example { rule, text, must_match, .. } in examples() {
        // Tokens that speak for themselves: the first word of an example that is found alone.
        let value = text
            .split(['=', ' ', '"', '\''])
            .find(|word| word.len() >= 20 && !word.contains([':', '/', '<', '$', '{']));
        let Some(value) = value.filter(|_| must_match) else { continue };
        let finds = |path: &str, text: &str| {
            let outcome = rules.scan(text.as_bytes(), Place::file(path));
            outcome.secrets.iter().any(|secret| *secret.rule == *rule)
        };
        if !finds("alone.txt", value) {
            continue;
        }
        for (path, context) in CONTEXTS {
            let is_found = finds(path, &context.replace('@', value));
            table.entry(path).or_default()[usize::from(!is_found)] += 1;
            if !is_found {
                missed.push(format!("{rule} in {path}"));
            }
        }
    }
    println!("{:<8} {:>6} {:>7}", "file", "found", "missed");
    for (path, [found, missed]) in &table {
        println!("{path:<8} {found:>6} {missed:>7}");
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(table.values().all(|[found, _]| *found >= 80), "{table:?}");
}

/// Base64, for what the examples encode.
fn encoded(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for piece in bytes.chunks(3) {
        let word = piece.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - piece.len()));
        for place in 0..4 {
            let is_there = place <= piece.len();
            let sign = SIGNS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if is_there { char::from(sign) } else { '=' });
        }
    }
    text
}

#[test]
fn what_a_patch_does_to_a_test_is_marked_as_what_stands_in_the_test() {
    let header = "Authorization: Basic ZG<+>VwbG95OmtSOHNQcTJ4\n";
    let patch = |path: &str| {
        format!("--- a/src/a.c\n+++ b/src/a.c\n@@ -1 +1 @@\n+x\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+{header}")
    };
    let marks =
        |path: &str, text: &str| -> Vec<Option<Mark>> { scan(path, text).secrets.iter().map(|s| s.mark).collect() };
    assert_eq!(marks("debian/patches/a.patch", &patch("tests/data/test998")), [Some(Mark::TestData)]);
    assert_eq!(marks("a.diff", &patch("lib/http.c")), [None]);
    assert_eq!(marks("a.txt", &patch("tests/data/test998")), [None]);
    let token =
        "+++ b/tests/Handler/RollbarTest.php\n             'access_token' => '44<+>e23254a1a0471ca24fa6eb4da7302c',\n";
    assert_eq!(found("debian/patches/0001.patch", token), [""; 0]);
    assert_eq!(found("0001.patch", &token.replace("tests/Handler/RollbarTest", "src/Handler")), ["generic-api-key:2"]);
    // However the bytes arrive.
    let text = format!("{}{}", "+++ b/src/a.c\n+a\n".repeat(40_000), patch("t/a.t")).replace("<+>", "");
    let rules = SecretRules::builtin();
    let mut stream = rules.stream(Place::file("a.patch"));
    text.as_bytes().chunks(1000).for_each(|piece| stream.push(piece));
    let outcome = stream.finish();
    assert_eq!(outcome.secrets.iter().map(|s| s.mark).collect::<Vec<_>>(), [Some(Mark::TestData)]);
}

#[test]
fn what_documents_a_module_of_ansible_is_documentation() {
    let module = |close: &str| {
        format!(
            "DOCUMENTATION = r'''\n- a\n'''\nEXAMPLES = r\"\"\"\n- responses:\n{close}  password: \"kR8<+>spq2xZ\"\n\"\"\"\n"
        )
    };
    let marks =
        |text: &str| -> Vec<Option<Mark>> { scan("library/expect.py", text).secrets.iter().map(|s| s.mark).collect() };
    assert_eq!(marks(&module("")), []);
    assert_eq!(marks(&module("\"\"\"\n")), [None]);
    let hash = "$2b$<+>12$ujYVRD9v9z87lpvLqeWNuOFDI4QzSSYHoRyYydW6XK4.kgqfwOXzO";
    let block =
        |end: &str| format!("DOCUMENTATION:\n  name: x\nEXAMPLES: |\n    # a\n\n{end}    password_hash: \"{hash}\"\n");
    let marks = |text: &str| -> Vec<Option<Mark>> { scan("a.yml", text).secrets.iter().map(|s| s.mark).collect() };
    assert_eq!(marks(&block("")), [Some(Mark::Documentation)]);
    assert_eq!(marks(&block("a:\n")), [None]);
}

#[test]
fn lists_of_default_passwords_and_release_notes_have_no_secrets() {
    let list = "{username = \"ovwebusr\", password = \"OvW*<+>busr1\"},\n";
    assert_eq!(found("nselib/data/http-default-accounts-fingerprints.lua", list), [""; 0]);
    assert_eq!(found("nselib/data/accounts.lua", list), ["generic-password:1"]);
    assert_eq!(found("rtsp-urls.txt", "/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream\n"), [""; 0]);
    assert_eq!(found("HISTORY", "  you can set `$wgPasswordDefault = 'argon2';`.\n"), [""; 0]);
    assert_eq!(found("settings.ini", "password_default = argon2id\n"), [""; 0]);
}

#[test]
fn settings_of_services_and_calls_by_name_give_their_passwords() {
    for (path, text, place) in [
        ("app/db.py", "connect(host, user=\"app\", password=\"kR8<+>spq2x\")\n", "generic-password:1"),
        ("app/db.py", "connect(host, passwd='kR8<+>spq2x')\n", "generic-password:1"),
        (
            "conf/tomcat-users.xml",
            "<user username=\"app\" password=\"kR8<+>spq2x\" roles=\"manager\"/>\n",
            "generic-password:1",
        ),
        ("etc/grafana/grafana.ini", "[security]\nadmin_password = kR8<+>spq2x\n", "generic-password:2"),
        ("etc/rabbitmq/rabbitmq.conf", "default_user = app\ndefault_pass = kR8<+>spq2x\n", "generic-password:2"),
        ("group_vars/all.yml", "ansible_password: kR8<+>spq2x\n", "generic-password:1"),
        ("run.sh", "PGPASSWORD=kR8<+>spq2x psql -h db\n", "command-password:1"),
        ("etc/odbc.conf", "Driver={x};Server=db;Uid=app;Pwd=kR8<+>spq2x;\n", "connection-string:1"),
    ] {
        assert_eq!(found(path, text), [place], "{path}");
    }
}

#[test]
fn options_in_a_variable_and_commands_in_the_history_give_their_secrets() {
    for (variable, rule) in [
        ("JAVA_OPTS=-Dspring.datasource.password=kR8<+>spq2xLm -Xmx1g", "generic-password"),
        ("JAVA_TOOL_OPTIONS=-Ddb.password=kR8<+>spq2xLm", "generic-password"),
        ("CATALINA_OPTS=-Xmx1g -Djavax.net.ssl.keyStorePassword=kR8<+>spq2xLm -Dx=y", "generic-password"),
        ("APP_ARGS=--db-password=kR8<+>spq2xLm --v", "generic-password"),
        ("APP_ARGS=--api-key On7<+>wKbrVJ2cfB9bT9thjO3xrM1m", "generic-api-key"),
        ("ADMIN_PW=kR8<+>spq2xLm", "generic-password"),
        ("VAULT_SECRET_ID=Nx6jvr<+>7SIftRutNx6jvr7SIftRut", "generic-api-key"),
        ("LICENSE_KEY=lZfOj<+>UStEkUdfMlZfOjUStEkUdfM", "generic-api-key"),
    ] {
        assert_eq!(found_at(PlaceKind::Environment, variable), [rule], "{variable}");
    }
    for variable in [
        "JAVA_OPTS=-Djavax.net.ssl.trustStorePassword=changeit",
        "JAVA_OPTS=-Ddb.password=${DB_PASSWORD}",
        "ARGS=--password-file /run/secrets/db",
        "ARGS=--db-password --verbose",
        "DOCS=https://a.b/?password=kR8<+>spq2xLm",
    ] {
        assert_eq!(found_at(PlaceKind::Environment, variable), [""; 0], "{variable}");
    }
    for (command, rule) in [
        (
            "aws configure set aws_secret_access_key VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o",
            "aws-secret-access-key",
        ),
        (
            "aws configure set profile.ci.aws_secret_access_key VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o",
            "aws-secret-access-key",
        ),
        (
            "git config --global url.https://3f7a9c0e5b8d2146<+>a0c9e87f35b1d4628e7f9a01@github.com/.insteadOf x",
            "url-credentials",
        ),
        ("echo machine x.corp login y password kR8<+>spq2xLm > ~/.netrc", "command-password"),
        ("composer config http-basic.repo.corp ci kR8<+>spq2xLm", "command-password"),
        ("useradd -p $(openssl passwd -1 kR8<+>spq2xLm) app", "command-password"),
        ("redis-cli -h cache -a kR8<+>spq2xLm ping", "command-option-password"),
        ("mongosh -u admin -p kR8<+>spq2xLm", "command-option-password"),
        ("helm registry login reg.corp -u ci -p kR8<+>spq2xLm", "command-option-password"),
        ("keytool -list -keystore a.jks -storepass kR8<+>spq2xLm", "command-option-password"),
        ("openssl rsa -in k -passin pass:kR8<+>spq2xLm", "command-option-password"),
        ("sqlcmd -U sa -P kR8<+>spq2xLm -Q x", "command-option-password"),
        ("zip -P kR8<+>spq2xLm a.zip src", "command-option-password"),
        ("7z a -pkR8<+>spq2xLm a.7z src", "command-option-password"),
        ("oc login https://api.corp:6443 -u a -p kR8<+>spq2xLm", "command-option-password"),
        ("echo kR8<+>spq2xLm | passwd --stdin root", "piped-password"),
        ("htpasswd -bc /etc/nginx/.htpasswd admin kR8<+>spq2xLm", "htpasswd-command"),
        ("useradd -m -p kR8<+>spq2xLm app", "user-command-password"),
        ("echo 'a a/root_password password kR8<+>spq2xLm' | debconf-set-selections", "preseed-password"),
    ] {
        assert_eq!(found_at(PlaceKind::History, &format!("RUN /bin/sh -c {command}")), [rule], "{command}");
    }
}
