"""What reviewers ask of an Elastic Beanstalk environment."""

import json

import yaml  # type: ignore[import-untyped]

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import DEPLOY, Stacks

BOTH = ("web", "worker")
LAUNCH = "aws:autoscaling:launchconfiguration"
DAEMON = "aws:elasticbeanstalk:sqsd"
PROPERTIES = "aws:elasticbeanstalk:application:environment"
SECRETS = "aws:elasticbeanstalk:application:environmentsecrets"


@reddens(change(f"web:[{LAUNCH}]DisableIMDSv1", "false"), remove(f"worker:[{LAUNCH}]DisableIMDSv1"))
def test_instances_answer_for_their_role_by_imdsv2_only(stacks: Stacks) -> None:
    for tier in BOTH:
        assert stacks.options(tier)[LAUNCH, "DisableIMDSv1"] == "true"


@reddens(remove("golden-ami:Infrastructure.InstanceMetadataOptions"))
def test_the_builder_of_images_uses_imdsv2_only(stacks: Stacks) -> None:
    assert stacks.properties("golden-ami", "Infrastructure")["InstanceMetadataOptions"]["HttpTokens"] == "required"


@reddens(remove(f"web:[{LAUNCH}]DisableDefaultEC2SecurityGroup"), change(f"worker:[{LAUNCH}]SecurityGroups", "sg-1"))
def test_instances_are_in_our_groups_only(stacks: Stacks) -> None:
    for tier in BOTH:
        options = stacks.options(tier)
        assert options[LAUNCH, "DisableDefaultEC2SecurityGroup"] == "true"
        assert options[LAUNCH, "SecurityGroups"] == f"import:{tier.title()}Group"


@reddens(remove(f"worker:[{LAUNCH}]IamInstanceProfile"))
def test_each_tier_has_its_own_role_and_no_ssh_key(stacks: Stacks) -> None:
    for tier in BOTH:
        options = stacks.options(tier)
        assert options[LAUNCH, "IamInstanceProfile"] == f"import:{tier.title()}Profile"
        assert (LAUNCH, "EC2KeyName") not in options


@reddens(change("web:[aws:elasticbeanstalk:healthreporting:system]SystemType", "basic"))
def test_health_is_the_enhanced_one(stacks: Stacks) -> None:
    for tier in BOTH:
        assert stacks.options(tier)["aws:elasticbeanstalk:healthreporting:system", "SystemType"] == "enhanced"


@reddens(
    change(
        "web:[aws:elasticbeanstalk:healthreporting:system]ConfigDocument", '{"CloudWatchMetrics": {"Environment": {}}}'
    )
)
def test_the_metrics_that_alarms_need_are_published(stacks: Stacks) -> None:
    options = stacks.options("web")
    document = json.loads(options["aws:elasticbeanstalk:healthreporting:system", "ConfigDocument"])

    published = set(document["CloudWatchMetrics"]["Environment"])
    assert {"ApplicationRequests5xx", "ApplicationLatencyP99", "ApplicationRequestsTotal"} <= published


@reddens(
    change("worker:[aws:elasticbeanstalk:managedactions]ManagedActionsEnabled", "false"),
    remove("web:[aws:elasticbeanstalk:managedactions:platformupdate]UpdateLevel"),
)
def test_the_platform_is_updated_by_itself_unless_the_image_is_ours(stacks: Stacks) -> None:
    for tier in BOTH:
        key = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
        assert stacks.options(tier)[key] == "true"
        assert stacks.options(tier, GoldenAmi="ami-1")[key] == "false"
        assert stacks.options(tier)["aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel"] == "minor"


@reddens(
    change("web:[aws:elasticbeanstalk:managedactions]PreferredStartTime", "Tue:04:00"),
)
def test_the_tiers_are_not_updated_at_the_same_hour(stacks: Stacks) -> None:
    key = ("aws:elasticbeanstalk:managedactions", "PreferredStartTime")

    assert len({stacks.options(tier)[key] for tier in BOTH}) == 2


@reddens(change("web:[aws:elasticbeanstalk:cloudwatch:logs]StreamLogs", "false"))
def test_logs_go_to_cloudwatch_and_outlive_their_instance(stacks: Stacks) -> None:
    logs = "aws:elasticbeanstalk:cloudwatch:logs"
    for tier in BOTH:
        options = stacks.options(tier)
        assert (options[logs, "StreamLogs"], options[logs, "DeleteOnTerminate"]) == ("true", "false")
        assert options[logs, "RetentionInDays"] == "90"


@reddens(remove("web:[aws:elbv2:loadbalancer]AccessLogsS3Enabled"))
def test_the_balancer_writes_an_access_log(stacks: Stacks) -> None:
    options = stacks.options("web")

    assert options["aws:elbv2:loadbalancer", "AccessLogsS3Enabled"] == "true"
    assert options["aws:elbv2:loadbalancer", "AccessLogsS3Bucket"] == "import:AccessLogs"


