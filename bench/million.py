"""A database of a million orders, made once by the server itself and kept in `.local/bench` for the next run."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deploy.local.backing import backing_parts
from deploy.local.environment import environment
from deploy.local.mariadb import database_url
from deploy.local.place import CHECKOUT, STATE, Place
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from shared.db import Database
from shared.migrate import migrate

ORDERS = 1_000_000
AT_ONCE = 10_000  # rows a statement, each of which has a time limit
SERVER = (
    *("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M"),
    "--innodb-flush-log-at-trx-commit=0",  # what is lost is made anew
)
REVISIONS = CHECKOUT / "shared/migrations/versions"
MADE = "2"  # of these statements; another number makes the data anew
EVERY = timedelta(seconds=30)  # an order: all of them take a year

# One in 40 expired, one in 20 canceled, one in 10 at work. A shop that is well looked after has few that need a person:
# 50 are on hold, 50 payments failed, 20 steps are dead.
INSERTS = (
    """
INSERT INTO orders (id, number, cart_id, checkout_key, cart_revision, request_sha, request_id, email, email_norm,
  order_status, payment_status, fulfillment_status, return_status, payment_method, shipping_method, currency,
  subtotal_cents, shipping_cents, total_cents, due_cents, vat, placed_at)
SELECT seq, CONCAT(LEFT(drawn, 4), '-', RIGHT(drawn, 4)), CONCAT('bench.', LPAD(seq, 8, '0')), 'key', 1,
  REPEAT('0', 64), '', email, email,
  CASE WHEN seq MOD 20000 = 0 THEN 'on_hold' WHEN seq MOD 40 = 1 THEN 'expired' WHEN seq MOD 20 = 2 THEN 'canceled'
    WHEN seq MOD 10 = 3 THEN 'processing' ELSE 'completed' END,
  CASE WHEN seq MOD 20000 = 0 THEN 'pending' WHEN seq MOD 40 = 1 THEN 'voided' WHEN seq MOD 20 = 2 THEN 'refunded'
    WHEN seq MOD 20000 = 4 THEN 'failed' ELSE 'paid' END,
  CASE WHEN seq MOD 20000 = 0 OR seq MOD 40 = 1 OR seq MOD 20 = 2 OR seq MOD 10 = 3 THEN 'unfulfilled'
    ELSE 'delivered' END,
  'none', 'card', 'standard', 'EUR', 8900, 490, 9390, 9390, '[[1900,7891,1499]]',
  %s + INTERVAL seq * 30 SECOND
FROM (SELECT seq, CONCAT('robin.', seq MOD 200000, '@example.com') AS email,
  LPAD(CONV(seq * 999999937 MOD 1099511627776, 10, 32), 8, '0') AS drawn FROM seq_{first}_to_{last}) s
""",
    """
INSERT INTO order_addresses (order_id, kind, name, line1, line2, city, postcode, country)
SELECT seq, 'shipping', 'Robin Sample', CONCAT('Musterstraße ', seq MOD 90), '', 'Berlin', '10969', 'DE'
FROM seq_{first}_to_{last}
""",
    """
INSERT INTO order_lines (order_id, sku, position, slug, name, colour, size, picture, unit_price_cents, vat_bp, quantity)
SELECT o.seq, CONCAT('MJ0', l.seq, '-FOR-M'), l.seq, 'merino-jumper', 'Merino jumper', 'forest', 'M', '', 8900, 1900, 1
FROM seq_{first}_to_{last} o JOIN seq_1_to_2 l ON l.seq = 1 OR o.seq MOD 2 = 0
""",
    """
INSERT INTO steps (order_id, step, ref, state, attempt, due_at, created_at, done_at)
SELECT o.seq, ELT(n.seq, 'payment', 'invoice', 'receipt'), 0, IF(o.seq MOD 50000 = 7 AND n.seq = 3, 'dead', 'done'), 1,
  NOW(), NOW(), IF(o.seq MOD 50000 = 7 AND n.seq = 3, NULL, NOW())
FROM seq_{first}_to_{last} o JOIN seq_1_to_3 n ORDER BY o.seq, n.seq
""",
)


@asynccontextmanager
async def million_orders() -> AsyncIterator[Database]:
    """The database, running; made anew when it is not there, is another one, or has a schema that is not known here."""
    place, ports = Place(STATE / "bench"), Ports.free()
    stamp, revisions = place.state / "made", sorted(file.name[:4] for file in REVISIONS.glob("[0-9]*.py"))
    made, _, schema = (stamp.read_text(encoding="utf-8") if stamp.is_file() else "").partition(" ")
    is_there = made == MADE and schema in revisions
    if not is_there:
        shutil.rmtree(place.state, ignore_errors=True)
    place.make()
    async with _server(place, ports):
        url = database_url(ports.mariadb)
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        try:
            if not is_there:
                await fill(database, ORDERS)
            stamp.write_text(f"{MADE} {revisions[-1]}", encoding="utf-8")
            yield database
        finally:
            await database.close()


def _server(place: Place, ports: Ports) -> Supervisor:
    environ = environment(place.state, ports, {**os.environ, "ENVIRONMENT": "test", "LOG_FORMAT": "text"})
    part = next(part for part in backing_parts(place, ports, environ) if part.name == "mariadb")
    return Supervisor([replace(part, command=(*part.command, *SERVER))], place)


async def fill(database: Database, orders: int, at_once: int = AT_ONCE) -> None:
    """Write so many orders with all that the staff's list reads; the tables must be empty.

    Args:
        at_once: a divisor of `orders`.
    """
    begun = datetime.now(UTC).replace(tzinfo=None) - EVERY * orders
    async with database.writer() as connection:
        await connection.execute("SET unique_checks = 0, foreign_key_checks = 0")
        for first in range(1, orders, at_once):
            for number, insert in enumerate(INSERTS):
                sql = insert.replace("{first}", str(first)).replace("{last}", str(first + at_once - 1))
                await connection.execute(sql, (begun,) if number == 0 else ())
        await connection.execute("SET unique_checks = 1, foreign_key_checks = 1")
        for table in ("orders", "order_addresses", "order_lines", "steps"):
            await connection.rows(f"ANALYZE TABLE {table}")
