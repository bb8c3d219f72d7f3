"""What stands against a deployment is told in one sentence with the next step, and nothing is changed."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.cloudformation.models import cloudformation_backends

from deploy.local.faults import StackFault, UsageFault
from deploy.release import environment as environments
from deploy.release.account import NO_CREDENTIALS, Account, in_one_sentence
from deploy.release.deploying import deploy
from deploy.release.patience import Patience
from tests.deploy.account import ACCOUNT, REGION
from tests.deploy.desk import Desk, desk_in_memory
from tests.deploy.repositories import clone, git
from tests.deploy.templates import parameters_of

EVENTS = "aws cloudformation describe-stack-events"
RIGHTS = "AWS denies GetCallerIdentity: no. Sign in again, or ask an administrator for that right"


@pytest.fixture(scope="module")
def _desk(light_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    repository = clone(light_repository, tmp_path_factory.mktemp("refusals") / "shop")
    with desk_in_memory("dev", repository) as made:
        made.type("dev")
        yield made


@pytest.fixture
def desk(_desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A version of the one instance runs; the file of its environment may be changed."""
    with patch.object(environments, "read", lambda name: _read(name, tmp_path)):
        write(tmp_path)
        before = {name: dict(row) for name, row in _desk.beanstalk.environments.items()}
        yield _desk
        _desk.beanstalk.environments.update(before)


_read = environments.read


def write(folder: Path, name: str = "dev", **changes: str | None) -> Path:
    """The file of an environment with other values; None takes a key out."""
    values = {**parameters_of(name), **changes}
    text = {"Parameters": {key: value for key, value in values.items() if value is not None}}
    (folder / f"{name}.json").write_text(json.dumps(text), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Colour": "blue"}, "  Colour is no key that a template knows. Take it out"),
        ({"VersionLabel": "web-1"}, "  VersionLabel is no key that a template knows. Take it out"),
        ({"AlarmMail": None}, "  AlarmMail is missing. Who is told; SNS asks whether they want to be"),
        ({"Mode": "huge"}, "  Mode must be one of single, ha"),
        ({"Domain": "example"}, r"  Domain must have the form [a-z0-9.-]+\.[a-z]+"),
        ({"KeepDays": "many"}, "  KeepDays must be a whole number from 1 to 35"),
        ({"KeepDays": "36"}, "  KeepDays must be a whole number from 1 to 35"),
        ({"Environment": "production"}, "  Environment production needs Mode ha, which has HTTPS"),
        ({"DatabaseSnapshot": "snap"}, "  DatabaseSnapshot needs DatabaseSecret"),
        ({"PublicUrl": "http://www.example.org"}, "  PublicUrl must lie in the Domain dev.example.com"),
        ({"MailFrom": "orders@otherdev.example.com"}, "  MailFrom must lie in the Domain dev.example.com"),
        ({"Zones": 2}, "  each of the Parameters must be text in quotes, numbers, too"),
    ],
)
def test_a_file_that_does_not_fit_the_templates_is_refused_without_asking_aws(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    write(tmp_path, **changes)

    with pytest.raises(StackFault) as refused:
        _read("dev", tmp_path)

    assert str(refused.value).splitlines() == [
        f"{tmp_path / 'dev.json'} does not fit the templates; nothing was changed:",
        said,
    ]


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "dev.json").write_text(text)

    with pytest.raises(StackFault, match=r"dev\.json is not JSON with Parameters"):
        _read("dev", tmp_path)


def test_an_environment_without_a_file_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"there is no environment '\.\./dev'. Those of deploy/params are: dev"):
        _read("../dev", write(tmp_path))


@pytest.mark.parametrize("name", ["dev", "test", "prod"])
def test_the_files_of_this_checkout_fit(name: str) -> None:
    assert _read(name).name == name


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DatabaseSnapshot", "rds:none"),
        ("DatabaseSecret", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none"),
        ("MediaSnapshot", "snap-0123456789abcdef0"),
        ("GoldenAmi", "ami-0123456789abcdef0"),
        ("LoadRunSecret", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none"),
        ("ZoneId", "Z0000000000000"),
    ],
)
def test_what_is_to_be_restored_must_exist(desk: Desk, tmp_path: Path, key: str, value: str) -> None:
    kept = desk.session.client("secretsmanager").describe_secret(SecretId="shop-dev/database")["ARN"]
    write(tmp_path, **{"DatabaseSecret": kept, key: value})

    said = f"nothing was changed: {key} {value} does not exist in this account and region. Put it right in the file"
    assert desk.refused("dev") == said


