"""Who may speak to whom."""

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import DEPLOY, Stacks

INGRESS, EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
EVERYBODY = "0.0.0.0/0"


def callers(stacks: Stacks, group: str, environment: str = "prod") -> set[tuple[str, int]]:
    """(group that may call, port) of a group; whoever is let in by address is EVERYBODY."""
    rows = stacks.of_type("network", INGRESS, environment).values()
    own = stacks.properties("network", group, environment).get("SecurityGroupIngress", [])
    of_group = [row for row in rows if row["GroupId"] == {"Ref": group}] + own
    assert all(row["FromPort"] == row["ToPort"] for row in of_group)
    return {(row.get("SourceSecurityGroupId", {}).get("Ref", row.get("CidrIp")), row["FromPort"]) for row in of_group}


@reddens(change("network:DatabaseFromWeb.CidrIp", EVERYBODY), remove("network:DatabaseFromWeb.SourceSecurityGroupId"))
def test_only_storefronts_and_workers_reach_the_database(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        assert callers(stacks, "DatabaseGroup", environment) == {("WebGroup", 3306), ("WorkerGroup", 3306)}
    assert not any("CidrIp" in row for row in stacks.of_type("network", INGRESS).values())


@reddens(change("network:CacheFromWeb.FromPort", 1), remove("network:CacheFromWorker"))
def test_only_storefronts_and_workers_reach_the_cache(stacks: Stacks) -> None:
    assert callers(stacks, "CacheGroup") == {("WebGroup", 6379), ("WorkerGroup", 6379)}


@reddens(change("network:FilesFromWeb.SourceSecurityGroupId", {"Ref": "BalancerGroup"}))
def test_only_storefronts_and_workers_reach_the_files(stacks: Stacks) -> None:
    assert callers(stacks, "FilesGroup") == {("WebGroup", 2049), ("WorkerGroup", 2049)}


@reddens(
    change("network:WebFromBalancer.SourceSecurityGroupId", {"Ref": "WorkerGroup"}),
    remove("network:WebFromEverybody/Condition"),
)
def test_only_the_balancer_reaches_the_storefronts_of_a_fleet(stacks: Stacks) -> None:
    assert callers(stacks, "WebGroup") == {("BalancerGroup", 80)}
    assert callers(stacks, "WebGroup", "dev") == {(EVERYBODY, 80)}


@reddens(change("network:WorkerGroup.SecurityGroupIngress", [{"FromPort": 80, "ToPort": 80, "CidrIp": EVERYBODY}]))
def test_nobody_reaches_the_workers(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        assert callers(stacks, "WorkerGroup", environment) == set()


@reddens(change("network:BalancerGroup.SecurityGroupIngress.0.FromPort", 22))
def test_the_balancer_is_open_at_80_and_443_only(stacks: Stacks) -> None:
    assert callers(stacks, "BalancerGroup") == {(EVERYBODY, 80), (EVERYBODY, 443)}


@reddens(change("network:WebFromEverybody.FromPort", 22), change("network:WebFromEverybody.ToPort", 22))
def test_nobody_comes_by_ssh(stacks: Stacks) -> None:
    for environment in ("dev", "test", "prod"):
        for group in stacks.of_type("network", "AWS::EC2::SecurityGroup", environment):
            assert 22 not in {port for _, port in callers(stacks, group, environment)}


@reddens(remove("network:DatabaseGroup.SecurityGroupEgress"), remove("network:EndpointsGroup.SecurityGroupEgress"))
def test_what_holds_data_calls_nobody(stacks: Stacks) -> None:
    for group in ("DatabaseGroup", "CacheGroup", "FilesGroup", "EndpointsGroup"):
        (rule,) = stacks.properties("network", group)["SecurityGroupEgress"]
        assert rule["CidrIp"] == "127.0.0.1/32"


@reddens(
    change("network:WebGroup.SecurityGroupEgress.0.ToPort", 65535), remove("network:WorkerGroup.SecurityGroupEgress")
)
def test_instances_leave_by_https_only(stacks: Stacks) -> None:
    for group in ("WebGroup", "WorkerGroup"):
        (rule,) = stacks.properties("network", group)["SecurityGroupEgress"]
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


@reddens(change("web:[aws:ec2:vpc]Subnets", "import:PublicSubnets"), change("worker:[aws:ec2:vpc]Subnets", "x"))
def test_instances_of_a_fleet_stand_in_private_subnets(stacks: Stacks) -> None:
    for tier in ("web", "worker"):
        options = stacks.options(tier)
        assert options["aws:ec2:vpc", "Subnets"] == "import:PrivateSubnets"
        assert options["aws:ec2:vpc", "AssociatePublicIpAddress"] == "false"


@reddens(
    change("web:[aws:ec2:vpc]ELBSubnets", "import:PrivateSubnets"), change("web:[aws:ec2:vpc]ELBScheme", "internal")
)
def test_the_balancer_stands_in_public_subnets(stacks: Stacks) -> None:
    options = stacks.options("web")

    assert (options["aws:ec2:vpc", "ELBSubnets"], options["aws:ec2:vpc", "ELBScheme"]) == (
        "import:PublicSubnets",
        "public",
    )


@reddens(change("data:DatabaseSubnets.SubnetIds", ["subnet-public"]), change("data:CacheSubnets.SubnetIds", []))
def test_database_and_cache_stand_in_private_subnets(stacks: Stacks) -> None:
    for name in ("DatabaseSubnets", "CacheSubnets"):
        assert stacks.properties("data", name)["SubnetIds"] == ["import:PrivateSubnets"]
    assert stacks.properties("data", "Cluster")["DBSubnetGroupName"] == {"Ref": "DatabaseSubnets"}


@reddens(change("data:Writer.PubliclyAccessible", True), remove("data:Instance.PubliclyAccessible"))
def test_no_database_has_a_public_address(stacks: Stacks) -> None:
    for environment in ("dev", "test", "prod"):
        for instance in stacks.of_type("data", "AWS::RDS::DBInstance", environment).values():
            assert instance["PubliclyAccessible"] is False


@reddens(
    change("network:PrivateRoutesA", {"Type": "AWS::EC2::Subnet", "Properties": {}}), remove("network:NatGatewayB")
)
def test_each_zone_of_production_has_its_own_way_out(stacks: Stacks) -> None:
    routes = stacks.of_type("network", "AWS::EC2::Route").values()
    ways_out = {row["RouteTableId"]["Ref"]: row["NatGatewayId"]["Ref"] for row in routes if "NatGatewayId" in row}

    assert ways_out == {f"PrivateRoutes{zone}": f"NatGateway{zone}" for zone in "ABC"}
    assert set(stacks.of_type("network", "AWS::EC2::NatGateway")) == set(ways_out.values())
    assert set(ways_out) <= set(stacks.of_type("network", "AWS::EC2::RouteTable"))


@reddens(change("network:WayOutA.GatewayId", {"Ref": "Gateway"}))
def test_private_subnets_have_no_way_in(stacks: Stacks) -> None:
    routes = stacks.of_type("network", "AWS::EC2::Route").values()

    assert [row["RouteTableId"]["Ref"] for row in routes if "GatewayId" in row] == ["PublicRoutes"]


@reddens(remove("network:SqsEndpoint"), change("network:SecretsEndpoint.PrivateDnsEnabled", False))
def test_secrets_messages_logs_and_objects_stay_off_the_internet(stacks: Stacks) -> None:
    doors = stacks.of_type("network", "AWS::EC2::VPCEndpoint").values()
    private = {door["ServiceName"].rpartition(".")[2] for door in doors if door.get("PrivateDnsEnabled")}
    gateways = {door["ServiceName"].rpartition(".")[2] for door in doors if door["VpcEndpointType"] == "Gateway"}

    assert (private, gateways) == ({"sqs", "secretsmanager", "logs"}, {"s3", "dynamodb"})


@reddens(remove("network:FlowLog"), change("network:FlowLog.TrafficType", "ACCEPT"))
def test_what_the_network_refuses_is_logged(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        (log,) = stacks.of_type("network", "AWS::EC2::FlowLog", environment).values()
        assert (log["ResourceId"], log["TrafficType"]) == ({"Ref": "Vpc"}, "REJECT")


@reddens(change("network:PublicA.MapPublicIpOnLaunch", True))
def test_no_subnet_hands_out_public_addresses(stacks: Stacks) -> None:
    assert not any(
        subnet.get("MapPublicIpOnLaunch") for subnet in stacks.of_type("network", "AWS::EC2::Subnet").values()
    )


def test_worker_is_closed_at_the_storefront_and_open_to_the_daemon_only() -> None:
    web = (DEPLOY / "beanstalk-web/.platform/nginx/nginx.conf").read_text("utf-8")
    worker = (DEPLOY / "beanstalk-worker/.platform/nginx/nginx.conf").read_text("utf-8")

    assert "location /worker {\n            return 404;" in web
    assert "allow 127.0.0.1;\n        allow ::1;\n        deny all;" in worker
