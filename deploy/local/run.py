"""`run`: the whole shop on this machine, until Ctrl-C."""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Iterable, Mapping

from deploy.local import noticeboard
from deploy.local.backing import backing_parts
from deploy.local.environment import environment
from deploy.local.faults import PartFailed, StackFault
from deploy.local.first_data import MANAGER, SHOPPER, demo_accounts, first_data_parts
from deploy.local.lock import take_lock
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports, check_ports
from deploy.local.scale import Scale
from deploy.local.stop_signals import StopSignals, hold_signals
from deploy.local.supervisor import Supervisor
from deploy.local.terminal import Terminal
from deploy.local.tiers import tier_parts

FIRST_ROOM_MB = 150  # the database's first files
ROOM_MB = 20
READER_ROOM_MB = 150  # a copy of the database's files
CARDS = "4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined, 4000 0000 0000 3220 asks for 3-D Secure"


def shop_parts(place: Place, ports: Ports, environ: Mapping[str, str], scale: Scale) -> tuple[Part, ...]:
    """Every part of the stack."""
    fleet, readers = scale.fleet, scale.readers
    tiers = fleet.tier_parts(environ) if fleet else tier_parts(place, ports, environ)
    first_data = first_data_parts(place, ports, environ)
    return (
        *backing_parts(place, ports, environ, readers),
        *(fleet.led(part, environ) if fleet else part for part in first_data),
        *map(readers.read_by, tiers),
    )


def run(place: Place, ports: Ports, given: Mapping[str, str], scale: Scale | None = None) -> int:
    """Run the shop, with one storefront and no readers if no scale is given; returns the exit code.

    Raises:
        StackFault: it cannot be started, or a part failed for good.
    """
    scale = scale or Scale.plain(place, ports)
    _check_room(place, len(scale.readers.names))
    place.make()
    hold_signals()
    lock = take_lock(place.lock)
    try:
        shutil.rmtree(place.crash, ignore_errors=True)  # a crash point kills once a run
        environ = environment(place.state, ports, scale.readers.offered_to(given))
        parts = shop_parts(place, ports, environ, scale)
        check_ports((part.name, port) for part in parts for port in part.ports)
        return asyncio.run(run_parts(parts, place, ports, lock, scale))
    finally:
        noticeboard.take_down(place)
        os.close(lock)


async def run_parts(parts: Iterable[Part], place: Place, ports: Ports, lock: int, scale: Scale) -> int:
    """Run these parts until a signal; 0 after an orderly end, 1 when it had to be killed.

    Raises:
        StackFault: a part failed for good; the others are stopped by then.
    """
    began = time.monotonic()
    terminal = Terminal()
    supervisor = Supervisor(parts, place, terminal, held_files=(lock,))
    supervisor.on_change = lambda: noticeboard.post(
        place, noticeboard.Notice(os.getpid(), ports.storefront, supervisor.rows())
    )
    try:
        async with StopSignals(supervisor.kill) as signals:
            try:
                if await _unless(signals.stopped, supervisor.start()):
                    async with scale.taking_orders(place, supervisor):
                        terminal.say(announcement(place, ports, time.monotonic() - began, scale))
                        await _unless(signals.stopped, supervisor.watch())
                terminal.say("stopping; Ctrl-C once more kills")
            except PartFailed as fault:
                _show_last_lines(terminal, fault)
                raise
            finally:
                await supervisor.stop()
            terminal.say("killed" if signals.has_killed else "all parts stopped")
            return 1 if signals.has_killed else 0
    finally:
        terminal.close()


async def _unless(stopped: asyncio.Event, awaitable: Awaitable[None]) -> bool:
    """Wait for this, but no longer than until `stopped`; False when that came first."""
    waiting = asyncio.ensure_future(awaitable)
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait([waiting, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not waiting.done():
        waiting.cancel()
        await asyncio.wait([waiting])
        return False
    waiting.result()
    return True


def announcement(place: Place, ports: Ports, seconds: float, scale: Scale) -> str:
    """Addresses and accounts, for the end of the start."""
    shop, passwords = f"http://localhost:{ports.storefront}", demo_accounts(place)
    return "\n".join(
        (
            "",
            f"The shop is open after {seconds:.1f} s:  {shop}",
            f"  Back office   {shop}/back-office/orders   {MANAGER}, password {passwords[MANAGER]}",
            f"  Account       {shop}/account   {SHOPPER}, password {passwords[SHOPPER]}",
            f"  Mailbox       http://localhost:{ports.mailbox}",
            *scale.addresses(ports),
            f"  Test cards    {CARDS}",
            f"  Logs          {place.log}",
            "Ctrl-C, or ./shop stop in another terminal, ends everything.",
            "",
        )
    )


def _show_last_lines(terminal: Terminal, fault: PartFailed) -> None:
    terminal.say(f"the last lines of {fault.part}:")
    for line in fault.last_lines:
        terminal.show(fault.part, line)


def _check_room(place: Place, readers: int) -> None:
    folder = place.state if place.state.exists() else place.state.parent
    needed_mb = (ROOM_MB if place.mysql.exists() else FIRST_ROOM_MB) + readers * READER_ROOM_MB
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needed_mb:
        raise StackFault(
            f"the disk of {place.state} is full ({free_mb} MB free, {needed_mb} needed). Make room and start again"
        )
