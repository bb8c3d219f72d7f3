"""The foreign ledgers of a test: emptied, so that only what the test does is in them."""

from collections.abc import Sequence

from tornado.httpclient import AsyncHTTPClient

from deploy.local.backing import BackingServices
from shared.db import Database, Row
from shared.settings import load_settings
from shared.sqs import sqs_client


async def empty_ledgers(backing: BackingServices) -> None:
    """Forget all charges, mails and dead messages."""
    http = AsyncHTTPClient()
    await http.fetch(f"http://127.0.0.1:{backing.ports.payment}/ledger", method="DELETE")
    await http.fetch(f"http://127.0.0.1:{backing.ports.mailbox}/api/messages", method="DELETE")
    settings = load_settings(backing.environment)
    sqs = sqs_client(settings, 1)
    for url in settings.queue_urls.values():  # a queue may be purged once a minute only
        while found := sqs.receive_message(QueueUrl=f"{url}-dead", MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=f"{url}-dead", ReceiptHandle=message["ReceiptHandle"])


async def rows(database: Database, sql: str, args: Sequence[object] = ()) -> list[Row]:
    async with database.writer() as connection:
        found: list[Row] = await connection.rows(sql, args)
    return found


async def change(database: Database, sql: str, args: Sequence[object] = ()) -> None:
    """Damage the books."""
    async with database.writer() as connection:
        assert await connection.execute(sql, args) > 0, f"nothing was changed: {sql}"
