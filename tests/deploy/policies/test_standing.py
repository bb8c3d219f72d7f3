"""A zone, an instance or a node that goes takes nothing with it."""

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import Stacks

PROCESS = "aws:elasticbeanstalk:environment:process:default"


@reddens(change("data:Instance.MultiAZ", False))
def test_rds_of_a_fleet_has_a_standby(stacks: Stacks) -> None:
    assert stacks.properties("data", "Instance", "test")["MultiAZ"] is True
    assert stacks.properties("data", "Instance", "dev")["MultiAZ"] is False


@reddens(remove("data:Reader"), change("data:Reader.PromotionTier", 15), change("data:Reader.DBInstanceClass", "small"))
def test_a_reader_of_the_writers_size_takes_over(stacks: Stacks) -> None:
    writer, reader = stacks.properties("data", "Writer"), stacks.properties("data", "Reader")

    assert (writer["PromotionTier"], reader["PromotionTier"]) == (0, 1)
    assert writer["DBInstanceClass"] == reader["DBInstanceClass"] == "db.r6g.large"


@reddens(remove("data:ReadersFollowTheirLoad"), change("data:Readers.MaxCapacity", 1))
def test_readers_follow_their_load_up_to_fifteen(stacks: Stacks) -> None:
    readers = stacks.properties("data", "Readers")

    assert (readers["MinCapacity"], readers["MaxCapacity"]) == ("1", "15")
    policy = stacks.properties("data", "ReadersFollowTheirLoad")
    metric = policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]
    assert (policy["ScalingTargetId"], metric) == (
        {"Ref": "Readers"},
        {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"},
    )


@reddens(change("data:Cache.MultiAZEnabled", False), change("data:Cache.NumCacheClusters", 1))
def test_the_cache_of_a_fleet_has_a_replica_in_another_zone_that_takes_over(stacks: Stacks) -> None:
    for environment in ("test", "prod"):
        cache = stacks.properties("data", "Cache", environment)
        assert (cache["MultiAZEnabled"], cache["AutomaticFailoverEnabled"]) == (True, True)
        assert int(cache["NumCacheClusters"]) >= 2


@reddens(remove("network:PrivateC"), change("network:PrivateB.AvailabilityZone", "eu-central-1a"))
def test_production_stands_in_three_zones(stacks: Stacks) -> None:
    for kind in ("Public", "Private"):
        zones = [stacks.properties("network", f"{kind}{zone}")["AvailabilityZone"] for zone in "ABC"]
        assert [zone["Fn::Select"][0] for zone in zones] == [0, 1, 2]


@reddens(remove("data-files:MountTargetC"), remove("data-files:MountTargetB"))
def test_files_are_reached_within_each_zone(stacks: Stacks) -> None:
    assert len(stacks.of_type("data-files", "AWS::EFS::MountTarget")) == 3
    assert len(stacks.of_type("data-files", "AWS::EFS::MountTarget", "test")) == 2


@reddens(change("web:[aws:autoscaling:asg]MinSize", "1"), remove("web:[aws:autoscaling:asg]MaxSize"))
def test_a_fleet_has_two_storefronts_at_least_and_may_grow(stacks: Stacks) -> None:
    for environment in ("test", "prod"):
        options = stacks.options("web", environment)
        least, most = (int(options["aws:autoscaling:asg", name]) for name in ("MinSize", "MaxSize"))
        assert 2 <= least < most


@reddens(change("worker:[aws:autoscaling:asg]MinSize", "1"))
def test_production_has_two_workers_at_least(stacks: Stacks) -> None:
    assert int(stacks.options("worker")["aws:autoscaling:asg", "MinSize"]) >= 2


@reddens(change("dns:ShopAlias.AliasTarget.EvaluateTargetHealth", False))
def test_the_shops_name_follows_the_balancers_health(stacks: Stacks) -> None:
    alias = stacks.properties("dns", "ShopAlias", Stage="open")

    assert alias["AliasTarget"] == {
        "DNSName": "import:WebEndpoint",
        "HostedZoneId": {"Fn::FindInMap": ["Balancers", "eu-central-1", "Zone"]},
        "EvaluateTargetHealth": True,
    }


@reddens(remove("dns:ShopHealth"), change("dns:ShopHealth.HealthCheckConfig.Type", "HTTP"))
def test_the_shop_is_asked_from_outside(stacks: Stacks) -> None:
    check = stacks.properties("dns", "ShopHealth", Stage="open")["HealthCheckConfig"]

    assert (check["Type"], check["FullyQualifiedDomainName"], check["ResourcePath"]) == (
        "HTTPS",
        "www.example.com",
        "/livez",
    )


@reddens(change(f"web:[{PROCESS}]HealthCheckPath", "/livez"), change(f"web:[{PROCESS}]HealthCheckInterval", "15"))
def test_a_storefront_that_drains_is_out_of_rotation_before_it_ends(stacks: Stacks) -> None:
    options = stacks.options("web")
    checks = int(options[PROCESS, "HealthCheckInterval"]) * int(options[PROCESS, "UnhealthyThresholdCount"])

    assert options[PROCESS, "HealthCheckPath"] == "/readyz"
    assert checks < int(options["aws:elasticbeanstalk:application:environment", "DRAIN_S"])


@reddens(change(f"web:[{PROCESS}]DeregistrationDelay", "5"))
def test_the_balancer_waits_for_running_requests(stacks: Stacks) -> None:
    assert int(stacks.options("web")[PROCESS, "DeregistrationDelay"]) >= 30


@reddens(change(f"web:[{PROCESS}]StickinessEnabled", "true"))
def test_no_shopper_sticks_to_an_instance_unless_it_is_asked_for(stacks: Stacks) -> None:
    assert stacks.options("web")[PROCESS, "StickinessEnabled"] == "false"
    assert stacks.options("web", Stickiness="true")[PROCESS, "StickinessEnabled"] == "true"
