"""One running process of a part: its output line by line, its end, its signals."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
from collections import deque
from collections.abc import Callable, Mapping

from deploy.local.part import Part

LAST_LINES = 25
LONGEST_LINE = 256 * 1024
OUTPUT_S = 1.0
READY = re.compile(r"\bready\b")
OnLine = Callable[[bytes], None]


class Process:
    """Started with `start`; leads a process group of its own, so that Ctrl-C reaches the supervisor only."""

    def __init__(self, process: asyncio.subprocess.Process, on_line: OnLine) -> None:
        self._process = process
        self._on_line = on_line
        self._is_over = False
        self.said_ready = False
        self._reading: asyncio.Task[None] | None = None
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)

    @classmethod
    async def start(cls, part: Part, marks: Mapping[str, str], on_line: OnLine) -> "Process":
        """Start the part's command.

        Args:
            marks: variables added to the part's environment.
        Raises:
            OSError: the command cannot be started.
        """
        reader, writer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *_dying_with_us(part.command),
                cwd=part.folder,
                env={**part.environment, **marks},
                stdin=asyncio.subprocess.PIPE if part.input_text else asyncio.subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                start_new_session=True,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        started = cls(process, on_line)
        started._reading = asyncio.create_task(started._read(reader))
        started._send(part.input_text)
        return started

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> int:
        """Until it has ended and what it said is read; children that live on are killed."""
        code = await self._process.wait()
        self.kill()
        self._is_over = True
        if self._reading:
            await asyncio.wait([self._reading], timeout=OUTPUT_S)
        return code

    async def stop(self, part: Part) -> bool:
        """Ask the leader alone, as it may wait for its children, then SIGKILL to all; True if it obeyed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(part.stop_signal)
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait([ended], timeout=part.stop_s)
        obeyed = ended.done()
        self.kill()
        await ended
        await self.wait()
        return obeyed

    def kill(self) -> None:
        """SIGKILL to the whole group, unless it is over: its number may be another's by then."""
        if self._is_over:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _send(self, text: str) -> None:
        if self._process.stdin:
            self._process.stdin.write(text.encode())
            self._process.stdin.close()

    async def _read(self, descriptor: int) -> None:
        reader = asyncio.StreamReader()
        pipe = os.fdopen(descriptor, "rb", 0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            rest = b""
            while chunk := await reader.read(1 << 16):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
                if len(rest) > LONGEST_LINE:
                    self._take(rest)
                    rest = b""
            if rest:
                self._take(rest)
        finally:
            transport.close()

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self.last_lines.append(text)
        self.said_ready = self.said_ready or READY.search(text) is not None
        self._on_line(line)


def _dying_with_us(command: tuple[str, ...]) -> tuple[str, ...]:
    """On Linux the kernel kills the process when we die; the guard sees to its children, and to other systems."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", *command) if setpriv else command
