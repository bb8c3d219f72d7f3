"""SQS for both tiers: boto3 blocks, so it is called in a bounded pool of threads, never on the event loop."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.aws import Service, aws_client
from shared.circuit import Circuit
from shared.settings import Settings

CONNECT_S, READ_S = 1, 2  # one attempt: a caller that hangs helps nobody, and the sweep tries again


class SqsClient:
    """One boto3 client and the few threads that may wait for it."""

    def __init__(self, settings: Settings, threads: int, circuit: Circuit | None = None) -> None:
        """Take the circuit of another client of the same SQS, so that both know the same; without it, make one."""
        self._settings, self._size = settings, threads
        self.circuit = circuit or Circuit("sqs", self._ask, (Exception,))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sqs")
        self._lock = threading.Lock()
        self._client: Any = None

    async def call(self, operation: str, queue: str, **parameters: object) -> Any:
        """Call an operation of SQS on a queue, in a thread.

        Raises:
            KeyError: no such queue.
            OSError, botocore's exceptions: SQS is away, or says no.
        """
        url = self._settings.queue_urls[queue]
        async with self.circuit.call():
            return await self._in_thread(operation, QueueUrl=url, **parameters)

    async def warm(self) -> None:
        """Make the client; nobody is asked anything yet."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._made)

    def close(self) -> None:
        """Begin nothing more; a thread that still waits ends with its time-out."""
        self.circuit.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self) -> None:
        url = next(iter(self._settings.queue_urls.values()))
        await self._in_thread("get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])

    async def _in_thread(self, operation: str, **parameters: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, partial(self._call, operation, **parameters)
        )

    def _call(self, operation: str, **parameters: object) -> Any:
        return getattr(self._made(), operation)(**parameters)

    def _made(self) -> Any:
        with self._lock:  # making a client is not thread-safe; using it is
            self._client = self._client or sqs_client(self._settings, self._size)
        return self._client


@dataclass(frozen=True)
class Depth:
    """How many messages a queue holds; SQS counts approximately."""

    visible: int
    in_flight: int


class Queues:
    """What the metrics tell of the queues, and whether SQS is well."""

    def __init__(self, settings: Settings) -> None:
        self._names = tuple(settings.queue_urls)
        self._sqs = SqsClient(settings, threads=1)
        self.circuit = self._sqs.circuit

    async def warm(self) -> None:
        """Make the client, which takes a while, before anybody asks whether SQS is well."""
        await self._sqs.warm()

    async def depths(self) -> Mapping[str, Depth]:
        """Ask for every queue, one after the other; raises what botocore raises when SQS is away or says no."""
        return {name: await self._depth(name) for name in self._names}

    async def _depth(self, queue: str) -> Depth:
        visible, in_flight = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
        answer = await self._sqs.call("get_queue_attributes", queue, AttributeNames=[visible, in_flight])
        return Depth(int(answer["Attributes"][visible]), int(answer["Attributes"][in_flight]))

    def close(self) -> None:
        self._sqs.close()


def sqs_client(settings: Settings, threads: int) -> Any:
    """A client of our queues; blocks."""
    return aws_client(
        Service(
            name="sqs",
            region=settings.aws_region,
            endpoint=settings.sqs_endpoint_url,
            connect_s=CONNECT_S,
            read_s=READ_S,
            threads=threads,
        )
    )
