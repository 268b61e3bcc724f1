//! Bills of materials as other tools write them: the packages, their sources and the distribution come out right.
//!
//! The documents are made up; the names of fields, properties and qualifiers are those of the tools.

use expect_test::{Expect, expect};
use formats::{Bill, read_bill};

/// What matching sees.
fn shown(bill: &Bill) -> String {
    let mut text = String::new();
    let inventory = &bill.inventory;
    if let Some(distribution) = &inventory.distribution {
        text += &format!("on {} {}\n", distribution.id, distribution.version);
    }
    for package in &inventory.packages {
        text += &format!("{} {} {}", package.ecosystem, package.name, package.version);
        if let Some(source) = &package.source {
            text += &format!(" from {} {}", source.name, source.version);
        }
        if let Some(module) = &package.module {
            text += &format!(" in {module}");
        }
        if package.development {
            text += " (development)";
        }
        for path in &package.paths {
            text += &format!(" at {path}");
        }
        for license in &package.licenses {
            text += &format!(" [{license}]");
        }
        let needs: Vec<&str> = package.dependencies.iter().map(|id| inventory.packages[*id].name.as_str()).collect();
        if !needs.is_empty() {
            text += &format!(" needs {}", needs.join(", "));
        }
        text += "\n";
    }
    for gap in &inventory.gaps {
        text += &format!("gap {}: {}\n", gap.path, gap.reason);
    }
    text
}

fn check(document: &str, expected: Expect) {
    expected.assert_eq(&shown(&read_bill(document.as_bytes()).unwrap()));
}

