//! Passwords of services: in the units of systemd, the tables of cron, and beside many samples.

use secrets::{Place, SecretRules};

/// `rule:line` of each finding.
fn found(path: &str, text: &str) -> Vec<String> {
    let outcome = SecretRules::builtin().scan(text.replace("<+>", "").as_bytes(), Place::file(path));
    outcome.secrets.iter().map(|secret| format!("{}:{}", secret.rule, secret.line)).collect()
}

#[test]
fn samples_that_are_passed_over_use_up_no_findings() {
    let samples: String = (0..110).map(|number| format!("# db_password = kR8<+>spq2x{number}\n")).collect();
    let text = format!("{samples}db_password = Zx9<+>1kd9w\n").replace("<+>", "");
    let outcome = SecretRules::builtin().scan(text.as_bytes(), Place::file("etc/app.conf"));
    let lines: Vec<u64> = outcome.secrets.iter().map(|secret| secret.line).collect();
    assert_eq!((lines, outcome.is_cut_off, outcome.is_exhausted), (vec![111], false, false));
    // What stands among tests in the same file is passed over as well.
    let tests: String = (0..110).map(|number| format!("    let password = \"kR8<+>spq2x{number}\";\n")).collect();
    let text = format!("{KEY_LINE}#[cfg(test)]\nmod tests {{\n{tests}}}\n").replace("<+>", "");
    let outcome = SecretRules::builtin().scan(text.as_bytes(), Place::file("src/a.rs"));
    let lines: Vec<u64> = outcome.secrets.iter().map(|secret| secret.line).collect();
    assert_eq!((lines, outcome.is_cut_off, outcome.is_exhausted), (vec![1], false, false));
}

const KEY_LINE: &str = "const PASSWORD: &str = \"kR8<+>spq2xZ\";\n";

#[test]
fn units_of_systemd_give_the_passwords_of_their_variables_and_commands() {
    let unit = |line: &str| format!("[Service]\nUser=app\n{line}\nRestart=always\n");
    for line in [
        "Environment=DB_PASSWORD=hT6v<+>Qz9LmK2x",
        "Environment=\"DB_PASSWORD=hT6v<+>Qz9LmK2x\"",
        "Environment='DB_PASSWORD=hT6v<+>Qz9LmK2x'",
        "Environment=\"MODE=a b\" \"DB_PASSWORD=hT6v<+>Qz9LmK2x\" LEVEL=1",
        "Environment=DB_PASSWORD=hT6v<+>Qz9LmK2x \"MODE=a b\"",
        "ExecStart=/usr/bin/app --password hT6v<+>Qz9LmK2x --port 80",
        "ExecStartPre=-/usr/bin/app --db-password=hT6v<+>Qz9LmK2x --port 80",
    ] {
        for path in ["etc/systemd/system/app.service", "etc/systemd/system/app.service.d/10.conf"] {
            assert_eq!(found(path, &unit(line)), ["generic-password:3"], "{path}: {line}");
        }
    }
    for line in [
        "#Environment=\"DB_PASSWORD=hT6v<+>Qz9LmK2x\"",
        "Environment=\"DB_PASSWORD=${DB_PASSWORD}\"",
        "Environment=\"DB_PASSWORD=changeme\"",
        "Environment=\"DB_PASSWORD_FILE=/run/credentials/db\"",
        "ExecStart=/usr/bin/app --password $PASSWORD",
        "ExecStart=/usr/bin/app --password --verbose",
        "ExecStart=/usr/bin/app --password-file /etc/app/password",
        "ExecStart=/usr/bin/systemd-ask-password --echo password",
        "Description=Forward Password Requests to Wall --password Directory1",
    ] {
        assert_eq!(found("etc/systemd/system/app.service", &unit(line)), [""; 0], "{line}");
    }
}

