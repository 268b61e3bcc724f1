//! Licenses of the GNU family in all spellings: `GPLv2+`, `LGPL-2.1`, `GNU General Public License version 2 or later`,
//! `GPL (>= 2)`.

/// The SPDX id of the GNU license that these words name, in the form of [`crate::names::key`]; nothing where any word of
/// them is not understood.
pub(crate) fn identifier(words: &[&str]) -> Option<String> {
    let mut named = Named::default();
    let mut rest = words.iter().copied().peekable();
    while let Some(word) = rest.next() {
        match word {
            "agpl" | "affero" => named.family(Family::Agpl, word == "agpl"),
            "lgpl" | "lesser" | "library" => named.family(Family::Lgpl, word == "lgpl"),
            "gfdl" | "fdl" | "documentation" => named.family(Family::Gfdl, word == "gfdl"),
            "gpl" => named.family(Family::Gpl, true),
            "gpl+" | "lgpl+" => {
                named.family(if word == "gpl+" { Family::Gpl } else { Family::Lgpl }, true);
                named.is_later = true;
            }
            "general" => named.is_general = true,
            "gnu" | "public" | "free" | "only" | "your" | "option" | "at" | "any" => {}
            "or" if rest.peek().is_some_and(|next| is_grant(next)) => {}
            "+" => named.is_later = true,
            word if is_later(word) => named.is_later = true,
            word => named.version(word)?,
        }
    }
    named.identifier()
}

/// Whether the word after an "or" belongs to a grant of later versions and not to another license.
pub(crate) fn is_grant(word: &str) -> bool {
    is_later(word) || matches!(word, "any" | "at")
}

fn is_later(word: &str) -> bool {
    matches!(word, "later" | "newer" | "greater" | "above" | "higher" | "ge")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Gpl,
    Lgpl,
    Agpl,
    Gfdl,
}

#[derive(Default)]
struct Named<'a> {
    /// By its short name: two of them are two licenses.
    short: Option<Family>,
    long: Option<Family>,
    is_general: bool,
    version: Option<&'a str>,
    is_later: bool,
    is_contradictory: bool,
}

impl<'a> Named<'a> {
    fn family(&mut self, family: Family, is_short: bool) {
        let place = if is_short { &mut self.short } else { &mut self.long };
        self.is_contradictory |= place.is_some_and(|known| known != family);
        *place = Some(family);
    }

    fn version(&mut self, word: &'a str) -> Option<()> {
        let number = word.strip_suffix('+').unwrap_or(word);
        self.is_later |= number != word;
        if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        self.is_contradictory |= self.version.is_some_and(|known| known != number);
        self.version = Some(number);
        Some(())
    }

    fn identifier(&self) -> Option<String> {
        let long = self.long.or(self.is_general.then_some(Family::Gpl));
        let is_one = match (self.short, long) {
            (Some(short), Some(long)) => short == long || long == Family::Gpl,
            _ => true,
        };
        if self.is_contradictory || !is_one {
            return None;
        }
        let family = self.short.or(long)?;
        let (name, versions): (&str, &[(&str, &str)]) = match family {
            Family::Gpl => ("GPL", &[("1", "1.0"), ("2", "2.0"), ("3", "3.0")]),
            Family::Lgpl => ("LGPL", &[("2", "2.0"), ("2.1", "2.1"), ("3", "3.0")]),
            Family::Agpl => ("AGPL", &[("1", "1.0"), ("3", "3.0")]),
            Family::Gfdl => ("GFDL", &[("1.1", "1.1"), ("1.2", "1.2"), ("1.3", "1.3")]),
        };
        let Some(version) = self.version else {
            // A bare name means any version: it is the first one, or any later (GNU GPL version 3, section 14).
            let first = versions[0].1;
            return (family != Family::Agpl).then(|| format!("{name}-{first}-or-later"));
        };
        let (_, version) = versions.iter().find(|(word, _)| *word == version)?;
        Some(format!("{name}-{version}-{}", if self.is_later { "or-later" } else { "only" }))
    }
}
