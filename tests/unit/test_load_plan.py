"""What a load run is asked to be, and what it refuses."""

import hashlib
import hmac
from typing import Any

import pytest

from deploy.local.faults import UsageFault
from deploy.local.load.plan import Plan, check_secret
from deploy.local.load.verb import main
from loadtests.run_token import RUN_ID, new_run_id, sign
from loadtests.shapes import shoppers_at


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"users": 0}, "--users must be 1 to 20000"),
        ({"seconds": 0.0}, "--minutes must be more than 0 and at most 1440"),
        ({"instances": 21}, "--instances must be 1 to 20"),
        (
            {"faults": ("redis", "fire")},
            "--faults: there is no fire; there are kill-web, kill-worker, redis, db, sqs, slow-client",
        ),
        (
            {"faults": ("redis",), "host": "https://shop.example.com"},
            "--faults are made to a shop that the run starts on this machine; leave --host out",
        ),
        ({"run": "-a run"}, "--run must be 4 to 40 small letters, digits and hyphens, no hyphen first"),
        ({"host": "shop.example.com"}, "--host must begin with http:// or https://"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_sentence(wanted: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageFault) as refused:
        Plan(**wanted).check()

    assert str(refused.value) == sentence
    assert refused.value.exit_code == 2


def test_a_shop_elsewhere_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOAD_RUN_SECRET", raising=False)

    with pytest.raises(UsageFault, match="LOAD_RUN_SECRET is not set"):
        main(["--host", "https://shop.example.com"])
    with pytest.raises(UsageFault):
        check_secret("short")
    assert check_secret("s" * 32) == "s" * 32


def test_the_token_is_the_contracts() -> None:
    text = "v1.nightly-1.1796000000"
    mac = hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()[:32]

    assert sign("secret", "nightly-1", 1796000000) == f"{text}.{mac}"


def test_each_run_has_a_name_of_its_own() -> None:
    names = {new_run_id() for _ in range(20)}

    assert len(names) == 20
    assert all(RUN_ID.fullmatch(name) for name in names)


@pytest.mark.parametrize(
    ("shape", "shoppers"),
    [
        ("steady", [1, 50, 100, 100, 100]),
        ("ramp", [1, 5, 45, 50, 100]),
        ("spike", [1, 20, 100, 100, 20]),
        ("flash", [100, 100, 100, 100, 100]),
        ("soak", [1, 50, 100, 100, 100]),
    ],
)
def test_shoppers_come_by_the_shape(shape: str, shoppers: list[int]) -> None:
    assert [shoppers_at(shape, 100, at) for at in (0, 0.05, 0.45, 0.5, 1)] == shoppers
