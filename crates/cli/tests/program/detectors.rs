//! `--detectors`: secrets, malware and misconfigurations.

use std::io::Write;

use serde_json::{Value, json};
use test_support::{Storage, TarWriter, TestImages};

use crate::feeds::intelligence;
use crate::run::{Program, text};

/// The EICAR test file, in parts so that this file is none.
fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!", "$H+H*"].concat().into_bytes()
}

fn tar_gz(path: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = TarWriter::new();
    tar.file(path, 0o644, content);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&tar.finish()).unwrap();
    encoder.finish().unwrap()
}

/// A key id that AWS could have given out, in parts for the same reason.
fn key_id() -> String {
    ["AKIAQYLP", "MN5HFIQR7XYA"].concat()
}

fn findings<'a>(report: &'a Value, kind: &str) -> Vec<&'a Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == kind).collect()
}

#[test]
fn malware_is_found_with_path_and_hash_in_archives_too() {
    let program = Program::new();
    program.write("root/app/e.txt", eicar());
    program.write("root/app/nested.tar.gz", tar_gz("x/eicar.com", &eicar()));
    program.write("root/app/fine.sh", "#!/bin/sh\necho hello\n");
    let report = program.scan(&intelligence(), &["--detectors", "malware", "rootfs:root"]);
    let found = findings(&report, "malware");
    let paths: Vec<String> = found.iter().map(|finding| text(&finding["path"])).collect();
    assert_eq!(paths, ["app/e.txt", "app/nested.tar.gz!/x/eicar.com"]);
    for finding in found {
        assert_eq!(finding["sha256"], "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
        assert_eq!((&finding["engine"], &finding["severity"]), (&json!("yara"), &json!("critical")));
    }
    assert_eq!(report["detectors"], json!(["malware"]));
}

#[test]
fn a_users_yara_rules_count_and_broken_ones_are_told() {
    let program = Program::new();
    program.write("root/bin/tool", "#!/bin/sh\n# frobnicate-the-warehouse\n");
    program.write("rules/own.yar", "rule warehouse { strings: $a = \"frobnicate-the-warehouse\" condition: $a }");
    let arguments = ["--detectors", "malware", "--rules", "rules", "rootfs:root"];
    let report = program.scan(&intelligence(), &arguments);
    assert_eq!(findings(&report, "malware")[0]["rule"], "warehouse");
    program.write("rules/own.yar", "rule warehouse { strings: $a = \"x\" condition: $b }");
    let mut all = vec!["scan"];
    all.extend(arguments);
    program.run(&all).ended(2, &["own.yar", "$b"]);
    program
        .run(&["scan", "--detectors", "secrets", "--rules", "rules", "rootfs:root"])
        .ended(2, &["--rules needs malware"]);
}

#[test]
fn rules_for_secrets_that_would_do_nothing_are_bad_input() {
    let program = Program::new();
    program.write("root/a.txt", "nothing\n");
    for (rules, words) in [
        ("[[rules]]\nid = \"a\"\nregex = 'a'\nkeyword = [\"a\"]\n", "there is no key `keyword`"),
        ("[extend]\ndisabledRules = [\"aws-acess-token\"]\n", "`disabledRules` names the rule `aws-acess-token`"),
        ("", "the file has no rules"),
    ] {
        program.write("own.toml", rules);
        program
            .run(&["scan", "--detectors", "secrets", "--secret-rules", "own.toml", "rootfs:root"])
            .ended(2, &["own.toml", words]);
    }
}

#[test]
fn secrets_in_files_and_in_the_configuration_are_found_and_masked() {
    let program = Program::new();
    let id = key_id();
    let image = format!(
        "image shop:1\nenv DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4\nlabel admin.password=tR5-wQ8nKp3VxYz6\nlayer COPY app /app\n  app/.env = AWS_ACCESS_KEY_ID={id}\\n\n"
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "secrets", "image.tar"]);
    let found = findings(&report, "secret");
    let places: Vec<(String, String)> =
        found.iter().map(|finding| (text(&finding["location"]), text(&finding["path"]))).collect();
    assert!(places.contains(&("file".into(), "app/.env".into())), "{places:?}");
    assert!(places.contains(&("environment".into(), "DATABASE_PASSWORD".into())), "{places:?}");
    assert!(places.contains(&("label".into(), "admin.password".into())), "{places:?}");
    let file = found.iter().find(|finding| finding["location"] == "file").unwrap();
    assert_eq!((&file["line"], &file["layer"], &file["severity"]), (&json!(1), &json!(0), &json!("critical")));
    // The second scan answers from the cache; no report has a value.
    let again = program.scan(&intelligence(), &["--detectors", "secrets", "image.tar"]);
    assert_eq!(again, report);
    for format in ["table", "json", "sarif", "cyclonedx", "spdx"] {
        let ran = program.run(&["scan", "--detectors", "secrets", "--format", format, "image.tar"]);
        assert!(!ran.stdout.contains(&id) && !ran.stderr.contains(&id), "{format}");
        assert!(!ran.stdout.contains("xK9-vQ2pLm7ZwTr4"), "{format}: {}", ran.stdout);
        assert!(!ran.stdout.contains("tR5-wQ8nKp3VxYz6"), "{format}: {}", ran.stdout);
    }
}

