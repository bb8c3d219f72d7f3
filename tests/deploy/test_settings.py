"""Both environments give the shop every variable that it needs, and it starts with them."""

import json
from pathlib import Path

import pytest

from shared.settings import Settings, load_settings
from tests.deploy.templates import ENVIRONMENTS, Stacks, parameters_of

PROPERTIES = "aws:elasticbeanstalk:application:environment"
SECRETS = "aws:elasticbeanstalk:application:environmentsecrets"
# What a secret resolves to on AWS, in the form that the data stack gives it.
KNOWN = {"COOKIE_SECRETS": 64 * "k", "PAYMENT_SECRET": 64 * "s"}
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-a1B2c3"
PLATFORM_TAKES = 4096  # bytes
IMPORTED = 200  # bytes, the longest: Aurora's address with the ARN of its secret
IMPORTS = {
    "Addresses": "10.22.0.0/16",
    "MailSet": "shop-prod",
    "DatabaseWriterUrl": f"mysql://writer.example:3306/shop?ca={__file__}&secret={ARN}",
    "DatabaseReaderUrl": f"mysql://reader.example:3306/shop?ca={__file__}&secret={ARN}",
    "RedisUrl": f"rediss://cache.example:6379/0?secret={ARN}",
}


def settings_of(stacks: Stacks, tier: str, environment: str, folder: Path) -> Settings:
    """Load the settings as an instance would; fails with the names of whatever is missing."""
    options = stacks.options(tier, environment)
    given = {name: value for (space, name), value in options.items() if space == PROPERTIES}
    given |= {name: KNOWN[name] for space, name in options if space == SECRETS and name in KNOWN}
    for name, value in IMPORTS.items():
        given = {key: text.replace(f"import:{name}", value) for key, text in given.items()}
    given = {key: text.replace("import:", "https://sqs.example/1/") for key, text in given.items()}
    seller = folder / "seller.json"
    seller.write_text(parameters_of(environment)["Seller"], "utf-8")
    return load_settings({**given, "SELLER_FILE": str(seller)})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("tier", ["web", "worker"])
def test_the_shop_starts_with_what_its_environment_gives(
    stacks: Stacks, tier: str, environment: str, tmp_path: Path
) -> None:
    settings = settings_of(stacks, tier, environment, tmp_path)

    assert settings.is_production == (environment != "dev")
    assert settings.is_https == (environment != "dev")
    assert (settings.drain_s, settings.visibility_s, settings.log_format) == (20, 60, "json")
    assert len(set(settings.queue_urls.values())) == 4
    assert settings.mail_events_queue_url.endswith("MailEventsQueue")
    assert (settings.sqs_endpoint_url, settings.dynamodb_endpoint_url) == ("", "")
    assert settings.seller.city == json.loads(parameters_of(environment)["Seller"])["city"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("tier", ["web", "worker"])
def test_all_variables_together_are_no_longer_than_the_platform_takes(
    stacks: Stacks, tier: str, environment: str
) -> None:
    given = {name: value for (space, name), value in stacks.options(tier, environment).items() if space == PROPERTIES}
    lengths = [
        len(name) + (IMPORTED if "import:" in value else len(value)) + len("=,") for name, value in given.items()
    ]

    assert sum(lengths) < PLATFORM_TAKES


def test_readers_are_given_only_where_there_are_some(stacks: Stacks, tmp_path: Path) -> None:
    assert len(settings_of(stacks, "web", "prod", tmp_path).database_reader_urls) == 1
    assert settings_of(stacks, "web", "test", tmp_path).database_reader_urls == ()


def test_the_balancers_addresses_are_trusted_and_no_others(stacks: Stacks, tmp_path: Path) -> None:
    assert settings_of(stacks, "web", "prod", tmp_path).trusted_proxies == ("127.0.0.1", "::1", "10.22.0.0/16")
