//! History of the image holds a secret.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;
use crate::secret_words::{is_secret_name, is_secret_value};

check! {
    id: "BHD-IMAGE-0003",
    aliases: [],
    severity: Critical,
    title: "History of the image holds a secret",
    remedy: "Mount secrets while building (`RUN --mount=type=secret`).",
    rule: Image(find),
    bad: [
        "|1 API_TOKEN=abcdef /bin/sh -c make",
        "/bin/sh -c export DB_PASSWORD=hunter22 && ./install",
    ],
    good: [
        "RUN /bin/sh -c export DB_PASSWORD=$(cat /run/secrets/db) && ./install # buildkit",
        r#"/bin/sh -c #(nop)  CMD ["bash"]"#,
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    for command in image.commands() {
        let words = command.split([' ', '|', ';', '&']).filter_map(|word| word.trim_matches(['"', '\'']).split_once('='));
        for (name, value) in words {
            let name = name.trim_start_matches("--build-arg").trim_start_matches('-');
            if is_secret_name(name) && is_secret_value(value.trim_matches(['"', '\''])) && !value.contains("/run/secrets") {
                found.add(&ImageConfiguration::path(), 0, (0, 0), format!("a command of the history sets `{name}`"));
            }
        }
    }
}
