"""Where a server is and how it is reached, out of a URL.

    mysql://user:password@host:port/database?ca=FILE&secret=ARN        rediss://host:port/0?ca=FILE&secret=ARN

`secret` stands for the password, and maybe the user: a secret of Secrets Manager. `ca` is a file with the authorities
that may have signed the server's certificate. MySQL is encrypted if, and only if, there is one; Redis with `rediss`.
"""

import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.aws_secrets import (
    Credentials,
    FixedPassword,
    Password,
    SecretUnreadable,
    credentials_of,
    secret_of,
)

logger = logging.getLogger(__name__)

PARAMETERS = {"ca", "secret"}
ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+")


@dataclass(frozen=True)
class ServerAddress:
    is_encrypted: bool
    host: str
    port: int | None
    path: str
    user: str
    password: Password
    ca: str

    @property
    def asks_for_password(self) -> bool:
        return self.password.kept is None or bool(self.password.kept.password)

    def signed(self, credentials: Credentials) -> tuple[str, str]:
        """User and password; the secret's user comes before that of the URL."""
        return credentials.user or self.user, credentials.password


def read_address(url: str) -> ServerAddress:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    secret = given.get("secret")
    return ServerAddress(
        is_encrypted="ca" in given or parts.scheme == "rediss",
        host=parts.hostname or "",
        port=parts.port,
        path=parts.path.strip("/"),
        user=unquote(parts.username or ""),
        password=secret_of(secret) if secret else FixedPassword(Credentials("", unquote(parts.password or ""))),
        ca=given.get("ca", ""),
    )


async def read_passwords(urls: Iterable[str]) -> None:
    """Ask for what is asked for anyway, before the first shopper waits for it; what is not to be had now is later."""
    for url in urls:
        try:
            await credentials_of(read_address(url).password)
        except SecretUnreadable as error:
            logger.warning("no password yet: %s", error)


def faults_of_address(url: str) -> list[str]:
    """What is wrong with the parameters of a URL; prints none of its values."""
    given = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    faults = [] if given.keys() <= PARAMETERS else [f"has other parameters than {' and '.join(sorted(PARAMETERS))}"]
    if "ca" in given and not (os.path.isfile(given["ca"]) and os.access(given["ca"], os.R_OK)):
        faults.append("names no readable file as ca")
    if "ca" in given and urlsplit(url).scheme == "redis":
        faults.append("names a ca and does not begin with rediss")
    if "secret" in given and not ARN.fullmatch(given["secret"]):
        faults.append("names no ARN of Secrets Manager as secret")
    if urlsplit(url).scheme.startswith("redis") and not re.fullmatch(r"/?\d*", urlsplit(url).path):
        faults.append("names no number as its database")
    if "secret" in given and urlsplit(url).password:
        faults.append("has both a password and a secret")
    return faults
