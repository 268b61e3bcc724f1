//! Which type and which names of Terraform stand for those of CloudFormation.

use crate::cloud::Resource;
use crate::cloud::shape::{hoist, put, rename, snake_case, snake_keys, take};
use crate::node::{Entry, Node, Value};

/// A type and what its properties are called in Terraform, where that is not what their spelling gives.
struct Mapping {
    cloudformation: &'static str,
    terraform: &'static str,
    /// Properties whose entries belong to the resource itself.
    hoisted: &'static [&'static str],
    renamed: &'static [(&'static str, &'static str)],
}

const fn same(cloudformation: &'static str, terraform: &'static str) -> Mapping {
    Mapping { cloudformation, terraform, hoisted: &[], renamed: &[] }
}

const fn renamed(
    cloudformation: &'static str,
    terraform: &'static str,
    renamed: &'static [(&'static str, &'static str)],
) -> Mapping {
    Mapping { cloudformation, terraform, hoisted: &[], renamed }
}

const RULE_NAMES: &[(&str, &str)] =
    &[("cidr_ip", "cidr_blocks"), ("cidr_ipv6", "ipv6_cidr_blocks"), ("ip_protocol", "protocol")];

const SEARCH_DOMAIN: &[(&str, &str)] = &[
    ("encryption_at_rest_options", "encrypt_at_rest"),
    ("node_to_node_encryption_options", "node_to_node_encryption"),
    ("domain_endpoint_options.enforce_https", "domain_endpoint_options.enforce_https"),
];

