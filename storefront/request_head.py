"""The raw head of a request, read only as far as is safe: whatever is unusual is left to Tornado.

Unusual is what two parsers might understand differently (bare line feeds, folded lines, doubled headers, a body), what
ends the connection, and everything but GET and HEAD of a path.
"""

import re
from dataclasses import dataclass

TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
WEIGHED = frozenset({
    b"host", b"connection", b"if-none-match", b"accept-encoding", b"x-request-id", b"x-forwarded-for",
})  # fmt: skip
UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
HTTP = b"HTTP/1.1"
REFUSABLE = frozenset({b"GET", b"POST", b"PUT", b"DELETE"})
LENGTH = re.compile(rb"\r\ncontent-length: ?([0-9]{1,5})(?=\r|$)", re.IGNORECASE)  # any other form of it is unusual
MOST_BYTES = 16 * 1024
MOST_NAMES = 500
IGNORED, REFUSED = b"-", b"!"  # no names of headers
_names: dict[bytes, bytes] = {}


@dataclass(slots=True)
class RequestHead:
    """`size`: bytes up to the end of the head; `weighed`: the headers that matter, by name in small letters."""

    is_head: bool
    target: str
    size: int
    weighed: dict[bytes, bytes]


@dataclass(slots=True)
class WholeRequest:
    """`size`: bytes of head and body; `weighed`: as of a head."""

    method: str
    target: str
    size: int
    weighed: dict[bytes, bytes]


class HeadReader:
    """Reads the heads of one connection, whose headers are mostly the same from one request to the next."""

    def __init__(self) -> None:
        self._block = b""
        self._weighed: dict[bytes, bytes] | None = None

    def read(self, data: bytes) -> RequestHead | None:
        """The head that the data begins with; None if it is unusual, or not whole."""
        end = data.find(b"\r\n\r\n", 0, MOST_BYTES)
        first_end = data.find(b"\r\n")
        if end < 0 or data[first_end - 9 : first_end] != b" HTTP/1.1":
            return None
        block = data[first_end:end]
        if block != self._block:
            self._block, self._weighed = block, _read_block(block)
        if self._weighed is None:
            return None
        if data.startswith(b"GET /"):
            return RequestHead(False, data[4 : first_end - 9].decode("latin-1"), end + 4, self._weighed)
        if data.startswith(b"HEAD /"):
            return RequestHead(True, data[5 : first_end - 9].decode("latin-1"), end + 4, self._weighed)
        return None


def read_whole(data: bytes) -> WholeRequest | None:
    """The request that the data begins with, its body too; None if it is unusual, or not whole."""
    end = data.find(b"\r\n\r\n", 0, MOST_BYTES)
    first_end = data.find(b"\r\n")
    words = data[:first_end].split(b" ")
    if end < 0 or len(words) != 3 or words[0] not in REFUSABLE or not words[1].startswith(b"/") or words[2] != HTTP:
        return None
    block = data[first_end:end]
    lengths = LENGTH.findall(block)
    if len(lengths) > 1:
        return None
    weighed = _read_block(LENGTH.sub(b"", block))
    size = end + 4 + sum(map(int, lengths))
    if weighed is None or len(data) < size:
        return None
    return WholeRequest(words[0].decode(), words[1].decode("latin-1"), size, weighed)


def _read_block(block: bytes) -> dict[bytes, bytes] | None:
    """The headers that matter; None if something about them is unusual."""
    _, *lines = block.split(b"\r\n")
    if block.count(b"\n") != len(lines) or block.count(b"\r") != len(lines):
        return None
    weighed = _weigh(lines)
    if weighed is None or b"host" not in weighed:
        return None
    return weighed if weighed.get(b"connection", b"keep-alive").lower() == b"keep-alive" else None


def _weigh(lines: list[bytes]) -> dict[bytes, bytes] | None:
    """The headers that matter; None if one of them is there twice, or any is unusual."""
    weighed: dict[bytes, bytes] = {}
    for line in lines:
        raw_name, colon, value = line.partition(b":")
        name = _names.get(raw_name) or _read_name(raw_name)
        if name is REFUSED or not colon:
            return None
        if name is not IGNORED:
            if name in weighed:
                return None
            weighed[name] = value.strip(b" \t")
    return weighed


def _read_name(raw_name: bytes) -> bytes:
    """A header's name in small letters, if it matters, else IGNORED or REFUSED; remembered for the next request."""
    name = raw_name.lower()
    if not name or name.translate(None, TOKEN) or name in UNUSUAL:
        return REFUSED
    if len(_names) >= MOST_NAMES:
        _names.clear()
    found = _names[raw_name] = name if name in WEIGHED else IGNORED
    return found


def is_known(tag: str, if_none_match: bytes) -> bool:
    """Whether an If-None-Match header names this weak tag, or any."""
    if if_none_match == b"*":
        return True
    bare = tag.removeprefix("W/").encode()
    return any(part.strip().removeprefix(b"W/") == bare for part in if_none_match.split(b","))
