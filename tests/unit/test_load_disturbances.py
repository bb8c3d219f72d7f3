"""Faults during a load run, and which part was full when a shop broke."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from deploy.local.load.disturbances import disturb
from deploy.local.load.limit import full_parts
from deploy.local.load.plan import Plan
from deploy.local.load.running import Outcome
from deploy.local.load.shop import Shop
from deploy.local.ports import Ports
from loadtests.diary import Diary
from loadtests.run import Run
from loadtests.run_record import Record
from loadtests.samples import Sample, Usage

STOREFRONTS = {"storefront-1": 8001, "storefront-2": 8002}


@dataclass
class Kills:
    """Stands for the supervisor: everything is back at once."""

    parts: list[str] = field(default_factory=list)

    def kill_part(self, name: str) -> None:
        self.parts.append(name)

    async def until_ready(self, name: str) -> None:
        assert name in self.parts


def shop(kills: Kills) -> Shop:
    return Shop(
        url="http://127.0.0.1:8000",
        ports=Ports(),
        environ={},
        supervisor=cast(Any, kills),
        storefronts=STOREFRONTS,
        secret="s",
    )


async def test_faults_come_in_turn_and_say_whether_shoppers_may_feel_them() -> None:
    kills = Kills()

    made = await disturb(shop(kills), ("kill-worker", "redis", "kill-web", "sqs", "db"), seconds=0.1, seed=1)

    assert [(outage.name, outage.is_felt) for outage in made] == [
        ("kill-worker", False),
        ("redis", True),
        ("kill-web", True),
        ("sqs", False),
        ("db", True),
    ]
    assert kills.parts[:3] == ["worker-orders", "worker-documents", "redis"]
    assert kills.parts[3] in STOREFRONTS
    assert kills.parts[4:] == ["sqs", "mariadb"]
    assert made[2].ended_s == made[2].began_s
    assert [outage.began_s for outage in made] == sorted(outage.began_s for outage in made)


async def test_no_faults_are_made_unless_asked_for() -> None:
    assert await disturb(shop(Kills()), (), seconds=0.1, seed=1) == []


def outcome(samples: list[Sample], late_ms: list[float], cpu_s: float = 0.0) -> Outcome:
    run = Run(diary=Diary(late_ms=late_ms, cpu_s=cpu_s), record=Record(orders=[]), samples=samples)
    return Outcome(Plan(), run, [])


def test_the_part_that_had_no_room_left_is_named() -> None:
    samples = [
        Sample(
            at_s=at_s,
            usage={"storefront-1": Usage(pid=1, memory_mb=1, cpu_s=at_s * 0.9)},
            pool_waiting=3,
            waiting=int(at_s * 20),
        )
        for at_s in range(6)
    ]

    assert full_parts(outcome(samples, [80.0] * 10)) == [
        "storefront-1 (0.90 cores)",
        "the pool of database connections",
        "the queue: work comes faster than it is done",
        "the shoppers' own process",
    ]
    assert full_parts(outcome([Sample(at_s=at_s) for at_s in range(6)], [1.0])) == []


def test_a_machine_is_full_when_shop_and_shoppers_use_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    samples = [
        Sample(at_s=at_s, usage={"storefront-1": Usage(pid=1, memory_mb=1, cpu_s=at_s * 0.8)}) for at_s in range(6)
    ]

    assert full_parts(outcome(samples, [1.0], cpu_s=0.8)) == []
    assert full_parts(outcome(samples, [1.0], cpu_s=1.0)) == [
        "the machine (1.8 of 2 cores, the shoppers' own process among them)"
    ]
