//! Domain of the API accepts outdated TLS.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0112",
    aliases: ["AWS-0112", "aws-sam-api-use-secure-tls-policy"],
    severity: High,
    title: "Domain of the API accepts outdated TLS",
    remedy: "Set `Domain.SecurityPolicy` to TLS_1_2.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {Domain: {SecurityPolicy: TLS_1_0}}}"#,
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {Domain: {DomainName: x}}}"#,
    ],
    good: [
        r#"Resources:
  A: {Type: "AWS::Serverless::Api", Properties: {Domain: {SecurityPolicy: TLS_1_2}}}"#,
        r#"Parameters: {Tls: {Type: String}}
Resources:
  A: {Type: "AWS::Serverless::HttpApi", Properties: {Domain: {SecurityPolicy: !Ref Tls}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_one_of(&["aws_serverless_api", "aws_serverless_http_api"], "domain.security_policy", &["TLS_1_2", "TLS_1_3"], found);
}
