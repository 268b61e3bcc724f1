//! How fast the images of the house are judged anew: all of them, by intelligence that they were never judged by and by
//! what changes nothing, and those that new advisories touch.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use intelligence::{BuildOptions, build};
use serde_json::json;
use store::{Address, Lane, Store, StoreOptions, evaluation, values};

use crate::house::{Advisory, Flaw, House, mixed};
use crate::program::Program;

/// How many advisories an update brings.
const NEW: usize = 200;

/// How many images in a second a pass over all of them is to judge.
const GOAL_RATE: f64 = 1500.0;

/// How many seconds an update may take to reach the images that it touches.
const GOAL_UPDATE: f64 = 10.0;

/// No pass takes longer.
const LONGEST: Duration = Duration::from_secs(1800);

/// Intelligence for the house, before and after an update.
struct Intelligence {
    before: PathBuf,
    after: PathBuf,
}

/// Judges the house anew while a server runs that nobody asks for anything.
pub(crate) fn measure(name: &str, folder: &Path, uri: Option<&str>, address: &Address, house: &House) {
    let work = tempfile::tempdir().unwrap();
    let intelligence = Intelligence::build(work.path());
    let store = Store::open(&StoreOptions::new(address.clone())).unwrap();
    let place = folder.join("intelligence.db");
    // What an earlier run has left there is taken away, so that every run begins with none.
    let _ = fs::remove_file(&place);
    let program = Program::start(folder, uri);
    println!("{name}: all images judged anew");
    let all = f64::from(house.images());
    let judged = pass(&store, || fs::rename(&intelligence.before, &place).unwrap());
    judged.show("by other intelligence", all, judged.rate(all), "images a second", None);
    let judged = pass(&store, || store.write_blocking(Lane::Beside, |one| evaluation::want(one, "policy")).unwrap());
    let reached = judged.rate(all) >= GOAL_RATE;
    judged.show("by what changes nothing, goal 1500", all, judged.rate(all), "images a second", Some(reached));
    let judged = pass(&store, || fs::rename(&intelligence.after, &place).unwrap());
    let reached = judged.seconds <= GOAL_UPDATE;
    judged.show(&format!("{NEW} new advisories, goal 10 s"), all, judged.seconds, "seconds", Some(reached));
    println!("memory of the server: {} MiB at most", program.memory().most);
    program.stop();
}

/// What a pass came to.
struct Judged {
    seconds: f64,
    /// Images whose verdict was written.
    changed: i64,
}

impl Judged {
    fn rate(&self, images: f64) -> f64 {
        images / self.seconds
    }

    fn show(&self, label: &str, all: f64, figure: f64, unit: &str, reached: Option<bool>) {
        let share = self.changed as f64 * 100.0 / all;
        let reached = reached.map_or("", |reached| if reached { "reached" } else { "MISSED" });
        println!("{label:<52} {figure:>8.1} {unit}; {} verdicts written, {share:.1} % {reached}", self.changed);
    }
}

/// Begins something, and waits until everything is judged by it.
fn pass(store: &Store, begin: impl FnOnce()) -> Judged {
    let before = store.read_blocking(evaluation::progress).unwrap();
    let (began, since) = (Instant::now(), now());
    begin();
    loop {
        let (progress, is_queued) = store
            .read_blocking(|one| Ok((evaluation::progress(one)?, !evaluation::queued(one, 1)?.is_empty())))
            .unwrap();
        let has_begun = progress.intelligence != before.intelligence || progress.wanted != before.wanted;
        if has_begun && progress.wanted == progress.done && !is_queued {
            break;
        }
        assert!(began.elapsed() < LONGEST, "the images are not judged within {LONGEST:?}: {progress:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let seconds = began.elapsed().as_secs_f64();
    let count = "SELECT count(*) FROM images WHERE evaluated >= $1";
    let changed = store.read_blocking(move |one| one.row(count, &values![since])).unwrap();
    Judged { seconds, changed: changed.map_or(0, |row| row.integer(0)) }
}

#[expect(clippy::disallowed_methods, reason = "verdicts of the pass are told from others by when they were written")]
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

impl Intelligence {
    fn build(folder: &Path) -> Intelligence {
        let (feeds, before, after) = (folder.join("feeds"), folder.join("before.db"), folder.join("after.db"));
        let osv = feeds.join("osv/house");
        fs::create_dir_all(&osv).unwrap();
        let advisories = House::advisories();
        write(&osv.join("known"), &advisories, "2026-05-01T00:00:00Z");
        build(&feeds, &before, &BuildOptions::default()).unwrap();
        // As a feed brings them: of any package that has had one.
        let new = (0..NEW as u64).map(|number| {
            let Advisory { ecosystem, package, versions, .. } =
                &advisories[mixed(number ^ 0x5eed) as usize % advisories.len()];
            let flaw = Flaw {
                id: format!("CVE-2027-{}", 1000 + number),
                severity: number as i64 % 4 + 2,
                is_exploited: false,
                epss: 0.1,
            };
            Advisory { ecosystem: ecosystem.clone(), package: package.clone(), versions: versions.clone(), flaw }
        });
        write(&osv.join("new"), &new.collect::<Vec<_>>(), "2026-05-02T00:00:00Z");
        let summary = build(&feeds, &after, &BuildOptions::default()).unwrap();
        println!("intelligence: {} advisories on {} packages", summary.advisories, summary.packages);
        Intelligence { before, after }
    }
}

/// Writes advisories as OSV records, one to a file.
fn write(folder: &Path, advisories: &[Advisory], modified: &str) {
    fs::create_dir_all(folder).unwrap();
    for (number, Advisory { ecosystem, package, versions, flaw }) in advisories.iter().enumerate() {
        let vector = match flaw.severity {
            5 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            4 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
            3 => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
            _ => "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N",
        };
        let id = format!("HOUSE-{}-{number}", flaw.id);
        let mut affected = json!({ "package": { "ecosystem": ecosystem, "name": package } });
        match versions.is_empty() {
            true => affected["ranges"] = json!([{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }] }]),
            false => affected["versions"] = json!(versions),
        }
        let record = json!({
            "id": id, "modified": modified, "published": "2026-01-01T00:00:00Z", "aliases": [flaw.id],
            "summary": format!("{} in {package}", flaw.id),
            "severity": [{ "type": "CVSS_V3", "score": vector }], "affected": [affected],
        });
        fs::write(folder.join(format!("{id}.json")), record.to_string()).unwrap();
    }
}