#[test]
fn a_file_is_looked_into_under_each_of_its_names() {
    let program = Program::new();
    let secret = format!("AWS_ACCESS_KEY_ID={}\\n", key_id());
    let image = format!(
        "image shop:1\nlayer COPY\n  app/x.png = {secret}\n  app/.env => app/x.png\n  app/.env.local => app/x.png\n\
         \x20 srv/y.png = # {secret}[[package]]\\nname = \"libc\"\\nversion = \"0.2.1\"\\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\\n\n  srv/.env => srv/y.png\n  srv/Cargo.lock => srv/y.png\n\
         \x20 etc/first = {secret}\n  kept/second => etc/first\n  etc/first = harmless\n\
         \x20 old/a = {secret}\n  old/b => old/a\n  old = harmless\n"
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    // The second scan has the layers from the cache, and the third the whole image.
    for _ in 0..3 {
        let report = program.scan(&intelligence(), &["--detectors", "vulnerabilities,secrets", "image.tar"]);
        let found = findings(&report, "secret");
        let paths: Vec<String> = found.iter().map(|finding| text(&finding["path"])).collect();
        // Each secret at one of the names of its file.
        assert_eq!(paths, ["app/.env", "kept/second", "srv/.env"]);
        assert_eq!(report["packages"][0]["paths"], json!(["srv/Cargo.lock"]));
        assert_eq!(report["gaps"], json!([]));
    }
}

/// A rule that asks for paths makes each name one of its own, as many as a program like BusyBox may have.
#[test]
fn of_a_file_with_very_many_names_the_first_speak_for_the_rest() {
    let program = Program::new();
    program.write("rules/own.yar", "rule own { strings: $a = \"frobnicate\" condition: $a and filepath != \"x\" }");
    let names: Vec<String> = (10..50).map(|number| format!("bin/n{number}")).collect();
    let links: String = names.iter().map(|name| format!("  {name} => bin/tool\n")).collect();
    let image = format!("image shop:1\nlayer COPY\n  bin/tool = #!/bin/sh\\n# frobnicate\\n\n{links}");
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "malware", "--rules", "rules", "image.tar"]);
    let paths: Vec<String> = findings(&report, "malware").iter().map(|finding| text(&finding["path"])).collect();
    assert_eq!(paths, [names, vec!["bin/tool".to_owned()]].concat());
    let gaps = report["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["reason"], "it is one of more than 32 names of one file; only so many are read");
}

