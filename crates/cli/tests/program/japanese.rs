//! `--lang ja`: what people read is Japanese; names, paths, ids, commands and quotations stay what they are.

use serde_json::Value;

use crate::feeds::intelligence;
use crate::run::Program;

/// So many words of English one after the other are a sentence.
const SENTENCE_WORDS: usize = 4;

/// A tree with something wrong of each kind that has words of its own.
fn tree(program: &Program) {
    let key = ["AKIAQYLP", "MN5HFIQR7XYA"].concat();
    let eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!", "$H+H*"].concat();
    program.write(
        "app/Dockerfile",
        "FROM debian\nRUN apt-get install curl\nRUN sudo ls | wc\nADD . /app\nEXPOSE 22\nUSER root\n",
    );
    program.write(
        "app/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  hostPID: true\n  containers:\n  - name: web\n    image: nginx\n    securityContext:\n      privileged: true\n",
    );
    program.write(
        "app/main.tf",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  acl = \"public-read\"\n}\nresource \"aws_db_instance\" \"d\" {\n  publicly_accessible = true\n}\n",
    );
    program.write("app/broken.tf", "resource \"aws_s3_bucket\" {{{");
    program.write(
        "app/compose.yaml",
        "services:\n  web:\n    image: nginx:latest\n    privileged: true\n    network_mode: host\n",
    );
    program.write(
        "app/.github/workflows/ci.yaml",
        "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: echo ${{ github.event.issue.title }}\n",
    );
    program.write("app/settings.ini", format!("aws_access_key_id = {key}\n"));
    program.write("app/eicar.txt", eicar);
    program.write("app/package-lock.json", "");
    program.write(
        "app/node_modules/x/package.json",
        "{\"name\": \"x\", \"version\": \"1.0.0\", \"license\": \"AGPL-3.0-only\"}",
    );
    program.write(
        "policy.yaml",
        "schema: bulkhead.policy/1\nname: all\ncontrols:\n  - control: misconfiguration.severity\n    at_least: low\n  - control: license.category\n    categories: [network-copyleft]\n  - control: secret\n  - control: malware\n  - control: gaps\n",
    );
}

fn told(program: &Program, more: &[&str]) -> String {
    let intelligence = intelligence();
    let mut arguments = vec!["scan", "--intel", intelligence.to_str().unwrap()];
    arguments.extend(more);
    arguments.push("dir:app");
    let ran = program.run(&arguments);
    assert!(!ran.stdout.is_empty(), "{ran:?}");
    ran.stdout
}

/// Lines that say something in English: what stands between backticks, in markup and in addresses is left out.
fn english(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let spoken: String = line.split('`').step_by(2).collect::<Vec<_>>().join("、");
        let spoken: String =
            spoken.split('<').map(|part| part.rsplit('>').next().unwrap_or_default()).collect::<Vec<_>>().join("、");
        let mut words = 0;
        for word in spoken.split_whitespace() {
            let word = word.trim_matches([',', '.', ';', ':']);
            let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'\'');
            words = if is_word { words + 1 } else { 0 };
            if words == SENTENCE_WORDS {
                found.push(line.to_owned());
                break;
            }
        }
    }
    found
}

#[test]
fn reports_for_people_have_no_english_sentence() {
    let program = Program::new();
    tree(&program);
    for format in ["table", "markdown", "html"] {
        let report = told(&program, &["--lang", "ja", "--format", format]);
        let body = report.split("</style>").last().unwrap_or_default();
        assert_eq!(english(body), Vec::<String>::new(), "{format}:\n{report}");
        for word in [
            "特権コンテナ",
            "ネットワークコピーレフト",
            "AWSのアクセスキーID",
            "EICARテストファイル",
            "正しいHCLではありません",
        ] {
            assert!(report.contains(word), "{word} is not in the {format}:\n{report}");
        }
    }
    let judged = told(&program, &["--lang", "ja", "--policy", "policy.yaml"]);
    assert_eq!(english(&judged), Vec::<String>::new(), "{judged}");
}

