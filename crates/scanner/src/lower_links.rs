//! Hard links with names that readers go by, whose file only a lower layer has: `app/package-lock.json` of an upper layer is
//! one more name of `srv/x` of a lower one. A program that unpacks layers links to what it has unpacked before (OCI
//! image-spec, layer.md, Applying Changesets). The file is read in a further pass and told under the link's name, in the
//! layer that has the link; a link that leads nowhere is a gap. Of what tells by what is in it, whatever it is called, the facts
//! are told under the link's name: [`crate::further_names`].

use std::collections::BTreeMap;

use model::{Gap, UntrustedPath, counted};

use crate::folder_links::MOST_FOLLOWED;
use crate::further_names::FurtherName;
use crate::further_pass::{FurtherPass, LostLink, Place};
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::missing_links::LowerLink;
use crate::path_set::path_hash;
use crate::selector::SELECTOR;
use crate::system_links::{LinkedFiles, holder};

/// How often the layers of one image are asked about such links: a second's work. Few builders write any.
const MOST_QUESTIONS: usize = 1_000_000;

/// Adds what hard links of the layers, from the base upwards and settled by [`crate::folder_links::settle`], lead to in
/// lower ones.
pub(crate) fn add(layers: &[&LayerIndex], linked: &mut LinkedFiles) {
    if layers.iter().all(|layer| layer.linked_below.is_empty() && layer.further_names.is_empty()) {
        return;
    }
    let mut search = Search::new(layers);
    let mut left_out = 0;
    let mut above: Vec<Hides<'_>> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        for (name, link) in &layer.linked_below {
            let is_read = !SELECTOR.select(&UntrustedPath::normalise(name)).is_empty();
            match search.file_behind(number, name, link, &mut above) {
                Ok(Some(LowerFile { holder, held, real })) => {
                    let (name, file) = (name.clone(), real.clone());
                    if is_read {
                        let place = Place::where_it_is_linked(number, real, name.clone());
                        linked.wanted.entry(holder).or_default().want(held, place);
                    }
                    let rights = link.rights;
                    linked.further_names.push(FurtherName { layer: number, name, holder, file, rights });
                }
                Ok(None) => {}
                Err(Lost::Unasked) => left_out += 1,
                Err(Lost::Nowhere(reason)) if is_read => {
                    linked.gaps_of_layers.push((number, Gap::new(name.as_str(), reason)));
                }
                // Nobody misses anything that nobody goes by the name of.
                Err(Lost::Nowhere(_)) => {}
            }
        }
        for (name, file) in &layer.further_names {
            match search.is_left_alone(name, file, &mut above) {
                Ok(true) => {
                    let (name, file) = (name.clone(), file.clone());
                    let (holder, rights) = (number, None);
                    linked.further_names.push(FurtherName { layer: number, name, holder, file, rights });
                }
                Ok(false) => {}
                Err(_) => left_out += 1,
            }
        }
        above.push(Hides::new(layer));
    }
    if left_out > 0 {
        let reason = counted(
            left_out,
            "hard link to a file with packages is not followed, because there are too many of them",
            "hard links to files with packages are not followed, because there are too many of them",
        );
        linked.gaps.push(Gap::new("", reason));
    }
}

/// Wants the files that hard links of layer `number` lead to in lower layers, where it had none when the links came. One
/// that it has behind the link is wanted where it `may_be_read_again`.
pub(crate) fn follow(
    number: usize,
    lost: Vec<LostLink>,
    may_be_read_again: bool,
    indexes: &mut [LayerIndex],
    wanted: &mut BTreeMap<usize, FurtherPass>,
) {
    let layers: Vec<&LayerIndex> = indexes.iter().collect();
    let mut search = Search::new(&layers);
    let mut gaps: Vec<(Place, String)> = Vec::new();
    for LostLink { target, places } in lost {
        let link = LowerLink { target, comes_first: true, rights: None };
        let is_new = |file: &LowerFile| file.holder < number || may_be_read_again;
        let found = search.file_at_the_end(number, &link);
        let reason = match found.and_then(|file| if is_new(&file) { Ok(file) } else { nowhere(&link.target) }) {
            Ok(LowerFile { holder, held, real: _ }) => {
                let pass = wanted.entry(holder).or_default();
                places.into_iter().for_each(|place| pass.want(held.clone(), place));
                continue;
            }
            Err(Lost::Unasked) => {
                format!("it is a hard link to {}, which is one of too many to be followed", link.target)
            }
            Err(Lost::Nowhere(reason)) => reason,
        };
        gaps.extend(places.into_iter().map(|place| (place, reason.clone())));
    }
    for (place, reason) in gaps {
        place.gap(reason, indexes);
    }
}