def test_a_secret_that_was_deleted_is_asked_back(desk: Desk) -> None:
    secrets = desk.session.client("secretsmanager")
    secrets.delete_secret(SecretId="shop-dev/payment")

    assert desk.refused("dev") == (
        "nothing was changed: the secret shop-dev/payment is missing. "
        "Bring it back: aws secretsmanager restore-secret --secret-id shop-dev/payment"
    )
    secrets.restore_secret(SecretId="shop-dev/payment")


def test_a_label_of_other_contents_is_refused(desk: Desk) -> None:
    label = git(desk.repository, "rev-parse", "HEAD")[:12]
    source = desk.beanstalk.versions[f"web-{label}"]["SourceBundle"]
    s3, place = desk.session.client("s3"), {"Bucket": source["S3Bucket"], "Key": source["S3Key"]}
    whole = s3.get_object(**place)
    s3.put_object(**place, Body=b"by hand")

    assert desk.refused("dev") == (
        f"nothing was changed: the version web-{label} is already used by other contents. "
        f"Commit again for a label of its own, or deploy what is there: --version {label}"
    )
    s3.put_object(**place, Body=whole["Body"].read(), Metadata=whole["Metadata"])


def test_a_version_that_nobody_knows_is_refused(desk: Desk) -> None:
    assert desk.refused("dev", "--version", "nonsense") == (
        "there is no version nonsense, and no such commit here. ./shop deploy versions lists what there is"
    )


@pytest.mark.parametrize("words", [(), ("--version", "HEAD")])
def test_what_is_not_committed_is_not_deployed_with_any_version(desk: Desk, words: tuple[str, ...]) -> None:
    template = desk.repository / "deploy/cfn/data.yaml"
    before = template.read_text("utf-8")
    template.write_text(f"{before}# tried out\n", "utf-8")

    said = desk.refused("dev", *words)

    template.write_text(before, "utf-8")
    assert said.startswith("not committed: deploy/cfn/data.yaml. ")


def test_before_the_first_version_there_is_none(desk: Desk) -> None:
    assert desk.refused("rollback", "dev") == "shop-dev has no version before. ./shop deploy versions lists them all"


@pytest.mark.parametrize("about", [{"Health": "Red"}, {"Status": "Updating"}])
def test_status_tells_when_a_tier_is_not_well(desk: Desk, about: dict[str, str]) -> None:
    assert desk.type("status", "dev")[0] == 0

    desk.beanstalk.environments["shop-dev-web"].update(about)

    assert desk.type("status", "dev")[0] == 1


@pytest.mark.parametrize("words", [("dev",), ("rollback", "dev")])
def test_an_environment_that_is_updating_is_left_alone(desk: Desk, words: tuple[str, ...]) -> None:
    desk.beanstalk.environments["shop-dev-web"]["Status"] = "Updating"

    assert desk.refused(*words) == (
        "nothing was changed: shop-dev-web is updating. Wait until it is ready: ./shop deploy status dev"
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("UPDATE_IN_PROGRESS", "is at work (UPDATE_IN_PROGRESS). Wait until it is done"),
        (
            "ROLLBACK_COMPLETE",
            "was never whole. Delete it: aws cloudformation delete-stack --stack-name shop-dev-data",
        ),
        (
            "ROLLBACK_FAILED",
            'was never whole, and something protected is left of it: deploy/README.md, "When the first run fails"',
        ),
        (
            "UPDATE_ROLLBACK_FAILED",
            f"needs a hand (UPDATE_ROLLBACK_FAILED). Its events say why: {EVENTS} --stack-name shop-dev-data",
        ),
    ],
)
def test_a_stack_that_cannot_be_changed_now_is_named(desk: Desk, status: str, said: str) -> None:
    stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
    (data,) = [stack for stack in stacks if stack.name == "shop-dev-data"]
    before, data.status = data.status, status

    assert desk.refused("dev") == f"nothing was changed: the stack shop-dev-data {said}"
    data.status = before


@contextmanager
def told_by_aws(desk: Desk, **about: str) -> Iterator[None]:
    """Let each change set of the data stack hold this change."""

    def tell(parsed: dict[str, Any], **_: Any) -> None:
        if parsed["StackName"] == "shop-dev-data":
            change = {"LogicalResourceId": "Instance", "ResourceType": "AWS::RDS::DBInstance", **about}
            parsed.update(Status="CREATE_COMPLETE", Changes=[{"Type": "Resource", "ResourceChange": change}])

    event = "after-call.cloudformation.DescribeChangeSet"
    client = desk.client("cloudformation")
    client.meta.events.register(event, tell)
    try:
        yield
    finally:
        client.meta.events.unregister(event, tell)


