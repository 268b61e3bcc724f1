//! Files of language packages that do not tell what belongs in them: each is a package after all, or a gap.

use serde_json::Value;
use test_support::{Storage, TestImages};

use crate::feeds::intelligence;
use crate::run::{Program, text};

/// `NAME VERSION PATH` of each package.
fn packages(report: &Value) -> Vec<String> {
    let packages = report["packages"].as_array().unwrap().iter();
    let told = |package: &Value| {
        format!("{} {} {}", text(&package["name"]), text(&package["version"]), text(&package["paths"][0]))
    };
    packages.map(told).collect()
}

/// `PATH: REASON` of each gap.
fn gaps(report: &Value) -> Vec<String> {
    let gaps = report["gaps"].as_array().unwrap().iter();
    let mut told: Vec<String> = gaps.map(|gap| format!("{}: {}", text(&gap["path"]), text(&gap["reason"]))).collect();
    told.sort();
    told
}

#[test]
fn files_that_requirements_take_in_are_read_or_gaps() {
    let program = Program::new();
    let lines = [
        "-r deps/base.txt",
        "-r missing.txt",
        "--requirement=../outside.txt",
        "-c constraints.txt",
        "-r https://user:secret@h.example/a/remote.txt",
        "-r ${HERE}/a.txt",
        "-r requirements-dev.txt",
        "flask==2.0.0",
    ];
    program.write("app/requirements.txt", lines.join("\n"));
    program.write("app/deps/base.txt", "django==4.2.1\n-r deeper.txt\n");
    program.write("app/deps/deeper.txt", "six==1.0\n");
    program.write("app/requirements-dev.txt", "# nothing\n");
    program.write("app/constraints.txt", "attrs==1\n");
    program.write("outside.txt", "attrs==1\n");
    let report = program.scan(&intelligence(), &["dir:app"]);
    assert_eq!(packages(&report), ["django 4.2.1 deps/base.txt", "flask 2.0.0 requirements.txt"]);
    assert_eq!(
        gaps(&report),
        [
            "deps/base.txt: it refers to deeper.txt, which is not read because of its name; what it asks for is unknown",
            "requirements.txt: it refers to ${HERE}/a.txt, which depends on the environment; what it asks for is unknown",
            "requirements.txt: it refers to ../outside.txt, which lies outside of the target; what it asks for is unknown",
            "requirements.txt: it refers to constraints.txt, which is not read because of its name; which versions it sets is unknown",
            "requirements.txt: it refers to missing.txt, which is not there; what it asks for is unknown",
            "requirements.txt: it refers to remote.txt, which is not fetched; what it asks for is unknown",
        ]
    );
    let japanese = program.run(&["scan", "--lang", "ja", "--detectors", "vulnerabilities", "dir:app"]).stdout;
    assert!(!japanese.contains("it refers to"), "{japanese}");
}

#[test]
fn files_that_projects_of_dotnet_import_are_read_or_gaps() {
    let program = Program::new();
    let lines = [
        r#"<Project><Import Project="$(MSBuildToolsPath)\Microsoft.CSharp.targets"/>"#,
        r#"<Import Project="eng\Packages.Common.props"/><Import Project="missing.props"/>"#,
        r#"<Import Project="optional.props" Condition="Exists('optional.props')"/>"#,
        r#"<Import Project="$(SolutionDir)\.nuget\NuGet.targets" Condition="Exists('$(SolutionDir)\.nuget\NuGet.targets')"/>"#,
        r#"<Import Project="..\packages\X.1.0\build\X.props" Condition="Exists('..\packages\X.1.0\build\X.props')"/>"#,
        r#"<Import Project="..\outside.props"/><Import Project="eng\*.props"/><Import Project="$(Unknown)\x.props"/>"#,
        r#"<ItemGroup><PackageVersion Include="Alpha" Version="1.0.0"/></ItemGroup></Project>"#,
    ];
    let imported = r#"<Project><Import Project="deeper.props"/><ItemGroup><PackageVersion Include="Beta" Version="2.0.0"/></ItemGroup></Project>"#;
    program.write("app/Directory.Packages.props", lines.join("\n"));
    program.write("app/eng/Packages.Common.props", imported);
    program.write("app/eng/deeper.props", "<Project/>");
    program.write("outside.props", "<Project/>");
    let report = program.scan(&intelligence(), &["dir:app"]);
    assert_eq!(packages(&report), ["Alpha 1.0.0 Directory.Packages.props", "Beta 2.0.0 eng/Packages.Common.props"]);
    assert_eq!(
        gaps(&report),
        [
            "Directory.Packages.props: it refers to $(Unknown)/x.props, which depends on the environment; what it asks for is unknown",
            "Directory.Packages.props: it refers to ../outside.props, which lies outside of the target; what it asks for is unknown",
            "Directory.Packages.props: it refers to eng/*.props, which is a pattern of names; what it asks for is unknown",
            "Directory.Packages.props: it refers to missing.props, which is not there; what it asks for is unknown",
            "eng/Packages.Common.props: it refers to deeper.props, which is not read because of its name; what it asks for is unknown",
        ]
    );
}

