"""The contract's variables for one stack; a variable that is already set wins."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local.keepsakes import kept_secrets
from deploy.local.mariadb import database_url
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.queues import CARTS_TABLE, REGION, queue_url

SELLER = Path(__file__).with_name("seller.json")
SECRET_BYTES = 32
# A developer's own AWS settings must not reach the emulator, nor the shop AWS, unless both are asked for.
FOREIGN_URLS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_DYNAMODB")
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE", *FOREIGN_URLS)
LOOPBACK = "localhost,127.0.0.1,::1"


def environment(state: Path, ports: Ports, given: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a part: what was given, and development values for the rest.

    Args:
        state: the stack's folder, `.local`; secrets are made there on the first call.
        given: usually os.environ.
    """
    base = dict(given) if "SQS_ENDPOINT_URL" in given else _without_aws(given)
    return {**_fixed(ports), **_addresses(ports), **_secrets(state), **_folders(state), **base, **_processes(given)}


def _without_aws(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in given.items() if name not in FOREIGN}
    dummies = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    files = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    return {**kept, **dummies, **files, "AWS_EC2_METADATA_DISABLED": "true"}


def _fixed(ports: Ports) -> dict[str, str]:
    return {
        "ENVIRONMENT": "development",
        "PUBLIC_URL": f"http://localhost:{ports.storefront}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "LOG_FORMAT": "json",
        "MAIL_FROM": "MyClothes <orders@example.com>",
        "MAIL_STAFF": "staff@example.com",
        "SELLER_FILE": str(SELLER),
        "DRAIN_S": "2",
        "SQS_WAIT_S": "1",
        "VISIBILITY_S": "60",
        "RATE_SIGN_IN_PER_H": "1800000",  # here everybody is 127.0.0.1: 500 a second
    }


def _addresses(ports: Ports) -> dict[str, str]:
    return {
        "DATABASE_WRITER_URL": database_url(ports.mariadb),
        "REDIS_URL": f"redis://127.0.0.1:{ports.redis}/0",
        "AWS_REGION": REGION,
        "SQS_ENDPOINT_URL": f"http://127.0.0.1:{ports.sqs}",
        "DYNAMODB_ENDPOINT_URL": f"http://127.0.0.1:{ports.sqs}",
        "CARTS_TABLE": CARTS_TABLE,
        "ORDERS_QUEUE_URL": queue_url(ports.sqs, "orders"),
        "DOCUMENTS_QUEUE_URL": queue_url(ports.sqs, "documents"),
        "MEDIA_QUEUE_URL": queue_url(ports.sqs, "media"),
        "WORKER_QUEUE_URL": queue_url(ports.sqs, "jobs"),
        "MAIL_URL": f"smtp://127.0.0.1:{ports.smtp}?mailbox=http://127.0.0.1:{ports.mailbox}",
        "PAYMENT_GATEWAY": f"http://127.0.0.1:{ports.payment}",
    }


def _secrets(state: Path) -> dict[str, str]:
    return kept_secrets(Place(state).secrets, ("COOKIE_SECRETS", "PAYMENT_SECRET", "LOAD_RUN_SECRET"), SECRET_BYTES)


def _folders(state: Path) -> dict[str, str]:
    return {"MEDIA_ROOT": str(Place(state).media), "CRASH_DIR": str(Place(state).crash)}


def _processes(given: Mapping[str, str]) -> dict[str, str]:
    """Output line by line, and no proxy of the machine between our own processes."""
    others = [given[name] for name in ("NO_PROXY", "no_proxy") if given.get(name)][:1]
    direct = ",".join([*others, LOOPBACK])
    return {"PYTHONUNBUFFERED": "1", "NO_PROXY": direct, "no_proxy": direct}
