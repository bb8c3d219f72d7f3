"""Who may do what: a name wherever AWS takes one."""

import re
from typing import Any

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import DEPLOY, Stacks

ROOT = DEPLOY.parent

# Actions that AWS lets nobody restrict to a resource.
WITHOUT_RESOURCE = {
    "autoscaling:DescribeAutoScalingInstances",
    "cloudwatch:PutMetricData",
    "ec2:DescribeVolumes",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


def policies(stacks: Stacks, environment: str = "prod", **others: str) -> dict[str, list[dict[str, Any]]]:
    """Name → statements of the policies of our own."""
    found = stacks.of_type("identity", "AWS::IAM::ManagedPolicy", environment, **others)
    return {name: policy["PolicyDocument"]["Statement"] for name, policy in found.items()}


def needs(stacks: Stacks, role: str, environment: str = "prod", **others: str) -> set[str]:
    """The names of the policies that a role has."""
    return {item["Ref"] for item in stacks.properties("identity", role, environment, **others)["ManagedPolicyArns"]}


def actions(stacks: Stacks, policy: str, environment: str = "prod", **others: str) -> set[str]:
    return {action for row in policies(stacks, environment, **others)[policy] for action in row["Action"]}


@reddens(change("identity:SendMessages.PolicyDocument.Statement.0.Resource", "*"))
def test_only_what_takes_no_name_is_allowed_on_everything(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        for statements in policies(stacks, environment, CartStore="dynamodb").values():
            unnamed = {action for row in statements if row["Resource"] == "*" for action in row["Action"]}
            assert unnamed <= WITHOUT_RESOURCE


@reddens(change("identity:KeepCarts.PolicyDocument.Statement.0.Action", ["dynamodb:*"]))
def test_no_action_is_a_pattern(stacks: Stacks) -> None:
    for statements in policies(stacks, CartStore="dynamodb").values():
        assert not [action for row in statements for action in row["Action"] if "*" in action]


@reddens(
    change("identity:WebRole.ManagedPolicyArns.2", {"Ref": "WorkOnMessages"}),
    change("identity:WebRole.ManagedPolicyArns.6.Fn::If", ["Efs", {"Ref": "SendMail"}, {"Ref": "AWS::NoValue"}]),
)
def test_a_storefront_sends_messages_and_reads_files_and_no_more(stacks: Stacks) -> None:
    assert needs(stacks, "WebRole") == {"ReadSecrets", "SendMessages", "RunOnBeanstalk", "OpenSessions", "ReadFiles"}


@reddens(remove("identity:WebRole.ManagedPolicyArns.5.Fn::If.2"))
def test_the_one_instance_with_a_disk_may_do_what_its_workers_may(stacks: Stacks) -> None:
    more = needs(stacks, "WebRole", "dev") - needs(stacks, "WebRole")

    assert more == {"AttachDisk", "WorkOnMessages", "SendMail"}


@reddens(change("identity:ReadFiles.PolicyDocument.Statement.0.Action", ["elasticfilesystem:ClientWrite"]))
def test_storefronts_do_not_write_files(stacks: Stacks) -> None:
    assert actions(stacks, "ReadFiles") == {"elasticfilesystem:ClientMount"}


@reddens(
    remove("identity:ReadFiles.PolicyDocument.Statement.0.Condition"),
    remove("identity:WriteFiles.PolicyDocument.Statement.0.Condition"),
)
def test_files_are_reached_through_the_two_access_points_only(stacks: Stacks) -> None:
    for name in ("ReadFiles", "WriteFiles"):
        (statement,) = policies(stacks)[name]
        points = statement["Condition"]["ArnEquals"]["elasticfilesystem:AccessPointArn"]
        assert points == ["import:PicturesArn", "import:DocumentsArn"]


@reddens(change("identity:SendMessages.PolicyDocument.Statement.0.Action", ["sqs:SendMessage", "sqs:DeleteMessage"]))
def test_storefronts_take_no_messages(stacks: Stacks) -> None:
    assert actions(stacks, "SendMessages") == {"sqs:SendMessage", "sqs:GetQueueAttributes"}


@reddens(remove("identity:WorkOnMessages.PolicyDocument.Statement.0.Resource.4"))
def test_workers_take_messages_from_every_queue_and_change_none(stacks: Stacks) -> None:
    (statement,) = policies(stacks)["WorkOnMessages"]

    queues = {"OrdersQueueArn", "DocumentsQueueArn", "MediaQueueArn", "JobsQueueArn", "MailEventsQueueArn"}
    assert set(statement["Resource"]) == {f"import:{queue}" for queue in queues}
    assert not {"sqs:SetQueueAttributes", "sqs:DeleteQueue", "sqs:PurgeQueue"} & set(statement["Action"])


@reddens(remove("identity:SendMail.PolicyDocument.Statement.0.Condition"))
def test_mail_has_one_sender(stacks: Stacks) -> None:
    (statement,) = policies(stacks)["SendMail"]

    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "orders@example.com"}}
    assert statement["Resource"] == ["import:MailIdentityArn", "import:MailSetArn"]


