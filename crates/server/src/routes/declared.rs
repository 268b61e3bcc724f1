//! Declarations (`bulkhead admin apply`) against the whole server: what is written from one makes another the same.

use std::collections::BTreeSet;

use api::declared::{self, Files, Kind, Reply, SecretSource, Server};
use api::{ClientError, Problem};
use policy::access::PermissionSet;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::testing::{As, TestServer};

/// A server asked as somebody.
struct Asked<'a>(&'a TestServer, As);

impl Server for Asked<'_> {
    fn ask(&self, method: &str, path: &str, version: Option<&str>, body: Option<&Value>) -> Result<Reply, ClientError> {
        let headers: Vec<(&str, &str)> = version.map(|version| ("if-match", version)).into_iter().collect();
        let answer = self.0.ask_with(&self.1, method, path, &headers, body.cloned().unwrap_or(Value::Null));
        if (200..300).contains(&answer.status) {
            let version = Some(answer.header("etag").to_owned()).filter(|text| !text.is_empty());
            let body = if answer.body == "" { Value::Null } else { answer.body };
            return Ok(Reply { version, body });
        }
        let problem: Problem = serde_json::from_value(answer.body).expect("a refusal is a problem");
        Err(ClientError::Refused { problem: Box::new(problem) })
    }
}

fn all() -> BTreeSet<Kind> {
    Kind::ALL.into_iter().collect()
}

fn asked(server: &TestServer) -> Asked<'_> {
    // Nobody gives rights that they do not hold.
    Asked(server, server.token(&PermissionSet::all().to_string()))
}

fn no_secret(source: &SecretSource) -> Result<String, String> {
    Err(format!("no secret is read: {source:?}"))
}

/// The secret of any integration: an address is one for a password, too.
fn of_integrations(source: &SecretSource) -> Result<String, String> {
    match source {
        SecretSource::Variable(name) if name.starts_with("INTEGRATION_") => Ok(SECRET_ADDRESS.to_owned()),
        other => no_secret(other),
    }
}

const SECRET_ADDRESS: &str = "https://hooks.example.com/marker-of-a-secret";

/// Applies files with everything else removed, and tells the plan.
fn apply(server: &Asked<'_>, files: &Files) -> String {
    apply_with(server, files, &mut no_secret)
}

fn apply_with(
    server: &Asked<'_>,
    files: &Files,
    read_secret: &mut dyn FnMut(&SecretSource) -> Result<String, String>,
) -> String {
    let declared = declared::read_files(files).unwrap();
    let current = declared::read_server(server, &all()).unwrap();
    let plan = declared::plan(&declared, &current, &all(), false).unwrap();
    declared::apply(server, &plan, &current, read_secret).unwrap_or_else(|error| panic!("{error:?}\n{plan}"));
    plan.to_string()
}

fn export(server: &Asked<'_>) -> Files {
    declared::write_files(&declared::read_server(server, &all()).unwrap())
}

/// What somebody made by hand: the bodies of requests, by kind.
#[derive(Debug, Clone)]
struct Made {
    scopes: Vec<Value>,
    roles: Vec<(Value, usize)>,
    groups: Vec<Value>,
    registries: Vec<Value>,
    policies: Vec<Value>,
    integrations: Vec<Value>,
}

