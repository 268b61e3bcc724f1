//! Aggregator leaves regions out.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0019",
    aliases: ["AWS-0019", "aws-config-aggregate-all-regions", "CKV_AWS_121"],
    severity: High,
    title: "Aggregator leaves regions out",
    remedy: "Set `all_regions` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_config_configuration_aggregator" "x" {
  organization_aggregation_source { regions = ["eu-west-1"] }
}"#,
        r#"Resources:
  A: {Type: "AWS::Config::ConfigurationAggregator", Properties: {AccountAggregationSources: [{AllAwsRegions: false}]}}"#,
    ],
    good: [
        r#"resource "aws_config_configuration_aggregator" "x" {
  organization_aggregation_source { all_regions = true }
}"#,
        r#"variable "all" {}
resource "aws_config_configuration_aggregator" "x" {
  account_aggregation_source { all_regions = var.all }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for aggregator in cloud.of(&["aws_config_configuration_aggregator"]) {
        let accounts = aggregator.get("account_aggregation_source.all_regions");
        let organization = aggregator.get("organization_aggregation_source.all_regions");
        if accounts.is_off() && organization.is_off() {
            accounts.fail(found, "`all_regions` is not true");
        }
    }
}
