//! Cache of the API is not encrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0002",
    aliases: ["AWS-0002", "aws-apigateway-enable-cache-encryption", "CKV_AWS_308"],
    severity: Medium,
    title: "Cache of the API is not encrypted",
    remedy: "Set `cache_data_encrypted` to true where `caching_enabled` is.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_api_gateway_method_settings" "x" {
  settings { caching_enabled = true }
}"#,
        r#"Resources:
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      MethodSettings: [{CachingEnabled: true, CacheDataEncrypted: false}]"#,
    ],
    good: [
        r#"resource "aws_api_gateway_method_settings" "x" {
  settings {
    caching_enabled      = true
    cache_data_encrypted = true
  }
}"#,
        r#"resource "aws_api_gateway_method_settings" "x" {
  settings { throttling_rate_limit = 5 }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let of_methods = cloud.of(&["aws_api_gateway_method_settings"]).flat_map(|settings| settings.each("settings"));
    let of_stages = cloud.of(&["aws_api_gateway_stage"]).flat_map(|stage| stage.each("method_settings"));
    for settings in of_methods.chain(of_stages).filter(|settings| settings.get("caching_enabled").is_true()) {
        settings.get("cache_data_encrypted").must_be_true("cache_data_encrypted", found);
    }
}
