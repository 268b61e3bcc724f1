//! State machine is not traced.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0117",
    aliases: ["AWS-0117", "aws-sam-enable-state-machine-tracing"],
    severity: Low,
    title: "State machine is not traced",
    remedy: "Set `Tracing.Enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine"}"#,
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Tracing: {Enabled: "false"}}}"#,
    ],
    good: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Tracing: {Enabled: true}}}"#,
        r#"Globals: {StateMachine: {Tracing: {Enabled: true}}}
Resources:
  M: {Type: "AWS::Serverless::StateMachine"}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_true(&["aws_serverless_state_machine"], "tracing.enabled", found);
}
