//! From what databases list to the owner of a file.

use std::collections::{BTreeMap, HashMap};

use model::{Ecosystem, Package, PackageId};
use serde::{Deserialize, Serialize};

use super::{DigestHead, OwnerName, Owners};
use crate::owned_files::owned_name;
use crate::path_set::path_hash;

/// How far up from a file the folder of its package is looked for; real ones lie within ten.
const MOST_FOLDERS_UP: usize = 64;

/// Who owns a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owned {
    pub(crate) by: OwnerName,
    /// Whether the file is another one than the package brought; `None` where the database has no digest to tell by.
    pub(crate) is_modified: Option<bool>,
}

/// The owners of `files`, each with the digests that are known of it, as the visible databases list them.
pub(crate) fn resolve<'a>(
    files: impl Iterator<Item = (&'a str, [Option<DigestHead>; 3])>,
    databases: &'a [&'a Owners],
) -> BTreeMap<String, Owned> {
    let diverted = Diverted::of(databases);
    let mut asked: HashMap<u64, Vec<Asked<'a>>> = HashMap::new();
    for (path, digests) in files {
        let (listed_as, rule) = diverted.listed_as(path_hash(&owned_name(path)));
        asked.entry(listed_as).or_default().push(Asked { path, digests, rule });
    }
    let mut owners: BTreeMap<String, Owned> = BTreeMap::new();
    for database in databases {
        for file in database.files() {
            let Some(asked) = asked.get(&file.path) else { continue };
            let Some(by) = database.packages.get(file.package as usize) else { continue };
            for Asked { path, digests, rule } in asked {
                if !rule.allows(by) {
                    continue;
                }
                let is_modified = file.digest.and_then(|listed| {
                    let is_same_kind = |known: &&DigestHead| {
                        std::mem::discriminant::<DigestHead>(known) == std::mem::discriminant(&listed)
                    };
                    Some(*digests.iter().flatten().find(is_same_kind)? != listed)
                });
                let owned = Owned { by: by.clone(), is_modified };
                match owners.get_mut(*path) {
                    Some(known) => known.join(owned),
                    None => _ = owners.insert((*path).to_owned(), owned),
                }
            }
        }
    }
    owners
}

/// A file whose owner is asked for.
struct Asked<'a> {
    path: &'a str,
    digests: [Option<DigestHead>; 3],
    rule: Rule<'a>,
}

/// Who may own a file that somebody has diverted.
#[derive(Clone, Copy)]
enum Rule<'a> {
    /// It is not diverted.
    Anyone,
    /// It lies where another package's file would: only the package that diverted that one brings it.
    Only(Option<&'a str>),
    /// It was put aside: it is of anybody else.
    AnyoneBut(Option<&'a str>),
}

impl Rule<'_> {
    fn allows(self, owner: &OwnerName) -> bool {
        let name = match owner {
            OwnerName::Named { name, ecosystem: Ecosystem::Deb, .. } => Some(name.as_str()),
            OwnerName::Named { .. } | OwnerName::Described { .. } => return true,
        };
        match self {
            Rule::Anyone => true,
            Rule::Only(by) => by.is_some() && name == by,
            Rule::AnyoneBut(by) => by.is_none() || name != by,
        }
    }
}

#[derive(Default)]
struct Diverted<'a> {
    from: HashMap<u64, Option<&'a str>>,
    to: HashMap<u64, (u64, Option<&'a str>)>,
}

