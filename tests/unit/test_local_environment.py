"""The variables that the one-machine stack gives to its parts."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local.environment import environment
from deploy.local.faults import StackFault
from deploy.local.ports import Ports
from shared.settings import load_settings


def test_both_tiers_can_read_it_and_nothing_is_missing(tmp_path: Path) -> None:
    settings = load_settings(environment(tmp_path, Ports(), {}))

    assert settings.public_url == "http://localhost:8000"
    assert settings.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert settings.drain_s == 2
    assert settings.sqs_wait_s == 1
    assert settings.queue_urls["jobs"] == "http://127.0.0.1:19324/123456789012/jobs"
    assert settings.seller.city == "Berlin"


def test_the_sample_seller_has_valid_check_digits(tmp_path: Path) -> None:
    seller = load_settings(environment(tmp_path, Ports(), {})).seller

    assert int("".join(str(int(letter, 36)) for letter in seller.iban[4:] + seller.iban[:4])) % 97 == 1
    assert seller.vat_id == "DE123456788"


def test_addresses_follow_the_ports(tmp_path: Path) -> None:
    found = environment(tmp_path, Ports.based_on(9000), {})

    assert found["PUBLIC_URL"] == "http://localhost:9000"
    assert found["REDIS_URL"] == "redis://127.0.0.1:17379/0"
    assert found["MAIL_URL"] == "smtp://127.0.0.1:11025?mailbox=http://127.0.0.1:9025"
    assert found["PAYMENT_GATEWAY"] == "http://127.0.0.1:19090"


def test_a_variable_that_is_set_wins(tmp_path: Path) -> None:
    found = environment(tmp_path, Ports(), {"REDIS_URL": "redis://127.0.0.1:26379/0", "DRAIN_S": "9", "EDITOR": "vi"})

    assert (found["REDIS_URL"], found["DRAIN_S"], found["EDITOR"]) == ("redis://127.0.0.1:26379/0", "9", "vi")


def test_secrets_are_random_kept_and_only_their_owners(tmp_path: Path) -> None:
    first = environment(tmp_path / "one", Ports(), {})
    again = environment(tmp_path / "one", Ports(), {})
    other = environment(tmp_path / "two", Ports(), {})

    assert first["COOKIE_SECRETS"] == again["COOKIE_SECRETS"] != other["COOKIE_SECRETS"]
    assert first["PAYMENT_SECRET"] == again["PAYMENT_SECRET"] != first["COOKIE_SECRETS"]
    assert stat.S_IMODE((tmp_path / "one/secrets.json").stat().st_mode) == 0o600


def test_a_damaged_file_of_secrets_is_named_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps(["not", "an", "object"]), encoding="utf-8")

    with pytest.raises(StackFault, match=r"secrets.json is damaged. Delete it"):
        environment(tmp_path, Ports(), {})


def test_a_developers_own_aws_keys_never_meet_the_emulator(tmp_path: Path) -> None:
    mine = {"AWS_PROFILE": "work", "AWS_ACCESS_KEY_ID": "mine", "AWS_SESSION_TOKEN": "mine"}

    found = environment(tmp_path, Ports(), mine)

    assert found["AWS_ACCESS_KEY_ID"] == "local"
    assert "AWS_PROFILE" not in found
    assert "AWS_SESSION_TOKEN" not in found


def test_the_machines_proxy_is_not_asked_for_our_own_parts(tmp_path: Path) -> None:
    found = environment(tmp_path, Ports(), {"NO_PROXY": "intern.example", "HTTP_PROXY": "http://proxy.example"})

    assert found["NO_PROXY"] == "intern.example,localhost,127.0.0.1,::1"
