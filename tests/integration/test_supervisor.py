"""The supervisor with parts that are shell scripts: their order, their deaths, their end."""

import asyncio
import io
import os
import signal
from pathlib import Path

import pytest

from deploy.local import keeper
from deploy.local.faults import PartFailed
from deploy.local.part import Stamp
from deploy.local.place import Place
from deploy.local.supervisor import Supervisor
from deploy.local.terminal import Terminal
from tests.integration.toy_stack import script_part
from tests.waiting import PATIENCE_S, until

LIVES = "echo ready; exec sleep 1000"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.make()
    return place


def is_alive(pid: int) -> bool:
    """A dead process that nobody has collected yet is no longer a survivor."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "\nState:\tZ" not in status


def writes(file: Path, word: str, before_ready: str = "", on_stop: str = "") -> str:
    """A script that writes "+word" when it starts and "-word" when it is told to stop."""
    return (
        f"echo +{word} >> {file}; {before_ready}\n"
        f"trap '{on_stop} echo -{word} >> {file}; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    )


async def test_a_part_starts_after_what_it_needs_and_stops_before_it(place: Place, tmp_path: Path) -> None:
    order = tmp_path / "order"
    parts = [
        script_part("shop", writes(order, "shop"), needs=("database",), opens_after=("worker",)),
        script_part("worker", writes(order, "worker"), needs=("database",)),
        script_part("database", writes(order, "database")),
    ]

    async with Supervisor(parts, place):
        pass

    steps = order.read_text(encoding="utf-8").split()
    assert steps[:3] == ["+database", "+worker", "+shop"]
    assert sorted(steps[3:5]) == ["-shop", "-worker"]
    assert steps[5:] == ["-database"]


async def test_parts_that_need_nothing_of_each_other_start_and_stop_side_by_side(place: Place, tmp_path: Path) -> None:
    def meets(mine: str, other: str, moment: str) -> str:
        wait = f"while ! [ -e {tmp_path}/{moment}-{other} ]; do sleep 0.01; done;"
        return f": > {tmp_path}/{moment}-{mine}; {wait}"

    order = tmp_path / "order"
    parts = [
        script_part(mine, writes(order, mine, meets(mine, other, "start"), meets(mine, other, "stop")))
        for mine, other in (("left", "right"), ("right", "left"))
    ]

    async with Supervisor(parts, place):
        pass

    assert sorted(order.read_text(encoding="utf-8").split()) == ["+left", "+right", "-left", "-right"]


async def test_a_part_that_was_changed_while_it_was_down_starts_as_something_else_in_its_place(
    place: Place, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    parts = [
        script_part("shop", writes(order, "old"), needs=("database",)),
        script_part("database", writes(order, "database")),
    ]

    async with Supervisor(parts, place) as supervisor:
        await supervisor.stop_part("shop")
        supervisor.change_part(script_part("shop", writes(order, "new")))
        await supervisor.start_part("shop")

    told = ["+database", "+old", "-old", "+new", "-new", "-database"]
    assert order.read_text(encoding="utf-8").split() == told


async def test_what_a_quiet_part_says_is_in_its_log_and_not_on_the_terminal(place: Place) -> None:
    shown = io.StringIO()
    terminal = Terminal(shown)

    async with Supervisor([script_part("quiet", LIVES, is_quiet=True), script_part("loud", LIVES)], place, terminal):
        pass
    terminal.close()

    logs = {name: (place.log / f"{name}.log").read_text(encoding="utf-8") for name in ("quiet", "loud")}
    assert logs == {"quiet": "ready\n", "loud": "ready\n"}
    said = [line.split()[0] for line in shown.getvalue().splitlines() if line.endswith("| ready")]
    assert said == ["loud"]


async def test_a_part_that_dies_after_it_was_ready_is_started_again_for_ever(place: Place) -> None:
    async with Supervisor([script_part("shop", LIVES)], place) as supervisor:
        pids = set()
        for _ in range(keeper.MOST_DEATHS + 2):
            pids.add(supervisor.rows()[0]["pid"])
            supervisor.kill_part("shop")
            await supervisor.until_ready("shop")

        assert len(pids) == keeper.MOST_DEATHS + 2
        assert supervisor.rows()[0]["state"] == "ready"


async def test_five_deaths_before_it_is_ready_end_the_start_and_show_its_last_lines(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    starts = tmp_path / "starts"
    broken = script_part("shop", f"echo again >> {starts}; echo no such table; exit 3", hint="Try ./shop reset")

    with pytest.raises(
        PartFailed, match=r"shop does not get ready: .* exit code 3, 5 times.*Try ./shop reset"
    ) as failed:
        await Supervisor([broken, script_part("other", LIVES)], place).__aenter__()

    assert failed.value.last_lines == ("no such table",)
    assert starts.read_text(encoding="utf-8").split() == ["again"] * 5
    assert list(place.run.glob("*.pid")) == []


async def test_four_deaths_before_it_is_ready_are_forgiven(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    starts = tmp_path / "starts"
    shaky = f"echo again >> {starts}; [ $(wc -l < {starts}) -ge 5 ] || exit 1; {LIVES}"

    async with Supervisor([script_part("shop", shaky)], place) as supervisor:
        assert supervisor.rows()[0]["state"] == "ready"


async def test_a_part_that_is_killed_by_order_again_and_again_while_it_starts_does_not_end_the_stack(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    may_live = tmp_path / "may-live"
    may_live.touch()
    slow = f"while [ ! -e {may_live} ]; do sleep 0.01; done; {LIVES}"

    async with Supervisor([script_part("shop", slow)], place) as supervisor:
        killed: set[int | None] = {None}
        may_live.unlink()
        for _ in range(keeper.MOST_DEATHS + 2):
            await until(lambda: supervisor.rows()[0]["pid"] not in killed)
            killed.add(supervisor.rows()[0]["pid"])
            supervisor.kill_part("shop")
        may_live.touch()
        await supervisor.until_ready("shop")

        assert supervisor.rows()[0]["state"] == "ready"


async def test_a_part_that_hangs_before_it_is_ready_counts_as_dead(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    hanging = script_part("shop", "echo starting; exec sleep 1000", ready_s=0.1)

    with pytest.raises(PartFailed, match=r"not ready within 0.1 s, 5 times"):
        await Supervisor([hanging], place).__aenter__()


async def test_a_command_that_does_not_exist_is_a_death_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)

    with pytest.raises(PartFailed, match="shop does not get ready"):
        await Supervisor([script_part("shop", "", command=("/nowhere/to/be/found",))], place).__aenter__()


async def test_a_part_that_ignores_the_signal_is_killed_with_its_children(place: Place, tmp_path: Path) -> None:
    child = tmp_path / "child"
    deaf = f"trap '' TERM; sleep 1000 & echo $! > {child}; echo ready; while :; do sleep 0.05; done"

    async with Supervisor([script_part("shop", deaf, stop_s=0.1)], place) as supervisor:
        pids = [supervisor.rows()[0]["pid"], int(child.read_text(encoding="utf-8"))]

    assert [pid for pid in pids if is_alive(pid)] == []


async def test_a_kill_while_parts_stop_starts_none_of_them_again(place: Place, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    parts = [
        script_part("shop", "trap '' TERM; echo ready; while :; do sleep 0.05; done", needs=("database",)),
        script_part("database", f"echo again >> {starts}; {LIVES}"),
    ]
    supervisor = await Supervisor(parts, place).__aenter__()
    stopping = asyncio.create_task(supervisor.stop())
    await until(lambda: supervisor.rows()[0]["state"] == "stopping")

    supervisor.kill()
    await stopping

    assert starts.read_text(encoding="utf-8").split() == ["again"]
    assert {row["state"] for row in supervisor.rows()} == {"stopped"}


async def test_a_one_shot_part_runs_once_and_what_needs_it_waits(place: Place, tmp_path: Path) -> None:
    order = tmp_path / "order"
    once = script_part(
        "seed", f"cat >> {order}", probe=None, input_text="seeded\n", stamp=Stamp(tmp_path / "done", "v1")
    )
    parts = [once, script_part("shop", f"echo shop >> {order}; {LIVES}", needs=("seed",))]

    for _ in range(2):
        async with Supervisor(parts, place) as supervisor:
            assert [row["name"] for row in supervisor.rows()] == ["shop"]

    assert order.read_text(encoding="utf-8").split() == ["seeded", "shop", "shop"]


async def test_pid_and_log_are_files_named_after_the_part(place: Place) -> None:
    async with Supervisor([script_part("shop", f"echo hello >&2; {LIVES}")], place) as supervisor:
        assert (place.run / "shop.pid").read_text(encoding="utf-8") == f"{supervisor.rows()[0]['pid']}\n"

    assert (place.log / "shop.log").read_text(encoding="utf-8").splitlines() == ["hello", "ready"]
    assert list(place.run.glob("*.pid")) == []


async def test_a_stopped_part_stays_down_until_it_is_started(place: Place) -> None:
    async with Supervisor([script_part("shop", LIVES)], place) as supervisor:
        await supervisor.stop_part("shop")
        assert supervisor.rows()[0] == {"name": "shop", "pid": None, "port": None, "state": "stopped"}

        await supervisor.start_part("shop")
        assert supervisor.rows()[0]["state"] == "ready"


async def test_a_part_that_cannot_be_started_again_leaves_the_others_running(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    once = f"[ -e {tmp_path}/started ] && exit 3; : > {tmp_path}/started; {LIVES}"

    async with Supervisor([script_part("shop", once), script_part("other", LIVES)], place) as supervisor:
        watching = asyncio.create_task(supervisor.watch())
        await supervisor.stop_part("shop")
        with pytest.raises(PartFailed, match="exit code 3, 5 times in a row"):
            await supervisor.start_part("shop")
        await supervisor.stop_part("other")
        await supervisor.start_part("other")

        assert not watching.done()
        assert [row["state"] for row in supervisor.rows()] == ["failed", "ready"]
        watching.cancel()


async def test_a_part_whose_death_is_spared_ends_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "FIRST_BACKOFF_S", 0.001)
    once = f"[ -e {place.run}/started ] && exit 3; : > {place.run}/started; {LIVES}"

    async with Supervisor([script_part("reader", once), script_part("shop", LIVES)], place) as supervisor:
        watching = asyncio.create_task(supervisor.watch())
        supervisor.spare("reader")
        supervisor.kill_part("reader")
        await until(lambda: supervisor.rows()[0]["state"] == "failed")
        with pytest.raises(PartFailed, match="reader"):
            await supervisor.start_part("reader")
        await supervisor.until_ready("shop")

        assert not watching.done()
        watching.cancel()


async def test_a_part_starts_without_what_is_down_by_order_though_it_needs_that(place: Place) -> None:
    parts = [script_part("reader", LIVES), script_part("shop", LIVES, needs=("reader",))]

    async with Supervisor(parts, place) as supervisor:
        await supervisor.stop_part("reader")
        await supervisor.stop_part("shop")
        async with asyncio.timeout(PATIENCE_S):
            await supervisor.start_part("shop")

        assert [row["state"] for row in supervisor.rows()] == ["stopped", "ready"]


async def test_a_part_that_runs_is_not_started_twice(place: Place, tmp_path: Path) -> None:
    starts = tmp_path / "starts"

    async with Supervisor([script_part("shop", f"echo again >> {starts}; {LIVES}")], place) as supervisor:
        await supervisor.start_part("shop")

    assert starts.read_text(encoding="utf-8").split() == ["again"]


async def test_a_part_is_asked_to_end_by_its_own_signal(place: Place, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    softly = f"trap 'echo softly > {asked}; exit 0' USR1; echo ready; while :; do sleep 0.05; done"

    async with Supervisor([script_part("shop", softly, stop_signal=signal.SIGUSR1)], place):
        pass

    assert asked.read_text(encoding="utf-8") == "softly\n"


async def test_a_log_line_of_a_megabyte_is_taken(place: Place) -> None:
    async with Supervisor([script_part("shop", f"head -c 1000000 /dev/zero | tr '\\0' x; echo; {LIVES}")], place):
        pass

    assert (place.log / "shop.log").stat().st_size > 1_000_000


async def test_nobody_is_left_when_the_guard_was_killed_before_the_stop(place: Place, tmp_path: Path) -> None:
    children = tmp_path / "children"
    runaway = f"setsid sleep 1000 & echo $! > {children}; {LIVES}"

    async with Supervisor([script_part("shop", runaway)], place) as supervisor:
        first = supervisor.guard_pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.guard_pid != first)

    await until(lambda: not is_alive(int(children.read_text(encoding="utf-8"))))
