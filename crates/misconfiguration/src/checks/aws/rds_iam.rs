//! Database does not authenticate with IAM.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0176",
    aliases: ["AWS-0176", "aws-rds-enable-iam-auth", "CKV_AWS_161"],
    severity: Medium,
    title: "Database does not authenticate with IAM",
    remedy: "Set `iam_database_authentication_enabled` to true.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_db_instance" "x" { engine = "postgres" }"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {Engine: mysql, EnableIAMDatabaseAuthentication: false}}"#,
    ],
    good: [
        r#"resource "aws_db_instance" "x" {
  engine                              = "mysql"
  iam_database_authentication_enabled = true
}"#,
        r#"Resources:
  D: {Type: "AWS::RDS::DBInstance", Properties: {Engine: postgres, EnableIAMDatabaseAuthentication: true}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for database in cloud.of(&["aws_db_instance"]) {
        let can = database.get("engine").text().is_some_and(|engine| {
            ["postgres", "mysql", "mariadb", "aurora"].iter().any(|known| engine.starts_with(known))
        });
        let separate = database.get("enable_iam_database_authentication");
        if can && separate.is_off() {
            database.get("iam_database_authentication_enabled").must_be_true("iam_database_authentication_enabled", found);
        }
    }
}
