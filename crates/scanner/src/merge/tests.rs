use super::*;
use crate::detect::Detections;
use crate::further_names::{self, FurtherName};
use crate::wanted_file::WantedFile;

/// A layer of these files; `.wh.` names hide as in a real one.
fn layer(files: &[(&str, &str)]) -> LayerIndex {
    let mut index = LayerIndex::default();
    let mut occupied = Vec::new();
    for (path, content) in files {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name == ".wh..wh..opq" {
            index.opaque.insert(folder.to_owned());
            continue;
        }
        if let Some(hidden) = name.strip_prefix(".wh.") {
            index.whiteouts.insert(format!("{folder}/{hidden}"));
            continue;
        }
        let mut found = Found::default();
        let place = UntrustedPath::normalise(path);
        for reader in SELECTOR.select(&place).iter() {
            let mut stream = content.as_bytes();
            let mut file = WantedFile::new(&place, content.len() as u64, &mut stream);
            if let Err(error) = ECOSYSTEMS[reader].read(&mut file, &mut found) {
                found.gap(&**path, error.to_string());
            }
        }
        occupied.push(path_hash(path));
        index.gaps.append(&mut found.gaps);
        let owned = std::mem::take(&mut found.owned_files);
        index.owned.insert((*path).to_owned(), PathSet::from_hashes(owned));
        index.files.insert((*path).to_owned(), found);
    }
    index.occupied = PathSet::from_hashes(occupied);
    index
}

/// What the layers leave: a line for each package, removed package and gap.
fn left(layers: &[&[(&str, &str)]]) -> Vec<String> {
    lines(&layers.iter().map(|files| layer(files)).collect::<Vec<_>>())
}

fn lines(layers: &[LayerIndex]) -> Vec<String> {
    let inventory = merge(layers.iter(), true);
    let packages = inventory.packages.iter().map(|package| {
        let layer = package.layer.map_or("?".to_owned(), |layer| layer.to_string());
        format!("{} {} in {layer}", package.name, package.version)
    });
    let removed = inventory
        .removed
        .iter()
        .map(|removed| format!("{} {}-{}", removed.purl.name(), removed.added_in, removed.removed_in));
    let gaps = inventory.gaps.iter().map(|gap| format!("gap {}", gap.path));
    packages.chain(removed).chain(gaps).collect()
}

fn check(layers: &[&[(&str, &str)]], expected: &[&str]) {
    assert_eq!(left(layers), expected);
}

/// A list of files hides nothing where nobody tells its package: whoever makes an image could hide all of them so.
#[test]
fn files_are_owned_by_packages_that_are_told_alone() {
    let app = ("opt/app/requirements.txt", "x==1\n");
    let status = |state: &str| format!("Package: libc6\nStatus: {state}\nVersion: 1\nArchitecture: amd64\n\n");
    let (installed, configured) = (status("install ok installed"), status("deinstall ok config-files"));
    let list = "/opt/app\n/opt/app/requirements.txt\n";
    let sums = "d41d8cd98f00b204e9800998ecf8427e  opt/app/requirements.txt\n";
    let base = "Package: base-files\nVersion: 1\nArchitecture: amd64\n\n";
    let entry = "F:opt/app\nR:requirements.txt\n\n";
    let (known, unknown) = (format!("P:tool\nV:1\n{entry}"), format!("C:Q1\n{entry}P:other\nV:1\n\n"));
    let is_owned = |layers: &[&[(&str, &str)]]| !left(layers).iter().any(|line| line.starts_with("x 1"));
    let status = ("var/lib/dpkg/status", installed.as_str());
    assert!(is_owned(&[&[status, ("var/lib/dpkg/info/libc6.list", list), app]]));
    assert!(is_owned(&[&[status, app], &[("var/lib/dpkg/info/libc6:amd64.list", list)]]));
    assert!(is_owned(&[&[("var/lib/dpkg/status.d/base", base), ("var/lib/dpkg/status.d/base.md5sums", sums), app]]));
    assert!(is_owned(&[&[("lib/apk/db/installed", &known), app]]));
    assert!(!is_owned(&[&[status, ("var/lib/dpkg/info/ghost.list", list), app]]));
    assert!(!is_owned(&[&[status, app], &[("var/lib/dpkg/info/ghost.list", list)]]));
    assert!(!is_owned(&[&[("var/lib/dpkg/info/libc6.list", list), app]]));
    let status = ("var/lib/dpkg/status", configured.as_str());
    assert!(!is_owned(&[&[status, ("var/lib/dpkg/info/libc6.list", list), app]]));
    assert!(!is_owned(&[&[("var/lib/dpkg/status.d/evil.md5sums", sums), app]]));
    assert!(!is_owned(&[&[("lib/apk/db/installed", &unknown), app]]));
}

