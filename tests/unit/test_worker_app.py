# mypy: allow-untyped-calls
"""The worker's Celery application: where it connects to, and what it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import KombuError

from deploy.local.environment import environment
from deploy.local.ports import Ports
from shared.settings import Settings, load_settings
from shared.sqs import sqs_client
from workers.app import QUEUES, make_app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(environment(tmp_path, Ports(sqs=30999), {}))


@pytest.fixture
def settings_on_aws(tmp_path: Path) -> Settings:
    return load_settings({**environment(tmp_path, Ports(), {}), "SQS_ENDPOINT_URL": ""})


@contextmanager
def channel_of(settings: Settings) -> Iterator[Any]:
    """Nothing is sent: clients are made, no more."""
    with make_app(settings).connection_for_read() as connection, connection.channel() as channel:
        yield channel


@pytest.mark.parametrize("queue", QUEUES)
def test_with_an_endpoint_no_request_goes_to_aws(settings: Settings, queue: str) -> None:
    with channel_of(settings) as channel:
        blocking = channel.sqs(queue)

    assert blocking.meta.endpoint_url == "http://127.0.0.1:30999"
    assert blocking._endpoint.host == "http://127.0.0.1:30999"  # what the poller connects to, whatever the queue's URL


def test_with_an_endpoint_the_publisher_does_not_go_to_aws_either(settings: Settings) -> None:
    client = sqs_client(settings, threads=1)

    assert client.meta.endpoint_url == "http://127.0.0.1:30999"


@pytest.mark.parametrize("queue", QUEUES)
def test_without_one_the_endpoint_is_that_of_the_region(
    settings_on_aws: Settings, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-role")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-role")

    with channel_of(settings_on_aws) as channel:
        client = channel.sqs(queue)

    assert client.meta.endpoint_url == "https://sqs.eu-central-1.amazonaws.com"
    assert client._request_signer._credentials.access_key == "of-the-role"


def test_a_queue_that_nobody_made_is_a_fault_at_once(settings: Settings) -> None:
    with pytest.raises(KombuError), channel_of(settings) as channel:
        channel.queue_declare("order")
