"""What can be wrong with a call, as problem documents (RFC 9457)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

KINDS = {
    "unreadable": (400, "The request cannot be read"),
    "key-missing": (400, "An Idempotency-Key is needed"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This address does not take that method"),
    "not-possible": (409, "Not possible as things stand"),
    "unsupported-media-type": (415, "Only application/json is read here"),
    "validation": (422, "Something does not fit"),
    "key-reused": (422, "This key was used for another call"),
    "unavailable": (503, "Not available for a moment"),
    "fault": (500, "A fault on our side"),
}
NAME_OF_STATUS = {status: name for name, (status, _) in reversed(KINDS.items())}


@dataclass(frozen=True)
class FieldError:
    """One field and what is wrong with it."""

    field: str
    message: str


class Problem(Exception):
    """A call that is refused; name is a key of KINDS."""

    def __init__(self, name: str, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or name)
        self.name = name
        self.status, self.title = KINDS[name]
        self.detail = detail
        self.errors = tuple(errors)

    def document(self) -> dict[str, Any]:
        """The problem as the JSON object that is sent."""
        return {
            "type": f"/problems/{self.name}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [asdict(error) for error in self.errors],
        }


def problem_of_status(status: int) -> Problem:
    """The problem for a status that Tornado itself came up with."""
    return Problem(NAME_OF_STATUS.get(status, "fault" if status >= 500 else "unreadable"))
