use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use super::*;
use crate::Lane;
use crate::audit::{Actor, AuditEntry, Outcome, append, head, put_checkpoint, remove_older};
use crate::testing::on_both_stores;

fn fill(store: &Store, from: i64, until: i64) {
    store
        .write_blocking(Lane::Audited, move |connection| {
            for at in from..=until {
                let actor =
                    Actor { kind: "user".into(), id: "eve".into(), name: "eve".into(), address: None, request: None };
                let entry = AuditEntry {
                    at,
                    actor,
                    action: "policy.update".into(),
                    object: "policy".into(),
                    object_id: at.to_string(),
                    object_name: format!("p{at}"),
                    outcome: Outcome::Done,
                    before: None,
                    after: None,
                };
                append(connection, &entry)?;
            }
            Ok(())
        })
        .unwrap();
}

fn run(store: &Store, statements: &'static [&'static str]) {
    store
        .write_blocking(Lane::Audited, move |connection| {
            statements.iter().try_for_each(|sql| connection.execute(sql, &[]).map(|_| ()))
        })
        .unwrap();
}

fn key() -> (Ed25519KeyPair, PublicKey) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let bytes = pair.public_key().as_ref().to_vec();
    (pair, PublicKey { id: "k".to_owned(), bytes })
}

fn checkpoint(store: &Store) -> Checkpoint {
    let (sequence, hash) = store.read_blocking(head).unwrap();
    let signature = key().0.sign(&Checkpoint::statement(sequence, 5, &hash)).as_ref().to_vec();
    let new = Checkpoint { sequence, at: 5, hash, key_id: "k".to_owned(), signature };
    let put = new.clone();
    store.write_blocking(Lane::Beside, move |connection| put_checkpoint(connection, &put)).unwrap();
    new
}

fn fault(store: &Store, kept: &[Checkpoint]) -> Option<(i64, Fault)> {
    let found = verify(store, &[key().1], kept).unwrap();
    found.fault.map(|fault| (fault.sequence, fault.fault))
}

#[test]
fn a_trail_that_nobody_touched_is_whole() {
    on_both_stores(|store| {
        assert_eq!(fault(store, &[]), None, "an empty one");
        fill(store, 1, 2345);
        checkpoint(store);
        let found = verify(store, &[key().1], &[]).unwrap();
        assert_eq!((found.first, found.last, found.agreeing(), found.fault), (1, 2345, 1, None));
        assert_eq!(found.checkpoints, BTreeMap::from([("k".to_owned(), Agreed { count: 1, first: 5, last: 5 })]));
        assert_eq!(verify(store, &[], &[]).unwrap().unknown_checkpoints, 1, "a key that nobody knows proves nothing");
    });
}

#[test]
fn a_deleted_record_is_told_by_number() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        run(store, &["DELETE FROM audit WHERE sequence = 17"]);
        assert_eq!(fault(store, &[]), Some((17, Fault::Deleted)));
    });
}

#[test]
fn the_first_record_may_not_go_unsaid_either() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        run(store, &["DELETE FROM audit WHERE sequence < 5"]);
        assert_eq!(fault(store, &[]), Some((1, Fault::Deleted)));
        run(store, &["UPDATE audit_head SET base = 4, base_hash = (SELECT hash FROM audit WHERE sequence = 5)"]);
        assert!(matches!(fault(store, &[]), Some((5, Fault::Altered))));
    });
}

#[test]
fn an_altered_record_is_told_by_number() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        run(store, &["UPDATE audit SET body = replace(body, 'eve', 'bob'), principal = 'bob' WHERE sequence = 9"]);
        assert_eq!(fault(store, &[]), Some((9, Fault::Altered)));
    });
}

#[test]
fn a_column_that_is_searched_counts_as_the_record() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        run(store, &["UPDATE audit SET principal = 'bob' WHERE sequence = 9"]);
        assert_eq!(fault(store, &[]), Some((9, Fault::Altered)));
    });
}

