//! Search domain writes no audit log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0042",
    aliases: ["AWS-0042", "aws-elasticsearch-enable-domain-logging", "CKV_AWS_317"],
    severity: Medium,
    title: "Search domain writes no audit log",
    remedy: "Set `log_publishing_options` for AUDIT_LOGS.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_opensearch_domain" "x" {
  log_publishing_options { log_type = "INDEX_SLOW_LOGS" }
}"#,
        r#"Resources:
  D: {Type: "AWS::OpenSearchService::Domain", Properties: {LogPublishingOptions: {AUDIT_LOGS: {Enabled: false}}}}"#,
    ],
    good: [
        r#"resource "aws_opensearch_domain" "x" {
  log_publishing_options { log_type = "INDEX_SLOW_LOGS" }
  log_publishing_options { log_type = "AUDIT_LOGS" }
}"#,
        r#"Resources:
  D: {Type: "AWS::Elasticsearch::Domain", Properties: {LogPublishingOptions: {AUDIT_LOGS: {Enabled: true}}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for domain in cloud.of(super::SEARCH_DOMAINS) {
        let options = domain.get("log_publishing_options");
        let logs = options.items().iter().any(|option| {
            let kind = option.get("log_type");
            (kind.is_text("AUDIT_LOGS") || kind.is_unknown()) && option.get("enabled").bool() != Some(false)
        });
        if !logs && !options.is_unknown() {
            options.fail(found, "AUDIT_LOGS are not published");
        }
    }
}