/// What a name says of a file decides what is looked for under it, and how much it counts: within a layer as between layers. It is
/// told at the name where it counts most.
#[test]
fn each_name_of_a_file_is_judged_by_itself() {
    let program = Program::new();
    let password = "db_password = \"xK9-vQ2pLm7ZwTr4\"\\n";
    let key = format!("AWS_ACCESS_KEY_ID={}\\n", key_id());
    let image = format!(
        "image shop:1\nlayer COPY\n  docs/a.md = {password}\n  app/settings.toml => docs/a.md\n\
         \x20 tests/key.txt = {key}\n  app/key.txt => tests/key.txt\n\
         \x20 app/x.png = {key}\n  app/y.png => app/x.png\n\
         layer RUN ln\n  srv/.env => app/x.png\n  srv/z.png => app/x.png\n  srv/settings.toml => docs/a.md\n"
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    // The second scan has the whole image from the cache.
    for _ in 0..2 {
        let report = program.scan(&intelligence(), &["--detectors", "secrets", "image.tar"]);
        let found = findings(&report, "secret");
        let mut told: Vec<(String, Value, String)> =
            found.iter().map(|it| (text(&it["path"]), it["layer"].clone(), text(&it["severity"]))).collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [("app/key.txt", 0, "critical"), ("app/settings.toml", 0, "high"), ("srv/.env", 1, "critical")];
        let expected = expected.map(|(path, layer, severity)| (path.to_owned(), json!(layer), severity.to_owned()));
        assert_eq!(told, expected);
        assert_eq!(report["gaps"], json!([]));
    }
}

#[test]
fn secrets_and_malware_that_an_upper_layer_hides_are_told_with_the_layer_that_hides_them() {
    let program = Program::new();
    let id = key_id();
    let eicar = String::from_utf8(eicar()).unwrap();
    let image = format!(
        "image shop:1\nlayer COPY\n  app/.env = AWS_ACCESS_KEY_ID={id}\\n\n  app/kept = AWS_ACCESS_KEY_ID={id}\\n\n  app/x.com = {}\n  app/LICENSE = MIT\n\
         layer RUN touch\n  app/.env = AWS_ACCESS_KEY_ID={id}\\nA=b\\n\n  app/kept = AWS_ACCESS_KEY_ID={id}\\nA=b\\n\n\
         layer RUN rm\n  app/.wh..env\n  app/x.com = harmless\n",
        eicar.replace('\\', "\\\\")
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let arguments = ["--detectors", "secrets,malware", "image.tar"];
    let report = program.scan(&intelligence(), &arguments);
    let places = |kind: &str| -> Vec<(String, Value, Value)> {
        let found = findings(&report, kind).into_iter();
        found.map(|it| (text(&it["path"]), it["layer"].clone(), it["removed_in"].clone())).collect()
    };
    // A file that was only touched is told once: as it is seen, or from its first layer to its last.
    assert_eq!(places("secret"), [("app/.env".into(), json!(0), json!(2)), ("app/kept".into(), json!(1), Value::Null)]);
    assert_eq!(places("malware"), [("app/x.com".into(), json!(0), json!(2))]);
    assert_eq!(program.scan(&intelligence(), &arguments), report, "from the cache");
    for (language, words) in
        [("en", "app/.env:1 (layer 3 removes or replaces it"), ("ja", "app/.env:1(レイヤー3で削除")]
    {
        let table = program.run(&["scan", "--detectors", "secrets", "--lang", language, "image.tar"]);
        assert!(table.stdout.contains(words), "{}", table.stdout);
    }
}

/// A file has one secret, whatever names it had: it is told at the name where it counts most, and not again where a name of
/// the file is still in sight.
#[test]
fn a_secret_of_a_removed_file_with_several_names_is_told_once() {
    let program = Program::new();
    let password = "db_password = \"xK9-vQ2pLm7ZwTr4\"\\n";
    let image = format!(
        "image shop:1\nlayer COPY\n  docs/a.md = {password}\n  app/settings.toml => docs/a.md\n\
         \x20 srv/a.env = AWS_ACCESS_KEY_ID={}\\n\n  srv/b.env => srv/a.env\n\
         layer RUN rm\n  docs/.wh.a.md\n  app/.wh.settings.toml\n  srv/.wh.b.env\n",
        key_id()
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let arguments = ["--detectors", "secrets", "image.tar"];
    let report = program.scan(&intelligence(), &arguments);
    let found = findings(&report, "secret").into_iter();
    let told: Vec<(String, Value, Value)> =
        found.map(|it| (text(&it["path"]), it["layer"].clone(), it["removed_in"].clone())).collect();
    let hidden = ("app/settings.toml".to_owned(), json!(0), json!(1));
    let seen = ("srv/a.env".to_owned(), json!(0), Value::Null);
    assert!(told.len() == 2 && told.contains(&hidden) && told.contains(&seen), "{told:?}");
    assert_eq!(program.scan(&intelligence(), &arguments), report, "from the cache");
}

/// The password that was changed is another one than that in sight, and stays in the image; masked they look the same.
#[test]
fn a_password_that_an_upper_layer_changes_is_told_beside_the_new_one() {
    let program = Program::new();
    let line = |number: u32| format!("  app/settings.env = DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr{number}\\n\n");
    let image = format!("image shop:1\nlayer COPY\n{}layer RUN rotate\n{}", line(1), line(2));
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "secrets", "image.tar"]);
    let told: Vec<(Value, Value, Value)> = findings(&report, "secret")
        .into_iter()
        .map(|it| (it["match"].clone(), it["layer"].clone(), it["removed_in"].clone()))
        .collect();
    let masked = json!("DATABASE_PASSWORD=********");
    let (hidden, seen) = ((masked.clone(), json!(0), json!(1)), (masked, json!(1), Value::Null));
    assert!(told.len() == 2 && told.contains(&hidden) && told.contains(&seen), "{told:?}");
}

/// A Pod in a file that is larger than any configuration is not looked at, and that is told; data of any size are not.
#[test]
fn a_configuration_file_that_is_far_too_large_is_a_gap() {
    let program = Program::new();
    let filler = format!("# {}\n", "x".repeat(1000)).repeat(9 << 10);
    program.write("repo/pod.yaml", format!("apiVersion: v1\nkind: Pod\n{filler}"));
    program.write("repo/data.yaml", &filler);
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "dir:repo"]);
    let gaps = report["gaps"].as_array().unwrap();
    assert_eq!((gaps.len(), gaps[0]["path"].as_str()), (1, Some("pod.yaml")), "{gaps:?}");
    assert!(gaps[0]["reason"].as_str().unwrap().contains("larger than the 4 MiB"), "{gaps:?}");
}

