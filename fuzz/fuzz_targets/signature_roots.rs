#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| signatures::exercise::run("signature_roots", bytes));
