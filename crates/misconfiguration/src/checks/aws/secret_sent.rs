//! Secret is sent in a request.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0134",
    aliases: ["AWS-0134", "aws-ssm-avoid-leaks-via-http"],
    severity: Critical,
    title: "Secret is sent in a request",
    remedy: "Do not put secrets into the URL or headers of a request that Terraform makes.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ssm_parameter" "p" { value = "x" }
data "http" "x" { url = "https://a.example/?q=${aws_ssm_parameter.p.value}" }"#,
        r#"data "aws_secretsmanager_secret_version" "p" { secret_id = "x" }
data "http" "x" { url = format("https://a.example/%s", data.aws_secretsmanager_secret_version.p.secret_string) }"#,
    ],
    good: [
        r#"data "http" "x" { url = "https://a.example/ip" }"#,
        r#"resource "aws_ssm_parameter" "p" { value = data.http.x.body }
data "http" "x" { url = "https://a.example/ip" }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for request in cloud.of(&["data.http"]) {
        for attribute in ["url", "request_headers", "request_body"].map(|name| request.get(name)) {
            let is_secret = ["aws_ssm_parameter", "aws_secretsmanager_secret_version"].iter().any(|kind| attribute.refers_to_kind(kind));
            if is_secret {
                attribute.fail(found, "holds the value of a secret");
            }
        }
    }
}