#[test]
fn trivy_cyclonedx() {
    check(
        r#"{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6",
        "metadata":{"tools":{"components":[{"type":"application","name":"trivy"}]},
          "component":{"bom-ref":"pkg:oci/shop@sha256:11","type":"container","name":"shop","purl":"pkg:oci/shop@sha256:11"}},
        "components":[
          {"bom-ref":"0f","type":"operating-system","name":"redhat","version":"8.9",
           "properties":[{"name":"aquasecurity:trivy:Class","value":"os-pkgs"},{"name":"aquasecurity:trivy:Type","value":"redhat"}]},
          {"bom-ref":"aa","type":"application","name":"app/package-lock.json",
           "properties":[{"name":"aquasecurity:trivy:Type","value":"npm"}]},
          {"bom-ref":"pkg:rpm/redhat/nodejs@16.20?arch=x86_64&distro=redhat-8.9&epoch=1","type":"library","name":"nodejs","version":"1:16.20-1.module+el8",
           "purl":"pkg:rpm/redhat/nodejs@16.20-1.module%2Bel8?arch=x86_64&distro=redhat-8.9&epoch=1",
           "licenses":[{"license":{"name":"MIT"}}],
           "properties":[{"name":"aquasecurity:trivy:Modularitylabel","value":"nodejs:16:8090020230101:abc"},
            {"name":"aquasecurity:trivy:PkgType","value":"redhat"},{"name":"aquasecurity:trivy:SrcEpoch","value":"1"},
            {"name":"aquasecurity:trivy:SrcName","value":"nodejs"},{"name":"aquasecurity:trivy:SrcRelease","value":"1.module+el8"},
            {"name":"aquasecurity:trivy:SrcVersion","value":"16.20"}]},
          {"bom-ref":"pkg:npm/%40babel/core@7.0.0","type":"library","group":"@babel","name":"core","version":"7.0.0",
           "purl":"pkg:npm/%40babel/core@7.0.0","licenses":null,
           "properties":[{"name":"aquasecurity:trivy:FilePath","value":"app/node_modules/@babel/core/package.json"}]}],
        "dependencies":[{"ref":"aa","dependsOn":["pkg:npm/%40babel/core@7.0.0"]}],"vulnerabilities":[]}"#,
        expect![[r#"
            on rhel 8.9
            npm @babel/core 7.0.0 at app/node_modules/@babel/core/package.json
            rpm nodejs 1:16.20-1.module+el8 from nodejs 1:16.20-1.module+el8 in nodejs:16:8090020230101:abc [MIT]
        "#]],
    );
}

#[test]
fn trivy_spdx() {
    check(
        r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"debian:12","packages":[
          {"name":"debian:12","SPDXID":"SPDXRef-ContainerImage-1","primaryPackagePurpose":"CONTAINER",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:oci/debian@sha256:11?arch=amd64"}]},
          {"name":"debian","SPDXID":"SPDXRef-OperatingSystem-2","versionInfo":"12.4","primaryPackagePurpose":"OPERATING-SYSTEM"},
          {"name":"app/go.mod","SPDXID":"SPDXRef-Application-3","primaryPackagePurpose":"APPLICATION","sourceInfo":"app/go.mod"},
          {"name":"libssl3","SPDXID":"SPDXRef-Package-4","versionInfo":"3.0.11-1~deb12u2","primaryPackagePurpose":"LIBRARY",
           "licenseDeclared":"NOASSERTION","sourceInfo":"built package from: openssl 3.0.11-1~deb12u2",
           "annotations":[{"annotator":"Tool: trivy-0.58.0","annotationType":"OTHER","comment":"PkgType: debian"}],
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
            "referenceLocator":"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.4"}]}],
        "relationships":[
          {"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-ContainerImage-1","relationshipType":"DESCRIBES"},
          {"spdxElementId":"SPDXRef-OperatingSystem-2","relatedSpdxElement":"SPDXRef-Package-4","relationshipType":"CONTAINS"}]}"#,
        expect![[r#"
            on debian 12.4
            deb libssl3 3.0.11-1~deb12u2 from openssl 3.0.11-1~deb12u2
        "#]],
    );
}

#[test]
fn syft_cyclonedx() {
    check(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"0","type":"container","name":"alpine:3.19"}},
        "components":[
          {"bom-ref":"pkg:apk/alpine/ssl_client@1.36.1-r15?arch=x86_64&distro=alpine-3.19.1&package-id=1","type":"library","name":"ssl_client",
           "version":"1.36.1-r15","purl":"pkg:apk/alpine/ssl_client@1.36.1-r15?arch=x86_64&distro=alpine-3.19.1&upstream=busybox",
           "licenses":[{"license":{"id":"GPL-2.0-only"}}],
           "properties":[{"name":"syft:location:0:layerID","value":"sha256:1"},{"name":"syft:location:0:path","value":"/lib/apk/db/installed"},
            {"name":"syft:metadata:originPackage","value":"busybox"}]},
          {"bom-ref":"2","type":"library","name":"openssl-libs","version":"1:3.0.7-24.el9",
           "purl":"pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rocky-9.3&epoch=1",
           "properties":[{"name":"syft:metadata:sourceRpm","value":"openssl-3.0.7-24.el9.src.rpm"},{"name":"syft:metadata:epoch","value":"1"}]},
          {"bom-ref":"3","type":"library","name":"libc6","version":"2.36-9+deb12u4",
           "purl":"pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12",
           "properties":[{"name":"syft:metadata:source","value":"glibc"},{"name":"syft:metadata:sourceVersion","value":"2.36-9+deb12u4"}]},
          {"bom-ref":"4","type":"file","name":"/bin/busybox","hashes":[{"alg":"SHA-1","content":"ab"}]},
          {"bom-ref":"os:alpine@3.19.1","type":"operating-system","name":"alpine","version":"3.19.1",
           "properties":[{"name":"syft:distro:id","value":"alpine"},{"name":"syft:distro:prettyName","value":"Alpine Linux v3.19"},
            {"name":"syft:distro:versionID","value":"3.19.1"}]}]}"#,
        expect![[r#"
            on alpine 3.19.1
            apk ssl_client 1.36.1-r15 from busybox 1.36.1-r15 at lib/apk/db/installed [GPL-2.0-only]
            deb libc6 2.36-9+deb12u4 from glibc 2.36-9+deb12u4
            rpm openssl-libs 1:3.0.7-24.el9 from openssl 1:3.0.7-24.el9
        "#]],
    );
}

