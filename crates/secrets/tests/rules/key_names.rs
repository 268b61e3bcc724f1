//! Secrets in files that name keys in ways of their own.

use secrets::{Place, SecretRules};

/// `rule:line` of each finding.
fn found(path: &str, text: &str) -> Vec<String> {
    let outcome = SecretRules::builtin().scan(text.replace("<+>", "").as_bytes(), Place::file(path));
    outcome.secrets.iter().map(|secret| format!("{}:{}", secret.rule, secret.line)).collect()
}

/// A notebook (nbformat 4) with one cell of this line of code, which stands on line 9 as it is encoded in JSON.
fn notebook(line: &str) -> String {
    let line = format!("{line}\\n").replace('"', "\\\"");
    format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"metadata\": {{}},\n   \"outputs\": [],\n   \
         \"source\": [\n    \"import os\\n\",\n    \"{line}\",\n    \"run()\"\n   ]\n  }}\n ],\n \"nbformat\": 4\n}}\n"
    )
}

#[test]
fn cells_of_notebooks_give_their_secrets() {
    for (line, rule) in [
        ("os.environ[\"DB_PASSWORD\"] = \"kR8<+>spq2x\"", "generic-password"),
        ("password = \"kR8<+>spq2x\"", "generic-password"),
        ("    password = 'kR8<+>spq2x'", "generic-password"),
        ("connect(host, password=\"kR8<+>spq2x\")", "generic-password"),
        ("os.environ.setdefault(\"DB_PASSWORD\", \"kR8<+>spq2x\")", "generic-password"),
        ("%env DB_PASSWORD=kR8<+>spq2x", "generic-password"),
        ("%env DB_PASSWORD kR8<+>spq2x", "generic-password"),
        ("%set_env DB_PASSWORD kR8<+>spq2x", "generic-password"),
        ("%env API_TOKEN=On7<+>wKbrVJ2cfB9bT9thjO3xrM1m", "generic-api-key"),
        (
            "os.environ[\"AWS_SECRET_ACCESS_KEY\"] = \"VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o\"",
            "aws-secret-access-key",
        ),
        ("%env AWS_SECRET_ACCESS_KEY=VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o", "aws-secret-access-key"),
        ("engine = create_engine(\"postgresql<+>://app:kR8<+>spq2x@db/app\")", "database-url"),
    ] {
        assert_eq!(found("work/analysis.ipynb", &notebook(line)), [format!("{rule}:9")], "{line}");
    }
    for line in [
        "os.environ[\"DB_PASSWORD\"] = getpass()",
        "os.environ[\"DB_PASSWORD\"] = \"<password>\"",
        "password = os.environ[\"DB_PASSWORD\"]",
        "os.environ.setdefault(\"DB_PASSWORD\", \"changeme\")",
        "%env DB_PASSWORD",
        "%env DB_PASSWORD=$PASSWORD",
        "%env DB_PASSWORD {password}",
        "%env API_TOKEN=your-token-here",
    ] {
        assert_eq!(found("work/analysis.ipynb", &notebook(line)), [""; 0], "{line}");
    }
}

#[test]
fn archives_of_requests_give_their_headers_cookies_and_fields() {
    let har = |headers: &str, cookies: &str, fields: &str| {
        format!(
            "{{\"log\": {{\"entries\": [{{\"request\": {{\n  \"headers\": [{headers}],\n  \"cookies\": [{cookies}],\n  \
             \"postData\": {{\"params\": [{fields}]}}\n}}}}]}}}}\n"
        )
    };
    let bearer = r#"{"name": "Authorization", "value": "Bearer 8b<+>DFXGsIdvzqvTzZwMHflRDMjsQRhZEwBfWkDQl3"}"#;
    let key = r#"{"name": "X-Api-Key", "value": "On7<+>wKbrVJ2cfB9bT9thjO3xrM1m"}"#;
    let cookie = r#"{"name": "sessionid", "value": "4f<+>9a0c7e12b8d3561f0e9a7c4b2d8e6f", "path": "/"}"#;
    let field = r#"{"name": "password", "value": "kR8<+>spq2xZ"}"#;
    assert_eq!(
        found("work/login.har", &har(&format!("{bearer}, {key}"), cookie, field)),
        ["bearer-token:2", "generic-api-key:2", "session-cookie:3", "generic-password:4"]
    );
    let pretty = bearer.replace(", ", ",\n    ");
    assert_eq!(found("work/login.har", &har(&pretty, "", "")), ["bearer-token:2"]);
    let hidden = [bearer, key, cookie, field].map(|pair| {
        let (name, _) = pair.split_once(", ").expect("a name comes first");
        format!("{name}, \"value\": \"[redacted]\"}}")
    });
    assert_eq!(found("work/login.har", &har(&hidden[..2].join(", "), &hidden[2], &hidden[3])), [""; 0]);
    // Elsewhere such a name may be anything.
    assert_eq!(found("work/login.json", cookie), [""; 0]);
}

#[test]
fn keys_with_japanese_names_are_found_however_they_are_written() {
    for text in [
        "パスワード：kR8<+>spq2x\n",
        "パスワード: kR8<+>spq2x\r\n",
        "・パスワード　＝　kR8<+>spq2x\n",
        "初期パスワードは以下のとおり\nパスワード:「kR8<+>spq2x」です\n",
        "パスワード：kR8<+>spq2x（初回のみ）\n",
    ] {
        let line = text.lines().count();
        assert_eq!(found("home/app/memo.txt", text), [format!("japanese-named-password:{line}")], "{text}");
    }
    for text in ["秘密鍵：On7<+>wKbrVJ2cfB9bT9thjO3xrM1m\n", "シークレットキー＝On7<+>wKbrVJ2cfB9bT9thjO3xrM1m\n"]
    {
        assert_eq!(found("home/app/memo.txt", text), ["japanese-named-key:1"], "{text}");
    }
    for text in [
        "パスワード：\n8文字以上\n",
        "パスワード：8文字以上で入力してください\n",
        "パスワード: ********\n",
        "パスワード:<input type=\"password\" id=\"Login1Password\">\n",
        "alert('パスワード：' + password1);\n",
        "パスワード: {{ password1 }}\n",
        "パスワード：https://acme.io/reset1\n",
        "秘密鍵: id_ed25519_server_2024.pem\n",
    ] {
        for path in ["home/app/memo.txt", "src/login.js", "config/app.yml"] {
            assert_eq!(found(path, text), [""; 0], "{path}: {text}");
        }
    }
    // Documents show samples.
    assert_eq!(found("README.md", "パスワード：kR8<+>spq2x\n"), [""; 0]);
    let text = "パスワード：kR8<+>spq2x\n".replace("<+>", "");
    let outcome = SecretRules::builtin().scan(text.as_bytes(), Place::file("home/app/memo.txt"));
    assert_eq!(&*outcome.secrets[0].matched, "パスワード:********");
}