#[test]
fn what_a_scan_says_on_standard_error_has_no_english_sentence() {
    let program = Program::new();
    tree(&program);
    program.write("empty", "");
    program.write("hello.txt", "hello\n");
    program.write("app.jar", b"PK\x03\x04rest");
    program.write("cut.json", "{\"bomFormat\":\"CycloneDX\",\n");
    for (code, words, expected) in [
        (0, "scan dir:app", "bulkhead: warning: プログラムに組み込まれたインテリジェンス("),
        (1, "scan dir:app --quiet --policy policy.yaml", "bulkhead: 非準拠: ポリシーall: "),
        (
            2,
            "scan dir:app --intel missing.db",
            "missing.dbを開けません: ファイルまたはフォルダーがありません(os error 2)",
        ),
        (
            2,
            "scan dir:app --compare-to missing.json",
            "bulkhead scan --format jsonで書き出したレポートを指定してください",
        ),
        (2, "scan dir:app --policy nosuch", "nosuchは、ファイルでも組み込みのポリシーでもありません"),
        (2, "scan rootfs:missing", "ファイルまたはフォルダーmissingがありません"),
        (2, "scan r.example/app --offline", "--offlineではレジストリに問い合わせません"),
        (2, "convert hello.txt --format html", "hello.txtを読み取れません: "),
        (3, "scan empty", "emptyは空です"),
        (3, "scan app.jar", "app.jarはzipアーカイブ"),
        (3, "scan hello.txt", "hello.txtはスキャンできません"),
        (3, "scan rootfs:cut.json", "SBOMの場合はsbom:cut.jsonと指定してください"),
        (3, "sbom cut.json", "cut.jsonをSBOMとして読み取れません: 正しいJSONではありません: 2行目で途切れています"),
        (3, "diff oci:hello.txt app", "oci:はフォルダーを指します"),
    ] {
        let mut arguments: Vec<&str> = words.split(' ').collect();
        let english_words = program.run(&arguments);
        arguments.extend(["--lang", "ja"]);
        let ran = program.run(&arguments);
        ran.ended(code, &[expected]);
        assert_eq!(english(&ran.stderr), Vec::<String>::new(), "{words}");
        // A Japanese locale is as good, and nothing else changes.
        let located = program.run_with(&arguments[..arguments.len() - 2], &[("LANG", "ja_JP.UTF-8")]);
        assert_eq!((located.code, located.stderr), (ran.code, ran.stderr), "{words}");
        assert_eq!(english_words.code, Some(code), "{words}");
    }
}

#[test]
fn what_intelligence_and_policies_say_on_standard_error_is_japanese() {
    let program = Program::new();
    program.write("broken.yaml", "a: [");
    program.write("aqua.json", "{}");
    program.write("main.rego", "package main\nallow := true\n");
    program.write("feeds/osv/a.json", "no json");
    program.write("key.pub", "no key");
    for (code, words, expected) in [
        (2, "policy check", "ポリシーまたは--exceptions FILEを指定してください"),
        (2, "policy check nosuch", "nosuchは、ファイルでも組み込みのポリシーでもありません"),
        (2, "policy check broken.yaml", ": YAMLでもJSONでもありません: "),
        (2, "policy show nosuch", "nosuchは組み込みのポリシーではありません"),
        (
            2,
            "policy import aqua aqua.json",
            "aqua.json:1: Aquaのイメージ保証ポリシーではありません: `name`にはポリシーの名前を指定してください",
        ),
        (2, "policy import rego main.rego", "main.rego: プログラムにルール"),
        (
            2,
            "intel build --feeds nosuch --out a.db",
            "nosuchのフィードの一覧を取得できません: ファイルまたはフォルダーがありません",
        ),
        (
            2,
            "intel build --feeds feeds --out a.db",
            "feedsのフィードに脆弱性もアドバイザリもありません。使用できないものの例: ",
        ),
        (
            3,
            "intel build --feeds feeds --out nosuch/a.db",
            "データベースnosuch/a.dbに書き込めません: フォルダーnosuchがありません\n",
        ),
        (2, "intel import nosuch --key key.pub", "鍵key.pubを使用できません: 公開鍵ではありません"),
        (2, "intel export --out a.db", "インテリジェンスがインストールされていません"),
        (2, "intel lookup CVE-1999-0001 --intel nosuch", "ファイルまたはフォルダーがありません"),
    ] {
        let arguments: Vec<&str> = words.split(' ').collect();
        program.run_with(&arguments, &[("LANG", "ja_JP.UTF-8")]).ended(code, &[expected]);
    }
    program.run_with(&["intel", "keygen", "--out", "own"], &[("LANG", "ja_JP.UTF-8")]).ended(0, &[]);
    let again = program.run_with(&["intel", "keygen", "--out", "own"], &[("LANG", "ja_JP.UTF-8")]);
    again.ended(2, &["ownはすでにあります。鍵は上書きされないため、別のファイルを指定してください"]);
    let english = program.run(&["intel", "keygen", "--out", "own"]);
    english.ended(2, &["own is there already, and no key is overwritten; name another file"]);
}