const MAPPINGS: &[Mapping] = &[
    same("AWS::ApiGateway::RestApi", "aws_api_gateway_rest_api"),
    renamed(
        "AWS::ApiGateway::Stage",
        "aws_api_gateway_stage",
        &[("access_log_setting", "access_log_settings"), ("tracing_enabled", "xray_tracing_enabled")],
    ),
    renamed("AWS::ApiGateway::Method", "aws_api_gateway_method", &[("authorization_type", "authorization")]),
    same("AWS::ApiGateway::DomainName", "aws_api_gateway_domain_name"),
    same("AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api"),
    same("AWS::ApiGatewayV2::Stage", "aws_apigatewayv2_stage"),
    renamed(
        "AWS::Athena::WorkGroup",
        "aws_athena_workgroup",
        &[
            ("work_group_configuration", "configuration"),
            ("configuration.enforce_work_group_configuration", "configuration.enforce_workgroup_configuration"),
        ],
    ),
    Mapping {
        cloudformation: "AWS::CloudFront::Distribution",
        terraform: "aws_cloudfront_distribution",
        hoisted: &["distribution_config"],
        renamed: &[("cache_behaviors", "ordered_cache_behavior"), ("logging", "logging_config")],
    },
    renamed(
        "AWS::CloudTrail::Trail",
        "aws_cloudtrail",
        &[
            ("cloud_watch_logs_log_group_arn", "cloud_watch_logs_group_arn"),
            ("event_selectors", "event_selector"),
            ("event_selector.data_resources", "event_selector.data_resource"),
        ],
    ),
    same("AWS::Logs::LogGroup", "aws_cloudwatch_log_group"),
    same("AWS::CodeBuild::Project", "aws_codebuild_project"),
    renamed(
        "AWS::Config::ConfigurationAggregator",
        "aws_config_configuration_aggregator",
        &[
            ("account_aggregation_sources", "account_aggregation_source"),
            ("account_aggregation_source.all_aws_regions", "account_aggregation_source.all_regions"),
            ("organization_aggregation_source.all_aws_regions", "organization_aggregation_source.all_regions"),
        ],
    ),
    renamed(
        "AWS::DAX::Cluster",
        "aws_dax_cluster",
        &[
            ("sse_specification", "server_side_encryption"),
            ("server_side_encryption.sse_enabled", "server_side_encryption.enabled"),
        ],
    ),
    renamed(
        "AWS::DocDB::DBCluster",
        "aws_docdb_cluster",
        &[("enable_cloudwatch_logs_exports", "enabled_cloudwatch_logs_exports")],
    ),
    same("AWS::DocDB::DBInstance", "aws_docdb_cluster_instance"),
    renamed(
        "AWS::DynamoDB::Table",
        "aws_dynamodb_table",
        &[
            ("sse_specification", "server_side_encryption"),
            ("server_side_encryption.sse_enabled", "server_side_encryption.enabled"),
            ("server_side_encryption.kms_master_key_id", "server_side_encryption.kms_key_arn"),
            ("point_in_time_recovery_specification.point_in_time_recovery_enabled", "point_in_time_recovery.enabled"),
        ],
    ),
    same("AWS::EC2::Volume", "aws_ebs_volume"),
    renamed("AWS::EC2::Instance", "aws_instance", &[("block_device_mappings", "ebs_block_device")]),
    Mapping {
        cloudformation: "AWS::EC2::LaunchTemplate",
        terraform: "aws_launch_template",
        hoisted: &["launch_template_data"],
        renamed: &[("block_device_mappings", "block_device_mappings")],
    },
    renamed(
        "AWS::AutoScaling::LaunchConfiguration",
        "aws_launch_configuration",
        &[("block_device_mappings", "ebs_block_device")],
    ),
    renamed(
        "AWS::EC2::SecurityGroup",
        "aws_security_group",
        &[
            ("group_description", "description"),
            ("security_group_ingress", "ingress"),
            ("security_group_egress", "egress"),
        ],
    ),
    renamed("AWS::EC2::SecurityGroupIngress", "aws_security_group_rule", RULE_NAMES),
    renamed("AWS::EC2::SecurityGroupEgress", "aws_security_group_rule", RULE_NAMES),
    same("AWS::EC2::NetworkAcl", "aws_network_acl"),
    renamed(
        "AWS::EC2::NetworkAclEntry",
        "aws_network_acl_rule",
        &[("port_range.from", "from_port"), ("port_range.to", "to_port")],
    ),
    same("AWS::EC2::Subnet", "aws_subnet"),
    same("AWS::EC2::VPC", "aws_vpc"),
    renamed("AWS::EC2::FlowLog", "aws_flow_log", &[("resource_id", "vpc_id")]),
    renamed("AWS::ECR::Repository", "aws_ecr_repository", &[("repository_name", "name")]),
    renamed("AWS::ECS::Cluster", "aws_ecs_cluster", &[("cluster_settings", "setting")]),
    renamed("AWS::ECS::TaskDefinition", "aws_ecs_task_definition", &[("volumes", "volume")]),
    same("AWS::EFS::FileSystem", "aws_efs_file_system"),
    renamed("AWS::EKS::Cluster", "aws_eks_cluster", &[("resources_vpc_config", "vpc_config")]),
    renamed("AWS::Elasticsearch::Domain", "aws_elasticsearch_domain", SEARCH_DOMAIN),
    renamed("AWS::OpenSearchService::Domain", "aws_opensearch_domain", SEARCH_DOMAIN),
    renamed("AWS::ElasticLoadBalancingV2::LoadBalancer", "aws_lb", &[("type", "load_balancer_type")]),
    renamed("AWS::ElasticLoadBalancingV2::Listener", "aws_lb_listener", &[("default_actions", "default_action")]),
    same("AWS::ElastiCache::SecurityGroup", "aws_elasticache_security_group"),
    renamed("AWS::ElastiCache::CacheCluster", "aws_elasticache_cluster", &[("cache_node_type", "node_type")]),
    same("AWS::ElastiCache::ReplicationGroup", "aws_elasticache_replication_group"),
    renamed("AWS::IAM::Policy", "aws_iam_policy", &[("policy_document", "policy")]),
    renamed("AWS::IAM::ManagedPolicy", "aws_iam_policy", &[("policy_document", "policy")]),
    renamed(
        "AWS::IAM::Role",
        "aws_iam_role",
        &[
            ("policies", "inline_policy"),
            ("inline_policy.policy_document", "inline_policy.policy"),
            ("assume_role_policy_document", "assume_role_policy"),
        ],
    ),
    renamed(
        "AWS::IAM::User",
        "aws_iam_user",
        &[
            ("user_name", "name"),
            ("policies", "inline_policy"),
            ("inline_policy.policy_document", "inline_policy.policy"),
        ],
    ),
    renamed(
        "AWS::IAM::Group",
        "aws_iam_group",
        &[
            ("group_name", "name"),
            ("policies", "inline_policy"),
            ("inline_policy.policy_document", "inline_policy.policy"),
        ],
    ),
    renamed("AWS::IAM::AccessKey", "aws_iam_access_key", &[("user_name", "user")]),
    renamed(
        "AWS::Kinesis::Stream",
        "aws_kinesis_stream",
        &[("stream_encryption.encryption_type", "encryption_type"), ("stream_encryption.key_id", "kms_key_id")],
    ),
    same("AWS::KMS::Key", "aws_kms_key"),
    same("AWS::Lambda::Function", "aws_lambda_function"),
    same("AWS::Lambda::Permission", "aws_lambda_permission"),
    same("AWS::AmazonMQ::Broker", "aws_mq_broker"),
    renamed(
        "AWS::MSK::Cluster",
        "aws_msk_cluster",
        &[
            ("logging_info.broker_logs.cloud_watch_logs", "logging_info.broker_logs.cloudwatch_logs"),
            (
                "encryption_info.encryption_at_rest.data_volume_kms_key_id",
                "encryption_info.encryption_at_rest_kms_key_arn",
            ),
        ],
    ),
    same("AWS::Neptune::DBCluster", "aws_neptune_cluster"),
    renamed(
        "AWS::RDS::DBInstance",
        "aws_db_instance",
        &[("enable_performance_insights", "performance_insights_enabled")],
    ),
    same("AWS::RDS::DBCluster", "aws_rds_cluster"),
    same("AWS::Redshift::Cluster", "aws_redshift_cluster"),
    same("AWS::Redshift::ClusterSecurityGroup", "aws_redshift_security_group"),
    renamed(
        "AWS::S3::Bucket",
        "aws_s3_bucket",
        &[
            ("bucket_name", "bucket"),
            ("access_control", "acl"),
            ("bucket_encryption.server_side_encryption_configuration", "server_side_encryption_configuration.rule"),
            (
                "server_side_encryption_configuration.rule.server_side_encryption_by_default",
                "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default",
            ),
            ("logging_configuration", "logging"),
            ("logging.destination_bucket_name", "logging.target_bucket"),
            ("versioning_configuration", "versioning"),
        ],
    ),
    renamed("AWS::S3::BucketPolicy", "aws_s3_bucket_policy", &[("policy_document", "policy")]),
    same("AWS::Serverless::Api", "aws_serverless_api"),
    same("AWS::Serverless::HttpApi", "aws_serverless_http_api"),
    same("AWS::Serverless::Function", "aws_serverless_function"),
    same("AWS::Serverless::SimpleTable", "aws_serverless_simple_table"),
    same("AWS::Serverless::StateMachine", "aws_serverless_state_machine"),
    same("AWS::SNS::Topic", "aws_sns_topic"),
    renamed("AWS::SNS::TopicPolicy", "aws_sns_topic_policy", &[("policy_document", "policy"), ("topics", "arn")]),
    same("AWS::SQS::Queue", "aws_sqs_queue"),
    renamed("AWS::SQS::QueuePolicy", "aws_sqs_queue_policy", &[("policy_document", "policy"), ("queues", "queue_url")]),
    same("AWS::SecretsManager::Secret", "aws_secretsmanager_secret"),
    same("AWS::WorkSpaces::Workspace", "aws_workspaces_workspace"),
];