/// `sbin/init` of an upper layer is one more name of `bin/busybox`, a program that tells what it is.
#[test]
fn what_a_package_owns_is_owned_under_its_hard_links() {
    let database = "lib/apk/db/installed";
    let owner = "P:busybox\nV:1.32.0-r0\nF:bin\nR:busybox\n\n";
    let program = |version: &str| {
        let package = FoundPackage::new(Ecosystem::Generic, Evidence::Installed, "busybox", version);
        Found { packages: vec![package], ..Found::default() }
    };
    let told = |list: &str, replaced_by: Option<&str>, upper: &[(&str, &str)]| {
        let mut indexes = vec![layer(&[(database, list), ("bin/busybox", "")]), LayerIndex::default()];
        indexes[0].files.insert("bin/busybox".to_owned(), program("1.32.0"));
        if let Some(version) = replaced_by {
            let mut other = layer(&[("bin/busybox", "")]);
            other.files.insert("bin/busybox".to_owned(), program(version));
            indexes.insert(1, other);
        }
        let (number, holder) = (indexes.len() - 1, indexes.len() - 2);
        indexes[number].occupied = PathSet::from_hashes(vec![path_hash("sbin/init")]);
        let (name, file) = ("sbin/init".to_owned(), "bin/busybox".to_owned());
        let names = [FurtherName { layer: number, name, holder, file, rights: None }];
        let mut found: Vec<Detections> = indexes.iter().map(|_| Detections::default()).collect();
        further_names::tell(&names, &mut indexes, &mut found, false);
        indexes.push(layer(upper));
        lines(&indexes)
    };
    assert_eq!(told(owner, None, &[]), ["busybox 1.32.0-r0 in 0"]);
    // The link keeps what the package brought.
    assert_eq!(told(owner, None, &[("bin/.wh.busybox", "")]), ["busybox 1.32.0-r0 in 0"]);
    assert_eq!(told(owner, None, &[("sbin/.wh.init", "")]), ["busybox 1.32.0-r0 in 0"]);
    // Nobody owns it, or no longer.
    assert_eq!(told("P:musl\nV:1\n\n", None, &[]), ["musl 1 in 0", "busybox 1.32.0 in 0"]);
    assert_eq!(told(owner, Some("1.37.0"), &[]), ["busybox 1.32.0-r0 in 0", "busybox 1.37.0 in 1"]);
    // A file of its own has taken the place of the link.
    let other = [("sbin/init", "")];
    assert_eq!(told(owner, None, &other), ["busybox 1.32.0-r0 in 0"]);
}

#[test]
fn the_uppermost_list_of_users_counts() {
    let base = [("etc/passwd", "root:x:0:0\napp:x:0:0\n")];
    let check = |layers: &[&[(&str, &str)]], expected: &[(&str, i64)]| {
        let layers: Vec<LayerIndex> = layers.iter().map(|files| layer(files)).collect();
        let accounts = accounts(layers.iter());
        assert_eq!(accounts.0.iter().map(|(name, id)| (name.as_str(), *id)).collect::<Vec<_>>(), expected);
    };
    check(&[&base, &[]], &[("root", 0), ("app", 0)]);
    check(&[&base, &[("etc/passwd", "app:x:7:7\n")]], &[("app", 7)]);
    check(&[&base, &[("etc/.wh.passwd", "")]], &[]);
    check(&[&base, &[("etc", "no folder any more")], &[]], &[]);
}

/// A system whose packages no reader knows is none without packages.
#[test]
fn a_system_without_known_packages_is_a_gap() {
    for id in ["arch", "bottlerocket", "debian", "gentoo", "nixos", "openwrt", "slackware", "tinyos", "void"] {
        let release = format!("ID={id}\n");
        let release = ("etc/os-release", release.as_str());
        check(&[&[release, ("var/lib/pacman/local/openssl-3.0-1/desc", "%NAME%\n")]], &["gap etc/os-release"]);
        check(&[&[release, ("lib/apk/db/installed", "P:musl\nV:1\n\n")]], &["musl 1 in 0"]);
    }
    check(&[&[("bin/busybox", "x")]], &[]);
}

