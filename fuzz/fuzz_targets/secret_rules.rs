#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| secrets::exercise::run("secret_rules", bytes));
