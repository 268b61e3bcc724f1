use proptest::prelude::*;

use super::*;

fn check(text: &str, canonical: &str) {
    let purl: Purl = text.parse().unwrap();
    assert_eq!(purl.to_string(), canonical, "{text}");
    assert_eq!(canonical.parse::<Purl>().unwrap(), purl, "{text}");
}

// Cases of the kinds in the specification's own test suite (package-url/purl-spec, tests).
#[test]
fn separators_and_order_become_canonical() {
    check("pkg:maven/org.apache.commons/io@1.3.4", "pkg:maven/org.apache.commons/io@1.3.4");
    check("PKG:maven/org.apache.commons/io@1.3.4", "pkg:maven/org.apache.commons/io@1.3.4");
    check("pkg:/maven/org.apache.commons/io", "pkg:maven/org.apache.commons/io");
    check("pkg://maven/org.apache.commons/io", "pkg:maven/org.apache.commons/io");
    check("pkg:MAVEN///org.apache.commons//io/@1", "pkg:maven/org.apache.commons/io@1");
    check("pkg:/maven//org.apache/a@1.0?classifier=", "pkg:maven/org.apache/a@1.0");
    check("pkg:nginx/nginx@0.8.9?b=2&&a=1", "pkg:nginx/nginx@0.8.9?a=1&b=2");
    check("pkg:gem/jruby-launcher@1.1.2?Platform=java", "pkg:gem/jruby-launcher@1.1.2?platform=java");
    check(
        "pkg:deb/debian/curl@7.50.3-1?distro=jessie&arch=i386",
        "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
    );
}

#[test]
fn subpaths_lose_dots_and_empty_segments() {
    let plain = "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations";
    check("pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/", plain);
    check("pkg:golang/google.golang.org/genproto@abcdedf#googleapis/../api/./annotations", plain);
    check("pkg:golang/google.golang.org/genproto@abcdedf#googleapis//%2E%2E/api/annotations", plain);
    check("pkg:npm/a@1#..", "pkg:npm/a@1");
}

#[test]
fn names_are_normalised_as_their_type_says() {
    check("pkg:bitbucket/birKenfeld/pyGments-main@244fd47e", "pkg:bitbucket/birkenfeld/pygments-main@244fd47e");
    check("pkg:github/Package-url/purl-Spec@244FD", "pkg:github/package-url/purl-spec@244FD");
    check("pkg:golang/github.com/Azure/Azure-sdk@v1.0", "pkg:golang/github.com/azure/azure-sdk@v1.0");
    check("pkg:composer/Laravel/Laravel@5.5.0", "pkg:composer/laravel/laravel@5.5.0");
    check("pkg:hex/Acme/Foo@2.3", "pkg:hex/acme/foo@2.3");
    check("pkg:PYPI/Django_package@1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1");
    check("pkg:Rpm/Fedora/Curl@7.50.3-1.fc25?Arch=i386", "pkg:rpm/fedora/Curl@7.50.3-1.fc25?arch=i386");
    check("pkg:apk/Alpine/Curl@7.83.0-r0", "pkg:apk/alpine/curl@7.83.0-r0");
    check("pkg:alpm/Arch/Pacman@6.0.1-1", "pkg:alpm/arch/pacman@6.0.1-1");
    check("pkg:oci/Debian@sha256:244fd47e", "pkg:oci/debian@sha256:244fd47e");
    check("pkg:bitnami/WordPress@6.2.0", "pkg:bitnami/wordpress@6.2.0");
    check("pkg:huggingface/microsoft/Deberta@559062AD", "pkg:huggingface/microsoft/Deberta@559062ad");
    check("pkg:pub/Char-acters@1.2.0", "pkg:pub/char_acters@1.2.0");
}