@reddens(change("identity:ReadSecrets.PolicyDocument.Statement.0.Resource.0", "arn:aws:secretsmanager:*"))
def test_secrets_are_read_by_name(stacks: Stacks) -> None:
    secrets, seller = policies(stacks)["ReadSecrets"]

    names = ("DatabaseSecret", "CacheSecret", "CookieSecrets", "PaymentSecret")
    assert secrets["Resource"] == [f"import:{name}" for name in names]
    assert (secrets["Action"], seller["Resource"]) == (["secretsmanager:GetSecretValue"], "import:SellerFile")


@reddens(change("identity:KeepCarts.PolicyDocument.Statement.0.Action", ["dynamodb:GetItem", "dynamodb:Scan"]))
def test_storefronts_may_do_with_carts_what_their_code_does_and_no_more(stacks: Stacks) -> None:
    files = [path.read_text("utf-8") for path in (*ROOT.glob("storefront/*.py"), *ROOT.glob("shared/*.py"))]
    used = {verb for text in files for verb in re.findall(r'"([a-z]+)_item"', text)}

    assert actions(stacks, "KeepCarts", CartStore="dynamodb") == {f"dynamodb:{verb.title()}Item" for verb in used}
    assert "KeepCarts" not in policies(stacks)


LOAD_RUNS = {"LoadRunSecret": "arn:of-load-runs", "CartStore": "dynamodb"}


@reddens(
    change("identity:ReadSecrets.PolicyDocument.Statement.0.Resource.4", "arn:of-load-runs"),
    remove("identity:ReadSecrets.PolicyDocument.Statement.0.Resource.4"),
)
def test_the_secret_of_load_runs_is_read_only_where_there_are_some(stacks: Stacks) -> None:
    without, given = (policies(stacks, **others)["ReadSecrets"][0]["Resource"] for others in ({}, LOAD_RUNS))

    assert set(given) - set(without) == {"arn:of-load-runs"}


@reddens(
    remove("identity:PurgeCartsOfLoadRuns/Condition"),
    change("identity:WebRole.ManagedPolicyArns.8", {"Ref": "PurgeCartsOfLoadRuns"}),
    change("identity:PurgeCartsOfLoadRuns.PolicyDocument.Statement.0.Action", ["dynamodb:Scan", "dynamodb:PutItem"]),
    change("identity:PurgeCartsOfLoadRuns.PolicyDocument.Statement.0.Resource", "*"),
)
def test_only_who_purges_load_runs_looks_through_all_carts(stacks: Stacks) -> None:
    policy = "PurgeCartsOfLoadRuns"
    (statement,) = policies(stacks, **LOAD_RUNS)[policy]

    assert statement["Action"] == ["dynamodb:Scan", "dynamodb:DeleteItem"]
    assert statement["Resource"] == "import:CartsArn"
    assert policy in needs(stacks, "WorkerRole", **LOAD_RUNS)
    assert policy not in needs(stacks, "WebRole", **LOAD_RUNS)
    assert policy in needs(stacks, "WebRole", "dev", **LOAD_RUNS)
    for fewer in ({"LoadRunSecret": "arn:of-load-runs"}, {"CartStore": "dynamodb"}):
        assert policy not in policies(stacks, **fewer)
        assert policy not in needs(stacks, "WorkerRole", **fewer)


