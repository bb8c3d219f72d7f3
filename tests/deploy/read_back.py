"""Asks each service whether what CloudFormation says it made is there; a stack's status is no proof."""

from collections.abc import Callable, Mapping
from typing import Any

import jmespath  # type: ignore[import-untyped]

from tests.deploy.moto_models import client

# Type → service, operation, where the ids stand in its answer, what it is asked with.
LISTS: Mapping[str, tuple[str, str, str, dict[str, Any]]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        "application-autoscaling",
        "describe_scaling_policies",
        "ScalingPolicies[].PolicyName",
        {"ServiceNamespace": "rds"},
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets[].join('|', [ResourceId, ScalableDimension, ServiceNamespace])",
        {"ServiceNamespace": "rds"},
    ),
    "AWS::Backup::BackupPlan": ("backup", "list_backup_plans", "BackupPlansList[].BackupPlanId", {}),
    "AWS::Backup::BackupVault": ("backup", "list_backup_vaults", "BackupVaultList[].BackupVaultName", {}),
    "AWS::CertificateManager::Certificate": (
        "acm",
        "list_certificates",
        "CertificateSummaryList[].CertificateArn",
        {},
    ),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName", {}),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName", {}),
    "AWS::DynamoDB::Table": ("dynamodb", "list_tables", "TableNames", {}),
    "AWS::EC2::EIP": ("ec2", "describe_addresses", "Addresses[].[PublicIp, AllocationId][]", {}),
    "AWS::EC2::FlowLog": ("ec2", "describe_flow_logs", "FlowLogs[].FlowLogId", {}),
    "AWS::EC2::InternetGateway": (
        "ec2",
        "describe_internet_gateways",
        "InternetGateways[].InternetGatewayId",
        {},
    ),
    "AWS::EC2::NatGateway": ("ec2", "describe_nat_gateways", "NatGateways[].NatGatewayId", {}),
    "AWS::EC2::RouteTable": ("ec2", "describe_route_tables", "RouteTables[].RouteTableId", {}),
    "AWS::EC2::SecurityGroup": ("ec2", "describe_security_groups", "SecurityGroups[].GroupId", {}),
    "AWS::EC2::SecurityGroupEgress": (
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules[].SecurityGroupRuleId",
        {},
    ),
    "AWS::EC2::Subnet": ("ec2", "describe_subnets", "Subnets[].SubnetId", {}),
    "AWS::EC2::SubnetRouteTableAssociation": (
        "ec2",
        "describe_route_tables",
        "RouteTables[].Associations[].RouteTableAssociationId",
        {},
    ),
    "AWS::EC2::VPC": ("ec2", "describe_vpcs", "Vpcs[].VpcId", {}),
    "AWS::EC2::VPCGatewayAttachment": (
        "ec2",
        "describe_internet_gateways",
        "InternetGateways[].Attachments[].VpcId",
        {},
    ),
    "AWS::EC2::VPCEndpoint": ("ec2", "describe_vpc_endpoints", "VpcEndpoints[].VpcEndpointId", {}),
    "AWS::EC2::Volume": ("ec2", "describe_volumes", "Volumes[].VolumeId", {}),
    "AWS::EFS::AccessPoint": ("efs", "describe_access_points", "AccessPoints[].AccessPointId", {}),
    "AWS::EFS::FileSystem": ("efs", "describe_file_systems", "FileSystems[].FileSystemId", {}),
    "AWS::ElastiCache::ReplicationGroup": (
        "elasticache",
        "describe_replication_groups",
        "ReplicationGroups[].ReplicationGroupId",
        {},
    ),
    "AWS::ElastiCache::SubnetGroup": (
        "elasticache",
        "describe_cache_subnet_groups",
        "CacheSubnetGroups[].CacheSubnetGroupName",
        {},
    ),
    "AWS::ElasticBeanstalk::Application": (
        "elasticbeanstalk",
        "describe_applications",
        "Applications[].ApplicationName",
        {},
    ),
    "AWS::ElasticBeanstalk::Environment": (
        "elasticbeanstalk",
        "describe_environments",
        "Environments[].EnvironmentName",
        {},
    ),
    "AWS::Events::Rule": ("events", "list_rules", "Rules[].[Name, Arn][]", {}),
    "AWS::IAM::InstanceProfile": (
        "iam",
        "list_instance_profiles",
        "InstanceProfiles[].[InstanceProfileName, Arn][]",
        {},
    ),
    "AWS::IAM::ManagedPolicy": ("iam", "list_policies", "Policies[].Arn", {"Scope": "Local"}),
    "AWS::IAM::Role": ("iam", "list_roles", "Roles[].RoleName", {}),
    "AWS::KMS::Key": ("kms", "list_keys", "Keys[].KeyId", {}),
    "AWS::Logs::LogGroup": ("logs", "describe_log_groups", "logGroups[].logGroupName", {}),
    "AWS::RDS::DBCluster": ("rds", "describe_db_clusters", "DBClusters[].DBClusterIdentifier", {}),
    "AWS::RDS::DBClusterParameterGroup": (
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups[].DBClusterParameterGroupName",
        {},
    ),
    "AWS::RDS::DBInstance": ("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier", {}),
    "AWS::RDS::DBSubnetGroup": ("rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName", {}),
    "AWS::RDS::DBParameterGroup": (
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[].DBParameterGroupName",
        {},
    ),
    "AWS::Route53::HealthCheck": ("route53", "list_health_checks", "HealthChecks[].Id", {}),
    "AWS::Route53::HostedZone": ("route53", "list_hosted_zones", "HostedZones[].Id", {}),
    "AWS::S3::Bucket": ("s3", "list_buckets", "Buckets[].Name", {}),
    "AWS::SES::ConfigurationSet": ("sesv2", "list_configuration_sets", "ConfigurationSets", {}),
    "AWS::SES::EmailIdentity": ("sesv2", "list_email_identities", "EmailIdentities[].IdentityName", {}),
    "AWS::SNS::Subscription": ("sns", "list_subscriptions", "Subscriptions[].SubscriptionArn", {}),
    "AWS::SNS::Topic": ("sns", "list_topics", "Topics[].TopicArn", {}),
    "AWS::SQS::Queue": ("sqs", "list_queues", "QueueUrls", {}),
    "AWS::SSM::Parameter": ("ssm", "describe_parameters", "Parameters[].Name", {}),
    "AWS::SecretsManager::Secret": ("secretsmanager", "list_secrets", "SecretList[].ARN", {"MaxResults": 100}),
}


