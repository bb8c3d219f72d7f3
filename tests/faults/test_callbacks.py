"""The provider calls back while a worker is asking it about the same payment."""

from shared.db import Database
from shared.queries.payments import PaymentEvent
from shared.queries.steps import claim
from shared.services.payments import note_callback
from tests.factories import add_variant, count, place
from tests.ledgers import rows

LEASE_S = 20


async def test_a_callback_about_a_payment_that_is_being_settled_lets_nothing_go(database: Database) -> None:
    sku = await add_variant(database)
    placed = await place(database, {sku: 1}, payment_method="card", payment_token="tok_success")
    number, step = placed.order.number, placed.messages[0].step_id
    async with database.writer() as connection:
        assert await claim(connection, step, LEASE_S)
    event = PaymentEvent(external_id="evt_1", order_id=0, kind="authorization.succeeded", amount_cents=24900)

    message = await note_callback(database, event, number, f"{number}:1:authorize")

    assert message is None
    assert [row["step"] for row in await rows(database, "SELECT step FROM steps")] == ["payment"]
    assert await count(database, "payment_events") == 1
