//! Which stored images another intelligence can judge otherwise: those that have a package of which, in its version and on
//! its system, something else is said than before. The others are left alone.

use std::collections::{BTreeMap, BTreeSet};

use intelligence::{Concerned, Database, KeptPackage};
use store::images::PackageRow;
use store::{Connection, StoreError, evaluation, inventory};

use super::index;

const CAUSE: &str = "intelligence";

/// Where images are of more systems than these, a package of one is taken to be of any.
const MOST_SYSTEMS: usize = 200;

/// Has the images judged again that `database` can judge otherwise than the former one; `changed` is what it says has changed,
/// by namespace and name.
///
/// # Errors
/// When the store fails.
pub(super) fn queue(
    connection: &mut Connection,
    former: &Database,
    database: &Database,
    changed: &BTreeSet<(String, String)>,
) -> Result<(), StoreError> {
    let systems = inventory::systems(connection, MOST_SYSTEMS + 1)?;
    let are_known = systems.len() <= MOST_SYSTEMS && systems.iter().all(|system| index::is_os_whole(system));
    let comparison = database.comparison(former, changed, are_known.then_some(systems));
    let names: BTreeSet<&String> = changed.iter().map(|(_, name)| name).collect();
    let Some(mut comparison) = comparison.filter(|_| names.iter().all(|name| index::is_name_whole(name))) else {
        return evaluation::want(connection, CAUSE);
    };
    let names: Vec<String> = names.into_iter().cloned().collect();
    let (mut everywhere, mut on) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<i64>>::new());
    inventory::each_package_called(connection, &names, |id, package| {
        // Of one whose name is cut it is unknown what is said.
        let is_whole = index::is_name_whole(&package.name);
        match if is_whole { comparison.concerned(&kept(&package)) } else { Concerned::Everywhere } {
            Concerned::Nowhere => {}
            Concerned::On(systems) => systems.into_iter().for_each(|system| {
                on.entry(system).or_default().insert(id);
            }),
            Concerned::Everywhere => {
                everywhere.insert(id);
            }
        }
    })?;
    let everywhere: Vec<i64> = everywhere.into_iter().collect();
    inventory::queue_images_with(connection, &everywhere, None, CAUSE)?;
    for (system, packages) in on {
        let packages: Vec<i64> = packages.into_iter().collect();
        inventory::queue_images_with(connection, &packages, Some(&system), CAUSE)?;
    }
    if comparison.concerns_archives() {
        inventory::queue_archives(connection, CAUSE)?;
    }
    Ok(())
}

fn kept(package: &PackageRow) -> KeptPackage<'_> {
    KeptPackage {
        ecosystem: &package.ecosystem,
        name: &package.name,
        version: Some(package.version.as_str()).filter(|version| index::is_name_whole(version)),
        purl: Some(package.purl.as_str()).filter(|purl| index::is_purl_whole(purl)),
        source: &package.source,
        source_version: package.source_version.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use intelligence::Changes;
    use store::{Lane, Row};

    use super::*;
    use crate::sample::{self, Known, SEVERE, digest, index};
    use crate::testing::TestServer;

    const PERMISSIONS: &str = "images.read,images.write,verdicts.read,findings.read,policies.read,policies.write";

    #[test]
    fn images_of_whose_versions_nothing_else_is_said_are_left_alone() {
        const OLD: Known<'_> = ("GHSA-aaaa-bbbb-cccc", "left-pad", "1.3.0", "HIGH");
        const NEW: Known<'_> = ("GHSA-dddd-eeee-ffff", "left-pad", "1.2.0", "CRITICAL");
        for server in std::iter::once(TestServer::new()).chain(TestServer::on_postgres()) {
            let who = server.token(PERMISSIONS);
            let place = |known: &[Known<'_>]| {
                sample::intelligence(&server, known);
                Database::open(&server.folder().join("intelligence.db")).unwrap()
            };
            let former = place(&[OLD]);
            let images =
                [(1, "left-pad", "1.1.0"), (2, "left-pad", "1.2.5"), (3, "left-pad", "1.4.0"), (4, "xz", "1.1.0")];
            for (number, name, version) in images {
                server.register(&who, &index(number, &format!("shop/a-{number}:1"), &[(name, version)])).expect(200);
            }
            server.catch_up();
            let database = place(&[OLD, NEW]);
            let queued = server.app.store.write_blocking(Lane::Beside, move |connection| {
                if let Changes::Packages(changed) = database.changes_since(&former) {
                    queue(connection, &former, &database, &changed)?;
                }
                evaluation::queued(connection, 10)
            });
            let queued: Vec<String> = queued.unwrap().into_iter().map(|queued| queued.digest).collect();
            assert_eq!(queued, [digest(1)]);
        }
    }

    /// All findings, and all decisions.
    fn judged(server: &TestServer) -> (Vec<Row>, Vec<Row>) {
        let read = server.app.store.read_blocking(|connection| {
            let findings =
                "SELECT i.digest, f.finding, f.severity, f.package, f.fixed_version, f.status, f.score, f.title
                FROM findings f JOIN images i ON i.id = f.image_id ORDER BY i.digest, f.position";
            let decisions = "SELECT digest, decision, critical, high, fixable FROM images ORDER BY digest";
            Ok((connection.rows(findings, &[])?, connection.rows(decisions, &[])?))
        });
        read.unwrap()
    }

    #[test]
    fn images_that_are_left_alone_are_as_if_they_were_judged_anew() {
        const NAMES: [&str; 6] = ["left-pad", "xz", "lodash", "express", "minimist", "qs"];
        let server = TestServer::new();
        let who = server.token(PERMISSIONS);
        server.policy(&who, SEVERE);
        let mut random = 3_u64;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % below
        };
        for number in 1..=40 {
            let versions: Vec<String> = NAMES.iter().map(|_| format!("1.{}.0", next(6))).collect();
            let packages = NAMES.iter().zip(&versions).map(|(name, version)| (*name, version.as_str()));
            let packages: Vec<(&str, &str)> = packages.skip(next(5)).take(2).collect();
            server.register(&who, &index(number, &format!("shop/a-{number}:1"), &packages)).expect(200);
        }
        let mut changes = 0;
        let mut former = judged(&server);
        for _ in 0..8 {
            // Some are withdrawn, some are of other packages, versions and severities than before.
            let known = (0..9).filter(|_| next(4) > 0).collect::<Vec<usize>>().into_iter().map(|number| {
                let severity = ["LOW", "HIGH", "CRITICAL"][next(3)];
                let name = if next(3) > 0 { NAMES[number % 6] } else { NAMES[next(6)] };
                (format!("GHSA-aaaa-bbbb-000{number}"), name, format!("1.{}.0", next(6)), severity)
            });
            let known: Vec<(String, &str, String, &str)> = known.collect();
            let known: Vec<Known<'_>> = known
                .iter()
                .map(|(id, name, fixed, severity)| (id.as_str(), *name, fixed.as_str(), *severity))
                .collect();
            sample::intelligence(&server, &known);
            server.catch_up();
            let narrowed = judged(&server);
            let want = |connection: &mut Connection| evaluation::want(connection, "policy");
            server.app.store.write_blocking(Lane::Beside, want).unwrap();
            server.catch_up();
            assert_eq!(judged(&server), narrowed, "{known:?}");
            changes += usize::from(narrowed != former);
            former = narrowed;
        }
        assert!(changes > 5, "{changes}");
    }
}
