#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| malware::exercise::run("clamd_answer", bytes));
