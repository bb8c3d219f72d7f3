"""Clients of AWS services. boto3 blocks, and is slow to import and to set up: they are made and used in threads."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service and how long a caller waits for it, in seconds; endpoint is empty on AWS."""

    name: str
    region: str
    endpoint: str
    connect_s: float
    read_s: float
    threads: int


def aws_client(service: Service) -> Any:
    """A boto3 client with short time-outs and one attempt: whoever calls knows better what a second one would do.

    An endpoint of our own stands for an emulator, which takes any key; on AWS boto3 finds the role's.
    """
    import boto3
    from botocore.config import Config

    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"} if service.endpoint else {}
    return boto3.session.Session(**keys).client(
        service.name,
        region_name=service.region,
        endpoint_url=service.endpoint or None,
        config=Config(
            connect_timeout=service.connect_s,
            read_timeout=service.read_s,
            retries={"total_max_attempts": 1},
            max_pool_connections=service.threads,
        ),
    )