/// A report that does not look for secrets does not give them away either.
#[test]
fn values_are_masked_whatever_is_looked_for() {
    let program = Program::new();
    let values = ["xK9-vQ2pLm7ZwTr4", "tR5-wQ8nKp3VxYz6", "mB7-qW4zRt9LxNc2"];
    let image = format!(
        "image shop:1\nenv DATABASE_PASSWORD={}\nlabel admin.password={}\nlayer RUN sshpass -p {} ssh a.b\n  app/a = b\n",
        values[0], values[1], values[2]
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let docker = format!("FROM debian:12\nRUN sudo curl -u ci:{} https://a.b/x.sh | sh\nRUN sudo ls\n", values[0]);
    program.write("repo/Dockerfile", docker);
    program.write("repo/b/Dockerfile", format!("FROM a\nDB_PASSWORD={} is here\n", values[1]));
    program.write("repo/compose.yaml", format!("services: {{web: {{environment: {{DB_PASSWORD: '{}'\n", values[2]));
    intelligence();
    for arguments in [
        &["scan", "--detectors", "vulnerabilities", "--format", "json", "image.tar"][..],
        &["scan", "--detectors", "vulnerabilities", "--format", "sarif", "image.tar"],
        &["scan", "--detectors", "misconfigurations", "--format", "json", "image.tar"],
        &["sbom", "--format", "cyclonedx", "image.tar"],
        &["sbom", "--format", "spdx", "image.tar"],
        &["scan", "--detectors", "misconfigurations", "--format", "json", "dir:repo"],
        &["scan", "--detectors", "misconfigurations", "--lang", "en", "dir:repo"],
        &["scan", "--detectors", "misconfigurations", "--format", "sarif", "dir:repo"],
    ] {
        let ran = program.run(arguments);
        for value in values {
            assert!(!ran.stdout.contains(value) && !ran.stderr.contains(value), "{arguments:?}: {}", ran.stdout);
        }
        assert!(!ran.stdout.is_empty(), "{arguments:?}: {}", ran.stderr);
    }
    let report = program.scan(&intelligence(), &["--detectors", "vulnerabilities", "image.tar"]);
    assert!(report.to_string().contains("DATABASE_PASSWORD=********"), "{report}");
    let checked = program.scan(&intelligence(), &["--detectors", "misconfigurations", "dir:repo"]);
    assert!(checked.to_string().contains("curl -u ci:********"), "{checked}");
}

/// What the scanner keeps for the next scan is read by backups and by whoever helps with a defect.
#[test]
fn the_cache_has_no_value_that_a_gap_quotes() {
    let program = Program::new();
    let value = "kR8<+>spq2xZ9".replace("<+>", "");
    let image = format!("layer COPY\n  app/go.mod = module a\\nrequire (\\n\\tDB_PASSWORD={value} x y\\n)\\n\n");
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["image.tar"]);
    assert!(report["gaps"].to_string().contains("DB_PASSWORD=********"), "{report}");
    let mut folders = vec![program.path(".cache/bulkhead")];
    let mut kept = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            kept += 1;
            let bytes = std::fs::read(&path).unwrap();
            let has_value = bytes.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!has_value, "{} has the value in clear", path.display());
        }
    }
    assert!(kept > 0, "the cache is empty");
}