impl<'a> Diverted<'a> {
    fn of(databases: &[&'a Owners]) -> Diverted<'a> {
        let mut diverted = Diverted::default();
        for diversion in databases.iter().flat_map(|database| &database.diversions) {
            let by = diversion.by.as_deref();
            diverted.from.insert(diversion.from, by);
            diverted.to.insert(diversion.to, (diversion.from, by));
        }
        diverted
    }

    /// Under which path packages list the file that lies at `path`.
    fn listed_as<'b>(&'b self, path: u64) -> (u64, Rule<'a>) {
        match (self.to.get(&path), self.from.get(&path)) {
            (Some((from, by)), _) => (*from, Rule::AnyoneBut(*by)),
            (None, Some(by)) => (path, Rule::Only(*by)),
            (None, None) => (path, Rule::Anyone),
        }
    }
}

impl Owned {
    /// Puts together what two databases say of one file: the system's package before a language's, and of equal ones the
    /// one whose file it is.
    fn join(&mut self, other: Owned) {
        let rank = |owned: &Owned| match (&owned.by, owned.is_modified) {
            (OwnerName::Named { .. }, Some(false)) => 0,
            (OwnerName::Named { .. }, Some(true)) => 1,
            (OwnerName::Named { .. }, None) => 2,
            (OwnerName::Described { .. }, _) => 3,
        };
        if (rank(&other), &other.by) < (rank(self), &self.by) {
            *self = other;
        }
    }
}

/// Finds packages of an inventory by what owns a file.
pub(crate) struct OwnerFinder<'a> {
    packages: &'a [Package],
    by_name: HashMap<(Ecosystem, &'a str), Vec<PackageId>>,
    by_path: HashMap<&'a str, Vec<PackageId>>,
}

impl<'a> OwnerFinder<'a> {
    pub(crate) fn new(packages: &'a [Package]) -> OwnerFinder<'a> {
        let mut finder = OwnerFinder { packages, by_name: HashMap::new(), by_path: HashMap::new() };
        for (id, package) in packages.iter().enumerate() {
            finder.by_name.entry((package.ecosystem, &package.name)).or_default().push(id);
            if !package.ecosystem.is_operating_system() {
                for path in &package.paths {
                    finder.by_path.entry(path).or_default().push(id);
                }
            }
        }
        finder
    }

    /// The package of this name, if it is still there.
    pub(crate) fn named(&self, owner: &OwnerName) -> Option<PackageId> {
        match owner {
            OwnerName::Described { path } => self.only(path),
            OwnerName::Named { ecosystem, name, version, architecture } => {
                let fits = |id: &&PackageId| {
                    let package = &self.packages[**id];
                    let is_of = |architecture: &String| package.architecture.as_ref() == Some(architecture);
                    version.as_ref().is_none_or(|version| package.version == *version)
                        && architecture.as_ref().is_none_or(is_of)
                };
                self.by_name.get(&(*ecosystem, name.as_str()))?.iter().find(fits).copied()
            }
        }
    }

    /// The package in whose folder the file lies: one of Node's (`node_modules/NAME`), a gem (`gems/NAME-VERSION`); the
    /// one whose maintainer script it is (deb-postinst(5), `info/NAME.postinst`); or the one package that was recognized
    /// by the file itself.
    pub(crate) fn around(&self, path: &str) -> Option<PackageId> {
        if let Some(id) = self.only(path) {
            return Some(id);
        }
        if let Some((name, _)) = path.strip_prefix("var/lib/dpkg/info/").and_then(|name| name.rsplit_once('.')) {
            let (name, architecture) = match name.split_once(':') {
                Some((name, architecture)) => (name, Some(architecture.to_owned())),
                None => (name, None),
            };
            let (name, version) = (name.to_owned(), None);
            return self.named(&OwnerName::Named { ecosystem: Ecosystem::Deb, name, version, architecture });
        }
        let mut folder = path.rsplit_once('/')?.0;
        for _ in 0..MOST_FOLDERS_UP {
            if let Some(id) = self.only(&format!("{folder}/package.json")) {
                return Some(id);
            }
            let (parent, name) = folder.rsplit_once('/')?;
            if let Some(root) = parent.strip_suffix("/gems") {
                let specification = |folder| self.only(&format!("{root}/specifications/{folder}{name}.gemspec"));
                if let Some(id) = specification("").or_else(|| specification("default/")) {
                    return Some(id);
                }
            }
            folder = parent;
        }
        None
    }

    fn only(&self, path: &str) -> Option<PackageId> {
        match self.by_path.get(path)?.as_slice() {
            [id] => Some(*id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::UntrustedPath;

    use super::*;
    use crate::owners::read;
    use crate::shared_content::SharedContent;

    /// Reads databases, and tells the owner of each file as `NAME`, `NAME same` or `NAME modified`.
    fn check(databases: &[(&str, &str)], files: &[(&str, &[u8], &str)]) {
        let mut gaps = Vec::new();
        let databases: Vec<Owners> = databases
            .iter()
            .map(|(path, text)| {
                let bytes = match path.ends_with(".wall") {
                    true => zstd::encode_all(text.as_bytes(), 1).unwrap(),
                    false => text.as_bytes().to_vec(),
                };
                let mut content = SharedContent::Memory(bytes);
                read(&UntrustedPath::normalise(path), &mut content, 1 << 20, &mut gaps)
            })
            .collect();
        assert_eq!(gaps, []);
        let asked = files.iter().map(|(path, digest, _)| (*path, [DigestHead::of(digest), None, None]));
        let owners = resolve(asked, &databases.iter().collect::<Vec<_>>());
        for (path, _, expected) in files {
            let found = owners.get(*path).map_or("nobody".to_owned(), |owned| {
                let name = match &owned.by {
                    OwnerName::Named { name, .. } => name,
                    OwnerName::Described { path } => path,
                };
                match owned.is_modified {
                    None => name.clone(),
                    Some(true) => format!("{name} modified"),
                    Some(false) => format!("{name} same"),
                }
            });
            assert_eq!(found, *expected, "{path}");
        }
    }

    const SUM: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const MD5: [u8; 16] =
        [0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e];

    #[test]
    fn lists_and_sums_of_dpkg_tell_owner_and_change() {
        check(
            &[
                ("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n/etc/init.d/x\n"),
                ("var/lib/dpkg/info/bash.md5sums", &format!("{SUM}  bin/bash\n")),
                ("var/lib/dpkg/info/libc6:amd64.list", "/lib/ld.so\n"),
                ("var/lib/dpkg/status.d/tool.md5sums", &format!("{SUM}  usr/bin/tool\n")),
            ],
            &[
                ("usr/bin/bash", &MD5, "bash same"),
                ("bin/bash", &[1; 16], "bash modified"),
                ("etc/init.d/x", &MD5, "bash"),
                ("usr/lib/ld.so", &MD5, "libc6"),
                ("usr/bin/tool", &[2; 16], "tool modified"),
                ("usr/local/bin/own", &MD5, "nobody"),
            ],
        );
    }

    #[test]
    fn a_diverted_file_is_of_the_package_that_lists_it_elsewhere() {
        check(
            &[
                ("var/lib/dpkg/info/dash.list", "/bin/sh\n"),
                ("var/lib/dpkg/info/busybox.list", "/bin/sh\n"),
                ("var/lib/dpkg/info/man.list", "/usr/bin/man\n"),
                ("var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\nbusybox\n/usr/bin/man\n/usr/bin/man.REAL\n:\n"),
            ],
            &[
                ("bin/sh", &MD5, "busybox"),
                ("bin/sh.distrib", &MD5, "dash"),
                ("usr/bin/man", &MD5, "nobody"),
                ("usr/bin/man.REAL", &MD5, "man"),
            ],
        );
    }

    #[test]
    fn the_database_of_apk_has_checksums() {
        check(
            &[(
                "lib/apk/db/installed",
                "P:busybox\nV:1.36\nF:bin\nR:busybox\na:0:0:755\nZ:Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=\nR:none\n\n\
                 P:b\nV:1\nF:usr/bin\nR:b\n",
            )],
            &[
                (
                    "bin/busybox",
                    &[
                        0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90,
                        0xaf, 0xd8, 0x07, 0x09,
                    ],
                    "busybox same",
                ),
                ("bin/none", &[1; 20], "busybox"),
                ("usr/bin/b", &[1; 20], "b"),
            ],
        );
    }

    #[test]
    fn slices_of_a_chiselled_image_are_of_their_packages() {
        let sum = "07".repeat(32);
        check(
            &[(
                "var/lib/chisel/manifest.wall",
                &format!(
                    "{{\"jsonwall\":\"1.0\",\"schema\":\"1.0\"}}\n\
                     {{\"kind\":\"path\",\"path\":\"/usr/bin/openssl\",\"slices\":[\"openssl_bins\"],\"sha256\":\"{sum}\"}}\n\
                     {{\"kind\":\"path\",\"path\":\"/etc/x\",\"slices\":[\"base_a\"],\"sha256\":\"00\",\
                     \"final_sha256\":\"{sum}\"}}\n"
                ),
            )],
            &[("usr/bin/openssl", &[7; 32], "openssl same"), ("etc/x", &[8; 32], "base modified")],
        );
    }

    #[test]
    fn records_of_python_count_from_their_folder() {
        let metadata = "usr/lib/python3/site-packages/six-1.dist-info/METADATA";
        check(
            &[(
                "usr/lib/python3/site-packages/six-1.dist-info/RECORD",
                "../../../bin/six,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"a,b.sh\",,\n",
            )],
            &[
                ("usr/bin/six", &[9; 32], &format!("{metadata} modified")),
                ("usr/lib/python3/site-packages/a,b.sh", &[9; 32], metadata),
            ],
        );
    }
}
