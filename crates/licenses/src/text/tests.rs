use super::*;

fn text_of(id: &str) -> &'static str {
    spdx::license_id(id).unwrap().text()
}

/// The text as a project has it: with its owner, in another layout, in a comment.
fn as_found(id: &str) -> String {
    let text = text_of(id).replace("<year>", "2019").replace("<copyright holders>", "Frobnication Ltd and others");
    let lines = text.split_whitespace().collect::<Vec<_>>();
    lines.chunks(11).map(|line| format!(" * {}\n", line.join("  "))).collect()
}

#[test]
fn the_texts_of_common_licenses_are_recognised_in_another_layout() {
    for id in [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-4-Clause",
        "ISC",
        "Zlib",
        "MPL-2.0",
        "MPL-1.1",
        "GPL-1.0-only",
        "GPL-2.0-only",
        "GPL-3.0-only",
        "LGPL-2.0-only",
        "LGPL-2.1-only",
        "LGPL-3.0-only",
        "AGPL-3.0-only",
        "EPL-1.0",
        "EPL-2.0",
        "CC0-1.0",
        "Unlicense",
        "BSL-1.0",
        "JSON",
        "OpenSSL",
        "Artistic-2.0",
        "SSPL-1.0",
        "BUSL-1.1",
        "Elastic-2.0",
        "CC-BY-SA-4.0",
        "OFL-1.1",
        "CDDL-1.0",
        "EUPL-1.2",
        "PostgreSQL",
        "WTFPL",
    ] {
        let found = licenses_of_text(&as_found(id));
        assert_eq!(found.first(), Some(&id), "{id} is taken for {found:?}");
    }
}

#[test]
fn nearly_every_text_of_the_list_is_recognised_as_itself() {
    let (mut right, mut all) = (0, 0);
    let mut wrong = Vec::new();
    for sketch in &SKETCHES.list {
        all += 1;
        let found = licenses_of_text(&as_found(sketch.id));
        if found.contains(&sketch.id) {
            right += 1;
        } else {
            wrong.push((sketch.id, found));
        }
    }
    println!("{right} of {all}; {wrong:?}");
    assert!(all > 600 && right * 100 >= all * 97, "{right} of {all}; {wrong:?}");
}

#[test]
fn several_licenses_in_one_file_are_all_named() {
    let both = format!("Either of\n\n{}\n\nor\n\n{}", as_found("MIT"), as_found("Apache-2.0"));
    let mut found = licenses_of_text(&both);
    found.sort_unstable();
    assert_eq!(found, ["Apache-2.0", "MIT"]);
}

#[test]
fn texts_that_are_no_license_are_none() {
    for text in [
        "",
        "MIT License",
        "This program is free software; see the file COPYING for the license under which it is distributed.",
        "Permission is hereby granted to nobody at all, whatever they may ask for and however nicely they put it.",
    ] {
        assert!(licenses_of_text(text).is_empty(), "{text}");
    }
    let halved = text_of("Apache-2.0");
    let half: String = halved.chars().take(halved.len() / 2).collect();
    assert!(licenses_of_text(&half).is_empty());
}

#[test]
fn files_of_licenses_are_told_by_their_names() {
    for name in
        ["LICENSE", "license.txt", "LICENSE-MIT", "Licence.md", "COPYING", "COPYING.LESSER", "NOTICE", "copyright"]
    {
        assert!(is_license_file(name), "{name}");
    }
    for name in
        ["license.rs", "licensing_test.py", "licensee", "noticeboard.html", "README", "copyrighted", "LICENSE.json"]
    {
        assert!(!is_license_file(name), "{name}");
    }
}

#[test]
fn tags_in_heads_of_files_are_read() {
    let tags = |head: &str| identifier_tags(head).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        tags("// SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\n"),
        ["GPL-2.0-only WITH Linux-syscall-note"]
    );
    assert_eq!(tags("#!/bin/sh\n# SPDX-License-Identifier: (MIT OR Apache-2.0)\n"), ["MIT OR Apache-2.0"]);
    assert_eq!(tags("/* SPDX-License-Identifier: BSD-3-Clause */"), ["BSD-3-Clause"]);
    assert!(tags("the tag is SPDX-License-Identifier: <id>").is_empty());
    assert!(tags("nothing").is_empty());
}