def _routes() -> list[str]:
    tables = client("ec2").describe_route_tables()["RouteTables"]
    return [
        f"{table['RouteTableId']}~{route['DestinationCidrBlock']}"
        for table in tables
        for route in table["Routes"]
        if "DestinationCidrBlock" in route
    ]


def _records() -> list[str]:
    route53 = client("route53")
    zones = route53.list_hosted_zones()["HostedZones"]
    sets = [route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"] for zone in zones]
    return [record["Name"].rstrip(".") for records in sets for record in records]


def _mount_targets() -> list[str]:
    efs = client("efs")
    systems = efs.describe_file_systems()["FileSystems"]
    many = [efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"] for system in systems]
    return [target["MountTargetId"] for targets in many for target in targets]


def _queues_with_policy() -> list[str]:
    sqs = client("sqs")
    urls = sqs.list_queues()["QueueUrls"]
    return [url for url in urls if sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes")]


def _topics_with_policy() -> list[str]:
    sns = client("sns")
    arns = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [arn for arn in arns if "Deny" in sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]]


def _buckets_with_policy() -> list[str]:
    s3 = client("s3")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return [name for name in names if "Deny" in s3.get_bucket_policy(Bucket=name)["Policy"]]


# What takes more than one question.
QUESTIONS: Mapping[str, Callable[[], list[str]]] = {
    "AWS::EC2::Route": _routes,
    "AWS::Route53::RecordSet": _records,
    "AWS::EFS::MountTarget": _mount_targets,
    "AWS::SQS::QueuePolicy": _queues_with_policy,
    "AWS::SNS::TopicPolicy": _topics_with_policy,
    "AWS::S3::BucketPolicy": _buckets_with_policy,
}
# moto gives it no id; test_stacks.py reads the rules of each group instead.
WITHOUT_ID = ("AWS::EC2::SecurityGroupIngress",)


def answered(kind: str) -> list[str]:
    """The ids that the type's service tells."""
    if kind in QUESTIONS:
        return QUESTIONS[kind]()
    service, operation, where, given = LISTS[kind]
    found: list[str] = jmespath.search(where, getattr(client(service), operation)(**given)) or []
    return found


def absent(made: Mapping[str, tuple[str, str]]) -> list[str]:
    """The names of those whose service does not know them.

    Raises:
        KeyError: nobody says how a type is asked for.
    """
    asked = {name: about for name, about in made.items() if about[0] not in WITHOUT_ID}
    known = {kind: answered(kind) for kind, _ in asked.values()}
    return [
        name
        for name, (kind, physical_id) in asked.items()
        if not any(physical_id and there.rstrip(".").endswith(physical_id) for there in known[kind])
    ]