fn made() -> impl Strategy<Value = Made> {
    let text =
        || prop_oneof!["[a-zA-Z0-9][ -~]{0,16}[a-z]", "[a-z]{1,3}: #[a-z]", "チーム[a-z]{1,4}", "\"[a-z]{1,5}\""];
    let scope = (text(), text(), any::<bool>(), "[a-z*/]{1,12}").prop_map(|(name, description, two, value)| {
        let mut variables = vec![json!({ "attribute": "image.repository", "value": value })];
        if two {
            variables.push(json!({ "attribute": "image.label", "key": "team", "value": "yes" }));
        }
        let expression = if two { "v1 || v2" } else { "" };
        json!({ "name": name, "description": description, "expression": expression, "variables": variables })
    });
    let permission = proptest::sample::subsequence(vec!["images.read", "jobs.read", "registries.write"], 1..=3);
    let role = (text(), permission, 0_usize..3).prop_map(|(name, permissions, scopes)| {
        (json!({ "name": name, "description": "", "permissions": permissions }), scopes)
    });
    let group = (text(), text(), any::<bool>()).prop_map(|(name, description, has_role)| {
        let roles: Vec<&str> = if has_role { vec!["auditor"] } else { Vec::new() };
        json!({ "name": name, "description": description, "roles": roles })
    });
    let registry = (text(), any::<bool>(), 1_u32..300, any::<bool>(), proptest::option::of(1_u32..9)).prop_map(
        |(name, is_hub, poll, is_enabled, newest)| {
            let mut request = json!({ "name": name, "kind": if is_hub { "docker_hub" } else { "harbor" },
                "poll_minutes": poll, "is_enabled": is_enabled, "rules": { "repositories": ["shop/*"] } });
            if !is_hub {
                request["address"] = "https://Harbor.example.com/".into();
                request["credential"] = json!({ "type": "password", "user": "u", "password": "marker-of-a-secret" });
                request["hook_secret"] = "marker-of-a-secret-of-hooks".into();
            }
            if let Some(newest) = newest {
                request["rules"]["newest"] = newest.into();
            }
            request
        },
    );
    let policy = ("[a-z][a-z0-9 -]{0,12}[a-z]", any::<bool>(), any::<bool>()).prop_map(|(name, is_enabled, is_high)| {
        let severity = if is_high { "high" } else { "critical" };
        let document = format!(
            "# kept\nschema: bulkhead.policy/1\nname: \"{name}\"\nversion: 1.10\ncontrols:\n  - control: vulnerability.severity\n    at_least: {severity}\n"
        );
        json!({ "document": document, "is_enabled": is_enabled })
    });
    let target = prop_oneof![
        Just(json!({ "kind": "slack" })),
        Just(json!({ "kind": "webhook", "url": "https://sink.example.com/hook", "template": "{{ text }}\n" })),
        Just(json!({ "kind": "email", "host": "mail.example.com", "port": 587, "security": "starttls", "user": "u",
            "from": "bulkhead@example.com", "to": ["ops@example.com", "dev@example.com"] })),
    ];
    let topics = proptest::sample::subsequence(vec!["verdict.changed", "exception.*", "*"], 1..=3);
    let integration = (text(), target, topics, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(name, target, topics, has_secret, is_usual, is_enabled)| {
            let needs_one = target["kind"] == "slack";
            let mut edit = json!({ "name": name, "target": target, "topics": topics, "is_enabled": is_enabled });
            if has_secret || needs_one {
                edit["secret"] = SECRET_ADDRESS.into();
            }
            if !is_usual {
                edit["language"] = "ja".into();
                edit["digest_seconds"] = 600.into();
            }
            edit
        },
    );
    let several = |most| 0_usize..most;
    (
        proptest::collection::vec(scope, several(4)),
        proptest::collection::vec(role, several(4)),
        proptest::collection::vec(group, several(3)),
        proptest::collection::vec(registry, several(3)),
        proptest::collection::vec(policy, several(3)),
        proptest::collection::vec(integration, several(4)),
    )
        .prop_map(|(scopes, roles, groups, registries, policies, integrations)| Made {
            scopes,
            roles,
            groups,
            registries,
            policies,
            integrations,
        })
}

/// Makes it by the API; what has a name that is taken is left out.
fn make(server: &Asked<'_>, made: &Made) {
    let post = |path: &str, body: &Value| match server.ask("POST", path, None, Some(body)) {
        Ok(reply) => reply.body["id"].as_str().map(str::to_owned),
        Err(error) if error.code() == Some("object.exists") => None,
        Err(error) => panic!("{error:?} {body}"),
    };
    let scopes: Vec<String> = made.scopes.iter().filter_map(|scope| post("/scopes", scope)).collect();
    for (role, count) in &made.roles {
        let mut role = role.clone();
        role["scopes"] = scopes.iter().take(*count).cloned().collect();
        post("/roles", &role);
    }
    made.groups.iter().for_each(|group| drop(post("/groups", group)));
    made.registries.iter().for_each(|registry| drop(post("/registries", registry)));
    made.policies.iter().for_each(|policy| drop(post("/policies", policy)));
    made.integrations.iter().for_each(|integration| drop(post("/integrations", integration)));
}

