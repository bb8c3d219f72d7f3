"""Shoppers' address books. The owner stands in every question, so somebody else's address is none."""

from dataclasses import dataclass

from shared.db import Connection, Reads, Row
from shared.domain.countries import Address

MOST = 20  # addresses in a book


@dataclass(frozen=True, kw_only=True)
class BookedAddress:
    """An address of a book; the default one is used first."""

    id: int
    is_default: bool
    address: Address


COLUMNS = "id, is_default, name, line1, line2, city, postcode, country"


async def addresses_of(connection: Reads, user_id: int) -> list[BookedAddress]:
    """The default one first, then in the order they were added."""
    rows = await connection.rows(
        f"SELECT {COLUMNS} FROM addresses WHERE user_id = %s ORDER BY is_default DESC, id LIMIT %s", (user_id, MOST)
    )
    return [_booked(row) for row in rows]


async def address_of(connection: Reads, user_id: int, address_id: int) -> BookedAddress | None:
    row = await connection.row(f"SELECT {COLUMNS} FROM addresses WHERE id = %s AND user_id = %s", (address_id, user_id))
    return _booked(row) if row else None


async def insert_address(connection: Connection, user_id: int, place: Address) -> int:
    return await connection.insert(
        "INSERT INTO addresses (user_id, is_default, name, line1, line2, city, postcode, country) "
        "VALUES (%s, 0, %s, %s, %s, %s, %s, %s)",
        (user_id, place.name, place.line1, place.line2, place.city, place.postcode, place.country),
    )


async def update_address(connection: Connection, user_id: int, address_id: int, place: Address) -> bool:
    """False: the account has no such address."""
    found = await connection.execute(
        "UPDATE addresses SET name = %s, line1 = %s, line2 = %s, city = %s, postcode = %s, country = %s "
        "WHERE id = %s AND user_id = %s",
        (place.name, place.line1, place.line2, place.city, place.postcode, place.country, address_id, user_id),
    )
    return bool(found)


async def set_default(connection: Connection, user_id: int, address_id: int) -> None:
    """One statement, so that a book never has two."""
    await connection.execute("UPDATE addresses SET is_default = (id = %s) WHERE user_id = %s", (address_id, user_id))


async def delete_address(connection: Connection, user_id: int, address_id: int) -> bool:
    return bool(await connection.execute("DELETE FROM addresses WHERE id = %s AND user_id = %s", (address_id, user_id)))


async def delete_addresses_of(connection: Connection, user_id: int) -> None:
    await connection.execute("DELETE FROM addresses WHERE user_id = %s", (user_id,))


def _booked(row: Row) -> BookedAddress:
    place = {name: row[name] for name in ("name", "line1", "line2", "city", "postcode", "country")}
    return BookedAddress(id=row["id"], is_default=bool(row["is_default"]), address=Address(**place))
