//! What a large house feels like: 100,000 images with 5 million findings, asked over HTTP by 20 users at once who never
//! pause (and beside it by as many who look at what they are answered), by admission controllers a thousand times a second,
//! and by pipelines that register. Beside every figure stands that of the same run for the least that any request costs: to
//! be recognized and answered (`GET /me`). At last its images are judged anew.
//!
//! `cargo bench -p server --bench house`. The variables that make it smaller, or keep what was generated:
//!
//! - `BULKHEAD_BENCH_IMAGES`: how many images (100000); the findings are some 50 to each.
//! - `BULKHEAD_BENCH_SECONDS`: how long each thing is asked (5).
//! - `BULKHEAD_BENCH_STORES`: `sqlite,postgresql`.
//! - `BULKHEAD_BENCH_PARTS`: `asked,judged`.
//! - `BULKHEAD_BENCH_FOLDER`: a folder that keeps the data folder of SQLite for the next run; without it all is removed.
//!
//! PostgreSQL is the one of the tests, which does not flush (`fsync=off`): its figures tell the program's part and that of
//! its plans. SQLite is as the server runs it: WAL, `synchronous=FULL`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on says where")]

mod asking;
mod fill;
mod house;
mod program;
mod reevaluation;

use std::path::Path;
use std::time::{Duration, Instant};

use asking::{Asked, Figures};
use house::House;
use program::Program;
use store::Address;

/// How many ask at once.
const USERS: usize = 20;

/// How long people look at an answer before they ask the next thing, on average: still in a hurry.
const PAUSE: Duration = Duration::from_millis(250);

/// How often verdicts are asked for, each second.
const VERDICTS: u32 = 1000;

/// How often, of these, under a name that the image is not registered by.
const COPIES: u32 = 100;

/// How many pipelines register at once.
const PIPELINES: usize = 8;