#[test]
fn names_keep_their_case_where_it_counts() {
    for purl in [
        "pkg:npm/JSONStream@1.3.5",
        "pkg:maven/HTTPClient/HTTPClient@0.3-3",
        "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
        "pkg:cargo/Inflector@0.11.4",
        "pkg:cran/A3@0.9.1",
        "pkg:hackage/3d-graphics-examples@0.0.0.2",
        "pkg:cocoapods/AFNetworking@4.0.1",
        "pkg:cocoapods/ShareKit@2.0#Twitter",
        "pkg:swift/github.com/Alamofire/Alamofire@5.4.3",
        "pkg:gem/ruby-Advisory@1.0",
        "pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&channel=main&subdir=linux-64&type=tar.bz2",
        "pkg:conan/openssl.org/openssl@3.0.3?channel=stable&user=bincrafters",
        "pkg:docker/cassandra@sha256:244fd47e07d1004f0aed9c",
    ] {
        check(purl, purl);
    }
}

#[test]
fn text_between_separators_is_percent_encoded() {
    check("pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1");
    check("pkg:npm/@angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1");
    check("pkg:npm/@angular/animation", "pkg:npm/%40angular/animation");
    check("pkg:deb/debian/dpkg@1:2.0+b1", "pkg:deb/debian/dpkg@1:2.0%2Bb1");
    check(
        "pkg:maven/mygroup/myartifact@1.0.0 Final?mykey=my value",
        "pkg:maven/mygroup/myartifact@1.0.0%20Final?mykey=my%20value",
    );
    check("pkg:github/a/b@release/1.0", "pkg:github/a/b@release%2F1.0");
    check("pkg:generic/b\u{e4}r@1.0%C3%A9", "pkg:generic/b%C3%A4r@1.0%C3%A9");
    check("pkg:generic/100%@50%zz", "pkg:generic/100%25@50%25zz");
    check("pkg:generic/a@1?checksum=sha1:ad95,sha256:de4d", "pkg:generic/a@1?checksum=sha1:ad95%2Csha256:de4d");
    check(
        "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?repositorY_url=repo.spring.io/release&classifier=sources",
        "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources&repository_url=repo.spring.io%2Frelease",
    );
    check(
        "pkg:docker/customer/dockerimage@sha256%3A244fd47e?repository_url=gcr.io",
        "pkg:docker/customer/dockerimage@sha256:244fd47e?repository_url=gcr.io",
    );
}

#[test]
fn text_that_is_no_purl_is_refused() {
    for bad in [
        "",
        "npm/a",
        "pkg",
        "pkg:npm",
        "pkg:npm/",
        "pkg:maven/@1.3.4",
        "pkg:EnterpriseLibrary.Common@6.0.1304",
        "EnterpriseLibrary.Common@6.0.1304",
        "pkg:n&g?inx/nginx@0.8.9",
        "pkg:3nginx/nginx@0.8.9",
        "pkg:npm/a?b",
        "pkg:npm/a@1.0.0?in%20production=true",
        "pkg:npm/a@1.0.0?in production=true",
        "pkg:npm/a@1.0.0?=true",
    ] {
        assert!(bad.parse::<Purl>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn canonical_text_reads_back_as_itself(
        namespace in proptest::option::of("[a-z@./%~ é]{1,8}"),
        name in "[A-Za-z0-9@:+?#&=%_é-]{1,8}",
        version in proptest::option::of("[0-9a-z@:+~/?#&= ]{1,8}"),
        value in "\\PC{0,6}",
    ) {
        let purl = Purl::new("generic", namespace.as_deref(), &name, version.as_deref()).with_qualifier("key", &value);
        prop_assert_eq!(purl.to_string().parse::<Purl>().unwrap(), purl);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "(pkg:[a-z]{1,3}/)?\\PC{0,40}", ascii in "pkg:[a-z/@%?#&=.0-9]{0,24}") {
        for text in [text, ascii] {
            if let Ok(purl) = text.parse::<Purl>() {
                prop_assert_eq!(purl.to_string().parse::<Purl>().unwrap(), purl);
            }
        }
    }
}