fn is_a_fixed_point(server: &TestServer, other: &TestServer, made: &Made) {
    let (server, other) = (asked(server), asked(other));
    make(&server, made);
    let files = export(&server);
    for (path, text) in &files {
        assert!(!text.contains("marker-of-a-secret"), "{path} has a secret:\n{text}");
        let defaults = ["most_at_once: 4", "stale_days: 180", "plain_http: false", "is_enabled: true", "docker.io"];
        for default in defaults.into_iter().chain(["language: en", "digest_seconds: 0"]) {
            assert!(!text.contains(default), "{path} tells a default:\n{text}");
        }
    }
    assert_eq!(apply(&server, &files), "nothing to do: the server is as declared\n", "{files:#?}");
    apply_with(&other, &files, &mut of_integrations);
    let strip = |files: &Files| -> Files {
        // What a credential is cannot follow: it is nowhere to be read.
        let is_of_secret =
            |line: &&str| line.starts_with("# The ") || line.contains("credential:") || line.contains("type: password");
        files
            .iter()
            .map(|(path, text)| {
                (path.clone(), text.lines().filter(|line| !is_of_secret(line)).collect::<Vec<_>>().join("\n"))
            })
            .collect()
    };
    assert_eq!(strip(&export(&other)), strip(&files), "another server is the same by it");
    assert!(apply(&other, &files).ends_with("nothing to do: the server is as declared\n"));
    let emptied = apply(&other, &Files::new());
    // A name may have these signs in it.
    assert!(!emptied.lines().any(|line| line.starts_with("+ ") || line.starts_with("~ ")), "{emptied}");
    assert!(export(&other).is_empty(), "and nothing is left where nothing is declared");
}

