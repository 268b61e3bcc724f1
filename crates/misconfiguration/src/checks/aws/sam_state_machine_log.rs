//! State machine writes no log.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0119",
    aliases: ["AWS-0119", "aws-sam-enable-state-machine-logging"],
    severity: Low,
    title: "State machine writes no log",
    remedy: "Set `Logging.Level` and a destination.",
    rule: Cloud(find),
    bad: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine"}"#,
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Logging: {Level: "OFF"}}}"#,
    ],
    good: [
        r#"Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Logging: {Level: ERROR}}}"#,
        r#"Parameters: {L: {Type: String}}
Resources:
  M: {Type: "AWS::Serverless::StateMachine", Properties: {Logging: {Level: !Ref L}}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for machine in cloud.of(&["aws_serverless_state_machine"]) {
        let level = machine.get("logging.level");
        if level.is_missing() || level.is_text("OFF") {
            level.fail(found, "`Logging` is off");
        }
    }
}
