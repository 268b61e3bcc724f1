use std::fmt::Write;

use expect_test::{Expect, expect};
use oci::{Entry, EntryKind, EntryStream, ReadEntriesError};

use crate::layer_index::index_entries;
use crate::merge::merge;

/// Files and symbolic links (`-> target`) that exist only in memory.
struct Files<'a> {
    files: std::slice::Iter<'a, (&'a str, &'a str)>,
    content: &'a [u8],
}

impl EntryStream for Files<'_> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        Ok(self.files.next().map(|(path, content)| {
            let target = content.strip_prefix("-> ");
            self.content = if target.is_some() { b"" } else { content.as_bytes() };
            Entry {
                path: model::UntrustedPath::normalise(path),
                kind: target.map_or(EntryKind::File, |target| EntryKind::SymbolicLink(target.to_owned())),
                size_bytes: self.content.len() as u64,
                mode: 0o644,
                capabilities: oci::FileCapabilities::default(),
            }
        }))
    }

    fn content(&mut self) -> &mut dyn std::io::Read {
        &mut self.content
    }
}

/// A line for each package: whether it is direct, and what it needs.
fn check(files: &[(&str, &str)], expected: &Expect) {
    let index = index_entries(&mut Files { files: files.iter(), content: b"" }, None).unwrap().index;
    let inventory = merge([index].iter(), false);
    let mut text = String::new();
    for package in &inventory.packages {
        write!(text, "{} {}", package.name, package.version).unwrap();
        match package.direct {
            Some(true) => text.push_str(" direct"),
            Some(false) => text.push_str(" indirect"),
            None => {}
        }
        let needed = package.dependencies.iter().map(|place| &inventory.packages[*place]);
        let needed: Vec<String> = needed.map(|needed| format!("{} {}", needed.name, needed.version)).collect();
        if !needed.is_empty() {
            write!(text, " -> {}", needed.join(", ")).unwrap();
        }
        text.push('\n');
    }
    for gap in &inventory.gaps {
        writeln!(text, "gap {}: {}", gap.path, gap.reason).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn node_finds_the_nearest_folder_upward() {
    check(
        &[
            (
                "srv/app/package.json",
                r#"{"name":"app","private":true,"dependencies":{"a":"1"},"devDependencies":{"c":"*"}}"#,
            ),
            (
                "srv/app/node_modules/a/package.json",
                r#"{"name":"a","version":"1.0.0","dependencies":{"b":"^2","gone":"1"},"optionalDependencies":{"@s/d":"1"},"devDependencies":{"c":"1"}}"#,
            ),
            (
                "srv/app/node_modules/a/node_modules/b/package.json",
                r#"{"name":"b","version":"2.0.0","peerDependencies":{"a":"1","c":"3"}}"#,
            ),
            ("srv/app/node_modules/b/package.json", r#"{"name":"b","version":"1.0.0"}"#),
            ("srv/node_modules/c/package.json", r#"{"name":"c","version":"3.0.0","dependencies":{"b":"1"}}"#),
            ("srv/app/node_modules/@s/d/package.json", r#"{"name":"@s/d","version":"4.0.0","dependencies":{"b":"1"}}"#),
            ("other/node_modules/b/package.json", r#"{"name":"b","version":"9.0.0"}"#),
        ],
        &expect![[r#"
            a 1.0.0 direct -> b 2.0.0, @s/d 4.0.0
            b 1.0.0 indirect
            b 2.0.0 indirect -> a 1.0.0, c 3.0.0
            b 9.0.0
            c 3.0.0 direct
            @s/d 4.0.0 indirect -> b 1.0.0
        "#]],
    );
}

#[test]
fn node_follows_the_links_of_pnpm() {
    check(
        &[
            ("app/package.json", r#"{"dependencies":{"express":"4"}}"#),
            ("app/node_modules/express", "-> .pnpm/express@4.19.2/node_modules/express"),
            (
                "app/node_modules/.pnpm/express@4.19.2/node_modules/express/package.json",
                r#"{"name":"express","version":"4.19.2","dependencies":{"qs":"6.11.0"}}"#,
            ),
            ("app/node_modules/.pnpm/express@4.19.2/node_modules/qs", "-> ../../qs@6.11.0/node_modules/qs"),
            ("app/node_modules/.pnpm/qs@6.11.0/node_modules/qs/package.json", r#"{"name":"qs","version":"6.11.0"}"#),
            ("app/node_modules/.pnpm/qs@6.12.0/node_modules/qs/package.json", r#"{"name":"qs","version":"6.12.0"}"#),
        ],
        &expect![[r#"
            express 4.19.2 direct -> qs 6.11.0
            qs 6.11.0 indirect
            qs 6.12.0 indirect
        "#]],
    );
}

/// What a package says of itself is told by one of the links to its folder.
#[test]
fn node_looks_from_where_a_linked_package_lies() {
    check(
        &[
            ("app/package.json", r#"{"dependencies":{"express":"4","qs":"6"}}"#),
            ("app/node_modules/express", "-> .store/express-npm-4.19.2-a/package"),
            (
                "app/node_modules/express/package.json",
                r#"{"name":"express","version":"4.19.2","dependencies":{"qs":"6.11.0"}}"#,
            ),
            ("app/node_modules/qs", "-> .store/qs-npm-6.12.0-b/package"),
            ("app/node_modules/qs/package.json", r#"{"name":"qs","version":"6.12.0"}"#),
            ("app/node_modules/.store/express-npm-4.19.2-a/node_modules/qs", "-> ../../qs-npm-6.11.0-c/package"),
            ("lib/node_modules/qs", "-> ../../app/node_modules/.store/qs-npm-6.11.0-c/package"),
            ("lib/node_modules/qs/package.json", r#"{"name":"qs","version":"6.11.0"}"#),
        ],
        &expect![[r#"
            express 4.19.2 direct -> qs 6.11.0
            qs 6.11.0
            qs 6.12.0 direct
        "#]],
    );
}

#[test]
fn python_looks_in_its_own_folder_and_extras_count_when_asked_for() {
    let site = |name: &str| format!("opt/venv/lib/python3.11/site-packages/{name}");
    let files: Vec<(String, &str)> = vec![
        (
            site("requests-2.31.0.dist-info/METADATA"),
            "Name: requests\nVersion: 2.31.0\nRequires-Dist: idna<4\nRequires-Dist: PySocks ; extra == 'socks'\nRequires-Dist: chardet ; extra == 'chardet'\n",
        ),
        (site("requests-2.31.0.dist-info/INSTALLER"), "pip\n"),
        (
            site("client-1.dist-info/METADATA"),
            "Name: client\nVersion: 1\nRequires-Dist: requests[socks]\nRequires-Dist: tomli; python_version < '3.11'\n",
        ),
        (site("client-1.dist-info/INSTALLER"), "pip\n"),
        (site("client-1.dist-info/REQUESTED"), ""),
        (site("PySocks-1.7.dist-info/METADATA"), "Name: PySocks\nVersion: 1.7\n"),
        (site("chardet-5.dist-info/METADATA"), "Name: chardet\nVersion: 5\n"),
        (site("tomli-2.dist-info/METADATA"), "Name: tomli\nVersion: 2\n"),
        (site("old-1-py3.11.egg-info/PKG-INFO"), "Name: old\nVersion: 1\n"),
        (site("old-1-py3.11.egg-info/requires.txt"), "chardet\n\n[:sys_platform == \"win32\"]\nrequests\n"),
        ("opt/venv/lib64/python3.11/site-packages/idna-3.dist-info/METADATA".to_owned(), "Name: idna\nVersion: 3\n"),
        ("usr/lib/python3.11/site-packages/chardet-4.dist-info/METADATA".to_owned(), "Name: chardet\nVersion: 4\n"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    check(
        &files,
        &expect![[r#"
            chardet 4
            chardet 5
            client 1 direct -> requests 2.31.0
            idna 3
            old 1 -> chardet 5
            pysocks 1.7
            requests 2.31.0 indirect -> idna 3, pysocks 1.7
            tomli 2
        "#]],
    );
}

#[test]
fn ruby_takes_the_highest_version_that_a_gem_allows() {
    let gem = |folder: &str, name: &str, version: &str| format!("{folder}/specifications/{name}-{version}.gemspec");
    let (bundle, system) = ("usr/local/bundle", "usr/local/lib/ruby/gems/3.2.0");
    let paths = [
        gem(bundle, "rails", "7.0.1"),
        gem(bundle, "rack", "2.2.8"),
        gem(bundle, "rack", "3.0.0"),
        gem(system, "json", "2.6.3"),
    ];
    let rails = "# stub: rails 7.0.1 ruby lib\n\nGem::Specification.new do |s|\n  s.name = \"rails\".freeze\n  \
                 s.add_runtime_dependency(%q<rack>.freeze, [\"~> 2.0\".freeze, \">= 2.2.4\".freeze])\n  \
                 s.add_dependency(%q<json>.freeze, [\">= 0\".freeze])\n  \
                 s.add_development_dependency(%q<rake>.freeze, [\"~> 13\"])\nend\n";
    check(
        &[
            (&paths[0], rails),
            (&paths[1], "# stub: rack 2.2.8 ruby lib\n"),
            (&paths[2], "# stub: rack 3.0.0 ruby lib\n"),
            (&paths[3], "# stub: json 2.6.3 ruby lib\n"),
            (
                "srv/Gemfile.lock",
                "GEM\n  specs:\n    rails (7.0.1)\n      rack (~> 2.0)\n    rack (2.2.8)\n\nDEPENDENCIES\n  rails\n",
            ),
        ],
        &expect![[r#"
            json 2.6.3
            rack 2.2.8 indirect
            rack 3.0.0
            rails 7.0.1 direct -> json 2.6.3, rack 2.2.8
        "#]],
    );
}

#[test]
fn other_trees_go_by_name_in_one_folder() {
    check(
        &[
            (
                "opt/conda/conda-meta/numpy-1.26.4-py.json",
                r#"{"name":"numpy","version":"1.26.4","depends":["python >=3.11,<3.12.0a0","__glibc >=2.17"],"requested_spec":"numpy"}"#,
            ),
            (
                "opt/conda/conda-meta/python-3.11.8-h.json",
                r#"{"name":"python","version":"3.11.8","depends":[],"requested_spec":"None"}"#,
            ),
            (
                "usr/lib/R/library/dplyr/DESCRIPTION",
                "Package: dplyr\nVersion: 1.1.4\nDepends: R (>= 3.5.0)\nImports: cli (>= 3.4.0), generics,\n    rlang (>= 1.1.0)\nSuggests: knitr\nBuilt: R 4.3.1\n",
            ),
            ("usr/lib/R/library/rlang/DESCRIPTION", "Package: rlang\nVersion: 1.1.3\nBuilt: R 4.3.1\n"),
            ("usr/lib/R/library/knitr/DESCRIPTION", "Package: knitr\nVersion: 1\nBuilt: R 4.3.1\n"),
            (
                "app/lib/plug-1.15.3/ebin/plug.app",
                "{application,plug,[{vsn,\"1.15.3\"},{applications,[kernel,stdlib,elixir,mime]}]}.",
            ),
            ("app/lib/mime-2.0.5/ebin/mime.app", "{application,mime,[{vsn,\"2.0.5\"},{applications,[kernel]}]}."),
            ("app/composer.json", r#"{"require":{"acme/app":"*"}}"#),
            (
                "app/vendor/composer/installed.json",
                r#"{"packages":[{"name":"acme/app","version":"1","require":{"php":">=8","psr/log-implementation":"1.0","acme/app":"1"}},{"name":"monolog/monolog","version":"2.9","provide":{"psr/log-implementation":"1.0"}}]}"#,
            ),
        ],
        &expect![[r#"
            acme/app 1 direct -> monolog/monolog 2.9
            monolog/monolog 2.9 indirect
            numpy 1.26.4 direct -> python 3.11.8
            python 3.11.8
            dplyr 1.1.4 -> rlang 1.1.3
            knitr 1
            rlang 1.1.3
            mime 2.0.5
            plug 1.15.3 -> mime 2.0.5
        "#]],
    );
}

#[test]
fn packages_of_distroless_images_need_one_another() {
    check(
        &[
            (
                "var/lib/dpkg/status.d/libc6",
                "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\nDepends: libgcc-s1, libcrypt1 (>= 1)\n",
            ),
            ("var/lib/dpkg/status.d/libgcc-s1", "Package: libgcc-s1\nVersion: 12.2.0-14\nArchitecture: amd64\n"),
        ],
        &expect![[r#"
            libc6 2.36-9 -> libgcc-s1 12.2.0-14
            libgcc-s1 12.2.0-14
        "#]],
    );
}

#[test]
fn archives_find_what_they_need_in_themselves_or_beside_them() {
    use crate::found::{Evidence, Found, FoundPackage};
    use crate::layer_index::LayerIndex;
    let package = |name: &str, version: &str, needs: &[&str]| FoundPackage {
        needs: needs.iter().collect(),
        ..FoundPackage::new(model::Ecosystem::Maven, Evidence::Installed, name, version)
    };
    let file = |path: &str, packages: Vec<FoundPackage>| (path.to_owned(), Found { packages, ..Found::default() });
    let index = LayerIndex {
        files: [
            file("lib/app.war", vec![package("g:app", "1", &["g:util", "g:core"]), package("g:util", "2", &[])]),
            file("lib/core.jar", vec![package("g:core", "3", &["g:gone"])]),
            file("lib/util.jar", vec![package("g:util", "1", &["g:core"])]),
            file("other/core.jar", vec![package("g:core", "9", &[])]),
        ]
        .into(),
        ..LayerIndex::default()
    };
    let inventory = merge([index].iter(), false);
    let needed = |place: &usize| format!("{} {}", inventory.packages[*place].name, inventory.packages[*place].version);
    let lines: Vec<String> = inventory
        .packages
        .iter()
        .map(|p| format!("{} {} {:?}", p.name, p.version, p.dependencies.iter().map(needed).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        lines,
        [
            r#"g:app 1 ["g:core 3", "g:util 2"]"#,
            "g:core 3 []",
            "g:core 9 []",
            r#"g:util 1 ["g:core 3"]"#,
            "g:util 2 []",
        ]
    );
}

#[test]
fn trees_that_need_too_much_are_a_gap() {
    let needs: Vec<String> = (0..20_000).map(|number| format!("\"{number}\":1")).collect();
    let package = format!(r#"{{"name":"a","version":"1","dependencies":{{{}}}}}"#, needs.join(","));
    check(
        &[("node_modules/a/package.json", &package)],
        &expect![[r#"
            a 1
            gap node_modules/a/package.json: it needs more packages than are kept; some dependencies are unknown
        "#]],
    );
    let deep = format!("{}node_modules/a/package.json", "d/".repeat(1_000));
    let needs = needs[..9_000].join(",");
    let package = format!(r#"{{"name":"a","version":"1","dependencies":{{{needs}}}}}"#);
    check(
        &[(&deep, &package)],
        &expect![[r#"
            a 1
            gap : the Node packages have too many relations; some dependencies are unknown
        "#]],
    );
}
