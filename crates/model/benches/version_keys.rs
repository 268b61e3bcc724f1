//! How many versions a core compiles and compares in a second, scheme by scheme.
//!
//! `cargo bench -p model --bench version_keys`

use std::hint::black_box;
use std::time::{Duration, Instant};

use model::version::{VersionKey, VersionScheme};

/// What versions of the scheme look like in the field.
fn examples(scheme: VersionScheme) -> [&'static str; 8] {
    match scheme {
        VersionScheme::Deb => [
            "1:2.30.2-1+deb11u2",
            "7.88.1-10+deb12u5",
            "2.36-9+deb12u4",
            "1.1.1w-0+deb11u1",
            "5.36.0-7+deb12u1",
            "0.9.8g-15+lenny11",
            "2:8.2402.0-1~bpo12+1",
            "252.22-1~deb12u1",
        ],
        VersionScheme::Apk => [
            "1.2.4-r2",
            "3.0.12-r4",
            "1.36.1-r5",
            "2.9.11_pre20061021-r2",
            "8.0.1727-r1",
            "1.2.3_rc1-r0",
            "2023c-r1",
            "0.7.18-r2",
        ],
        VersionScheme::Rpm => [
            "1:1.1.1k-9.el8_7",
            "2.28-225.el8",
            "7.61.1-22.el8.3",
            "4.18.0-477.27.1.el8_8",
            "0:3.10.0-229.el7",
            "2.9.7-16.el8",
            "1.0~rc1-2.fc39",
            "1.43.0-5.module+el8.9.0",
        ],
        VersionScheme::Maven => [
            "2.17.1",
            "1.0-alpha-1",
            "5.2.0.RELEASE",
            "4.1.94.Final",
            "31.1-jre",
            "9.3-1102-jdbc41",
            "2.0.0-M3",
            "1.0-20230101.101010-1",
        ],
        VersionScheme::Pypi => {
            ["2.31.0", "1.26.18", "3.2.1rc2", "2023.7.22", "1.0.post1", "4.2.1.dev3", "1.11.0+cpu", "0.14.2"]
        }
        _ => ["1.2.3", "4.17.21", "1.0.0-beta.2", "10.0.0-rc1", "7.0.4", "0.5.12", "2.0.0-alpha.10", "12.22.1"],
    }
}

/// Repeats `work` for a while and gives the time that one of its `operations` takes.
fn measure(operations: usize, mut work: impl FnMut()) -> Duration {
    for _ in 0..1_000 {
        work();
    }
    let start = Instant::now();
    let mut rounds = 0u32;
    while start.elapsed() < Duration::from_millis(200) {
        for _ in 0..1_000 {
            work();
        }
        rounds += 1_000;
    }
    start.elapsed() / rounds / u32::try_from(operations).unwrap_or(u32::MAX)
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    println!("{:<10} {:>12} {:>12} {:>12} {:>10}", "scheme", "compile ns", "compile/s", "compare ns", "key bytes");
    for scheme in VersionScheme::ALL {
        let versions = examples(scheme);
        let versions = match scheme {
            VersionScheme::Hackage | VersionScheme::Cran => {
                versions.map(|version| version.split('-').next().unwrap_or("0"))
            }
            _ => versions,
        };
        let keys: Vec<VersionKey> = versions.iter().filter_map(|version| scheme.key(version).ok()).collect();
        assert_eq!(keys.len(), versions.len(), "{scheme:?} reads all examples");
        let mut buffer = Vec::with_capacity(256);
        let compile = measure(versions.len(), || {
            for version in &versions {
                buffer.clear();
                let _ = black_box(scheme.write_key(black_box(version), &mut buffer));
            }
        });
        // Thousands of comparisons for a time that is far above the clock's grain.
        let compare = measure(keys.len() * keys.len(), || {
            for left in &keys {
                for right in &keys {
                    black_box(black_box(left).as_bytes() < black_box(right).as_bytes());
                }
            }
        });
        let length = keys.iter().map(|key| key.as_bytes().len()).sum::<usize>() / keys.len();
        println!(
            "{:<10} {:>12} {:>12.0} {:>12} {:>10}",
            format!("{scheme:?}"),
            compile.as_nanos(),
            1e9 / compile.as_nanos().max(1) as f64,
            compare.as_nanos(),
            length
        );
    }
}
