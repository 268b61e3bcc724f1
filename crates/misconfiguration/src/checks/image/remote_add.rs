//! File was added from a remote address.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0006",
    aliases: ["CIS-DI-0009"],
    severity: Medium,
    title: "File was added from a remote address",
    remedy: "Fetch it in a RUN with its checksum, or use `ADD --checksum`.",
    rule: Image(find),
    bad: [
        "ADD https://a.example/x /x # buildkit",
        "/bin/sh -c #(nop) ADD http://a.example/x in /x",
    ],
    good: [
        "ADD --checksum=sha256:1 https://a.example/x /x",
        "/bin/sh -c #(nop) ADD file:1234 in /",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    for command in image.commands() {
        let added = command.trim_start().trim_start_matches("/bin/sh -c #(nop) ").trim_start();
        let is_remote = added.split_whitespace().any(|word| word.starts_with("http://") || word.starts_with("https://"));
        if added.starts_with("ADD ") && is_remote && !added.contains("--checksum") {
            found.add(&ImageConfiguration::path(), 0, (0, 0), format!("`{}`", added.chars().take(200).collect::<String>()));
        }
    }
}
