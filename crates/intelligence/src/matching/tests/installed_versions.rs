//! Versions of languages as bills of materials and lock files write them, and what is no version.

use super::*;

const ADVISORIES: &str = "
    advisory ghsa GHSA-1 CVE-2024-0001
      cargo bin a < 99.0.0
      composer bin a/b >= 2.0.0, < 2.5.0
      gem bin a < 99
      golang bin a.example/b < 99.0.0
      hex bin a < 99.0.0
      maven bin g:a < 99
      npm bin a < 99.0.0
      nuget bin a < 99.0.0
      pypi bin a < 99
      swift bin a.example/b < 99.0.0
    advisory ghsa GHSA-2 CVE-2024-0002
      npm bin every *";

fn reasons(packages: &[&str]) -> Vec<String> {
    let gaps = matches(ADVISORIES, NONE, packages).gaps;
    assert!(gaps.iter().all(|gap| gap.is_from_matching() && !gap.is_about_matching()), "{gaps:?}");
    gaps.into_iter().map(|gap| gap.reason).collect()
}

#[test]
fn what_is_no_version_meets_no_range_and_is_a_gap() {
    for line in [
        "cargo a ^0.1",
        "cargo a *",
        "composer a/b ^2.0",
        "composer a/b 2.*",
        "composer a/b dev-main",
        "composer a/b DEV-2.x",
        "composer a/b master",
        "gem a ~>5.2",
        "gem a >=5.2",
        "golang a.example/b (devel)",
        "golang a.example/b main",
        "hex a git@abc",
        "hex a git@0123456789abcdef",
        "maven g:a [1.0,2.0)",
        "maven g:a ${v}",
        "maven g:a @project.version@",
        "maven g:a unspecified",
        "maven g:a LATEST",
        "maven g:a 1.+",
        "npm a ^6.5.1",
        "npm a latest",
        "npm a 4.x",
        "npm a >=4.0.0",
        "npm a git+https://github.com/x/a.git#1234567",
        "nuget a 12.*",
        "nuget a [1.0,)",
        "pypi a unknown",
        "pypi a >=3.0",
        "pypi a ==3.0",
        "pypi a 3.2.*",
        "pypi a git+https://github.com/x/a@1.0",
        "pypi a 0123456789abcdef0123456789abcdef01234567",
        "swift a.example/b main@x",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let told = format!("the version of 1 package such as {} `{}` cannot be compared, ", words[1], words[2]);
        assert_eq!(reasons(&[line]), [format!("{told}so that advisories may be missed")], "{line}");
        check(ADVISORIES, NONE, &[line], &[]);
    }
}

#[test]
fn odd_versions_are_compared() {
    for line in [
        "cargo a 0.1.0+build.5",
        "composer a/b v2.1.0-RC1",
        "composer a/b 2.4.0-beta2",
        "composer a/b 2.4-dev",
        "gem a 5.2.0.rc1",
        "gem a 1.13.0-x86_64-linux",
        "golang a.example/b v0.0.0-20240101000000-abcdefabcdef",
        "golang a.example/b v2.0.0+incompatible",
        "hex a 1.6.0-rc.0",
        "maven g:a 31.1-jre",
        "maven g:a Finchley.SR2",
        "maven g:a Hoxton.RELEASE",
        "maven g:a 1.0.x-SNAPSHOT",
        "maven g:a 2.0(build-5)",
        "npm a v4.17.15",
        "npm a =4.17.15",
        "npm a 4.17",
        "npm a 1.0.0-beta.x",
        "nuget a 4.0.30506.0",
        "pypi a 1.0+ubuntu1",
        "pypi a 0!2.0",
        "pypi a 2004d",
        "pypi a 7.5.3~deb10u1",
        "pypi a 0.1.0.dev-r123",
    ] {
        assert_eq!(matches(ADVISORIES, NONE, &[line]).findings.len(), 1, "{line}");
        assert_eq!(reasons(&[line]), [] as [&str; 0], "{line}");
    }
}

#[test]
fn versions_that_cannot_be_compared_are_one_gap_where_it_matters() {
    assert_eq!(
        reasons(&["npm other latest", "pypi a unknown", "npm a latest", "npm a 1.0.0"]),
        ["the versions of 2 packages such as a `unknown` cannot be compared, so that advisories may be missed"]
    );
    assert_eq!(reasons(&["npm other latest"]), [] as [&str; 0]);
    check(ADVISORIES, NONE, &["npm every latest"], &["every CVE-2024-0002 - affected"]);
    assert_eq!(reasons(&["npm every latest"]), [] as [&str; 0]);
}

#[test]
fn a_branch_of_composer_is_the_newest_of_its_line() {
    let lines = ["composer a/b 2.x-dev", "composer a/b 2.4.x-dev", "composer a/b v2.5.X-dev", "composer a/b 1.x-dev"];
    check(ADVISORIES, NONE, &lines, &["a/b CVE-2024-0001 2.5.0 affected"]);
    assert_eq!(matches(ADVISORIES, NONE, &lines).findings[0].package, 1);
    assert_eq!(reasons(&lines), [] as [&str; 0]);
}

#[test]
fn go_itself_is_also_named_std() {
    let advisories = "
        advisory golang GO-1 CVE-2024-0001
          golang bin stdlib < 1.21.8";
    let packages = ["golang std 1.19", "golang std go1.21rc2", "golang std v1.21.7", "golang std 1.21.8"];
    let found = found(advisories, NONE, &packages);
    assert_eq!(found, ["std CVE-2024-0001 1.21.8 affected"; 3]);
}
