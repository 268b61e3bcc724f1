#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| misconfiguration::exercise::run("config_dockerfile", bytes));