#[test]
fn what_is_written_from_a_server_changes_nothing_there_and_makes_another_the_same() {
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let result = runner.run(&made(), |made| {
        is_a_fixed_point(&TestServer::new(), &TestServer::new(), &made);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_same_on_postgresql() {
    let mut runner = TestRunner::new(Config { cases: 2, failure_persistence: None, ..Config::default() });
    let result = runner.run(&made(), |made| {
        if let (Some(server), Some(other)) = (TestServer::on_postgres(), TestServer::on_postgres()) {
            is_a_fixed_point(&server, &other, &made);
        }
        Ok(())
    });
    result.unwrap();
}

fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

const ROLE: &str = "name: dev\npermissions:\n  - images.read\nscopes:\n  - shop\n";
const SCOPE: &str = "name: shop\nvariables:\n  - attribute: image.repository\n    value: shop/*\n";

#[test]
fn a_plan_says_what_changes_and_what_names_others_follows_them() {
    let server = TestServer::new();
    let asked = asked(&server);
    let plan = apply(&asked, &files(&[("roles/dev.yaml", ROLE), ("scopes/shop.yaml", SCOPE)]));
    assert_eq!(
        plan,
        "+ scope shop (scopes/shop.yaml)\n+ role dev (roles/dev.yaml)\n2 to make, 0 to change, 0 to remove\n"
    );
    let wider = ROLE.replace("images.read", "images.read\n  - jobs.read");
    let plan = apply(&asked, &files(&[("roles/dev.yaml", &wider), ("scopes/shop.yaml", SCOPE)]));
    assert_eq!(
        plan,
        "~ role dev (roles/dev.yaml)\n    permissions[1]: \"jobs.read\"\n0 to make, 1 to change, 0 to remove\n"
    );
    let plan = apply(&asked, &Files::new());
    assert_eq!(plan, "- role dev\n- scope shop\n0 to make, 0 to change, 2 to remove\n");
}

#[test]
fn only_named_kinds_are_pruned_and_presets_never() {
    let server = TestServer::new();
    let asked = asked(&server);
    apply(&asked, &files(&[("roles/dev.yaml", ROLE), ("scopes/shop.yaml", SCOPE)]));
    let current = declared::read_server(&asked, &all()).unwrap();
    let nothing = declared::read_files(&Files::new()).unwrap();
    let plan = |prune: &[Kind]| declared::plan(&nothing, &current, &prune.iter().copied().collect(), false).unwrap();
    assert!(plan(&[]).is_empty());
    assert!(plan(&[Kind::Registry, Kind::Policy]).is_empty());
    assert_eq!(plan(&[Kind::Role]).to_string(), "- role dev\n0 to make, 0 to change, 1 to remove\n");
    let preset =
        declared::read_files(&files(&[("roles/a.yaml", "name: auditor\npermissions: [images.read]\n")])).unwrap();
    let error = declared::plan(&preset, &current, &BTreeSet::new(), false).unwrap_err();
    assert!(error.to_string().starts_with("roles/a.yaml:1: `auditor` came with the installation"), "{error}");
}

#[test]
fn a_name_that_is_nowhere_is_told_with_the_nearest() {
    let server = TestServer::new();
    let asked = asked(&server);
    let role = ROLE.replace("- shop", "- shpo");
    let declared = declared::read_files(&files(&[("roles/dev.yaml", &role), ("scopes/shop.yaml", SCOPE)])).unwrap();
    let current = declared::read_server(&asked, &all()).unwrap();
    let error = declared::plan(&declared, &current, &BTreeSet::new(), false).unwrap_err();
    assert_eq!(error.to_string(), "roles/dev.yaml:5: `scopes`: there is no scope `shpo`; the nearest is `shop`");
}

#[test]
fn what_somebody_changed_since_the_plan_is_left_alone() {
    let server = TestServer::new();
    let asked = asked(&server);
    apply(&asked, &files(&[("scopes/shop.yaml", SCOPE)]));
    let current = declared::read_server(&asked, &all()).unwrap();
    let other = SCOPE.replace("shop/*", "store/*");
    let plan = declared::plan(
        &declared::read_files(&files(&[("scopes/shop.yaml", &other)])).unwrap(),
        &current,
        &BTreeSet::new(),
        false,
    )
    .unwrap();
    apply(&asked, &files(&[("scopes/shop.yaml", &SCOPE.replace("shop/*", "bank/*"))]));
    let error = declared::apply(&asked, &plan, &current, &mut no_secret).unwrap_err();
    assert!(error.to_string().contains("was changed since the plan was made"), "{error}");
}

#[test]
fn a_credential_comes_from_its_source_and_is_not_written_twice() {
    let server = TestServer::new();
    let asked = asked(&server);
    let registry = "name: harbor\nkind: harbor\naddress: harbor.example.com\ncredential:\n  type: password\n  user: robot\n  password_from: env:HARBOR\n";
    let declared = declared::read_files(&files(&[("registries/h.yaml", registry)])).unwrap();
    let current = declared::read_server(&asked, &all()).unwrap();
    let plan = declared::plan(&declared, &current, &BTreeSet::new(), false).unwrap();
    assert!(!plan.to_string().contains("HARBOR"), "{plan}");
    let mut read = |source: &SecretSource| match source {
        SecretSource::Variable(name) if name == "HARBOR" => Ok("marker-of-a-password".to_owned()),
        other => Err(format!("{other:?}")),
    };
    assert!(declared::apply(&asked, &plan, &current, &mut no_secret).is_err(), "nothing is made without its secret");
    assert!(export(&asked).is_empty());
    declared::apply(&asked, &plan, &current, &mut read).unwrap();
    assert!(!server.database().contains("marker-of-a-password"));
    let current = declared::read_server(&asked, &all()).unwrap();
    assert!(declared::plan(&declared, &current, &BTreeSet::new(), false).unwrap().is_empty());
    assert_eq!(declared::plan(&declared, &current, &BTreeSet::new(), true).unwrap().steps.len(), 1);
    let told = declared::write_files(&current);
    let plan = declared::plan(&declared::read_files(&told).unwrap(), &current, &BTreeSet::new(), true).unwrap();
    assert!(plan.is_empty() && plan.notes.is_empty(), "{plan}");
    // The same files say to another server what it lacks.
    let nothing = declared::Current::default();
    let plan = declared::plan(&declared::read_files(&told).unwrap(), &nothing, &BTreeSet::new(), false).unwrap();
    assert!(plan.to_string().contains("needs a credential of the type password"), "{plan}");
}

#[test]
fn the_secret_of_an_integration_comes_from_its_source_and_from_nowhere_else() {
    let server = TestServer::new();
    let asked = asked(&server);
    let chat = "name: chat\ntarget:\n  kind: slack\nsecret_from: env:INTEGRATION_CHAT\ntopics:\n  - verdict.changed\n";
    let chat = files(&[("integrations/chat.yaml", chat)]);
    let without =
        files(&[("integrations/chat.yaml", &chat["integrations/chat.yaml"].replace("secret_from", "# secret_from"))]);
    let plan = |files: &Files, with_secrets: bool| {
        let current = declared::read_server(&asked, &all()).unwrap();
        declared::plan(&declared::read_files(files).unwrap(), &current, &all(), with_secrets).unwrap()
    };
    assert!(plan(&without, false).to_string().contains("needs the address of its incoming webhook"));
    let told = apply_with(&asked, &chat, &mut of_integrations);
    assert!(told.contains("+ integration chat") && !told.contains("marker"), "{told}");
    assert!(!server.database().contains("marker-of-a-secret"), "it is sealed");
    assert!(plan(&chat, false).is_empty() && plan(&without, false).is_empty(), "what is kept stays");
    assert_eq!(plan(&chat, true).steps.len(), 1);
    let written = export(&asked);
    assert!(written["integrations/chat.yaml"].contains("secret_from: \"env:INTEGRATION_CHAT\""), "{written:?}");
}
