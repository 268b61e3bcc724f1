//! Checks of Amazon Web Services.

use crate::check::folder;

folder!(
    acl_all_ports,
    acl_public_ingress,
    apigateway_access_log,
    apigateway_authorization,
    apigateway_cache_encryption,
    apigateway_tls,
    apigateway_tracing,
    athena_encryption,
    athena_override,
    cloudfront_https,
    cloudfront_log,
    cloudfront_tls,
    cloudfront_waf,
    cloudtrail_all_regions,
    cloudtrail_bucket_log,
    cloudtrail_key,
    cloudtrail_log_group,
    cloudtrail_public_bucket,
    cloudtrail_validation,
    codebuild_encryption,
    config_all_regions,
    dax_encryption,
    default_security_group,
    default_vpc,
    docdb_encryption,
    docdb_key,
    docdb_log_export,
    dynamodb_key,
    dynamodb_recovery,
    ebs_encryption,
    ebs_key,
    ecr_immutable,
    ecr_key,
    ecr_public,
    ecr_scan,
    ecs_insights,
    ecs_plain_secret,
    ecs_transit_encryption,
    efs_encryption,
    eks_logging,
    eks_public_cidr,
    eks_public_endpoint,
    eks_secrets,
    elasticache_backup,
    elasticache_description,
    elasticache_encryption,
    elasticache_transit_encryption,
    elb_http,
    elb_invalid_headers,
    elb_public,
    elb_tls,
    emr_disk_encryption,
    emr_encryption,
    emr_transit_encryption,
    iam_pass_role,
    iam_password_age,
    iam_password_length,
    iam_password_lowercase,
    iam_password_numbers,
    iam_password_reuse,
    iam_password_symbols,
    iam_password_uppercase,
    iam_root_key,
    iam_user_policy,
    iam_wildcards,
    instance_encryption,
    instance_metadata,
    instance_user_data,
    kinesis_encryption,
    kms_rotation,
    lambda_source,
    lambda_tracing,
    launch_configuration_encryption,
    launch_configuration_public_ip,
    launch_configuration_user_data,
    launch_template_metadata,
    launch_template_user_data,
    log_group_key,
    mq_audit_log,
    mq_general_log,
    mq_public,
    msk_encryption,
    msk_log,
    msk_transit_encryption,
    neptune_encryption,
    neptune_key,
    neptune_log_export,
    rds_backup,
    rds_cluster_encryption,
    rds_deletion,
    rds_encryption,
    rds_iam,
    rds_insights,
    rds_insights_key,
    rds_public,
    redshift_key,
    redshift_vpc,
    s3_block_acls,
    s3_block_policy,
    s3_encryption,
    s3_ignore_acls,
    s3_key,
    s3_log,
    s3_no_access_block,
    s3_public_acl,
    s3_read_log,
    s3_restrict_public,
    s3_versioning,
    s3_write_log,
    sam_api_log,
    sam_api_tls,
    sam_api_tracing,
    sam_function_tracing,
    sam_function_wildcards,
    sam_http_api_log,
    sam_state_machine_log,
    sam_state_machine_tracing,
    sam_state_machine_wildcards,
    sam_table_encryption,
    search_encryption,
    search_https,
    search_log,
    search_node_encryption,
    search_tls,
    secret_key,
    secret_sent,
    security_group_description,
    security_group_egress,
    security_group_ingress,
    security_rule_description,
    sns_encryption,
    sns_key,
    sqs_encryption,
    sqs_key,
    sqs_wildcards,
    subnet_public_ip,
    vpc_flow_log,
);

use crate::check::Found;
use crate::cloud::{Attribute, Cloud, Resource};
use crate::json;
use crate::node::Node;
use crate::policy_document::statements;
use crate::secret_words::assigned_secret;

const SEARCH_DOMAINS: &[&str] = &["aws_elasticsearch_domain", "aws_opensearch_domain"];
const LOAD_BALANCERS: &[&str] = &["aws_lb", "aws_alb"];
const IAM_POLICIES: &[&str] = &[
    "aws_iam_policy",
    "aws_iam_role_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
    "aws_iam_role",
    "aws_iam_user",
    "aws_iam_group",
];

/// Whether a network is every address.
fn is_everywhere(network: &str) -> bool {
    matches!(network, "0.0.0.0/0" | "::/0" | "0000:0000:0000:0000:0000:0000:0000:0000/0")
}