/// Brings a resource of CloudFormation into the shape of Terraform; types that no check asks about are left out.
pub(super) fn map(kind: &str, mut resource: Resource, resources: &mut Vec<Resource>) {
    let Some(mapping) = MAPPINGS.iter().find(|mapping| mapping.cloudformation == kind) else { return };
    resource.kind = mapping.terraform.to_owned();
    keep_log_types(&mut resource.body);
    snake_keys(&mut resource.body);
    for key in mapping.hoisted {
        hoist(&mut resource.body, key);
    }
    for (from, to) in mapping.renamed {
        if from != to {
            rename(&mut resource.body, from, to);
        }
    }
    adjust(kind, &mut resource);
    if kind == "AWS::S3::Bucket" {
        resources.extend(public_access_block(&mut resource));
    }
    resources.push(resource);
}

/// `LogPublishingOptions` is a map by the type of log; Terraform has a block for each.
fn keep_log_types(body: &mut Node) {
    let Value::Map(entries) = &mut body.value else { return };
    let Some(options) = entries.iter_mut().find(|entry| entry.key == "LogPublishingOptions") else { return };
    let Value::Map(by_type) = &mut options.value.value else { return };
    let blocks = by_type.drain(..).map(|entry| {
        let mut block = entry.value;
        if let Value::Map(inner) = &mut block.value {
            inner.push(Entry { key: "LogType".to_owned(), line: entry.line, value: Node::text(entry.line, entry.key) });
        }
        block
    });
    options.value.value = Value::List(blocks.collect());
}

