use model::{VexName, VexStatus};

use super::*;

fn read(text: &str) -> Vec<VexStatement> {
    read_vex("v.json", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn names(names: &[VexName]) -> Vec<String> {
    let text = |name: &VexName| match name {
        VexName::Purl(purl) => purl.to_string(),
        VexName::Digest(digest) => digest.to_string(),
        VexName::Cpe(text) | VexName::Other(text) => text.clone(),
    };
    names.iter().map(text).collect()
}

fn products(statement: &VexStatement) -> Vec<(Vec<String>, Vec<String>)> {
    let within = |product: &model::VexProduct| names(product.within.as_deref().unwrap_or_default());
    statement.products.iter().map(|product| (names(&product.names), within(product))).collect()
}

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A mistyped key leaves a document without statements, which would settle nothing and say nothing.
#[test]
fn an_openvex_document_has_statements_though_they_be_none() {
    let document = |key: &str| format!(r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "{key}": []}}"#);
    assert_eq!(read(&document("statements")), []);
    let error = read_vex("v.json", document("statments").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 1, `statements`: is missing"), "{error}");
}

#[test]
fn openvex_statements_inherit_the_time_of_their_document() {
    let read = read(&format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://shop.example/v/1", "author": "Shop",
        "timestamp": "2026-01-01T00:00:00Z", "version": 1, "tooling": "by hand", "statements": [
        {{"vulnerability": {{"@id": "https://nvd.nist.gov/vuln/detail/CVE-2024-1", "name": "CVE-2024-1", "aliases": ["GHSA-1"]}},
          "products": [{{"@id": "pkg:oci/cart@{DIGEST}", "hashes": {{"sha-256": "{}"}},
                         "subcomponents": [{{"@id": "pkg:npm/a@1"}}, {{"identifiers": {{"purl": "pkg:npm/b"}}}}]}}],
          "status": "not_affected", "justification": "component_not_present", "impact_statement": "gone"}},
        {{"vulnerability": {{"@id": "https://nvd.nist.gov/vuln/detail/CVE-2024-2"}},
          "products": ["pkg:npm/c"], "status": "fixed", "timestamp": "2026-02-01T00:00:00Z"}}]}}"#,
        &DIGEST[7..]
    ));
    assert_eq!(*read[0].ids, ["CVE-2024-1", "GHSA-1"]);
    assert_eq!(read[0].status, VexStatus::NotAffected);
    assert_eq!(read[0].justification.as_deref(), Some("component_not_present"));
    assert_eq!(read[0].detail.as_deref(), Some("gone"));
    assert_eq!(read[0].timestamp.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(read[0].document.author.as_deref(), Some("Shop"));
    let image = vec![format!("pkg:oci/cart@{DIGEST}"), DIGEST.to_owned()];
    assert_eq!(products(&read[0]), [(vec!["pkg:npm/a@1".into()], image.clone()), (vec!["pkg:npm/b".into()], image)]);
    assert_eq!((read[1].ids.join(" "), read[1].status), ("CVE-2024-2".to_owned(), VexStatus::Fixed));
    assert_eq!(read[1].timestamp.as_deref(), Some("2026-02-01T00:00:00Z"));
}