/// Whether the ports from `from_port` to `to_port` have one among them; ports that are not given are all.
fn covers(rule: &Attribute<'_>, port: f64) -> bool {
    let (from, to) = (rule.get("from_port"), rule.get("to_port"));
    if from.is_missing() && to.is_missing() {
        return true;
    }
    let to = if to.is_missing() { from.number() } else { to.number() };
    from.number().zip(to).is_some_and(|(from, to)| from <= port && port <= to)
}

/// A rule of a security group, however it is written down.
struct SecurityRule<'a> {
    at: Attribute<'a>,
    protocol: &'static str,
    networks: &'static [&'static str],
}

impl<'a> SecurityRule<'a> {
    /// The network of the rule that is every address.
    fn everywhere(&self) -> Option<Attribute<'a>> {
        let networks = self.networks.iter().map(|name| self.at.get(name));
        networks.into_iter().find(|list| list.texts().iter().any(|network| is_everywhere(network)))
    }
}

fn security_rules<'a>(cloud: &'a Cloud, direction: &'static str) -> Vec<SecurityRule<'a>> {
    const BLOCKS: &[&str] = &["cidr_blocks", "ipv6_cidr_blocks"];
    let rule = |at| SecurityRule { at, protocol: "protocol", networks: BLOCKS };
    let mut rules = Vec::new();
    for group in cloud.of(&["aws_security_group", "aws_default_security_group"]) {
        rules.extend(group.get(direction).items().into_iter().map(rule));
    }
    let separate = cloud.of(&["aws_security_group_rule"]).filter(|rule| rule.get("type").is_text(direction));
    rules.extend(separate.map(Resource::whole).map(rule));
    let kind: &[&str] = match direction {
        "ingress" => &["aws_vpc_security_group_ingress_rule"],
        _ => &["aws_vpc_security_group_egress_rule"],
    };
    rules.extend(cloud.of(kind).map(|rule| SecurityRule {
        at: rule.whole(),
        protocol: "ip_protocol",
        networks: &["cidr_ipv4", "cidr_ipv6"],
    }));
    rules
}

/// The root device, where it is described, and all others have to be encrypted.
fn must_encrypt_devices(instance: &Resource, found: &mut Found) {
    let devices = ["root_block_device", "ebs_block_device"].into_iter().flat_map(|name| instance.get(name).items());
    for device in devices.filter(|device| device.get("snapshot_id").is_missing()) {
        device.get("encrypted").must_be_true("encrypted", found);
    }
}

fn must_list_any(cloud: &Cloud, kind: &str, path: &str, wanted: &[&str], found: &mut Found) {
    for list in cloud.of(&[kind]).map(|resource| resource.get(path)) {
        let has_one = list.texts().iter().any(|item| wanted.contains(&&**item));
        if !has_one && list.is_known_list() {
            list.fail(found, format!("`{path}` has none of {}", wanted.join(", ")));
        }
    }
}

/// The metadata service has to ask for a token, where it answers at all.
fn must_require_token(instance: &Resource, found: &mut Found) {
    if !instance.get("metadata_options.http_endpoint").is_text("disabled") {
        instance.get("metadata_options.http_tokens").must_be_one_of("http_tokens", &["required"], found);
    }
}

fn must_hide_no_secret(cloud: &Cloud, kinds: &[&str], found: &mut Found) {
    for resource in cloud.of(kinds) {
        for data in ["user_data", "user_data_base64"].map(|name| resource.get(name)) {
            if let Some(name) = data.partial_text().and_then(|text| assigned_secret(&text)) {
                data.fail(found, format!("`{name}` is in the user data"));
            }
        }
    }
}

/// Every bucket needs a public access block that has the attribute, and so has a block whose bucket is elsewhere.
fn must_block_public(cloud: &Cloud, path: &str, found: &mut Found) {
    const BLOCK: &[&str] = &["aws_s3_bucket_public_access_block"];
    cloud.must_be_true(BLOCK, path, found);
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        if cloud.that_refer(BLOCK, "bucket", bucket).next().is_none() {
            bucket.whole().fail(found, format!("has no public access block that sets `{path}`"));
        }
    }
}

