use crate::system_links::tests::check;

const LODASH: &str = r#"srv/nm/lodash/package.json = {"name":"lodash","version":"4.17.20"}"#;
const LINK: &str = "app/node_modules -> /srv/nm";
const FOUND: &[&str] = &["lodash 4.17.20 in app/node_modules/lodash/package.json"];

/// A gem as RubyGems describes it.
const RAKE: &str = "rake-13.0.6.gemspec = # -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n";

#[test]
fn what_a_folder_behind_a_link_has_is_what_the_link_says() {
    check(&[&[LINK, LODASH]], FOUND);
    check(&[&["app/node_modules -> ../srv/nm", LODASH]], FOUND);
    check(
        &[&[LINK, r#"srv/nm/@babel/core/package.json = {"name":"@babel/core","version":"7.24.0"}"#]],
        &["@babel/core 7.24.0 in app/node_modules/@babel/core/package.json"],
    );
    let rake = |folder: &str| format!("{folder}/{RAKE}");
    check(
        &[&["gems/specifications -> /data/specs", &rake("data/specs")]],
        &["rake 13.0.6 in gems/specifications/rake-13.0.6.gemspec"],
    );
    check(
        &[&["gems/specifications -> /data/specs", &rake("data/specs/default")]],
        &["rake 13.0.6 in gems/specifications/default/rake-13.0.6.gemspec"],
    );
    check(
        &[&["gems/specifications/default -> /data/specs", &rake("data/specs")]],
        &["rake 13.0.6 in gems/specifications/default/rake-13.0.6.gemspec"],
    );
    check(
        &[&["opt/conda/conda-meta -> ../meta", r#"opt/meta/numpy.json = {"name":"numpy","version":"1.26.0"}"#]],
        &["numpy 1.26.0 in opt/conda/conda-meta/numpy.json"],
    );
    check(
        &[&["lib/a-1/ebin -> out", "lib/a-1/out/cowboy.app = {application, cowboy, [{vsn, \"2.9.0\"}]}."]],
        &["cowboy 2.9.0 in lib/a-1/ebin/cowboy.app"],
    );
    for (file, json, found) in [
        (".bitnami_components.json", r#"{"nginx":{"arch":"amd64","version":"1.25.3-1"}}"#, "nginx 1.25.3"),
        (
            "redis/.spdx-redis.spdx",
            r#"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/redis@7.2.4-1"}]}]}"#,
            "redis 7.2.4",
        ),
    ] {
        let (line, found) = (format!("data/b/{file} = {json}"), format!("{found} in opt/bitnami/{file}"));
        check(&[&["opt/bitnami -> /data/b", &line]], &[&found]);
    }
    // By way of the link of a folder around it.
    let nginx = |folder: &str| {
        format!(r#"{folder}/.bitnami_components.json = {{"nginx":{{"arch":"amd64","version":"1.25.3-1"}}}}"#)
    };
    let found = ["nginx 1.25.3 in opt/bitnami/.bitnami_components.json"];
    check(&[&["opt -> /data/opt", &nginx("data/opt/bitnami")]], &found);
    check(&[&["opt -> /data/opt"], &[&nginx("opt/bitnami")]], &found);
    check(&[&["opt -> /data/opt", &nginx("data/opt/other")]], &[]);
    let akismet = |folder: &str| format!("{folder}/akismet.php = <?php\n/*\nPlugin Name: Akismet\nVersion: 5.3\n*/\n");
    for (link, folder) in [
        ("www/wp-content -> /srv/content", "srv/content/plugins/akismet"),
        ("www/wp-content/plugins -> /srv/plugins", "srv/plugins/akismet"),
        ("www/wp-content/plugins/akismet -> /srv/a", "srv/a"),
    ] {
        check(&[&[link, &akismet(folder)]], &["plugins/akismet 5.3 in www/wp-content/plugins/akismet/akismet.php"]);
    }
}

#[test]
fn links_in_a_folder_behind_a_link_are_followed() {
    let gem = "pool/1 = # -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n";
    let found = ["rake 13.0.6 in gems/specifications/rake-13.0.6.gemspec"];
    let (folder, file) = ("gems/specifications -> /data/specs", "data/specs/rake-13.0.6.gemspec -> /pool/1");
    check(&[&[folder, file, gem]], &found);
    check(&[&[gem], &[file], &[folder]], &found);
    check(&[&[folder, file, gem], &["data/specs/.wh.rake-13.0.6.gemspec"]], &[]);
    let by_default = ["rake 13.0.6 in gems/specifications/default/rake-13.0.6.gemspec"];
    check(&[&[folder, "data/specs/default -> /data/d", &format!("data/d/{RAKE}")]], &by_default);
    check(&[&[folder, "data/specs/default -> ../d", "data/d/rake-13.0.6.gemspec -> ../../pool/1", gem]], &by_default);
    let package = r#"srv/x = {"name":"lodash","version":"4.17.20"}"#;
    check(&[&[LINK, "srv/nm/lodash/package.json -> ../../x", package]], FOUND);
    // Readers go by the name of this folder wherever it is.
    let metadata = "nix/j/METADATA = Name: jinja2\nVersion: 2.11.1\n";
    check(
        &[&["venv/site-packages -> /nix/env", "nix/env/jinja2-2.11.1.dist-info -> ../j", metadata]],
        &["jinja2 2.11.1 in nix/env/jinja2-2.11.1.dist-info/METADATA"],
    );
    let meta = "app/conda-meta -> ../meta";
    for (link, what) in [
        ("meta/x.json -> /pool/none", "it is a symbolic link to /pool/none, which is not there"),
        ("meta/x.json -> x.json", "it leads through symbolic links in a circle"),
    ] {
        check(&[&[meta, link]], &[&format!("gap app/conda-meta/x.json: {what}")]);
    }
}

#[test]
fn single_files_of_a_folder_behind_a_link_are_read() {
    check(
        &[&["a/x-1.dist-info -> /opt/x", "opt/x/METADATA = Metadata-Version: 2.1\nName: jinja2\nVersion: 2.11.1\n"]],
        &["jinja2 2.11.1 in a/x-1.dist-info/METADATA"],
    );
    let version = "opt/go1.22/VERSION = go1.22.3\ntime 2024-05-01T19:49:47Z\n";
    let found = ["stdlib 1.22.3 in usr/local/go/VERSION"];
    check(&[&["usr/local/go -> /opt/go1.22", version]], &found);
    check(&[&["usr/local/go -> /opt/go1.22"], &[version]], &found);
    check(&[&[version], &["usr/local/go -> /opt/go1.22"]], &found);
    check(&[&[version], &["usr/local/go -> /opt/go1.22"], &["opt/.wh.go1.22"]], &[]);
    check(&[&["usr/bin/go -> ../lib/go/bin/go", "usr/lib/go/bin/go = 1"]], &[]);
}

#[test]
fn the_files_may_lie_in_any_layer_that_is_not_hidden() {
    check(&[&[LINK], &[LODASH]], FOUND);
    check(&[&[LODASH], &[LINK]], FOUND);
    check(&[&[LODASH], &["etc/x = 1"], &[LINK], &["etc/y = 1"]], FOUND);
    let rake: &str = &format!("data/specs/{RAKE}");
    let (link, found) = ("specifications -> data/specs", ["rake 13.0.6 in specifications/rake-13.0.6.gemspec"]);
    check(&[&[link], &[rake]], &found);
    check(&[&[rake], &[link]], &found);
    let chalk = r#"srv/nm/chalk/package.json = {"name":"chalk","version":"4.1.2"}"#;
    let both = ["chalk 4.1.2 in app/node_modules/chalk/package.json", FOUND[0]];
    check(&[&[LODASH], &[LINK], &[chalk]], &both);
    check(&[&[LINK, LODASH], &["srv/nm/lodash/x = 1", chalk]], &both);
    // By way of the link, of further links and of links of folders around it.
    let named = r#"app/node_modules/lodash/package.json = {"name":"lodash","version":"4.17.20"}"#;
    check(&[&[LINK, "srv/nm/"], &[named]], FOUND);
    check(&[&["app/node_modules -> ../current", "current -> srv/nm"], &[LODASH]], FOUND);
    check(&[&["app -> opt/app", LINK, LODASH]], &["lodash 4.17.20 in opt/app/node_modules/lodash/package.json"]);
}

#[test]
fn what_upper_layers_hide_is_not_there() {
    let base = [LINK, LODASH];
    let gap = "gap app/node_modules: it is a symbolic link to /srv/nm, which is not there";
    let newer = ["lodash 4.17.21 in app/node_modules/lodash/package.json"];
    let cases: [(&str, &[&str]); 12] = [
        ("srv/nm/.wh.lodash", &[]),
        ("srv/nm/lodash/.wh.package.json", &[]),
        ("srv/nm/.wh..wh..opq", &[]),
        ("app/node_modules/.wh.lodash", &[]),
        ("srv/nm/lodash = 1", &[]),
        ("srv/.wh.nm", &[gap]),
        ("srv = 1", &[gap]),
        // Of the link alone.
        ("app/.wh.node_modules", &[]),
        ("app/node_modules/", &[]),
        ("app/node_modules = 1", &[]),
        (r#"srv/nm/lodash/package.json = {"name":"lodash","version":"4.17.21"}"#, &newer),
        (r#"app/node_modules/lodash/package.json = {"name":"lodash","version":"4.17.21"}"#, &newer),
    ];
    for (upper, expected) in cases {
        check(&[&base, &[upper]], expected);
        check(&[&[LODASH], &[LINK], &[upper]], expected);
        check(&[&[LINK], &[LODASH], &["etc/x = 1"], &[upper]], expected);
    }
    // Within a layer what comes last counts.
    let older = r#"srv/nm/lodash/package.json = {"name":"lodash","version":"4.17.19"}"#;
    check(&[&[LINK, older, LODASH]], FOUND);
    check(&[&[LINK, LODASH, "srv/nm/lodash = 1"]], &[]);
}

#[test]
fn what_is_told_where_it_lies_is_not_told_again() {
    let package = r#"node_modules/foo/package.json = {"name":"foo","version":"1.0.0"}"#;
    let foo = ["foo 1.0.0 in node_modules/foo/package.json"];
    check(&[&["a/node_modules -> ../node_modules", package]], &foo);
    check(&[&[package], &["a/node_modules -> /node_modules"]], &foo);
    // Merged systems and environments.
    let global: &str = &format!("usr/lib/{package}");
    check(&[&["lib -> usr/lib", global]], &["foo 1.0.0 in usr/lib/node_modules/foo/package.json"]);
    let jinja = "python3.12/site-packages/jinja2-2.11.1.dist-info/METADATA = Name: jinja2\nVersion: 2.11.1\n";
    let in_lib: &str = &format!("venv/lib/{jinja}");
    check(
        &[&["venv/lib64 -> lib", in_lib]],
        &["jinja2 2.11.1 in venv/lib/python3.12/site-packages/jinja2-2.11.1.dist-info/METADATA"],
    );
    // Readers do not go by this folder's name to find packages.
    let metadata = "opt/pylibs/jinja2-2.11.1.dist-info/METADATA = Name: jinja2\nVersion: 2.11.1\n";
    let packages = "usr/lib/python3/dist-packages -> /opt/pylibs";
    let found = ["jinja2 2.11.1 in opt/pylibs/jinja2-2.11.1.dist-info/METADATA"];
    check(&[&[packages, metadata]], &found);
    check(&[&[packages], &[metadata]], &found);
    check(&[&[metadata], &["app/site-packages -> /opt/pylibs"]], &found);
    // pnpm and workspaces.
    check(
        &[&[
            "a/node_modules/foo -> .pnpm/foo@1.0.0/node_modules/foo",
            r#"a/node_modules/.pnpm/foo@1.0.0/node_modules/foo/package.json = {"name":"foo","version":"1.0.0"}"#,
        ]],
        &["foo 1.0.0 in a/node_modules/.pnpm/foo@1.0.0/node_modules/foo/package.json"],
    );
    let member = r#"packages/pkg/package.json = {"name":"pkg","version":"1.0.0"}"#;
    check(&[&["node_modules/pkg -> ../packages/pkg", member]], &[]);
    // In a folder of packages that is linked as a whole, packages have such folders of their own.
    let inner = r#"srv/nm/lodash/node_modules/b/package.json = {"name":"b","version":"2.0.0"}"#;
    check(&[&[LINK, LODASH, inner]], &["b 2.0.0 in srv/nm/lodash/node_modules/b/package.json", FOUND[0]]);
}

#[test]
fn links_to_nothing_and_to_empty_folders_are_left_alone() {
    for target in ["nothing", "../empty", "../file", "..", "/"] {
        for name in ["conda-meta", "ebin", "specifications", "requirements", "vendor", "x.dist-info"] {
            if name == "vendor" && target == "nothing" {
                continue;
            }
            check(&[&[&format!("app/{name} -> {target}"), "empty/", "file = 1"]], &[]);
        }
    }
    check(&[&["app/node_modules -> ../empty", "empty/"]], &[]);
    // The root is no folder of packages.
    let app = r#"app/package.json = {"name":"app","version":"1.0.0"}"#;
    let root = "node_modules: it is a symbolic link to the root, which is not read as a folder of packages";
    check(&[&["node_modules -> /", app]], &[&format!("gap {root}")]);
    check(&[&["app/node_modules -> ../../..", app]], &[&format!("gap app/{root}")]);
    check(&[&["app/node_modules -> ../other", "other -> /", app]], &[&format!("gap app/{root}")]);
}

/// Node finds what is around the link as well; it is told once, however often the link leads through itself.
#[test]
fn a_link_to_a_folder_that_it_lies_in_tells_what_is_there_once() {
    let app = r#"srv/app/package.json = {"name":"app","version":"1.0.0"}"#;
    let inner = r#"srv/app/x/package.json = {"name":"x","version":"2.0.0"}"#;
    check(&[&["srv/app/node_modules -> ..", app]], &["app 1.0.0 in srv/app/node_modules/app/package.json"]);
    check(&[&["srv/app/node_modules -> .", app, inner]], &["x 2.0.0 in srv/app/node_modules/x/package.json"]);
    let links: Vec<String> = (0..100).map(|number| format!("srv/app/x{number}/node_modules -> /srv/app")).collect();
    let lines: Vec<&str> = links.iter().map(String::as_str).chain([app, inner]).collect();
    check(&[&lines], &["x 2.0.0 in srv/app/x0/node_modules/x/package.json"]);
}

#[test]
fn what_packages_of_the_system_own_behind_a_link_is_theirs() {
    let debian = [
        "usr/lib/node_modules -> ../share/nodejs",
        r#"usr/share/nodejs/foo/package.json = {"name":"foo","version":"1.0.0"}"#,
        "usr/share/nodejs/broken/package.json = {\"name\":\"broken\",\"version\":1}",
        "var/lib/dpkg/info/node-foo.list = /.\n/usr\n/usr/share/nodejs/foo/package.json\n/usr/share/nodejs/broken/package.json\n",
        "var/lib/dpkg/status = Package: node-foo\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-1\n",
    ];
    let found = "node-foo 1.0-1 in var/lib/dpkg/status";
    check(&[&debian], &[found]);
    check(&[&debian[1..], &debian[..1]], &[found]);
    // What npm installs there is not.
    let bar = r#"usr/share/nodejs/bar/package.json = {"name":"bar","version":"2.0.0"}"#;
    check(&[&debian, &[bar]], &["bar 2.0.0 in usr/lib/node_modules/bar/package.json", found]);
    let go = [
        "usr/lib/go -> go-1.22",
        "usr/lib/go-1.22/VERSION = go1.22.3\n",
        "var/lib/dpkg/info/golang-1.22-go.list = /usr/lib/go-1.22/VERSION\n",
        "var/lib/dpkg/status = Package: golang-1.22-go\nStatus: install ok installed\nArchitecture: all\nVersion: 1.22.3-1\n",
    ];
    check(&[&go], &["golang-1.22-go 1.22.3-1 in var/lib/dpkg/status"]);
}

#[test]
fn hard_links_in_a_folder_behind_a_link_are_read() {
    let file = r#"srv/x = {"name":"lodash","version":"4.17.20"}"#;
    let hard = "srv/nm/lodash/package.json => srv/x";
    check(&[&[LINK, file, hard]], FOUND);
    check(&[&[LINK, file], &[hard]], FOUND);
    check(&[&[file], &[hard], &[LINK]], FOUND);
}

#[test]
fn of_several_links_to_one_folder_one_tells_it() {
    let (a, b) = ("a/node_modules -> /srv/nm", "b/node_modules -> ../srv/nm");
    let (by_a, by_b) = (
        ["lodash 4.17.20 in a/node_modules/lodash/package.json"],
        ["lodash 4.17.20 in b/node_modules/lodash/package.json"],
    );
    check(&[&[b, a, LODASH]], &by_a);
    check(&[&[LODASH], &[a, b]], &by_a);
    // Of the lowest layer that is not hidden.
    check(&[&[b, LODASH], &[a]], &by_b);
    check(&[&[b], &[a], &[LODASH]], &by_b);
    check(&[&[b, LODASH], &[a], &["b/.wh.node_modules"]], &by_a);
    let many: Vec<String> = (10..50).map(|number| format!("app{number}/node_modules -> /srv/nm")).collect();
    let lines: Vec<&str> = many.iter().map(String::as_str).chain([LODASH]).collect();
    check(&[&lines], &["lodash 4.17.20 in app10/node_modules/lodash/package.json"]);
    // What is in scopes of other names is the same.
    check(
        &[&["a/node_modules/@x -> /srv/nm", "a/node_modules/@y -> /srv/nm", LODASH]],
        &["lodash 4.17.20 in a/node_modules/@x/lodash/package.json"],
    );
    // What other readers go by is told as well.
    let numpy = r#"srv/nm/numpy.json = {"name":"numpy","version":"1.26.0"}"#;
    check(
        &[&["a/node_modules -> /srv/nm", "a/conda-meta -> /srv/nm", "b/conda-meta -> /srv/nm", LODASH, numpy]],
        &[by_a[0], "numpy 1.26.0 in a/conda-meta/numpy.json"],
    );
    let metadata = "opt/x/METADATA = Metadata-Version: 2.1\nName: jinja2\nVersion: 2.11.1\n";
    check(
        &[&["b/x-1.dist-info -> /opt/x", "a/x-1.dist-info -> /opt/x", metadata]],
        &["jinja2 2.11.1 in a/x-1.dist-info/METADATA"],
    );
    check(
        &[&["b/x-1.dist-info -> /opt/x", metadata], &["a/x-1.dist-info -> /opt/x"]],
        &["jinja2 2.11.1 in b/x-1.dist-info/METADATA"],
    );
    // One in the folder of a package, to that of all of them.
    let foo = r#"srv/nm/foo/package.json = {"name":"foo","version":"1.0.0"}"#;
    check(
        &[&["srv/nm/foo/node_modules -> ..", foo, LODASH]],
        &[
            "foo 1.0.0 in srv/nm/foo/node_modules/foo/package.json",
            "lodash 4.17.20 in srv/nm/foo/node_modules/lodash/package.json",
        ],
    );
}

#[test]
fn what_cannot_be_read_behind_a_link_is_a_gap() {
    let nameless = r#"srv/nm/x/package.json = {"name":"x","version":1}"#;
    check(
        &[&[LINK, nameless]],
        &[
            "gap app/node_modules/x/package.json: it states no name and version that can be used, so that its package is left out",
        ],
    );
    check(
        &[&["app/conda-meta -> ../meta", "meta/x.json ?"]],
        &[
            "gap app/conda-meta/x.json: it is a symbolic link to meta/x.json, which is no regular file but a pipe, socket or device",
        ],
    );
    check(
        &[&["app/conda-meta -> ../meta", "meta -> app/conda-meta"]],
        &["gap app/conda-meta: it leads through symbolic links in a circle"],
    );
}

/// Each of them asks the one layer with 24 questions, and takes the 13 bytes of its path and of the folder's.
#[test]
fn more_links_than_are_followed_are_a_gap() {
    let links: Vec<String> = (0..30_000).map(|number| format!("l/{number:05}/ebin -> /e")).collect();
    let mut lines: Vec<&str> = links.iter().map(String::as_str).collect();
    lines.push("e/");
    let left_out = 30_000 - super::MOST_QUESTIONS / 37;
    let reason = "symbolic links to folders with packages are not followed, because there are too many of them";
    check(&[&lines], &[&format!("gap : {left_out} {reason}")]);
}