@reddens(change("identity:WorkerRole.ManagedPolicyArns", [{"Ref": f"Policy{number}"} for number in range(11)]))
def test_no_role_has_more_policies_than_an_account_allows(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        for role in ("WebRole", "WorkerRole"):
            assert len(needs(stacks, role, environment, **LOAD_RUNS)) <= 10


@reddens(remove("identity:DrainBeforeTheEnd.PolicyDocument.Statement.0.Condition"))
def test_a_worker_ends_instances_of_its_own_tier_only(stacks: Stacks) -> None:
    complete, _ = policies(stacks)["DrainBeforeTheEnd"]

    tag = "aws:ResourceTag/elasticbeanstalk:environment-name"
    assert complete["Condition"] == {"StringEquals": {tag: "shop-prod-worker"}}


@reddens(change("identity:AttachDisk.PolicyDocument.Statement.0.Resource", "*"))
def test_the_one_instance_attaches_its_own_disk_only(stacks: Stacks) -> None:
    disk, instance, _ = policies(stacks, "dev")["AttachDisk"]

    assert disk["Resource"].endswith(":volume/import:Disk")
    assert instance["Condition"]["StringEquals"] == {
        "aws:ResourceTag/elasticbeanstalk:environment-name": "shop-dev-web"
    }


@reddens(
    change("identity:WebRole.AssumeRolePolicyDocument.Statement.0.Principal", {"AWS": "*"}),
    remove("identity:ServiceRole.AssumeRolePolicyDocument.Statement.0.Condition"),
)
def test_roles_are_taken_by_their_services_only(stacks: Stacks) -> None:
    roles = {
        name: role["AssumeRolePolicyDocument"]["Statement"][0]
        for name, role in stacks.of_type("identity", "AWS::IAM::Role").items()
    }

    assert {name: statement["Principal"] for name, statement in roles.items()} == {
        "WebRole": {"Service": "ec2.amazonaws.com"},
        "WorkerRole": {"Service": "ec2.amazonaws.com"},
        "ServiceRole": {"Service": "elasticbeanstalk.amazonaws.com"},
    }
    assert roles["ServiceRole"]["Condition"] == {"StringEquals": {"sts:ExternalId": "elasticbeanstalk"}}


@reddens(remove("data-files:BackupRole.AssumeRolePolicyDocument.Statement.0.Condition"))
def test_roles_of_services_are_taken_for_this_account_only(stacks: Stacks) -> None:
    for template, role in (("data-files", "BackupRole"), ("network", "FlowLogRole")):
        statement = stacks.properties(template, role)["AssumeRolePolicyDocument"]["Statement"][0]
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@reddens(change("data-queues:MailEventsPolicy.PolicyDocument.Statement.1.Principal", {"AWS": "*"}))
def test_only_our_own_rule_writes_events_of_mails(stacks: Stacks) -> None:
    _, write = stacks.properties("data-queues", "MailEventsPolicy")["PolicyDocument"]["Statement"]

    assert write["Principal"] == {"Service": "events.amazonaws.com"}
    assert write["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["MailEventsRule", "Arn"]}}}


@reddens(
    change("data-files:Documents.PosixUser.Uid", "0"),
    change("data-files:Pictures.RootDirectory.CreationInfo.Permissions", "0777"),
)
def test_folders_belong_to_the_user_of_the_shop_alone(stacks: Stacks) -> None:
    for name in ("Pictures", "Documents"):
        point = stacks.properties("data-files", name)
        assert point["PosixUser"] == {"Uid": "900", "Gid": "900"}
        assert point["RootDirectory"]["CreationInfo"]["Permissions"] == "0750"


@reddens(change("data-files:Releases.PublicAccessBlockConfiguration.BlockPublicPolicy", False))
def test_no_bucket_can_be_opened_to_the_public(stacks: Stacks) -> None:
    for bucket in stacks.of_type("data-files", "AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