#[test]
fn passwords_of_one_line_that_look_the_same_masked_are_told_one_by_one() {
    let program = Program::new();
    let line = "curl -u ci:kR8<+>spq2x https://a.b && curl -u ci:Zx9<+>1kd9w https://a.b\n".replace("<+>", "");
    program.write("root/run.sh", line);
    let report = program.scan(&intelligence(), &["--detectors", "secrets", "rootfs:root"]);
    let told: Vec<(Value, Value)> =
        findings(&report, "secret").into_iter().map(|it| (it["match"].clone(), it["number"].clone())).collect();
    let masked = json!("curl -u ci:********");
    assert_eq!(told, [(masked.clone(), Value::Null), (masked, json!(2))]);
    let table = program.run(&["scan", "--detectors", "secrets", "--lang", "en", "rootfs:root"]);
    assert!(table.stdout.contains("******** #2"), "{}", table.stdout);
}

#[test]
fn every_part_of_the_configuration_is_searched_for_secrets() {
    let program = Program::new();
    let ids = ["A", "B", "C", "D", "E", "F", "G", "H"].map(|end| ["AKIAQYLP", "MN5HFIQR7XY", end].concat());
    let image = format!(
        "image shop:1\nconfig Entrypoint [\"app\", \"--key={}\"]\nconfig Cmd [\"--key={}\"]\nconfig Healthcheck {{\"Test\": [\"CMD-SHELL\", \"curl -u {} x\"]}}\n\
         config OnBuild [\"ENV KEY={}\"]\nconfig Shell [\"sh\", \"{}\"]\nconfig Volumes {{\"/data/{}\": {{}}}}\nconfig WorkingDir \"/srv/{}\"\nconfig author \"me {}\"\nlayer COPY\n  a = b\n",
        ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "secrets", "image.tar"]);
    let found = findings(&report, "secret");
    let mut places: Vec<String> = found.iter().map(|finding| text(&finding["path"])).collect();
    places.sort();
    let expected = ["Cmd", "Entrypoint", "Healthcheck", "OnBuild", "Shell", "Volumes", "WorkingDir"];
    let expected: Vec<String> =
        ["author".to_owned()].into_iter().chain(expected.map(|name| format!("config.{name}"))).collect();
    assert_eq!(places, expected);
    assert!(found.iter().all(|finding| finding["location"] == "configuration"), "{found:?}");
    let table = program.run(&["scan", "--detectors", "secrets", "--lang", "en", "image.tar"]);
    assert!(table.stdout.contains("config.Entrypoint of the configuration"), "{}", table.stdout);
    for format in ["json", "sarif", "table"] {
        let ran = program.run(&["scan", "--detectors", "secrets", "--format", format, "image.tar"]);
        assert!(ids.iter().all(|id| !ran.stdout.contains(id)), "{format}");
    }
}