/// The builder attests what Syft finds, inside of an in-toto statement.
#[test]
fn buildx_attestation() {
    let statement = r#"{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",
        "subject":[{"name":"pkg:docker/shop@1","digest":{"sha256":"11"}}],
        "predicate":{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"sbom","documentDescribes":["SPDXRef-DocumentRoot-Directory-sbom"],
        "packages":[
          {"name":"sbom","SPDXID":"SPDXRef-DocumentRoot-Directory-sbom","primaryPackagePurpose":"FILE"},
          {"name":"libssl3","SPDXID":"SPDXRef-Package-deb-libssl3-1","versionInfo":"3.0.2-0ubuntu1.12",
           "sourceInfo":"acquired package info from DPKG DB: /usr/share/doc/libssl3/copyright, /var/lib/dpkg/status",
           "licenseDeclared":"Apache-2.0","checksums":null,
           "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:libssl3"},
            {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
             "referenceLocator":"pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.12?arch=amd64&distro=ubuntu-22.04&upstream=openssl%403.0.2-0ubuntu1.12"}]},
          {"name":"requests","SPDXID":"SPDXRef-Package-python-requests-2","versionInfo":"2.31.0",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:pypi/requests@2.31.0"}]},
          {"name":"stdlib","SPDXID":"SPDXRef-Package-go-module-stdlib-3","versionInfo":"go1.21.4",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:golang/stdlib@1.21.4"}]}],
        "relationships":[{"spdxElementId":"SPDXRef-Package-python-requests-2","relatedSpdxElement":"SPDXRef-Package-deb-libssl3-1","relationshipType":"DEPENDENCY_OF"}]}}"#;
    let expected = expect![[r#"
        on ubuntu 22.04
        deb libssl3 3.0.2-0ubuntu1.12 from openssl 3.0.2-0ubuntu1.12 at usr/share/doc/libssl3/copyright at var/lib/dpkg/status [Apache-2.0] needs requests
        golang stdlib 1.21.4
        pypi requests 2.31.0
    "#]];
    expected.assert_eq(&shown(&read_bill(statement.as_bytes()).unwrap()));
    // The same, signed (DSSE), bare and in a bundle.
    let payload = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, statement);
    let envelope = format!(
        r#"{{"payloadType":"application/vnd.in-toto+json","payload":"{payload}","signatures":[{{"keyid":"","sig":"x"}}]}}"#
    );
    expected.assert_eq(&shown(&read_bill(envelope.as_bytes()).unwrap()));
    let bundle = format!(r#"{{"mediaType":"application/vnd.dev.sigstore.bundle+json","dsseEnvelope":{envelope}}}"#);
    expected.assert_eq(&shown(&read_bill(bundle.as_bytes()).unwrap()));
}

#[test]
fn npm_sbom() {
    check(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"lifecycles":[{"phase":"build"}],"tools":[{"vendor":"npm","name":"cli"}],
          "component":{"bom-ref":"shop@1.0.0","type":"library","name":"shop","version":"1.0.0","purl":"pkg:npm/shop@1.0.0",
          "properties":[{"name":"cdx:npm:package:path","value":""}]}},
        "components":[
          {"bom-ref":"express@4.17.1","type":"library","name":"express","version":"4.17.1","scope":"required","purl":"pkg:npm/express@4.17.1",
           "properties":[{"name":"cdx:npm:package:path","value":"node_modules/express"}],"licenses":[{"license":{"id":"MIT"}}]},
          {"bom-ref":"mocha@9.0.0","type":"library","name":"mocha","version":"9.0.0","scope":"optional","purl":"pkg:npm/mocha@9.0.0",
           "properties":[{"name":"cdx:npm:package:path","value":"node_modules/mocha"},{"name":"cdx:npm:package:development","value":"true"}]}],
        "dependencies":[{"ref":"shop@1.0.0","dependsOn":["express@4.17.1","mocha@9.0.0"]},{"ref":"express@4.17.1","dependsOn":[]}]}"#,
        expect![[r#"
            npm express 4.17.1 at node_modules/express [MIT]
            npm mocha 9.0.0 (development) at node_modules/mocha
            npm shop 1.0.0 needs express, mocha
        "#]],
    );
    check(
        r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"shop@1.0.0","documentDescribes":["SPDXRef-Package-shop-1.0.0"],
        "packages":[
          {"name":"shop","SPDXID":"SPDXRef-Package-shop-1.0.0","versionInfo":"1.0.0","primaryPackagePurpose":"LIBRARY",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/shop@1.0.0"}]},
          {"name":"mocha","SPDXID":"SPDXRef-Package-mocha-9.0.0","versionInfo":"9.0.0",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/mocha@9.0.0"}]}],
        "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-Package-shop-1.0.0","relationshipType":"DESCRIBES"},
          {"spdxElementId":"SPDXRef-Package-mocha-9.0.0","relatedSpdxElement":"SPDXRef-Package-shop-1.0.0","relationshipType":"DEV_DEPENDENCY_OF"}]}"#,
        expect![[r#"
            npm mocha 9.0.0 (development)
            npm shop 1.0.0 needs mocha
        "#]],
    );
}

#[test]
fn cdxgen() {
    check(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"group":"com.shop","name":"shop","version":"1",
          "purl":"pkg:maven/com.shop/shop@1?type=jar","type":"application","bom-ref":"pkg:maven/com.shop/shop@1?type=jar",
          "components":[{"name":"web","group":"com.shop","version":"1","purl":"pkg:maven/com.shop/web@1?type=jar","type":"application","bom-ref":"w"}]}},
        "components":[
          {"group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1","type":"library","scope":"required",
           "hashes":[{"alg":"SHA-1","content":"9141212b8507ab50a45525b545b39d224614528b"}],
           "purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar","bom-ref":"l",
           "properties":[{"name":"SrcFile","value":"web/pom.xml"}],"evidence":{"identity":[{"field":"purl","confidence":1}]}},
          {"group":"","name":"apt","version":"2.6.1","type":"library","bom-ref":"a",
           "purl":"pkg:deb/debian/apt@2.6.1?arch=amd64&distro=debian-12.5&distro_name=bookworm"},
          {"group":"debian","name":"libssl3","version":"3.0.11-1~deb12u2","type":"library","bom-ref":"s",
           "purl":"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5&distro_name=bookworm"},
          {"group":"debian","name":"openssl","version":"3.0.11-1~deb12u2","type":"library","tags":["source"],"bom-ref":"o",
           "purl":"pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5&distro_name=bookworm",
           "evidence":{"identity":[{"field":"purl","confidence":0,"methods":[{"technique":"filename","confidence":0,"value":"libssl3"}]}]}},
          {"group":"","name":"libxml2","version":"1:2.9.14-1","type":"library","bom-ref":"x",
           "purl":"pkg:deb/debian/libxml2@1%3A2.9.14-1?arch=amd64&epoch=1&distro=debian-12.5"},
          {"name":"ls","type":"file","purl":"pkg:generic/ls","bom-ref":"pkg:generic/ls","hashes":[{"alg":"MD5","content":"00"}],
           "properties":[{"name":"SrcFile","value":"/bin/ls"},{"name":"internal:is_executable","value":"true"}]},
          {"name":"checkout","group":"actions","version":"v4","type":"application","purl":"pkg:github/actions/checkout@v4","bom-ref":"c"}],
        "dependencies":[{"ref":"w","dependsOn":["l"]}]}"#,
        expect![[r#"
            on debian 12.5
            deb apt 2.6.1
            deb libssl3 3.0.11-1~deb12u2 from openssl 3.0.11-1~deb12u2
            deb libxml2 1:2.9.14-1
            maven com.shop:shop 1
            maven com.shop:web 1 needs org.apache.logging.log4j:log4j-core
            maven org.apache.logging.log4j:log4j-core 2.14.1 at web/pom.xml
            gap : 1 listed with package URLs of type `github` is of no known ecosystem
        "#]],
    );
}

#[test]
fn microsoft_sbom_tool() {
    check(
        r#"{"files":[{"fileName":"./app.dll","SPDXID":"SPDXRef-File--app","checksums":[{"algorithm":"SHA256","checksumValue":"11"}]}],
        "packages":[
          {"name":"Newtonsoft.Json","SPDXID":"SPDXRef-Package-A1","downloadLocation":"NOASSERTION","filesAnalyzed":false,
           "licenseConcluded":"NOASSERTION","licenseDeclared":"MIT","copyrightText":"NOASSERTION","versionInfo":"12.0.1",
           "externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:nuget/Newtonsoft.Json@12.0.1"}],
           "supplier":"Organization: Newtonsoft"},
          {"name":"github.com/a/b","SPDXID":"SPDXRef-Package-A2","versionInfo":"v1.2.3",
           "externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"http://spdx.org/rdf/references/purl","referenceLocator":"pkg:golang/github.com/a/b"}]},
          {"name":"shop","SPDXID":"SPDXRef-RootPackage","versionInfo":"1.0",
           "externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:swid/Contoso/sbom.contoso.com/shop@1.0?tag_id=1"}],
           "hasFiles":["SPDXRef-File--app"]}],
        "externalDocumentRefs":[],
        "relationships":[
          {"relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-Package-A1","spdxElementId":"SPDXRef-RootPackage"},
          {"relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-RootPackage","spdxElementId":"SPDXRef-DOCUMENT"}],
        "spdxVersion":"SPDX-2.2","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"shop 1.0","documentDescribes":["SPDXRef-RootPackage"]}"#,
        expect![[r#"
            golang github.com/a/b v1.2.3
            nuget Newtonsoft.Json 12.0.1 [MIT]
        "#]],
    );
}

/// It lists source packages, and has qualifiers of its own for the distribution.
#[test]
fn docker_scout() {
    check(
        r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"shop","packages":[
          {"name":"zlib","SPDXID":"SPDXRef-Package-1","versionInfo":"1:1.2.13.dfsg-1",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
            "referenceLocator":"pkg:deb/debian/zlib@1%3A1.2.13.dfsg-1?os_distro=bookworm&os_name=debian&os_version=12"}]},
          {"name":"redis-server","SPDXID":"SPDXRef-Package-2","versionInfo":"7.2.4",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
            "referenceLocator":"pkg:generic/redis-server@7.2.4?os_name=debian&os_version=bookworm"}]}],
        "relationships":[]}"#,
        expect![[r#"
            on debian 12
            deb zlib 1:1.2.13.dfsg-1
            generic redis-server 7.2.4
        "#]],
    );
}

