use super::*;

fn check(purl: &str, expected: &str) {
    let mut builder = BillBuilder::default();
    builder.add("ref", purl, Details::default());
    let inventory = builder.finish(|_| Ok::<(), String>(())).unwrap();
    let package = &inventory.packages[0];
    let source = package.source.as_ref().map(|s| format!(" from {} {}", s.name, s.version)).unwrap_or_default();
    let distribution = inventory.distribution.map(|d| format!(" on {} {}", d.id, d.version)).unwrap_or_default();
    assert_eq!(format!("{} {}{source}{distribution}", package.name, package.version), expected);
}

#[test]
fn purls_of_other_tools_tell_source_and_distribution() {
    check(
        "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl",
        "libssl3 3.0.11-1 from openssl 3.0.11-1 on debian 12",
    );
    check(
        "pkg:rpm/redhat/bind-libs@9.11-1.el8?epoch=32&upstream=bind-9.11-1.el8.src.rpm&distro=rhel-8.10",
        "bind-libs 32:9.11-1.el8 from bind 32:9.11-1.el8 on rhel 8.10",
    );
    check("pkg:rpm/redhat/acl@2.2-1.el8?epoch=0&distro=redhat-8.6", "acl 2.2-1.el8 on rhel 8.6");
    check("pkg:rpm/amazon/acl@2.2-1.amzn2?distro=amazon-2", "acl 2.2-1.amzn2 on amzn 2");
    check("pkg:rpm/opensuse/acl@2.2-1?distro=opensuse-leap-15.5", "acl 2.2-1 on opensuse-leap 15.5");
    check("pkg:apk/alpine/musl@1.2.4-r2?distro=3.19.1", "musl 1.2.4-r2 on alpine 3.19.1");
    check("pkg:deb/ubuntu/bash@5.1-6ubuntu1?distro=jammy", "bash 5.1-6ubuntu1 on ubuntu 22.04");
    check("pkg:deb/debian/bash@5.1-6?distro=debian-bookworm", "bash 5.1-6 on debian 12");
    check("pkg:deb/debian/git@2.39-1?epoch=1", "git 1:2.39-1");
    check("pkg:maven/org.a/b@1", "org.a:b 1");
    check("pkg:maven/org.a%2Fb@1", "org.a:b 1");
    check("pkg:maven/org.a%2Fb%2Fc@1", "org.a/b/c 1");
    check("pkg:maven/x/org.a%2Fb@1", "x:org.a/b 1");
    check("pkg:maven/b@1", "b 1");
    check("pkg:npm/%40a/b@1", "@a/b 1");
}