#[test]
fn configuration_files_of_a_folder_are_checked() {
    let program = Program::new();
    program.write("repo/Dockerfile", "FROM debian:12\nUSER root\nADD http://example.com/a.tar /\nRUN true\n");
    program.write(
        "repo/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    \
         securityContext: {privileged: true}\n",
    );
    program.write("repo/notes.txt", "nothing\n");
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "dir:repo"]);
    let found = findings(&report, "misconfiguration");
    let has = |alias: &str, path: &str| {
        found
            .iter()
            .any(|finding| finding["path"] == path && finding["aliases"].as_array().unwrap().contains(&json!(alias)))
    };
    assert!(has("DS-0002", "Dockerfile"), "{found:?}");
    assert!(has("KSV-0017", "pod.yaml"), "{found:?}");
    let table = program.run(&["scan", "--detectors", "misconfigurations", "--lang", "ja", "dir:repo"]);
    assert!(table.stdout.contains("設定の誤り") && table.stdout.contains("Dockerfile:2"), "{}", table.stdout);
}

#[test]
fn an_image_that_runs_as_root_is_misconfigured() {
    let program = Program::new();
    program.write("a.tar", TestImages::parse("image a:1\nlayer COPY\n  a = b\n", Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "misconfigurations", "a.tar"]);
    let found = findings(&report, "misconfiguration");
    assert!(found.iter().any(|finding| finding["path"].is_null() || finding["path"] == ""), "{report}");
}

#[test]
fn files_that_can_run_are_listed_with_their_hashes() {
    let program = Program::new();
    let image = "image a:1\nlayer COPY\n  usr/bin/a 4755 = x\n  etc/b 644 = y\n";
    program.write("a.tar", TestImages::parse(image, Storage::Gzip).oci_archive());
    let report = program.scan(&intelligence(), &["--detectors", "vulnerabilities,malware", "a.tar"]);
    let listed = report["executables"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["path"], &listed[0]["setuid"], &listed[0]["layer"]),
        (&json!("usr/bin/a"), &json!(true), &json!(0))
    );
    assert_eq!(listed[0]["sha256"], "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
}

#[test]
fn secrets_of_the_configuration_have_logical_locations_in_sarif() {
    let program = Program::new();
    let image = "image shop:1\nenv DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4\nlabel admin.password=tR5-wQ8nKp3VxYz6\n\
                 layer COPY\n  a = b\n";
    program.write("image.tar", TestImages::parse(image, Storage::Gzip).oci_archive());
    let arguments = ["scan", "--detectors", "secrets,misconfigurations", "--format", "sarif", "image.tar"];
    let log = program.run(&arguments).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut places: Vec<String> = results
        .iter()
        .map(|result| text(&result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]))
        .collect();
    places.sort();
    places.dedup();
    assert_eq!(places, ["config", "config.Env.DATABASE_PASSWORD", "config.Labels.admin.password"]);
}