fn nowhere(target: &str) -> Result<LowerFile, Lost> {
    Err(Lost::Nowhere(format!("it is a hard link to {target}, which neither the layer nor one below it has")))
}

/// The file that a link leads to.
struct LowerFile {
    /// The number of the layer that has it.
    holder: usize,
    /// What that layer calls it.
    held: UntrustedPath,
    /// Where it lies.
    real: String,
}

/// Why the file behind a link is not known.
enum Lost {
    /// Too many links have been followed before.
    Unasked,
    /// It leads to no file, with the reason.
    Nowhere(String),
}

struct Search<'a> {
    layers: &'a [&'a LayerIndex],
    /// How many more layers may be asked.
    questions: usize,
}

impl<'a> Search<'a> {
    fn new(layers: &'a [&'a LayerIndex]) -> Search<'a> {
        Search { layers, questions: MOST_QUESTIONS }
    }

    /// The file behind a link of layer `number`; nothing where a layer above hides the link.
    fn file_behind(
        &mut self,
        number: usize,
        name: &str,
        link: &LowerLink,
        above: &mut [Hides<'_>],
    ) -> Result<Option<LowerFile>, Lost> {
        self.ask()?;
        if above.iter_mut().any(|upper| upper.hides(name)) {
            return Ok(None);
        }
        self.file_at_the_end(number, link).map(Some)
    }

    /// Whether the layers above hide the name that a file came with, and not this further one.
    fn is_left_alone(&mut self, name: &str, file: &str, above: &mut [Hides<'_>]) -> Result<bool, Lost> {
        self.ask()?;
        let mut is_hidden = |path: &str| above.iter_mut().any(|upper| upper.hides(path));
        Ok(is_hidden(file) && !is_hidden(name))
    }

    /// The file that the link's target was when layer `number` was unpacked up to the link.
    fn file_at_the_end(&mut self, number: usize, link: &LowerLink) -> Result<LowerFile, Lost> {
        let (mut number, mut link, target) = (number, link.clone(), &link.target);
        for _ in 0..MOST_FOLLOWED {
            self.ask()?;
            let Some(file) = self.file_at(number, &link) else { break };
            let layer = self.layers[file.holder];
            if layer.links.contains_key(&file.real) {
                return Err(Lost::Nowhere(format!("it is a hard link to {target}, which is a symbolic link")));
            }
            let Some(next) = layer.linked_below.get(&file.real) else { return Ok(file) };
            (number, link) = (file.holder, next.clone());
        }
        nowhere(target)
    }

    fn ask(&mut self) -> Result<(), Lost> {
        let left = self.questions.checked_sub(self.layers.len() * 4 + 16);
        self.questions = left.ok_or(Lost::Unasked)?;
        Ok(())
    }

    /// What layer `number` has there itself or finds there of lower layers, under the path that the link names: where links
    /// lead to it, [`crate::folder_links::settle`] has followed them.
    fn file_at(&self, number: usize, link: &LowerLink) -> Option<LowerFile> {
        let real = link.target.clone();
        let own = || (number, UntrustedPath::normalise(&real));
        let is_own = self.layers[number].has_file(path_hash(&real));
        let found = if is_own && !link.comes_first {
            Some(own())
        } else {
            // What the layer itself takes away was there before.
            holder(&self.layers[..number], &real).or_else(|| is_own.then(own))
        };
        found.map(|(holder, held)| LowerFile { holder, held, real })
    }
}

#[cfg(test)]
mod tests {
    use crate::system_links::tests::check;

    const LOCK: &str = r#"srv/x = {"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
    const LINK: &str = "app/package-lock.json => srv/x";
    const FOUND: &[&str] = &["lodash 4.17.20 in app/package-lock.json"];

    #[test]
    fn a_file_of_a_lower_layer_is_read_as_what_the_link_is_called() {
        check(&[&[LOCK], &[LINK]], FOUND);
        check(&[&["srv/x = {}"], &[LOCK], &["etc/x = 1"], &[LINK]], FOUND);
        let status = "srv/x = Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n";
        check(&[&[status], &["var/lib/dpkg/status => srv/x"]], &["openssl 1 in var/lib/dpkg/status"]);
        // A file that is read under its own name too is there twice.
        check(
            &[&["a/requirements.txt = jinja2==2.11.1"], &["b/requirements.txt => a/requirements.txt"]],
            &["jinja2 2.11.1 in a/requirements.txt b/requirements.txt"],
        );
    }

    #[test]
    fn a_file_that_a_package_owns_is_its_own_under_the_link_too() {
        const DATABASE: &str = "lib/apk/db/installed = P:tool\nV:1\nF:opt/app\nR:requirements.txt\n\n";
        const FILE: &str = "opt/app/requirements.txt = x==1";
        const LINK: &str = "srv/requirements.txt => opt/app/requirements.txt";
        let tool = "tool 1 in lib/apk/db/installed";
        check(&[&[DATABASE, FILE], &[LINK]], &[tool]);
        check(
            &[&["lib/apk/db/installed = P:tool\nV:1\n\n", FILE], &[LINK, "opt/.wh.app"]],
            &[tool, "x 1 in srv/requirements.txt"],
        );
        check(
            &[&[DATABASE, FILE], &["opt/app/requirements.txt = x==2"], &[LINK]],
            &[tool, "x 2 in opt/app/requirements.txt srv/requirements.txt"],
        );
        check(&[&[DATABASE, FILE], &[LINK], &["srv/requirements.txt = x==3"]], &[tool, "x 3 in srv/requirements.txt"]);
    }

    #[test]
    fn the_link_keeps_what_upper_layers_take_away() {
        for upper in ["srv/.wh.x", "srv/x = {}", "srv/.wh..wh..opq", ".wh.srv"] {
            check(&[&[LOCK], &[LINK], &[upper]], FOUND);
        }
        // The layer of the link may take the file's other name away itself.
        check(&[&[LOCK], &[LINK, "srv/.wh.x"]], FOUND);
        check(&[&[LOCK], &[LINK], &["app/.wh.package-lock.json"]], &[]);
        check(&[&[LOCK], &[LINK], &["app/package-lock.json = {\"lockfileVersion\":3,\"packages\":{}}"]], &[]);
    }

    #[test]
    fn links_lead_through_links() {
        // Of folders, in a lower layer.
        check(&[&[LOCK, "data -> /srv"], &["app/package-lock.json => data/x"]], FOUND);
        check(&[&["app -> srv", LOCK], &[LINK]], &["lodash 4.17.20 in srv/package-lock.json"]);
        // Hard ones, within a layer and across.
        check(&[&[LOCK, "srv/y => srv/x"], &["app/package-lock.json => srv/y"]], FOUND);
        check(&[&[LOCK, "srv/y => srv/x", "srv/z => srv/y"], &["app/package-lock.json => srv/z"]], FOUND);
        check(&[&[LOCK], &["srv/y => srv/x", "app/package-lock.json => srv/y"]], FOUND);
        check(
            &[&[LOCK], &[LINK], &["web/package-lock.json => app/package-lock.json"]],
            &["lodash 4.17.20 in app/package-lock.json web/package-lock.json"],
        );
    }

    #[test]
    fn a_link_keeps_the_file_that_its_target_was_when_it_came() {
        let other = r#"srv/x = {"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"9.9.9"}}}"#;
        check(&[&[LOCK], &[LINK, other]], FOUND);
        check(&[&[other], &[LOCK, LINK]], FOUND);
        check(&[&[other, LOCK, LINK]], FOUND);
        for later in [other, "srv/x/", "srv/x -> y", "srv = 1", "srv -> app"] {
            check(&[&[LOCK, LINK, later]], FOUND);
        }
        // Where no lower layer has it, one behind the link.
        check(&[&[LINK, LOCK]], FOUND);
        // At the end of a symbolic link.
        let (further, link) = ("srv/y => srv/x", "app/package-lock.json -> ../srv/y");
        check(&[&[LOCK, further, other], &[link]], FOUND);
        check(&[&[other, LOCK, further], &[link]], FOUND);
        check(&[&[LOCK], &[further, other], &[link]], FOUND);
        check(&[&[further, LOCK], &[link]], FOUND);
    }

    #[test]
    fn symbolic_links_lead_through_hard_links_into_lower_layers() {
        check(&[&["app/package-lock.json -> /y", LOCK], &["y => srv/x"]], FOUND);
        let link = "app/package-lock.json -> ../srv/z";
        check(&[&[LOCK], &["srv/z => srv/x"], &[link]], FOUND);
        check(&[&[LOCK], &["srv/y => srv/x"], &["srv/z => srv/y"], &[link]], FOUND);
        let reason = "it is a hard link to srv/x, which neither the layer nor one below it has";
        check(&[&["srv/z => srv/x"], &[link]], &[&format!("gap app/package-lock.json: {reason}")]);
        let reason = "it is a hard link to srv/z, which neither the layer nor one below it has";
        check(&[&["srv/z => srv/z"], &[link]], &[&format!("gap app/package-lock.json: {reason}")]);
    }

    #[test]
    fn a_link_through_a_symbolic_link_leads_to_what_is_there_when_it_comes() {
        let link = "app/package-lock.json => data/x";
        let other = r#"srv/x = {"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"9.9.9"}}}"#;
        let (base, found): (&[&str], _) = (&[LOCK, "data -> /srv"], ["lodash 9.9.9 in app/package-lock.json"]);
        check(&[base, &[other, link]], &found);
        check(&[base, &[link, other]], FOUND);
        check(&[&["data -> /srv", other, link]], &found);
        check(&[&[LOCK], &[other, "data -> /srv", link]], &found);
    }

    #[test]
    fn a_hard_link_to_a_symbolic_link_is_one_more_such_link() {
        // It leads where the other would lead from its own folder, and is followed however it is called.
        let found = ["lodash 4.17.20 in app/package-lock.json"];
        for (soft, hard) in [
            ("lib/soft -> ../srv/x", "app/package-lock.json => lib/soft"),
            ("soft -> /srv/x", "app/package-lock.json => soft"),
        ] {
            check(&[&[LOCK, soft, hard]], &found);
            check(&[&[LOCK], &[soft, hard]], &found);
            check(&[&[LOCK, soft], &[hard]], &found);
            check(&[&[LOCK, soft], &[hard], &["lib/.wh.soft", ".wh.soft"]], &found);
        }
        let links = ["soft -> srv", "hard => soft", "app/package-lock.json => hard/x"];
        check(&[&[LOCK, links[0], links[1], links[2]]], &found);
        check(&[&[LOCK, links[0]], &[links[1]], &[links[2]]], &found);
        check(
            &[&["soft -> srv"], &["hard => soft"], &["hard/requirements.txt = jinja2==2.11.1"]],
            &["jinja2 2.11.1 in srv/requirements.txt"],
        );
        check(
            &[&[LOCK, "lib/soft -> ../srv/x"], &["a/b/package-lock.json => lib/soft"]],
            &["gap a/b/package-lock.json: it is a symbolic link to ../srv/x, which is not there"],
        );
        // What the other name was when the link came.
        check(
            &[&[LOCK, "soft -> srv/x", "app/package-lock.json => soft", "soft = {}"]],
            &["gap app/package-lock.json: it is a symbolic link to srv/x, which is not there"],
        );
    }

    #[test]
    fn links_that_lead_to_no_file_are_one_gap_each() {
        check(
            &[&["pipe ?", "soft -> x", "b/Cargo.lock => pipe", "c/Cargo.lock => soft", "pipe/"]],
            &[
                "gap b/Cargo.lock: it is a hard link to pipe, which is no regular file but a pipe, socket or device",
                "gap c/Cargo.lock: it is a symbolic link to x, which is not there",
            ],
        );
        check(
            &[
                &[LOCK, "pipe ?", "soft -> srv/x", "round -> round"],
                &["srv/.wh.x"],
                &[
                    "a/Cargo.lock => a/Cargo.lock",
                    "b/Cargo.lock => pipe",
                    "c/Cargo.lock => soft",
                    "d/Cargo.lock => round/x",
                    "e/Cargo.lock => srv/x",
                ],
            ],
            &[
                "gap a/Cargo.lock: it is a hard link to a/Cargo.lock, which neither the layer nor one below it has",
                "gap b/Cargo.lock: it is a hard link to pipe, which is no regular file but a pipe, socket or device",
                "gap c/Cargo.lock: it is a symbolic link to srv/x, which is not there",
                "gap d/Cargo.lock: it is a hard link to round/x, which neither the layer nor one below it has",
                "gap e/Cargo.lock: it is a hard link to srv/x, which neither the layer nor one below it has",
            ],
        );
    }
}
