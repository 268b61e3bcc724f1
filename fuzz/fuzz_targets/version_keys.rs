#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::exercise::run("version_keys", bytes));
