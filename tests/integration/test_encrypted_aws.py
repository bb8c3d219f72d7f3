"""AWS's own services: over HTTPS and verified, whatever stands at the address."""

import asyncio
from pathlib import Path

import pytest
from botocore.exceptions import SSLError

from shared.aws import Service, aws_client
from shared.settings import Settings
from tests.certificates import Authority
from tests.tls_front import tls_front

SERVICES = ("sqs", "sesv2", "dynamodb", "secretsmanager")


def service(name: str, endpoint: str = "") -> Service:
    return Service(name=name, region="eu-central-1", endpoint=endpoint, connect_s=2, read_s=2, threads=1)


@pytest.mark.parametrize("name", SERVICES)
def test_without_an_endpoint_of_our_own_aws_is_asked_by_https(name: str) -> None:
    address: str = aws_client(service(name)).meta.endpoint_url

    assert address.startswith("https://")
    assert address.endswith(".eu-central-1.amazonaws.com")


async def test_an_endpoint_whose_certificate_nobody_signed_is_told_nothing(settings: Settings, tmp_path: Path) -> None:
    there = int(settings.sqs_endpoint_url.rsplit(":")[-1])
    async with tls_front(there, Authority(tmp_path, "nobody").sign("127.0.0.1")) as port:
        client = aws_client(service("sqs", f"https://127.0.0.1:{port}"))

        with pytest.raises(SSLError, match="certificate verify failed"):
            await asyncio.to_thread(client.list_queues)
