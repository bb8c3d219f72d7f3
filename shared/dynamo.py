"""DynamoDB: boto3 blocks, so it is called in a bounded pool of threads, never on the event loop."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from shared.aws import Service, aws_client
from shared.circuit import Circuit
from shared.settings import Settings

NOBODY = {"id": {"S": "nobody"}}  # a key under which no cart is
THREADS = 8
CONNECT_S, READ_S = 1, 1
CALL_S = 1.5  # waiting for a thread and the answer


class DynamoAway(Exception):
    """DynamoDB cannot be reached, not in time, or refuses us; whether the last write was made is unknown."""


class Refused(Exception):
    """The condition of a write was not met; nothing was written."""


class Dynamo:
    """One client, made by the first call, and the few threads that may wait for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dynamodb")
        self._lock = threading.Lock()
        self._client: Any = None
        self.circuit = Circuit("dynamodb", self._ask, (DynamoAway, OSError))

    async def call(self, operation: str, **parameters: object) -> Any:
        """Call an operation of DynamoDB.

        Raises:
            DynamoAway, Refused
        """
        try:
            async with self.circuit.call(CALL_S):
                return await self._in_thread(operation, **parameters)
        except OSError as error:
            raise DynamoAway(str(error)) from error

    def close(self) -> None:
        """Begin nothing more; a thread that still waits ends with its time-out."""
        self.circuit.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self) -> None:
        await self._in_thread("get_item", TableName=self._settings.carts_table, Key=NOBODY)

    async def _in_thread(self, operation: str, **parameters: object) -> Any:
        work = partial(self._call, operation, **parameters)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _call(self, operation: str, **parameters: object) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with self._lock:  # making a client is not thread-safe; using it is
                self._client = self._client or _client(self._settings)
            return getattr(self._client, operation)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise Refused from error
            raise DynamoAway(error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise DynamoAway(type(error).__name__) from error


def _client(settings: Settings) -> Any:
    return aws_client(
        Service(
            name="dynamodb",
            region=settings.aws_region,
            endpoint=settings.dynamodb_endpoint_url,
            connect_s=CONNECT_S,
            read_s=READ_S,
            threads=THREADS,
        )
    )
