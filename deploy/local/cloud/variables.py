"""The variables of a tier's machines: those that its template sets, with addresses of this machine."""

from collections.abc import Collection, Iterator, Mapping

from deploy.release.templates import Resolver, read_templates

MODE = {"Mode": "ha", "Database": "aurora", "MediaStore": "efs"}
CART_STORE = "CART_STORE"
NAMESPACES = ("aws:elasticbeanstalk:application:environment", "aws:elasticbeanstalk:application:environmentsecrets")
# What no template sets, as AWS has other addresses, or the wishes of a shop on one machine are others.
HERE = frozenset(
    {
        *("ALLOWED_HOSTS", "SQS_ENDPOINT_URL", "DYNAMODB_ENDPOINT_URL", "SQS_WAIT_S", "RATE_SIGN_IN_PER_H"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        *("AWS_EC2_METADATA_DISABLED", "NO_PROXY", "no_proxy", "LOAD_RUN_SECRET", "CRASH_DIR"),
    }
)


def variables(tier: str, environ: Mapping[str, str], ours: Collection[str]) -> dict[str, str]:
    """What a machine of this tier is given: what the template forgets, it lacks here, too.

    Args:
        environ: the stack's own environment.
        ours: the names that every stack has; others were set by whoever started it.
    """
    told = dict(_told(tier, environ.get(CART_STORE, "redis")))
    known = {name: value for name, value in told.items() if value is not None}
    return known | {name: value for name, value in environ.items() if name in told or name in HERE or name not in ours}


def _told(tier: str, cart_store: str) -> Iterator[tuple[str, str | None]]:
    """Name and value of all that the template sets; None where only an account knows the value."""
    template = Resolver(read_templates()[tier], {**MODE, "CartStore": cart_store})
    for row in template.resources()[tier.title()]["Properties"]["OptionSettings"]:
        if row["Namespace"] in NAMESPACES:
            value = row["Value"]
            yield row["OptionName"], None if "import:" in value or "<" in value else value
