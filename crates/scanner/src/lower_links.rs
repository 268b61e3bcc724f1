//! Hard links with names that readers go by, whose file only a lower layer has: `app/package-lock.json` of an upper layer is
//! one more name of `srv/x` of a lower one. A program that unpacks layers links to what it has unpacked before (OCI
//! image-spec, layer.md, Applying Changesets). The file is read in a further pass and told under the link's name, in the
//! layer that has the link; a link that leads nowhere is a gap.

use std::collections::{BTreeMap, HashSet};

use model::{Gap, UntrustedPath, counted};

use crate::folder_links::{MOST_FOLLOWED, join, link_at, resolve};
use crate::further_pass::{FurtherPass, LostLink, Place};
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::missing_links::LowerLink;
use crate::path_set::path_hash;
use crate::system_links::{LinkedFiles, holder};

/// How often the layers of one image are asked about such links: a second's work. Few builders write any.
const MOST_QUESTIONS: usize = 1_000_000;

/// Adds what hard links of the layers, from the base upwards and settled by [`crate::folder_links::settle`], lead to in
/// lower ones.
pub(crate) fn add(layers: &[&LayerIndex], linked: &mut LinkedFiles) {
    if layers.iter().all(|layer| layer.linked_below.is_empty()) {
        return;
    }
    let mut search = Search::new(layers);
    let mut left_out = 0;
    let mut above: Vec<Hides<'_>> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        for (name, link) in &layer.linked_below {
            match search.file_behind(number, name, link, &mut above) {
                Ok(Some(LowerFile { holder, held, real })) => {
                    let place = Place::where_it_is_linked(number, real, name.clone());
                    linked.wanted.entry(holder).or_default().want(held, place);
                }
                Ok(None) => {}
                Err(Lost::Unasked) => left_out += 1,
                Err(Lost::Nowhere(reason)) => linked.gaps_of_layers.push((number, Gap::new(name.as_str(), reason))),
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
        let link = LowerLink { target, comes_first: true };
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
    /// The hashes of the paths of symbolic links, because most parts of a path are none in any layer.
    links: HashSet<u64>,
    /// How many more layers may be asked.
    questions: usize,
}

impl<'a> Search<'a> {
    fn new(layers: &'a [&'a LayerIndex]) -> Search<'a> {
        let links = layers.iter().flat_map(|layer| layer.links.keys()).map(|path| path_hash(path)).collect();
        Search { layers, links, questions: MOST_QUESTIONS }
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

    /// The file that the link's target was when layer `number` was unpacked up to the link.
    fn file_at_the_end(&mut self, number: usize, link: &LowerLink) -> Result<LowerFile, Lost> {
        let (mut number, mut link, target) = (number, link.clone(), &link.target);
        for _ in 0..MOST_FOLLOWED {
            self.ask()?;
            let Some(file) = self.file_at(number, &link)? else { break };
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

    /// The target of the symbolic link at this path when layer `number` is unpacked.
    fn link(&self, number: usize, path: &str) -> Option<&'a str> {
        if !self.links.contains(&path_hash(path)) {
            return None;
        }
        let layers: &'a [&'a LayerIndex] = self.layers;
        link_at(layers[..=number].iter().copied(), path)
    }

    /// What layer `number` has there itself or finds there of lower layers, under the path that the link names.
    fn file_at(&self, number: usize, link: &LowerLink) -> Result<Option<LowerFile>, Lost> {
        let layer = self.layers[number];
        let named = link.target.as_str();
        let is_own = layer.has_file(path_hash(named));
        if is_own && !link.comes_first {
            let real = layer.redirects.real(named).into_owned();
            return Ok(Some(LowerFile { holder: number, held: UntrustedPath::normalise(named), real }));
        }
        let (folder, file) = named.rsplit_once('/').unwrap_or(("", named));
        // The last part is not followed (link(2)).
        let folder = resolve(folder, |path| self.link(number, path));
        let folder = folder.map_err(|unresolved| Lost::Nowhere(unresolved.reason().to_owned()))?;
        let real = join(&folder, file);
        let mut names = layer.redirects.names(&real).into_iter();
        let own = names.find(|named| layer.has_file(path_hash(named)));
        // What the layer itself takes away was there before.
        let lower = holder(&self.layers[..number], &real);
        let found = match (own, lower) {
            // By another name than that of the link the layer's file may have come before it or behind it.
            (Some(_), Some(_)) if !is_own => {
                return Err(Lost::Nowhere(format!(
                    "it is a hard link to {named}, which the layer and one below it have, and it is unknown to which of \
                     both"
                )));
            }
            (_, Some(lower)) => Some(lower),
            (Some(own), None) => Some((number, UntrustedPath::normalise(&own))),
            (None, None) => None,
        };
        Ok(found.map(|(holder, held)| LowerFile { holder, held, real }))
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
    fn a_link_through_a_symbolic_link_to_one_of_two_files_is_a_gap() {
        check(
            &[&[LOCK, "data -> /srv"], &["srv/x = {}", "app/package-lock.json => data/x"]],
            &[
                "gap app/package-lock.json: it is a hard link to data/x, which the layer and one below it have, and it is unknown to which of both",
            ],
        );
    }

    #[test]
    fn links_that_lead_to_no_file_are_one_gap_each() {
        check(
            &[&["pipe ?", "soft -> x", "b/Cargo.lock => pipe", "c/Cargo.lock => soft", "pipe/"]],
            &[
                "gap b/Cargo.lock: it is a hard link to pipe, which is no regular file but a pipe, socket or device",
                "gap c/Cargo.lock: it is a hard link to soft, which is a symbolic link",
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
                "gap c/Cargo.lock: it is a hard link to soft, which is a symbolic link",
                "gap d/Cargo.lock: it leads through symbolic links in a circle",
                "gap e/Cargo.lock: it is a hard link to srv/x, which neither the layer nor one below it has",
            ],
        );
    }
}
