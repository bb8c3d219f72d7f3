"""Who may do what to orders in the back office: one table, asked by the pages and by every post."""

from collections.abc import Mapping

# What is done every day, and can be made good again.
_CLERK = frozenset(
    {"pack", "unpack", "ship", "deliver", "receive", "record", "bank", "hold", "release", "resend", "clear"}
)
# What gives money back or ends an order for good.
_MANAGER = _CLERK | {"cancel", "refund"}

RIGHTS: Mapping[str, frozenset[str]] = {"viewer": frozenset(), "clerk": _CLERK, "manager": _MANAGER}


def rights_of(role: str) -> frozenset[str]:
    """What a role may do; a role that nobody knows may do nothing."""
    return RIGHTS.get(role, frozenset())
