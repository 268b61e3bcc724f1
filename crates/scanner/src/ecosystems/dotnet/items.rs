//! Items of MSBuild that name packages (Microsoft, Item element), in the order of the document: `Include` adds versions
//! of a package, `Update` says its version anew, `Remove` takes it away. Under a condition `Update` adds a version, and
//! `Remove` changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::project::has_condition;
use crate::found::Found;
use crate::xml::Element;

/// The kinds of items that name packages.
const KINDS: [&str; 3] = [REFERENCE, "PackageVersion", "GlobalPackageReference"];

/// What a project asks for; the other kinds only say something of it.
const REFERENCE: &str = "PackageReference";

/// The packages that items of a file name.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// Of each kind, by the name in lower case.
    by_kind: [BTreeMap<String, Item<'a>>; KINDS.len()],
    /// How many names and versions there were so far.
    mentions: usize,
    is_cut: bool,
}

/// What the items of one kind say of a package.
pub(super) struct Item<'a> {
    pub(super) name: &'a str,
    /// As they are written.
    pub(super) versions: Vec<&'a str>,
    pub(super) is_development: bool,
    /// Whether the project asks for it.
    pub(super) is_reference: bool,
    /// The mention that it came with.
    place: usize,
}

impl<'a> Items<'a> {
    /// Takes an item, which may stand under a condition, itself or with others.
    pub(super) fn take(&mut self, element: &'a Element, is_conditional: bool) {
        let Some(kind) = KINDS.iter().position(|kind| kind.eq_ignore_ascii_case(element.name())) else { return };
        let is_conditional = is_conditional || has_condition(element);
        let (names, is_update) = match (element.attribute("Include"), element.attribute("Update")) {
            (Some(names), _) => (names, false),
            (None, Some(names)) => (names, true),
            (None, None) => {
                if !is_conditional {
                    names_in(element.attribute("Remove").unwrap_or_default()).for_each(|name| self.remove(kind, name));
                }
                return;
            }
        };
        let excluded = names_in(element.attribute("Exclude").unwrap_or_default());
        let excluded: BTreeSet<String> = excluded.map(str::to_ascii_lowercase).collect();
        let said = Said::of(element);
        for name in names_in(names) {
            let key = name.to_ascii_lowercase();
            if excluded.contains(&key) {
                continue;
            }
            self.mentions += 1 + said.versions.len();
            if self.mentions > Found::LARGEST_PACKAGE_COUNT {
                self.is_cut = true;
                return;
            }
            let Some(items) = self.by_kind.get_mut(kind) else { return };
            match items.get_mut(&key) {
                Some(item) if is_update => item.update(&said, is_conditional),
                Some(item) => {
                    item.versions.extend(&said.versions);
                    item.is_development &= said.is_private == Some(true);
                }
                None => {
                    let item = Item {
                        name,
                        versions: said.versions.clone(),
                        is_development: said.is_private == Some(true),
                        is_reference: KINDS[kind] == REFERENCE,
                        place: self.mentions,
                    };
                    items.insert(key, item);
                }
            }
        }
    }

    fn remove(&mut self, kind: usize, name: &str) {
        let Some(items) = self.by_kind.get_mut(kind) else { return };
        let all = name.strip_prefix("@(").and_then(|rest| rest.strip_suffix(')'));
        if all.is_some_and(|all| all.eq_ignore_ascii_case(KINDS[kind])) {
            items.clear();
        } else {
            items.remove(&name.to_ascii_lowercase());
        }
    }

    /// Whether there were more names and versions than are kept of a file.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What is left at the end of the file, in the order of the document.
    pub(super) fn into_ordered(self) -> Vec<Item<'a>> {
        let mut items: Vec<Item<'a>> = self.by_kind.into_iter().flat_map(BTreeMap::into_values).collect();
        items.sort_by_key(|item| item.place);
        items
    }
}

impl<'a> Item<'a> {
    fn update(&mut self, said: &Said<'a>, is_conditional: bool) {
        if said.is_certain && !is_conditional {
            self.versions.clear();
        }
        self.versions.extend(&said.versions);
        if let Some(is_private) = said.is_private {
            self.is_development = is_private && (self.is_development || !is_conditional);
        }
    }
}

/// What one item says of the packages that it names.
struct Said<'a> {
    versions: Vec<&'a str>,
    /// Whether one of the versions stands under no condition of its own.
    is_certain: bool,
    /// Whether the packages only serve to build the project, where that is said.
    is_private: Option<bool>,
}

