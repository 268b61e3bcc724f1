use super::*;

fn ids(text: &str) -> Vec<&'static str> {
    licenses_of_text(text).into_iter().map(|found| found.id).collect()
}

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
        let found = ids(&as_found(id));
        assert_eq!(found.first(), Some(&id), "{id} is taken for {found:?}");
    }
}

#[test]
fn nearly_every_text_of_the_list_is_recognised_as_itself() {
    let (mut right, mut all) = (0, 0);
    let mut wrong = Vec::new();
    for sketch in &SKETCHES.list {
        all += 1;
        let found = ids(&as_found(sketch.id));
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
    let mut found = ids(&both);
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
        assert!(ids(text).is_empty(), "{text}");
    }
    let halved = text_of("Apache-2.0");
    let half: String = halved.chars().take(halved.len() / 2).collect();
    assert!(ids(&half).is_empty());
}

/// The words that a text shares with the list's are no reason to name what is made of them.
#[test]
fn two_licenses_in_one_file_are_no_third_one_made_of_their_words() {
    for (one, other) in
        [("ISC", "MIT"), ("BSD-2-Clause", "MIT"), ("BSD-3-Clause", "ISC"), ("Apache-2.0", "BSD-3-Clause")]
    {
        let mut found = ids(&format!("{}\n\n{}", as_found(one), as_found(other)));
        found.sort_unstable();
        assert_eq!(found, [one, other]);
    }
}

#[test]
fn copies_with_words_of_their_owners_are_no_variant_of_another_owner() {
    let apache = as_found("Apache-2.0");
    let without_appendix = apache.split("APPENDIX").next().unwrap();
    assert_eq!(ids(without_appendix), ["Apache-2.0"]);
    let bsd = text_of("BSD-3-Clause").replace("the copyright holder nor", "Frobnication Ltd nor").replace("1. ", "* ");
    let bsd =
        bsd.replace("COPYRIGHT HOLDERS AND CONTRIBUTORS", "FROBNICATORS").replace("2. ", "* ").replace("3. ", "* ");
    assert_eq!(ids(&bsd), ["BSD-3-Clause"]);
    assert_eq!(ids(text_of("Pixar")), ["Pixar"]);
}

#[test]
fn the_lesser_license_is_known_without_the_one_that_it_builds_upon() {
    let text = text_of("LGPL-3.0-only");
    let lesser = text.split("GNU GENERAL PUBLIC LICENSE").next().unwrap();
    assert_eq!(ids(lesser), ["LGPL-3.0-only"]);
}

#[test]
fn notices_tell_whether_later_versions_may_be_chosen() {
    let notice = |grant: &str| {
        format!(
            "/* This program is free software; you can redistribute it and/or modify\n * it under the terms of the GNU \
             General Public License as published by\n * the Free Software Foundation; {grant}\n *\n * This program is \
             distributed in the hope that it will be useful,\n * but WITHOUT ANY WARRANTY; without even the implied \
             warranty of\n * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the\n * GNU General Public \
             License for more details. */"
        )
    };
    assert_eq!(
        ids(&notice("either version 2 of the License, or (at your option) any later version.")),
        ["GPL-2.0-or-later"]
    );
    assert_eq!(
        ids(&notice("either version 3 of the License, or (at your option) any later version.")),
        ["GPL-3.0-or-later"]
    );
    assert_eq!(ids(&notice("version 2.")), ["GPL-2.0-only"]);
}

#[test]
fn words_scattered_over_a_long_text_are_no_license() {
    let words: Vec<&str> = text_of("MIT").split_whitespace().collect();
    let scattered: Vec<String> = words
        .chunks(12)
        .enumerate()
        .map(|(at, part)| format!("{} {}", part.join(" "), format!("word{at} ").repeat(90)))
        .collect();
    assert!(ids(&scattered.join("\n")).is_empty());
}