/// It describes an image layer by layer, each package with what it was built from.
#[test]
fn apko() {
    check(
        r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"sbom-sha256:11","documentDescribes":["SPDXRef-Package-sha256-11"],"packages":[
          {"SPDXID":"SPDXRef-Package-sha256-11","name":"sha256:11","versionInfo":"sha256:11","primaryPackagePurpose":"CONTAINER",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:oci/shop@sha256:11?arch=amd64&os=linux"}]},
          {"SPDXID":"SPDXRef-OperatingSystem","name":"wolfi","versionInfo":"20230201","primaryPackagePurpose":"OPERATING-SYSTEM"},
          {"SPDXID":"SPDXRef-Package-glibc","name":"glibc","versionInfo":"2.39-r1","licenseDeclared":"LGPL-2.1-or-later",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:apk/wolfi/glibc@2.39-r1?arch=x86_64&distro=wolfi"}]},
          {"SPDXID":"SPDXRef-Package-glibc-source","name":"glibc.yaml","versionInfo":"11",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:github/wolfi-dev/os@11#glibc.yaml"}]}],
        "relationships":[
          {"spdxElementId":"SPDXRef-Package-sha256-11","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-Package-glibc"},
          {"spdxElementId":"SPDXRef-Package-glibc","relationshipType":"GENERATED_FROM","relatedSpdxElement":"SPDXRef-Package-glibc-source"}]}"#,
        expect![[r#"
            on wolfi 20230201
            apk glibc 2.39-r1 [LGPL-2.1-or-later]
            gap : 1 listed with package URLs of type `github` is of no known ecosystem
        "#]],
    );
}

/// Recipes have no package URL; what is listed is told, and nothing is guessed.
#[test]
fn yocto() {
    check(
        r#"{"spdxVersion":"SPDX-2.2","SPDXID":"SPDXRef-DOCUMENT","name":"recipe-busybox",
        "creationInfo":{"creators":["Tool: OpenEmbedded Core create-spdx.bbclass","Organization: OpenEmbedded ()","Person: N/A ()"]},"packages":[
          {"SPDXID":"SPDXRef-Recipe-busybox","name":"busybox","versionInfo":"1.36.1","licenseDeclared":"GPL-2.0-only AND bzip2-1.0.4",
           "sourceInfo":"CVEs fixed: CVE-2022-48174","supplier":"Organization: OpenEmbedded ()",
           "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"http://spdx.org/rdf/references/cpe23Type",
            "referenceLocator":"cpe:2.3:*:*:busybox:1.36.1:*:*:*:*:*:*:*"}]},
          {"SPDXID":"SPDXRef-Download-busybox-1","name":"busybox-source-1","downloadLocation":"https://busybox.net/downloads/busybox-1.36.1.tar.bz2",
           "checksums":[{"algorithm":"SHA256","checksumValue":"b8cc24c9574d809e7279c3be349795c5d5ceb6fdf19ca709f80cde50e47de314"}]}],
        "relationships":[
          {"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-Recipe-busybox"},
          {"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-Download-busybox-1"},
          {"spdxElementId":"SPDXRef-Download-busybox-1","relationshipType":"BUILD_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-Recipe-busybox"}]}"#,
        expect![[r#"
            gap busybox: the package has no package URL, so that nothing can be said of it
            gap busybox-source-1: the package has no package URL, so that nothing can be said of it
        "#]],
    );
    // What a recipe is split into is a document for each package, which refers to the recipe's.
    check(
        r#"{"spdxVersion":"SPDX-2.2","SPDXID":"SPDXRef-DOCUMENT","name":"busybox-syslog",
        "externalDocumentRefs":[{"externalDocumentId":"DocumentRef-recipe-busybox","spdxDocument":"http://spdx.org/spdxdoc/recipe-busybox-1"}],
        "packages":[{"SPDXID":"SPDXRef-Package-busybox-syslog","name":"busybox-syslog","versionInfo":"1.36.1","licenseDeclared":"GPL-2.0-only"}],
        "relationships":[
          {"spdxElementId":"SPDXRef-Package-busybox-syslog","relationshipType":"GENERATED_FROM","relatedSpdxElement":"DocumentRef-recipe-busybox:SPDXRef-Recipe-busybox"},
          {"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-Package-busybox-syslog"}]}"#,
        expect![[r#"
            gap busybox-syslog: the package has no package URL, so that nothing can be said of it
        "#]],
    );
}

#[test]
fn a_distribution_without_a_release_is_none() {
    check(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
          {"type":"operating-system","name":"debian"},
          {"type":"library","name":"apt","version":"2.6.1","purl":"pkg:deb/debian/apt@2.6.1?arch=amd64"}]}"#,
        expect![[r#"
            deb apt 2.6.1
        "#]],
    );
    check(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
          {"type":"operating-system","name":"debian"},
          {"type":"library","name":"apt","version":"2.6.1","purl":"pkg:deb/debian/apt@2.6.1?arch=amd64"},
          {"type":"library","name":"dpkg","version":"1.21","purl":"pkg:deb/debian/dpkg@1.21?distro=bookworm"}]}"#,
        expect![[r#"
            on debian 12
            deb apt 2.6.1
            deb dpkg 1.21
        "#]],
    );
}

/// GitHub's dependency graph lists ranges where no lock file tells a version.
#[test]
fn dependency_graph() {
    check(
        r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"com.github.a/b","packages":[
          {"name":"com.github.a/b","SPDXID":"SPDXRef-github-b","versionInfo":"main",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:github/a/b@main"}]},
          {"name":"flask","SPDXID":"SPDXRef-pypi-flask","versionInfo":">= 2.0,< 3",
           "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:pypi/flask"}]},
          {"name":"left-pad","SPDXID":"SPDXRef-x"}],
        "relationships":[{"relationshipType":"DESCRIBES","spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-github-b"}]}"#,
        expect![[r#"
            gap SPDXRef-pypi-flask: pkg:pypi/flask has no version
            gap left-pad: the package has no package URL, so that nothing can be said of it
        "#]],
    );
}