impl<'a> Said<'a> {
    fn of(element: &'a Element) -> Said<'a> {
        let mut said = Said { versions: Vec::new(), is_certain: false, is_private: None };
        // The version that overrides the central one is taken in its place.
        for key in ["Version", "VersionOverride"] {
            let attribute = element.attribute(key).map(|text| (text, false));
            let children = element.children_named(key).map(|child| (child.text(), has_condition(child)));
            for (text, is_conditional) in attribute.into_iter().chain(children) {
                if text.is_empty() {
                    continue;
                }
                if !is_conditional {
                    said.versions.clear();
                    said.is_certain = true;
                }
                said.versions.push(text);
            }
        }
        let private = element.attribute("PrivateAssets").or_else(|| element.child_text("PrivateAssets"));
        said.is_private = private.map(|assets| assets.eq_ignore_ascii_case("all"));
        said
    }
}

/// The names of a list that semicolons part.
fn names_in(list: &str) -> impl Iterator<Item = &str> {
    list.split(';').map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    /// The packages that a group of items names, each with its versions.
    fn check(group: &str, expected: &str) {
        let group = xml::parse(format!("<ItemGroup>{group}</ItemGroup>").as_bytes()).unwrap();
        let mut items = Items::default();
        group.children().iter().for_each(|item| items.take(item, false));
        let told = items.into_ordered();
        let told: Vec<String> = told.iter().map(|item| format!("{} {}", item.name, item.versions.join(" "))).collect();
        assert_eq!(told.join(", "), expected, "{group:?}");
    }

    #[test]
    fn an_update_says_the_version_anew() {
        check(
            r#"<PackageVersion Include="A" Version="1"/><PackageVersion Include="B" Version="1"/><PackageVersion Update="b;a" Version="2"/>"#,
            "A 2, B 2",
        );
        check(
            r#"<PackageReference Include="A" Version="1"/><PackageReference Update="A" PrivateAssets="all"/>"#,
            "A 1",
        );
        check(r#"<PackageReference Update="A" Version="2"/><PackageReference Include="A" Version="1"/>"#, "A 2 1");
        check(r#"<PackageReference Include="A" Version="1"/><PackageVersion Update="A" Version="2"/>"#, "A 1, A 2");
    }

    #[test]
    fn an_update_under_a_condition_adds_a_version() {
        check(
            r#"<PackageReference Include="A" Version="1"/><PackageReference Update="A" Version="2" Condition="c"/>"#,
            "A 1 2",
        );
        check(
            r#"<PackageReference Include="A" Version="1"/><PackageReference Update="A"><Version Condition="c">2</Version></PackageReference>"#,
            "A 1 2",
        );
        check(
            r#"<PackageReference Include="A"><Version>1</Version><Version Condition="c">2</Version></PackageReference>"#,
            "A 1 2",
        );
    }

    #[test]
    fn what_is_removed_is_not_told() {
        check(
            r#"<PackageVersion Include="A;B" Version="1"/><PackageVersion Remove="a"/><PackageVersion Remove="B" Condition="c"/>"#,
            "B 1",
        );
        check(
            r#"<PackageVersion Include="A" Version="1"/><PackageVersion Remove="A"/><PackageVersion Include="A" Version="2"/>"#,
            "A 2",
        );
        check(
            r#"<PackageVersion Include="A" Version="1"/><PackageReference Include="B"/><PackageReference Remove="@(PackageReference)"/>"#,
            "A 1",
        );
        check(r#"<PackageVersion Include="A;B" Exclude="a" Version="1"/>"#, "B 1");
    }

    #[test]
    fn an_override_is_taken_in_place_of_the_version() {
        check(r#"<PackageReference Include="A" Version="1" VersionOverride="2"/>"#, "A 2");
        check(
            r#"<PackageReference Include="A" Version="1"><VersionOverride Condition="c">2</VersionOverride></PackageReference>"#,
            "A 1 2",
        );
    }

    #[test]
    fn more_names_than_one_file_may_have_are_cut() {
        let names = "A;".repeat(Found::LARGEST_PACKAGE_COUNT + 1);
        let item = xml::parse(format!("<PackageVersion Include='{names}'/>").as_bytes()).unwrap();
        let mut items = Items::default();
        items.take(&item, false);
        assert!(items.is_cut());
    }
}