#[test]
fn what_is_no_bill_is_said_to_be_none() {
    for (text, message) in [
        ("{}", "it is no bill of materials that is read"),
        ("[1]", "it is no bill of materials that is read"),
        ("{", "it is no valid JSON: it ends too early, in line 1"),
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("\u{1}\u{2}", "it is no bill of materials that is read"),
        (
            r#"{"artifacts": [], "descriptor": {"name": "syft"}, "schema": {"version": "16"}}"#,
            "it is in the own format of Syft, which is not read; save it as CycloneDX JSON or SPDX 2.3 JSON",
        ),
        (r#"{"artifacts": [], "schema": {"version": "16"}}"#, "it is in the own format of Syft"),
        (
            r#"{"SchemaVersion": 2, "CreatedAt": "2024-05-01T00:00:00Z", "ArtifactName": "alpine:3.19", "Results": []}"#,
            "it is Trivy's own JSON report, which is not read; ask Trivy for `--format cyclonedx`, and scan that",
        ),
        (r#"{"SchemaVersion": 2, "Results": []}"#, "it is Trivy's own JSON report"),
        (r#"{"SchemaVersion": 2}"#, "it is no bill of materials that is read"),
        (r#"{"sbom": {}}"#, "it is no bill of materials that is read"),
        (r#"{"schema": {"version": "16"}}"#, "it is no bill of materials that is read"),
        ("<?xml version=\"1.0\"?><bom/>", "save it as CycloneDX JSON"),
        ("SPDXVersion: SPDX-2.3\n", "an SPDX tag-value document, which is not read; save it as"),
        (r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#, "it is SPDX 3 (JSON-LD)"),
        (r#"{"schema": "bulkhead.report/9"}"#, "this program reads bulkhead.report/1"),
        (r#"{"schema": "x"}"#, "it is no bill of materials that is read"),
        (r#"{"payload": "%%%"}"#, "it is no valid signed envelope"),
        (r#"{"bomFormat": "CycloneDX", "components": 5}"#, "it is no valid CycloneDX document: invalid type"),
    ] {
        let error = read_bill(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn the_document_in_an_answer_of_github_is_read() {
    let text = r#"{"sbom":{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"com.github.octo/shop",
        "creationInfo":{"created":"2024-05-01T00:00:00Z","creators":["Tool: GitHub.com-Dependency-Graph"]},
        "packages":[{"SPDXID":"SPDXRef-npm-left-pad-1.3.0-75c946","name":"left-pad","versionInfo":"1.3.0",
            "downloadLocation":"NOASSERTION","filesAnalyzed":false,"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER",
            "referenceType":"purl","referenceLocator":"pkg:npm/left-pad@1.3.0"}]}],
        "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-npm-left-pad-1.3.0-75c946",
            "relationshipType":"DESCRIBES"}]}}"#;
    let inside = text.strip_prefix(r#"{"sbom":"#).and_then(|text| text.strip_suffix('}')).unwrap();
    let bill = read_bill(text.as_bytes()).unwrap();
    assert_eq!(bill, read_bill(inside.as_bytes()).unwrap());
    assert_eq!(bill.inventory.packages[0].purl.to_string(), "pkg:npm/left-pad@1.3.0");
}

#[test]
fn hostile_documents_end_in_a_sentence() {
    let nested = format!(r#"{{"bomFormat":"CycloneDX","components":{}"#, r#"[{"components":"#.repeat(100_000));
    assert!(matches!(read_bill(nested.as_bytes()), Err(ReadBillError::Malformed { .. })));
    let ignored = format!(r#"{{"bomFormat":"CycloneDX","x":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert!(read_bill(ignored.as_bytes()).is_ok(), "what is not asked for is passed over, however deep");
    let many = format!(r#"{{"bomFormat":"CycloneDX","components":[{}{{}}]}}"#, "{},".repeat(MOST_OBJECTS));
    assert!(matches!(read_bill(many.as_bytes()), Err(ReadBillError::TooManyEntries)));
    let zeros = vec![b' '; LARGEST_BILL_BYTES + 1];
    assert!(matches!(read_bill(&zeros), Err(ReadBillError::TooLarge { .. })));
}

#[test]
fn documents_of_an_unknown_version_or_without_components_are_gaps() {
    let version = "it is of CycloneDX 2.0, which is not known; a part of it may not be read";
    let components = "it has no list of components, as documents with nothing but VEX have none, so that what is in the \
                      target is unknown";
    for (fields, expected) in [
        (r#""specVersion":"1.7","components":[]"#, &[][..]),
        (r#""components":[]"#, &[]),
        (r#""specVersion":"2.0","components":[]"#, &[version]),
        (r#""specVersion":"1.6","vulnerabilities":[{"id":"CVE-2021-1"}]"#, &[components]),
        (r#""specVersion":"2.0","components":null"#, &[components, version]),
        (r#""metadata":{"component":{"type":"application","name":"a","purl":"pkg:npm/a@1"}}"#, &[]),
        (r#""metadata":{"component":{"type":"container","name":"a","components":[]}}"#, &[]),
        (r#""metadata":{"component":{"type":"container","name":"a"}}"#, &[components]),
    ] {
        let gaps = read_bill(format!(r#"{{"bomFormat":"CycloneDX",{fields}}}"#).as_bytes()).unwrap().inventory.gaps;
        let reasons: Vec<&str> = gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, expected, "{fields}");
    }
}

#[test]
fn an_spdx_document_that_lists_no_packages_is_a_gap() {
    let none = "it lists no packages, as documents with nothing but files list none, so that what is in the target is \
                unknown";
    let file = r#""files":[{"SPDXID":"SPDXRef-File-a","fileName":"./a.c","checksums":[]}]"#;
    let image = r#"{"SPDXID":"SPDXRef-DocumentRoot-Image-a","name":"a","primaryPackagePurpose":"CONTAINER"}"#;
    for (fields, expected) in [
        (r#""name":"a""#.to_owned(), &[none][..]),
        (r#""packages":null"#.to_owned(), &[none]),
        (r#""packages":[ ]"#.to_owned(), &[none]),
        (format!(r#"{file},"documentDescribes":["SPDXRef-File-a"]"#), &[none]),
        // An image in which nothing is.
        (format!(r#""packages":[{image}],"documentDescribes":["SPDXRef-DocumentRoot-Image-a"]"#), &[]),
    ] {
        let document = format!(r#"{{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT",{fields}}}"#);
        for text in
            [document.clone(), format!(r#"{{"predicateType":"https://spdx.dev/Document","predicate":{document}}}"#)]
        {
            let gaps = read_bill(text.as_bytes()).unwrap().inventory.gaps;
            let reasons: Vec<&str> = gaps.iter().map(|gap| gap.reason.as_str()).collect();
            assert_eq!(reasons, expected, "{text}");
        }
    }
}

#[test]
fn repeated_references_and_circles_are_survived() {
    let needs = vec![r#""a""#; 50_000].join(",");
    let component = r#"{"bom-ref":"a","type":"library","name":"a","purl":"pkg:npm/a@1"}"#;
    let components = vec![component; 2_000].join(",");
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","components":[{components},{{"bom-ref":"b","purl":"pkg:npm/b@1"}}],
        "dependencies":[{{"ref":"a","dependsOn":[{needs},"b","nowhere"]}},{{"ref":"b","dependsOn":["a","b"]}}]}}"#
    );
    let inventory = read_bill(text.as_bytes()).unwrap().inventory;
    let needs: Vec<_> = inventory.packages.iter().map(|package| package.dependencies.clone()).collect();
    assert_eq!(needs, [[1], [0]]);
}

#[test]
fn gaps_of_a_useless_document_are_counted_not_listed() {
    let nameless = vec![r#"{"type":"library"}"#; 5_000].join(",");
    let odd = [r#"{"type":"library","purl":"pkg:alpm/arch/a@1"}"#; 3].join(",");
    let text = format!(r#"{{"bomFormat":"CycloneDX","components":[{odd},{nameless}]}}"#);
    let gaps = read_bill(text.as_bytes()).unwrap().inventory.gaps;
    let reasons: Vec<&str> = gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "3 listed with package URLs of type `alpm` are of no known ecosystem",
            "4000 further entries cannot be used either",
            "the component has no package URL, so that nothing can be said of it",
        ]
    );
}

#[test]
fn a_document_saved_by_a_windows_shell_is_read() {
    let text = r#"{"bomFormat":"CycloneDX","components":[{"type":"library","name":"é","purl":"pkg:npm/a@1"}]}"#;
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(read_bill(&bytes).unwrap().inventory.packages.len(), 1);
    let swapped: Vec<u8> = bytes.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    assert_eq!(read_bill(&swapped).unwrap().inventory.packages.len(), 1);
    assert!(matches!(read_bill(&[0x1f, 0x8b, 8, 0]), Err(ReadBillError::Compressed)));
    assert_eq!(read_bill(format!("\u{feff}{text}").as_bytes()).unwrap().inventory.packages.len(), 1);
}

#[test]
fn packages_beyond_the_bound_are_a_gap() {
    let rows: Vec<String> = (0..300_002).map(|number| format!(r#"{{"purl":"pkg:npm/a@{number}"}}"#)).collect();
    let text = format!(r#"{{"bomFormat":"CycloneDX","components":[{}]}}"#, rows.join(","));
    let inventory = read_bill(text.as_bytes()).unwrap().inventory;
    assert_eq!(inventory.packages.len(), 300_000);
    assert_eq!(inventory.gaps[0].reason, "only the first 300000 packages are read, and 2 are left out");
}
