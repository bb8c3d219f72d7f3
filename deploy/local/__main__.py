"""`python -m deploy.local VERB`: what `./shop` hands over to once everything is installed."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local import disk
from deploy.local.faults import StackFault, UsageFault
from deploy.local.hand_over import PROGRAMS
from deploy.local.place import CHECKOUT, STATE, Place
from deploy.local.ports import DEFAULT_PORT, Ports

if TYPE_CHECKING:
    from deploy.local.fleet import Fleet
    from deploy.local.readers import Readers
    from deploy.local.scale import Scale


def main(words: Sequence[str]) -> int:
    """Carry out one verb; faults become one sentence on standard error."""
    verb, *arguments = words or [""]
    try:
        if verb not in VERBS:
            raise UsageFault(f"unknown verb {verb!r}. ./shop help lists them")
        return VERBS[verb](arguments)
    except StackFault as fault:
        print(f"shop: {fault}", file=sys.stderr)
        return fault.exit_code
    except OSError as error:
        print(f"shop: {disk.sentence(error)}", file=sys.stderr)
        return StackFault.exit_code
    except KeyboardInterrupt:
        return 1


def _parser(verb: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"./shop {verb}", allow_abbrev=False)


def _run(arguments: list[str]) -> int:
    # Imported here, as the other verbs should answer at once.
    from deploy.local.run import run
    from deploy.local.scale import Scale

    parser = _parser("run")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--instances", type=int)
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--sticky", action="store_true")
    parser.add_argument("--like-aws", action="store_true")
    options = parser.parse_args(arguments)
    try:
        ports = Ports.based_on(options.port)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    place = Place(STATE)
    if options.like_aws:
        return run(place, ports, os.environ, _like_aws(place, ports, options))
    fleet = _fleet(place, ports, options.instances, is_sticky=options.sticky)
    return run(place, ports, os.environ, Scale(fleet, _readers(place, ports, options.readers)))


def _like_aws(place: Place, ports: Ports, options: argparse.Namespace) -> "Scale":
    from deploy.local.cloud.fleet import MACHINES, READERS, Cloud
    from deploy.local.scale import Scale
    from deploy.release.bundling import kept

    if options.instances is not None or options.readers:
        raise UsageFault(f"--like-aws has {MACHINES} storefronts and a reader. Leave --instances and --readers out")
    cloud = Cloud(place, ports, kept(CHECKOUT, place.bundles), is_sticky=options.sticky)
    return Scale(cloud, _readers(place, ports, READERS))


def _fleet(place: Place, ports: Ports, instances: int | None, *, is_sticky: bool) -> "Fleet | None":
    from deploy.local.fleet import MOST_INSTANCES, Fleet

    if instances is None and is_sticky:
        raise UsageFault("--sticky needs --instances: without it there is no balancer")
    if instances is None:
        return None
    if not 1 <= instances <= MOST_INSTANCES:
        raise UsageFault(f"--instances must be 1 to {MOST_INSTANCES}")
    return Fleet(place, ports, instances, is_sticky=is_sticky)


def _readers(place: Place, ports: Ports, count: int) -> "Readers":
    from deploy.local.readers import MOST_READERS, Readers

    if not 0 <= count <= MOST_READERS:
        raise UsageFault(f"--readers must be 0 to {MOST_READERS}")
    return Readers(place, ports, count)


def _instance(arguments: list[str]) -> int:
    from deploy.local.asking import instance

    parser = _parser("instance")
    parser.add_argument("action", choices=("start", "drain", "stop", "kill"))
    parser.add_argument("instance", type=int, metavar="K", help="its number, 1 to the N of run --instances")
    options = parser.parse_args(arguments)
    return instance(Place(STATE), options.action, options.instance)


def _reader(arguments: list[str]) -> int:
    from deploy.local.asking import reader

    parser = _parser("reader")
    parser.add_argument("action", choices=("lag", "kill", "start"))
    parser.add_argument("reader", type=int, metavar="K", help="its number, 1 to the N of run --readers")
    parser.add_argument("seconds", type=int, nargs="?", metavar="SECONDS", help="lag: how far behind; 0 ends it")
    options = parser.parse_args(arguments)
    return reader(Place(STATE), options.action, options.reader, options.seconds)


def _stop(arguments: list[str]) -> int:
    from deploy.local.ending import stop

    _parser("stop").parse_args(arguments)
    return stop(Place(STATE))


def _reset(arguments: list[str]) -> int:
    from deploy.local.ending import reset

    parser = _parser("reset")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return reset(Place(STATE), is_sure=parser.parse_args(arguments).yes)


def _status(arguments: list[str]) -> int:
    from deploy.local.status import status

    parser = _parser("status")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    return status(Place(STATE), as_json=parser.parse_args(arguments).json)


def _crash_points(arguments: list[str]) -> int:
    from shared.crash_points import main as crash_points

    return crash_points(arguments)


def _restore(arguments: list[str]) -> int:
    from deploy.local.restore import restore

    parser = _parser("restore")
    parser.add_argument("file", help="what ./shop backup wrote")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(arguments)
    return restore(Place(STATE), _file(options.file), os.environ, is_sure=options.yes)


def _backup(arguments: list[str]) -> int:
    parser = _parser("backup")
    parser.add_argument("file", help="what to write, as in shop.tar.gz; an older file of this name is replaced")
    return _program("backup")([str(_file(parser.parse_args(arguments).file))])


def _file(name: str) -> Path:
    """./shop changes to the checkout, but a file is meant from where its caller stands."""
    return Path(os.environ.get("SHOP_CALLED_FROM", "."), name).absolute()


def _soak(arguments: list[str]) -> int:
    """Become the soak, which starts a shop of its own beside whatever runs."""
    os.execv(sys.executable, [sys.executable, "-m", "tests.faults.soak", *arguments])  # noqa: S606


def _bench(arguments: list[str]) -> int:
    """Become the bench, which starts what it measures beside whatever runs."""
    os.execv(sys.executable, [sys.executable, "-m", "bench", *arguments])  # noqa: S606


def _demo(arguments: list[str]) -> int:
    if arguments[:1] == ["rolling-deployment"]:
        from deploy.local.demo.rolling_deployment import main as rolling_deployment

        return rolling_deployment(arguments[1:])
    from deploy.local.demo.cart_loss import main as cart_loss

    return cart_loss(arguments)


def _load(arguments: list[str]) -> int:
    if arguments[:1] == ["purge"]:
        return _program("load")(arguments)
    from deploy.local.load.verb import main as load

    return load(arguments)


def _bundle(arguments: list[str]) -> int:
    from deploy.release.bundling import bundle

    _parser("bundle").parse_args(arguments)
    return bundle(CHECKOUT, Place(STATE).bundles)


def _deploy(arguments: list[str]) -> int:
    from deploy.release.deploying import deploy

    return deploy(arguments, CHECKOUT)


def _program(verb: str) -> Callable[[list[str]], int]:
    def hand(arguments: list[str]) -> int:
        from deploy.local.hand_over import hand_over

        return hand_over(Place(STATE), verb, arguments, os.environ)

    return hand


VERBS: dict[str, Callable[[list[str]], int]] = {
    "run": _run,
    "instance": _instance,
    "reader": _reader,
    "stop": _stop,
    "status": _status,
    "crash-points": _crash_points,
    "reset": _reset,
    "restore": _restore,
    **{verb: _program(verb) for verb in PROGRAMS},
    "backup": _backup,
    "soak": _soak,
    "bench": _bench,
    "demo": _demo,
    "load": _load,
    "bundle": _bundle,
    "deploy": _deploy,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
