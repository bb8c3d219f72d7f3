"""All shoppers of a run in one process: they come by the shape, and look into their carts once more at the end."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import gevent
from locust import LoadTestShape, User
from locust.env import Environment

from loadtests.account_holders import AccountBuyer, Returner
from loadtests.browsing import Searcher, WindowShopper
from loadtests.buying import (
    CardBuyer,
    DeclinedBuyer,
    FlashBuyer,
    GuestBuyer,
    Hesitant,
    OrderWatcher,
)
from loadtests.shapes import shoppers_at
from loadtests.staff import StaffWatcher
from loadtests.trip import Trip
from loadtests.visitor import Visitor

EVERYBODY: tuple[type[Visitor], ...] = (
    *(WindowShopper, Searcher, GuestBuyer, CardBuyer, OrderWatcher),
    *(DeclinedBuyer, Hesitant, AccountBuyer, Returner, StaffWatcher),
)
KINDS = {each.__name__: each for each in EVERYBODY}
TELL_S = 5.0
LOOK_S = 0.1
ARRIVING_PER_S = 50  # at most: a hundred browsers that open in one second are no crowd but a test of sockets
GOING_HOME_S = 60  # how long those may take who wait for an answer just then

Tell = Callable[[str], None]


def shop(trip: Trip, users: int, seconds: float, shape: str, kinds: Sequence[str] = ()) -> None:
    """Send everybody shopping for so long; the diary is complete afterwards. kinds: none are all."""
    is_flash = shape == "flash"
    classes: list[type[User]] = [FlashBuyer] if is_flash else [KINDS[name] for name in kinds or KINDS]
    if trip.staff is None and len(classes) > 1:
        classes = [each for each in classes if each is not StaffWatcher]
    environment = Environment(user_classes=classes, host=trip.host, stop_timeout=GOING_HOME_S)
    environment.trip = trip  # type: ignore[attr-defined]
    environment.shape_class = _Shape(trip, users, seconds, shape)
    runner = environment.create_local_runner()
    trip.diary.began_s = time.monotonic()
    print(f"{users} shoppers come to {trip.host}, {shape}, for {seconds:.0f} s", flush=True)
    runner.start_shape()
    watching = [gevent.spawn(_watch_oneself, trip), gevent.spawn(_tell, trip, runner)]
    while trip.now_s() < seconds and not (is_flash and _are_all_done(trip, users)):
        gevent.sleep(LOOK_S)
    trip.is_over = True
    runner.quit()
    gevent.killall(watching)


class _Shape(LoadTestShape):
    abstract = True  # made here, never found by Locust

    def __init__(self, trip: Trip, users: int, seconds: float, shape: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._trip, self._users, self._seconds, self._shape = trip, users, seconds, shape

    def tick(self) -> tuple[int, float] | None:
        if self._trip.is_over:
            return None
        wanted = shoppers_at(self._shape, self._users, min(1.0, self._trip.now_s() / self._seconds))
        return wanted, self._users if self._shape == "flash" else ARRIVING_PER_S


def _are_all_done(trip: Trip, users: int) -> bool:
    """In a flash sale everybody comes once and is told."""
    told = len(trip.diary.orders) + sum(trip.diary.refused.values())
    return told >= users


def _watch_oneself(trip: Trip) -> None:
    before_s = time.process_time()
    while True:
        due = time.monotonic() + LOOK_S
        gevent.sleep(LOOK_S)
        trip.diary.late_ms.append(round((time.monotonic() - due) * 1000, 1))
        trip.diary.cpu_s = round(time.process_time() - before_s, 2)


def _tell(trip: Trip, runner: Any) -> None:
    """A line every few seconds, about the time since the line before."""
    next_s = TELL_S
    while True:
        gevent.sleep(max(0.0, next_s - trip.now_s()))
        trip.diary.shoppers.append((round(trip.now_s(), 1), runner.user_count))
        print(_line(trip, runner.user_count, next_s), flush=True)
        next_s += TELL_S


def _line(trip: Trip, shoppers: int, at_s: float) -> str:
    recent = trip.diary.timeline.between(int(at_s - TELL_S), int(at_s))
    minute, second = divmod(round(at_s), 60)
    return (
        f"{minute:3d}:{second:02d}  {shoppers:4d} shoppers  {recent.requests() / TELL_S:6.1f} requests/s  "
        f"p99 {recent.percentile_ms(0.99):5.0f} ms  {recent.errors():3d} errors  {len(trip.diary.orders):5d} orders"
    )