#[test]
fn variables_in_quotes_of_lists_give_their_passwords_and_queries_do_not() {
    let compose = "services:\n  db:\n    environment:\n      - \"POSTGRES_PASSWORD=kR8<+>spq2x\"\n";
    assert_eq!(found("compose.yaml", compose), ["generic-password:4"]);
    let container = "{\"Config\":{\"Env\":[\"PATH=/bin\",\"DB_PASSWORD=kR8<+>spq2x\"]}}";
    assert_eq!(found("var/lib/docker/containers/a/config.v2.json", container), ["generic-password:1"]);
    assert_eq!(found("app/call.json", "{\"body\": \"password=kR8<+>spq2x&user=app\"}"), [""; 0]);
}

#[test]
fn tables_of_cron_give_the_passwords_of_their_commands() {
    for (line, rule) in [
        ("0 2 * * * root mysqldump --password=hT6v<+>Qz9LmK2x app > /srv/a.sql", "command-password"),
        ("0 2 * * * root mysqldump -uroot -phT6v<+>Qz9LmK2x app", "command-password"),
        ("0 2 * * * root PGPASSWORD=hT6v<+>Qz9LmK2x pg_dump -U app app", "command-password"),
        ("0 2 * * * root RESTIC_PASSWORD=hT6v<+>Qz9LmK2x restic backup /srv", "generic-password"),
        ("0 2 * * * root /usr/bin/app --db-password hT6v<+>Qz9LmK2x", "generic-password"),
        ("RESTIC_PASSWORD=hT6v<+>Qz9LmK2x", "generic-password"),
    ] {
        for path in ["etc/cron.d/backup", "etc/crontab", "var/spool/cron/crontabs/root", "var/spool/cron/root"] {
            assert_eq!(found(path, &format!("SHELL=/bin/sh\n{line}\n")), [format!("{rule}:2")], "{path}: {line}");
        }
    }
    assert_eq!(found("usr/local/bin/backup", "mysqldump --password=hT6v<+>Qz9LmK2x app\n"), ["command-password:1"]);
    let shipped = "SHELL=/bin/sh\nPATH=/usr/local/sbin:/bin\n17 * * * * root cd / && run-parts --report /etc/cron.hourly\n\
        25 6 * * * root PGPASSWORD=$PASSWORD pg_dump app\n*/30 * * * * root app --password-file /etc/app/key\n";
    assert_eq!(found("etc/crontab", shipped), [""; 0]);
}

#[test]
fn files_of_services_are_known_in_their_places_alone() {
    let text = "machine apt.acme.io login ci password kR8<+>spq2xLm\n";
    for (path, expected) in [
        ("etc/apt/auth.conf", &["netrc-password:1"][..]),
        ("etc/apt/auth.conf.d/acme.conf", &["netrc-password:1"]),
        ("auth.conf.d/acme.conf", &["netrc-password:1"]),
        ("root/.netrc", &["netrc-password:1"]),
        ("usr/share/app/auth.txt", &[]),
    ] {
        assert_eq!(found(path, text), expected, "{path}");
    }
    let key =
        "key \"rndc-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"q3JxT0Zt<+>b1hKd2x6V3RQcE5yU2sxYkh2R2NBZWQ=\";\n};\n";
    assert_eq!(found("etc/bind/ddns.key", key), ["tsig-key:3"]);
    assert_eq!(found("etc/bind/rndc.key", key), [""; 0]);
    assert_eq!(found("usr/share/doc/bind9/examples/named.conf", key), [""; 0]);
    let users = "\"app\" \"kR8<+>spq2xLm\"\n";
    assert_eq!(found("etc/pgbouncer/userlist.txt", users), ["pgbouncer-password:1"]);
    assert_eq!(found("usr/share/doc/pgbouncer/examples/userlist.txt", users), [""; 0]);
}

#[test]
fn passwords_of_calls_are_passed_over_in_tests_and_samples() {
    let call = "requests.get('https://acme.io', auth=('admin', 'kR8<+>spq2xLm'))\n";
    assert_eq!(found("app/sync.py", call), ["call-password:1"]);
    for path in ["app/tests/sync.py", "usr/lib/python3/dist-packages/requests/api.py", "docs/sync.py"] {
        assert_eq!(found(path, call), [""; 0], "{path}");
    }
    assert_eq!(found("app/sync.py", &format!(">>> {call}")), [""; 0]);
}
