//! Image runs as the superuser.

use model::ImageFacts;

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0001",
    aliases: ["CIS-DI-0001"],
    severity: High,
    title: "Image runs as the superuser",
    remedy: "Build it with `USER name`.",
    rule: Image(find),
    bad: [
        "USER 0:0",
        "USER 00",
        "USER +0:app",
        "USER root:app",
        "ENV A=b",
    ],
    good: [
        "USER 1000",
        "USER app:app",
        "USER toor",
    ],
}

fn find(image: &ImageConfiguration, found: &mut Found) {
    // Without a configuration, as in the archive of a root file system, nobody says as whom its programs run.
    let Some(user) = &image.facts.user else { return };
    if image.facts.runs_as_superuser() {
        let user = ImageFacts::user_without_group(user);
        let is_told_by_passwd = image.facts.user_id.is_some() && user != "root";
        let said = match user {
            "" => "no user is set".to_owned(),
            _ if is_told_by_passwd => format!("the user is `{user}`, whose number in /etc/passwd is 0"),
            _ => format!("the user is `{user}`"),
        };
        found.add(&ImageConfiguration::path(), 0, (0, 0), said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whom_the_image_knows_by_it() {
        let said = |user: &str, user_id| {
            let facts = ImageFacts { user: Some(user.into()), user_id, ..ImageFacts::default() };
            let mut found = Found::default();
            find(&ImageConfiguration { facts, ..ImageConfiguration::default() }, &mut found);
            found.failures.into_iter().map(|failure| failure.message).collect::<Vec<_>>().concat()
        };
        assert_eq!(said("toor:app", Some(0)), "the user is `toor`, whose number in /etc/passwd is 0");
        assert_eq!(said("root", Some(0)), "the user is `root`");
        assert_eq!(said("toor", None), "");
    }
}
