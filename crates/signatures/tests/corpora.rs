//! The inputs that fuzz targets of this crate have collected (`docs/contributing/fuzzing.md`).

#[test]
fn every_committed_input_is_survived() {
    test_support::replay_corpora(signatures::exercise::targets(), signatures::exercise::run);
}
