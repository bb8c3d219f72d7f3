"""Teaches moto's CloudFormation the types that it skips in silence, each by the API call that moto does have.

A type whose call moto lacks stands in LACKING: it gets a name, so that others may refer to it, and no more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = dict[str, Any]
LACKING = (
    "AWS::Backup::BackupSelection",
    "AWS::Budgets::Budget",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::SES::ConfigurationSetEventDestination",  # moto's call knows no EventBridge
)


def _same(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True)
class Taught:
    """One type: which call makes it, how its properties become the call's, and what `Ref` and `GetAtt` give.

    Args:
        name: the property that is its name and `Ref`, unless `ref` reads it from the answer.
        attributes: of GetAtt, read by the name with a client of the service.
    """

    service: str
    operation: str
    name: str = ""
    ref: Callable[[Any, Properties], str] | None = None
    prepared: Callable[[Properties], Properties] = _same
    attributes: Mapping[str, Callable[[Any, str], str]] = field(default_factory=dict)


def _secret(properties: Properties) -> Properties:
    asked = properties.pop("GenerateSecretString", None)
    if asked:
        text = "p" * asked["PasswordLength"]
        form = asked.get("SecretStringTemplate")
        whole = json.dumps({**json.loads(form), asked["GenerateStringKey"]: text}) if form else text
        properties["SecretString"] = whole
    return properties


def _policy_of_queues(properties: Properties) -> Properties:
    return {"QueueUrl": properties["Queues"][0], "Attributes": {"Policy": json.dumps(properties["PolicyDocument"])}}


def _policy_of_topic(properties: Properties) -> Properties:
    policy = json.dumps(properties["PolicyDocument"])
    return {"TopicArn": properties["Topics"][0], "AttributeName": "Policy", "AttributeValue": policy}


def _readers_policy(properties: Properties) -> Properties:
    resource, dimension, service = properties.pop("ScalingTargetId").split("|")
    return {**properties, "ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": service}


def _leaving(properties: Properties) -> Properties:
    group = {"GroupId": properties["DestinationSecurityGroupId"]}
    ports = {name: properties[name] for name in ("IpProtocol", "FromPort", "ToPort")}
    return {"GroupId": properties["GroupId"], "IpPermissions": [{**ports, "UserIdGroupPairs": [group]}]}


def _cluster(client: Any, name: str) -> Any:
    return client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]


def _cache(client: Any, name: str) -> Any:
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]["NodeGroups"][0]


TAUGHT: Mapping[str, Taught] = {
    "AWS::SecretsManager::Secret": Taught(
        "secretsmanager", "create_secret", "Name", ref=lambda answer, _: answer["ARN"], prepared=_secret
    ),
    "AWS::EC2::SecurityGroupEgress": Taught(
        "ec2",
        "authorize_security_group_egress",
        ref=lambda answer, _: answer["SecurityGroupRules"][0]["SecurityGroupRuleId"],
        prepared=_leaving,
    ),
    # moto's own says that it made it, and its route tables know nothing of it.
    "AWS::EC2::SubnetRouteTableAssociation": Taught(
        "ec2", "associate_route_table", ref=lambda answer, _: answer["AssociationId"]
    ),
    "AWS::CloudWatch::Alarm": Taught("cloudwatch", "put_metric_alarm", "AlarmName"),
    "AWS::ApplicationAutoScaling::ScalableTarget": Taught(
        "application-autoscaling",
        "register_scalable_target",
        ref=lambda _, given: "|".join(given[key] for key in ("ResourceId", "ScalableDimension", "ServiceNamespace")),
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Taught(
        "application-autoscaling", "put_scaling_policy", "PolicyName", prepared=_readers_policy
    ),
    "AWS::RDS::DBClusterParameterGroup": Taught(
        "rds",
        "create_db_cluster_parameter_group",
        "DBClusterParameterGroupName",
        prepared=lambda given: {**given, "DBParameterGroupFamily": given["Family"]},
    ),
    "AWS::RDS::DBCluster": Taught(
        "rds",
        "create_db_cluster",
        "DBClusterIdentifier",
        attributes={
            "Endpoint.Address": lambda client, name: _cluster(client, name)["Endpoint"],
            "ReadEndpoint.Address": lambda client, name: _cluster(client, name)["ReaderEndpoint"],
        },
    ),
    "AWS::ElastiCache::SubnetGroup": Taught(
        "elasticache",
        "create_cache_subnet_group",
        "CacheSubnetGroupName",
        prepared=lambda given: {**given, "CacheSubnetGroupDescription": given["Description"]},
    ),
    "AWS::ElastiCache::ReplicationGroup": Taught(
        "elasticache",
        "create_replication_group",
        "ReplicationGroupId",
        attributes={"PrimaryEndPoint.Address": lambda client, name: _cache(client, name)["PrimaryEndpoint"]["Address"]},
    ),
    "AWS::CertificateManager::Certificate": Taught(
        "acm",
        "request_certificate",
        ref=lambda answer, _: answer["CertificateArn"],
        prepared=lambda given: {"DomainName": given["DomainName"], "ValidationMethod": given["ValidationMethod"]},
    ),
    "AWS::SNS::Subscription": Taught("sns", "subscribe", ref=lambda answer, _: answer["SubscriptionArn"]),
    "AWS::SNS::TopicPolicy": Taught(
        "sns", "set_topic_attributes", ref=lambda _, given: given["TopicArn"], prepared=_policy_of_topic
    ),
    "AWS::SQS::QueuePolicy": Taught(
        "sqs", "set_queue_attributes", ref=lambda _, given: given["QueueUrl"], prepared=_policy_of_queues
    ),
    "AWS::S3::BucketPolicy": Taught(
        "s3",
        "put_bucket_policy",
        "Bucket",
        prepared=lambda given: {"Bucket": given["Bucket"], "Policy": json.dumps(given["PolicyDocument"])},
    ),
    "AWS::SES::EmailIdentity": Taught(
        "sesv2",
        "create_email_identity",
        "EmailIdentity",
        attributes={
            f"DkimDNSToken{what}{number}": lambda _, name, number=number: f"{number}._domainkey.{name}"  # type: ignore[misc]
            for what in ("Name", "Value")
            for number in (1, 2, 3)
        },
    ),
    "AWS::SES::ConfigurationSet": Taught(
        "sesv2",
        "create_configuration_set",
        "ConfigurationSetName",
        prepared=lambda given: {**given, "ConfigurationSetName": given["Name"]},
    ),
    "AWS::Backup::BackupVault": Taught("backup", "create_backup_vault", "BackupVaultName"),
    "AWS::Backup::BackupPlan": Taught(
        "backup",
        "create_backup_plan",
        ref=lambda answer, _: answer["BackupPlanId"],
        prepared=lambda given: {
            "BackupPlan": {
                "BackupPlanName": given["BackupPlan"]["BackupPlanName"],
                "Rules": [
                    {**rule, "TargetBackupVaultName": rule["TargetBackupVault"]}
                    for rule in given["BackupPlan"]["BackupPlanRule"]
                ],
            }
        },
    ),
    "AWS::ElasticBeanstalk::Application": Taught("elasticbeanstalk", "create_application", "ApplicationName"),
    "AWS::ElasticBeanstalk::Environment": Taught(
        "elasticbeanstalk",
        "create_environment",
        "EnvironmentName",
        attributes={"EndpointURL": lambda _, name: f"{name}.eu-central-1.elb.amazonaws.com"},
    ),
}