#[test]
fn what_is_wrong_with_a_command_line_is_said_in_japanese() {
    let program = Program::new();
    program.write("app/a", "");
    for (words, expected) in [
        ("scan", "error: 次の引数は必須です:\n  <TARGET>"),
        ("scan --formt json app", "tip: 似た名前の引数があります: '--format'"),
        ("scna app", "error: 'scna'というコマンドはありません"),
        ("scan --intel", "error: '--intel <FILE>'には値が必要です"),
        ("scan --no-cache --cache-dir c app", "と同時に指定できません"),
        ("scan --output a --output b app", "error: '--output <FILE>'は1回だけ指定できます"),
        (
            "scan --severity grave app",
            "error: '--severity <LIST>'の値'grave'は正しくありません: `grave`は深刻度ではありません",
        ),
        ("scan --format xml app", "`xml`は形式ではありません"),
        ("scan --platform a app", "`a`はプラットフォームではありません"),
        ("scan --now tomorrow app", "2026-01-31T12:00:00Zのように"),
        ("scan oci:", "oci:の後に場所を指定してください"),
        ("scan ./missing", "ファイルまたはフォルダー./missingがありません"),
        ("scan A", "`A`はイメージの名前ではありません"),
    ] {
        let mut arguments: Vec<&str> = words.split(' ').collect();
        arguments.extend(["--lang", "ja"]);
        let ran = program.run(&arguments);
        ran.ended(2, &[expected, "\n\n詳しくは'--help'を参照してください。\n"]);
        assert_eq!(english(&ran.stderr), Vec::<String>::new(), "{words}");
        let located = program.run_with(&arguments[..arguments.len() - 2], &[("LANG", "ja_JP.UTF-8")]);
        located.ended(2, &[expected]);
    }
    let ran = program.run(&["scan", "--detectors", "viruses", "--lang=ja", "app"]);
    ran.ended(2, &["[指定できる値: vulnerabilities, secrets, "]);
    program
        .run_with(&["scan", "--lang", "fr", "app"], &[("LANG", "ja_JP.UTF-8")])
        .ended(2, &["enまたはjaを指定してください"]);
    program.run_with(&["scan", "--lang", "en"], &[("LANG", "ja_JP.UTF-8")]).ended(2, &["required arguments"]);
}

#[test]
fn formats_for_machines_and_english_reports_stay_english() {
    let program = Program::new();
    tree(&program);
    for format in ["json", "sarif", "cyclonedx"] {
        let [english, japanese] = ["en", "ja"].map(|language| {
            let mut report: Value =
                serde_json::from_str(&told(&program, &["--lang", language, "--format", format])).unwrap();
            if let Some(report) = report.as_object_mut() {
                report.retain(|key, _| !["serialNumber", "metadata"].contains(&key.as_str()));
            }
            report
        });
        assert_eq!(english, japanese, "{format}");
    }
    assert!(told(&program, &["--lang", "en"]).contains("Container is privileged"));
}

#[test]
fn public_examples_are_told_in_japanese_too() {
    let Some(path) = test_support::test_data("misconfiguration-examples/examples.jsonl") else { return };
    let program = Program::new();
    for (number, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        let example: Value = serde_json::from_str(line).unwrap();
        let name = match example["type"].as_str().unwrap_or_default() {
            "dockerfile" => "Dockerfile",
            "kubernetes" => "manifest.yaml",
            "terraform" => "main.tf",
            "cloudformation" => "template.yaml",
            _ => continue,
        };
        if example["kind"] == "bad" {
            program.write(&format!("app/{number}/{name}"), example["code"].as_str().unwrap_or_default());
        }
    }
    let report = told(&program, &["--lang", "ja", "--detectors", "misconfigurations"]);
    assert!(report.lines().count() > 1_000, "{report}");
    assert_eq!(english(&report), Vec::<String>::new());
}