/// What differs in more than names.
fn adjust(kind: &str, resource: &mut Resource) {
    let Value::Map(entries) = &mut resource.body.value else { return };
    match kind {
        "AWS::EC2::SecurityGroup" => {
            for entry in entries.iter_mut().filter(|entry| entry.key == "ingress" || entry.key == "egress") {
                for (from, to) in RULE_NAMES {
                    rename(&mut entry.value, from, to);
                }
            }
        }
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => {
            let direction = if kind.ends_with("Ingress") { "ingress" } else { "egress" };
            let line = resource.block.0;
            entries.push(Entry { key: "type".to_owned(), line, value: Node::text(line, direction) });
        }
        "AWS::EC2::Instance" | "AWS::AutoScaling::LaunchConfiguration" => {
            if let Some(devices) = entries.iter_mut().find(|entry| entry.key == "ebs_block_device")
                && let Value::List(items) = &mut devices.value.value
            {
                items.retain(|item| item.get("ebs").is_some());
                items.iter_mut().for_each(|item| hoist(item, "ebs"));
            }
        }
        "AWS::EKS::Cluster" => {
            if let Some(types) = take(entries, "logging.cluster_logging.enabled_types") {
                let names = types.value.items().iter().map(|item| item.get("type").unwrap_or(item).clone()).collect();
                let value = Node::new(types.value.line, Value::List(names));
                put(entries, "enabled_cluster_log_types", Entry { value, ..types });
            }
        }
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => adjust_load_balancer(entries),
        "AWS::S3::Bucket" => {
            if let Some(acl) = entries.iter_mut().find(|entry| entry.key == "acl")
                && let Value::Text(text) = &mut acl.value.value
            {
                *text = snake_case(text).replace('_', "-");
            }
            if let Some(status) = take(entries, "versioning.status") {
                let enabled = Value::Bool(status.value.as_text().is_some_and(|text| text == "Enabled"));
                put(entries, "versioning.enabled", Entry { value: Node::new(status.line, enabled), ..status });
            }
        }
        _ => {}
    }
}

/// `Scheme` is `internal`, and attributes are a list of keys and values.
fn adjust_load_balancer(entries: &mut Vec<Entry>) {
    if let Some(scheme) = take(entries, "scheme") {
        let value = match scheme.value.as_text().as_deref() {
            Some("internal") => Value::Bool(true),
            Some(_) => Value::Bool(false),
            None => Value::Unknown,
        };
        put(entries, "internal", Entry { value: Node::new(scheme.line, value), ..scheme });
    }
    let Some(attributes) = take(entries, "load_balancer_attributes") else { return };
    for attribute in attributes.value.items() {
        let Some(key) = attribute.text_at("key") else { continue };
        let name = match &*key {
            "routing.http.drop_invalid_header_fields.enabled" => "drop_invalid_header_fields",
            "deletion_protection.enabled" => "enable_deletion_protection",
            _ => continue,
        };
        if let Some(value) = attribute.entry("value") {
            put(entries, name, Entry { key: String::new(), ..value.clone() });
        }
    }
}

/// What Terraform has as a resource of its own.
fn public_access_block(bucket: &mut Resource) -> Option<Resource> {
    let Value::Map(entries) = &mut bucket.body.value else { return None };
    let block = take(entries, "public_access_block_configuration")?;
    let mut body = block.value;
    if let Value::Map(entries) = &mut body.value {
        let reference = Node { references: vec![bucket.address.clone()], ..Node::unknown(block.line) };
        entries.push(Entry { key: "bucket".to_owned(), line: block.line, value: reference });
    }
    Some(Resource {
        kind: "aws_s3_bucket_public_access_block".to_owned(),
        address: format!("{}.PublicAccessBlockConfiguration", bucket.address),
        path: bucket.path.clone(),
        block: bucket.block,
        body,
        language: bucket.language,
    })
}
