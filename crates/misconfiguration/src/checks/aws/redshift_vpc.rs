//! Cluster of Redshift stands in no VPC.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0127",
    aliases: ["AWS-0127", "aws-redshift-use-vpc", "CKV_AWS_154"],
    severity: High,
    title: "Cluster of Redshift stands in no VPC",
    remedy: "Set `cluster_subnet_group_name`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_redshift_cluster" "x" {}"#,
        r#"resource "aws_redshift_cluster" "x" {
  cluster_subnet_group_name = ""
}"#,
    ],
    good: [
        r#"resource "aws_redshift_cluster" "x" {
  cluster_subnet_group_name = "something"
}"#,
        r#"variable "unknown" {}
resource "aws_redshift_cluster" "x" {
  cluster_subnet_group_name = var.unknown
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    cloud.must_be_set(&["aws_redshift_cluster"], "cluster_subnet_group_name", found);
}