#[test]
fn records_that_changed_places_are_told_by_number() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        run(
            store,
            &[
                "UPDATE audit SET sequence = -1 WHERE sequence = 12",
                "UPDATE audit SET sequence = 12 WHERE sequence = 20",
                "UPDATE audit SET sequence = 20 WHERE sequence = -1",
            ],
        );
        assert_eq!(fault(store, &[]), Some((12, Fault::Moved { to: 20 })));
    });
}

#[test]
fn what_is_cut_off_at_the_end_is_found_by_the_head_and_by_checkpoints() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        let kept = checkpoint(store);
        run(store, &["DELETE FROM audit WHERE sequence > 25"]);
        assert_eq!(fault(store, &[]), Some((26, Fault::Deleted)));
        // Whoever can write the table can write the head as well.
        run(store, &["UPDATE audit_head SET sequence = 25, hash = (SELECT hash FROM audit WHERE sequence = 25)"]);
        assert_eq!(fault(store, &[]), Some((26, Fault::Deleted)), "the checkpoint says that there were 30");
        run(store, &["DELETE FROM audit_checkpoints"]);
        assert_eq!(fault(store, &[]), None, "nothing in the database tells it");
        assert_eq!(fault(store, &[kept]), Some((26, Fault::Deleted)), "what auditors kept does");
    });
}

#[test]
fn a_record_behind_the_head_is_found_and_told_to_whoever_appends() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        let forge = "INSERT INTO audit (sequence, at, principal, kind, action, object, object_id, outcome, body, hash)
             SELECT 31, at, principal, kind, action, object, object_id, outcome, body, hash FROM audit WHERE sequence = 5";
        store.write_blocking(Lane::Audited, move |connection| connection.execute(forge, &[])).unwrap();
        let found = verify(store, &[], &[]).unwrap();
        assert_eq!((found.last, found.fault), (30, Some(ChainFault { sequence: 31, fault: Fault::Added })));
        let entry = AuditEntry {
            at: 31,
            actor: Actor::server(),
            action: "policy.update".into(),
            object: "policy".into(),
            object_id: "1".into(),
            object_name: "p".into(),
            outcome: Outcome::Done,
            before: None,
            after: None,
        };
        let refused = store.write_blocking(Lane::Audited, move |connection| append(connection, &entry));
        assert!(matches!(refused, Err(StoreError::ForeignRecord { sequence: 31 })), "{refused:?}");
        run(store, &["DELETE FROM audit WHERE sequence = 31"]);
        fill(store, 31, 32);
        assert_eq!(fault(store, &[]), None, "once it is gone, all is well");
    });
}

#[test]
fn a_trail_that_was_written_anew_is_found_by_checkpoints() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        let kept = checkpoint(store);
        run(
            store,
            &[
                "DELETE FROM audit",
                "DELETE FROM audit_checkpoints",
                "UPDATE audit_head SET sequence = 0, hash = (SELECT base_hash FROM audit_head)",
            ],
        );
        fill(store, 101, 140);
        assert_eq!(fault(store, &[]), None);
        assert_eq!(fault(store, std::slice::from_ref(&kept)), Some((30, Fault::Rewritten)));
        let forged = Checkpoint { hash: vec![0; 32], ..kept };
        assert_eq!(fault(store, &[forged]), Some((30, Fault::ForgedCheckpoint)));
    });
}

#[test]
fn what_the_retention_removes_is_said_in_the_trail() {
    on_both_stores(|store| {
        fill(store, 1, 30);
        checkpoint(store);
        let removed = store.write_blocking(Lane::Audited, |connection| remove_older(connection, 11, 1000)).unwrap();
        assert_eq!(removed, 10);
        let found = verify(store, &[key().1], &[]).unwrap();
        assert_eq!((found.first, found.last, found.fault), (11, 31, None));
        let removed = store.write_blocking(Lane::Audited, |connection| remove_older(connection, 9999, 1000)).unwrap();
        assert_eq!(removed, 20, "the last record stays");
        assert_eq!(fault(store, &[]), None);
        // The same done by hand is not.
        run(
            store,
            &[
                "UPDATE audit_head SET base = 31, base_hash = (SELECT hash FROM audit WHERE sequence = 31)",
                "DELETE FROM audit WHERE sequence = 31",
            ],
        );
        assert_eq!(fault(store, &[]), Some((32, Fault::Beheaded)));
    });
}
