#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| intelligence::exercise::run("feed_epss", bytes));
