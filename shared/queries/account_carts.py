"""The carts of accounts, and what was taken out of carts without an order.

A row of taken_carts is written before anything is put anywhere else, so it alone decides what a guest's cart still
holds, as orders do. What it adds to the account's cart is due until joined_at.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection, Reads, Row
from shared.domain.cart_joining import Cut, Why

MOST = 20  # joins that are carried out, or told of, at once
LEFT_AT = 0  # the revision of a row that takes nothing: it says whose cart it was

# Beyond what changes and orders make of a revision, so that no copy of a deleted account's cart lives on.
EVERY_REVISION = 10_000_000_000_000


@dataclass(frozen=True)
class AccountCart:
    """Where an account's cart is: None before its first one.

    Attributes:
        last_join: the last row that was taken for it, 0 for none.
        is_due: whether any of them is not in it yet.
        test_run: the load run that the account, and so its cart, belongs to.
    """

    cart_id: str | None
    last_join: int
    is_due: bool
    test_run: str | None = None


@dataclass(frozen=True)
class DueJoin:
    """Pieces by SKU that belong into an account's cart and may not be there yet."""

    id: int
    added: Mapping[str, int]


@dataclass(frozen=True)
class NewJoin:
    """A guest's cart that is taken for an account, and what of it that account gets."""

    cart_id: str
    cart_revision: int
    pieces: Mapping[str, int]
    user_id: int
    added: Mapping[str, int]
    cuts: Sequence[Cut]


async def cart_of_account(connection: Connection, user_id: int) -> AccountCart:
    row = await connection.row(
        "SELECT u.cart_id, u.test_run, COALESCE(MAX(t.id), 0) AS last_join, COUNT(t.id) - COUNT(t.joined_at) AS due "
        "FROM users u LEFT JOIN taken_carts t ON t.user_id = u.id WHERE u.id = %s GROUP BY u.id, u.cart_id, u.test_run",
        (user_id,),
    )
    if row is None:
        return AccountCart(None, 0, False)
    return AccountCart(row["cart_id"], int(row["last_join"]), bool(row["due"]), row["test_run"])


async def account_of_cart(connection: Connection, cart_id: str) -> int | None:
    """Whose cart it is, or was before its store lost it."""
    row = await connection.row(
        "SELECT id FROM users WHERE cart_id = %s UNION ALL SELECT user_id FROM taken_carts "
        "WHERE cart_id = %s AND cart_revision = %s AND user_id IS NOT NULL LIMIT 1",
        (cart_id, cart_id, LEFT_AT),
    )
    return int(row["id"]) if row else None


async def remember_owner(connection: Connection, cart_id: str, user_id: int) -> None:
    """Copies of a cart that its account has no more are still no guest's."""
    await connection.execute(
        "INSERT INTO taken_carts (cart_id, cart_revision, pieces, user_id, added, cuts, taken_at, joined_at, shown_at) "
        "VALUES (%s, %s, '{}', %s, '{}', '[]', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)) "
        "ON DUPLICATE KEY UPDATE user_id = VALUES(user_id), taken_at = VALUES(taken_at)",
        (cart_id, LEFT_AT, user_id),
    )


async def set_cart(connection: Connection, user_id: int, cart_id: str) -> None:
    """A cart that another account has breaks a UNIQUE key."""
    await connection.execute("UPDATE users SET cart_id = %s WHERE id = %s", (cart_id, user_id))


async def take_cart(connection: Connection, join: NewJoin) -> None:
    await connection.execute(
        "INSERT INTO taken_carts (cart_id, cart_revision, pieces, user_id, added, cuts, taken_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (
            *(join.cart_id, join.cart_revision, json.dumps(dict(join.pieces)), join.user_id),
            *(json.dumps(dict(join.added)), json.dumps([list(vars(cut).values()) for cut in join.cuts])),
        ),
    )


async def due_joins(connection: Connection, user_id: int) -> list[DueJoin]:
    """Oldest first."""
    rows = await connection.rows(
        "SELECT id, added FROM taken_carts WHERE user_id = %s AND joined_at IS NULL ORDER BY id LIMIT %s",
        (user_id, MOST),
    )
    return [DueJoin(row["id"], json.loads(row["added"])) for row in rows]


async def note_joined(connection: Connection, join_id: int) -> None:
    await connection.execute(
        "UPDATE taken_carts SET joined_at = COALESCE(joined_at, UTC_TIMESTAMP(6)) WHERE id = %s", (join_id,)
    )


@dataclass(frozen=True)
class Joined:
    """What became of a guest's cart."""

    id: int
    added: Mapping[str, int]
    cuts: Sequence[Cut]


_NOT_SHOWN = (
    "FROM taken_carts WHERE user_id = %s AND joined_at IS NOT NULL AND shown_at IS NULL "
    "AND taken_at > UTC_TIMESTAMP(6) - INTERVAL %s SECOND"
)


async def has_joins_not_shown(connection: Connection, user_id: int, for_s: int) -> bool:
    return await connection.row(f"SELECT 1 {_NOT_SHOWN} LIMIT 1", (user_id, for_s)) is not None


async def joins_not_shown(connection: Connection, user_id: int, for_s: int) -> list[Joined]:
    """What was joined within so many seconds and not told of yet, oldest first; locked until the transaction ends."""
    rows = await connection.rows(
        f"SELECT id, added, cuts {_NOT_SHOWN} ORDER BY id LIMIT %s FOR UPDATE",
        (user_id, for_s, MOST),
    )
    return [_joined(row) for row in rows]


async def note_shown(connection: Connection, join_id: int) -> None:
    await connection.execute("UPDATE taken_carts SET shown_at = UTC_TIMESTAMP(6) WHERE id = %s", (join_id,))


async def was_joined(connection: Reads, cart_id: str, user_id: int) -> bool:
    """Whether this guest's cart went into the account's."""
    row = await connection.row(
        "SELECT 1 FROM taken_carts WHERE cart_id = %s AND user_id = %s LIMIT 1", (cart_id, user_id)
    )
    return row is not None


async def drop_carts_of(connection: Connection, user_id: int) -> str | None:
    """An account's cart is nobody's and dead, in every copy, and what was joined to it says nothing any more.

    Returns its id, for the store to forget it.
    """
    cart_id = (await cart_of_account(connection, user_id)).cart_id
    await connection.execute(
        "UPDATE taken_carts SET user_id = NULL, pieces = '{}', added = '{}', cuts = '[]' WHERE user_id = %s", (user_id,)
    )
    await connection.execute("UPDATE users SET cart_id = NULL WHERE id = %s", (user_id,))
    if cart_id is not None:
        await connection.execute(
            "INSERT INTO taken_carts (cart_id, cart_revision, pieces, added, cuts, taken_at) "
            "SELECT %s, COALESCE(MAX(cart_revision), 0) + %s, '{}', '{}', '[]', UTC_TIMESTAMP(6) "
            "FROM taken_carts WHERE cart_id = %s",
            (cart_id, EVERY_REVISION, cart_id),
        )
    return cart_id


def _joined(row: Row) -> Joined:
    cuts = [Cut(sku, wanted, joined, Why(why), left) for sku, wanted, joined, why, left in json.loads(row["cuts"])]
    return Joined(row["id"], json.loads(row["added"]), cuts)