#[test]
fn imports_that_name_the_project_are_read_and_its_lock_file_tells_open_versions() {
    let program = Program::new();
    let asks = |name: &str, version: &str| {
        format!(r#"<ItemGroup><PackageReference Include="{name}" Version="{version}"/></ItemGroup>"#)
    };
    let of_all = r#"<Import Project="$(MSBuildThisFileDirectory)eng\$(MSBuildProjectName).props"/>"#;
    let of_one = r#"<Import Project="$(MSBuildProjectDirectory)\..\..\eng\$(MSBuildThisFileName).extra.targets"/>"#;
    let lock = r#"{"version":1,"dependencies":{"net8.0":{"Open":{"type":"Direct","resolved":"6.0.1"}}}}"#;
    program.write("app/Directory.Build.props", format!("<Project>{of_all}</Project>"));
    program.write("app/eng/A.props", format!("<Project>{}</Project>", asks("Alpha", "1.0.0")));
    program.write("app/eng/B.props", format!("<Project>{}</Project>", asks("Beta", "2.0.0")));
    program.write("app/eng/B.extra.targets", format!("<Project>{}</Project>", asks("Gamma", "3.0.0")));
    program.write("app/src/A/A.csproj", "<Project/>");
    program.write("app/src/B/B.csproj", format!("<Project>{of_one}{}</Project>", asks("Open", "6.*")));
    program.write("app/src/B/packages.lock.json", lock);
    let report = program.scan(&intelligence(), &["dir:app"]);
    let expected = [
        "Alpha 1.0.0 eng/A.props",
        "Beta 2.0.0 eng/B.props",
        "Gamma 3.0.0 eng/B.extra.targets",
        "Open 6.0.1 src/B/packages.lock.json",
    ];
    assert_eq!((packages(&report), gaps(&report)), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_file_that_requirements_take_in_is_read_in_whatever_layer_it_lies() {
    let program = Program::new();
    let asks = "layer COPY a\n  app/requirements.txt = -r base.txt\\n\n";
    let asked = "layer COPY b\n  app/base.txt = django==4.2.1\\n\n";
    for (layers, expected) in [
        (format!("{asks}{asked}"), (vec!["django 4.2.1 app/base.txt"], 0)),
        (format!("{asked}{asks}"), (vec!["django 4.2.1 app/base.txt"], 0)),
        (format!("{asked}{asks}layer RUN rm\n  app/.wh.base.txt\n"), (vec![], 1)),
        (format!("{asked}{asks}layer RUN rm\n  app/.wh.requirements.txt\n"), (vec![], 0)),
    ] {
        program.write("a.tar", TestImages::parse(&layers, Storage::Gzip).oci_archive());
        // The second scan knows the image.
        for _ in 0..2 {
            let report = program.scan(&intelligence(), &["a.tar"]);
            assert_eq!(
                (packages(&report), gaps(&report).len()),
                (expected.0.iter().map(|it| (*it).to_owned()).collect(), expected.1),
                "{layers}"
            );
        }
    }
}

#[test]
fn wheels_and_places_are_packages_by_their_names_or_a_gap() {
    let program = Program::new();
    let lines = [
        "./wheels/Jinja2-3.1.2-py3-none-any.whl",
        "https://h.example/p/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl",
        "-e .",
        "-e git+https://user:secret@h.example/a/tool.git@main#egg=tool",
        "./odd.whl",
    ];
    program.write("app/requirements.txt", lines.join("\n"));
    let report = program.scan(&intelligence(), &["dir:app"]);
    assert_eq!(packages(&report), ["jinja2 3.1.2 requirements.txt", "torch 2.1.0+cpu requirements.txt"]);
    let reason = "requirements.txt: 2 of its requirements are places that tell no version (odd.whl, tool.git@main); name the package and pin with `==`";
    assert_eq!(gaps(&report), [reason]);
    assert!(!report.to_string().contains("secret"), "{report}");
}

/// The gaps for want of a lock file.
fn unlocked(program: &Program, target: &str) -> Vec<String> {
    let told = gaps(&program.scan(&intelligence(), &[target]));
    told.into_iter().filter(|gap| gap.contains("it names dependencies")).collect()
}

#[test]
fn manifests_without_a_lock_file_are_gaps_of_a_repository() {
    let program = Program::new();
    let package = r#"{"dependencies":{"lodash":"4.17.15"}}"#;
    program.write("shop/package.json", package);
    program.write("shop/api/pyproject.toml", "[project]\ndependencies = [\"Django==2.2.0\"]\n");
    program.write("shop/api/setup.py", "from setuptools import setup\nsetup(name='api')\n");
    program.write("shop/tool/Cargo.toml", "[dependencies]\nlibc = \"0.2\"\n");
    program.write("shop/tool/Cargo.lock", "[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\n");
    program.write("shop/node_modules/x/y/package.json", package);
    program.write("shop/app/build.gradle.kts", "dependencies {\n    implementation(\"a:b:1\")\n}\n");
    program.write("shop/core/build.gradle.kts", "dependencies {\n    api(project(\":app\"))\n}\n");
    program.write("shop/docs/Project.toml", "[deps]\nHTTP = \"cd3eb016-35fb-5094-929b-558a96fad6f3\"\n");
    let reason = "it names dependencies, and no lock file that is read lies beside or above it, so that their versions are unknown";
    let expected = [
        ("api/pyproject.toml", "uv lock"),
        ("docs/Project.toml", "julia --project -e 'import Pkg; Pkg.resolve()'"),
        ("package.json", "npm install --package-lock-only"),
    ];
    let mut expected = expected.map(|(path, command)| format!("{path}: {reason}; `{command}` writes one")).to_vec();
    let of_gradle = "app/build.gradle.kts: it names dependencies, and no `gradle.lockfile` lies beside or above it, so that \
                     their versions are unknown; `gradle dependencies --write-locks` writes one where the build turns on \
                     `dependencyLocking`";
    expected.insert(1, of_gradle.to_owned());
    assert_eq!(unlocked(&program, "dir:shop"), expected);
    assert_eq!(unlocked(&program, "rootfs:shop"), Vec::<String>::new());
    let japanese = program.run(&["scan", "--lang", "ja", "--detectors", "vulnerabilities", "dir:shop"]).stdout;
    assert!(!japanese.contains("it names dependencies"), "{japanese}");
}

#[test]
fn manifests_that_ask_for_parts_of_their_repository_are_no_gaps_of_it() {
    let program = Program::new();
    let write = |files: &[(&str, &str)]| {
        files.iter().for_each(|(path, text)| program.write(&format!("shop/{path}"), text));
    };
    write(&[
        ("rush.json", "{ /* Rush */ \"projects\": [{ \"projectFolder\": \"apps/a\" }] }"),
        ("common/config/rush/pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ("apps/a/package.json", r#"{"dependencies":{"lodash":"4.17.15"}}"#),
        ("node/package.json", r#"{"workspaces":["packages/*"],"dependencies":{"a":"^1.0.0"}}"#),
        ("node/packages/a/package.json", r#"{"name":"a","version":"1.2.0"}"#),
        ("rust/Cargo.toml", "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nb = { path = \"b\" }\n"),
        ("rust/a/Cargo.toml", "[dependencies]\nb.workspace = true\n"),
        ("rust/b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("ruby/parts/a/a.gemspec", "Gem::Specification.new\n"),
        ("ruby/Gemfile", "gemspec\npath 'parts' do\n  gem 'a'\nend\n"),
        ("ruby/own.gemspec", "Gem::Specification.new\n"),
        ("python/pyproject.toml", "[project]\ndependencies = [\"a\"]\n[tool.uv.sources]\na = { workspace = true }\n"),
        ("php/composer.json", r#"{"repositories":[{"type":"path","url":"parts/*"}],"require":{"a/b":"*"}}"#),
        ("php/parts/b/composer.json", r#"{"name":"a/b"}"#),
        ("app/Cargo.toml", "[dependencies]\nlibs = { path = \"../libs\" }\n"),
        ("app/Cargo.lock", "[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nsource = \"registry+https://h\"\n"),
        ("libs/Cargo.toml", "[package]\nname = \"libs\"\n[dependencies]\nlibc = \"0.2\"\n"),
    ]);
    assert_eq!(unlocked(&program, "dir:shop"), Vec::<String>::new());

    write(&[
        ("apps/b/package.json", r#"{"dependencies":{"lodash":"4.17.15"}}"#),
        ("node/packages/a/package.json", r#"{"name":"a","version":"2.0.0"}"#),
        ("rust/a/Cargo.toml", "[dependencies]\nb.workspace = true\nlibc = \"0.2\"\n"),
        ("ruby/own.gemspec", "Gem::Specification.new { |s| s.add_dependency 'rails' }\n"),
        ("python/pyproject.toml", "[project]\ndependencies = [\"a\"]\n"),
        ("php/parts/b/composer.json", r#"{"name":"a/c"}"#),
    ]);
    let told = unlocked(&program, "dir:shop");
    let paths: Vec<&str> = told.iter().filter_map(|gap| Some(gap.split_once(": ")?.0)).collect();
    let expected = [
        "apps/b/package.json",
        "node/package.json",
        "php/composer.json",
        "python/pyproject.toml",
        "ruby/Gemfile",
        "rust/a/Cargo.toml",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn metadata_without_name_or_version_is_a_gap() {
    let program = Program::new();
    let site = "root/usr/lib/python3/site-packages";
    program.write(&format!("{site}/a-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: a\n");
    program.write(&format!("{site}/b-1.egg-info/PKG-INFO"), "Metadata-Version: 2.1\nVersion: 1\n");
    program.write(&format!("{site}/c-1.dist-info/METADATA"), "");
    program.write(&format!("{site}/d-1.dist-info/METADATA"), "Name: d\nVersion: 1\n");
    program.write("root/app/node_modules/x/package.json", r#"{"name":"x","version":{"major":1}}"#);
    program.write("root/app/node_modules/y/package.json", r#"{"name":"y","version":7}"#);
    program.write("root/app/node_modules/z/package.json", r#"{"type":"module"}"#);
    let report = program.scan(&intelligence(), &["rootfs:root"]);
    let expected = ["d 1 usr/lib/python3/site-packages/d-1.dist-info/METADATA"];
    assert_eq!(packages(&report), expected);
    let reason = "it states no name and version that can be used, so that its package is left out";
    let paths = ["a-1.dist-info/METADATA", "b-1.egg-info/PKG-INFO", "c-1.dist-info/METADATA"];
    let python = paths.map(|path| format!("usr/lib/python3/site-packages/{path}: {reason}"));
    let node = ["x", "y"].map(|name| format!("app/node_modules/{name}/package.json: {reason}"));
    assert_eq!(gaps(&report), [&node[..], &python[..]].concat());
}

#[test]
fn lock_files_of_python_without_a_byte_are_gaps() {
    let program = Program::new();
    // The last one only keeps others from its script.
    for name in ["requirements-dev.lock", "requirements.lock", "uv.lock", "x.py.lock"] {
        program.write(&format!("app/{name}"), "");
    }
    let report = program.scan(&intelligence(), &["dir:app"]);
    let reason = "it is empty (0 bytes), so that what it locks is unknown";
    let expected = ["requirements-dev.lock", "requirements.lock", "uv.lock"].map(|name| format!("{name}: {reason}"));
    assert_eq!(gaps(&report), expected);
}

#[test]
fn archives_of_packages_without_a_byte_are_gaps() {
    let program = Program::new();
    for name in ["a.jar", "b.WAR", "c.egg", "node_modules/x/d.jar"] {
        program.write(&format!("app/{name}"), "");
    }
    program.write("app/notes.zip", "");
    let report = program.scan(&intelligence(), &["dir:app"]);
    let reason = "it is empty (0 bytes), so that the packages that belong in it are unknown";
    let expected = ["a.jar", "b.WAR", "c.egg", "node_modules/x/d.jar"].map(|name| format!("{name}: {reason}"));
    assert_eq!(gaps(&report), expected);
}