#[test]
fn csaf_products_come_from_branches_relationships_and_groups() {
    let read = read(
        r#"{"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t",
          "publisher": {"category": "vendor", "name": "Shop", "namespace": "https://shop.example"},
          "tracking": {"id": "SHOP-1", "current_release_date": "2026-01-01T00:00:00Z"}},
        "product_tree": {
          "branches": [{"category": "vendor", "name": "Shop", "branches": [
            {"category": "product_name", "name": "OS 9", "product": {"product_id": "os", "name": "OS",
              "product_identification_helper": {"cpe": "cpe:/o:shop:os:9"}}},
            {"category": "product_version", "name": "1", "product": {"product_id": "lib-1", "name": "lib",
              "product_identification_helper": {"purl": "pkg:rpm/shop/lib@1"}}},
            {"category": "product_version_range", "name": "vers:npm/<2.0.0", "product": {"product_id": "cart", "name": "cart",
              "product_identification_helper": {"purl": "pkg:npm/cart"}}}]}],
          "full_product_names": [{"product_id": "bare", "name": "no helper"}],
          "product_groups": [{"group_id": "g", "product_ids": ["os:lib-1"]}],
          "relationships": [{"category": "default_component_of", "product_reference": "lib-1",
             "relates_to_product_reference": "os", "full_product_name": {"product_id": "os:lib-1", "name": "lib of OS"}}]},
        "vulnerabilities": [{"cve": "CVE-2024-1", "ids": [{"system_name": "x", "text": "X-1"}],
          "product_status": {"known_not_affected": ["os:lib-1"], "fixed": ["cart"], "under_investigation": ["bare", "nowhere"], "recommended": ["cart"]},
          "flags": [{"label": "component_not_present", "group_ids": ["g"]}],
          "threats": [{"category": "exploit_status", "details": "none", "group_ids": ["g"]}, {"category": "impact", "details": "not built", "product_ids": ["os:lib-1"]}]}]}"#,
    );
    assert_eq!(
        read.iter().map(|row| row.status).collect::<Vec<_>>(),
        [VexStatus::NotAffected, VexStatus::Fixed, VexStatus::UnderInvestigation]
    );
    assert_eq!(products(&read[0]), [(vec!["pkg:rpm/shop/lib@1".into()], vec!["cpe:/o:shop:os:9".into()])]);
    assert_eq!(read[0].justification.as_deref(), Some("component_not_present"));
    assert_eq!(read[0].detail.as_deref(), Some("not built"));
    assert_eq!(*read[0].ids, ["CVE-2024-1", "X-1"]);
    assert_eq!(read[1].products[0].versions, ["vers:npm/<2.0.0"]);
    assert_eq!(products(&read[2]), [(vec![], vec![]), (vec!["nowhere".into()], vec![])]);
    assert_eq!(read[0].document.id.as_deref(), Some("SHOP-1"));
}

#[test]
fn cyclonedx_references_lead_to_components_purls_and_other_documents() {
    let read = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:1", "version": 1,
        "metadata": {"timestamp": "2026-01-01T00:00:00Z", "supplier": {"name": "Shop"},
                     "component": {"bom-ref": "root", "type": "application", "name": "cart", "purl": "pkg:npm/cart@1"}},
        "components": [{"bom-ref": "a", "type": "library", "name": "a", "components": [
            {"bom-ref": "b", "type": "library", "name": "b", "purl": "pkg:npm/b@1"}]}],
        "vulnerabilities": [
          {"id": "CVE-2024-1", "references": [{"id": "GHSA-1", "source": {"name": "g"}}],
           "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "d", "lastUpdated": "2026-02-01T00:00:00Z"},
           "affects": [{"ref": "b"}, {"ref": "urn:cdx:00000000-0000-0000-0000-000000000000/1#pkg:npm/c@1"},
                       {"ref": "urn:cdx:00000000-0000-0000-0000-000000000000/1#pkg%3Anpm%2Fd%401"}, {"ref": "pkg:npm/e",
                        "versions": [{"range": "vers:npm/<2.0.0", "status": "unaffected"}, {"version": "3.0.0"}]}]},
          {"id": "CVE-2024-2"},
          {"id": "CVE-2024-3", "analysis": {"state": "exploitable", "response": ["update"]}, "affects": [{"ref": "root"}]}]}"#,
    );
    assert_eq!(read.len(), 2, "what nobody analysed is no statement");
    assert_eq!(*read[0].ids, ["CVE-2024-1", "GHSA-1"]);
    let first: Vec<_> = products(&read[0]).into_iter().map(|(names, _)| names.join(" ")).collect();
    assert_eq!(first, ["pkg:npm/b@1", "pkg:npm/c@1", "pkg:npm/d@1", "pkg:npm/e"]);
    assert_eq!(read[0].products[3].versions, ["vers:npm/<2.0.0"]);
    assert_eq!(read[0].timestamp.as_deref(), Some("2026-02-01T00:00:00Z"));
    assert_eq!((read[1].status, read[1].timestamp.as_deref()), (VexStatus::Affected, Some("2026-01-01T00:00:00Z")));
    assert_eq!(read[1].document.author.as_deref(), Some("Shop"));
}

