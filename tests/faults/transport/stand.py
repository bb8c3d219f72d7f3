"""Queues of its own in the SQS emulator, a fault proxy before them, and the workers that were started on them."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.messages import ORDERS, Message, envelope
from tests.faults.transport.proxy import FaultProxy
from tests.waiting import until

ROOT = Path(__file__).parents[3]
VISIBILITY_S = 3
LONG_S = 4  # longer than a message stays invisible by itself
MAX_RECEIVE_COUNT = 2


class Worker:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def said(self) -> str:
        return self._log.read_text()

    async def is_ready(self) -> None:
        await until(lambda: "is ready" in self.said() or not self.is_alive)
        assert self.is_alive, self.said()

    def terminate(self) -> None:
        self._process.terminate()

    async def exit_code(self) -> int:
        await until(lambda: not self.is_alive)
        return self._process.wait()

    def kill(self) -> None:
        """With its children."""
        if self.is_alive:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Stand:
    def __init__(self, sqs: Any, port: int, folder: Path) -> None:
        """Make new queues; `sqs` is a client that bypasses the proxy, to the emulator at `port`."""
        self._sqs, self.folder, self._workers = sqs, folder, list[Worker]()
        self.proxy = FaultProxy(port)
        name = f"orders-{secrets.token_hex(4)}"
        self.dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVE_COUNT}
        attributes = {"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": json.dumps(redrive)}
        self.queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    async def work(self, environment: Mapping[str, str], *options: str, **changes: str) -> Worker:
        """Start a worker and wait until it consumes."""
        log = self.folder / f"log-{len(self._workers)}"
        command = [sys.executable, "-m", "tests.faults.transport.noting_worker", str(self.folder), *options]
        variables = {
            **environment,
            "SQS_ENDPOINT_URL": f"http://127.0.0.1:{self.proxy.port}",
            "ORDERS_QUEUE_URL": self.queue,
            "VISIBILITY_S": str(VISIBILITY_S),
            "SQS_WAIT_S": "1",
            **changes,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=variables, stdout=output, stderr=output, start_new_session=True, cwd=ROOT
            )
        worker = Worker(process, log)
        self._workers.append(worker)
        await worker.is_ready()
        return worker

    def send(self, task: str, step_id: int, **headers: str) -> None:
        self.send_text(envelope(Message(ORDERS, task, step_id, headers)))

    def send_text(self, text: str) -> None:
        self._sqs.send_message(QueueUrl=self.queue, MessageBody=text)

    def notes(self, word: str) -> list[str]:
        """What stands behind this word in the lines that begin with it."""
        path = self.folder / "notes"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.removeprefix(f"{word} ") for line in lines if line.startswith(f"{word} ")]

    def waiting(self, queue_url: str) -> int:
        """Messages of a queue, whether anybody holds them or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def keep_invisible_for(self, seconds: int) -> None:
        """From the next reception on."""
        self._sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"VisibilityTimeout": str(seconds)})

    def close(self) -> None:
        """End what was started: a worker left behind would take the messages of others."""
        for worker in self._workers:
            worker.kill()
        self.proxy.close()