@reddens(
    change("web:[aws:elasticbeanstalk:command]DeploymentPolicy", "AllAtOnce"),
    change("worker:[aws:elasticbeanstalk:command]DeploymentPolicy", "AllAtOnce"),
)
def test_a_fleet_is_never_replaced_all_at_once(stacks: Stacks) -> None:
    for tier in BOTH:
        key = ("aws:elasticbeanstalk:command", "DeploymentPolicy")
        assert stacks.options(tier)[key] == "RollingWithAdditionalBatch"
        assert stacks.options(tier, Mode="single")[key] == "AllAtOnce"


@reddens(change(f"worker:[{DAEMON}]WorkerQueueURL", "import:OrdersQueue"))
def test_the_daemon_reads_a_queue_that_celery_does_not(stacks: Stacks) -> None:
    options = stacks.options("worker")

    assert options[DAEMON, "WorkerQueueURL"] == options[PROPERTIES, "WORKER_QUEUE_URL"] == "import:JobsQueue"
    celery = {options[PROPERTIES, f"{name}_QUEUE_URL"] for name in ("ORDERS", "DOCUMENTS", "MEDIA")}
    assert "import:JobsQueue" not in celery


@reddens(
    change(f"worker:[{DAEMON}]InactivityTimeout", "300"),
    change(f"worker:[{DAEMON}]VisibilityTimeout", "270"),
)
def test_no_job_is_given_out_again_while_nginx_still_waits_for_it(stacks: Stacks) -> None:
    options = stacks.options("worker")
    nginx = (DEPLOY / "beanstalk-worker/.platform/nginx/nginx.conf").read_text("utf-8")

    assert "proxy_read_timeout 290s;" in nginx
    assert int(options[DAEMON, "InactivityTimeout"]) < 290 < int(options[DAEMON, "VisibilityTimeout"])


@reddens(change(f"worker:[{DAEMON}]HttpPath", "/"), change(f"worker:[{PROPERTIES}]PORT", "8000"))
def test_the_daemon_posts_to_worker_at_port_8100(stacks: Stacks) -> None:
    options = stacks.options("worker")
    procfile = yaml.safe_load((DEPLOY / "beanstalk-worker/Procfile").read_text("utf-8"))

    assert (options[DAEMON, "HttpPath"], options[DAEMON, "MimeType"]) == ("/worker", "application/json")
    assert procfile["web"].endswith(f"--port {options[PROPERTIES, 'PORT']}")
    assert options[PROPERTIES, "PORT"] == "8100"


@reddens(change(f"web:[{PROPERTIES}]VISIBILITY_S", "30"), change("data-queues:Orders.VisibilityTimeout", 30))
def test_celery_and_its_queues_agree_how_long_a_message_is_hidden(stacks: Stacks) -> None:
    for tier in BOTH:
        for name in ("Orders", "Documents", "Media"):
            hidden = stacks.properties("data-queues", name)["VisibilityTimeout"]
            assert stacks.options(tier)[PROPERTIES, "VISIBILITY_S"] == str(hidden)


@reddens(
    change(f"web:[{PROPERTIES}]PORT", "{{resolve:secretsmanager:x}}"),
    change(f"web:[{SECRETS}]COOKIE_SECRETS", "geheim"),
)
def test_no_secret_stands_among_the_options(stacks: Stacks) -> None:
    secrets = {"COOKIE_SECRETS", "PAYMENT_SECRET", "SELLER_JSON"}
    for tier in BOTH:
        options = stacks.options(tier)
        assert {name for space, name in options if space == SECRETS} == secrets
        assert all(value.startswith("import:") for (space, _), value in options.items() if space == SECRETS)
        assert not [value for value in options.values() if "resolve:" in value]
        assert not {name for space, name in options if space == PROPERTIES} & secrets


@reddens(remove(f"web:[{SECRETS}]LOAD_RUN_SECRET"), change(f"web:[{SECRETS}]LOAD_RUN_SECRET", "arn:another"))
def test_load_runs_are_taken_only_with_a_secret_for_them(stacks: Stacks) -> None:
    key = (SECRETS, "LOAD_RUN_SECRET")

    assert stacks.options("web", LoadRunSecret="arn:of-load-runs")[key] == "arn:of-load-runs"
    assert not {key} & {*stacks.options("web"), *stacks.options("worker", LoadRunSecret="arn:of-load-runs")}


@reddens(change(f"web:[{LAUNCH}]ImageId", "ami-other"))
def test_an_image_of_ours_is_used_when_it_is_given(stacks: Stacks) -> None:
    for tier in BOTH:
        assert stacks.options(tier, GoldenAmi="ami-1")[LAUNCH, "ImageId"] == "ami-1"
        assert (LAUNCH, "ImageId") not in stacks.options(tier)


@reddens(remove("identity:Application.ResourceLifecycleConfig"))
def test_old_versions_go_by_themselves(stacks: Stacks) -> None:
    rule = stacks.properties("identity", "Application")["ResourceLifecycleConfig"]["VersionLifecycleConfig"]

    assert rule["MaxCountRule"] == {"Enabled": True, "MaxCount": 50, "DeleteSourceFromS3": False}
