"""Reading a mail: what the list, the page and the JSON show of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any

KINDS_SHOWN = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"}
TO_SAVE = "application/octet-stream"


@dataclass(frozen=True)
class Letter:
    """A mail that was taken apart; attachments are the parts besides the two bodies."""

    headers: dict[str, str]
    text: str
    html: str
    attachments: tuple["Attachment", ...]


@dataclass(frozen=True)
class Attachment:
    """One part with its decoded bytes."""

    filename: str
    content_type: str
    content: bytes

    @property
    def shown_type(self) -> str:
        """The type it may be shown as; what could run in the page is only saved."""
        return self.content_type if self.content_type in KINDS_SHOWN else TO_SAVE


def read_letter(raw: bytes) -> Letter:
    """Take a mail apart. Anything that came by SMTP can be read: what is too broken is all text."""
    try:
        return take_apart(raw)
    except (AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError):
        return Letter(headers={}, text=raw.decode("utf-8", "replace"), html="", attachments=())


def take_apart(raw: bytes) -> Letter:
    """Take a mail apart, or raise what the standard library raises at malformed ones."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    bodies = {kind: find_body(message, kind) for kind in ("plain", "html")}
    parts = [part for part in leaves(message) if not any(part is body for body in bodies.values())]
    return Letter(
        headers=read_headers(message),
        text=read_text(bodies["plain"]),
        html=read_text(bodies["html"]),
        attachments=tuple(read_attachment(part, n) for n, part in enumerate(parts)),
    )


def leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something, in order."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.iter_parts():
            assert isinstance(inner, EmailMessage)
            yield from leaves(inner)
    else:
        yield part


def find_body(message: EmailMessage, kind: str) -> EmailMessage | None:
    """The text or HTML part a mail program would show."""
    found = message.get_body((kind,))
    return found if isinstance(found, EmailMessage) else None


def read_text(part: EmailMessage | None) -> str:
    """A part's text; an unknown charset is read as UTF-8."""
    if part is None:
        return ""
    content = read_bytes(part)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    except LookupError:
        return content.decode("utf-8", "replace").replace("\r\n", "\n")


def read_bytes(part: EmailMessage) -> bytes:
    """A part's decoded bytes; a mail within the mail as it came."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    content: Any = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def read_attachment(part: EmailMessage, n: int) -> Attachment:
    """A part that is offered to open or save."""
    name = part.get_filename() or f"part-{n + 1}"
    return Attachment(clean(name).replace("/", "_"), part.get_content_type(), read_bytes(part))


def read_headers(message: EmailMessage) -> dict[str, str]:
    """All headers, decoded; those that come twice joined by line feeds."""
    headers: dict[str, str] = {}
    for name in message:
        values = [clean(str(value)) for value in message.get_all(name, [])]
        headers.setdefault(name, "\n".join(values))
    return headers


def header(letter: Letter, name: str) -> str:
    """A header by its name in any case, or nothing."""
    return next((value for key, value in letter.headers.items() if key.lower() == name), "")


def clean(text: str) -> str:
    """Text without control characters and half characters (surrogates), which no page and no JSON can carry."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(" " if ord(character) < 32 else character for character in whole).strip()
