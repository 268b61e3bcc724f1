#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scanner::exercise::run("accounts", bytes));
