//! From which registry an image is scanned again.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use policy::access::{Action, Area, Permission};
use policy::filter::{Filter, Sort};
use serde_json::Value as Json;
use store::images::Named;
use store::{Connection, ListQuery, StoreError, registries};

use crate::jobs;
use crate::registries::listing::takes_in;

/// The registries, by their addresses: several may be about different repositories of one address, with credentials of their
/// own.
#[derive(Debug, Default)]
pub(super) struct Registries(BTreeMap<String, Vec<Reachable>>);

#[derive(Debug)]
struct Reachable {
    id: String,
    repositories: Vec<String>,
    is_enabled: bool,
}

impl Registries {
    /// All that there are, in the order of their names.
    pub(super) fn read(connection: &mut Connection) -> Result<Registries, StoreError> {
        let permit = jobs::own_permit(Permission::new(Area::Registries, Action::Read));
        let mut all = Registries::default();
        let mut after = None;
        loop {
            let sort = Sort { key: "name", is_descending: false };
            let query = ListQuery { filter: Filter::default(), sort, after, limit: api::LARGEST_PAGE };
            let page = registries::list(connection, &permit, &query)?;
            let has_more = page.len() > api::LARGEST_PAGE as usize;
            after = page.last().map(|(_, place)| place.clone());
            for (registry, _) in page {
                let registries::Registry { id, address, rules, is_enabled, .. } = registry;
                let reachable = Reachable { id, repositories: rules.repositories, is_enabled };
                all.0.entry(address).or_default().push(reachable);
            }
            if !has_more {
                return Ok(all);
            }
        }
    }

    /// The registry for one of the names of an image whose index is from `source` (JSON), with that name: rather one that the
    /// image came from, or that is about its repository, than another of the same address, and of these rather one that is
    /// enabled.
    pub(super) fn choose<'a>(&'a self, names: &'a [Named], source: &str) -> Option<(&'a Named, &'a str)> {
        let source: Json = serde_json::from_str(source).unwrap_or_default();
        let source = source["id"].as_str().filter(|_| source["kind"] == "registry");
        let reachable = names.iter().enumerate().flat_map(|(place, named)| {
            let of_address = self.0.get(&named.name.registry).into_iter().flatten();
            of_address.enumerate().map(move |(order, registry)| ((place, order), named, registry))
        });
        let best = reachable.max_by_key(|(order, named, registry)| {
            let is_source = source == Some(registry.id.as_str());
            let takes_in = takes_in(&registry.repositories, &named.name.repository);
            (is_source || takes_in, registry.is_enabled, is_source, takes_in, Reverse(*order))
        });
        best.map(|(_, named, registry)| (named, registry.id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use store::images::ImageName;

    use super::*;

    #[test]
    fn the_registry_that_an_image_came_from_comes_before_others_of_the_address() {
        let reachable = |(id, repositories, is_enabled): (&str, &[&str], bool)| {
            let repositories = repositories.iter().map(|pattern| (*pattern).to_owned()).collect();
            Reachable { id: id.to_owned(), repositories, is_enabled }
        };
        let named = |registry: &str, repository: &str| {
            let [registry, repository, tag] = [registry, repository, "1"].map(str::to_owned);
            Named { name: ImageName { registry, repository, tag }, seen: 0, is_current: true }
        };
        let names =
            [named("other.example", "shop/api"), named("r.example", "shop/api"), named("r.example", "bank/api")];
        let from = |id: &str| format!(r#"{{"kind":"registry","id":"{id}"}}"#);
        let pipeline = r#"{"kind":"pipeline","repository":"a"}"#.to_owned();
        const SHOP: (&str, &[&str], bool) = ("shop", &["shop/*"], true);
        const BANK: (&str, &[&str], bool) = ("bank", &["bank/*"], true);
        const ALL: (&str, &[&str], bool) = ("all", &[], true);
        const GONE: (&str, &[&str], bool) = ("gone", &["gone/*"], true);
        const OFF: (&str, &[&str], bool) = ("off", &["shop/*"], false);
        for (registries, source, chosen) in [
            (&[][..], from("shop"), None),
            (&[ALL, BANK, SHOP], from("shop"), Some("shop")),
            (&[ALL, BANK, SHOP], from("bank"), Some("bank")),
            (&[ALL, BANK, SHOP], pipeline.clone(), Some("all")),
            // What it came from is there no more, or is switched off.
            (&[BANK, SHOP], from("removed"), Some("shop")),
            (&[ALL, OFF], from("off"), Some("all")),
            (&[GONE, OFF], from("off"), Some("off")),
            (&[GONE, OFF], pipeline.clone(), Some("off")),
            // It may have changed since whom it is about.
            (&[ALL, GONE], from("gone"), Some("gone")),
            (&[GONE], pipeline, Some("gone")),
        ] {
            let of_address = registries.iter().copied().map(reachable).collect();
            let registries = Registries([("r.example".to_owned(), of_address)].into());
            let told = registries.choose(&names, &source);
            assert_eq!(told.map(|(_, id)| id), chosen, "{source}");
        }
        // The name is one of the registry's own, and of its repository where it is about some.
        let bank = Registries([("r.example".to_owned(), vec![reachable(BANK)])].into());
        let told = bank.choose(&names, &from("shop")).map(|(named, _)| named.name.repository.as_str());
        assert_eq!(told, Some("bank/api"));
    }
}
