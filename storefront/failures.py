"""From any exception to the tree of shared/errors.py: the one place where that is decided."""

from redis.exceptions import RedisError
from tornado.web import HTTPError

from shared.db import is_conflict
from shared.errors import (
    Forbidden,
    Gone,
    MethodNotAllowed,
    NotFound,
    ShopError,
    TooLarge,
    Unavailable,
    Unreadable,
    UnsupportedMediaType,
    WrongHost,
)

BY_STATUS: dict[int, type[ShopError]] = {
    kind.status: kind
    for kind in (Unreadable, Forbidden, NotFound, MethodNotAllowed, Gone, TooLarge, UnsupportedMediaType, WrongHost)
}


def is_expected(cause: BaseException) -> bool:
    return isinstance(cause, ShopError | RedisError) or (isinstance(cause, HTTPError) and cause.status_code < 500)


def as_shop_error(cause: BaseException | None) -> ShopError:
    """Say what an exception means to whoever asked; what nobody foresaw is an internal error without details."""
    if isinstance(cause, ShopError):
        return cause
    if isinstance(cause, RedisError):
        return Unavailable("Carts and sessions are out of reach for a moment.")
    if is_conflict(cause):
        return Unavailable("Others are changing the same things just now.")
    if isinstance(cause, HTTPError) and cause.status_code in BY_STATUS:
        return BY_STATUS[cause.status_code]()
    return ShopError()
