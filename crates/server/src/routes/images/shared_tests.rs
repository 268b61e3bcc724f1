//! One image that two applications have: whoever is limited to one of them learns nothing of the other's names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sample::{SEVERE, digest, index, intelligence, report};
use crate::testing::{As, TestServer};

const LEFT_PAD: &[(&str, &str)] = &[("left-pad", "1.2.0")];

const RIGHTS: &str = "images.read,images.write,images.approve,findings.read,findings.write,verdicts.read";

/// What is said of the other application, and by it.
const HIDDEN: [&str; 4] = ["bank", "ledger", "secretproj", "TOPSECRET"];

/// A server with an image that is `bank/ledger:secretproj` and `shop/copy:1`, everybody, and readers of `bank/*` and `shop/*`.
struct Shared {
    server: TestServer,
    everybody: As,
    bank: As,
    shop: As,
}

fn shared() -> impl Iterator<Item = Shared> {
    std::iter::once(TestServer::new()).chain(TestServer::on_postgres()).map(filled)
}

fn filled(server: TestServer) -> Shared {
    intelligence(&server, &[("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH")]);
    server.catch_up();
    let everybody = server.token(&format!("{RIGHTS},policies.write"));
    let bank = server.scoped_token(RIGHTS, "bank", "bank/*");
    let shop = server.scoped_token(RIGHTS, "shop", "shop/*");
    server.catch_up();
    let origin = "repository=https://git.example/bank/ledger&commit=ab12&build=https://ci.example/bank/17";
    let mut first = report(1, "registry.example/bank/ledger:secretproj", LEFT_PAD);
    first.inventory.image.as_mut().unwrap().names = vec!["bank/ledger:secretproj".to_owned()];
    let first = formats::report_document(&first);
    server.ask(&everybody, "POST", &format!("/images?{origin}"), first.clone()).expect(200);
    // The same index under another name stays the one that it was.
    server.ask(&everybody, "POST", "/images?reference=registry.example/shop/copy:1", first).expect(200);
    server.register(&everybody, &index(2, "registry.example/shop/api:1", &[])).expect(200);
    Shared { server, everybody, bank, shop }
}

impl Shared {
    /// What somebody is told, which must be something.
    fn told(&self, who: &As, path: &str) -> Value {
        let answer = self.server.ask(who, "GET", path, json!(null));
        answer.expect(200);
        answer.body
    }

    /// What the reader of `shop/*` is told, which says nothing of the other application.
    fn told_shop(&self, path: &str) -> Value {
        let told = self.told(&self.shop, path);
        let text = told.to_string();
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{path} tells {hidden}: {text}");
        }
        told
    }

    fn image(&self, rest: &str) -> String {
        format!("/images/{}{rest}", digest(1))
    }

    fn total(&self, who: &As, filter: &str) -> u64 {
        self.told(who, &format!("/images?filter={filter}"))["total"].as_u64().unwrap()
    }
}

fn texts<'a>(told: &'a Value, key: &str) -> Vec<&'a str> {
    told["items"].as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[test]
