//! Environment of the image holds a secret.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;
use crate::secret_words::holds_secret;

check! {
    id: "BHD-IMAGE-0002",
    aliases: ["CIS-DI-0010"],
    severity: Critical,
    title: "Environment of the image holds a secret",
    remedy: "Give secrets to the container when it runs.",
    rule: Image(find),
    bad: [
        "ENV AWS_SECRET_ACCESS_KEY=abcdef",
        r#"ENV PATH=/bin
ENV DB_PASSWORD=hunter22"#,
    ],
    good: [
        "ENV DB_PASSWORD_FILE=/run/secrets/db",
        r#"ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D
ENV PATH=/bin"#,
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    for variable in &image.facts.environment {
        if let Some((name, _)) = variable.split_once('=').filter(|(name, value)| holds_secret(name, value)) {
            found.add(&ImageConfiguration::path(), 0, (0, 0), format!("the environment sets `{name}`"));
        }
    }
}
