"""Events of SES as a configuration set writes them, in the envelopes they travel in."""

import json
from typing import Any

from tests.integration.test_mail import JANA


def an_event(tag: str, kind: str = "Delivery") -> dict[str, Any]:
    """As the configuration set writes it, shortened."""
    mail = {"messageId": "0107", "destination": [JANA], "tags": {"ses:configuration-set": ["shop"], "shop-mail": [tag]}}
    return {"eventType": kind, "mail": mail, kind.lower(): {"timestamp": "2026-11-25T11:00:00.000Z"}}


def by_sns(event: dict[str, Any]) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "1", "Message": json.dumps(event)})


def by_event_bridge(event: dict[str, Any]) -> str:
    return json.dumps({"version": "0", "id": "2", "source": "aws.ses", "detail": event})
