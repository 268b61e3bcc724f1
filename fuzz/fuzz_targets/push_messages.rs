#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::exercise::run("push_messages", bytes));