#[test]
fn an_upgraded_package_came_with_the_layer_that_upgraded_it() {
    let database = "lib/apk/db/installed";
    check(
        &[&[(database, "P:musl\nV:1.0-r0\n\nP:zlib\nV:1.2-r0\n\n")], &[(database, "P:musl\nV:1.1-r0\n\n")]],
        &["musl 1.1-r0 in 1", "musl 0-1", "zlib 0-1"],
    );
}

#[test]
fn hidden_files_take_their_packages_with_them() {
    let metadata = "Metadata-Version: 2.1\nName: a\nVersion: 1\n";
    let old = [("app/lib/a-1.dist-info/METADATA", metadata)];
    let new = "Metadata-Version: 2.1\nName: b\nVersion: 2\n";
    check(&[&old, &[("app/lib/.wh..wh..opq", ""), ("app/lib/b-2.dist-info/METADATA", new)]], &["b 2 in 1", "a 0-1"]);
    check(&[&old, &[("app/.wh.lib", "")]], &["a 0-1"]);
    check(&[&old, &[("app/lib/.wh.a-1.dist-info", "")]], &["a 0-1"]);
    check(&[&old, &[], &old], &["a 1 in 0"]);
}

/// What lock files alone tell goes with them; what they never told, because it yielded, does not.
#[test]
fn packages_of_lock_files_are_removed_with_them() {
    let lock = |names: &[&str]| {
        let packages = names.iter().map(|name| format!(r#","node_modules/{name}":{{"version":"1.0.0"}}"#));
        let packages: String = packages.collect();
        format!(r#"{{"name":"app","lockfileVersion":3,"packages":{{"":{{"name":"app"}}{packages}}}}}"#)
    };
    let (both, one) = (lock(&["a", "b"]), lock(&["b"]));
    let (both, one) = (("app/package-lock.json", both.as_str()), ("app/package-lock.json", one.as_str()));
    let gone = ("app/.wh.package-lock.json", "");
    check(&[&[both], &[gone]], &["a 0-1", "b 0-1"]);
    check(&[&[both], &[("app/.wh..wh..opq", "")]], &["a 0-1", "b 0-1"]);
    check(&[&[both], &[one]], &["b 1.0.0 in 1", "a 0-1"]);
    check(&[&[both], &[one], &[gone]], &["a 0-1", "b 0-2"]);
    check(&[&[both], &[gone], &[both]], &["a 1.0.0 in 2", "b 1.0.0 in 2"]);
    // Another lock file, or a tree, still tells of them.
    check(&[&[both], &[gone, ("srv/package-lock.json", one.1)]], &["b 1.0.0 in 1", "a 0-1"]);
    let installed = |name: &str| format!(r#"{{"name":"{name}","version":"1.0.0"}}"#);
    let (a, b) = (installed("a"), installed("b"));
    let a = ("app/node_modules/a/package.json", a.as_str());
    let b = ("app/node_modules/b/package.json", b.as_str());
    check(&[&[both], &[a, b, gone]], &["a 1.0.0 in 1", "b 1.0.0 in 1"]);
    // Beside a tree the lock file told of nothing itself.
    check(&[&[both, a], &[gone]], &["a 1.0.0 in 0"]);
    check(&[&[both, a, b], &[("app/node_modules/.wh.b", "")]], &["a 1.0.0 in 0", "b 0-1"]);
    check(&[&[both, a], &[("app/.wh.node_modules", "")]], &["a 1.0.0 in 0", "b 1.0.0 in 0"]);
    check(&[&[both, a], &[("app/.wh.node_modules", ""), gone]], &["a 0-1"]);
    // Neither did one that came along with a dependency.
    let of_dependency = ("opt/node_modules/x/package-lock.json", both.1);
    check(&[&[of_dependency], &[("opt/node_modules/.wh.x", "")]], &[]);
    check(&[&[both, of_dependency], &[gone]], &["a 0-1", "b 0-1"]);
}

#[test]
fn files_of_system_packages_yield_neither_packages_nor_gaps() {
    let status = "Package: x\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";
    let list = "/.\n/usr\n/usr/share/doc/x/requirements.txt\n/usr/share/x/Cargo.lock\n/var/lib/rpm/rpmdb.sqlite\n";
    check(
        &[&[
            ("var/lib/dpkg/status", status),
            ("var/lib/dpkg/info/x.list", list),
            ("usr/share/doc/x/requirements.txt", "flask\ndjango==1.0\n"),
            ("usr/share/x/Cargo.lock", "no toml"),
            ("var/lib/rpm/rpmdb.sqlite", "no database"),
            ("srv/requirements.txt", "flask\n"),
        ]],
        &["x 1 in 0", "gap srv/requirements.txt", "gap var/lib/rpm/rpmdb.sqlite"],
    );
}

/// What a package of the system owned was never told, so that it cannot be told as removed.
#[test]
fn files_that_a_system_package_owned_are_not_removed_packages() {
    const FILE: &str = "usr/lib/node_modules/minimist/package.json";
    let status = |version: &str| {
        let npm = format!("Package: npm\nStatus: install ok installed\nVersion: {version}\n\n");
        format!("{npm}Package: base\nStatus: install ok installed\nVersion: 1\n")
    };
    let (old, new) = (status("1"), status("2"));
    let file = (FILE, r#"{"name":"minimist","version":"1.2.8"}"#);
    let list = ("var/lib/dpkg/info/npm.list", "/usr/lib/node_modules/minimist/package.json\n");
    let gone = ("usr/lib/node_modules/.wh.minimist", "");
    let base = [("var/lib/dpkg/status", old.as_str()), list, file];
    // Upgraded, purged, and removed by hand.
    let upgraded = [("var/lib/dpkg/status", new.as_str()), ("var/lib/dpkg/info/npm.list", "/usr/bin/npm\n"), gone];
    check(&[&base, &upgraded], &["base 1 in 0", "npm 2 in 1", "npm 0-1"]);
    let rest = "Package: base\nStatus: install ok installed\nVersion: 1\n";
    let purged = [("var/lib/dpkg/status", rest), ("var/lib/dpkg/info/.wh.npm.list", ""), gone];
    check(&[&base, &purged], &["base 1 in 0", "npm 0-1"]);
    check(&[&base, &[gone]], &["base 1 in 0", "npm 1 in 0"]);
    // What nobody owned is told, and so is what took the place of an owned file.
    check(&[&base[..1], &[file], &[gone]], &["base 1 in 0", "npm 1 in 0", "minimist 1-2"]);
    let other = (FILE, r#"{"name":"minimist","version":"0.0.8"}"#);
    check(&[&base, &[other], &[gone]], &["base 1 in 0", "npm 1 in 0", "minimist 1-2"]);
}

#[test]
fn a_file_in_the_place_of_one_of_a_system_package_is_its_own() {
    const FILE: &str = "usr/lib/node_modules/minimist/package.json";
    const LISTED: &str = "F:usr/lib/node_modules/minimist\nR:package.json\n\n";
    let (old, new) = (format!("P:npm\nV:1\n{LISTED}"), format!("P:npm\nV:2\n{LISTED}P:curl\nV:1\n\n"));
    let (old, new) = (("lib/apk/db/installed", old.as_str()), ("lib/apk/db/installed", new.as_str()));
    let own = (FILE, r#"{"name":"minimist","version":"1.2.8"}"#);
    let other = (FILE, r#"{"name":"minimist","version":"0.0.8"}"#);
    let base = [old, own];
    let expected = ["npm 1 in 0", "minimist 0.0.8 in 1"];
    check(&[&base, &[other]], &expected);
    check(&[&base, &[("usr/lib/.wh.node_modules", "")], &[other]], &["npm 1 in 0", "minimist 0.0.8 in 2"]);
    // A later change of the list says nothing of the file, nor does one more write of it.
    check(&[&base, &[other], &[new]], &["curl 1 in 2", "npm 2 in 2", "minimist 0.0.8 in 1", "npm 0-2"]);
    check(&[&base, &[other], &[other]], &expected);
    // One that cannot be read is a gap.
    check(&[&base, &[(FILE, "{")]], &["npm 1 in 0", &format!("gap {FILE}")]);
    // The package's own: upgraded with its list, touched, put back, or in a layer above that of the list.
    check(&[&base, &[new, other]], &["curl 1 in 1", "npm 2 in 1", "npm 0-1"]);
    check(&[&base, &[own]], &["npm 1 in 0"]);
    check(&[&[old], &[own]], &["npm 1 in 0"]);
    check(&[&base, &[other], &[own]], &["npm 1 in 0", "minimist 1-2"]);
}

/// A list of dpkg names the files of its package alone; a database of apk those of all, whichever of them a layer changes.
#[test]
fn a_replaced_file_is_a_packages_own_where_a_list_of_its_layer_names_it() {
    const ONE: &str = "usr/lib/node_modules/one/package.json";
    const TWO: &str = "usr/lib/node_modules/two/package.json";
    let files = [(ONE, r#"{"name":"m-one","version":"1.0.0"}"#), (TWO, r#"{"name":"m-two","version":"1.0.0"}"#)];
    let others = [(ONE, r#"{"name":"m-one","version":"2.0.0"}"#), (TWO, r#"{"name":"m-two","version":"2.0.0"}"#)];
    let told = |base: &[(&str, &str)], upper: &[(&str, &str)]| -> Vec<String> {
        let (base, upper) = ([base, &files[..]].concat(), [upper, &others[..]].concat());
        left(&[&base[..], &upper[..]]).into_iter().filter(|line| line.starts_with("m-")).collect()
    };
    let both = ["m-one 2.0.0 in 1", "m-two 2.0.0 in 1"];
    let status = |name: &str| format!("Package: {name}\nStatus: install ok installed\nVersion: 1\n\n");
    let status = status("one") + &status("two");
    let status = ("var/lib/dpkg/status", status.as_str());
    let one = ("var/lib/dpkg/info/one.list", "/usr/lib/node_modules/one/package.json\n");
    let two = ("var/lib/dpkg/info/two.list", "/usr/lib/node_modules/two/package.json\n");
    assert_eq!(told(&[status, one, two], &[]), both);
    assert_eq!(told(&[status, one, two], &[one]), both[1..]);
    assert_eq!(told(&[status, one, two], &[two]), both[..1]);
    assert!(told(&[status, one, two], &[one, two]).is_empty());
    let entry = |name: &str| format!("P:{name}\nV:1\nF:usr/lib/node_modules/{name}\nR:package.json\n\n");
    let old = entry("one") + &entry("two");
    let new = format!("{old}P:curl\nV:1\n\n");
    let (old, new) = (("lib/apk/db/installed", old.as_str()), ("lib/apk/db/installed", new.as_str()));
    assert_eq!(told(&[old], &[]), both);
    assert!(told(&[old], &[new]).is_empty());
}

#[test]
fn candidates_are_looked_for_in_all_lists() {
    let lists = [vec![1, 2], Vec::new(), vec![2, 3]].map(PathSet::from_hashes);
    assert_eq!(among(lists.iter(), &HashSet::from([2, 3, 9])), HashSet::from([2, 3]));
    assert!(among(lists.iter(), &HashSet::new()).is_empty());
}

#[test]
fn sources_of_a_go_toolchain_and_of_cached_modules_are_no_projects() {
    let require = "module cmd\n\ngo 1.22\n\nrequire golang.org/x/net v0.1.0\n";
    let vendored = "# golang.org/x/text v0.1.0\n## explicit; go 1.17\ngolang.org/x/text/width\n";
    check(
        &[&[
            ("usr/local/go/VERSION", "go1.22.3\n"),
            ("usr/local/go/src/cmd/go.mod", require),
            ("usr/local/go/src/vendor/modules.txt", vendored),
            ("root/go/pkg/mod/example.com/a@v1.0.0/vendor/modules.txt", vendored),
            ("srv/app/go.mod", "module app\n\ngo 1.22\n\nrequire golang.org/x/sys v0.2.0\n"),
        ]],
        &["stdlib 1.22.3 in 0", "golang.org/x/sys v0.2.0 in 0"],
    );
}

/// A workspace replaces modules for all of its own, which are no packages of anybody's.
#[test]
fn modules_go_by_the_nearest_workspace_that_names_them() {
    const WORK: &str = "go 1.22\n\ntoolchain go1.22.3\n\nuse (\n\t./a\n\tb\n)\n\n\
        replace example.com/x => ./x\nreplace example.com/y v1.0.0 => example.com/fork v1.0.1\n";
    const A: &str = "module example.com/a\n\ngo 1.22\n\nrequire (\n\texample.com/b v0.1.0\n\texample.com/x v1.0.0\n\t\
        example.com/y v1.0.0\n)\n\nreplace example.com/y => example.com/other v9.0.0\n";
    const B: &str = "module example.com/b\n\ngo 1.16\n\nrequire example.com/y v1.1.0\n";
    const SUM: &str = "example.com/x v1.0.0 h1:x=\nexample.com/z v1.0.0 h1:x=\n";
    const C: &str = "module example.com/c\n\ngo 1.22\n\nrequire example.com/x v1.2.0\n";
    let base =
        [("srv/go.work", WORK), ("srv/a/go.mod", A), ("srv/b/go.mod", B), ("srv/b/go.sum", SUM), ("srv/c/go.mod", C)];
    let settled = [
        "example.com/fork v1.0.1 in 0",
        "example.com/other v9.0.0 in 0",
        "example.com/x v1.2.0 in 0",
        "example.com/z v1.0.0 in 0",
        "stdlib 1.22.3 in 0",
    ];
    let sorted = |layers: &[&[(&str, &str)]]| {
        let mut left = left(layers);
        left.sort();
        left
    };
    assert_eq!(sorted(&[&base]), settled);
    // Without it each module goes by itself, as does one that has a workspace of its own.
    let alone = [
        "example.com/b v0.1.0 in 0",
        "example.com/other v9.0.0 in 0",
        "example.com/x v1.0.0 in 0",
        "example.com/x v1.2.0 in 0",
        "example.com/y v1.1.0 in 0",
        "example.com/z v1.0.0 in 0",
    ];
    let without = sorted(&[&base, &[("srv/.wh.go.work", "")]]);
    assert_eq!(without, [&alone[..], &["stdlib 0-1"]].concat());
    let nearer = sorted(&[&base, &[("srv/a/go.work", "use .\n")]]);
    assert!(nearer.contains(&"example.com/b v0.1.0 in 0".to_owned()), "{nearer:?}");
    // What lies beside a workspace is built without it too.
    let beside = sorted(&[&[("srv/w/go.work", "use ../c\nreplace example.com/x => ../x\n"), ("srv/c/go.mod", C)]]);
    assert_eq!(beside, ["example.com/x v1.2.0 in 0"]);
}

#[test]
fn a_list_of_sums_counts_where_no_list_of_requirements_stands_beside_it() {
    const SUM: &str = "golang.org/x/net v0.16.0 h1:x=\ngithub.com/a/b v1.0.0 h1:x=\n";
    const MODULE: &str = "module a\n\ngo 1.21\n\nrequire github.com/a/b v1.1.0\n";
    check(&[&[("app/go.sum", SUM)]], &["github.com/a/b v1.0.0 in 0", "golang.org/x/net v0.16.0 in 0"]);
    check(&[&[("app/go.sum", SUM), ("app/go.mod", MODULE)]], &["github.com/a/b v1.1.0 in 0"]);
    check(&[&[("app/go.sum", SUM), ("app/go.mod", "module a\n\ngo 1.21\n")]], &[]);
    // One that cannot be read says nothing of what there is.
    check(
        &[&[("app/go.sum", SUM), ("app/go.mod", "<html>\n")]],
        &["github.com/a/b v1.0.0 in 0", "golang.org/x/net v0.16.0 in 0", "gap app/go.mod"],
    );
    // Sums of modules that were downloaded are those of other projects.
    check(&[&[("root/go/pkg/mod/x@v1/go.sum", SUM)]], &[]);
}

#[test]
fn packages_of_debian_share_a_copyright_file_by_links() {
    let status = |names: &[&str]| -> String {
        names.iter().map(|name| format!("Package: {name}\nStatus: install ok installed\nVersion: 1\n\n")).collect()
    };
    let licenses = |layers: &[LayerIndex]| -> Vec<String> {
        let inventory = merge(layers.iter(), true);
        inventory.packages.iter().map(|package| format!("{} {}", package.name, package.licenses.join(", "))).collect()
    };
    let names = ["base", "file", "folder", "lost", "round", "twice", "unknown"];
    let mut base = layer(&[
        ("var/lib/dpkg/status", &status(&names)),
        ("usr/share/doc/base/copyright", "see /usr/share/common-licenses/GPL-3"),
        ("usr/share/doc/unknown/copyright", "Ask the author."),
    ]);
    for (path, target) in [
        ("folder", "base"),
        ("twice", "/usr/share/doc/folder"),
        ("file/copyright", "../base/copyright"),
        ("round", "round"),
        ("lost", "nowhere"),
    ] {
        base.links.insert(format!("usr/share/doc/{path}"), target.to_owned());
    }
    let expected = [
        "base GPL-3.0-only",
        "file GPL-3.0-only",
        "folder GPL-3.0-only",
        "lost ",
        "round ",
        "twice GPL-3.0-only",
        "unknown SEE LICENSE IN copyright",
    ];
    assert_eq!(licenses(std::slice::from_ref(&base)), expected);
    // An upper layer takes the link away.
    let upper = layer(&[("usr/share/doc/.wh.folder", "")]);
    let left = licenses(&[base, upper]);
    assert_eq!((left[2].as_str(), left[5].as_str()), ("folder ", "twice "));
}
