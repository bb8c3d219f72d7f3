import json
from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError, load_settings

SECRET = "s" * 32


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    seller = dict.fromkeys(("name", "line1", "postcode", "city", "country", "vat_id", "iban", "bic", "email"), "x")
    (tmp_path / "seller.json").write_text(json.dumps(seller))
    queues = {
        f"{name}_QUEUE_URL": f"http://sqs/1/{name.lower()}" for name in ("ORDERS", "DOCUMENTS", "MEDIA", "WORKER")
    }
    return {
        **queues,
        "PUBLIC_URL": "https://shop.example",
        "COOKIE_SECRETS": f"{SECRET},{SECRET[::-1]}",
        "DATABASE_WRITER_URL": "mysql://shop:hidden@127.0.0.1:3306/shop",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "AWS_REGION": "eu-central-1",
        "MAIL_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "orders@shop.example",
        "MAIL_STAFF": "staff@shop.example",
        "MEDIA_ROOT": str(tmp_path),
        "PAYMENT_GATEWAY": "http://127.0.0.1:18090",
        "PAYMENT_SECRET": SECRET,
        "SELLER_FILE": str(tmp_path / "seller.json"),
    }


def test_what_is_not_set_has_the_values_of_the_contract(environ: dict[str, str]) -> None:
    settings = load_settings(environ)

    assert (settings.environment, settings.step_lease_s, settings.sweep_every_s) == ("development", 20, 5)
    assert (settings.drain_s, settings.visibility_s, settings.payment_expiry_s) == (20, 60, 3600)
    assert settings.shipping.standard_cents == 490
    assert settings.allowed_hosts == ("shop.example",)
    assert settings.is_https


def test_every_fault_is_told_at_once_by_name() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"DRAIN_S": "soon", "PUBLIC_URL": "shop.example", "PAYMENT_CAPTURE": "never"})

    told = str(refused.value)
    for name in ("DRAIN_S", "PUBLIC_URL", "PAYMENT_CAPTURE", "REDIS_URL", "COOKIE_SECRETS", "SELLER_FILE"):
        assert name in told


def test_no_fault_prints_a_value(environ: dict[str, str]) -> None:
    environ |= {"COOKIE_SECRETS": "too-short-but-secret", "DATABASE_WRITER_URL": "postgres://shop:hidden@host/shop"}

    with pytest.raises(SettingsError) as refused:
        load_settings(environ)

    assert "too-short-but-secret" not in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_printed_settings_hold_no_secret(environ: dict[str, str]) -> None:
    settings: Settings = load_settings(environ)

    assert SECRET not in repr(settings)
    assert "hidden" not in repr(settings)


def test_a_crash_point_in_production_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="CRASH_AT"):
        load_settings(environ | {"ENVIRONMENT": "production", "CRASH_AT": "checkout.after_commit:1"})


FIT = {
    "ENVIRONMENT": "production",
    "DATABASE_WRITER_URL": f"mysql://shop:its-own@db/shop?ca={__file__}",
    "PAYMENT_GATEWAY": "https://pay.example",
}
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-a1B2c3"


def test_production_starts_with_settings_that_are_fit_for_it(environ: dict[str, str]) -> None:
    assert load_settings(environ | FIT).is_production


@pytest.mark.parametrize(
    "open_one",
    [
        {"PUBLIC_URL": "http://shop.example"},
        {"PAYMENT_GATEWAY": "http://pay.example"},
        {"PAYMENT_SECRET": "s" * 31},
        {"DATABASE_WRITER_URL": f"mysql://shop:shop@db/shop?ca={__file__}"},
        {"DATABASE_WRITER_URL": f"mysql://shop@db/shop?ca={__file__}"},
        {"DATABASE_WRITER_URL": "mysql://shop:its-own@db/shop"},
        {"DATABASE_READER_URL": "mysql://shop:its-own@127.0.0.1/shop,mysql://shop:its-own@db/shop"},
        {"REDIS_URL": "redis://cache/0"},
        {"SQS_ENDPOINT_URL": "http://sqs"},
        {"DYNAMODB_ENDPOINT_URL": "http://10.0.0.1:8000"},
    ],
)
def test_what_stands_open_on_a_developers_machine_does_not_start_in_production(
    environ: dict[str, str], open_one: dict[str, str]
) -> None:
    (name,) = open_one

    with pytest.raises(SettingsError, match=rf"^{name} must [a-zA-Z0-9 ]+ in production$"):
        load_settings(environ | FIT | open_one)


@pytest.mark.parametrize(
    "local",
    [
        {"DATABASE_WRITER_URL": "mysql://shop:its-own@127.0.0.1/shop"},
        {"DATABASE_READER_URL": "mysql://shop:its-own@[::1]/shop"},
        {"REDIS_URL": "redis://localhost/0"},
        {"SQS_ENDPOINT_URL": "http://127.0.0.1:9324"},
    ],
)
def test_what_stays_on_the_machine_needs_no_encryption(environ: dict[str, str], local: dict[str, str]) -> None:
    assert load_settings(environ | FIT | local).is_production


def test_a_secret_of_aws_stands_for_a_password(environ: dict[str, str]) -> None:
    url = f"mysql://db/shop?ca={__file__}&secret={ARN}"

    assert load_settings(environ | FIT | {"DATABASE_WRITER_URL": url}).database_writer_url == url


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ("shop:its-own@db/1?ca=/no/such/file", "names no readable file as ca"),
        ("shop:its-own@db/1?ca=", "names no readable file as ca"),
        ("shop:its-own@db/1?ca_file=x", "has other parameters than ca and secret"),
        ("db/1?secret=shop/database", "names no ARN of Secrets Manager as secret"),
        (f"shop:its-own@db/1?secret={ARN}", "has both a password and a secret"),
    ],
)
@pytest.mark.parametrize("name", ["DATABASE_WRITER_URL", "DATABASE_READER_URL", "REDIS_URL"])
def test_an_address_with_a_parameter_that_does_not_hold_is_refused(
    environ: dict[str, str], name: str, rest: str, fault: str
) -> None:
    scheme = "rediss" if name == "REDIS_URL" else "mysql"

    with pytest.raises(SettingsError, match=rf"^{name} {fault}$"):
        load_settings(environ | {name: f"{scheme}://{rest}"})


def test_a_database_of_redis_that_is_no_number_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"^REDIS_URL names no number as its database$"):
        load_settings(environ | {"REDIS_URL": "redis://127.0.0.1/carts"})


def test_authorities_for_a_connection_that_is_not_encrypted_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"^REDIS_URL names a ca and does not begin with rediss$"):
        load_settings(environ | {"REDIS_URL": f"redis://cache/0?ca={__file__}"})


@pytest.mark.parametrize("weak", ["s" * 31, f"{'s' * 32},short"])
def test_a_secret_has_32_characters_everywhere(environ: dict[str, str], weak: str) -> None:
    with pytest.raises(SettingsError, match="COOKIE_SECRETS holds a secret of fewer than 32 characters"):
        load_settings(environ | {"COOKIE_SECRETS": weak})
