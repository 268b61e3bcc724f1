#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| oci::exercise::run("containers_storage", bytes));