@pytest.mark.parametrize(
    ("about", "fate"),
    [
        ({"Action": "Modify", "Replacement": "True"}, "replaced"),
        ({"Action": "Modify", "Replacement": "Conditional"}, "replaced, perhaps"),
        ({"Action": "Remove"}, "removed"),
    ],
)
def test_what_holds_data_is_not_replaced_unless_it_is_named(desk: Desk, about: dict[str, str], fate: str) -> None:
    with told_by_aws(desk, **about):
        assert desk.refused("dev") == (
            f"nothing was changed: shop-dev-data: Instance (AWS::RDS::DBInstance) holds data and would be {fate}. "
            "Save it first, then: --allow-replacement Instance"
        )
        assert desk.refused("dev", "--allow-replacement", "Disk").startswith("nothing was changed: shop-dev-data: In")
        assert desk.type("dev", "--dry-run", "--allow-replacement", "Instance")[0] == 0


@pytest.mark.parametrize(
    "about",
    [
        {"Action": "Modify", "Replacement": "False"},
        {"Action": "Add"},
        {"Action": "Modify", "Replacement": "True", "ResourceType": "AWS::RDS::DBSubnetGroup"},
    ],
)
def test_what_costs_no_data_is_shown_and_goes_on(desk: Desk, about: dict[str, str]) -> None:
    with told_by_aws(desk, **about):
        code, said = desk.type("dev", "--dry-run")

    assert code == 0
    assert "shop-dev-data would change:" in said
    assert said.endswith("nothing was changed\n")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account of somebody who has not signed in."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    return Account(boto3.Session())


@pytest.mark.parametrize("words", [("prod",), ("rollback", "prod"), ("status", "prod"), ("versions",)])
def test_without_credentials_nothing_else_is_done(
    nobody: Account, light_repository: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(StackFault) as refused:
        deploy(words, light_repository, lambda: nobody)

    assert str(refused.value) == NO_CREDENTIALS


def test_a_dry_run_needs_no_credentials(
    nobody: Account, light_repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = deploy(["prod", "--dry-run"], light_repository, lambda: nobody)

    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert said[0].startswith("version web-")
    assert [line.split(":")[0] for line in said[2:-1]] == [
        *(f"shop-prod-{name}" for name in ("network", "data-queues", "dns", "data", "data-files", "identity")),
        *(f"shop-prod-{name}" for name in ("web", "worker", "dns", "alarms")),
    ]
    assert said[-1] == "nothing was changed, and AWS was not asked: there are no credentials"


FAULTS: Mapping[str, tuple[Callable[[], Exception], str]] = {
    "denied": (
        lambda: ClientError({"Error": {"Code": "ExpiredToken", "Message": "no."}}, "GetCallerIdentity"),
        RIGHTS,
    ),
    "refused": (
        lambda: ClientError({"Error": {"Code": "Throttling", "Message": "too many"}}, "DescribeStacks"),
        "AWS refuses DescribeStacks: too many. Put that right, then start again",
    ),
    "out of reach": (
        lambda: EndpointConnectionError(endpoint_url="https://example.com"),
        "AWS gives no answer: Could not connect to the endpoint URL: ",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_aws_is_a_sentence(name: str) -> None:
    fault, said = FAULTS[name]

    with pytest.raises(StackFault) as told, in_one_sentence():
        raise fault()

    assert str(told.value).startswith(said)
    assert "\n" not in str(told.value)


def test_denied_credentials_change_nothing(desk: Desk) -> None:
    def deny(**_: Any) -> None:
        raise FAULTS["denied"][0]()

    events = desk.client("sts").meta.events
    events.register("before-call.sts.GetCallerIdentity", deny)

    assert desk.refused("dev") == RIGHTS
    events.unregister("before-call.sts.GetCallerIdentity", deny)


def test_every_wait_ends() -> None:
    seconds = iter(range(0, 10_000, 100))
    slept: list[float] = []
    patience = Patience(look_s=5, sleep=slept.append, clock=lambda: float(next(seconds)))

    with pytest.raises(StackFault, match="shop-dev-data is not done after 5 minutes, and goes on at AWS"):
        patience.until(lambda: None, 5, "shop-dev-data")

    assert slept == [5, 5]
