//! Which files a target reads, and as which ecosystem.

/// The files of one format family.
pub(super) struct Family {
    pub(super) target: &'static str,
    pub(super) ecosystem: &'static str,
    /// The input's first byte chooses among them.
    pub(super) paths: &'static [&'static str],
    /// Whether the reader works on the bytes as they arrive, so that other pieces must not change what it finds.
    pub(super) is_streamed: bool,
}

const fn family(target: &'static str, ecosystem: &'static str, paths: &'static [&'static str]) -> Family {
    Family { target, ecosystem, paths, is_streamed: false }
}

pub(super) const FAMILIES: &[Family] = &[
    family("accounts", "accounts", &["etc/passwd"]),
    family("apk", "apk", &["lib/apk/db/installed"]),
    family("bitnami", "bitnami", &["opt/bitnami/.bitnami_components.json", "opt/bitnami/x/.spdx-x.spdx"]),
    family("cocoapods", "cocoapods", &["ios/Podfile.lock", "ios/Podfile"]),
    family("conan", "conan", &["conan.lock", "conanfile.txt"]),
    family(
        "conda",
        "conda",
        &[
            "conda-meta/a-1.0-0.json",
            "environment.yml",
            "conda-lock.yml",
            "conda-linux-64.lock",
            "pixi.lock",
            "pixi.toml",
        ],
    ),
    family("dart", "dart", &["pubspec.lock", "pubspec.yaml", "pubspec_overrides.yaml"]),
    family(
        "dotnet",
        "dotnet",
        &[
            "app/x.deps.json",
            "packages.lock.json",
            "obj/project.assets.json",
            "packages.config",
            "Directory.Packages.props",
            "a.csproj",
            "packages.a.config",
            "eng/a.props.import.proj",
        ],
    ),
    Family { is_streamed: true, ..family("dpkg", "dpkg", &["var/lib/dpkg/status"]) },
    family("dpkg_copyright", "dpkg", &["usr/share/doc/x/copyright"]),
    family(
        "dpkg_other",
        "dpkg",
        &[
            "var/lib/dpkg/status.d/base",
            "var/lib/dpkg/status.d/base.md5sums",
            "var/lib/dpkg/info/x.list",
            "var/lib/chisel/manifest.wall",
        ],
    ),
    family("elixir", "elixir", &["mix.lock", "rebar.lock", "mix.exs", "ebin/a.app", "rebar.config"]),
    Family { is_streamed: true, ..family("executables", "binaries", &["usr/bin/program"]) },
    family(
        "executable_releases",
        "binaries",
        &["opt/java/release", "usr/lib/erlang/releases/25/OTP_VERSION", "lib/rustlib/multirust-channel-manifest.toml"],
    ),
    family("go", "go", &["go.mod", "go.sum", "vendor/modules.txt", "usr/local/go/VERSION", "go.work"]),
    family("haskell", "haskell", &["stack.yaml.lock", "cabal.project.freeze", "a.cabal", "package.yaml", "stack.yaml"]),
    family("jar", "java", &["app/a-1.0.jar"]),
    family(
        "java",
        "java",
        &[
            "META-INF/maven/g/a/pom.properties",
            "app/pom.xml",
            "gradle.lockfile",
            "build.sbt.lock",
            "build.gradle",
            "build.sbt",
            "project/Dependencies.scala",
        ],
    ),
    family("julia", "julia", &["Manifest.toml", "Project.toml"]),
    family("npm", "npm", &["package-lock.json", "npm-shrinkwrap.json"]),
    family("npm_bun", "npm", &["bun.lock"]),
    family("npm_package", "npm", &["node_modules/a/package.json", "app/package.json"]),
    family("npm_pnpm", "npm", &["pnpm-lock.yaml"]),
    family("npm_yarn", "npm", &["yarn.lock"]),
    family("php", "php", &["composer.lock", "vendor/composer/installed.json", "composer.json"]),
    family(
        "python",
        "python",
        &[
            "requirements.txt",
            "Pipfile",
            "Pipfile.lock",
            "poetry.lock",
            "uv.lock",
            "pdm.lock",
            "pylock.toml",
            "pyproject.toml",
            "script.py.lock",
            "requirements.lock",
        ],
    ),
    family(
        "python_installed",
        "python",
        &[
            "lib/a-1.0.dist-info/METADATA",
            "lib/a.egg-info/PKG-INFO",
            "lib/a-1.0-py3.egg-info",
            "lib/a-1.0-py3.egg",
            "bin/a.pyz",
        ],
    ),
    family("r", "r", &["usr/lib/R/library/a/DESCRIPTION", "renv.lock"]),
    family(
        "release",
        "release",
        &[
            "etc/os-release",
            "etc/alpine-release",
            "etc/debian_version",
            "etc/lsb-release",
            "etc/redhat-release",
            "etc/SuSE-release",
        ],
    ),
    family("rpm_bdb", "rpm", &["var/lib/rpm/Packages"]),
    family("rpm_manifest", "rpm", &["var/lib/rpmmanifest/container-manifest-2"]),
    family("rpm_ndb", "rpm", &["usr/lib/sysimage/rpm/Packages.db"]),
    family("rpm_sqlite", "rpm", &["var/lib/rpm/rpmdb.sqlite"]),
    family("ruby", "ruby", &["Gemfile.lock", "specifications/a-1.0.gemspec"]),
    family("rust", "rust", &["Cargo.lock"]),
    family("swift", "swift", &["Package.resolved", "Package.swift"]),
    family(
        "wordpress",
        "wordpress",
        &["wp-includes/version.php", "wp-content/plugins/a/a.php", "wp-content/themes/a/style.css"],
    ),
];
