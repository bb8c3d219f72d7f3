"""The account that is signed in to: clients that wait and retry within bounds, and their faults in one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from deploy.local.faults import StackFault

# Retries wait longer and longer, at most 20 s each.
BOUNDS = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 8})
DENIED = frozenset(
    [
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InsufficientPrivilegesException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
        "403",
    ]
)
NO_CREDENTIALS = "no credentials of AWS. Sign in with `aws sso login` or export AWS_PROFILE; --dry-run needs none"
NO_REGION = "no region. Say where the shop stands: export AWS_REGION=eu-central-1"


class Account:
    def __init__(self, session: Any) -> None:
        self._session = session
        self.client = cache(self._client)

    @property
    def has_credentials(self) -> bool:
        return self._session.get_credentials() is not None

    @property
    def region(self) -> str:
        return str(self._session.region_name)

    def sign_in(self) -> str:
        """Who is signed in, by the name that AWS gives."""
        return str(self.client("sts").get_caller_identity()["Arn"])

    def _client(self, service: str) -> Any:
        return self._session.client(service, config=BOUNDS)


def signed_in() -> Account:
    """The account of the environment's credentials, as AWS's own tools find it."""
    with in_one_sentence():
        # AWS's other tools read this name first; boto3 knows AWS_DEFAULT_REGION only.
        return Account(boto3.Session(region_name=os.environ.get("AWS_REGION")))


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Every fault of AWS becomes what the person at the terminal must know.

    Raises:
        StackFault: instead of the fault.
    """
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        raise StackFault(NO_CREDENTIALS) from None
    except NoRegionError:
        raise StackFault(NO_REGION) from None
    except ProfileNotFound as error:
        raise StackFault(f"{error}. Export AWS_PROFILE with one that `aws configure list-profiles` shows") from None
    except ClientError as error:
        raise StackFault(_told(error)) from None
    except BotoCoreError as error:
        raise StackFault(f"AWS gives no answer: {error}. What was begun there goes on; start again") from None


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _told(error: ClientError) -> str:
    said = error.response.get("Error", {}).get("Message", "no reason").rstrip(".")
    if code_of(error) in DENIED:
        return f"AWS denies {error.operation_name}: {said}. Sign in again, or ask an administrator for that right"
    return f"AWS refuses {error.operation_name}: {said}. Put that right, then start again"