#[test]
fn licenses_that_ask_for_attention_are_listed_with_their_categories() {
    let program = Program::new();
    program.write(
        "root/var/lib/dpkg/status",
        "Package: sheller\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n",
    );
    program.write(
        "root/usr/share/doc/sheller/copyright",
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n\
         Files: *\nCopyright: 2001 A\nLicense: GPL-3+\n\nFiles: b\nCopyright: B\nLicense: Expat\n",
    );
    for (name, license) in [("calm", "MIT OR GPL-2.0"), ("served", "AGPL-3.0"), ("odd", "SEE LICENSE IN EULA.txt")] {
        let manifest = format!(r#"{{"name":"{name}","version":"1.0.0","license":"{license}"}}"#);
        program.write(&format!("root/app/node_modules/{name}/package.json"), manifest);
    }
    let report = program.scan(&intelligence(), &["--detectors", "licenses", "rootfs:root"]);
    let found: Vec<String> = findings(&report, "license")
        .iter()
        .map(|finding| {
            let words = ["name", "category", "severity"].map(|field| text(&finding[field]));
            format!("{}: {}", text(&finding["package"]["name"]), words.join(", "))
        })
        .collect();
    let mut found = found;
    found.sort();
    assert_eq!(
        found,
        [
            "odd: SEE LICENSE IN EULA.txt, unknown, unknown",
            "served: AGPL-3.0-only, network-copyleft, high",
            "sheller: GPL-3.0-or-later, strong-copyleft, low",
        ]
    );
}

#[test]
fn texts_of_licenses_are_found_where_they_lie_and_judged_like_those_of_packages() {
    let program = Program::new();
    let mit = "MIT License Copyright (c) 2020 A Permission is hereby granted, free of charge, to any person obtaining a copy \
               of this software and associated documentation files (the \"Software\"), to deal in the Software without \
               restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, \
               sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to \
               do so, subject to the following conditions: The above copyright notice and this permission notice shall be \
               included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT \
               WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, \
               FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE \
               LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, \
               ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";
    let unknown = "You may use the frobnicator on Sundays, and nobody may say a word against it. ".repeat(9);
    let image = format!(
        "image shop:1\nlayer COPY\n  app/LICENSE = {mit}\n  app/vendor/EULA/LICENSE.txt = {unknown}\n\
         layer COPY\n  app/main.py = # SPDX-License-Identifier: AGPL-3.0-only\n  app/other.py = # SPDX-License-Identifier: MIT\n"
    );
    program.write("image.tar", TestImages::parse(&image, Storage::Gzip).oci_archive());
    let texts = |report: &Value| -> Vec<String> {
        let row = |finding: &&Value| {
            let words = ["path", "name", "category", "severity"].map(|field| text(&finding[field]));
            format!("{} {} {}", words.join(" "), finding["confidence_percent"], finding["layer"])
        };
        findings(report, "license").iter().map(row).collect()
    };
    let expected = [
        "app/LICENSE MIT permissive none 100 0",
        "app/main.py AGPL-3.0-only network-copyleft high 100 1",
        "app/vendor/EULA/LICENSE.txt unknown license text unknown unknown null 0",
    ];
    for cache in ["cold", "warm"] {
        let report = program.scan(&intelligence(), &["--license-texts", "--detectors", "licenses", "image.tar"]);
        assert_eq!(texts(&report), expected, "{cache}");
    }
    let report = program.scan(&intelligence(), &["--detectors", "licenses", "image.tar"]);
    assert!(texts(&report).is_empty());
    program.write(
        "p.yaml",
        "schema: bulkhead.policy/1\nname: gate\ncontrols:\n  - control: license.deny\n    names: [AGPL-3.0-only]\n",
    );
    let ran = program.run(&["scan", "--license-texts", "--policy", "p.yaml", "image.tar"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("app/main.py"), "{}", ran.stdout);
}

#[test]
fn a_clamav_daemon_that_is_away_is_one_gap_and_everything_else_is_found() {
    let program = Program::new();
    program.write("app/eicar.com", eicar());
    program.write("app/other.sh", "#!/bin/sh\necho fine\n");
    program.write("no-socket", "a file");
    for socket in ["nowhere.sock", "no-socket"] {
        let arguments = ["--detectors", "malware", "--clamd", socket, "dir:app"];
        let report = program.scan(&intelligence(), &arguments);
        assert_eq!(findings(&report, "malware").len(), 1, "{report}");
        let gaps = report["gaps"].as_array().unwrap();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert_eq!(gaps[0]["path"], "");
        let reason = text(&gaps[0]["reason"]);
        assert!(
            reason.starts_with(&format!("ClamAV did not look at any file: cannot reach it at {socket}: ")),
            "{reason}"
        );
        let strict = program.run(&[&["scan", "--fail-on-gaps", "--lang", "ja"][..], &arguments].concat());
        assert_eq!(strict.code, Some(4), "{}", strict.stderr);
        assert!(
            strict.stdout.contains(&format!("ClamAVで検査されたファイルはありません: {socket}に接続できません")),
            "{}",
            strict.stdout
        );
    }
}
