"""The cookies that answers set, and what browsers are told about them."""

from collections.abc import Sequence

from tests.web.browser import Answer

FLAGS = {"HttpOnly", "Path=/", "SameSite=Lax"}


def check_cookies(answers: Sequence[Answer], names: Sequence[str], *, is_https: bool) -> None:
    """These cookies are set, in this order, each for this host and with every flag."""
    lines = [line for answer in answers for line in answer.headers.get_list("Set-Cookie")]
    assert [line.partition("=")[0] for line in lines] == [f"__Host-{name}" if is_https else name for name in names]
    for line in lines:
        told = {part.strip() for part in line.split(";")[1:]}
        assert told >= (FLAGS | {"Secure"} if is_https else FLAGS)
        assert not any(part.lower().startswith("domain") for part in told)