#[test]
fn what_is_no_vex_document_is_named() {
    let check = |bytes: &[u8], expected: &str| {
        let error = read_vex("v.json", bytes).expect_err("it is none").to_string();
        assert!(error.starts_with(expected) && !error.contains('\n'), "{error}");
    };
    let context = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": "#;
    check(b"", "it is empty");
    check(b"\xef\xbb\xbf \n", "it is empty");
    check(b"\xff\xfe{\0", "it is no UTF-8 text");
    check(b"<bom/>", "it is XML; OpenVEX, CSAF 2.0 and CycloneDX (1.4 to 1.6) VEX documents are read");
    check(b"- a", "it is no JSON object");
    check(b"{}", "it is JSON of some other kind");
    check(br#"{"document": 3}"#, "it is JSON of some other kind");
    check(br#"{"spdxVersion": "SPDX-2.3"}"#, "it is an SPDX document");
    check(br#"{"schema": "bulkhead.report/1"}"#, "it is a document of Bulkhead itself");
    check(br#"{"payload": "", "signatures": []}"#, "it is a signed statement");
    check(br#"{"bomFormat": "CycloneDX", "specVersion": "1.3"}"#, "it is a CycloneDX document of version `1.3`");
    check(
        br#"{"bomFormat": "CycloneDX", "specVersion": "1.6"}"#,
        "it is no valid CycloneDX document: it has no `vulnerabilities`",
    );
    check(br#"{"document": {"csaf_version": "3.0"}}"#, "it is a CSAF document of version `3.0`");
    check(br#"{"@context": "#, "it is no valid JSON document: it ends too early");
    check(
        format!(
            r#"{context}[{{"vulnerability": "CVE-1", "products": ["a"], "status": "fixed", "timestamp": "last week"}}]}}"#
        )
        .as_bytes(),
        "it is no valid OpenVEX document: the time of statement 1 is `last week`; write it like 2026-01-31T12:00:00Z",
    );
    check(
        format!(r#"{context}[{{"vulnerability": "CVE-1", "products": ["a"], "status": "notaffected"}}]}}"#).as_bytes(),
        "it is no valid OpenVEX document: line 1, `statements[0].status`: statement 1 has the status `notaffected`; use",
    );
    check(
        format!(r#"{context}[{{"products": ["a"], "status": "fixed"}}]}}"#).as_bytes(),
        "it is no valid OpenVEX document: line 1, `statements[0].vulnerability`: statement 1 names no vulnerability",
    );
    check(format!("{context}{}", "[".repeat(100_000)).as_bytes(), "it is no valid");
    check(&vec![b' '; LARGEST_VEX_BYTES + 1], "it is larger than 64 MiB");
    check(format!("{context}[{}]}}", "{},".repeat(MOST_OBJECTS + 1)).as_bytes(), "it lists more than 1000000 objects");
    let many = format!(
        r#"{context}[{}{{"vulnerability": "C", "status": "fixed"}}]}}"#,
        r#"{"vulnerability": "C", "status": "fixed"},"#.repeat(MOST_STATEMENTS)
    );
    check(many.as_bytes(), "it lists more than 200000 statements");
}

#[test]
fn a_small_document_cannot_name_products_without_end() {
    let products = vec!["\"p\""; 2_000].join(",");
    let vulnerability = format!(r#"{{"cve": "CVE-2024-1", "product_status": {{"fixed": [{products}]}}}}"#);
    let document = format!(
        r#"{{"document": {{"csaf_version": "2.0"}}, "vulnerabilities": [{}]}}"#,
        vec![vulnerability; 1_001].join(",")
    );
    assert!(matches!(read_vex("v", document.as_bytes()), Err(ReadVexError::TooMany { what: "products", .. })));
}
