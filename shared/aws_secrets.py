"""Passwords of servers, fixed ones and those of Secrets Manager, which change while the shop runs.

A password is kept until a server refuses it. Whoever was refused says with which one, so of many that were refused at
once one asks; the others find the newer one.
"""

import asyncio
import json
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol

from shared.aws import Service, aws_client

CONNECT_S, READ_S = 1, 2
ASK_EVERY_S = 0.5  # also when nobody answers: a server that refuses everybody must not become a storm of questions
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class SecretUnreadable(OSError):
    """Secrets Manager does not answer, or does not give the secret away."""


@dataclass(frozen=True)
class Credentials:
    """A user may be empty: then the address names it, or the server knows only one."""

    user: str
    password: str = field(repr=False)


class Password(Protocol):
    @property
    def kept(self) -> Credentials | None:
        """What is known without asking."""
        ...

    @property
    def may_change(self) -> bool: ...

    def read(self) -> Credentials:
        """Give what is kept, or ask for it; blocks. Raises SecretUnreadable."""
        ...

    def renew(self, refused: Credentials) -> bool:
        """Whether another one than the refused is kept from now on; blocks. Raises SecretUnreadable."""
        ...


@dataclass(frozen=True)
class FixedPassword:
    kept: Credentials
    may_change: ClassVar[bool] = False

    def read(self) -> Credentials:
        return self.kept

    def renew(self, refused: Credentials) -> bool:
        return self.kept != refused


class Secret:
    """A secret by its ARN: JSON with `password` and perhaps `username`, or the password alone."""

    may_change: ClassVar[bool] = True

    def __init__(self, arn: str, make_client: Callable[[str], Any] | None = None) -> None:
        self._arn, self._make_client = arn, make_client or _client
        self._lock = threading.Lock()
        self._client: Any = None
        self._asked_at = -math.inf
        self.kept: Credentials | None = None

    def read(self) -> Credentials:
        with self._lock:
            if self.kept is None:
                if self._has_just_asked():
                    raise SecretUnreadable("Secrets Manager has just not answered")
                self.kept = self._ask(CURRENT)
                self._asked_at = -math.inf  # should it be refused, that is worth a question at once
            return self.kept

    def renew(self, refused: Credentials) -> bool:
        with self._lock:
            if self.kept == refused and not self._has_just_asked():
                self.kept = self._other_than(refused)
            return self.kept != refused

    def _has_just_asked(self) -> bool:
        return time.monotonic() - self._asked_at < ASK_EVERY_S

    def _other_than(self, refused: Credentials) -> Credentials:
        """While a rotation is under way, the server knows the new password before it is the current one."""
        current = self._ask(CURRENT)
        return current if current != refused else self._ask(PENDING, otherwise=refused)

    def _ask(self, stage: str, otherwise: Credentials | None = None) -> Credentials:
        from botocore.exceptions import BotoCoreError, ClientError

        self._asked_at = time.monotonic()
        try:
            self._client = self._client or self._make_client(self._arn)
            return _credentials(self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)["SecretString"])
        except (BotoCoreError, ClientError, KeyError) as error:
            if otherwise and _is_no_such_version(error):
                return otherwise
            raise SecretUnreadable(f"Secrets Manager gives no secret: {error}") from error


async def credentials_of(password: Password) -> Credentials:
    """Read it without blocking; raises SecretUnreadable."""
    kept = password.kept
    return kept if kept is not None else await asyncio.to_thread(password.read)


@cache
def secret_of(arn: str) -> Secret:
    """The secret of this process: its writer and its readers sign in with the same one."""
    return Secret(arn)


os.register_at_fork(after_in_child=secret_of.cache_clear)  # a child must share neither a connection nor a lock


def _client(arn: str) -> Any:
    """Its region is the secret's; another endpoint comes by boto3's own AWS_ENDPOINT_URL_SECRETS_MANAGER."""
    region = arn.split(":")[3]
    service = Service(name="secretsmanager", region=region, endpoint="", connect_s=CONNECT_S, read_s=READ_S, threads=1)
    return aws_client(service)


def _credentials(text: str) -> Credentials:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Credentials("", text)
    return Credentials(str(found.get("username", "")), str(found["password"]))


def _is_no_such_version(error: Exception) -> bool:
    code: object = getattr(error, "response", {}).get("Error", {}).get("Code")
    return code == "ResourceNotFoundException"
