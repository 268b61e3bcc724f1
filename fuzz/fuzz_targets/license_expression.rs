#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| licenses::exercise::run("license_expression", bytes));
