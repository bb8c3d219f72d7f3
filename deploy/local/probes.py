"""Questions that tell whether a part is ready. Each makes a `Probe`; none raises."""

import asyncio
import http.client

import aiomysql
import pymysql

from deploy.local.part import Output, Probe

ANSWER_S = 3.0
HOST = "127.0.0.1"


async def says_ready(output: Output) -> bool:
    """Ready once the word "ready" was in a line of its output."""
    return output.said_ready


def answers_200(port: int, path: str) -> Probe:
    async def probe(_: Output) -> bool:
        return await asyncio.to_thread(status_of, port, path) == http.client.OK

    return probe


def all_of(*probes: Probe) -> Probe:
    async def probe(output: Output) -> bool:
        return all(await asyncio.gather(*(one(output) for one in probes)))

    return probe


def greets(port: int, question: bytes, answer: bytes) -> Probe:
    """Ready once the first bytes after this question are this answer, as with Redis's PING and SMTP's 220."""

    async def probe(_: Output) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await _ask(port, question, len(answer)) == answer
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False

    return probe


async def _ask(port: int, question: bytes, length: int) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(question)
        return await reader.readexactly(length)
    finally:
        writer.close()


def answers_a_query(port: int, user: str, password: str, database: str) -> Probe:
    async def probe(_: Output) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                await _query(port, user, password, database)
        except (OSError, TimeoutError, pymysql.MySQLError, asyncio.IncompleteReadError):
            return False
        return True

    return probe


async def _query(port: int, user: str, password: str, database: str) -> None:
    connection = await aiomysql.connect(host=HOST, port=port, user=user, password=password, db=database)
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT 1")
    finally:
        connection.close()


def status_of(port: int, path: str) -> int | None:
    """The HTTP status of a GET; None when nobody answers in time. Blocks."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
