//! Which ids mean the same vulnerability, over all sources, without ever taking two CVEs for one.
//!
//! A CVE is a vulnerability. Every other id belongs to the CVEs that some record names beside it; an id that no record
//! names beside a CVE belongs where the ids beside it belong, over any number of steps; ids that reach no CVE are one
//! vulnerability, called by the best known of them. A step never leads through an id that has a CVE of its own, so two
//! records that merely mention each other stay two vulnerabilities.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{AdvisoryRow, Collected};
use super::intern::TextId;

/// The vulnerabilities that ids mean.
pub(super) struct Aliases {
    rejected: BTreeSet<TextId>,
    /// The CVEs that a record names beside an id.
    direct: BTreeMap<TextId, BTreeSet<TextId>>,
    /// The other ids, by the representative of those that mean the same.
    groups: BTreeMap<TextId, Group>,
    parents: BTreeMap<TextId, TextId>,
}

#[derive(Default)]
struct Group {
    members: BTreeSet<TextId>,
    cves: BTreeSet<TextId>,
    primary: TextId,
}

impl Aliases {
    pub(super) fn new(collected: &Collected) -> Aliases {
        let rejected = collected.facts.iter().filter(|facts| facts.rejected).map(|facts| facts.id).collect();
        let mut aliases =
            Aliases { rejected, direct: BTreeMap::new(), groups: BTreeMap::new(), parents: BTreeMap::new() };
        let mut pairs = Vec::new();
        let mut own_records = BTreeSet::new();
        for advisory in collected.advisories.iter().filter(|advisory| !advisory.is_of_system) {
            own_records.insert(advisory.id);
            aliases.note(collected, advisory.id, advisory.vulnerabilities.of(&collected.ids), &mut pairs);
        }
        for facts in &collected.facts {
            aliases.note(collected, facts.id, facts.aliases.of(&collected.ids), &mut pairs);
        }
        aliases.join(&pairs);
        for group in aliases.groups.values_mut() {
            let rank = |id: &TextId| {
                let text = collected.texts.text(*id);
                (!own_records.contains(id), !text.starts_with("GHSA-"), text)
            };
            group.primary = group.members.iter().copied().min_by_key(rank).unwrap_or_default();
        }
        aliases
    }

    fn note(&mut self, collected: &Collected, id: TextId, others: &[TextId], pairs: &mut Vec<(TextId, TextId)>) {
        if is_cve(collected, id) {
            if !self.rejected.contains(&id) {
                for &other in others.iter().filter(|&&other| !is_cve(collected, other)) {
                    self.direct.entry(other).or_default().insert(id);
                }
            }
            return;
        }
        pairs.push((id, id));
        for &other in others {
            if !is_cve(collected, other) {
                pairs.push((id, other));
            } else if !self.rejected.contains(&other) {
                self.direct.entry(id).or_default().insert(other);
            }
        }
    }

    fn join(&mut self, pairs: &[(TextId, TextId)]) {
        let has_cve = |aliases: &Aliases, id| aliases.direct.contains_key(&id);
        for &(one, other) in pairs {
            if has_cve(self, one) || has_cve(self, other) {
                continue;
            }
            let (one, other) = (self.root(one), self.root(other));
            self.parents.insert(one.max(other), one.min(other));
            self.parents.entry(one.min(other)).or_insert(one.min(other));
        }
        let ids: Vec<TextId> =
            pairs.iter().flat_map(|&(one, other)| [one, other]).filter(|&id| !has_cve(self, id)).collect();
        for id in ids {
            let root = self.root(id);
            self.groups.entry(root).or_default().members.insert(id);
        }
        for &(one, other) in pairs {
            for (with, without) in [(one, other), (other, one)] {
                if has_cve(self, with) && !has_cve(self, without) {
                    let cves = self.direct[&with].clone();
                    let root = self.root(without);
                    self.groups.entry(root).or_default().cves.extend(cves);
                }
            }
        }
    }

    fn root(&mut self, id: TextId) -> TextId {
        let mut root = id;
        while let Some(&parent) = self.parents.get(&root).filter(|&&parent| parent != root) {
            root = parent;
        }
        self.parents.insert(id, root);
        root
    }

    fn group(&self, id: TextId) -> Option<&Group> {
        let mut root = id;
        while let Some(&parent) = self.parents.get(&root).filter(|&&parent| parent != root) {
            root = parent;
        }
        self.groups.get(&root)
    }

    /// Whether the id was rejected: nothing is reported under it.
    pub(super) fn is_rejected(&self, id: TextId) -> bool {
        self.rejected.contains(&id)
    }

    /// The vulnerabilities (by their ids) that an advisory speaks of.
    pub(super) fn vulnerabilities(&self, collected: &Collected, advisory: &AdvisoryRow) -> BTreeSet<TextId> {
        if is_cve(collected, advisory.id) {
            return [advisory.id].into_iter().filter(|&id| !self.is_rejected(id)).collect();
        }
        let others = advisory.vulnerabilities.of(&collected.ids);
        let named: BTreeSet<TextId> = others.iter().copied().filter(|&id| is_cve(collected, id)).collect();
        let valid: BTreeSet<TextId> = named.iter().copied().filter(|&id| !self.is_rejected(id)).collect();
        // A distribution that only names rejected ids says nothing; an ecosystem's record stands for itself.
        if !valid.is_empty() || (!named.is_empty() && advisory.is_of_system) {
            return valid;
        }
        if advisory.is_of_system && !others.is_empty() {
            return others.iter().flat_map(|&id| self.resolve(id)).collect();
        }
        self.resolve(advisory.id)
    }

    fn resolve(&self, id: TextId) -> BTreeSet<TextId> {
        if let Some(cves) = self.direct.get(&id) {
            return cves.clone();
        }
        match self.group(id) {
            Some(group) if !group.cves.is_empty() => group.cves.clone(),
            Some(group) => [group.primary].into(),
            None => [id].into(),
        }
    }

    /// The other ids of each vulnerability.
    pub(super) fn other_ids(&self) -> BTreeMap<TextId, BTreeSet<TextId>> {
        let mut others: BTreeMap<TextId, BTreeSet<TextId>> = BTreeMap::new();
        for (&id, cves) in &self.direct {
            for &cve in cves {
                others.entry(cve).or_default().insert(id);
            }
        }
        for group in self.groups.values() {
            if group.cves.is_empty() {
                let members = group.members.iter().copied().filter(|&id| id != group.primary);
                others.entry(group.primary).or_default().extend(members);
            }
            for &cve in &group.cves {
                others.entry(cve).or_default().extend(&group.members);
            }
        }
        others
    }
}

pub(super) fn is_cve(collected: &Collected, id: TextId) -> bool {
    collected.texts.text(id).starts_with("CVE-")
}