fn main() {
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let images: u32 = variable("BULKHEAD_BENCH_IMAGES").and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let seconds: u64 = variable("BULKHEAD_BENCH_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(5);
    let stores = variable("BULKHEAD_BENCH_STORES").unwrap_or_else(|| "sqlite,postgresql".to_owned());
    let house = House::new(images);
    for name in stores.split(',') {
        match name {
            "sqlite" => {
                let own = tempfile::tempdir().unwrap();
                let folder = variable("BULKHEAD_BENCH_FOLDER").map_or_else(|| own.path().to_owned(), Into::into);
                let address = Address::Sqlite(folder.join("bulkhead.db"));
                measure("SQLite", &folder, None, &address, &house, Duration::from_secs(seconds));
            }
            _ => {
                let folder = tempfile::tempdir().unwrap();
                let Some(uri) = test_support::postgres_database() else { continue };
                let address = uri.parse().unwrap();
                measure("PostgreSQL", folder.path(), Some(&uri), &address, &house, Duration::from_secs(seconds));
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench is told its size by the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn measure(name: &str, folder: &Path, uri: Option<&str>, address: &Address, house: &House, span: Duration) {
    let access = prepare(name, folder, uri, address, house);
    let parts = variable("BULKHEAD_BENCH_PARTS").unwrap_or_else(|| "asked,judged".to_owned());
    if parts.contains("asked") {
        ask(name, folder, uri, house, &access, span);
    }
    if parts.contains("judged") {
        reevaluation::measure(name, folder, uri, address, house);
    }
}

fn ask(name: &str, folder: &Path, uri: Option<&str>, house: &House, access: &Access, span: Duration) {
    let began = Instant::now();
    let program = Program::start(folder, uri);
    let started = began.elapsed();
    let idle = program.memory();
    println!(
        "\n== {name}: {} images; ready in {:.1} s, {} MiB resident",
        house.images(),
        started.as_secs_f64(),
        idle.now
    );
    println!(
        "{:<52} {:>7} {:>8} {:>8} {:>9} {:>14}",
        format!("{USERS} users at once"),
        "goal",
        "p50 ms",
        "p99 ms",
        "a second",
        "p99 of people"
    );
    for (label, goal, paths, tokens) in questions(house, access) {
        let figures = asking::at_once(&program, tokens, &paths, USERS, span, Duration::ZERO);
        let people = asking::at_once(&program, tokens, &paths, USERS, span, PAUSE);
        show(label, goal, &figures, Some(&people));
    }
    let paths = house.verdict_paths();
    let figures = asking::at_a_rate(&program, &access.tokens, &paths, VERDICTS, span);
    show(&format!("verdict, {VERDICTS} a second"), Some(5), &figures, None);
    let figures = asking::at_a_rate(&program, &access.tokens, &house.copied_paths(), COPIES, span);
    show(&format!("verdict under another name, judged anew, {COPIES} a second"), None, &figures, None);
    let figures = asking::register(&program, &access.tokens, house, PIPELINES, span);
    let reached = if figures.rate() >= 200.0 { "reached" } else { "MISSED" };
    println!(
        "{:<52} {:>7} {:>8.1} {:>8.1} {:>9.0} {reached}",
        format!("an index registered, {PIPELINES} pipelines, goal 200 a second"),
        "",
        figures.percentile(50.0),
        figures.percentile(99.0),
        figures.rate()
    );
    let memory = program.memory();
    let reached = if memory.most <= 300 { "reached" } else { "MISSED" };
    println!("memory of the server, goal 300 MiB: {} MiB now, {} MiB at most, {reached}", memory.now, memory.most);
}

/// Prints figures, beside them those of people who look at what they were answered.
fn show(label: &str, goal: Option<u64>, figures: &Figures, people: Option<&Figures>) {
    let (median, tail) = (figures.percentile(50.0), figures.percentile(99.0));
    let reached = match goal {
        Some(goal) if tail <= goal as f64 => "reached",
        Some(_) => "MISSED",
        None => "",
    };
    let goal = goal.map(|goal| goal.to_string()).unwrap_or_default();
    let slow = people.map(|people| format!("{:.1}", people.percentile(99.0))).unwrap_or_default();
    println!("{label:<52} {goal:>7} {median:>8.1} {tail:>8.1} {:>9.0} {slow:>14} {reached}", figures.rate());
    for figures in [Some(figures), people].into_iter().flatten().filter(|figures| figures.failed > 0) {
        println!("    {} requests failed, the first by: {}", figures.failed, figures.failure);
    }
}

/// What asks: for each user a token for everything, and one that is limited to a scope. Each has its own, as a limit of
/// requests a second holds for each.
#[derive(serde::Serialize, serde::Deserialize)]
struct Access {
    tokens: Vec<String>,
    scoped: Vec<String>,
    scopes: Vec<String>,
}

/// Fills the store unless an earlier run has left it filled.
fn prepare(name: &str, folder: &Path, uri: Option<&str>, address: &Address, house: &House) -> Access {
    let left = folder.join("bench-access.json");
    if let Ok(text) = std::fs::read(&left) {
        return serde_json::from_slice(&text).unwrap();
    }
    let program = Program::start(folder, uri);
    let session = program.set_up();
    let scopes: Vec<String> = house.teams().map(|team| program.scope(&session, &team)).collect();
    let of_users = |scopes: &[String]| (0..USERS).map(|_| program.token(&session, scopes)).collect();
    let (tokens, scoped) = (of_users(&[]), of_users(&scopes[..1]));
    program.stop();
    let began = Instant::now();
    let findings = fill::fill(address, house, &scopes);
    println!(
        "{name}: {} images with {findings} findings written in {:.0} s",
        house.images(),
        began.elapsed().as_secs_f64()
    );
    let access = Access { tokens, scoped, scopes };
    std::fs::write(left, serde_json::to_vec(&access).unwrap()).unwrap();
    access
}

/// What is asked: its name, its goal in milliseconds, the paths that are asked in turn, and by whom.
type Question<'a> = (&'static str, Option<u64>, Vec<Asked>, &'a [String]);

fn questions<'a>(house: &House, access: &'a Access) -> Vec<Question<'a>> {
    let all = access.tokens.as_slice();
    let one = |text: &str| vec![Asked::get(text)];
    let filtered = |filters: &[&str]| filters.iter().map(|filter| Asked::filter("/images", filter)).collect::<Vec<_>>();
    vec![
        ("baseline: GET /me", None, one("/me"), all),
        ("an image by its digest", Some(50), house.image_paths(), all),
        ("list of images, first page", Some(50), one("/images?limit=50"), all),
        (
            "list of images in another order",
            Some(50),
            ["-critical", "-registered", "decision", "-severity"]
                .iter()
                .map(|sort| Asked::get(&format!("/images?limit=50&sort={sort}")))
                .collect(),
            all,
        ),
        ("list of images, a page deep inside", Some(50), house.deep_pages(), all),
        (
            "filter: rare",
            Some(50),
            filtered(&[
                "malware:>0",
                "secrets:>1",
                "label:team=team-7",
                "os:\"ubuntu 24.04\" platform:linux/arm64",
                "tag:3.1.7",
            ]),
            all,
        ),
        (
            "filter: common",
            Some(50),
            filtered(&["severity:>=high", "decision:deny", "registry:docker.io", "os:debian*", "critical:>0"]),
            all,
        ),
        (
            "filter: several terms",
            Some(50),
            filtered(&[
                "severity:critical registry:docker.io os:debian*",
                "decision:deny repository:team-3/*",
                "kev:>0 platform:linux/arm64 -registry:ghcr.io",
                "package:openssl severity:critical label:team=team-12",
            ]),
            all,
        ),
        ("filter: an open beginning", Some(50), filtered(&["repository:*/service-42", "name:*/service-7:*"]), all),
        ("search: words", Some(50), filtered(&["service-42", "team-3 api", "debian", "alpine 3.20", "deadbeef"]), all),
        ("where is xz 5.6.1?", Some(100), filtered(&["package_version:xz@5.6.1"]), all),
        (
            "which images have a package",
            Some(100),
            filtered(&["package:openssl", "package:xz", "package:left-pad-77", "package:zlib*"]),
            all,
        ),
        ("which images have a vulnerability", Some(50), house.vulnerability_filters(), all),
        (
            "list of packages, by name and version",
            Some(100),
            ["", "xz", "name:openssl", "version:5.6.1", "name:lib*", "ecosystem:npm", "source:openssl"]
                .iter()
                .map(|filter| Asked::filter("/packages", filter))
                .collect(),
            all,
        ),
        ("list of vulnerabilities", Some(50), one("/vulnerabilities?limit=50"), all),
        (
            "list of vulnerabilities, filtered",
            Some(50),
            ["kev:true", "severity:critical", "cve-2024-1", "epss:>0.9", "first_seen:>=1d"]
                .iter()
                .map(|filter| Asked::filter("/vulnerabilities", filter))
                .collect(),
            all,
        ),
        ("a vulnerability with its images", Some(50), house.vulnerability_paths(), all),
        ("findings of an image", Some(50), house.finding_paths(), all),
        (
            "dashboard: a count",
            Some(100),
            [
                "decision:deny",
                "decision:allow",
                "severity:critical",
                "severity:high",
                "kev:>0",
                "approval:not_approved",
                "registered:>=1d",
            ]
            .iter()
            .map(|filter| Asked::total("/images", filter))
            .collect(),
            all,
        ),
        ("one application: list of images", Some(50), one("/images?limit=50"), access.scoped.as_slice()),
        (
            "one application: filter and search",
            Some(50),
            filtered(&["severity:>=high", "service", "package:openssl", "decision:deny"]),
            access.scoped.as_slice(),
        ),
        ("one application: vulnerabilities", Some(50), one("/vulnerabilities?limit=50"), access.scoped.as_slice()),
        ("one application: packages", Some(100), one("/packages?limit=50"), access.scoped.as_slice()),
    ]
}
