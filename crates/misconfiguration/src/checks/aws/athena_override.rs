//! Clients may override the workgroup's settings.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0007",
    aliases: ["AWS-0007", "aws-athena-no-encryption-override", "CKV_AWS_82"],
    severity: High,
    title: "Clients may override the workgroup's settings",
    remedy: "Set `enforce_workgroup_configuration` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_athena_workgroup" "x" {
  configuration { enforce_workgroup_configuration = false }
}"#,
        r#"Resources:
  Group: {Type: "AWS::Athena::WorkGroup", Properties: {Name: x}}"#,
    ],
    good: [
        r#"resource "aws_athena_workgroup" "x" {
  configuration { enforce_workgroup_configuration = true }
}"#,
        r#"Resources:
  Group: {Type: "AWS::Athena::WorkGroup", Properties: {WorkGroupConfiguration: {EnforceWorkGroupConfiguration: "true"}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for workgroup in cloud.of(&["aws_athena_workgroup"]) {
        if workgroup.get("configuration").is_missing() {
            workgroup.whole().fail(found, "has no configuration that it could enforce");
        }
    }
    cloud.must_not_be_false(&["aws_athena_workgroup"], "configuration.enforce_workgroup_configuration", found);
}