/// An attribute of a bucket's encryption by default, of the bucket itself and of the resource that belongs to it.
fn bucket_encryption<'a>(cloud: &'a Cloud, bucket: &'a Resource, name: &str) -> Vec<Attribute<'a>> {
    let path = format!("rule.apply_server_side_encryption_by_default.{name}");
    let kinds = &["aws_s3_bucket_server_side_encryption_configuration"];
    let separate = cloud.of(kinds).filter(|configuration| configuration.get("bucket").refers_to(bucket));
    let mut found: Vec<_> = separate.map(|configuration| configuration.get(&path)).collect();
    found.push(bucket.get(&format!("server_side_encryption_configuration.{path}")));
    found
}

fn has_access_log(cloud: &Cloud, bucket: &Resource) -> bool {
    let separate = cloud.that_refer(&["aws_s3_bucket_logging"], "bucket", bucket).next().is_some();
    separate || !bucket.get("logging").is_missing()
}

/// Whether a bucket is there to take logs, to which other rules apply.
fn is_log_bucket(cloud: &Cloud, bucket: &Resource) -> bool {
    let acls: Vec<&Resource> = cloud.that_refer(&["aws_s3_bucket_acl"], "bucket", bucket).collect();
    let is_group = |uri: &Attribute<'_>| uri.text().is_some_and(|uri| uri.ends_with("/s3/LogDelivery"));
    let by_acl = bucket.get("acl").is_text("log-delivery-write")
        || acls.iter().any(|acl| acl.get("acl").is_text("log-delivery-write"))
        || acls.iter().any(|acl| acl.each("access_control_policy.grant.grantee.uri").iter().any(is_group));
    let by_policy = cloud.that_refer(&["aws_s3_bucket_policy"], "bucket", bucket).any(|policy| {
        let statements = statements(&policy.get("policy"), cloud);
        statements.iter().any(|statement| {
            let is_service = |principal: &String| principal == "logging.s3.amazonaws.com";
            statement.is_allow && statement.principals.iter().any(is_service)
        })
    });
    by_acl || by_policy
}

fn must_have_no_wild_actions(cloud: &Cloud, kind: &str, found: &mut Found) {
    for policy in cloud.of(&[kind]).flat_map(|resource| resource.get("policies").items()) {
        let is_wild = |action: &String| action == "*" || action.ends_with(":*");
        let statements = statements(&policy, cloud);
        if statements.iter().any(|statement| statement.is_allow && statement.actions.iter().any(is_wild)) {
            policy.fail(found, "allows every action");
        }
    }
}

/// A key of EMR's encryption configuration, which is a text of JSON.
fn emr_must(cloud: &Cloud, path: &str, is_right: fn(Option<&Node>) -> bool, found: &mut Found) {
    for configuration in cloud.of(&["aws_emr_security_configuration"]).map(|it| it.get("configuration")) {
        let Some(document) = configuration.partial_text().and_then(|text| json::parse(&text).ok()) else { continue };
        let value = document.get("EncryptionConfiguration").and_then(|encryption| encryption.at(path));
        if !is_right(value) {
            configuration.fail(found, format!("`{path}` is not set"));
        }
    }
}

/// Trails of the same configuration have to record what is done with a bucket's objects.
fn must_record_objects(cloud: &Cloud, types: &[&str], found: &mut Found) {
    for bucket in cloud.of(&["aws_s3_bucket"]) {
        let selectors = cloud.of(&["aws_cloudtrail"]).flat_map(|trail| trail.each("event_selector"));
        let is_recorded = selectors.into_iter().any(|selector| {
            let kind = selector.get("read_write_type");
            let is_kind = kind.is_missing() || kind.is_unknown() || kind.is_one_of(types);
            is_kind && selector.each("data_resource").iter().any(|resource| names_objects(resource, bucket))
        });
        if !is_recorded {
            bucket.whole().fail(found, "no trail records what is done with its objects");
        }
    }
}

fn names_objects(resource: &Attribute<'_>, bucket: &Resource) -> bool {
    let values = resource.get("values");
    let is_named = |value: &Attribute<'_>| match value.partial_text() {
        None => true,
        Some(text) if value.is_unknown() => value.refers_to(bucket) && text.ends_with('/'),
        Some(text) => {
            let rest = text.strip_prefix("arn:aws:s3").unwrap_or(&text).trim_start_matches(':');
            rest.is_empty() || bucket.names().any(|name| rest == format!("{name}/"))
        }
    };
    resource.get("type").is_text("AWS::S3::Object") && (values.is_unknown() || values.items().iter().any(is_named))
}