fn an_image_is_shown_by_the_names_that_are_known() {
    for shared in shared() {
        let own = shared.told_shop(&shared.image(""));
        assert_eq!(own["name"], "registry.example/shop/copy:1");
        assert_eq!((own["names"].as_array().unwrap().len(), &own["names"][0]["repository"]), (1, &json!("shop/copy")));
        assert_eq!(own["source"], json!({}), "who built it is another application");
        assert_eq!(own["registered"], own["names"][0]["seen"], "not when the other application had it");
        let all = shared.told(&shared.everybody, &shared.image(""));
        assert_eq!((all["names"].as_array().unwrap().len(), &all["source"]["kind"]), (2, &json!("pipeline")));
        let other = shared.told(&shared.bank, &shared.image(""));
        assert_eq!(other["name"], "registry.example/bank/ledger:secretproj");
        let told = shared.told_shop(&shared.image("/report"));
        assert_eq!(told["target"]["name"], "registry.example/shop/copy:1");
        let all = shared.told(&shared.everybody, &shared.image("/report"));
        assert_eq!(all["image"]["names"], json!(["bank/ledger:secretproj"]));
        for path in [shared.image("/packages"), shared.image("/findings"), shared.image("/acknowledgements")] {
            shared.told_shop(&path);
        }
        shared.told_shop(&format!("/images/compare?old={}&new={}", digest(1), digest(2)));
        shared.told_shop("/vulnerabilities/GHSA-aaaa-bbbb-cccc");
        // A name that is all there is of the other application is no name of an image that one registers again.
        let again = shared.server.register(&shared.shop, &index(1, "registry.example/shop/copy:2", LEFT_PAD));
        again.expect(200);
        assert!(!again.body.to_string().contains("bank"), "{}", again.body);
        let again = shared.server.register(&shared.shop, &index(1, "registry.example/shop/copy:2", LEFT_PAD));
        assert!(!again.body.to_string().contains("bank"), "{}", again.body);
        assert_eq!(shared.told_shop(&shared.image(""))["names"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn lists_are_ordered_and_found_by_the_names_that_are_known() {
    for shared in shared() {
        for sort in ["name", "-name", "registered", "-registered"] {
            let first = shared.told_shop(&format!("/images?limit=1&sort={sort}"));
            let next = first["next"].as_str().unwrap();
            let rest = shared.told_shop(&format!("/images?limit=1&sort={sort}&cursor={next}"));
            let mut names = [texts(&first, "name"), texts(&rest, "name")].concat();
            names.sort_unstable();
            assert_eq!(names, ["registry.example/shop/api:1", "registry.example/shop/copy:1"]);
        }
        for filter in [
            "secretproj",
            "ledger",
            "bank",
            "name:registry.example/bank*",
            "name:*/ledger*",
            "repository:bank/*",
            "repository:bank/ledger",
            "tag:secretproj",
        ] {
            assert_eq!(shared.total(&shared.shop, filter), 0, "{filter}");
            assert_eq!(shared.total(&shared.bank, filter), 1, "{filter}");
        }
        for (filter, count) in [("copy", 1), ("-secretproj", 2), ("-repository:bank/*", 2), ("label:team=shop", 2)] {
            assert_eq!(shared.total(&shared.shop, filter), count, "{filter}");
        }
        let export = shared.server.ask(&shared.shop, "GET", "/images/export?format=jsonl", json!(null));
        let export = export.body.to_string();
        assert!(export.contains("shop/copy") && !export.contains("bank"), "{export}");
    }
}

#[test]
fn a_verdict_is_on_the_names_that_are_known() {
    for shared in shared() {
        let of_other = SEVERE.replace(
            "controls:",
            "scope:\n  variables:\n    - attribute: image.repository\n      value: \"*/led*\"\ncontrols:",
        );
        shared.server.policy(&shared.everybody, &of_other.replace("name: severe", "name: strict"));
        shared.server.policy(&shared.everybody, &SEVERE.replace("high", "critical"));
        shared.server.catch_up();
        let decision = |told: &Value| told["decision"].as_str().unwrap().to_owned();
        let path = format!("/verdict?image={}", digest(1));
        assert_eq!(decision(&shared.told(&shared.everybody, &path)), "deny");
        assert_eq!(decision(&shared.told(&shared.bank, &path)), "deny");
        for path in [path, format!("/verdict?image=registry.example/shop/copy@{}", digest(1))] {
            let told = shared.told_shop(&path);
            assert_eq!((decision(&told).as_str(), &told["subject"]), ("allow", &json!("registry.example/shop/copy:1")));
            let signed = shared.told(&shared.shop, &path.replace("/verdict?", "/verdict/signed?"));
            let statement = STANDARD.decode(signed["payload"].as_str().unwrap()).unwrap();
            let statement: Value = serde_json::from_slice(&statement).unwrap();
            assert_eq!(statement["decision"], "allow");
            assert!(!statement.to_string().contains("bank"), "{statement}");
        }
        // By a name of the others it is as if nobody had registered it, whether it has that name or not.
        for name in ["registry.example/bank/ledger", "registry.example/bank/other"] {
            let told = shared.told(&shared.shop, &format!("/verdict?image={name}@{}", digest(1)));
            assert_eq!(told["reasons"][0]["code"], "verdict.image_not_registered", "{name}: {told}");
        }
        let own = shared.told_shop(&shared.image(""));
        assert_eq!((decision(&own).as_str(), decision(&own["current_verdict"]).as_str()), ("allow", "allow"), "{own}");
        assert_eq!(own["verdict"], own["current_verdict"]["id"]);
        // In a list, too; it is narrowed and put in order by the decision under all names.
        let list = shared.told_shop("/images?sort=name");
        assert_eq!(texts(&list, "decision"), ["allow", "allow"]);
        assert_eq!(texts(&shared.told(&shared.everybody, "/images?sort=name"), "decision"), ["deny", "allow"]);
        assert_eq!(texts(&shared.told(&shared.bank, "/images"), "decision"), ["deny"]);
        let denied = shared.told_shop("/images?filter=decision:deny");
        assert_eq!((texts(&denied, "decision"), &denied["total"]), (vec!["allow"], &json!(1)));
        let first = shared.told_shop("/images?limit=1&sort=-decision");
        let next = first["next"].as_str().unwrap();
        let rest = shared.told_shop(&format!("/images?limit=1&sort=-decision&cursor={next}"));
        let names = [texts(&first, "name"), texts(&rest, "name")].concat();
        assert_eq!(names, ["registry.example/shop/copy:1", "registry.example/shop/api:1"]);
        let history = shared.told_shop(&shared.image("/history"));
        assert_eq!(history["items"][0]["subject"], "registry.example/shop/copy:1", "{history}");
        assert_eq!((&history["items"][0]["reasons"], &history["items"][0]["policies"]), (&json!([]), &json!([])));
        let all = shared.told(&shared.everybody, &shared.image("/history"));
        assert_eq!(all["items"][0]["reasons"][0]["code"], "verdict.vulnerability.severity", "{all}");
        // An image that they know all names of has its verdict as it stands.
        let own = shared.told_shop(&format!("/verdict?image={}", digest(2)));
        let all = shared.told(&shared.everybody, &format!("/verdict?image={}", digest(2)));
        assert_eq!(own, all);
    }
}

#[test]
fn repositories_searches_and_suggestions_know_no_other_names() {
    for shared in shared() {
        let told = shared.told_shop("/repositories");
        assert_eq!(texts(&told, "repository"), ["shop/api", "shop/copy"]);
        for text in ["secretproj", "ledger", "bank", "bank/ledger", "registry.example/bank"] {
            let told = shared.told_shop(&format!("/search?q={text}"));
            assert_eq!(told["items"], json!([]), "{text}");
            assert!(!texts(&shared.told(&shared.bank, &format!("/search?q={text}")), "title").is_empty(), "{text}");
        }
        for text in [digest(1), "registry.example".to_owned(), "copy".to_owned()] {
            let told = shared.told_shop(&format!("/search?q={text}"));
            assert!(texts(&told, "title").contains(&"registry.example/shop/copy:1"), "{text}: {told}");
        }
        for (key, values) in [
            ("repository", json!(["shop/api", "shop/copy"])),
            ("tag", json!(["1"])),
            ("registry", json!(["registry.example"])),
            ("name", json!(["registry.example/shop/api:1", "registry.example/shop/copy:1"])),
        ] {
            let told = shared.told_shop(&format!("/suggestions?resource=images&key={key}"));
            assert_eq!(told["items"], values, "{key}");
        }
    }
}

#[test]
fn what_others_say_in_their_repositories_is_theirs() {
    for shared in shared() {
        let acknowledge = |who: &As, more: Value| {
            let mut body =
                json!({ "kind": "vulnerability", "id": "GHSA-aaaa-bbbb-cccc", "reason": "TOPSECRET reason" });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            shared.server.ask(who, "POST", &shared.image("/acknowledgements"), body)
        };
        let acknowledged =
            |who: &As| shared.told(who, &shared.image("/findings?filter=acknowledged:true"))["total"].as_u64().unwrap();
        acknowledge(&shared.bank, json!({})).expect(201);
        assert_eq!(shared.told_shop(&shared.image("/acknowledgements"))["items"], json!([]));
        shared.told_shop(&shared.image("/findings"));
        shared.told_shop("/findings/export?format=jsonl");
        assert_eq!((acknowledged(&shared.bank), acknowledged(&shared.shop)), (1, 0));
        // Of the image as a whole, whoever reaches all of its names says something, and reads it.
        for who in [&shared.bank, &shared.shop] {
            let answer = acknowledge(who, json!({ "is_of_image": true }));
            assert_eq!((answer.status, answer.code()), (403, "access.forbidden"), "{}", answer.body);
        }
        acknowledge(&shared.everybody, json!({ "is_of_image": true })).expect(201);
        assert_eq!(shared.told_shop(&shared.image("/acknowledgements"))["items"], json!([]));
        assert_eq!(
            shared.told(&shared.everybody, &shared.image("/acknowledgements"))["items"].as_array().unwrap().len(),
            2
        );
        // One's own is read.
        acknowledge(&shared.shop, json!({ "reason": "our own reason" })).expect(201);
        let own = shared.told_shop(&shared.image("/acknowledgements"));
        assert_eq!(texts(&own, "place"), ["registry.example/shop/copy"]);

        let approve = json!({ "comment": "TOPSECRET comment" });
        shared.server.ask(&shared.bank, "POST", &shared.image("/approval"), approve).expect(204);
        assert_eq!(shared.told_shop(&shared.image(""))["approvals"], json!([]));
        assert_eq!(shared.told(&shared.bank, &shared.image(""))["approvals"].as_array().unwrap().len(), 1);
        shared.server.ask(&shared.shop, "POST", &shared.image("/approval"), json!({ "comment": "ours" })).expect(204);
        assert_eq!(shared.told_shop(&shared.image(""))["approvals"][0]["comment"], "ours");
    }
}

#[test]
fn events_are_told_by_the_names_that_are_known() {
    for shared in shared() {
        let register = |number, name: &str| {
            shared.server.register(&shared.everybody, &index(number, name, &[])).expect(200);
        };
        register(3, "registry.example/bank/ledger:secretproj");
        register(4, "registry.example/shop/copy:1");
        let told = || shared.server.beginning(&shared.shop, "/events/stream", &[("last-event-id", "0")], 5);
        // Three registrations and the tag that moved with the last of them.
        let text = told();
        assert_eq!(text.matches("event: image.registered\n").count(), 3, "{text}");
        assert_eq!(text.matches("event: tag.moved\n").count(), 1, "{text}");
        assert!(text.contains(&digest(1)) && !text.contains(&digest(3)), "{text}");
        shared.server.ask(&shared.everybody, "DELETE", &shared.image(""), json!(null)).expect(204);
        let text = [text, told()].concat();
        let removed = text.split("event: image.removed\n").nth(1).unwrap();
        assert!(removed.contains("registry.example/shop/copy:1"), "{text}");
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}

#[test]
fn who_else_wants_an_image_scanned_or_says_something_of_it_in_another_application_is_not_told() {
    for shared in shared() {
        let rights = format!("{RIGHTS},registries.write");
        let somebody = shared.server.token(&rights);
        let registry = json!({ "name": "r", "kind": "oci", "address": "registry.example", "is_enabled": false });
        shared.server.ask(&somebody, "POST", "/registries", registry).expect(201);
        let seen = json!({ "kind": "vulnerability", "id": "GHSA-aaaa-bbbb-cccc", "reason": "TOPSECRET reason" });
        let made = shared.server.ask(&shared.bank, "POST", &shared.image("/acknowledgements"), seen);
        made.expect(201);
        let path = shared.image(&format!("/acknowledgements/{}", made.body["items"][0]["id"].as_str().unwrap()));
        shared.server.ask(&shared.bank, "DELETE", &path, json!(null)).expect(204);
        let rescan = json!({ "action": "rescan", "filter": format!("digest:\"{}\"", digest(1)), "expected": 1 });
        shared.server.ask(&shared.bank, "POST", "/images/bulk", rescan).expect(202);
        shared.server.do_jobs();
        let path = "/events/stream?topics=image.rescan_requested,finding.*";
        let follow = |who: &As, pieces| shared.server.beginning(who, path, &[("last-event-id", "0")], pieces);
        let text = follow(&shared.everybody, 4);
        for topic in ["finding.acknowledged", "finding.unacknowledged", "image.rescan_requested"] {
            assert!(text.contains(&format!("event: {topic}\n")), "{topic}: {text}");
        }
        let text = follow(&shared.shop, 2);
        assert!(text.contains("event: image.rescan_requested\n") && text.contains("shop/copy:1"), "{text}");
        assert!(!text.contains("\"by") && !text.contains("finding."), "{text}");
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        // Whoever asked knows it as their own, though they know as little of the other names.
        let own = shared.told(&shared.bank, "/me")["id"].clone();
        let text = follow(&shared.bank, 2);
        assert!(text.contains(&format!("\"by_id\":{own}")) && text.contains("\"by\":\"bank\""), "{text}");
        assert!(!text.contains("shop/copy"), "{text}");
    }
}

#[test]
fn a_vulnerability_is_first_seen_when_an_image_that_one_knows_had_it() {
    for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
        let known =
            [("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH"), ("GHSA-dddd-eeee-ffff", "xz", "9.0.0", "HIGH")];
        intelligence(&server, &known);
        server.catch_up();
        let everybody = server.token(&format!("{RIGHTS},policies.write"));
        let now = crate::clock::now();
        let register = |number: u32, name: &str, packages: &[(&str, &str)], days: i64| {
            server.register(&everybody, &index(number, name, packages)).expect(200);
            let at = now - days * 24 * 3600 * crate::clock::SECOND;
            let of_image = digest(number);
            let registered = server.app.store.write_blocking(store::Lane::Beside, move |connection| {
                let values = [store::Value::from(at), store::Value::from(&of_image)];
                connection.execute("UPDATE images SET registered = $1 WHERE digest = $2", &values)?;
                let names =
                    "UPDATE image_names SET seen = $1 WHERE image_id = (SELECT id FROM images WHERE digest = $2)";
                connection.execute(names, &values)?;
                let sql = "UPDATE vulnerabilities SET first_seen = $1 WHERE first_seen > $1 AND id IN (
                    SELECT f.finding FROM findings f JOIN images i ON i.id = f.image_id WHERE i.digest = $2)";
                connection.execute(sql, &values)
            });
            registered.unwrap();
            api::Moment(at).text()
        };
        // The bank had both first, and the other one of the two last.
        register(1, "registry.example/bank/core:1", LEFT_PAD, 40);
        register(2, "registry.example/bank/web:1", &[("xz", "5.4.0")], 30);
        let of_xz = register(3, "registry.example/shop/web:1", &[("xz", "5.4.0")], 20);
        let of_left_pad = register(4, "registry.example/shop/api:1", LEFT_PAD, 10);
        let shop = server.scoped_token("images.read,findings.read", "shop", "shop/*");
        server.catch_up();
        let told = |who: &As, path: &str| {
            let answer = server.ask(who, "GET", path, json!(null));
            answer.expect(200);
            answer.body
        };
        let listed = |who: &As, query: &str| {
            let body = told(who, &format!("/vulnerabilities?{query}"));
            let items = body["items"].as_array().unwrap().clone();
            let item = |item: &Value| [&item["id"], &item["first_seen"]].map(|text| text.as_str().unwrap().to_owned());
            items.iter().map(item).collect::<Vec<_>>()
        };
        let newest = [["GHSA-aaaa-bbbb-cccc", &of_left_pad], ["GHSA-dddd-eeee-ffff", &of_xz]];
        assert_eq!(listed(&shop, "sort=-first_seen"), newest);
        assert_eq!(listed(&everybody, "sort=-first_seen")[0][0], "GHSA-dddd-eeee-ffff");
        let first = told(&shop, "/vulnerabilities?sort=-first_seen&limit=1");
        let next = first["next"].as_str().unwrap();
        assert_eq!(listed(&shop, &format!("sort=-first_seen&limit=1&cursor={next}")), newest[1..]);
        assert_eq!(listed(&shop, "filter=first_seen:%3E=15d"), newest[..1]);
        assert_eq!(listed(&shop, "filter=-first_seen:%3E=15d"), newest[1..]);
        assert_eq!(listed(&everybody, "filter=first_seen:%3E=25d").len(), 0);
        let one = told(&shop, "/vulnerabilities/GHSA-aaaa-bbbb-cccc");
        assert_eq!(one["first_seen"], json!(of_left_pad));
        let deltas = |who: &As| told(who, &format!("/summary?since={of_xz}"))["deltas"]["vulnerabilities"].clone();
        assert_eq!((deltas(&shop), deltas(&everybody)), (json!(2), json!(0)));
        let exported = server.ask(&shop, "GET", "/vulnerabilities/export?format=jsonl&sort=-first_seen", json!(null));
        assert!(exported.body.to_string().contains(&of_left_pad), "{}", exported.body);
    }
}
