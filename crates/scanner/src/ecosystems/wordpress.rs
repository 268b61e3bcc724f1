//! WordPress: the core by `wp-includes/version.php`, plugins and themes by the header of their main file (WordPress
//! handbooks, Header Requirements).

use model::Ecosystem as Kind;

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// How far into a file WordPress itself looks for a header.
const HEADER_BYTES: usize = 8 << 10;

/// Where WordPress has its plugins.
const PLUGINS: &str = "wp-content/plugins";

/// Where the page of a plugin lies that comes from the directory of WordPress, in front of the plugin's name there.
const DIRECTORY: &str = "wordpress.org/plugins/";

/// WordPress.
pub(crate) struct Wordpress;

impl Ecosystem for Wordpress {
    fn name(&self) -> &'static str {
        "wordpress"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::NameInFolder("wp-includes", "version.php"),
            Want::InChildOf(PLUGINS, ".php"),
            // A plugin may be one file.
            Want::SuffixInFolder(PLUGINS, ".php"),
            Want::InChildOf("wp-content/themes", "style.css"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let head = String::from_utf8_lossy(file.head(HEADER_BYTES)?).into_owned();
        if path.file_name() == "version.php" && path.parent().ends_with("wp-includes") {
            if let Some(version) = core_version(&head) {
                found.packages.push(FoundPackage::new(Kind::Wordpress, Evidence::Installed, "wordpress", version));
            } else {
                found.gap(path.as_str(), "it does not set $wp_version, so the version of WordPress is not known");
            }
            return Ok(());
        }
        let is_theme = path.file_name() == "style.css";
        let (title, kind) = if is_theme { ("Theme Name", "themes") } else { ("Plugin Name", "plugins") };
        // Only the main file has the header; a plugin's folder may hold many others.
        if header(&head, title).is_none() {
            return Ok(());
        }
        let slug = match path.parent().ends_with(PLUGINS) {
            true => slug_of_single_file(path.file_name(), &head),
            false => path.parent().rsplit('/').next().unwrap_or_default(),
        };
        match header(&head, "Version") {
            Some(version) => {
                let name = format!("{kind}/{slug}");
                let mut package = FoundPackage::new(Kind::Wordpress, Evidence::Installed, name, version);
                package.licenses = header(&head, "License").into_iter().map(str::to_owned).collect();
                found.packages.push(package);
            }
            None => found.gap(path.as_str(), "its header has no version"),
        }
        Ok(())
    }
}

/// The name under which a plugin of one file is known: that of its page in the directory of WordPress, which its folder would
/// have (`hello.php` is `hello-dolly`), else that of its translations, else the file's.
fn slug_of_single_file<'a>(file_name: &'a str, head: &'a str) -> &'a str {
    let page = header(head, "Plugin URI").and_then(|address| address.split_once(DIRECTORY));
    let page = page.map(|(_, slug)| slug.split(['/', '?', '#']).next().unwrap_or_default());
    let stem = file_name.strip_suffix(".php").unwrap_or(file_name);
    page.or_else(|| header(head, "Text Domain")).filter(|slug| is_slug(slug)).unwrap_or(stem)
}

/// Whether text can be the name of a plugin in the directory of WordPress.
fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn core_version(text: &str) -> Option<&str> {
    let assigned = text.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix("$wp_version")?;
        value.trim_start().strip_prefix('=')
    })?;
    let version = assigned.trim().trim_end_matches(';').trim().trim_matches(['\'', '"']);
    (!version.is_empty()).then_some(version)
}

/// The value of a header field, which stands behind white space and comment signs.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let line = line.strip_prefix("<?php").unwrap_or(line);
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "/*#@".contains(c));
        let start = line.get(..name.len())?;
        let value = line.get(name.len()..)?.trim_start().strip_prefix(':')?;
        let value = value.trim().trim_end_matches("*/").trim_end_matches("?>").trim();
        (start.eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Wordpress, path, text, expected);
    }

    #[test]
    fn the_core_is_known_by_its_version_file() {
        check(
            "var/www/html/wp-includes/version.php",
            "<?php\n/**\n * @global string $wp_version\n */\n$wp_version = '6.4.2';\n",
            &expect![[r#"
                wordpress wordpress 6.4.2
            "#]],
        );
        check(
            "wp-includes/version.php",
            "<?php\n",
            &expect![[r#"
            gap wp-includes/version.php: it does not set $wp_version, so the version of WordPress is not known
        "#]],
        );
    }

    #[test]
    fn plugins_and_themes_are_known_by_their_headers() {
        check(
            "var/www/html/wp-content/plugins/akismet/akismet.php",
            "<?php\n/**\n * @package Akismet\n */\n/*\nPlugin Name: Akismet Anti-Spam\nVersion: 5.3\nLicense: GPLv2 or later\n*/\n",
            &expect![[r#"
                wordpress plugins/akismet 5.3 [GPLv2 or later]
            "#]],
        );
        check("wp-content/plugins/akismet/class.akismet.php", "<?php\nclass Akismet {}", &expect![[""]]);
        check(
            "wp-content/plugins/x/x.php",
            "<?php /* Plugin Name: X */",
            &expect![[r#"
            gap wp-content/plugins/x/x.php: its header has no version
        "#]],
        );
        check(
            "wp-content/plugins/x/x.php",
            "<?php\n// Plugin Name: X\n",
            &expect![[r#"
            gap wp-content/plugins/x/x.php: its header has no version
        "#]],
        );
        check(
            "wp-content/themes/twentytwenty/style.css",
            "/*\n * Theme Name: Twenty\n * Version: 2.2\n */",
            &expect![[r#"
                wordpress themes/twentytwenty 2.2
            "#]],
        );
        assert!(!ecosystem_check::wants(&Wordpress, "wp-content/plugins/akismet/views/x.php"));
    }

    #[test]
    fn a_plugin_may_be_one_file() {
        check(
            "srv/wp-content/plugins/hello.php",
            "<?php\n/**\n * @package Hello_Dolly\n * @version 1.7.2\n */\n/*\nPlugin Name: Hello Dolly\n\
             Plugin URI: http://wordpress.org/plugins/hello-dolly/\nVersion: 1.7.2\n*/\n",
            &expect![[r#"
                wordpress plugins/hello-dolly 1.7.2
            "#]],
        );
        check(
            "wp-content/plugins/own_tool.php",
            "<?php\n/*\nPlugin Name: Own\nPlugin URI: https://own.example/a\nText Domain: own-tool\nVersion: 1.0\n*/\n",
            &expect![[r#"
                wordpress plugins/own-tool 1.0
            "#]],
        );
        check(
            "wp-content/plugins/own_tool.php",
            "<?php\n/*\nPlugin Name: Own\nText Domain: own tool\nVersion: 1.0\n*/\n",
            &expect![[r#"
                wordpress plugins/own_tool 1.0
            "#]],
        );
        check("wp-content/plugins/index.php", "<?php\n// Silence is golden.\n", &expect![[""]]);
    }
}
